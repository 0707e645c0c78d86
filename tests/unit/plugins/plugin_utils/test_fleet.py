"""The servers of a forest become hosts: each with its groups and the answer that a search for it alone would give."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.entry import DirectoryError, Entry
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.exchange_objects import find_server
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.inventory_variable import answer_of
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._fleet import (
    Member,
    Naming,
    fleet_of,
    members_of,
    placed,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.ldif import (
    CLIENT_ACCESS,
    EDGE,
    MULTI_ROLE,
    send_connector_entry,
    server_dn,
    server_entry,
)

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
THUMBPRINT = b"0123456789ABCDEF0123456789ABCDEF01234567"

HUB01 = server_entry("HUB01", version=(8, 3, 83), internal_certificate=THUMBPRINT)
MBX01 = server_entry("MBX01", roles=MULTI_ROLE, site="Oslo 2")
EDGE01 = server_entry("EDGE01", roles=EDGE, internal_certificate=b"nonsense")
CAS01 = server_entry("CAS01", roles=CLIENT_ACCESS, version=None, site=None)
FOREST = (
    HUB01,
    MBX01,
    EDGE01,
    CAS01,
    send_connector_entry("To provider", source_servers=["hub01", "MBX01"]),
    send_connector_entry("EdgeSync", source_servers=["EDGE01"], address_spaces=("SMTP:--;1",)),
    Entry(f"CN=Frontend,{MBX01.dn}", {"objectclass": (b"msExchExchangeServer", b"msExchExchangeTransportServer")}),
)


def members(*entries: Entry, naming: Naming = "fqdn") -> dict[str, Member]:
    return {member.host: member for member in members_of(fleet_of(entries, NOW).variables, naming)}


def hosts(placement_of: list[str], *entries: Entry) -> list[tuple[str, str]]:
    found = placed(tuple(members(*entries).values()), placement_of)
    return [(host, member.variable["server"]["name"]) for host, member in found.hosts]


def test_hosts_are_called_by_their_fqdn_or_by_the_name_of_the_object() -> None:
    assert list(members(*FOREST)) == [f"{name}.contoso.com" for name in ("cas01", "edge01", "hub01", "mbx01")]
    assert list(members(*FOREST, naming="name")) == ["CAS01", "EDGE01", "HUB01", "MBX01"]


def test_a_server_whose_fqdn_is_not_known_is_called_by_its_name() -> None:
    nameless = replace(HUB01, attributes={**HUB01.attributes, "networkaddress": ()})
    assert list(members(nameless)) == ["HUB01"]


def test_groups_tell_role_edition_site_and_subscription() -> None:
    groups = {member.variable["server"]["name"]: member.groups for member in members(*FOREST).values()}
    assert groups == {
        "HUB01": (
            "exchange_servers",
            "exchange_role_hub",
            "exchange_edition_2007",
            "exchange_site_HQ",
            "exchange_edge_subscribed",
        ),
        "MBX01": (
            "exchange_servers",
            "exchange_role_hub",
            "exchange_edition_2016",
            "exchange_site_Oslo 2",
            "exchange_not_edge_subscribed",
        ),
        "EDGE01": (
            "exchange_servers",
            "exchange_role_edge",
            "exchange_edition_2016",
            "exchange_site_HQ",
            "exchange_edge_subscribed",
        ),
        "CAS01": (
            "exchange_servers",
            "exchange_role_none",
            "exchange_edition_unknown",
            "exchange_site_unknown",
            "exchange_not_edge_subscribed",
        ),
    }


def test_a_role_that_is_not_known_leaves_every_hubs_subscription_unknown() -> None:
    found = members(HUB01, server_entry("MBX02", roles=None))
    assert {member.groups[-1] for member in found.values()} == {"exchange_edge_unknown"}


@pytest.mark.parametrize("name", ["HUB01", "MBX01", "EDGE01", "CAS01"])
def test_the_variable_holds_what_a_search_for_the_server_alone_answers(name: str) -> None:
    variable = members(*FOREST, naming="name")[name].variable
    alone = find_server(FOREST, name, "inventory")
    assert answer_of(json.loads(json.dumps(variable))) == replace(alone, newest=NOW.timestamp())


def test_the_variable_is_plain_data_and_says_when_it_was_read() -> None:
    variable = members(*FOREST)["hub01.contoso.com"].variable
    assert variable["read_at"] == "2026-11-24T15:00:00Z"
    assert variable["directory"]["thumbprint"] == THUMBPRINT.decode()
    assert [connector["name"] for connector in variable["connectors"]] == ["To provider"]


def test_what_may_be_missing_of_all_is_said_once() -> None:
    fleet = fleet_of([replace(HUB01, doubt="cut short"), MBX01], NOW)
    assert fleet.doubts == (f"cut short (at {HUB01.dn})",)
    assert not any(variable["warnings"] for variable in fleet.variables)


def test_two_servers_that_would_be_one_host_are_an_error_that_names_both() -> None:
    other = replace(HUB01, dn=server_dn("HUB01").replace("FYDIBOHF23SPDLT", "Second"))
    with pytest.raises(
        DirectoryError, match=r"would be the host hub01\.contoso\.com: .*FYDIBOHF23SPDLT.*; .*Second.*base"
    ):
        members(HUB01, other)


def test_a_host_that_is_there_is_taken_whatever_its_case_by_short_name_and_fqdn() -> None:
    assert hosts(["hub01", "MBX01.Contoso.COM."], HUB01, MBX01, EDGE01) == [
        ("edge01.contoso.com", "EDGE01"),
        ("hub01", "HUB01"),
        ("MBX01.Contoso.COM.", "MBX01"),
    ]


def test_a_host_of_the_same_short_name_in_another_domain_is_another_host() -> None:
    assert hosts(["hub01.fabrikam.com"], HUB01) == [("hub01.contoso.com", "HUB01")]


def test_two_hosts_for_one_server_are_both_the_server() -> None:
    assert hosts(["HUB01", "hub01.contoso.com"], HUB01) == [("HUB01", "HUB01"), ("hub01.contoso.com", "HUB01")]


def test_a_short_name_of_two_servers_is_neither() -> None:
    other = server_entry("HUB01", fqdn="hub01.fabrikam.com")
    other = replace(other, dn=server_dn("HUB01").replace("FYDIBOHF23SPDLT", "Second"))
    assert hosts(["HUB01"], HUB01, other) == [("hub01.contoso.com", "HUB01"), ("hub01.fabrikam.com", "HUB01")]


def test_what_did_not_match_is_told() -> None:
    fleet = tuple(members(HUB01, MBX01).values())
    assert placed(fleet, ["hub01", "web01"]).notice == (
        "hosts that no Exchange server of the directory is named like: web01; "
        "servers that were added, as no host is named like them: mbx01.contoso.com"
    )
    assert placed(fleet, ["hub01", "mbx01"]).notice is None
    assert placed(fleet, []).notice is None
    assert "web0, web1, web2, web3, web4 and 3 more" in str(placed(fleet, [f"web{n}" for n in range(8)]).notice)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"schema_version": 2}, r"anon_tls_directory\.schema_version is 2, and this version reads 1"),
        ({"server": None}, r"anon_tls_directory\.server is null"),
        ({"directory": {"status": "present"}}, r"anon_tls_directory\.directory\.reason is missing"),
    ],
)
def test_another_variable_is_refused_with_its_place_and_the_remedy(change: dict[str, Any], problem: str) -> None:
    variable = {**members(HUB01)["hub01.contoso.com"].variable, **change}
    with pytest.raises(DirectoryError, match=problem + ".*--flush-cache"):
        answer_of(variable)


def test_a_present_value_without_a_thumbprint_is_refused() -> None:
    variable = members(HUB01)["hub01.contoso.com"].variable
    variable["directory"]["thumbprint"] = None
    with pytest.raises(DirectoryError, match=r"directory\.thumbprint must be given"):
        answer_of(variable)


def test_work_grows_with_the_number_of_servers_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = 0
    values = Entry.values

    def counted(entry: Entry, name: str) -> tuple[bytes, ...]:
        nonlocal looked_at
        looked_at += 1
        return values(entry, name)

    monkeypatch.setattr(Entry, "values", counted)
    costs = []
    for size in (20, 200):
        looked_at = 0
        names = [f"EX{number:03}" for number in range(size)]
        forest = [server_entry(name) for name in names]
        forest += [send_connector_entry(f"C {name}", source_servers=[name]) for name in names]
        assert len(fleet_of(forest, NOW).variables) == size
        costs.append(looked_at)
    assert costs[1] <= 10.5 * costs[0]
