"""What is read of a forest, of many servers, and of an Edge's own directory, from a real Samba and a real slapd."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.entry import DirectoryError
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.exchange_ldap import (
    read_entries,
    read_forest,
)
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.exchange_objects import (
    DirectoryAnswer,
    ExchangeObjects,
    find_server,
)
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.ldap_options import LdapOptions
from ansible_collections.msexchange.transport_tls.tests.fixtures.forest import BLIND, fleet, forest, user_dn
from ansible_collections.msexchange.transport_tls.tests.fixtures.ldif import (
    ADLDS_CONFIGURATION,
    EDGE,
    server_dn,
    server_entry,
)

from .conftest import INTERNAL, Ask, Small, Start

SERVERS = 2000


def answer(options: LdapOptions, name: str) -> DirectoryAnswer:
    return find_server(read_entries(options, name), name, "ldap")


@pytest.mark.parametrize("name", ["EX01", "ex01", "ex01.contoso.com", server_dn("EX01")])
def test_a_server_is_found_by_each_of_its_names(small: Small, ask: Ask, name: str) -> None:
    found = answer(ask(small.ldaps), name)
    assert (found.server.name, found.server.role, found.server.site) == ("EX01", "hub", "HQ")
    assert (found.server.version, found.fqdn) == ("15.2.2562", "ex01.contoso.com")
    assert (found.value.status, found.value.thumbprint) == ("present", INTERNAL.thumbprint)
    assert found.server.edge_subscriptions == ("EDGE01",)


def test_its_connector_comes_with_it(small: Small, ask: Ask) -> None:
    connectors = answer(ask(small.ldaps), "EX01").connectors
    assert connectors is not None
    assert [connector.name for connector in connectors] == ["Internet"]
    assert answer(ask(small.ldaps), "EX02").connectors == ()


def test_no_value_is_null(small: Small, ask: Ask) -> None:
    assert answer(ask(small.ldaps), "EX02").value.status == "null"


def test_no_right_to_read_the_object_is_unknown(small: Small, ask: Ask) -> None:
    assert answer(ask(small.ldaps, username=user_dn(BLIND)), "EX01").value.status == "unknown"


def test_no_such_server_names_those_there_are(small: Small, ask: Ask) -> None:
    value = answer(ask(small.ldaps), "EX09").value
    assert value.status == "unknown"
    assert "EX01" in str(value.reason)


def test_a_child_of_a_server_is_no_server(small: Small, ask: Ask) -> None:
    answers = ExchangeObjects(read_forest(ask(small.ldaps)), "ldap").each()
    assert sorted(str(each.server.name) for each in answers) == ["EDGE01", "EX01", "EX02"]
    assert answer(ask(small.ldaps), "Frontend").value.status == "unknown"


def test_without_a_schema_of_exchange_that_is_said(start: Start, ask: Ask) -> None:
    with start(forest((), schema=())) as server, pytest.raises(DirectoryError, match="has no Exchange schema"):
        read_entries(ask(server.ldaps), "EX01")


def test_a_directory_that_is_no_active_directory_is_told(start: Start, ask: Ask) -> None:
    with start(forest(()), root_dse=False) as server, pytest.raises(DirectoryError, match="no Active Directory"):
        read_entries(ask(server.ldaps), "EX01")


def test_what_active_directory_has_of_an_edge_is_a_copy(small: Small, ask: Ask) -> None:
    assert answer(ask(small.ldaps), "EDGE01").value.is_copy


def test_what_the_own_directory_of_an_edge_has_is_none(start: Start, ask: Ask) -> None:
    edge = server_entry("EDGE01", roles=EDGE, internal_certificate=INTERNAL.der, configuration=ADLDS_CONFIGURATION)
    entries = forest([edge], configuration=ADLDS_CONFIGURATION)
    with start(entries, configuration=ADLDS_CONFIGURATION) as server:
        user = user_dn("svc-audit", ADLDS_CONFIGURATION)
        found = answer(ask(server.ldaps, username=user), "EDGE01")
    assert (found.value.thumbprint, found.value.is_copy) == (INTERNAL.thumbprint, False)


def test_thousands_of_servers_are_read_right(start: Start, ask: Ask) -> None:
    with start(forest(fleet(SERVERS))) as server:
        answers = list(ExchangeObjects(read_forest(ask(server.ldaps)), "ldap").each())
    assert sorted(str(each.server.name) for each in answers) == [f"EX{number:05}" for number in range(SERVERS)]
    assert {each.value.status for each in answers} == {"present"}
    assert all(
        [connector.name for connector in each.connectors or ()] == [f"From {each.server.name}"] for each in answers
    )
