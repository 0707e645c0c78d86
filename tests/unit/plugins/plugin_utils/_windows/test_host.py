"""The computer itself: names, cluster and Network Load Balancing, and the Exchange that its registry tells of."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.exchange_objects import (
    DirectoryAnswer,
)
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import DirectoryValue, Identity, Server
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._windows.answer import HostAnswer, read_answer
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._windows.host import completed, identity_of
from ansible_collections.msexchange.transport_tls.tests.fixtures.windows_answer import FQDN, failed, hub_answer, setup

UNKNOWN = Server("EX01", "unknown")


def host(**parts: Any) -> HostAnswer:
    return read_answer(hub_answer([], **parts))


def interface(name: str | None, state: int | None = None) -> dict[str, Any]:
    return {"interface": "{x}", "cluster_name": name, "cluster_address": None, "host_state": state}


def cluster(*, running: bool = False, start: int | None = None) -> dict[str, Any]:
    return {"running": running, "service_start": start}


def server(answer: HostAnswer, known: Server = UNKNOWN) -> Server:
    return completed(said(known), answer).server


def said(known: Server) -> DirectoryAnswer:
    return DirectoryAnswer(known, DirectoryValue("not_gathered"), None, None, ())


def test_the_names_are_those_of_the_host() -> None:
    assert identity_of(host()) == Identity(FQDN, "EX01", FQDN, "EX01", "none", ())


def test_a_blank_name_is_none() -> None:
    names = {"fqdn": "", "hostname": None, "physical_fqdn": FQDN, "physical_hostname": ""}
    assert identity_of(host(names=names)) == Identity(None, None, FQDN, None, "none")


@pytest.mark.parametrize(
    ("interfaces", "failover", "expected"),
    [
        ([], cluster(), "none"),
        ([interface(None), interface(" ")], cluster(), "none"),
        ([], cluster(start=4), "none"),
        ([], cluster(start=2), "failover"),
        ([], cluster(running=True), "failover"),
        (None, cluster(running=True), "failover"),
        ([interface("mail", 1)], cluster(start=2), "failover"),
        ([interface("mail", 1)], cluster(), "nlb"),
        ([interface("mail", 1)], None, "nlb"),
        ([interface("mail", 0)], cluster(), None),
        ([interface("mail")], cluster(), None),
        (None, cluster(), None),
        ([], None, None),
    ],
)
def test_a_cluster_is_one_that_is_known(interfaces: Any, failover: Any, expected: str | None) -> None:
    assert identity_of(host(network_load_balancing=interfaces, failover_cluster=failover)).cluster == expected


def test_every_cluster_name_counts_once_whatever_its_state() -> None:
    listed = [interface(name) for name in ("mail.contoso.com", "", None, "MAIL.contoso.com.", " b.contoso.com ")]
    assert identity_of(host(network_load_balancing=listed)).cluster_names == ("mail.contoso.com", "b.contoso.com")


@pytest.mark.parametrize(
    ("installed", "role", "version", "edition"),
    [
        (setup("MailboxRole", "CafeRole"), "hub", "15.2.2562", "2016"),
        (setup("edgetransportrole"), "edge", "15.2.2562", "2016"),
        (setup("HubTransportRole", version="14.3.123.4"), "hub", "14.3.123", "2007"),
        (setup("MailboxRole", version="14.3.123.4"), "none", "14.3.123", "2007"),
        (setup("CafeRole"), "none", "15.2.2562", "2016"),
        (setup(), "none", "15.2.2562", "2016"),
    ],
)
def test_role_and_version_are_those_of_the_setup_where_no_directory_says_them(
    installed: dict[str, Any], role: str, version: str, edition: str
) -> None:
    found = server(host(setup=installed))
    assert (found.role, found.version, found.edition) == (role, version, edition)


def test_what_the_directory_says_counts() -> None:
    known = Server("EX01", "edge", "CN=EX01", "15.1.1", "2016", "HQ", ())
    assert server(host(), known) == known


def test_a_host_without_exchange_is_neither_hub_nor_edge_and_that_is_said() -> None:
    answer = completed(said(UNKNOWN), host(setup=None))
    assert answer.server.role == "none"
    assert answer.warnings == ("Exchange is not installed on this host: the registry has no key of its setup",)


def test_a_registry_that_could_not_be_read_says_nothing() -> None:
    assert server(read_answer(failed(hub_answer([]), "identity"))) == UNKNOWN


def test_a_setup_that_is_not_finished_is_a_warning() -> None:
    answer = completed(said(UNKNOWN), host(setup={**setup("MailboxRole"), "unfinished": ["MailboxRole"]}))
    assert answer.warnings == ("the setup of the role MailboxRole is not finished on this host",)


@pytest.mark.parametrize(
    ("site", "listed", "expected"),
    [
        ("HQ", [], ()),
        (None, [], ()),
        ("HQ", [("EDGE02", "contoso.com/Configuration/Sites/hq"), ("EDGE01", "HQ")], ("EDGE01", "EDGE02")),
        ("HQ", [("EDGE01", "CN=HQ,CN=Sites,CN=Configuration,DC=contoso,DC=com")], ("EDGE01",)),
        ("HQ", [("EDGE01", "Branch")], ()),
        ("HQ", [("EDGE01", "Branch"), ("EDGE02", None)], None),
        ("HQ", [("EDGE01", "CN=HQ,,")], None),
        (None, [("EDGE01", "HQ")], None),
    ],
)
def test_edge_subscriptions_are_those_of_the_site(
    site: str | None, listed: list[tuple[str, str | None]], expected: tuple[str, ...] | None
) -> None:
    answer = hub_answer([])
    answer["exchange"]["edge_subscriptions"] = [{"name": name, "site": of} for name, of in listed]
    known = Server("EX01", "hub", site=site)
    assert server(read_answer(answer), known).edge_subscriptions == expected


def test_edge_subscriptions_that_the_directory_says_count() -> None:
    known = Server("EX01", "hub", site="HQ", edge_subscriptions=("EDGE09",))
    assert server(host(), known).edge_subscriptions == ("EDGE09",)


def test_edge_subscriptions_that_exchange_was_not_asked_for_are_not_known() -> None:
    answer = hub_answer([])
    answer["exchange"]["edge_subscriptions"] = None
    assert server(read_answer(answer)).edge_subscriptions is None
    assert server(host(exchange=None)).edge_subscriptions is None
