"""Enabling on a Windows host: where the internal certificate is known from, what the host is asked, what came of it."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._enabling import (
    Change,
    EnablingError,
    Internal,
    Wish,
    change_of,
)
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._enabling_on_windows import (
    Outcome,
    outcome_of,
    outcome_without_answer,
    request_of,
)
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import (
    DirectoryValue,
    ExchangeAnswers,
    Facts,
    Failure,
    Store,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import exchange_certificate
from ansible_collections.msexchange.transport_tls.tests.fixtures.exchange_certificate import Certificate, write_stream
from ansible_collections.msexchange.transport_tls.tests.fixtures.facts import (
    NOW,
    edge,
    hub,
    present,
    self_signed,
    thumbprint,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.serialized_certificate import serialize

CHOSEN = self_signed("chosen", services=("IIS",))
OLD = self_signed("old")
OTHER = thumbprint("another")
NOT_GATHERED = DirectoryValue("not_gathered", "no directory is read")
LOST = Failure("exchange", "Get-TransportService: the server is busy")


def windows(directory: DirectoryValue = NOT_GATHERED, said: str | None = OLD.thumbprint, **fields: Any) -> Facts:
    facts = hub([CHOSEN, OLD], directory, **fields)
    return replace(facts, store=Store("windows", (CHOSEN, OLD)), exchange=ExchangeAnswers(said, {}))


def ask(facts: Facts, internal: Any = "keep", **permissions: bool) -> Change:
    return change_of(facts, Wish(CHOSEN.thumbprint, internal, **permissions), NOW)


def refusal(facts: Facts, internal: Any = "keep") -> str:
    with pytest.raises(EnablingError) as caught:
        ask(facts, internal)
    return str(caught.value)


def read(internal: str | None, *services: str) -> dict[str, Any]:
    return {"services": [*services], "serialization_data": None, "internal_thumbprint": internal}


def answer(after: dict[str, Any] | None = None, **said: Any) -> dict[str, Any]:
    return {
        "before": read(OLD.thumbprint, "IIS"),
        "after": after,
        "changed": True,
        "ran": ["x"],
        "problem": None,
        **said,
    }


def outcome(plain: object, internal: Any = "keep", *, check_mode: bool = False) -> Outcome:
    facts, wish = windows(), Wish(CHOSEN.thumbprint, internal)
    return outcome_of(facts, wish, change_of(facts, wish, NOW), plain, check_mode=check_mode)


def test_replace_needs_no_directory_server() -> None:
    for facts in (windows(), windows(present(OLD, source="ldif")), windows(present(OLD, source="ldap"))):
        change = ask(facts, "replace")
        assert change.before.internal.thumbprint == OLD.thumbprint
        assert change.after.internal.thumbprint == CHOSEN.thumbprint


def test_where_the_directory_does_not_tell_exchanges_own_word_counts() -> None:
    assert ask(windows()).before.internal == Internal(
        "present", OLD.thumbprint, OLD.subject, OLD.dns_names, OLD.not_before, OLD.not_after
    )
    assert ask(windows(DirectoryValue("unknown", "down")), "replace").before.internal.thumbprint == OLD.thumbprint
    copy = present(CHOSEN, is_copy=True, source="ldap")
    assert ask(windows(copy), "replace").before.internal.thumbprint == OLD.thumbprint


def test_an_internal_certificate_that_is_not_in_the_store_can_be_replaced_and_not_kept() -> None:
    facts = windows(said=OTHER)
    assert ask(facts, "replace").before.internal == Internal("present", OTHER)
    assert "is not in the store" in refusal(facts)


def test_where_there_is_none_there_is_nothing_to_keep() -> None:
    facts = windows(said=None)
    assert ask(facts, "replace").before.internal == Internal("null", None)
    assert "no internal transport certificate to keep (null); set internal to replace" in refusal(facts)


def test_nothing_is_changed_where_directory_and_exchange_disagree() -> None:
    for directory in (present(CHOSEN), DirectoryValue("null", "no value")):
        for internal in ("keep", "replace"):
            assert f"{OLD.thumbprint} to Exchange on the host; wait" in refusal(windows(directory), internal)


def test_a_value_that_cannot_be_read_can_be_replaced() -> None:
    facts = windows(DirectoryValue("corrupt", "property 32 is missing"))
    assert ask(facts, "replace").before.internal == Internal("corrupt", None)
    assert request_of(facts, Wish(CHOSEN.thumbprint, "replace"), ask(facts, "replace"))["expected_internal"] == (
        OLD.thumbprint
    )
    assert "property 32 is missing" in refusal(facts)


def test_what_exchange_was_not_asked_is_not_changed() -> None:
    silent = replace(windows(), exchange=None)
    assert "there is no Exchange server" in refusal(silent)
    assert "the shell is shut" in refusal(replace(silent, failures=(Failure("exchange", "the shell is shut"),)))


def test_what_could_not_be_read_is_not_taken_for_none() -> None:
    facts = replace(windows(said=None), failures=(LOST,))
    for internal in ("keep", "replace"):
        assert f"is not known: {LOST.reason}" in refusal(facts, internal)
    assert ask(replace(facts, directory=present(OLD)), "replace").before.internal.thumbprint == OLD.thumbprint


def test_the_guards_of_an_edge_hold_on_windows_too() -> None:
    facts = replace(edge([CHOSEN, OLD], OLD), exchange=ExchangeAnswers(OLD.thumbprint, {}))
    assert facts.store is not None
    facts = replace(facts, store=replace(facts.store, source="windows"))
    for internal in ("keep", "replace"):
        assert "allow_edge_resubscribe" in refusal(facts, internal)
    assert ask(facts, "replace", allow_edge_resubscribe=True).replaces_internal


def test_the_host_is_asked_for_what_was_read() -> None:
    facts, wish = windows(), Wish(CHOSEN.thumbprint.lower(), "keep")
    assert request_of(facts, wish, change_of(facts, wish, NOW)) == {
        "thumbprint": CHOSEN.thumbprint,
        "internal": "keep",
        "expected_internal": OLD.thumbprint,
        "expected_services": ["IIS"],
    }


def test_what_was_read_afterwards_is_the_state_afterwards() -> None:
    kept = outcome(answer(read(OLD.thumbprint, "SMTP", "IIS")))
    assert (kept.changed, kept.problem) == (True, None)
    assert kept.after == ask(windows()).after
    replaced = outcome(answer(read(CHOSEN.thumbprint, "IIS", "SMTP")), "replace")
    assert (replaced.changed, replaced.problem) == (True, None)
    assert replaced.after == ask(windows(), "replace").after


def test_services_come_from_the_stream_where_nothing_else_came() -> None:
    credential = exchange_certificate("EX01", "contoso.com")
    for services, expected in ((8 | 16, ("IIS", "SMTP")), (8, ("IIS",))):
        stream = write_stream(Certificate(serialize(credential.der), services=services))
        said = {**read(OLD.thumbprint), "services": None, "serialization_data": base64.b64encode(stream).decode()}
        found = outcome(answer(said))
        assert found.after.services == expected
        assert (found.problem is None) is ("SMTP" in expected)
    damaged = {**read(OLD.thumbprint), "services": None, "serialization_data": "AAAA"}
    assert outcome(answer(damaged)).after.services is None


def test_nothing_to_do_and_check_mode() -> None:
    same = outcome(answer(read(OLD.thumbprint, "IIS", "SMTP"), ran=[], changed=False))
    assert (same.changed, same.problem, same.after.services) == (False, None, ("IIS", "SMTP"))
    would = outcome(answer(ran=[]), check_mode=True)
    assert (would.changed, would.problem) == (True, None)
    assert would.after == ask(windows()).after


def test_what_stood_against_it_has_changed_nothing() -> None:
    found = outcome(answer(ran=[], changed=False, problem="It has moved. Run again."))
    assert found == Outcome(ask(windows()).before, False, "It has moved. Run again. Nothing was changed.")


def test_an_error_that_changed_nothing_says_so() -> None:
    found = outcome(answer(read(OLD.thumbprint, "IIS"), changed=False, problem="It is broken."))
    assert (found.changed, found.problem) == (False, "It is broken. Nothing was changed, as was read afterwards.")


def test_an_error_after_which_all_is_as_wanted_fails_and_says_both() -> None:
    found = outcome(answer(read(OLD.thumbprint, "IIS", "SMTP"), problem="It is broken."))
    assert found.changed
    assert found.problem == "It is broken. All the same everything is as it was asked for, as was read afterwards."


def test_what_could_not_be_kept_is_told_with_the_line_that_puts_it_back() -> None:
    found = outcome(answer(read(CHOSEN.thumbprint, "IIS", "SMTP"), problem="It is broken."))
    assert found.after.internal.thumbprint == CHOSEN.thumbprint
    assert found.problem == (
        f"It is broken. The internal transport certificate is {CHOSEN.thumbprint} now, and not {OLD.thumbprint}, which "
        "was to be kept. To make it so, run on the server: "
        f"Enable-ExchangeCertificate -Thumbprint {OLD.thumbprint} -Services SMTP -Force."
    )


def test_what_somebody_else_did_meanwhile_is_told_as_theirs() -> None:
    for internal, wanted in (("keep", OLD), ("replace", CHOSEN)):
        found = outcome(answer(read(OTHER, "IIS", "SMTP")), internal)
        assert found.after.internal == Internal("present", OTHER)
        assert f"is {OTHER} now, by somebody else, and not {wanted.thumbprint}" in str(found.problem)


def test_a_cmdlet_without_effect_and_without_error_is_a_failure() -> None:
    found = outcome(answer(read(OLD.thumbprint, "IIS")), "replace")
    assert f"is {OLD.thumbprint} now, and not {CHOSEN.thumbprint}." in str(found.problem)
    assert f"{CHOSEN.thumbprint} is not enabled for SMTP." in str(found.problem)
    gone = outcome(answer(read(None, "IIS", "SMTP")))
    assert gone.after.internal == Internal("null", None)
    assert "is none now" in str(gone.problem)


@pytest.mark.parametrize("internal", ["keep", "replace"])
def test_what_is_not_known_afterwards_is_told_with_what_to_look_at(internal: str) -> None:
    found = outcome(answer(problem="It was given up."), internal)
    assert found.changed
    assert (found.after.services, found.after.internal) == (None, Internal("unknown", None))
    text = str(found.problem)
    assert text.startswith("It was given up. What was changed is not known. On the server, look with")
    assert "Get-TransportService 'EX01' | Format-List InternalTransportCertificateThumbprint" in text
    assert f"Get-ExchangeCertificate -Thumbprint {CHOSEN.thumbprint} | Format-List Services" in text
    assert (f"put it back with Enable-ExchangeCertificate -Thumbprint {OLD.thumbprint}" in text) is (internal == "keep")


@pytest.mark.parametrize(
    "plain",
    [None, [], "text", {}, {"ran": "x"}, answer(after={"services": 16}), answer(ran=[1]), answer(changed="yes")],
    ids=["null", "list", "text", "empty", "ran", "after", "number", "word"],
)
def test_an_answer_of_another_form_is_a_failure_of_which_nothing_is_known(plain: object) -> None:
    found = outcome(plain)
    assert found.changed
    assert str(found.problem).startswith("the answer of the host cannot be understood: anon_tls_windows")
    in_check_mode = outcome(plain, check_mode=True)
    assert (in_check_mode.changed, in_check_mode.after) == (False, ask(windows()).before)
    assert str(in_check_mode.problem).endswith("Nothing was changed.")


def test_a_module_that_came_to_no_end_is_one_of_which_nothing_is_known() -> None:
    facts, wish = windows(), Wish(CHOSEN.thumbprint)
    change = change_of(facts, wish, NOW)
    found = outcome_without_answer(facts, wish, change, "MODULE FAILURE.", check_mode=False)
    assert found.changed
    assert "ended without an answer: MODULE FAILURE. What was changed is not known" in str(found.problem)
    assert outcome_without_answer(facts, wish, change, "x", check_mode=True).changed is False
