"""Each part of a Windows host fails alone and says what to do; nothing hangs, and nothing stays behind."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64

import pytest

from ansible_collections.msexchange.transport_tls.tests.fixtures.windows_host import calls
from ansible_collections.msexchange.transport_tls.tests.fixtures.windows_targets import left, state
from ansible_collections.msexchange.transport_tls.tests.integration_windows.conftest import PLAYBOOK, Run, play
from ansible_collections.msexchange.transport_tls.tests.integration_windows.hosts import (
    TARGETS,
    TWENTY,
    UNEXPORTED,
    UNJUDGED,
    UNPARSED,
    UNREAD_KEY,
)


def called(run: Run, name: str) -> set[str]:
    return {line.split()[0] for line in calls(state(run.folder, name))}


def test_one_broken_certificate_among_twenty_keeps_no_other_from_being_read(run: Run) -> None:
    certificates = {each["name"]: each for each in run.collected("twenty")["store"]["certificates"]}
    assert len(certificates) == 20
    unexported = certificates[UNEXPORTED]
    assert unexported["element"] is None
    assert base64.b64decode(unexported["der"]) == TWENTY[5].credential.der
    assert "parameter is incorrect" in unexported["reason"]
    assert certificates[UNJUDGED]["chain"] is None
    assert "parameter is incorrect" in certificates[UNJUDGED]["chain_reason"]
    assert all(each["chain"] for name, each in certificates.items() if name != UNJUDGED)
    assert all(each["element"] for name, each in certificates.items() if name != UNEXPORTED)


def test_the_facts_hold_what_could_be_read_and_name_what_could_not(run: Run) -> None:
    store = run.facts("twenty")["store"]
    by_thumbprint = {each["thumbprint"]: each for each in store["certificates"]}
    assert [each["thumbprint"] for each in store["unreadable"]] == [UNPARSED]
    assert len(by_thumbprint) == 19
    assert by_thumbprint[UNEXPORTED]["services"] is None
    assert by_thumbprint[UNJUDGED]["trust"]["evidence"] == "built"


def test_a_key_whose_file_cannot_be_read_is_not_known(run: Run) -> None:
    key = next(each for each in run.collected("twenty")["store"]["certificates"] if each["name"] == UNREAD_KEY)["key"]
    assert key["sddl"] is None
    assert "administrator" in key["reason"]
    assert run.facts("twenty")["store"]["certificates"][0]["key"]["network_service_can_read"] is None


@pytest.mark.parametrize("part", ["identity", "store", "exchange", "events"])
def test_what_is_denied_is_said_with_what_to_do(run: Run, part: str) -> None:
    reason = run.failures("denied")[part]
    assert "unauthorized operation" in reason
    assert {
        "identity": "Connect as a local administrator of the host",
        "store": "Connect as a local administrator of the host",
        "exchange": "runas",
        "events": "Event Log Readers",
    }[part] in reason


def test_what_is_denied_is_not_known_and_never_taken_for_empty(run: Run) -> None:
    facts = run.facts("denied")
    assert facts["store"] is facts["exchange"] is facts["observed_events"] is None
    assert facts["identity"]["cluster"] is None
    assert facts["identity"]["fqdn"] == "denied.contoso.com"
    assert facts["directory"]["status"] == "present"
    assert run.decision("denied")["outcome"] == "undetermined"


@pytest.mark.parametrize("part", ["identity", "directory", "exchange", "events"])
def test_every_part_of_an_edge_can_fail(run: Run, part: str) -> None:
    assert run.failures("brokenedge")[part]


def test_of_an_edge_where_everything_fails_there_are_still_facts(run: Run) -> None:
    facts = run.facts("brokenedge")
    assert facts["directory"]["status"] == "unknown"
    assert "ADAM_MSExchange" in facts["directory"]["reason"]
    (certificate,) = facts["store"]["certificates"]
    assert certificate["services"] is None
    assert facts["server"]["role"] == "edge"
    assert facts["identity"]["fqdn"] is None
    assert run.decision("brokenedge")["outcome"] == "undetermined"


def test_a_double_hop_names_its_remedies_and_services_fall_back_to_the_keys(run: Run) -> None:
    reason = run.failures("doublehop")["exchange"]
    assert all(remedy in reason for remedy in ("become", "runas", "CredSSP", "delegation"))
    facts = run.facts("doublehop")
    assert facts["exchange"] is None
    own, issued, _archived = facts["store"]["certificates"]
    assert (own["services"], own["services_evidence"]) == (["SMTP"], "key_acl")
    assert (issued["services"], issued["services_evidence"]) == ([], "key_acl")
    decision = run.decision("doublehop")
    assert (decision["outcome"], decision["compliant"]) == ("selected", True)
    assert decision["verified"]["status"] == "not_possible"


def test_the_failure_of_one_cmdlet_leaves_what_the_others_said(run: Run) -> None:
    assert "Get-EdgeSubscription" in run.failures("cmdlet")["exchange"]
    facts = run.facts("cmdlet")
    assert facts["exchange"]["internal_thumbprint"] == TARGETS["cmdlet"].host.internal
    assert facts["store"]["certificates"][0]["services_evidence"] == "exchange"


def test_a_shell_that_hangs_is_given_up_and_the_rest_is_there(run: Run) -> None:
    collected = run.collected("hangs")
    (failure,) = collected["failures"]
    assert failure["part"] == "exchange"
    assert "Opening the Exchange Management Shell was given up after 3 seconds" in failure["reason"]
    assert collected["exchange"] is None
    assert len(collected["store"]["certificates"]) == 3


def test_a_cmdlet_that_hangs_leaves_what_came_before_it(run: Run) -> None:
    collected = run.collected("hangslate")
    assert "Get-TransportService was given up after 15 seconds" in collected["failures"][0]["reason"]
    assert len(collected["exchange"]["certificates"]) == 2
    assert set(collected["exchange"]["order"]) == {"hangslate.contoso.com", "HANGSLATE"}
    assert collected["exchange"]["internal_thumbprint"] is collected["exchange"]["edge_subscriptions"] is None


def test_an_empty_store_is_empty_and_a_server_without_exchange_says_so(run: Run) -> None:
    facts = run.facts("empty")
    assert facts["store"] == {"source": "windows", "certificates": [], "unreadable": []}
    assert facts["observed_events"] == []
    assert facts["server"]["role"] == "none"
    assert facts["failures"] == []
    assert run.decision("empty")["outcome"] == "not_used"


def test_only_what_is_asked_for_is_read(run: Run) -> None:
    assert (
        called(run, "narrow")
        & {
            "Get-ExchangeCertificate",
            "Open-AnonTlsExchangeShell",
            "Search-AnonTlsAdLds",
            "Get-AnonTlsEvent",
        }
        == set()
    )
    assert "Search-AnonTlsAdLds" not in called(run, "whole")
    assert "Open-AnonTlsExchangeShell" not in called(run, "empty")
    facts = run.facts("narrow")
    assert facts["exchange"] is facts["observed_events"] is None
    assert facts["directory"]["status"] == "not_gathered"


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_changes_and_nothing_is_left_on_the_host(run: Run, name: str) -> None:
    assert left(run.folder, name) == []
    assert (state(run.folder, name) / "host.json").read_bytes() == run.before[name]
    assert not [line for line in calls(state(run.folder, name)) if line.startswith("Enable-")]


def test_a_host_of_this_machine_gets_the_other_module(run: Run) -> None:
    """In the same play, by the same task: the action takes the module by what the connection's shell is."""
    facts = run.facts("posix")
    assert facts["store"]["source"] == "folder"
    assert [each["services_evidence"] for each in facts["store"]["certificates"]] == ["file"]


def test_a_windows_host_that_was_exported_is_not_asked(run: Run) -> None:
    store = run.facts("exported")["store"]
    assert (store["source"], len(store["certificates"])) == ("sst", 3)
    assert calls(state(run.folder, "exported")) == []


def test_the_module_runs_with_pipelining_and_in_check_mode_too(run: Run) -> None:
    play(run.folder, PLAYBOOK, "--check", "--limit", "narrow", ANSIBLE_PIPELINING="True")
    assert left(run.folder, "narrow") == []
