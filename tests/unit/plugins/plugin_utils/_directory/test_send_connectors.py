"""A server's Send connectors are those it is a source of, with their attributes decoded."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.entry import Entry
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.exchange_objects import find_server
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import SendConnector
from ansible_collections.msexchange.transport_tls.tests.fixtures.ldif import (
    ADLDS_CONFIGURATION,
    EDGE,
    send_connector_entry,
    server_dn,
    server_entry,
)

EX01 = server_entry("EX01")
OTHER = send_connector_entry("Other", source_servers=["EX02"])


def connectors(*entries: Entry, name: str = "EX01") -> tuple[SendConnector, ...] | None:
    return find_server(entries, name, "ldif").connectors


def connector(changes: Mapping[str, bytes | None] = MappingProxyType({}), **details: Any) -> SendConnector:
    """The one connector of EX01; `changes` set an attribute or, with None, leave it out."""
    entry = send_connector_entry("Edge", **{"source_servers": ["EX01"], **details})
    changed = {**entry.attributes, **{name: (value,) for name, value in changes.items() if value is not None}}
    attributes = {name: values for name, values in changed.items() if changes.get(name, b"") is not None}
    (found,) = connectors(EX01, replace(entry, attributes=attributes)) or ()
    return found


def test_every_attribute_is_decoded() -> None:
    assert connector(
        source_servers=["EX01", "EX02"],
        address_spaces=["SMTP:--;1", "SMTP:*.contoso.com;10"],
        auth=["BasicAuth", "ExchangeServer"],
        smart_hosts=["smtp.contoso.com", "[192.0.2.1]"],
        enabled=False,
        fqdn="mail.contoso.com",
        tls_certificate_name="<I>CN=Contoso Root CA<S>CN=mail.contoso.com",
    ) == SendConnector(
        name="Edge",
        enabled=False,
        smart_host_auth=("BasicAuth", "ExchangeServer"),
        address_spaces=("SMTP:--;1", "SMTP:*.contoso.com;10"),
        smart_hosts=("smtp.contoso.com", "[192.0.2.1]"),
        source_servers=("EX01", "EX02"),
        fqdn="mail.contoso.com",
        tls_certificate_name="<I>CN=Contoso Root CA<S>CN=mail.contoso.com",
    )


@pytest.mark.parametrize(
    ("flags", "mechanisms"),
    [
        ("0", ()),
        ("64", ()),
        ("8388608", ("ExchangeServer",)),
        ("-2139095040", ("ExchangeServer",)),
        ("2155872256", ("ExchangeServer",)),
        ("2097152", ("BasicAuth",)),
        ("6291520", ("BasicAuth", "BasicAuthRequireTLS")),
        ("16777216", ("ExternalAuthoritative",)),
        ("131072", ()),
    ],
)
def test_the_mechanisms_are_the_bits_from_20_up_of_the_send_flags(flags: str, mechanisms: tuple[str, ...]) -> None:
    assert connector({"msexchsmtpsendflags": flags.encode()}).smart_host_auth == mechanisms


def test_absent_flags_are_unknown() -> None:
    assert connector({"msexchsmtpsendflags": None}).smart_host_auth is None


@pytest.mark.parametrize("flags", [b"abc", b"0x800000", b"4294967296", b"-2147483649", b"8_388_608", "٣".encode()])
def test_flags_that_are_no_number_are_unknown_and_said(flags: bytes) -> None:
    entry = send_connector_entry("Edge", source_servers=["EX01"])
    odd = replace(entry, attributes={**entry.attributes, "msexchsmtpsendflags": (flags,)})
    answer = find_server([EX01, odd], "EX01", "ldif")
    assert answer.connectors is not None
    assert answer.connectors[0].smart_host_auth is None
    assert answer.warnings == (f"msExchSmtpSendFlags of {entry.dn} is not one whole number, and passed over",)


@pytest.mark.parametrize(
    ("value", "enabled"), [(None, True), (b"TRUE", True), (b"true", True), (b"FALSE", False), (b"maybe", None)]
)
def test_a_connector_is_enabled_unless_it_says_otherwise(value: bytes | None, enabled: bool | None) -> None:
    assert connector({"msexchsmtpsendenabled": value}).enabled is enabled


def test_an_address_space_is_always_there_so_none_is_unknown() -> None:
    assert connector(address_spaces=()).address_spaces is None


def test_smart_hosts_are_split_at_commas() -> None:
    assert connector({"msexchsmtpsmarthost": b"a.contoso.com, b.contoso.com,,--"}).smart_hosts == (
        "a.contoso.com",
        "b.contoso.com",
        "--",
    )
    assert connector().smart_hosts == ()


def test_a_name_with_a_comma_is_decoded() -> None:
    entry = send_connector_entry("Ext, Authoritative #1", source_servers=["EX01"])
    assert [found.name for found in connectors(EX01, entry) or ()] == ["Ext, Authoritative #1"]


@pytest.mark.parametrize(
    "source",
    [
        f"CN=Microsoft MTA,{server_dn('EX01')}",
        server_dn("ex01"),
        "CN=EX01,CN=Servers",
        "CN=Servers,CN=EX01,CN=Servers,DC=com",
        "EX01",
    ],
)
def test_the_source_is_the_name_above_servers_without_case(source: str) -> None:
    found = connector({"msexchsourcebridgeheadserversdn": source.encode()})
    assert [name.upper() for name in found.source_servers or ()] == ["EX01"]


@pytest.mark.parametrize("source", [b" ", b"CN=Microsoft MTA\\0ADEL:1,CN=Deleted Objects", b"\xff", b"CN=Servers"])
def test_a_source_that_names_no_server_belongs_to_none(source: bytes) -> None:
    entry = send_connector_entry("Edge", source_servers=["EX01"])
    odd = replace(entry, attributes={**entry.attributes, "msexchsourcebridgeheadserversdn": (source,)})
    assert connectors(EX01, odd) == ()


def test_only_the_server_s_own_connectors_are_listed_by_name() -> None:
    entries = [send_connector_entry(name, source_servers=["EX02", "EX01"]) for name in ("b", "A", "c")]
    assert [found.name for found in connectors(*entries, OTHER, EX01) or ()] == ["A", "b", "c"]


def test_other_servers_connectors_show_that_this_one_has_none() -> None:
    assert connectors(EX01, OTHER) == ()


def test_the_container_of_connectors_shows_that_there_are_none() -> None:
    container = Entry(OTHER.dn.partition(",")[2], {"objectclass": (b"top", b"msExchConnectors")})
    assert connectors(EX01, container) == ()


def test_without_either_the_connectors_are_not_known() -> None:
    assert connectors(EX01) is None


def test_connectors_that_came_without_their_sources_are_not_known_and_the_warning_says_so() -> None:
    answer = find_server([EX01, send_connector_entry("Edge", source_servers=None)], "EX01", "ldif")
    assert answer.connectors is None
    assert "no Send connector came with msExchSourceBridgeheadServersDN" in answer.warnings[0]


def test_a_connector_without_sources_beside_others_is_nobody_s() -> None:
    assert connectors(EX01, OTHER, send_connector_entry("Lost", source_servers=None)) == ()


def test_an_edge_s_own_directory_holds_its_own_connectors() -> None:
    edge = server_entry("EDGE01", roles=EDGE, configuration=ADLDS_CONFIGURATION)
    entries = [
        send_connector_entry("a", source_servers=None, configuration=ADLDS_CONFIGURATION),
        send_connector_entry("b", source_servers=["EDGE01"], configuration=ADLDS_CONFIGURATION),
        send_connector_entry("c", source_servers=["EDGE02"], configuration=ADLDS_CONFIGURATION),
        send_connector_entry("in Active Directory", source_servers=["EDGE01"]),
    ]
    own = connectors(edge, *entries, name="EDGE01")
    assert own is not None
    assert [(found.name, found.source_servers) for found in own] == [("a", None), ("b", ("EDGE01",))]


def test_a_server_without_an_object_has_the_connectors_that_name_it() -> None:
    entry = send_connector_entry("Edge", source_servers=["EX01"])
    assert [found.name for found in connectors(entry, OTHER) or ()] == ["Edge"]
    assert [found.name for found in connectors(entry, OTHER, name=server_dn("ex01")) or ()] == ["Edge"]


def test_a_server_without_an_object_that_no_connector_names_is_not_known_to_have_none() -> None:
    assert connectors(OTHER) is None
    assert connectors(OTHER, name="ex02.contoso.com") is None


def test_a_connector_is_known_by_its_class_and_without_classes_by_its_place() -> None:
    entry = send_connector_entry("Edge", source_servers=["EX01"])
    bare = {name: values for name, values in entry.attributes.items() if name != "objectclass"}
    assert len(connectors(EX01, replace(entry, attributes=bare)) or ()) == 1
    assert connectors(EX01, OTHER, replace(entry, attributes={**bare, "objectclass": (b"top", b"mailGateway")})) == ()
