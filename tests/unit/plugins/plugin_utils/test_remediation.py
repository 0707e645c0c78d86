"""The plan of a remediation: which certificate, how, and that nothing is planned that would not mend the server."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._case import Question
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._decision import decide
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import (
    Certificate,
    DirectoryValue,
    Facts,
    Failure,
    Identity,
    SendConnector,
)
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._remediation import (
    Plan,
    Wish,
    as_afterwards,
    plan_for,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.facts import (
    NOW,
    edge,
    hub,
    pki,
    present,
    self_signed,
    untrusted,
)

OWN = self_signed("own")
OLDER = self_signed("older", days=(-300, 100))
NEWER = self_signed("newer", days=(-10, 300))
EXPIRED = self_signed("expired", days=(-50, -1))
TEMPLATE = pki("enrolled", days=(-5, 300), template="Machine")
RENEWED = pki("renewed", days=(-3, 700), services=("IIS",))
OTHER_NAME = self_signed("other", dns_names=("elsewhere.contoso.com",), common_names=("elsewhere",))
MISSING = DirectoryValue("null")
EXCHANGE_2016 = "15.2.2562"


def plan(facts: Facts, procedure: str | None = None, **wish: Any) -> Plan:
    return plan_for(facts, Question(at=NOW, now=NOW), Wish(**wish), procedure)


def without_smtp(certificate: Certificate) -> Certificate:
    return replace(certificate, services=("IIS",))


def subscribed(facts: Facts, edges: tuple[str, ...] | None = ("EDGE01",)) -> Facts:
    return replace(facts, server=replace(facts.server, edge_subscriptions=edges))


def told(made: Plan) -> tuple[str, Certificate | None, str | None]:
    return made.action, made.chosen, made.internal


def test_a_compliant_server_is_left_alone() -> None:
    assert told(plan(hub([OWN, OLDER], OWN))) == ("none", None, None)


def test_a_server_that_does_not_use_anonymous_tls_is_left_alone() -> None:
    made = plan(replace(edge([OWN], MISSING), connectors=()))
    assert (made.action, "does not use anonymous TLS" in made.reason) == ("none", True)


def test_a_mismatch_is_mended_with_what_is_enabled_already() -> None:
    made = plan(hub([OWN, NEWER], OWN))
    assert told(made) == ("change", NEWER, "replace")
    assert [change.action for change in made.changes] == ["replace_internal"]
    assert made.afterwards is not None
    assert (made.afterwards.outcome, made.afterwards.compliant) == ("selected", True)


def test_what_is_enabled_already_comes_before_desired() -> None:
    assert told(plan(hub([OWN, NEWER, RENEWED], OWN))) == ("change", NEWER, "replace")


def test_desired_comes_first_where_that_is_wanted() -> None:
    made = plan(hub([OWN, NEWER, RENEWED], OWN), enable_desired=True)
    assert told(made) == ("change", RENEWED, "replace")
    assert [change.action for change in made.changes] == ["enable_smtp", "replace_internal"]


def test_desired_is_taken_on_a_compliant_server_where_that_is_wanted() -> None:
    assert told(plan(hub([OWN, RENEWED], OWN), enable_desired=True)) == ("change", RENEWED, "replace")


def test_a_second_run_with_desired_wanted_changes_nothing() -> None:
    done = as_afterwards(hub([OWN, RENEWED], OWN), RENEWED)
    assert plan(done, enable_desired=True).action == "none"


def test_an_internal_certificate_that_lacks_smtp_gets_it_and_stays() -> None:
    own = without_smtp(OWN)
    assert told(plan(hub([own], own))) == ("change", own, "keep")


def test_the_reason_tells_whether_the_chosen_one_has_smtp_already() -> None:
    own = without_smtp(OWN)
    assert plan(hub([own], own)).reason == "no certificate that is enabled for SMTP will do, and this is the best other"
    assert plan(hub([OWN, NEWER], OWN)).reason == "it is the best of those that are enabled for SMTP already"


def test_desired_is_taken_where_nothing_that_is_enabled_will_do() -> None:
    own = without_smtp(NEWER)
    assert told(plan(hub([own, OTHER_NAME], OTHER_NAME))) == ("change", own, "replace")


@pytest.mark.parametrize("version", ["14.3.123", EXCHANGE_2016])
def test_a_missing_value_is_given_to_the_best(version: str) -> None:
    assert told(plan(hub([OLDER, OWN], MISSING, version=version))) == ("change", OWN, "replace")


@pytest.mark.parametrize("version", ["14.3.123", EXCHANGE_2016])
def test_an_expired_internal_certificate_is_replaced(version: str) -> None:
    own = without_smtp(NEWER)
    assert told(plan(hub([EXPIRED, own], EXPIRED, version=version))) == ("change", own, "replace")


def test_a_healthy_internal_certificate_is_never_touched_in_the_2016_edition() -> None:
    facts = hub([OLDER, RENEWED, NEWER], OLDER, version=EXCHANGE_2016)
    assert plan(facts).action == "none"
    assert plan(facts, enable_desired=True).action == "none"
    assert plan(facts, thumbprint=OLDER.thumbprint).action == "none"
    refused = plan(facts, thumbprint=NEWER.thumbprint)
    assert (refused.action, "never replaces it" in refused.reason) == ("refused", True)


def test_what_the_2016_edition_finds_besides_is_no_reason_to_touch_it() -> None:
    facts = edge([OLDER, NEWER], present(OLDER, published_thumbprint=NEWER.thumbprint), version=EXCHANGE_2016)
    refused = plan(facts)
    assert refused.action == "refused"
    assert "never replaces it then; edge_copy_differs" in refused.reason
    assert refused.command is not None
    assert "New-EdgeSubscription" in refused.command


def test_a_certificate_that_is_named_is_taken_whatever_speaks_against_it() -> None:
    facts = hub([OWN, TEMPLATE], OWN)
    assert plan(facts).action == "refused"
    made = plan(facts, thumbprint=TEMPLATE.thumbprint)
    assert told(made) == ("change", TEMPLATE, "replace")
    assert "template Machine" in made.changes[0].caution


def test_a_best_that_is_passed_over_is_named_with_the_reason() -> None:
    refused = plan(hub([OWN, TEMPLATE], OWN))
    assert refused.action == "refused"
    assert "still not_best" in refused.reason
    assert "template Machine" in refused.reason
    assert refused.reason.endswith(
        f"; to take {TEMPLATE.thumbprint[:8]} (CN=enrolled) all the same, name it (thumbprint)"
    )


def test_a_certificate_that_is_named_must_be_in_the_store() -> None:
    refused = plan(hub([OWN], OWN), thumbprint=NEWER.thumbprint)
    assert (refused.action, refused.chosen) == ("refused", None)
    assert f"{NEWER.thumbprint} is not in the store of EX01, which holds {OWN.thumbprint[:8]}" in refused.reason


def test_an_archived_certificate_cannot_be_named() -> None:
    archived = replace(NEWER, archived=True)
    assert plan(hub([OWN, archived], OWN), thumbprint=archived.thumbprint).action == "refused"


@pytest.mark.parametrize("days", [(-50, -1), (1, 50)], ids=["expired", "not yet valid"])
@pytest.mark.parametrize("version", ["14.3.123", EXCHANGE_2016])
def test_a_certificate_outside_its_validity_cannot_be_named(days: tuple[int, int], version: str) -> None:
    late = self_signed("late", days=days)
    refused = plan(hub([OWN, late], MISSING, version=version), thumbprint=late.thumbprint)
    assert (refused.action, "and not at 2026-11-23T12:00:00Z" in refused.reason) == ("refused", True)


@pytest.mark.parametrize("has_private_key", [False, None])
def test_a_certificate_without_a_sure_private_key_cannot_be_named(has_private_key: bool | None) -> None:
    keyless = replace(NEWER, has_private_key=has_private_key)
    facts = hub([OWN, keyless], MISSING, version=EXCHANGE_2016)
    refused = plan(facts, thumbprint=keyless.thumbprint)
    assert (refused.action, "would still not be surely compliant" in refused.reason) == ("refused", True)


def test_a_named_one_that_would_not_be_the_best_is_refused() -> None:
    refused = plan(hub([OWN, OLDER, NEWER], OWN), thumbprint=OLDER.thumbprint)
    assert (refused.action, "not_best" in refused.reason) == ("refused", True)


@pytest.mark.parametrize(
    "facts",
    [
        hub([OWN], DirectoryValue("unknown", "the server is down")),
        replace(hub([OWN], OWN), store=None),
        hub([OWN, replace(NEWER, services=None)], OWN),
        hub([replace(OWN, has_private_key=None)], OWN, version=EXCHANGE_2016),
    ],
    ids=["directory", "store", "services", "private key"],
)
def test_nothing_is_changed_where_something_is_not_known(facts: Facts) -> None:
    refused = plan(facts, enable_desired=True)
    assert (refused.action, "not known: " in refused.reason) == ("refused", True)


def test_the_reason_why_something_is_not_known_is_told() -> None:
    down = DirectoryValue("unknown", "the server is down", "ldap")
    failures = (Failure("directory", "the server is down"),)
    refused = plan(replace(hub([OWN], down), failures=failures))
    assert "(not known: directory; directory: the server is down), and so nothing is changed" in refused.reason


def test_a_refused_plan_ends_with_the_line_that_mends_the_server_and_not_with_its_own() -> None:
    keyless = replace(NEWER, has_private_key=False)
    refused = plan(hub([OWN, keyless], MISSING), thumbprint=keyless.thumbprint)
    assert refused.command == f"Enable-ExchangeCertificate -Thumbprint {OWN.thumbprint} -Services SMTP -Force"


def test_where_nothing_can_win_the_missing_certificate_is_described() -> None:
    refused = plan(hub([OTHER_NAME, untrusted("partner")], OTHER_NAME))
    assert refused.action == "refused"
    for part in (
        "no certificate in the store of EX01 can be selected",
        f"{OTHER_NAME.thumbprint[:8]} (CN=other): it fails 7c",
        "it is not trusted (no issuer is known)",
        "ex01.contoso.com or EX01",
        "key usage digital signature and key encipherment",
        "extended key usage serverAuth",
        "RSA key of 2048 bits or more;",
    ):
        assert part in refused.reason
    assert refused.command is not None
    assert refused.command.startswith("New-ExchangeCertificate -SubjectName 'CN=EX01' -DomainName 'ex01.contoso.com'")


def test_the_missing_certificate_has_no_cng_key_where_edge_subscriptions_depend_on_it() -> None:
    assert "not of CNG, for EdgeSync" in plan(subscribed(hub([OTHER_NAME], OTHER_NAME))).reason


def test_of_many_certificates_that_will_not_do_some_are_told() -> None:
    others = [replace(OTHER_NAME, thumbprint=self_signed(str(number)).thumbprint) for number in range(8)]
    assert "and 3 more)" in plan(hub(others, others[0])).reason


def test_a_server_without_names_is_refused() -> None:
    facts = replace(hub([OTHER_NAME], MISSING), identity=Identity())
    refused = plan(facts)
    assert (refused.action, "the names of the server are not known" in refused.reason) == ("refused", True)


def test_an_internal_certificate_that_is_in_place_already_cannot_mend_what_is_wrong_besides() -> None:
    refused = plan(edge([OWN], present(OWN, published_thumbprint=NEWER.thumbprint)))
    assert (refused.action, "already and enabled for SMTP, and still edge_copy_differs" in refused.reason) == (
        "refused",
        True,
    )


@pytest.mark.parametrize(
    ("facts", "commands"),
    [
        (hub([OWN, NEWER], OWN), []),
        (subscribed(hub([OWN, NEWER], OWN)), ["Test-EdgeSynchronization"]),
        (subscribed(hub([OWN, NEWER], OWN), None), ["Test-EdgeSynchronization"]),
        (subscribed(hub([without_smtp(OWN)], OWN)), ["Test-EdgeSynchronization"]),
        (edge([OWN, NEWER], OWN), [r"New-EdgeSubscription -FileName 'C:\EdgeSubscription.xml'"]),
        (edge([without_smtp(OWN)], OWN), []),
    ],
    ids=["no Edge", "Edge Subscriptions", "not known", "SMTP alone", "Edge", "Edge, SMTP alone"],
)
def test_what_is_left_to_do_by_hand_is_named(facts: Facts, commands: list[str]) -> None:
    made = plan(facts)
    assert (made.action, [step.command for step in made.by_hand]) == ("change", commands)
    assert not [change for change in made.changes if change.action == "resubscribe_edge"]


def test_the_procedure_that_is_asked_for_is_followed() -> None:
    assert plan(hub([OWN, NEWER], OWN), "2016").action == "none"
    assert plan(hub([OWN, NEWER], OWN, version=EXCHANGE_2016), "2007").action == "change"


@pytest.mark.parametrize("services", [None, (), ("IIS",), ("IIS", "SMTP")])
def test_the_facts_afterwards_are_those_of_a_server_that_was_mended(services: tuple[str, ...] | None) -> None:
    chosen = replace(NEWER, services=services)
    after = as_afterwards(hub([OWN, chosen], MISSING), chosen)
    assert decide(after, Question(at=NOW, now=NOW)).compliant
    assert after.directory.certificate is not None
    assert after.directory.certificate.not_after == NEWER.not_after


@pytest.mark.parametrize(("before", "after"), [(False, True), (True, True), (None, None)])
def test_enabling_lets_network_service_read_a_key_that_windows_keeps(before: bool | None, after: bool | None) -> None:
    chosen = replace(NEWER, services=(), key=replace(NEWER.key, network_service_can_read=before))
    store = as_afterwards(hub([OWN, chosen], OWN), chosen).store
    assert store is not None
    assert [each.key.network_service_can_read for each in store.certificates] == [None, after]


def test_the_state_is_public_and_small() -> None:
    plain = plan(hub([OWN, RENEWED], OWN)).to_plain()
    assert plain["state"] == {
        "server": "EX01",
        "directory": "present",
        "internal": OWN.thumbprint,
        "services": {OWN.thumbprint: ["SMTP"], RENEWED.thumbprint: ["IIS"]},
    }


def test_a_plan_that_is_refused_after_all_keeps_its_choice_and_changes_nothing() -> None:
    refused = plan(hub([OWN, NEWER], OWN)).refuse("it moved")
    assert (refused.action, refused.chosen, refused.internal, refused.changes) == ("refused", NEWER, None, ())


def test_connectors_do_not_matter_to_the_choice() -> None:
    more = (SendConnector("more", True, ("ExchangeServer",)),)
    assert told(plan(replace(hub([OWN, NEWER], OWN), connectors=more))) == ("change", NEWER, "replace")
