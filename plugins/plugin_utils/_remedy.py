"""What must change on the server, in the order of execution, each change with its Management Shell line."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from . import _management_shell as shell
from ._candidates import Candidate, select
from ._case import Case
from ._facts import Certificate
from ._findings import AUTH_CERTIFICATE
from ._procedure import named

Action = Literal["enable_smtp", "replace_internal", "renew", "import", "new_self_signed", "resubscribe_edge"]

_SERVER_AUTHENTICATION = {"serverAuth", "anyExtendedKeyUsage"}


@dataclass(frozen=True, slots=True)
class Remedy:
    """One change: what, on which certificate, why, what to beware of, and the literal Management Shell line."""

    action: Action
    thumbprint: str | None
    reason: str
    caution: str
    command: str


def not_desired(case: Case, candidate: Candidate) -> list[str]:
    """Why `desired` passes over a certificate, every reason (contract, *desired and remedies*)."""
    return list(_not_desired(case, candidate.certificate))


def _not_desired(case: Case, certificate: Certificate) -> Iterator[str]:
    if certificate.eku is not None and _SERVER_AUTHENTICATION.isdisjoint(certificate.eku):
        yield f"its extended key usage lacks serverAuth ({', '.join(certificate.eku)})"
    if certificate.template is not None:
        yield f"it comes from the certificate template {certificate.template} and may be renewed in silence every year"
    if certificate.key.provider == "cng" and case.edge_sync:
        yield "its key is a CNG key, with which EdgeSync fails"
    if AUTH_CERTIFICATE in certificate.common_names:
        yield "it is Exchange's Auth certificate"
    if not case.inside_validity(certificate):
        yield "it is outside its validity"


def desired_of(case: Case, *, compares_with_best: bool) -> Candidate | None:
    """What step 8 would give if every certificate that fails 7d alone were enabled for SMTP.

    In an edition that does not compare, None while the internal certificate is not surely out of order.
    """
    if not compares_with_best and case.internal_in_order is not False:
        return None
    if not case.domains.names:
        return None
    return select(
        candidate.enabled_for_smtp() for candidate in case.candidates if not not_desired(case, candidate)
    ).best


def heir_of(case: Case, desired: Candidate | None) -> Candidate | None:
    """The candidate of rank 1 that is inside its validity and has nothing against it, else `desired`."""
    first = case.selection.best if case.domains.names else None
    if first is not None and first.inside_validity and not not_desired(case, first):
        return first
    return desired


@dataclass(frozen=True, slots=True)
class _Plan:
    """The remedies of one case, put together from the rules of the contract."""

    case: Case
    codes: frozenset[str]
    desired: Candidate | None

    @property
    def exchange_2007(self) -> bool:
        return (self.case.facts.server.version or "").startswith("8.")

    def remedies(self) -> Iterator[Remedy]:
        case, best = self.case, self.case.selection.best
        if "not_best" in self.codes and best is not None:
            reason = "it is the best certificate of the store, and the directory names another"
            if best.inside_validity:
                yield from self.replace_internal(best, reason)
            else:
                yield self.new_self_signed(f"the best certificate {named(best.certificate)} is outside its validity")
        elif "no_eligible" in self.codes:
            yield from self.hand_over(self.desired, "no certificate of the store is eligible")
        elif broken := self.codes & _INTERNAL_BROKEN:
            heir = heir_of(case, self.desired)
            yield from self.hand_over(heir, f"the internal certificate is not in order ({', '.join(sorted(broken))})")
        if self.codes & _KEY_GONE and case.internal_thumbprint is not None:
            yield Remedy(
                "import",
                case.internal_thumbprint,
                "where a backup with the private key exists, the internal certificate itself can be put back",
                "import it on this server only, and only if its key was not lost to somebody else",
                shell.import_certificate(case.internal_thumbprint, exchange_2007=self.exchange_2007),
            )
        if "internal_expires_soon" in self.codes and case.internal is not None:
            yield self.renew(case.internal)

    def with_subscription(self) -> Iterator[Remedy]:
        """The remedies, and a new subscription where Active Directory's copy of an Edge's certificate is an old one."""
        remedies = list(self.remedies())
        yield from remedies
        if "edge_copy_differs" in self.codes and not any(each.action == "resubscribe_edge" for each in remedies):
            yield self.resubscribe_edge()

    def hand_over(self, heir: Candidate | None, reason: str) -> Iterator[Remedy]:
        """SMTP for the heir where it lacks it, then the internal certificate; a new one where there is no heir."""
        if heir is None:
            yield self.new_self_signed(
                f"{reason}, and no certificate of the store is known to be fit to take its place"
            )
            return
        if "SMTP" not in (heir.certificate.services or ()):
            yield self.enable_smtp(heir, reason)
        if heir.certificate.thumbprint != self.case.internal_thumbprint:
            yield from self.replace_internal(heir, reason)

    def enable_smtp(self, candidate: Candidate, reason: str) -> Remedy:
        thumbprint = candidate.certificate.thumbprint
        caution = [
            *not_desired(self.case, candidate),
            "the cmdlet asks whether to replace the internal transport certificate: this line alone means no",
            "a service that was enabled cannot be taken away again",
        ]
        return Remedy("enable_smtp", thumbprint, reason, "; ".join(caution), shell.enable_smtp(thumbprint))

    def replace_internal(self, candidate: Candidate, reason: str) -> Iterator[Remedy]:
        thumbprint = candidate.certificate.thumbprint
        caution = [
            *not_desired(self.case, candidate),
            "-Force replaces the internal transport certificate without a question",
            *self.edge_sync_caution(),
        ]
        command = shell.replace_internal(thumbprint)
        yield Remedy("replace_internal", thumbprint, reason, "; ".join(caution), command)
        if self.case.edge_sync:
            yield self.resubscribe_edge()

    def edge_sync_caution(self) -> list[str]:
        if not self.case.edge_sync:
            return []
        known = self.case.role == "edge" or self.case.facts.server.edge_subscriptions is not None
        doubt = "" if known else " (whether there are any is not known)"
        return [
            f"the credentials of EdgeSync are encrypted to the internal certificate: Edge Subscriptions break{doubt}"
        ]

    def resubscribe_edge(self) -> Remedy:
        if self.case.role == "edge":
            return Remedy(
                "resubscribe_edge",
                None,
                "an Edge whose internal certificate changes must be subscribed again",
                "import the file with New-EdgeSubscription on a server of the subscribed site within 24 hours",
                shell.new_edge_subscription(),
            )
        edges = self.case.facts.server.edge_subscriptions
        which = f"of {', '.join(edges)}" if edges else "of this site, if there are any,"
        return Remedy(
            "resubscribe_edge",
            None,
            f"the Edge Subscriptions {which} must be seen to work with the new internal certificate",
            "where the test fails, make the subscription anew on the Edge (New-EdgeSubscription) and import it here",
            shell.test_edge_synchronization(),
        )

    def new_self_signed(self, reason: str) -> Remedy:
        identity, domains = self.case.facts.identity, self.case.domains.names
        caution = [
            "a new key pair with the names of the server; -Force makes it the internal transport certificate",
            *self.edge_sync_caution(),
        ]
        subject = identity.physical_hostname or identity.hostname
        command = shell.new_self_signed(subject, domains)
        return Remedy("new_self_signed", None, reason, "; ".join(caution), command)

    def renew(self, internal: Certificate) -> Remedy:
        after = (
            "the clone becomes the internal certificate if the question is answered with yes"
            if internal.self_signed
            else "send the request to the authority, import what it issues, then enable that for SMTP"
        )
        return Remedy(
            "renew",
            internal.thumbprint,
            f"the internal certificate {named(internal)} expires soon",
            "; ".join([after, *self.edge_sync_caution()]),
            shell.renew(internal.thumbprint, self_signed=internal.self_signed, exchange_2007=self.exchange_2007),
        )


_INTERNAL_BROKEN = frozenset(
    {
        "internal_missing",
        "internal_corrupt",
        "internal_not_in_store",
        "internal_no_private_key",
        "internal_expired",
        "best_expired",
    }
)
_KEY_GONE = frozenset({"internal_not_in_store", "internal_no_private_key"})


def remedies_of(case: Case, codes: frozenset[str], desired: Candidate | None) -> list[Remedy]:
    """The remedies for the codes of a decision's findings, in the order of execution."""
    return list(_Plan(case, codes, desired).with_subscription())


def hand_over_to(case: Case, chosen: Candidate, reason: str) -> list[Remedy]:
    """What makes a certificate the internal one, enabled for SMTP; empty where it is that already."""
    return list(_Plan(case, frozenset(), None).hand_over(chosen, reason))


def new_one(case: Case, reason: str) -> Remedy:
    """A new self-signed certificate, where the store holds none that could take the place of the internal one."""
    return _Plan(case, frozenset(), None).new_self_signed(reason)


def next_steps(case: Case, changes: list[Remedy]) -> list[Remedy]:
    """What is to be done by hand after the changes: EdgeSync depends on the internal certificate."""
    by_hand = [change for change in changes if change.action == "resubscribe_edge"]
    if changes and not by_hand and case.edge_sync and case.role != "edge":
        test = _Plan(case, frozenset(), None).resubscribe_edge()
        by_hand.append(replace(test, reason="EdgeSync should be seen to work after any change of its certificate"))
    return by_hand
