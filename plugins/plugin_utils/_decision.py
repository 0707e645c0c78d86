"""The decision: the steps of an edition run on a case, and everything the contract says of the result."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from ._candidates import Candidate, latest_first
from ._case import Case, Question
from ._editions import EDITIONS, Edition, edition_for
from ._facts import Facts
from ._findings import Finding, findings_of
from ._plain_data import text_of
from ._procedure import STEP_IDS, Step, named, short, skipped
from ._remedy import Remedy, desired_of, not_desired, remedies_of
from ._sessions import ConnectorVerdict
from ._verification import Verified, verify

Outcome = Literal[
    "selected", "selected_mismatch", "no_eligible_certificate", "not_advertised", "not_used", "undetermined"
]

_STOPPED: dict[str, Outcome] = {
    "1": "not_used",
    "2a": "not_used",
    "2b": "not_used",
    "3": "not_advertised",
    "4": "not_advertised",
    "7": "no_eligible_certificate",
    "8": "no_eligible_certificate",
}
_LISTED = 5
_MUST_BE_KNOWN = ("2a", "2b", "3", "4", "8")
_MISSING = ("role", "connectors", "directory", "identity", "store", "services", "private_key", "trust")


@dataclass(frozen=True)
class Decision:
    """What is decided for one server; `to_plain` gives the contract's `decision`."""

    case: Case
    edition: Edition
    steps: tuple[Step, ...]
    findings: tuple[Finding, ...]
    remedy: tuple[Remedy, ...]
    desired: Candidate | None
    outcome: Outcome
    compliant: bool | None
    missing: tuple[str, ...]
    verified: Verified | None

    @property
    def stopped_at(self) -> str | None:
        return None if self.outcome == "undetermined" else next((s.step for s in self.steps if s.stops), None)

    def verdict(self, step: str) -> str:
        return next(s.verdict for s in self.steps if s.step == step)

    @property
    def best(self) -> Candidate | None:
        """The best of step 8, where that step was run."""
        return self.case.selection.best if self.verdict("8") in ("pass", "assumed") else None

    @property
    def thumbprint_match(self) -> bool | None:
        return {"pass": True, "fail": False}.get(self.verdict("9"))

    def to_plain(self) -> dict[str, Any]:
        ranks = {c.certificate.thumbprint: rank for rank, c in enumerate(self._ranked(), 1)}
        return {
            "server": self.case.facts.server.name,
            "edition": self.edition.name,
            "at": text_of(self.case.at),
            "outcome": self.outcome,
            "compliant": self.compliant,
            "missing": list(self.missing),
            "stopped_at": self.stopped_at,
            "internal": self.case.internal_thumbprint,
            "best": self.best and self.best.certificate.thumbprint,
            "desired": self.desired and self.desired.certificate.thumbprint,
            "thumbprint_match": self.thumbprint_match,
            "steps": [{"step": s.step, "verdict": s.verdict, "evidence": s.evidence} for s in self.steps],
            "candidates": [
                {
                    "thumbprint": candidate.certificate.thumbprint,
                    "eligible": candidate.eligible,
                    "failed": candidate.failed,
                    "class": candidate.certificate_class,
                    "rank": ranks.get(candidate.certificate.thumbprint),
                    "not_desired": not_desired(self.case, candidate),
                }
                for candidate in self._candidates_in_order(ranks)
            ],
            "connectors": [_plain_connector(verdict) for verdict in self.case.sessions.verdicts],
            "expected_events": [
                {"id": s.event.id, "step": s.step, "when": s.event.when, "message": s.event.message}
                for s in self.steps
                if s.event is not None
            ],
            "findings": [asdict(finding) for finding in self.findings],
            "remedy": [asdict(remedy) for remedy in self.remedy],
            "verified": self.verified and {"status": self.verified.status, "details": self.verified.details},
            "summary": self.summary,
        }

    def _ranked(self) -> Sequence[Candidate]:
        return self.case.selection.surely_ranked if self.case.domains.names else ()

    def _candidates_in_order(self, ranks: dict[str, int]) -> list[Candidate]:
        last = len(ranks) + 1
        return sorted(
            self.case.candidates, key=lambda c: (ranks.get(c.certificate.thumbprint, last), latest_first(c)[0::2])
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user must be told beside the decision."""
        entries = self.case.facts.store.unreadable if self.case.facts.store else ()
        if not entries:
            return ()
        count = "1 entry" if len(entries) == 1 else f"{len(entries)} entries"
        listed = "; ".join(f"{entry.name}: {entry.reason}" for entry in entries[:_LISTED])
        more = f"; and {len(entries) - _LISTED} more" if len(entries) > _LISTED else ""
        return (f"{self.case.server_name}: {count} of the store could not be read: {listed}{more}",)

    @property
    def summary(self) -> str:
        """One line a person can read."""
        return f"{self.case.server_name}: {self._sentence()}{self._health()}"

    def _sentence(self) -> str:
        internal = named(self.case.internal) if self.case.internal else short(self.case.internal_thumbprint or "")
        if self.outcome == "selected":
            return f"uses {internal} for anonymous TLS"
        if self.outcome == "selected_mismatch" and self.best is not None:
            return f"uses {internal} for anonymous TLS, but {named(self.best.certificate)} is the best of its store"
        if self.outcome == "no_eligible_certificate":
            return f"keeps {internal} loaded, but no certificate of its store can be selected"
        if self.outcome == "not_advertised":
            return "does not advertise anonymous TLS"
        if self.stopped_at == "1":
            return "is neither a Hub nor an Edge Transport server and does not use anonymous TLS"
        if self.outcome == "not_used":
            return "does not use anonymous TLS"
        return "cannot be decided"

    def _health(self) -> str:
        told = {"not_used": "info", "undetermined": None}.get(self.outcome, "error")
        because = [finding.code for finding in self.findings if finding.severity == told]
        if self.missing:
            because.append("not known: " + ", ".join(self.missing).replace("_", " "))
        if self.compliant:
            because += [f.code for f in self.findings if f.severity == "warning"]
        verdict = {True: "; compliant", False: "; not compliant", None: ""}[self.compliant]
        return f"{verdict} ({'; '.join(because)})" if because else verdict


def _plain_connector(verdict: ConnectorVerdict) -> dict[str, Any]:
    return {"name": verdict.name, "anonymous_tls": verdict.anonymous_tls, "failed": verdict.failed}


def decide(facts: Facts, question: Question, procedure: str | None = None) -> Decision:
    """Decide one server by an edition (`2007`, `2016`; None: by the server's version).

    Pure: no input, no output, no clock. Raises CaseError for a question that these facts cannot answer.
    """
    edition, assumed = edition_for(facts.server.version)
    if procedure is not None:
        edition, assumed = EDITIONS[procedure], False
    case = Case(facts, question, edition.gates, edition.transport_cmdlet)
    steps = _run(edition, case)
    outcome = _outcome(steps)
    verified = _verified(case, steps, edition, outcome) if question.verify else None
    findings = findings_of(case, steps, edition=edition.name, edition_assumed=assumed)
    if verified is not None:
        findings = sorted([*findings, *verified.findings(steps)], key=lambda finding: STEP_IDS.index(finding.step))
    desired = desired_of(case, compares_with_best=edition.compares_with_best)
    acts = outcome not in ("not_used", "undetermined")
    compliant = _compliant(case, findings) if acts else None
    return Decision(
        case=case,
        edition=edition,
        steps=steps,
        findings=tuple(findings),
        remedy=tuple(remedies_of(case, frozenset(f.code for f in findings), desired)) if acts else (),
        desired=desired,
        outcome=outcome,
        compliant=compliant,
        missing=_missing(case, steps, outcome, compliant),
        verified=verified,
    )


def _run(edition: Edition, case: Case) -> tuple[Step, ...]:
    steps: list[Step] = []
    stop: Step | None = None
    for step_id, function in zip(STEP_IDS, edition.steps, strict=True):
        steps.append(function(case) if stop is None else skipped(step_id, f"Not run: step {stop.step} failed."))
        if stop is None and steps[-1].stops:
            stop = steps[-1]
    return tuple(steps)


def _outcome(steps: Sequence[Step]) -> Outcome:
    if any(step.verdict == "unknown" and step.step in _MUST_BE_KNOWN for step in steps):
        return "undetermined"
    for step in steps:
        if step.stops:
            return _STOPPED[step.step]
    return "selected_mismatch" if steps[-1].verdict == "fail" else "selected"


def _verified(case: Case, steps: Sequence[Step], edition: Edition, outcome: Outcome) -> Verified:
    return verify(case, steps, determined=outcome != "undetermined", compares_with_best=edition.compares_with_best)


def _compliant(case: Case, findings: Sequence[Finding]) -> bool | None:
    if any(finding.severity == "error" for finding in findings):
        return False
    return None if case.internal is None or case.internal.has_private_key is None else True


def _missing(case: Case, steps: Sequence[Step], outcome: Outcome, compliant: bool | None) -> tuple[str, ...]:
    """What was not known and mattered, in the order of the contract."""
    unknown = {step.step for step in steps if step.verdict == "unknown"}
    missing: set[str] = set()
    if unknown & {"2a", "2b"}:
        if case.role == "unknown":
            missing.add("role")
        if case.role != "unknown" or case.facts.connectors is None:
            missing.add("connectors")
    if "3" in unknown:
        missing.add("directory")
    if unknown & {"4", "8"} and case.facts.store is None:
        missing.add("store")
    if "4" in unknown and case.internal_thumbprint is not None:
        missing.add("store")
    if "8" in unknown and case.facts.store is not None:
        if not case.domains.names:
            missing.add("identity")
        else:
            missing.update(*(candidate.unknowns for candidate in case.selection.unsettled))
    if outcome not in ("not_used", "undetermined") and compliant is None:
        missing.add("private_key")
    return tuple(kind for kind in _MISSING if kind in missing)
