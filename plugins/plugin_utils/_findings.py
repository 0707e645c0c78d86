"""What the steps that were run say about the server's health: the fixed codes of the contract."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from ._case import Case
from ._plain_data import text_of
from ._procedure import Step, StepId, named

Severity = Literal["error", "warning", "info"]

AUTH_CERTIFICATE = "Microsoft Exchange Server Auth Certificate"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: a fixed code, its severity, the step it belongs to, the certificate it is about, and a message."""

    code: str
    severity: Severity
    step: StepId
    thumbprint: str | None
    message: str


def findings_of(case: Case, steps: Sequence[Step], *, edition: str, edition_assumed: bool) -> list[Finding]:
    """All findings, in the order of the steps; a step that was skipped gives none."""
    found = [*_of_the_facts(case, edition, edition_assumed)]
    for step in steps:
        if step.verdict != "skip" and step.step in _OF_STEP:
            found += _OF_STEP[step.step](case, step)
    return found


def _of_the_facts(case: Case, edition: str, edition_assumed: bool) -> Iterator[Finding]:
    if edition_assumed:
        version = case.facts.server.version
        known = (
            f"version {version} is not one the editions are documented for" if version else "the version is not known"
        )
        message = f"{known}; decided by the {edition} edition. Set procedure to be sure"
        yield Finding("edition_assumed", "warning", "1", None, message)
    age = case.question.now - case.facts.collected_at
    if age > timedelta(hours=case.question.max_age):
        hours = int(age.total_seconds() // 3600)
        message = (
            f"the facts were collected at {text_of(case.facts.collected_at)}, {hours} hours ago "
            f"(max_age: {case.question.max_age}); gather them again"
        )
        yield Finding("facts_stale", "warning", "1", None, message)


def _step_2a(case: Case, step: Step) -> Iterator[Finding]:
    if step.verdict == "fail":
        message = "no Send connector of this server uses Exchange Server authentication, so anonymous TLS is not used"
        yield Finding("connector_auth", "info", "2a", None, message)


def _step_2b(case: Case, step: Step) -> Iterator[Finding]:
    if step.verdict == "fail":
        where = "has the address space --" if case.role == "edge" else "relays to an Edge of the local site"
        message = f"no session with Exchange Server authentication {where}, so anonymous TLS is not used"
        yield Finding("not_relayed_to_edge", "info", "2b", None, message)


def _step_3(case: Case, step: Step) -> Iterator[Finding]:
    if step.verdict == "fail" and case.facts.directory.status == "null":
        message = "the directory names no internal transport certificate"
        yield Finding("internal_missing", "error", "3", None, message)
    elif step.verdict == "fail":
        message = f"the directory's value is no certificate: {case.facts.directory.reason or 'no reason given'}"
        yield Finding("internal_corrupt", "error", "3", None, message)
    own, published = case.facts.directory.thumbprint, case.facts.directory.published_thumbprint
    if own is not None and published is not None and own != published:
        message = f"the internal transport certificate of this Edge is {own}, its copy in Active Directory {published}"
        yield Finding("edge_copy_differs", "error", "3", own, message)


def _step_4(case: Case, step: Step) -> Iterator[Finding]:
    thumbprint, internal = case.internal_thumbprint, case.internal
    if step.verdict == "fail":
        message = f"the internal transport certificate {thumbprint} is not in the certificate store"
        yield Finding("internal_not_in_store", "error", "4", thumbprint, message)
    if internal is None:
        return
    if internal.has_private_key is False:
        message = f"the internal transport certificate {named(internal)} has no private key"
        yield Finding("internal_no_private_key", "error", "4", thumbprint, message)
    if internal.key.network_service_can_read is False:
        message = (
            "NETWORK SERVICE, the account of the transport service, may not read the private key of "
            f"{named(internal)}; enabling it for SMTP again grants that (Enable-ExchangeCertificate -Thumbprint "
            f"{internal.thumbprint} -Services SMTP)"
        )
        yield Finding("key_not_readable", "error", "4", thumbprint, message)
    if AUTH_CERTIFICATE in internal.common_names:
        message = f"the internal transport certificate {named(internal)} is Exchange's Auth certificate"
        yield Finding("internal_is_auth_certificate", "warning", "4", thumbprint, message)
    if case.internal_provider == "cng" and case.edge_sync:
        message = f"the key of {named(internal)} is a CNG key, with which EdgeSync fails"
        yield Finding("key_cng", "warning", "4", thumbprint, message)


def _step_5(case: Case, step: Step) -> Iterator[Finding]:
    internal = case.internal
    if internal is None:
        return
    until = text_of(internal.not_after)
    if step.verdict == "fail":
        message = f"the internal transport certificate {named(internal)} expired at {until}"
        yield Finding("internal_expired", "error", "5", internal.thumbprint, message)
    elif internal.not_after - case.at <= timedelta(days=case.question.warn_days):
        message = f"the internal transport certificate {named(internal)} expires at {until}"
        yield Finding("internal_expires_soon", "warning", "5", internal.thumbprint, message)


def _none_eligible(case: Case, step: Step) -> Iterator[Finding]:
    if step.verdict == "fail":
        which = "is eligible" if step.step == "7" else "that is eligible is a valid PKI or a self-signed one"
        yield Finding("no_eligible", "error", step.step, None, f"no certificate of the store {which}")


def _step_8(case: Case, step: Step) -> Iterator[Finding]:
    yield from _none_eligible(case, step)
    best = case.selection.best
    if step.verdict == "assumed" and best is not None and not best.inside_validity:
        message = f"the best certificate {named(best.certificate)} is outside its validity at {text_of(case.at)}"
        yield Finding("best_expired", "error", "8", best.certificate.thumbprint, message)


def _step_9(case: Case, step: Step) -> Iterator[Finding]:
    best = case.selection.best
    if step.verdict == "fail" and best is not None:
        message = (
            f"the internal transport certificate is {case.internal_thumbprint}, the best one {named(best.certificate)}"
        )
        yield Finding("not_best", "error", "9", case.internal_thumbprint, message)


_OF_STEP: dict[StepId, Callable[[Case, Step], Iterator[Finding]]] = {
    "2a": _step_2a,
    "2b": _step_2b,
    "3": _step_3,
    "4": _step_4,
    "5": _step_5,
    "7": _none_eligible,
    "8": _step_8,
    "9": _step_9,
}
