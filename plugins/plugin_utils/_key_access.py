"""Whether NETWORK SERVICE, the account of the transport service, may read a private key: from its file's SDDL.

The grammar is that of *Security Descriptor String Format* and *ACE Strings* in Microsoft's documentation.
"""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

LONGEST = 65536  # characters; an access control list cannot have more than 64 KB itself

_DESCRIPTOR = re.compile(
    r"(?:O:[^:()]*?)?(?:G:[^:()]*?)?D:(?P<flags>(?:P|AR|AI)*|NO_ACCESS_CONTROL)(?P<entries>(?:\([^()]*\))*)(?:S:.*)?",
    re.DOTALL,
)
_ENTRY = re.compile(r"\(([^()]*)\)")
_FLAGS = re.compile(r"(?:OI|CI|NP|IO|ID)*")
_SID = re.compile(r"[A-Z]{2}|S-1(?:-[0-9]{1,10}){1,15}")
_NUMBER = re.compile(r"0X[0-9A-F]{1,8}|[0-9]{1,10}")

_NETWORK_SERVICE = frozenset(
    {
        *("NS", "S-1-5-20"),
        *("WD", "S-1-1-0"),  # Everyone
        *("AU", "S-1-5-11"),  # Authenticated Users
        *("SU", "S-1-5-6"),  # SERVICE
        *("BU", "S-1-5-32-545"),  # Users
    }
)
"""The account, and the groups that its token holds besides."""

_GENERIC_READ = 0x120089  # FILE_GENERIC_READ: data, attributes, extended attributes, permissions, SYNCHRONIZE
_GENERIC = {0x80000000: _GENERIC_READ, 0x40000000: 0x120116, 0x20000000: 0x1200A0, 0x10000000: 0x1F01FF}
_RIGHTS = {
    "GA": 0x10000000,
    "GX": 0x20000000,
    "GW": 0x40000000,
    "GR": 0x80000000,
    "FA": 0x1F01FF,
    "FR": _GENERIC_READ,
    "FW": 0x120116,
    "FX": 0x1200A0,
    "KA": 0xF003F,
    "KR": 0x20019,
    "KW": 0x20006,
    "KX": 0x20019,
    "RC": 0x20000,
    "SD": 0x10000,
    "WD": 0x40000,
    "WO": 0x80000,
    "CC": 0x1,
    "DC": 0x2,
    "LC": 0x4,
    "SW": 0x8,
    "RP": 0x10,
    "WP": 0x20,
    "DT": 0x40,
    "LO": 0x80,
    "CR": 0x100,
}


class _Entry(NamedTuple):
    allows: bool
    mask: int


class _UnknownForm(ValueError):
    """Something that the rules here do not cover."""


def network_service_can_read(sddl: str) -> bool | None:
    """Whether the access control list grants it all of generic read; what is denied counts before what is allowed.

    Rights that come by its groups and by inheritance count. None, not known, for anything that is not a plain list of
    entries that allow or deny, such as a conditional entry or one of an object type.
    """
    text = sddl.strip().upper()
    found = _DESCRIPTOR.fullmatch(text) if len(text) <= LONGEST else None
    if found is None:
        return None
    if found["flags"] == "NO_ACCESS_CONTROL":
        return None if found["entries"] else True
    try:
        entries = [entry for written in _ENTRY.findall(found["entries"]) for entry in _entries_of(written)]
    except _UnknownForm:
        return None
    allowed, denied = (_union(entry.mask for entry in entries if entry.allows is kind) for kind in (True, False))
    return allowed & ~denied & _GENERIC_READ == _GENERIC_READ


def _entries_of(written: str) -> Iterator[_Entry]:
    """`type;flags;rights;object;inherited object;account`, if it is about the account and applies to the file."""
    parts = [part.strip() for part in written.split(";")]
    if len(parts) != 6:
        raise _UnknownForm
    kind, flags, rights, object_type, inherited_type, account = parts
    plain = kind in ("A", "D") and not object_type and not inherited_type
    if not plain or not _FLAGS.fullmatch(flags) or not _SID.fullmatch(account):
        raise _UnknownForm
    mask = _mask(rights)
    if account in _NETWORK_SERVICE and "IO" not in (flags[place : place + 2] for place in range(0, len(flags), 2)):
        yield _Entry(kind == "A", mask)


def _mask(rights: str) -> int:
    if _NUMBER.fullmatch(rights):
        mask = int(rights, 16 if rights.startswith("0X") else 10)
    else:
        names = [rights[place : place + 2] for place in range(0, len(rights), 2)]
        if not all(name in _RIGHTS for name in names):
            raise _UnknownForm
        mask = _union(_RIGHTS[name] for name in names)
    return mask | _union(expanded for generic, expanded in _GENERIC.items() if mask & generic)


def _union(masks: Iterator[int]) -> int:
    union = 0
    for mask in masks:
        union |= mask
    return union
