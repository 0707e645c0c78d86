"""The facts of a Windows host: parts fail alone, an Edge tells of itself, a directory beats the registry."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._case import Question
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._decision import decide
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.exchange_objects import find_server
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.inventory_variable import variable_of
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.ldap_options import LdapOptions
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import Facts, Identity
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._gathering import (
    DirectoryByHost,
    DirectoryFiles,
    DirectoryInInventory,
    DirectoryOfEdge,
    GatheringError,
    Part,
    Request,
    gather,
    reading_of_host,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import (
    NOW,
    exchange_certificate,
    intermediate_authority,
    root_authority,
    server_certificate,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.ldif import EDGE, server_entry, write_ldif
from ansible_collections.msexchange.transport_tls.tests.fixtures.windows_answer import (
    FQDN,
    UNREADABLE,
    UNTRUSTED_ROOT,
    Stored,
    adlds,
    edge_answer,
    event,
    failed,
    hub_answer,
)

ALL: frozenset[Part] = frozenset({"identity", "store", "directory", "exchange", "events"})
ROOT = root_authority()
ISSUED = Stored(server_certificate(FQDN, issuer=ROOT), (ROOT,))
OWN = Stored(exchange_certificate("EX01", "contoso.com"), status=UNTRUSTED_ROOT)
EDGES_OWN = Stored(exchange_certificate("EDGE01", "contoso.com"), status=UNTRUSTED_ROOT)
HUB = hub_answer([ISSUED, OWN], internal=OWN.credential)
ON_EDGE = edge_answer([EDGES_OWN], internal=EDGES_OWN.credential)


def facts_of(answer: dict[str, Any], parts: frozenset[Part] = ALL, **fields: Any) -> Facts:
    return gather(Request(parts, live=True, **fields), reading_of_host(answer), NOW)


def ldif(folder: Path) -> DirectoryFiles:
    path = folder / "exchange.ldf"
    path.write_text(write_ldif([server_entry("EX01", internal_certificate=OWN.credential.der, version=(15, 1, 2507))]))
    return DirectoryFiles("ldif", str(path))


def test_a_mailbox_server_and_a_directory_give_everything(tmp_path: Path) -> None:
    answer = {**HUB, "events": [event(12015, [OWN.thumbprint])]}
    facts = facts_of(answer, directory=ldif(tmp_path))
    assert (facts.server.name, facts.server.role, facts.server.version) == ("EX01", "hub", "15.1.2507")
    assert facts.identity == Identity(FQDN, "EX01", FQDN, "EX01", "none")
    assert facts.store is not None
    assert (facts.store.source, len(facts.store.certificates)) == ("windows", 2)
    assert facts.directory.thumbprint == OWN.thumbprint
    assert facts.exchange is not None
    assert facts.exchange.internal_thumbprint == OWN.thumbprint
    assert facts.exchange.order == {FQDN: (ISSUED.thumbprint, OWN.thumbprint)}
    assert facts.observed_events is not None
    assert [(each.id, each.parameters) for each in facts.observed_events] == [(12015, ((OWN.thumbprint,),))]
    assert (facts.failures, facts.warnings, facts.collected_at) == ((), (), NOW)
    assert Facts.from_plain(json.loads(json.dumps(facts.to_plain()))) == facts


def test_without_a_directory_the_registry_tells_role_and_version() -> None:
    facts = facts_of(HUB)
    assert (facts.server.role, facts.server.version, facts.server.edition) == ("hub", "15.2.2562", "2016")
    assert facts.server.edge_subscriptions == ()
    assert facts.directory.status == "not_gathered"


@pytest.mark.parametrize("directory", [DirectoryOfEdge(), DirectoryByHost(None)])
def test_an_edge_tells_of_itself(directory: Any) -> None:
    facts = facts_of(ON_EDGE, directory=directory)
    assert (facts.server.name, facts.server.role) == ("EDGE01", "edge")
    assert (facts.directory.source, facts.directory.thumbprint) == ("adlds", EDGES_OWN.thumbprint)
    assert facts.directory.is_copy is False
    assert facts.connectors is not None
    assert [each.address_spaces for each in facts.connectors] == [("SMTP:--;1",)]
    assert (facts.failures, facts.warnings) == ((), ())


def test_an_edge_is_compared_with_the_copy_that_the_inventory_has() -> None:
    copy = find_server([server_entry("EDGE01", roles=EDGE, internal_certificate=b"A" * 40)], "EDGE01", "inventory")
    inventory = DirectoryInInventory(variable_of(copy, NOW))
    facts = facts_of(ON_EDGE, directory=DirectoryOfEdge(), inventory=inventory)
    assert (facts.directory.thumbprint, facts.directory.published_thumbprint) == (EDGES_OWN.thumbprint, "A" * 40)


def test_an_adlds_that_was_not_read_to_its_end_leaves_the_connectors_unknown() -> None:
    server = server_entry("EDGE01", roles=EDGE, internal_certificate=EDGES_OWN.credential.der)
    facts = facts_of({**ON_EDGE, "directory": adlds(server, truncated=True)}, directory=DirectoryOfEdge())
    assert facts.connectors is None
    assert any("port 50389 holds more than was read" in warning for warning in facts.warnings)


@pytest.mark.parametrize("directory", [DirectoryOfEdge(), DirectoryByHost(None)])
def test_an_adlds_that_could_not_be_read_is_our_failure(directory: Any) -> None:
    facts = facts_of(failed(ON_EDGE, "directory", "ADAM_MSExchange is stopped; start it"), directory=directory)
    assert (facts.directory.status, facts.directory.source) == ("unknown", "adlds")
    assert facts.directory.reason == "ADAM_MSExchange is stopped; start it"
    assert [failure.part for failure in facts.failures] == ["directory"]
    assert (facts.server.role, facts.connectors) == ("edge", None)


def test_a_host_that_is_no_edge_has_no_adlds() -> None:
    facts = facts_of(HUB, directory=DirectoryOfEdge())
    assert facts.directory.status == "unknown"
    assert "it is no Edge Transport server; set directory.source to ldap" in (facts.directory.reason or "")


def test_a_host_that_cannot_tell_whether_it_is_an_edge_is_looked_up_where_a_server_is_named() -> None:
    answer = HUB
    for part in ("identity", "directory"):
        answer = failed(answer, part, "the registry: access is denied")
    nowhere = LdapOptions(("127.0.0.1:1",), username="audit", password="hush", timeout=3)
    facts = facts_of(answer, directory=DirectoryByHost(nowhere), server_name="EX01")
    assert facts.directory.source == "ldap"
    assert [failure.part for failure in facts.failures] == ["identity", "directory"]
    assert "127.0.0.1:1 is down" in facts.failures[1].reason
    facts = facts_of(answer, directory=DirectoryByHost(None))
    assert (facts.directory.source, facts.directory.reason) == ("adlds", "the registry: access is denied")


def test_a_host_that_is_no_edge_and_no_server_named_is_no_directory() -> None:
    facts = facts_of(HUB, directory=DirectoryByHost(None))
    assert (facts.directory.status, facts.failures) == ("not_gathered", ())


@pytest.mark.parametrize("part", ["identity", "store", "exchange", "events"])
def test_each_part_fails_alone(part: str) -> None:
    facts = facts_of(failed({**HUB, "events": []}, part, "use another account"))
    assert [(failure.part, failure.reason) for failure in facts.failures] == [(part, "use another account")]
    assert (facts.store is None) == (part == "store")
    assert (facts.exchange is None) == (part == "exchange")
    assert (facts.observed_events is None) == (part == "events")
    assert (facts.identity.fqdn is None) == (part == "identity")
    assert (facts.server.role == "unknown") == (part == "identity")


def test_a_part_that_failed_partly_keeps_what_there_is() -> None:
    answer = {**HUB, "failures": [{"part": "store", "reason": "MachineGuid: access is denied"}]}
    facts = facts_of(answer, frozenset({"store"}))
    assert facts.store is not None
    assert [failure.part for failure in facts.failures] == ["store"]


@pytest.mark.parametrize("parts", [{"store"}, {"exchange"}, {"events"}, {"identity", "store", "exchange"}])
def test_nothing_read_of_all_that_was_asked_for_is_an_error(parts: set[Part]) -> None:
    answer = HUB
    for part in parts:
        answer = failed(answer, part, "use another account")
    with pytest.raises(GatheringError, match="use another account"):
        facts_of(answer, frozenset(parts))


def test_without_exchange_nothing_is_said_of_it() -> None:
    facts = facts_of(failed(HUB, "exchange"))
    assert facts.exchange is None
    assert facts.store is not None
    assert {each.services_evidence for each in facts.store.certificates} == {"key_acl"}
    assert facts.server.edge_subscriptions is None


@pytest.mark.parametrize(
    ("fields", "warning"),
    [
        ({"internal_thumbprint": "none"}, "Get-TransportService names 'none', which is no thumbprint"),
        ({"order": {FQDN: ["x"]}}, f"-DomainName {FQDN} listed what is no thumbprint"),
    ],
)
def test_an_answer_of_exchange_that_is_no_thumbprint_is_a_warning(fields: dict[str, Any], warning: str) -> None:
    facts = facts_of({**HUB, "exchange": {**HUB["exchange"], **fields}})
    assert facts.exchange is not None
    assert any(warning in each for each in facts.warnings)


def test_what_was_cut_is_a_warning() -> None:
    assert (
        "5,000 events, the others were not read"
        in facts_of({**HUB, "limits": ["5,000 events, the others were not read"]}).warnings
    )


def test_names_of_the_user_beat_those_of_the_host() -> None:
    listed = [{"interface": "x", "cluster_name": "nlb.contoso.com", "cluster_address": None, "host_state": None}]
    answer = {**HUB, "network_load_balancing": listed}
    assert facts_of(answer).identity.cluster_names == ("nlb.contoso.com",)
    given = Identity(fqdn="mail.contoso.com", cluster_names=("other.contoso.com",))
    identity = facts_of(answer, names=given).identity
    assert (identity.fqdn, identity.hostname, identity.cluster) == ("mail.contoso.com", "EX01", None)
    assert identity.cluster_names == ("other.contoso.com",)


def test_an_answer_that_cannot_be_understood_is_an_error() -> None:
    with pytest.raises(GatheringError, match=r"anon_tls_windows\.names is missing"):
        reading_of_host({})


def test_the_facts_of_ten_certificates_have_at_most_16_kilobytes(tmp_path: Path) -> None:
    issuing = intermediate_authority(ROOT)
    names = ("mail.contoso.com", "autodiscover.contoso.com")
    stored = [
        Stored(
            server_certificate(f"ex{number:02}.contoso.com", *names, issuer=issuing),
            (issuing, ROOT),
            services="IMAP, POP, IIS, SMTP",
            friendly_name="Microsoft Exchange",
        )
        for number in range(10)
    ]
    answer = hub_answer(stored, internal=stored[0].credential)
    answer["exchange"]["order"] = {name: [each.thumbprint for each in stored] for name in (FQDN, "EX01")}
    answer["events"] = [event(number, *[[each.thumbprint] for each in stored]) for number in (12013, 12015, 12017)]
    facts = facts_of(answer, directory=ldif(tmp_path))
    assert len(json.dumps(facts.to_plain())) <= 16 * 1024


def test_a_key_that_the_service_may_not_read_makes_a_host_red(tmp_path: Path) -> None:
    locked = Stored(OWN.credential, status=UNTRUSTED_ROOT, sddl=UNREADABLE)
    facts = facts_of(hub_answer([locked], internal=locked.credential), directory=ldif(tmp_path))
    decision = decide(facts, Question(NOW, NOW)).to_plain()
    assert [finding["code"] for finding in decision["findings"]] == ["key_not_readable"]
    assert (decision["compliant"], decision["verified"]["status"]) == (False, "agrees")
