"""What must change: `desired`, the heir, and the remedies in their order with the literal Management Shell lines."""

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
    Trust,
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
EXPIRED = self_signed("expired", days=(-50, -1))
OLDER = self_signed("older", days=(-300, 100))
NEWER = self_signed("newer", days=(-10, 300))
NO_SMTP = replace(NEWER, services=("IIS",))
AUTH = "Microsoft Exchange Server Auth Certificate"
MISSING = DirectoryValue("null")
UNDESIRED = {
    "extended key usage": {"eku": ("clientAuth",)},
    "template": {"template": "WebServer"},
    "CNG": {"key": replace(NEWER.key, provider="cng")},
    "Auth": {"common_names": (AUTH,)},
}


def decided(facts: Facts, **options: Any) -> dict[str, Any]:
    return decide(facts, Question(**{"at": NOW, "now": NOW, **options})).to_plain()


def remedy(facts: Facts, **options: Any) -> list[tuple[str, str | None]]:
    return [(step["action"], step["thumbprint"]) for step in decided(facts, **options)["remedy"]]


def subscribed(facts: Facts, edges: tuple[str, ...] | None = ("EDGE01",)) -> Facts:
    return replace(facts, server=replace(facts.server, edge_subscriptions=edges))


def test_a_mismatch_is_mended_with_the_best() -> None:
    assert remedy(hub([OWN, NEWER], OWN)) == [("replace_internal", NEWER.thumbprint)]


def test_a_best_outside_its_validity_is_never_made_the_internal_one() -> None:
    later = self_signed("later", days=(-40, -2))
    assert remedy(hub([EXPIRED, later], EXPIRED)) == [("new_self_signed", None)]


def test_a_best_outside_its_validity_that_is_not_the_internal_one_gives_way_to_a_new_one() -> None:
    other = self_signed("other", days=(-60, -3))
    codes = [finding["code"] for finding in decided(hub([EXPIRED, other], other))["findings"]]
    assert codes == ["internal_expired", "best_expired", "not_best"]
    assert remedy(hub([EXPIRED, other], other)) == [("new_self_signed", None)]


@pytest.mark.parametrize("version", ["14.3.1", "15.2.2562"])
def test_a_missing_value_is_given_to_the_heir(version: str) -> None:
    assert remedy(hub([OWN, NEWER], MISSING, version=version)) == [("replace_internal", NEWER.thumbprint)]


def test_an_heir_that_lacks_smtp_gets_it_first() -> None:
    assert remedy(hub([NO_SMTP], MISSING)) == [
        ("enable_smtp", NEWER.thumbprint),
        ("replace_internal", NEWER.thumbprint),
    ]


def test_without_an_heir_a_new_certificate_is_made() -> None:
    assert remedy(hub([EXPIRED], MISSING)) == [("new_self_signed", None)]


def test_a_corrupt_value_is_given_to_the_heir() -> None:
    assert remedy(hub([OWN], DirectoryValue("corrupt"))) == [("replace_internal", OWN.thumbprint)]


def test_a_certificate_that_is_gone_may_be_imported_last() -> None:
    assert remedy(hub([NEWER], OWN)) == [("replace_internal", NEWER.thumbprint), ("import", OWN.thumbprint)]


def test_a_key_that_is_gone_may_be_imported_last() -> None:
    keyless = replace(OWN, has_private_key=False)
    for version in ("14.3.1", "15.2.2562"):
        assert remedy(hub([keyless, NEWER], keyless, version=version)) == [
            ("replace_internal", NEWER.thumbprint),
            ("import", OWN.thumbprint),
        ]


def test_an_expired_internal_certificate_that_is_not_the_best_gives_way_to_the_best() -> None:
    assert remedy(hub([EXPIRED, OLDER], EXPIRED)) == [("replace_internal", OLDER.thumbprint)]


def test_an_expired_internal_certificate_that_is_the_best_gives_way_to_the_desired() -> None:
    without_smtp = replace(OLDER, services=())
    assert remedy(hub([EXPIRED, without_smtp], EXPIRED)) == [
        ("enable_smtp", OLDER.thumbprint),
        ("replace_internal", OLDER.thumbprint),
    ]


def test_an_expired_internal_certificate_of_2016_gives_way_to_the_heir() -> None:
    assert remedy(hub([EXPIRED, OWN], EXPIRED, version="15.2.1")) == [("replace_internal", OWN.thumbprint)]


def test_none_eligible_the_desired_one_is_enabled_and_replaces_the_internal_one() -> None:
    own = replace(OWN, services=())
    assert remedy(hub([own, NO_SMTP], own)) == [
        ("enable_smtp", NEWER.thumbprint),
        ("replace_internal", NEWER.thumbprint),
    ]


def test_none_eligible_and_the_internal_one_is_the_desired_one() -> None:
    own = replace(OWN, services=())
    assert remedy(hub([own], own)) == [("enable_smtp", OWN.thumbprint)]


def test_none_eligible_and_none_desired_a_new_one_is_made() -> None:
    foreign = untrusted("foreign")
    assert remedy(hub([foreign], foreign)) == [("new_self_signed", None)]


def test_an_internal_certificate_that_expires_soon_is_renewed() -> None:
    assert remedy(hub([OWN], OWN), warn_days=100) == [("renew", OWN.thumbprint)]


def test_a_best_certificate_that_is_not_yet_valid_gives_way_to_the_desired() -> None:
    future = self_signed("future", days=(10, 300))
    assert remedy(hub([future, replace(OLDER, services=())], future)) == [
        ("enable_smtp", OLDER.thumbprint),
        ("replace_internal", OLDER.thumbprint),
    ]


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param(edge([OWN, NEWER], OWN), id="an Edge"),
        pytest.param(subscribed(hub([OWN, NEWER], OWN)), id="a Hub with Edge Subscriptions"),
        pytest.param(subscribed(hub([OWN, NEWER], OWN), None), id="a Hub whose subscriptions are not known"),
    ],
)
def test_edge_subscriptions_are_mended_after_every_replacement(facts: Facts) -> None:
    assert remedy(facts) == [("replace_internal", NEWER.thumbprint), ("resubscribe_edge", None)]
    caution = decided(facts)["remedy"][0]["caution"]
    assert "Edge Subscriptions break" in caution


@pytest.mark.parametrize(
    ("certificates", "expected"),
    [
        ([OWN], [("resubscribe_edge", None)]),
        ([OWN, NEWER], [("replace_internal", NEWER.thumbprint), ("resubscribe_edge", None)]),
    ],
)
def test_an_edge_with_another_copy_is_subscribed_again_once(
    certificates: list[Certificate], expected: list[tuple[str, str | None]]
) -> None:
    assert remedy(edge(certificates, present(OWN, published_thumbprint="0" * 40))) == expected


def test_enabling_smtp_alone_asks_for_no_new_subscription() -> None:
    own = replace(OWN, services=())
    assert remedy(subscribed(hub([own], own))) == [("enable_smtp", OWN.thumbprint)]


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param(hub([OWN, NEWER], DirectoryValue("unknown")), id="undetermined"),
        pytest.param(edge([OWN, NEWER], OWN, connectors=()), id="not used"),
    ],
)
def test_nothing_is_remedied_where_nothing_is_known_or_used(facts: Facts) -> None:
    assert remedy(facts) == []


@pytest.mark.parametrize("reason", UNDESIRED)
def test_desired_passes_over_what_is_not_desired_and_says_why(reason: str) -> None:
    undesired = replace(NEWER, **UNDESIRED[reason])
    decision = decided(subscribed(hub([OLDER, undesired], OLDER)))
    reasons = {candidate["thumbprint"]: candidate["not_desired"] for candidate in decision["candidates"]}
    assert decision["desired"] == OLDER.thumbprint
    assert len(reasons[NEWER.thumbprint]) == 1
    assert reason in reasons[NEWER.thumbprint][0]
    assert reasons[OLDER.thumbprint] == []


def test_every_reason_is_said_and_stands_in_the_caution() -> None:
    undesired = replace(NEWER, eku=("clientAuth",), template="WebServer")
    decision = decided(hub([OLDER, undesired], OLDER))
    assert len(decision["candidates"][0]["not_desired"]) == 2
    assert all(reason in decision["remedy"][0]["caution"] for reason in decision["candidates"][0]["not_desired"])


def test_any_extended_key_usage_counts_as_server_authentication() -> None:
    assert decided(hub([replace(OWN, eku=("anyExtendedKeyUsage",))], OWN))["candidates"][0]["not_desired"] == []


def test_a_cng_key_is_no_reason_on_a_hub_without_edge_subscriptions() -> None:
    cng = replace(NEWER, key=replace(NEWER.key, provider="cng"))
    assert decided(hub([OLDER, cng], OLDER))["desired"] == NEWER.thumbprint


def test_desired_does_not_care_whether_smtp_is_enabled() -> None:
    assert decided(hub([OLDER, NO_SMTP], OLDER))["desired"] == NEWER.thumbprint


@pytest.mark.parametrize(
    "change", [{"has_private_key": None}, {"trust": Trust("unknown")}], ids=["private key", "trust"]
)
def test_desired_is_null_when_what_comes_first_is_not_known(change: dict[str, Any]) -> None:
    unsure: Certificate = replace(pki("unsure"), **change)
    assert decided(hub([OWN, unsure], OWN))["desired"] is None


def test_an_heir_with_something_against_it_gives_way_to_the_desired_one() -> None:
    template = replace(NEWER, template="WebServer")
    assert remedy(hub([template, OLDER], MISSING)) == [("replace_internal", OLDER.thumbprint)]


def test_the_commands_are_literal_management_shell_lines() -> None:
    own = replace(OWN, services=(), has_private_key=False)
    facts = subscribed(hub([own, NO_SMTP], own))
    commands = {step["action"]: step["command"] for step in decided(facts, warn_days=100)["remedy"]}
    assert commands["enable_smtp"] == f"Enable-ExchangeCertificate -Thumbprint {NEWER.thumbprint} -Services SMTP"
    assert commands["replace_internal"] == commands["enable_smtp"] + " -Force"
    assert commands["resubscribe_edge"] == "Test-EdgeSynchronization"
    assert commands["import"].startswith("Import-ExchangeCertificate -FileData ([System.IO.File]::ReadAllBytes('C:\\")
    assert commands["renew"].startswith(
        f"Get-ExchangeCertificate -Thumbprint {OWN.thumbprint} | New-ExchangeCertificate"
    )
    new = decided(edge([EXPIRED], MISSING))["remedy"][0]["command"]
    assert "-SubjectName 'CN=EX01' -DomainName 'ex01.contoso.com','EX01' -Services SMTP" in new


def test_an_issued_certificate_is_renewed_by_a_request() -> None:
    issued = pki("issued")
    command = decided(hub([issued], issued), warn_days=100)["remedy"][0]["command"]
    assert command.startswith("Set-Content -Path 'C:\\")
    assert "-GenerateRequest" in command


def test_exchange_2007_reads_and_writes_the_files_itself() -> None:
    keyless = replace(pki("issued"), has_private_key=False)
    facts = hub([keyless, NEWER], keyless, version="8.3.485")
    commands = {step["action"]: step["command"] for step in decided(facts, warn_days=100)["remedy"]}
    assert commands["import"].startswith("Import-ExchangeCertificate -Path 'C:\\")
    assert commands["renew"].endswith(
        f"-GenerateRequest -PrivateKeyExportable $true -Path 'C:\\{keyless.thumbprint}.req'"
    )


def test_an_edge_is_subscribed_again_with_a_new_file() -> None:
    assert decided(edge([OWN, NEWER], OWN))["remedy"][1]["command"].startswith("New-EdgeSubscription -FileName 'C:\\")


def test_names_cannot_leave_their_quotes() -> None:
    identity = replace(hub([EXPIRED], MISSING).identity, physical_hostname="EX'; Remove-Item \u2019x")
    command = decided(hub([EXPIRED], MISSING, identity=identity))["remedy"][0]["command"]
    assert "'CN=EX''; Remove-Item \u2019\u2019x'" in command
