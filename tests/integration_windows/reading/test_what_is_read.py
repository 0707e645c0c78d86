"""Whole hosts on the branch that Windows takes: every part as it stands on the wire, as facts, and as a decision."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import json

from ansible_collections.msexchange.transport_tls.tests.fixtures.ldif import ADLDS_CONFIGURATION
from ansible_collections.msexchange.transport_tls.tests.fixtures.serialized_certificate import serialize
from ansible_collections.msexchange.transport_tls.tests.fixtures.windows_host import (
    WITH_NETWORK_SERVICE,
    WITHOUT_NETWORK_SERVICE,
    Stored,
    key_file,
)
from ansible_collections.msexchange.transport_tls.tests.integration_windows.conftest import Run
from ansible_collections.msexchange.transport_tls.tests.integration_windows.hosts import (
    EDGE_STORED,
    EVENTS,
    ISSUING,
    ROOT,
    UNTRUSTED_ROOT,
    WHOLE,
)

OWN, ISSUED, ARCHIVED = WHOLE


def element(stored: Stored) -> bytes:
    return serialize(
        stored.credential.der,
        key_provider=stored.provider,
        friendly_name=stored.friendly_name,
        archived=stored.archived,
    )


def key_name(stored: Stored) -> str:
    assert stored.provider is not None
    return key_file(stored.provider).rpartition("\\")[2]


def test_names_load_balancing_and_setup_are_those_of_the_host(run: Run) -> None:
    collected = run.collected("whole")
    fqdn = "whole.contoso.com"
    assert collected["names"] == {
        "fqdn": fqdn,
        "hostname": "WHOLE",
        "physical_fqdn": fqdn,
        "physical_hostname": "WHOLE",
    }
    first, second = collected["network_load_balancing"]
    assert first == {
        "interface": "{00000000-0000-0000-0000-000000000001}",
        "cluster_name": "smtp.contoso.com",
        "cluster_address": "192.0.2.9",
        "host_state": 1,
    }
    assert (second["cluster_address"], second["host_state"]) == (None, None)
    assert collected["failover_cluster"] == {"running": False, "service_start": None}
    assert collected["setup"] == {
        "version": "15.2.2562.17",
        "file_version": "15.2.2562.35",
        "roles": ["MailboxRole", "HubTransportRole", "FrontendTransportRole", "CafeRole", "ClientAccessRole"],
        "unfinished": [],
        "management_tools_only": False,
        "adlds_port": None,
    }
    assert collected["failures"] == collected["limits"] == []


def test_every_certificate_comes_as_a_serialized_element_archived_ones_too(run: Run) -> None:
    certificates = run.collected("whole")["store"]["certificates"]
    assert [each["name"] for each in certificates] == [each.credential.thumbprint for each in WHOLE]
    assert [base64.b64decode(each["element"]) for each in certificates] == [*map(element, WHOLE)]
    assert [each["archived"] for each in certificates] == [False, False, True]
    assert {each["has_private_key"] for each in certificates} == {True}
    assert {each["der"] for each in certificates} == {each["reason"] for each in certificates} == {None}


def test_chains_come_as_flags_and_thumbprints_and_each_issuer_once(run: Run) -> None:
    store = run.collected("whole")["store"]
    own, issued, archived = store["certificates"]
    assert own["chain"] == {"status": UNTRUSTED_ROOT, "elements": [OWN.credential.thumbprint]}
    assert issued["chain"] == {
        "status": 0,
        "elements": [ISSUED.credential.thumbprint, ISSUING.thumbprint, ROOT.thumbprint],
    }
    # The flags of time are left out: the controller decides for a moment of its own.
    assert archived["chain"]["status"] == UNTRUSTED_ROOT
    issuers = {name: base64.b64decode(der) for name, der in store["chain_certificates"].items()}
    assert issuers == {ISSUING.thumbprint: ISSUING.der, ROOT.thumbprint: ROOT.der}


def test_the_access_to_a_key_is_that_of_the_file_whose_name_was_computed(run: Run) -> None:
    own, issued, _archived = (each["key"] for each in run.collected("whole")["store"]["certificates"])
    assert own == {"path": key_name(OWN), "sddl": WITH_NETWORK_SERVICE, "reason": None}
    assert issued == {"path": key_name(ISSUED), "sddl": WITHOUT_NETWORK_SERVICE, "reason": None}
    (of_edge,) = (each["key"] for each in run.collected("edge01")["store"]["certificates"])
    assert of_edge == {"path": key_name(EDGE_STORED), "sddl": WITH_NETWORK_SERVICE, "reason": None}


def test_exchange_says_services_order_internal_certificate_and_subscriptions(run: Run) -> None:
    exchange = run.collected("whole")["exchange"]
    own, issued = OWN.credential.thumbprint, ISSUED.credential.thumbprint
    said = {"status": "Valid", "raw_data": None, "serialization_data": None}
    assert exchange == {
        "shell": "Connect-ExchangeServer",
        "certificates": [
            {"thumbprint": own, "services": "SMTP", "root_ca_type": "None", **said},
            {"thumbprint": issued, "services": "IMAP, IIS", "root_ca_type": "Enterprise", **said},
        ],
        "order": {"whole.contoso.com": [own], "WHOLE": [own], "smtp.contoso.com": []},
        "internal_thumbprint": own,
        "edge_subscriptions": [{"name": "EDGE01", "site": "contoso.com/Configuration/Sites/HQ"}],
    }


def test_events_are_counted_by_number_and_provider_with_their_distinct_parameters(run: Run) -> None:
    """Neither the event of another number nor the one before the last 30 days."""
    moments = [f"{event.at:%Y-%m-%dT%H:%M:%SZ}" for event in EVENTS]
    assert run.collected("whole")["events"] == [
        {
            "id": 12014,
            "provider": "MSExchangeTransport",
            "count": 3,
            "first": moments[0],
            "last": moments[2],
            "parameters": [
                ["smtp.contoso.com", "Partner", "smtp.contoso.com"],
                ["mail.contoso.com", "Internet", "mail.contoso.com"],
            ],
        },
        {
            "id": 12018,
            "provider": "MSExchangeFrontEndTransport",
            "count": 1,
            "first": moments[3],
            "last": moments[3],
            "parameters": [["mail.contoso.com"]],
        },
    ]


def test_an_edge_is_read_from_its_own_directory_by_the_port_of_the_registry(run: Run) -> None:
    collected = run.collected("edge01")
    assert collected["exchange"]["shell"] == "snap-in"
    assert collected["exchange"]["edge_subscriptions"] is None
    directory = collected["directory"]
    assert (directory["port"], directory["configuration"]) == (50389, ADLDS_CONFIGURATION)
    server, connector = directory["entries"]
    (value,) = server["attributes"]["msExchServerInternalTLSCert"]
    assert base64.b64decode(value) == element(EDGE_STORED)
    assert base64.b64decode(connector["attributes"]["routingList"][0]) == b"SMTP:--;1"
    assert run.collected("whole")["directory"] is None


def test_the_facts_of_a_mailbox_server(run: Run) -> None:
    facts = run.facts("whole")
    assert facts["server"] | {"dn": None} == {
        "name": "WHOLE",
        "role": "hub",
        "dn": None,
        "version": "15.2.2562",
        "edition": "2016",
        "site": "HQ",
        "edge_subscriptions": facts["server"]["edge_subscriptions"],
    }
    assert (facts["identity"]["cluster"], facts["identity"]["cluster_names"]) == ("nlb", ["smtp.contoso.com"])
    assert facts["store"]["source"] == "windows"
    own, issued, archived = facts["store"]["certificates"]
    assert (own["services"], own["services_evidence"]) == (["SMTP"], "exchange")
    assert (own["friendly_name"], own["key"]["provider"]) == ("Microsoft Exchange", "csp")
    assert own["key"]["network_service_can_read"] is True
    assert own["trust"]["evidence"] == issued["trust"]["evidence"] == "windows"
    assert (own["trust"]["status"], issued["trust"]["status"]) == ("untrusted", "trusted")
    assert issued["trust"]["intervals"][0]["path"][1:] == [ISSUING.thumbprint, ROOT.thumbprint]
    assert issued["key"]["network_service_can_read"] is False
    assert archived["archived"] is True
    assert facts["exchange"]["internal_thumbprint"] == OWN.credential.thumbprint
    assert [event["id"] for event in facts["observed_events"]] == [12014, 12018]
    assert facts["failures"] == []


def test_the_decision_agrees_with_what_exchange_said(run: Run) -> None:
    decision = run.decision("whole")
    assert (decision["outcome"], decision["compliant"]) == ("selected", True)
    assert decision["internal"] == OWN.credential.thumbprint
    assert decision["verified"]["status"] == "agrees"


def test_the_decision_for_an_edge_comes_of_its_own_directory(run: Run) -> None:
    facts, decision = run.facts("edge01"), run.decision("edge01")
    assert facts["directory"]["source"] == "adlds"
    assert (facts["server"]["role"], facts["server"]["name"]) == ("edge", "EDGE01")
    assert [connector["name"] for connector in facts["connectors"]] == ["EdgeSync - Inbound to HQ"]
    assert (decision["outcome"], decision["internal"]) == ("selected", EDGE_STORED.credential.thumbprint)
    assert "key_cng" in [finding["code"] for finding in decision["findings"]]


def test_where_exchange_says_otherwise_a_finding_asks_for_a_report(run: Run) -> None:
    decision = run.decision("disagrees")
    assert decision["verified"]["status"] == "disagrees"
    assert [finding["code"] for finding in decision["findings"]] == ["exchange_disagrees"]


def test_services_are_read_from_the_bytes_that_a_signed_session_leaves(run: Run) -> None:
    certificates = run.facts("rawobjects")["store"]["certificates"]
    assert [each["services"] for each in certificates[:2]] == [["SMTP"], ["IMAP", "IIS"]]
    assert [each["services_evidence"] for each in certificates[:2]] == ["exchange", "exchange"]


def test_twenty_certificates_are_sent_in_less_than_256_kilobytes(run: Run) -> None:
    assert len(json.dumps(run.collected("twenty"))) < 256 * 1024
    assert len(run.collected("twenty")["store"]["certificates"]) == 20
