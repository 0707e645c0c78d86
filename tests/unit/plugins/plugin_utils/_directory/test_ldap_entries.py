"""An entry is what ldap3 makes of its message, whichever of the two ways it goes."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import ldap3
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ldap3.protocol import rfc4511
from ldap3.utils.asn1 import decode_message_fast, encode

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.ldap_entries import (
    entry_of,
    take_raw_values_alone,
)

NAMES = st.sampled_from(("objectClass", "msExchServerInternalTLSCert;binary", "cn", "versionNumber", "memberOf"))
ATTRIBUTES = st.dictionaries(NAMES, st.lists(st.binary(max_size=300), max_size=3), max_size=5)


def strategy() -> Any:
    """ldap3's own, of a connection that is not open."""
    return ldap3.Connection(ldap3.Server("localhost", get_info=ldap3.NONE), check_names=False).strategy


def found(dn: bytes, attributes: Mapping[str, Sequence[bytes]]) -> Any:
    """The message of an entry as ldap3's decoder of BER gives it."""
    listed = rfc4511.PartialAttributeList()
    for position, (name, values) in enumerate(attributes.items()):
        attribute = rfc4511.PartialAttribute()
        attribute["type"] = name
        attribute["vals"] = rfc4511.Vals().setComponents(*values)
        listed[position] = attribute
    entry = rfc4511.SearchResultEntry()
    entry["object"] = dn
    entry["attributes"] = listed
    message = rfc4511.LDAPMessage()
    message["messageID"] = 7
    message["protocolOp"] = rfc4511.ProtocolOp().setComponentByName("searchResEntry", entry)
    return decode_message_fast(encode(message))


@given(dn=st.text().map(str.encode), attributes=ATTRIBUTES)
@example(dn="CN=Ä".encode("latin-1"), attributes={})
def test_an_entry_is_what_ldap3_makes_of_it(dn: bytes, attributes: dict[str, list[bytes]]) -> None:
    ours, message = strategy(), found(dn, attributes)
    take_raw_values_alone(ours)
    entry = entry_of(ours.decode_response_fast(message))
    assert entry == entry_of(strategy().decode_response_fast(message))
    assert sorted(map(list, entry.attributes.values())) == sorted(attributes.values())


def test_ldap3_is_spared_what_it_makes_of_the_values() -> None:
    refusing = SimpleNamespace(decode_response_fast=None)
    refusing.decode_response_fast = lambda message: pytest.fail("it was asked")
    take_raw_values_alone(refusing)
    assert entry_of(refusing.decode_response_fast(found(b"CN=EX01", {"cn": [b"EX01"]}))).text("cn") == "EX01"


@pytest.mark.parametrize(
    "message",
    [
        found(b"CN=EX01", {"member;range=0-1499": [b"CN=a"]}),
        {"protocolOp": 5, "payload": []},
        {"protocolOp": 4, "payload": []},
        {"protocolOp": 4, "payload": object()},
        {},
    ],
    ids=["a range", "no entry", "an entry of nothing", "an entry of another shape", "a message of another shape"],
)
def test_anything_else_is_left_to_ldap3(message: Mapping[str, Any]) -> None:
    left = SimpleNamespace(decode_response_fast=lambda given: ("decoded", given))
    take_raw_values_alone(left)
    assert left.decode_response_fast(message) == ("decoded", message)


def test_an_ldap3_without_that_decoder_is_left_alone() -> None:
    other = SimpleNamespace()
    take_raw_values_alone(other)
    assert vars(other) == {}
