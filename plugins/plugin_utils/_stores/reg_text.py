"""The text of a `.reg` file, as regedit and `reg export` write it: keys with their values, and keys to delete."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

HEADERS = ("Windows Registry Editor Version 5.00", "REGEDIT4")

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_KEY = re.compile(r"\[(-?)(HKEY_.*)\]", re.IGNORECASE)
_VALUE = re.compile(r'"((?:[^"\\]|\\.)*)"\s*=\s*(.*)')
_BEGINS_ANOTHER = ("[", '"', "@")
_BINARY = re.compile(r"hex(?:\(3\))?:", re.IGNORECASE)
_BYTES = re.compile(r"(?:[0-9A-Fa-f]{2},)*(?:[0-9A-Fa-f]{2})?")
_BYTE = re.compile(r"[0-9A-Fa-f]{2}")


class RegError(ValueError):
    """What is no `.reg` file, or no binary value in one: the message says what was seen, and what was expected."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value's name and the text of its data, by lines; `line` is the number of the first."""

    line: int
    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """A key with the values that follow it; `deleted` where it stands there to be removed with all below it."""

    line: int
    path: str
    deleted: bool
    values: list[Value] = field(default_factory=list)


def keys_of(data: bytes) -> Iterator[Key]:
    """The keys in their order; raises RegError, before the first, for what is no `.reg` file."""
    lines = _text(data).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    begin = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if lines[begin].strip().casefold() not in [header.casefold() for header in HEADERS]:
        raise RegError(f"line {begin + 1} is {lines[begin].strip()[:60]!r}, expected {' or '.join(HEADERS)}")
    yield from _keys(lines, begin + 1)


def binary_of(value: Value) -> bytes:
    """The bytes of a value `hex:`; raises RegError."""
    kind = _BINARY.match(value.lines[0])
    if kind is None:
        raise RegError(f"line {value.line}: {value.name} is {value.lines[0][:40]!r}, expected hex: with its bytes")
    found = bytearray()
    last = len(value.lines) - 1
    for index, line in enumerate((value.lines[0][kind.end() :], *value.lines[1:])):
        number = value.line + index
        continued = line.endswith("\\")
        digits = line.removesuffix("\\").replace(" ", "").replace("\t", "")
        if not _BYTES.fullmatch(digits):
            wrong = next(part for part in digits.split(",") if not _BYTE.fullmatch(part))
            raise RegError(f"line {number}: {wrong[:20]!r} where two hexadecimal digits were expected")
        if index == last and continued:
            raise RegError(f"line {number} says that the value goes on, and it does not; expected more bytes")
        found += bytes.fromhex(digits.replace(",", ""))
    return bytes(found)


def _text(data: bytes) -> str:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(encoding, "replace")
    # All that is read of it is ASCII, whatever the code page of the computer was.
    return data.decode("utf-16-le" if data[1:2] == b"\0" else "utf-8", "replace")


def _keys(lines: list[str], number: int) -> Iterator[Key]:
    key = None
    while number < len(lines):
        line = lines[number].strip()
        number += 1
        if found := _KEY.fullmatch(line):
            if key is not None:
                yield key
            key = Key(number, found[2], bool(found[1]))
        elif key is not None and (found := _VALUE.fullmatch(line)):
            value = [found[2]]
            begin = number
            while value[-1].endswith("\\") and number < len(lines) and not _begins_another(lines[number]):
                value.append(lines[number].strip())
                number += 1
            key.values.append(Value(begin, found[1], tuple(value)))
    if key is not None:
        yield key


def _begins_another(line: str) -> bool:
    return line.lstrip().startswith(_BEGINS_ANOTHER)
