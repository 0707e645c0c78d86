"""Objects of the Management Shell as exports have them: their names, their place, and what stands for lists in them."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterable

from .._clixml import Object, Value, text_of
from .distinguished_name import Rdn, split_dn
from .entry import DirectoryError

_CLASS_NAMES = ("Microsoft.Exchange.", "System.")


def name_of(each: Object) -> str | None:
    return each.text_of("Name") or last_part(each.properties.get("Identity")) or each.text


def names_of(each: Object) -> tuple[str, ...]:
    """All that an object may be called by."""
    return tuple(filter(None, (name_of(each), each.text_of("Fqdn"), each.text_of("DistinguishedName"))))


def is_named(each: Object, name: str) -> bool:
    return bool(name) and _folded(name) in map(_folded, names_of(each))


def one_of_each(objects: Iterable[tuple[str, Object]]) -> tuple[Object, ...]:
    """The objects without those that were exported twice, which is told by the distinguished name."""
    once: dict[str, Object] = {}
    for place, each in objects:
        once.setdefault((each.text_of("DistinguishedName") or place).casefold(), each)
    return tuple(once.values())


def directory_of(each: Object | str | None) -> str | None:
    """The `CN={GUID}` that an Edge's own directory ends in, of an object or a distinguished name; None elsewhere."""
    dn = each.text_of("DistinguishedName") if isinstance(each, Object) else each
    root = _parts(dn or "")[-1:]
    return root[0].value.casefold() if root and root[0].value.startswith("{") else None


def last_part(value: Value) -> str | None:
    """The name of an object that another one refers to: by its name, its distinguished or its canonical name."""
    name = value.text_of("Name") if isinstance(value, Object) else None
    text = name or text_of(value)
    if not text:
        return None
    parts = _parts(text) if "=" in text else ()
    return parts[0].value if parts else text.rpartition("/")[2]


def texts_of(each: Object, name: str) -> tuple[str, ...] | None:
    """A property that is a list, also where it was written as one text with commas; None: not known.

    An export that was not deep enough has the name of the list's class instead.
    """
    if not isinstance(value := each.properties.get(name), str) and not _is_enumeration(value):
        return each.texts_of(name)
    text = text_of(value) or ""
    if text.startswith(_CLASS_NAMES):
        return None
    return tuple(part for part in map(str.strip, text.split(",")) if part)


def _is_enumeration(value: Value) -> bool:
    return isinstance(value, Object) and isinstance(value.value, int)


def _parts(dn: str) -> tuple[Rdn, ...]:
    try:
        return split_dn(dn)
    except DirectoryError:
        return ()


def _folded(name: str) -> str:
    return name.rstrip(".").casefold()
