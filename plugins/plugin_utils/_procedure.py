"""Steps 1 to 9 of the procedure, one function each, to be read beside the product documentation's own numbering."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from ._candidates import Candidate, select
from ._case import Case
from ._facts import Certificate
from ._plain_data import text_of
from ._sessions import Verdict

StepId = Literal["1", "2a", "2b", "3", "4", "5", "6", "7", "8", "9"]
STEP_IDS: tuple[StepId, ...] = ("1", "2a", "2b", "3", "4", "5", "6", "7", "8", "9")
_GOES_ON: tuple[StepId, ...] = ("5", "9")


@dataclass(frozen=True, slots=True)
class Event:
    """An event that Exchange would log in the Application log, provider MSExchangeTransport."""

    id: int
    when: Literal["startup", "session"]
    message: str


@dataclass(frozen=True, slots=True)
class Step:
    """The verdict of one step, and a sentence with the values that decided it and where they are seen on the server."""

    step: StepId
    verdict: Verdict
    evidence: str
    event: Event | None = None

    @property
    def stops(self) -> bool:
        """A failed step ends the procedure, save 5 and 9."""
        return self.verdict == "fail" and self.step not in _GOES_ON


StepFunction = Callable[[Case], Step]


def skipped(step: StepId, evidence: str) -> Step:
    return Step(step, "skip", evidence)


def absent(step: StepId) -> StepFunction:
    """A step that an edition does not have."""
    return lambda case: skipped(step, "This edition of the procedure has no such step.")


def _seen(sentence: str, look: str) -> str:
    return f"{sentence[0].upper()}{sentence[1:]}. On the server: {look}"


def short(thumbprint: str) -> str:
    """The first eight digits, as a person names a certificate."""
    return thumbprint[:8]


def named(certificate: Certificate) -> str:
    """A certificate as sentences name it."""
    return f"{short(certificate.thumbprint)} ({certificate.subject or 'empty subject'})"


def step_1(case: Case) -> Step:
    """An SMTP session is set up from a Hub or an Edge Transport server."""
    look = "Get-ExchangeServer | Format-List Name,ServerRole,AdminDisplayVersion"
    if case.role == "unknown":
        return Step("1", "pass", _seen(f"the role of {case.server_name} is not known; step 2 depends on it", look))
    if case.role == "none":
        return Step("1", "fail", _seen(f"{case.server_name} is neither a Hub nor an Edge Transport server", look))
    title = "a Hub Transport or Mailbox server" if case.role == "hub" else "an Edge Transport server"
    version = f", version {case.facts.server.version}" if case.facts.server.version else ""
    return Step("1", "pass", _seen(f"{case.server_name} is {title}{version}", look))


_LOOK_2B_HUB = "Get-Queue | Format-List Identity,DeliveryType"
_LOOK_2B_EDGE = "Get-SendConnector | Format-List Name,AddressSpaces"
_LOOK_2A = "Get-SendConnector | Format-List Name,Enabled,SourceTransportServers,SmartHostAuthMechanism"


def step_2a(case: Case) -> Step:
    """The Send connector has `ExchangeServer` among its SmartHostAuthMechanism."""
    if case.role == "unknown":
        return Step("2a", "unknown", "The role of the server is not known, and with it which conditions hold.")
    if "2a" not in case.gate:
        return skipped("2a", "This edition of the procedure has no such condition for this role.")
    decider = case.sessions.decider
    if decider is None:
        return Step("2a", "fail" if case.sessions.passes is False else "unknown", _seen(_no_decider(case), _LOOK_2A))
    if decider.decides is None and decider.anonymous_tls:
        return Step("2a", "unknown", _seen(f"it is not known whether {decider.name!r} is enabled", _LOOK_2A))
    judged = decider.conditions["2a"]
    return Step("2a", judged.verdict, _seen(judged.evidence, _LOOK_2A))


def step_2b(case: Case) -> Step:
    """Hub: the message's DeliveryType is SmtpRelayWithinAdSiteToEdge. Edge: the connector's address space holds --."""
    if case.role == "unknown":
        return Step("2b", "unknown", "The role of the server is not known, and with it which condition holds.")
    look = _LOOK_2B_EDGE if case.role == "edge" else _LOOK_2B_HUB
    decider = case.sessions.decider
    if decider is None:
        return Step("2b", "unknown", _seen(_no_decider(case), look))
    judged = decider.conditions["2b"]
    if judged.verdict == "fail" and decider.anonymous_tls is None:
        # A connector with 2a unknown is unknown whatever its 2b.
        return Step("2b", "unknown", _seen(f"{judged.evidence}; the connector stays unknown, as its 2a is", look))
    return Step("2b", judged.verdict, _seen(judged.evidence, look))


def _no_decider(case: Case) -> str:
    if case.sessions.passes is None:
        return "the Send connectors of this server are not known"
    return "no enabled Send connector has this server as a source"


def step_3(case: Case) -> Step:
    """The thumbprint of the internal transport certificate is read from the directory."""
    directory = case.facts.directory
    look = f"{case.transport_cmdlet} | Format-List Name,InternalTransportCertificateThumbprint"
    because = f" ({directory.reason})" if directory.reason else ""
    event = Event(
        12012,
        "startup",
        "The internal transport certificate cannot be read from the directory, or there is none; "
        "logged only when the transport service starts.",
    )
    copy = "; assumed: Active Directory's copy stands for the Edge's own value" if directory.is_copy else ""
    if directory.status == "present":
        sentence = f"the directory names {directory.thumbprint}"
        return Step("3", "assumed" if directory.is_copy else "pass", _seen(sentence + copy, look))
    if directory.status == "null":
        return Step("3", "fail", _seen(f"msExchServerInternalTLSCert is empty{because}{copy}", look), event)
    if directory.status == "corrupt":
        return Step("3", "fail", _seen(f"msExchServerInternalTLSCert holds no certificate{because}{copy}", look), event)
    what = "was not gathered" if directory.status == "not_gathered" else "could not be read by us"
    return Step("3", "unknown", _seen(f"the value of the directory {what}{because}", look))


_LOOK_STORE = "Get-ExchangeCertificate -Thumbprint {} | Format-List"


def step_4(case: Case) -> Step:
    """The local computer's certificate store is searched for the thumbprint of step 3."""
    thumbprint, internal = case.internal_thumbprint, case.internal
    if thumbprint is None:
        return Step("4", "unknown", "The thumbprint of step 3 is not known.")
    look = _LOOK_STORE.format(thumbprint)
    if case.facts.store is None:
        return Step("4", "unknown", _seen("the certificate store was not read", look))
    if internal is not None:
        key = {True: "with its private key", False: "without a private key", None: "its private key is not known"}
        return Step("4", "pass", _seen(f"{named(internal)} is in the store, {key[internal.has_private_key]}", look))
    if case.internal_in_store is None:
        sentence = f"{thumbprint} was not found, but an entry that could not be read may be it: {_unreadable(case)}"
        return Step("4", "unknown", _seen(sentence, look))
    event = Event(
        12013, "session", f"The internal transport certificate {thumbprint} is not in the local computer's store."
    )
    if case.internal_entry is not None:
        sentence = f"{thumbprint} is in the store as an archived certificate only; assumed: those are not found"
        return Step("4", "fail", _seen(sentence, look), event)
    count = len(case.facts.store.certificates)
    return Step("4", "fail", _seen(f"{thumbprint} is not among the {count} certificates of the store", look), event)


def _unreadable(case: Case) -> str:
    entries = case.facts.store.unreadable if case.facts.store else ()
    return "; ".join(f"{entry.name} ({entry.reason})" for entry in entries)


def step_5(case: Case) -> Step:
    """The certificate of step 4 is checked for expiry; the process goes on."""
    internal = case.internal
    if internal is None:
        return Step("5", "unknown", "The certificate of step 4 is not known.")
    until, at = text_of(internal.not_after), text_of(case.at)
    look = f"Get-ExchangeCertificate -Thumbprint {internal.thumbprint} | Format-List NotAfter"
    if case.internal_expired:
        event = Event(
            12015, "session", f"The internal transport certificate {internal.thumbprint} has expired ({until})."
        )
        return Step("5", "fail", _seen(f"valid to {until}, expired at {at}; the process goes on", look), event)
    return Step("5", "pass", _seen(f"valid to {until}, not expired at {at}", look))


def step_6(case: Case) -> Step:
    """The list of candidate domains is made from the names of the computer."""
    look = "ipconfig /all (Host Name, Primary Dns Suffix); under NLB the registry value ClusterName of WLBS"
    domains = case.domains
    listed = ", ".join(domains.names)
    if case.facts.store is None:
        return Step("6", "unknown", "The certificate store was not read.")
    if not domains.names:
        return Step("6", "unknown", _seen("no name of the computer is known", look))
    if domains.unknown:
        return Step("6", "unknown", _seen(f"the list holds {listed}; not known: {', '.join(domains.unknown)}", look))
    if domains.assumption:
        return Step("6", "assumed", _seen(f"the list is {listed}; assumed: {domains.assumption}", look))
    return Step("6", "pass", _seen(f"the list is {listed}", look))


def _comparable(case: Case) -> str | None:
    """Why steps 7 and 8 cannot be judged at all."""
    if case.facts.store is None:
        return "The certificate store was not read."
    return None if case.domains.names else "No name of the computer is known."


def step_7(case: Case) -> Step:
    """The certificates of the store that match a name of step 6 are searched for, and the eligible ones kept."""
    cannot = _comparable(case)
    if cannot:
        return Step("7", "unknown", cannot)
    look = "Get-ExchangeCertificate | Format-List Thumbprint,Services,HasPrivateKey,CertificateDomains"
    surely = [candidate for candidate in case.candidates if candidate.eligible]
    maybe = [candidate for candidate in case.candidates if candidate.eligible is None]
    unread = len(case.facts.store.unreadable) if case.facts.store else 0
    note = f"; what could not be read is not judged ({unread} of the store)" if unread else ""
    if not surely and not maybe:
        sentence = f"none of the {len(case.candidates)} certificates is eligible: {_why_not(case.candidates)}{note}"
        return Step("7", "fail", _seen(sentence + _assumed(_rests_on(case, _eligible)), look))
    if not surely:
        what = ", ".join(sorted(set().union(*(candidate.unknowns for candidate in maybe)) - {"trust"}))
        sentence = f"none is surely eligible, {len(maybe)} may be; not known: {what.replace('_', ' ')}{note}"
        return Step("7", "unknown", _seen(sentence, look))
    sentence = f"{len(surely)} of {len(case.candidates)} certificates eligible: {_thumbprints(surely)}{note}"
    if maybe:
        sentence += f"; {len(maybe)} more may be"
    rests_on = _rests_on(case, _eligible)
    return Step("7", "assumed" if rests_on else "pass", _seen(sentence + _assumed(rests_on), look))


def _thumbprints(candidates: list[Candidate]) -> str:
    ordered = sorted(short(candidate.certificate.thumbprint) for candidate in candidates)
    return ", ".join(ordered[:5]) + (f" and {len(ordered) - 5} more" if len(ordered) > 5 else "")


_CONDITIONS = {
    "7a": "version below 3",
    "7b": "no private key",
    "7c": "no name of the list",
    "7d": "not enabled for SMTP",
}


def _why_not(candidates: Iterable[Candidate]) -> str:
    failed = [condition for candidate in candidates for condition in candidate.failed]
    counted = [
        f"{condition} {text} {failed.count(condition)}"
        for condition, text in _CONDITIONS.items()
        if condition in failed
    ]
    return ", ".join(counted) or "the store is empty"


def _eligible(candidates: Iterable[Candidate]) -> object:
    return {
        (candidate.certificate.thumbprint, candidate.eligible)
        for candidate in candidates
        if candidate.eligible is not False
    }


def _best(candidates: Iterable[Candidate]) -> object:
    selection = select(candidates)
    return selection.found, selection.best and selection.best.certificate.thumbprint


def _rests_on(case: Case, result: Callable[[Iterable[Candidate]], object]) -> list[str]:
    """The assumed rows without which the result of a step would differ."""
    ours = result(case.candidates)
    return [row for row, candidates in case.without_assumptions.items() if result(candidates) != ours]


def _assumed(rows: list[str]) -> str:
    return f"; assumed: {'; '.join(rows)}" if rows else ""


def step_8(case: Case) -> Step:
    """The best of the eligible: latest Valid from first, a valid PKI certificate before a self-signed one."""
    cannot = _comparable(case)
    if cannot:
        return Step("8", "unknown", cannot)
    look = (
        "Get-ExchangeCertificate | Sort-Object NotBefore -Descending | Format-List Thumbprint,Not*,IsSelfSigned,Status"
    )
    selection, best = case.selection, case.selection.best
    if selection.found is False:
        sentence = "none of the certificates that may be eligible is a valid PKI or a self-signed one"
        return Step("8", "fail", _seen(sentence + _assumed(_rests_on(case, _best)), look))
    if best is None:
        first = selection.order[0]
        unknowns = ", ".join(sorted(first.unknowns)).replace("_", " ")
        sentence = f"{named(first.certificate)} comes first if it is a valid, eligible one; not known: {unknowns}"
        return Step("8", "unknown", _seen(sentence, look))
    kind = "valid PKI" if best.certificate_class == "pki" else "self-signed"
    valid = f"valid from {text_of(best.certificate.not_before)} to {text_of(best.certificate.not_after)}"
    sentence = f"the latest {kind} certificate is {named(best.certificate)}, {valid}"
    rows = _rests_on(case, _best)
    if select(case.candidates, prefer_inside_validity=False).best is not best:
        rows.append("self-signed certificates outside their validity are passed over")
    if not best.inside_validity:
        rows.append(f"none is inside its validity at {text_of(case.at)}, and the latest of the others is taken")
    return Step("8", "assumed" if rows else "pass", _seen(sentence + _assumed(rows), look))


def step_9(case: Case) -> Step:
    """The thumbprint of the best is compared with the one of step 3; anonymous TLS does not fail."""
    best, internal = case.selection.best, case.internal_thumbprint
    if _comparable(case) or best is None or internal is None:
        return Step("9", "unknown", "There are no two thumbprints to compare.")
    look = "compare InternalTransportCertificateThumbprint (step 3) with the list of step 8"
    if best.certificate.thumbprint == internal:
        return Step("9", "pass", _seen(f"the best certificate is the internal one, {internal}", look))
    event = Event(
        1037,
        "session",
        f"The internal transport certificate {internal} is not the best one; {best.certificate.thumbprint} is.",
    )
    sentence = f"the best certificate is {best.certificate.thumbprint}, the internal one {internal}"
    return Step("9", "fail", _seen(sentence, look), event)
