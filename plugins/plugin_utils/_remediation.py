"""What would be changed on a server to mend it: which certificate, how, and what would be decided afterwards."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from ._candidates import Candidate
from ._case import Case, Question
from ._decision import Decision, decide
from ._facts import Certificate, DirectoryCertificate, Facts
from ._plain_data import text_of
from ._procedure import named
from ._remedy import Remedy, hand_over_to, heir_of, new_one, next_steps, not_desired

_LISTED = 5


@dataclass(frozen=True, slots=True)
class Wish:
    """What the administrator says of the certificate.

    `enable_desired`: the decision's `desired`, though another would do that has SMTP already. `thumbprint`: this one,
    whatever its `not_desired`.
    """

    enable_desired: bool = False
    thumbprint: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done on one server, or why nothing is; `to_plain` gives the plan of `anon_tls_plan`.

    `decision` is that on the facts as they are, `afterwards` that on the facts as they would be. `by_hand` are the
    steps after the change that are an administrator's.
    """

    action: Literal["none", "change", "refused"]
    reason: str
    decision: Decision
    chosen: Certificate | None = None
    changes: tuple[Remedy, ...] = ()
    by_hand: tuple[Remedy, ...] = ()
    command: str | None = None
    afterwards: Decision | None = None

    @property
    def internal(self) -> Literal["keep", "replace"] | None:
        """The option `internal` of `anon_tls_enable`."""
        if self.action != "change":
            return None
        replaced = any(change.action == "replace_internal" for change in self.changes)
        return "replace" if replaced else "keep"

    def to_plain(self) -> dict[str, Any]:
        return {
            "action": self.action,
            "reason": self.reason,
            "thumbprint": self.chosen and self.chosen.thumbprint,
            "certificate": self.chosen and named(self.chosen),
            "internal": self.internal,
            "changes": [asdict(change) for change in self.changes],
            "by_hand": [asdict(step) for step in self.by_hand],
            "command": self.command,
            "afterwards": self.afterwards and self.afterwards.summary,
            "state": _state(self.decision.case.facts),
        }

    def refuse(self, reason: str) -> Plan:
        """The same plan, not to be carried out."""
        return Plan("refused", reason, self.decision, self.chosen, command=self.command)


def plan_for(facts: Facts, question: Question, wish: Wish, procedure: str | None = None) -> Plan:
    """The plan for one server (contract, *anon_tls_remediate*).

    Pure. Raises CaseError for a question that these facts cannot answer.
    """
    decision = decide(facts, question, procedure)
    if (settled := _without_choice(decision, wish)) is not None:
        return settled
    chosen = _chosen(decision, wish)
    if chosen is None:
        return _nothing_can_win(decision, wish)
    return _with(chosen, decision, wish, procedure)


def _without_choice(decision: Decision, wish: Wish) -> Plan | None:
    """The plan where no certificate is to be chosen."""
    case, name = decision.case, decision.case.server_name
    if decision.outcome == "not_used":
        return Plan("none", f"{name} does not use anonymous TLS: there is nothing to mend", decision)
    if decision.outcome == "undetermined" or decision.compliant is None:
        unknown = ", ".join(decision.missing).replace("_", " ")
        why = "".join(f"; {failure.part}: {failure.reason}" for failure in case.facts.failures)
        reason = f"whether {name} is compliant cannot be said (not known: {unknown}{why}), and so nothing is changed"
        return Plan("refused", reason, decision)
    wished = wish.thumbprint is not None or wish.enable_desired
    if decision.compliant and not wished:
        return Plan("none", f"{name} is compliant: there is nothing to change", decision)
    if not decision.edition.compares_with_best and case.internal_in_order is not False:
        return _internal_in_order(decision, wish)
    return None


def _internal_in_order(decision: Decision, wish: Wish) -> Plan:
    """In an edition that does not compare, a healthy internal certificate is never touched."""
    rule = (
        f"the internal certificate of {decision.case.server_name} is in order, and the {decision.edition.name} edition "
        "never replaces it then"
    )
    other = wish.thumbprint not in (None, decision.case.internal_thumbprint)
    if decision.compliant and not other:
        return Plan("none", f"{rule}: there is nothing to change", decision)
    if decision.compliant:
        return Plan("refused", f"{rule}: {wish.thumbprint} is not made the internal one", decision)
    return Plan("refused", f"{rule}; {_errors(decision)}", decision, command=_first_command(decision.remedy))


def _chosen(decision: Decision, wish: Wish) -> Candidate | None:
    """The one that is named, else what is enabled already, else `desired`, unless that is wanted in any case."""
    case = decision.case
    if wish.thumbprint is not None:
        return next((c for c in case.candidates if c.certificate.thumbprint == wish.thumbprint), None)
    if wish.enable_desired and decision.desired is not None:
        return decision.desired
    return heir_of(case, decision.desired)


def _with(chosen: Candidate, decision: Decision, wish: Wish, procedure: str | None) -> Plan:
    """The plan to make `chosen` the internal certificate, unless that changes or mends nothing."""
    case, certificate = decision.case, chosen.certificate
    reason = "it is named for it" if wish.thumbprint is not None else _why(chosen)
    changes = hand_over_to(case, chosen, reason)
    steps = next_steps(case, changes)
    plan = Plan("change", reason, decision, certificate, command=_first_command(decision.remedy))
    if not changes and decision.compliant:
        return replace(plan, action="none", reason=f"{named(certificate)} is the internal certificate already")
    if not changes:
        return plan.refuse(
            f"{named(certificate)} is the internal certificate already and enabled for SMTP, and still "
            f"{_errors(decision)}{_passed_over(case)}{_hint(decision)}"
        )
    if not case.inside_validity(certificate):
        begins, ends = text_of(certificate.not_before), text_of(certificate.not_after)
        return plan.refuse(f"{named(certificate)} is valid from {begins} to {ends}, and not at {text_of(case.at)}")
    afterwards = decide(as_afterwards(case.facts, certificate), case.question, procedure)
    if afterwards.compliant is not True:
        return plan.refuse(
            f"with {named(certificate)} as the internal certificate, {case.server_name} would still not be surely "
            f"compliant: {_errors(afterwards)}{_passed_over(case)}{_hint(afterwards)}"
        )
    return replace(
        plan,
        changes=tuple(change for change in changes if change not in steps),
        by_hand=tuple(steps),
        command=None,
        afterwards=afterwards,
    )


def _why(chosen: Candidate) -> str:
    if "SMTP" in (chosen.certificate.services or ()):
        return "it is the best of those that are enabled for SMTP already"
    return "no certificate that is enabled for SMTP will do, and this is the best other"


def as_afterwards(facts: Facts, chosen: Certificate) -> Facts:
    """The facts as they would be with `chosen` enabled for SMTP and named by the directory."""
    services = tuple(sorted({*(chosen.services or ()), "SMTP"}))
    # Enabling lets NETWORK SERVICE read the key.
    readable = chosen.key.network_service_can_read is not None or None
    enabled = replace(chosen, services=services, key=replace(chosen.key, network_service_can_read=readable))
    store = facts.store and replace(
        facts.store,
        certificates=tuple(
            enabled if each.thumbprint == chosen.thumbprint else each for each in facts.store.certificates
        ),
    )
    shown = DirectoryCertificate(chosen.subject, chosen.not_before, chosen.not_after, chosen.key.provider)
    directory = replace(facts.directory, status="present", reason=None, thumbprint=chosen.thumbprint, certificate=shown)
    return replace(facts, store=store, directory=directory)


def _nothing_can_win(decision: Decision, wish: Wish) -> Plan:
    """Nothing to choose: which certificate is missing, and the line that makes or requests one."""
    case = decision.case
    if wish.thumbprint is not None:
        listed = ", ".join(named(each.certificate) for each in case.candidates) or "nothing"
        reason = f"{wish.thumbprint} is not in the store of {case.server_name}, which holds {listed}"
        return Plan("refused", reason, decision, command=_first_command(decision.remedy))
    reason = f"no certificate in the store of {case.server_name} can be selected"
    missing = f"{reason}{_passed_over(case)}. {_missing_certificate(case)}"
    making = [remedy for remedy in decision.remedy if remedy.action != "import"] or [new_one(case, reason)]
    return Plan("refused", missing, decision, command=_first_command(making))


def _missing_certificate(case: Case) -> str:
    names = " or ".join(case.domains.names) or "(the names of the server are not known)"
    key = "an RSA key of 2048 bits or more"
    provider = " of a CSP, not of CNG, for EdgeSync" if case.edge_sync else ""
    return (
        f"What is missing is a certificate with the name {names}, with the key usage digital signature and key "
        f"encipherment, the extended key usage serverAuth and {key}{provider}; self-signed, or of an authority that "
        "the server trusts"
    )


def _passed_over(case: Case) -> str:
    """What stands in the way of the certificates there are, a few of them, as the end of a sentence."""
    reasons = []
    for candidate in case.candidates:
        against = not_desired(case, candidate)
        against += [f"it fails {step}" for step in candidate.failed if step != "7d"]
        if candidate.certificate_class == "neither" and case.inside_validity(candidate.certificate):
            against.append(f"it is not trusted ({candidate.certificate.trust.reason or 'no reason given'})")
        if against:
            reasons.append(f"{named(candidate.certificate)}: {', '.join(against)}")
    more = [f"and {len(reasons) - _LISTED} more"] if len(reasons) > _LISTED else []
    return f" ({'; '.join([*reasons[:_LISTED], *more])})" if reasons else ""


def _hint(decision: Decision) -> str:
    """How to take the best that is passed over."""
    codes = {finding.code for finding in decision.findings}
    best = decision.best
    if "not_best" not in codes or best is None or not not_desired(decision.case, best):
        return ""
    return f"; to take {named(best.certificate)} all the same, name it (thumbprint)"


def _errors(decision: Decision) -> str:
    errors = [f"{finding.code}, {finding.message}" for finding in decision.findings if finding.severity == "error"]
    unknown = [f"not known: {', '.join(decision.missing).replace('_', ' ')}"] if decision.missing else []
    return "; ".join(errors + unknown)


def _first_command(remedies: Sequence[Remedy]) -> str | None:
    return remedies[0].command if remedies else None


def _state(facts: Facts) -> dict[str, Any]:
    """What of the server a change can touch: public data, for the result and the custom statistics."""
    return {
        "server": facts.server.name,
        "directory": facts.directory.status,
        "internal": facts.directory.thumbprint,
        "services": {
            certificate.thumbprint: None if certificate.services is None else list(certificate.services)
            for certificate in (facts.store.certificates if facts.store else ())
        },
    }
