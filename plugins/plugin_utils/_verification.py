"""What is decided against what Exchange itself said on the host, where the facts carry it."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ._case import Case
from ._domain_names import CandidateDomains
from ._facts import ObservedEvent
from ._findings import Finding
from ._plain_data import text_of
from ._procedure import STEP_IDS, Step, StepId

Status = Literal["agrees", "disagrees", "not_possible"]

_PROVIDER = "msexchangetransport"
_OF_THE_INTERNAL: dict[int, StepId] = {12013: "4", 12015: "5"}
_NOT_THE_BEST = (1037, 2019)

_REPORT = (
    "One of both is wrong: please report it to the authors of this collection, with ansible_facts.anon_tls and this "
    "decision. They hold no key and no password; names may be replaced, each by the same one everywhere"
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One thing that both tell, and the step that decides it; `thumbprint` is the certificate it is about."""

    step: StepId
    agrees: bool
    thumbprint: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class Verified:
    """Every comparison that was made; `why_not` says why there is none."""

    comparisons: tuple[Comparison, ...]
    why_not: str | None = None

    @property
    def status(self) -> Status:
        if not self.comparisons:
            return "not_possible"
        return "agrees" if all(each.agrees for each in self.comparisons) else "disagrees"

    @property
    def details(self) -> list[str]:
        """Each comparison in a sentence, those that disagree first; else why there is none."""
        told = sorted(self.comparisons, key=lambda each: each.agrees)
        return [each.detail for each in told] or [self.why_not or ""]

    def findings(self, steps: Sequence[Step]) -> Iterator[Finding]:
        """A warning for each that disagrees, save at steps after a stop, which give no finding."""
        stop = next((STEP_IDS.index(step.step) for step in steps if step.stops), len(STEP_IDS))
        for each in self.comparisons:
            if not each.agrees and STEP_IDS.index(each.step) <= stop:
                message = f"{each.detail}. {_REPORT}"
                yield Finding("exchange_disagrees", "warning", each.step, each.thumbprint, message)


def verify(case: Case, steps: Sequence[Step], *, determined: bool, compares_with_best: bool) -> Verified:
    """Compare all that can be (contract, *Fine print*): nothing for another moment than now.

    `determined`: the outcome is; `compares_with_best`: the edition has steps 6 to 9. What Exchange did not log is never
    compared: it logs only in sessions there were, some of it only when its service starts.
    """
    if case.at != case.question.now:
        return Verified((), "the decision is for another moment than now, of which Exchange said nothing")
    if not determined:
        return Verified((), "the outcome is undetermined")
    comparisons = (*_internal(case), *_events(case, steps, compares_with_best), *_order(case))
    return Verified(comparisons, None if comparisons else _nothing_said(case))


def _nothing_said(case: Case) -> str:
    if case.facts.exchange is None and case.facts.observed_events is None:
        return (
            "the facts hold nothing to compare: Exchange itself was not asked, or did not answer; gather exchange and "
            "events on the Windows host"
        )
    return "the facts hold nothing to compare: what Exchange itself said, this decision does not tell"


def _internal(case: Case) -> Iterator[Comparison]:
    said = case.facts.exchange.internal_thumbprint if case.facts.exchange else None
    ours = case.internal_thumbprint
    if said is None or (ours is None and case.facts.directory.status not in ("null", "corrupt")):
        return
    if said == ours:
        detail = f"{case.transport_cmdlet} and the directory name the internal transport certificate {ours}"
    else:
        named = ours or f"none ({case.facts.directory.status})"
        detail = f"{case.transport_cmdlet} names the internal transport certificate {said}, the directory {named}"
    yield Comparison("3", said == ours, ours or said, detail)


def _events(case: Case, steps: Sequence[Step], compares_with_best: bool) -> Iterator[Comparison]:
    internal = case.internal_thumbprint
    verdicts = {step.step: step.verdict for step in steps}
    events = [event for event in case.facts.observed_events or () if event.provider.casefold() == _PROVIDER]
    for event in events:
        step = _OF_THE_INTERNAL.get(event.id)
        if step is not None and internal is not None and _names(event, internal):
            yield from _event(event, step, verdicts[step], internal)
    not_the_best = [event for event in events if event.id in _NOT_THE_BEST]
    if compares_with_best and not_the_best:
        latest = max(not_the_best, key=lambda event: event.last)
        yield from _event(latest, "9", verdicts["9"], internal)


def _event(event: ObservedEvent, step: StepId, verdict: str, internal: str | None) -> Iterator[Comparison]:
    """Nothing for a step that was not run, or whose verdict is not known."""
    logged = f"Exchange logged {event.id}, the last time at {text_of(event.last)}"
    if verdict in ("pass", "assumed"):
        yield Comparison(step, False, internal, f"{logged}, but step {step} passes with {internal}")
    elif verdict == "fail":
        yield Comparison(step, True, internal, f"{logged}, and step {step} fails with {internal}")


def _names(event: ObservedEvent, thumbprint: str) -> bool:
    parameters = (parameter for each in event.parameters for parameter in each)
    return any("".join(parameter.split()).upper() == thumbprint for parameter in parameters)


def _order(case: Case) -> Iterator[Comparison]:
    """Per name Exchange's first against the lowest rank among those that hold the name; nothing where none does."""
    ranked = case.selection.surely_ranked if case.domains.names else ()
    wildcards = case.question.wildcards
    for name, listed in sorted(case.facts.exchange.order.items() if case.facts.exchange else ()):
        domain = CandidateDomains((name,))
        holders = (each.certificate for each in ranked if domain.matches(each.certificate, wildcards=wildcards))
        first = next(holders, None)
        if first is None or not listed:
            continue
        ours, theirs = first.thumbprint, listed[0]
        detail = f"for {name}, Get-ExchangeCertificate lists {theirs} first, "
        detail += "as this decision does" if ours == theirs else f"this decision {ours}"
        yield Comparison("8", ours == theirs, ours, detail)
