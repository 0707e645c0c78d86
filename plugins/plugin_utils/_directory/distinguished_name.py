"""Distinguished names as RFC 4514 writes them: split into their parts, decoded."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from .entry import DirectoryError

LONGEST = 16384
"""Characters a name may have; those of Exchange's objects stay below a thousand."""

_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)*")
_PIECE = re.compile(r"\\(?:(?P<hex>[0-9A-Fa-f]{2})|(?P<character>.))|(?P<plain>.)", re.DOTALL)


class Rdn(NamedTuple):
    """One part of a distinguished name: `CN=EX01`."""

    type: str
    value: str

    @property
    def folded(self) -> tuple[str, str]:
        return self.type.casefold(), self.value.casefold()


def split_dn(dn: str) -> tuple[Rdn, ...]:
    r"""The parts of a name, the object's own first, without their escapes (`\,`, `\2C`); an empty name has none.

    A `+` is an ordinary character: no directory of Exchange has names of several attributes. Raises DirectoryError.
    """
    if len(dn) > LONGEST:
        raise DirectoryError(f"{dn[:60]!r}... is no distinguished name: it has {len(dn)} characters")
    return tuple(_rdn(part, dn) for part in _parts(dn)) if dn.strip() else ()


def same_dn(one: tuple[Rdn, ...], other: tuple[Rdn, ...]) -> bool:
    """Whether two names are the same but for the case of their letters."""
    return [rdn.folded for rdn in one] == [rdn.folded for rdn in other]


def _parts(dn: str) -> Iterator[str]:
    if "\\" not in dn:
        yield from dn.split(",")
        return
    start = 0
    for piece in _PIECE.finditer(dn):
        if piece["plain"] == ",":
            yield dn[start : piece.start()]
            start = piece.end()
    yield dn[start:]


def _rdn(part: str, dn: str) -> Rdn:
    kind, equals, escaped = part.partition("=")
    if not equals or not _TYPE.fullmatch(kind.strip()):
        raise _wrong(dn, f"{part!r} is not of the form CN=name")
    return Rdn(kind.strip(), _decoded(escaped.lstrip(" "), dn) if "\\" in escaped else escaped.strip(" "))


def _decoded(escaped: str, dn: str) -> str:
    value = bytearray()
    blanks_at_the_end = 0
    for piece in _PIECE.finditer(escaped):
        if piece["plain"] == "\\":
            raise _wrong(dn, "it ends within an escape")
        if piece["hex"]:
            value.append(int(piece["hex"], 16))
        else:
            value += (piece["character"] or piece["plain"]).encode("utf-8", "surrogatepass")
        blanks_at_the_end = blanks_at_the_end + 1 if piece["plain"] == " " else 0
    try:
        return value[: len(value) - blanks_at_the_end].decode()
    except UnicodeDecodeError:
        raise _wrong(dn, "its escaped bytes are not UTF-8") from None


def _wrong(dn: str, why: str) -> DirectoryError:
    return DirectoryError(f"{dn!r} is no distinguished name: {why}")
