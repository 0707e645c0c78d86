"""Entries as ldap3 gives them: their raw values, and no guesses at what these may be."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .entry import Entry

_SEARCH_RESULT_ENTRY = 4


def take_raw_values_alone(strategy: Any) -> None:
    """Spares ldap3 its guess at the type of every value, which nobody reads and which takes half the time.

    An entry whose values come in ranges, of which ldap3 asks for the rest, and whatever is no entry as ldap3 2.9.1
    decodes one, is left to ldap3.
    """
    decode = getattr(strategy, "decode_response_fast", None)
    if decode is None:
        return

    def decode_response_fast(message: Mapping[str, Any]) -> Any:
        try:
            return _raw(message) or decode(message)
        except (LookupError, TypeError, ValueError):
            return decode(message)

    strategy.decode_response_fast = decode_response_fast


def entry_of(response: Mapping[str, Any]) -> Entry:
    """Of a response of the type `searchResEntry`."""
    attributes = {
        name.lower().removesuffix(";binary"): tuple(values or ()) for name, values in response["raw_attributes"].items()
    }
    return Entry(response["dn"], attributes)


def _raw(message: Mapping[str, Any]) -> dict[str, Any] | None:
    """The response; `payload` is (class, constructed, type, value) for each element that the decoder of BER found."""
    if message["protocolOp"] != _SEARCH_RESULT_ENTRY:
        return None
    dn, attributes = (element[3] for element in message["payload"])
    raw = {}
    for attribute in attributes:
        name, values = attribute[3]
        raw[str(name[3], "ascii")] = [value[3] for value in values[3]]
    if any(";range=" in name for name in raw):
        return None
    return {"type": "searchResEntry", "dn": str(dn, "utf-8"), "raw_attributes": raw}
