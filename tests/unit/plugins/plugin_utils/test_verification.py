"""The decision is compared with what Exchange itself said: what can be, only that, and each with its step."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._case import Question
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._decision import decide
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import (
    DirectoryValue,
    ExchangeAnswers,
    Facts,
    ObservedEvent,
    Trust,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.facts import (
    FQDN,
    NOW,
    edge,
    hub,
    present,
    self_signed,
    thumbprint,
)

OWN = self_signed("own")
OLDER = self_signed("older", days=(-300, 100))
MAIL = self_signed("mail", days=(-50, 100), dns_names=("mail.contoso.com", FQDN))
WILD = self_signed("wild", days=(-5, 100), dns_names=("*.contoso.com",))


def said(internal: str | None = None, /, **order: tuple[str, ...]) -> ExchangeAnswers:
    return ExchangeAnswers(internal, {name.replace("_", "."): listed for name, listed in order.items()})


def logged(id: int, *parameters: str, provider: str = "MSExchangeTransport") -> ObservedEvent:
    return ObservedEvent(id, provider, 1, NOW - timedelta(days=3), NOW - timedelta(days=1), (parameters,))


def decided(facts: Facts, **options: Any) -> dict[str, Any]:
    procedure = options.pop("procedure", None)
    return decide(facts, Question(**{"at": NOW, "now": NOW, **options}), procedure).to_plain()


def verdict(facts: Facts, **options: Any) -> tuple[str, list[str]]:
    """The status, and the steps that findings say to disagree."""
    decision = decided(facts, **options)
    steps = [each["step"] for each in decision["findings"] if each["code"] == "exchange_disagrees"]
    assert (decision["verified"]["status"] == "disagrees") >= bool(steps)
    return decision["verified"]["status"], steps


AGREES = hub([OWN, OLDER], OWN, exchange=said(OWN.thumbprint))


def test_the_same_internal_certificate_agrees() -> None:
    decision = decided(AGREES)
    assert decision["verified"] == {
        "status": "agrees",
        "details": [f"Get-TransportServer and the directory name the internal transport certificate {OWN.thumbprint}"],
    }
    assert decision["findings"] == []


def test_another_internal_certificate_disagrees_and_asks_for_a_report() -> None:
    decision = decided(hub([OWN, OLDER], OWN, exchange=said(OLDER.thumbprint)))
    (finding,) = decision["findings"]
    assert (finding["code"], finding["severity"], finding["step"]) == ("exchange_disagrees", "warning", "3")
    assert finding["thumbprint"] == OWN.thumbprint
    assert OLDER.thumbprint in finding["message"]
    assert "please report it" in finding["message"]
    assert "ansible_facts.anon_tls" in finding["message"]
    assert decision["compliant"] is True
    assert decision["summary"].endswith("compliant (exchange_disagrees)")


@pytest.mark.parametrize(
    ("status", "expected"),
    [("null", "disagrees"), ("corrupt", "disagrees"), ("unknown", "not_possible"), ("not_gathered", "not_possible")],
)
def test_a_directory_without_a_certificate_disagrees_where_it_was_read(status: Any, expected: str) -> None:
    assert verdict(hub([OWN], DirectoryValue(status), exchange=said(OWN.thumbprint)))[0] == expected


def test_an_internal_certificate_that_exchange_does_not_name_is_not_compared() -> None:
    assert verdict(hub([OWN], OWN, exchange=said(None))) == ("not_possible", [])


@pytest.mark.parametrize("id", [12013, 12015])
def test_an_event_about_the_present_internal_certificate_whose_step_passed_disagrees(id: int) -> None:
    events = (logged(id, OWN.thumbprint.lower()),)
    step = {12013: "4", 12015: "5"}[id]
    assert verdict(hub([OWN], OWN, observed_events=events)) == ("disagrees", [step])


@pytest.mark.parametrize(
    "event",
    [
        logged(12013, thumbprint("elsewhere")),
        logged(12015),
        logged(12013, OWN.thumbprint, provider="MSExchangeFrontEndTransport"),
        logged(12012, OWN.thumbprint),
        logged(12014, OWN.thumbprint),
        logged(12017, OWN.thumbprint),
        logged(12022, OWN.thumbprint),
    ],
    ids=lambda event: f"{event.id} {event.provider}",
)
def test_no_other_event_is_compared(event: ObservedEvent) -> None:
    assert verdict(hub([OWN], OWN, observed_events=(event,))) == ("not_possible", [])


def test_an_event_whose_step_failed_agrees() -> None:
    expired = self_signed("own", days=(-100, -1))
    assert verdict(hub([expired], expired, observed_events=(logged(12015, expired.thumbprint),))) == ("agrees", [])
    gone = hub([OLDER], OWN, observed_events=(logged(12013, OWN.thumbprint),))
    assert verdict(gone) == ("agrees", [])


def test_an_event_that_is_absent_is_never_compared() -> None:
    assert verdict(hub([OLDER], OWN, observed_events=())) == ("not_possible", [])


@pytest.mark.parametrize("id", [1037, 2019])
def test_1037_and_2019_say_that_the_internal_certificate_is_not_the_best(id: int) -> None:
    events = (logged(id),)
    assert verdict(hub([OWN, OLDER], OWN, observed_events=events)) == ("disagrees", ["9"])
    assert verdict(hub([OWN, OLDER], OLDER, observed_events=events)) == ("agrees", [])
    assert verdict(hub([OWN], OWN, version="15.2.1", observed_events=events)) == ("not_possible", [])


def test_1037_and_2019_are_one() -> None:
    decision = decided(hub([OWN], OWN, observed_events=(logged(1037), logged(2019))))
    assert len(decision["verified"]["details"]) == 1


def test_exchanges_first_for_a_name_is_the_lowest_rank_that_holds_it() -> None:
    facts = hub([OWN, OLDER, MAIL], MAIL)
    order = said(None, ex01_contoso_com=(MAIL.thumbprint, OWN.thumbprint), mail_contoso_com=(MAIL.thumbprint,))
    assert verdict(replace(facts, exchange=order)) == ("agrees", [])
    other = said(None, ex01_contoso_com=(OWN.thumbprint,), mail_contoso_com=(MAIL.thumbprint,), EX01=(OWN.thumbprint,))
    decision = decided(replace(facts, exchange=other))
    assert [each["step"] for each in decision["findings"] if each["code"] == "exchange_disagrees"] == ["8"]
    assert decision["verified"]["details"][0] == (
        f"for {FQDN}, Get-ExchangeCertificate lists {OWN.thumbprint} first, this decision {MAIL.thumbprint}"
    )
    assert len(decision["verified"]["details"]) == 3


@pytest.mark.parametrize(
    "order",
    [said(None, other_example=(OWN.thumbprint,)), said(None, EX01=()), said(None)],
    ids=["no candidate holds the name", "exchange has none", "nothing asked"],
)
def test_a_name_that_only_one_side_knows_is_not_compared(order: ExchangeAnswers) -> None:
    assert verdict(hub([OWN], OWN, exchange=order)) == ("not_possible", [])


def test_the_order_is_compared_in_the_2016_edition_too() -> None:
    facts = hub([OWN, OLDER], OLDER, version="15.2.1", exchange=said(None, EX01=(OLDER.thumbprint,)))
    assert verdict(facts) == ("disagrees", ["8"])


def test_a_candidate_whose_place_is_not_known_is_not_compared() -> None:
    newest = self_signed("newest", days=(-1, 100), self_signed=False, trust=Trust("unknown"))
    facts = hub([newest, OWN], OWN, version="15.2.1", exchange=said(None, EX01=(OWN.thumbprint,)))
    assert verdict(facts) == ("not_possible", [])


def test_wildcards_hold_a_name_where_they_count() -> None:
    facts = hub([OWN, WILD], OWN, exchange=said(None, ex01_contoso_com=(OWN.thumbprint,)))
    assert verdict(facts) == ("agrees", [])
    assert verdict(facts, wildcards=True) == ("disagrees", ["8"])


def test_another_moment_than_now_is_not_possible() -> None:
    decision = decided(hub([OWN], OWN, exchange=said(OLDER.thumbprint)), at=NOW + timedelta(days=1))
    assert decision["verified"]["status"] == "not_possible"
    assert "another moment than now" in decision["verified"]["details"][0]
    assert decision["findings"] == []


def test_an_undetermined_outcome_is_not_possible() -> None:
    decision = decided(hub([OWN], OWN, store=None, exchange=said(OLDER.thumbprint)))
    assert decision["verified"] == {"status": "not_possible", "details": ["the outcome is undetermined"]}
    assert decision["findings"] == []


def test_with_nothing_to_compare_that_is_said() -> None:
    (detail,) = decided(hub([OWN], OWN))["verified"]["details"]
    assert "nothing to compare: Exchange itself was not asked" in detail
    (detail,) = decided(hub([OWN], OWN, observed_events=()))["verified"]["details"]
    assert "nothing to compare: what Exchange itself said" in detail


def test_verify_false_compares_nothing() -> None:
    decision = decided(hub([OWN], OWN, exchange=said(OLDER.thumbprint)), verify=False)
    assert (decision["verified"], decision["findings"]) == (None, [])


def test_a_step_after_a_stop_gives_no_finding_though_it_is_compared() -> None:
    facts = edge([OWN], OWN, connectors=(), exchange=said(OLDER.thumbprint))
    decision = decided(facts)
    assert (decision["outcome"], decision["stopped_at"]) == ("not_used", "2a")
    assert decision["verified"]["status"] == "disagrees"
    assert [each["code"] for each in decision["findings"]] == ["connector_auth"]


def test_findings_stay_in_the_order_of_the_steps() -> None:
    facts = hub(
        [OWN, OLDER],
        present(OLDER),
        exchange=said(OWN.thumbprint),
        observed_events=(logged(12015, OLDER.thumbprint),),
    )
    assert [(each["step"], each["code"]) for each in decided(facts)["findings"]] == [
        ("3", "exchange_disagrees"),
        ("5", "exchange_disagrees"),
        ("9", "not_best"),
    ]
