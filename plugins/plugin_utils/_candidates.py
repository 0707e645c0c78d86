"""Steps 7 and 8: which certificates of the store are eligible, of which class, and in which order one is taken."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ._domain_names import CandidateDomains
from ._facts import Certificate
from ._three_valued import all_of

CertificateClass = Literal["pki", "self_signed", "neither", "unknown"]


def inside_validity(certificate: Certificate, at: datetime) -> bool:
    """Both ends are inside the validity, to the second."""
    return certificate.not_before <= at <= certificate.not_after


def class_of(certificate: Certificate, at: datetime) -> CertificateClass:
    """The class step 8 sorts by: a valid PKI certificate, a self-signed one, or neither."""
    if certificate.self_signed:
        return "self_signed"
    trust = certificate.trust
    if not inside_validity(certificate, at) or trust.status == "untrusted":
        return "neither"
    reasons = [interval.reason for interval in trust.intervals if interval.holds(at)]
    if trust.status == "trusted" and None in reasons:
        return "pki"
    return "unknown" if reasons or (trust.status == "unknown" and not trust.intervals) else "neither"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A certificate judged by 7a to 7d at a moment; `conditions` in that order, None where not known."""

    certificate: Certificate
    conditions: tuple[bool | None, bool | None, bool | None, bool | None]
    certificate_class: CertificateClass
    inside_validity: bool

    @property
    def eligible(self) -> bool | None:
        return all_of(self.conditions)

    @property
    def failed(self) -> list[str]:
        return [step for step, holds in zip(("7a", "7b", "7c", "7d"), self.conditions, strict=True) if holds is False]

    @property
    def sure(self) -> bool:
        """Surely eligible and surely of a class that step 8 takes."""
        return self.eligible is True and self.certificate_class in ("pki", "self_signed")

    @property
    def unknowns(self) -> set[str]:
        """What is not known of it, as the decision's `missing` names it."""
        kinds = zip(("", "private_key", "identity", "services"), self.conditions, strict=True)
        trust = {"trust"} if self.certificate_class == "unknown" else set()
        return {kind for kind, holds in kinds if holds is None} | trust

    def enabled_for_smtp(self) -> Candidate:
        """The same certificate as it would be judged after `Enable-ExchangeCertificate -Services SMTP`."""
        return Candidate(self.certificate, (*self.conditions[:3], True), self.certificate_class, self.inside_validity)


def judge(certificate: Certificate, domains: CandidateDomains, at: datetime, *, wildcards: bool) -> Candidate:
    """Conditions 7a (version 3), 7b (private key), 7c (names), 7d (SMTP) and the class of one certificate."""
    return Candidate(
        certificate,
        (
            certificate.version >= 3,
            certificate.has_private_key,
            domains.matches(certificate, wildcards=wildcards),
            None if certificate.services is None else "SMTP" in certificate.services,
        ),
        class_of(certificate, at),
        inside_validity(certificate, at),
    )


def latest_first(candidate: Candidate) -> tuple[float, float, str]:
    """Latest Valid from, then latest Valid to, then thumbprint ascending."""
    certificate = candidate.certificate
    return -certificate.not_before.timestamp(), -certificate.not_after.timestamp(), certificate.thumbprint


@dataclass(frozen=True, slots=True)
class Selection:
    """Step 8: all that may be taken, in the order in which it would be."""

    order: tuple[Candidate, ...]

    @property
    def best(self) -> Candidate | None:
        """The first, if it is surely one; None also where that is not known."""
        return self.order[0] if self.order and self.order[0].sure else None

    @property
    def found(self) -> bool | None:
        """Whether there is a best one; None where the first that may be is not surely one."""
        if not self.order:
            return False
        return True if self.order[0].sure else None

    @property
    def surely_ranked(self) -> tuple[Candidate, ...]:
        """The candidates whose place is known: those before the first that only may be taken."""
        first_unsure = next((i for i, candidate in enumerate(self.order) if not candidate.sure), len(self.order))
        return self.order[:first_unsure]

    @property
    def unsettled(self) -> tuple[Candidate, ...]:
        """The candidates that only may be taken and come before the first sure one."""
        first_sure = next((i for i, candidate in enumerate(self.order) if candidate.sure), len(self.order))
        return self.order[:first_sure]


def select(candidates: Iterable[Candidate], *, prefer_inside_validity: bool = True) -> Selection:
    """The order of step 8: valid PKI certificates, then self-signed ones.

    `prefer_inside_validity` is the row *Self-signed, out of its validity* of procedure.md.
    """
    may = [candidate for candidate in candidates if candidate.eligible is not False]
    issued = [candidate for candidate in may if candidate.certificate_class in ("pki", "unknown")]
    self_signed = [candidate for candidate in may if candidate.certificate_class == "self_signed"]
    issued.sort(key=latest_first)
    self_signed.sort(key=latest_first)
    if prefer_inside_validity:
        self_signed.sort(key=lambda candidate: not candidate.inside_validity)
    return Selection((*issued, *self_signed))
