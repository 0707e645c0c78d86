"""A case: the facts of one server and what is asked of them, with everything the steps find out, each computed once."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from ._candidates import Candidate, Selection, inside_validity, judge, select
from ._domain_names import CandidateDomains, candidate_domains
from ._facts import Certificate, Facts, Provider, Role
from ._sessions import IMPLICIT, TO_EDGE, Gate, Sessions, judge_sessions

_LONGEST = 1_000_000


class CaseError(ValueError):
    """A question that cannot be asked of these facts: the message says what there is instead."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the options of `anon_tls_select`; `at` is the moment to decide for, `now` that of the run."""

    at: datetime
    now: datetime
    role: Role | None = None
    connector: str | None = None
    delivery_type: str = TO_EDGE
    wildcards: bool = False
    warn_days: int = 30
    max_age: int = 24
    verify: bool = True

    def __post_init__(self) -> None:
        for name, unit in (("warn_days", "days"), ("max_age", "hours")):
            if not 0 <= getattr(self, name) <= _LONGEST:
                raise CaseError(f"{name}: {getattr(self, name)} {unit}, expected 0 to {_LONGEST}")


@dataclass(frozen=True)
class Case:
    """The facts, the question, and what follows from them without regard to where the procedure stops."""

    facts: Facts
    question: Question
    gates: Mapping[Role, Gate]
    transport_cmdlet: str

    @property
    def at(self) -> datetime:
        return self.question.at

    @property
    def role(self) -> Role:
        return self.question.role or self.facts.server.role

    @property
    def gate(self) -> Gate:
        """The conditions of step 2 for this role in this edition; empty where the role has none or is not known."""
        return self.gates.get(self.role, {})

    @cached_property
    def sessions(self) -> Sessions:
        """Step 2 on all connectors. Raises CaseError when a connector is named that there is not."""
        named, connectors = self.question.connector, self.facts.connectors
        if named is not None and named.lower() == IMPLICIT and self.role == "edge":
            raise CaseError(
                f"connector: {IMPLICIT} is a connector between Hub Transport servers, "
                f"and {self.server_name} is an Edge Transport server; {self._connectors_there_are}"
            )
        names = {IMPLICIT, *(connector.name.lower() for connector in connectors or ())}
        if named is not None and connectors is not None and named.lower() not in names:
            raise CaseError(
                f"connector: {self.server_name} is the source of no Send connector named {named!r}; "
                f"{self._connectors_there_are} (the connectors of other servers do not count)"
            )
        return judge_sessions(
            self.gate,
            connectors,
            implicit=self.role == "hub",
            delivery_type=self.question.delivery_type,
            named=named,
        )

    @property
    def _connectors_there_are(self) -> str:
        names = sorted(connector.name for connector in self.facts.connectors or ())
        return f"there are: {', '.join(names)}" if names else "there is none"

    @property
    def server_name(self) -> str:
        """The server as sentences name it."""
        return self.facts.server.name or self.facts.identity.physical_hostname or "the server"

    @property
    def internal_thumbprint(self) -> str | None:
        return self.facts.directory.thumbprint

    @property
    def _certificates(self) -> tuple[Certificate, ...]:
        return self.facts.store.certificates if self.facts.store else ()

    @cached_property
    def internal_entry(self) -> Certificate | None:
        """The entry of the store that the directory names, archived or not."""
        return next((entry for entry in self._certificates if entry.thumbprint == self.internal_thumbprint), None)

    @property
    def internal(self) -> Certificate | None:
        """The certificate step 4 finds: archived ones are not found."""
        return None if self.internal_entry is None or self.internal_entry.archived else self.internal_entry

    @property
    def internal_provider(self) -> Provider | None:
        """Where its key is kept: what the store says, else what the value of the directory shows."""
        if self.internal is not None and self.internal.key.provider is not None:
            return self.internal.key.provider
        shown = self.facts.directory.certificate
        return shown.provider if shown else None

    @property
    def may_be_unreadable(self) -> bool:
        """Whether an entry that could not be read may be the one that step 4 looks for."""
        entries = self.facts.store.unreadable if self.facts.store else ()
        return any(entry.thumbprint in (None, self.internal_thumbprint) for entry in entries)

    @property
    def internal_in_store(self) -> bool | None:
        """Step 4; None where the value, the store or a candidate entry of it is not known."""
        if self.internal_thumbprint is None or self.facts.store is None:
            return None
        if self.internal_entry is not None:
            return self.internal is not None
        return None if self.may_be_unreadable else False

    @property
    def internal_expired(self) -> bool | None:
        return None if self.internal is None else self.at > self.internal.not_after

    @property
    def internal_in_order(self) -> bool | None:
        """Present, in the store, with its key and not expired (procedure.md, Editions)."""
        if self.facts.directory.status in ("null", "corrupt"):
            return False
        if self.internal is None:
            return self.internal_in_store
        return False if self.internal_expired else self.internal.has_private_key

    @cached_property
    def domains(self) -> CandidateDomains:
        return candidate_domains(self.facts.identity)

    @cached_property
    def candidates(self) -> tuple[Candidate, ...]:
        """Every certificate of the store that is not archived, judged by 7a to 7d."""
        return tuple(self._judged(self.domains, archived=False, wildcards=self.question.wildcards))

    def _judged(self, domains: CandidateDomains, *, archived: bool, wildcards: bool) -> Iterator[Candidate]:
        for certificate in self._certificates:
            if archived or not certificate.archived:
                yield judge(certificate, domains, self.at, wildcards=wildcards)

    @cached_property
    def selection(self) -> Selection:
        return select(self.candidates)

    @cached_property
    def without_assumptions(self) -> dict[str, tuple[Candidate, ...]]:
        """The candidates as they would be without each assumption that steps 6 and 7 can rest on."""
        wildcards = self.question.wildcards
        rows: dict[str, tuple[Candidate, ...]] = {}
        if any(certificate.archived for certificate in self._certificates):
            rows["archived certificates are not found"] = tuple(
                self._judged(self.domains, archived=True, wildcards=wildcards)
            )
        if wildcards:
            rows["wildcard names count"] = tuple(self._judged(self.domains, archived=False, wildcards=False))
        if any(certificate.services_evidence == "key_acl" for certificate in self._certificates):
            rows["a certificate is enabled for SMTP if NETWORK SERVICE may read its private key"] = tuple(
                judge(_without_key_acl(candidate.certificate), self.domains, self.at, wildcards=wildcards)
                for candidate in self.candidates
            )
        if self.domains.assumption and self.domains.without_assumption is not None:
            domains = CandidateDomains(self.domains.without_assumption, self.domains.unknown)
            rows[self.domains.assumption] = tuple(self._judged(domains, archived=False, wildcards=wildcards))
        return rows

    @property
    def edge_sync(self) -> bool:
        """Whether EdgeSync depends on the internal certificate: an Edge, or a server with Edge Subscriptions.

        Subscriptions that are not known count as some.
        """
        return self.role == "edge" or self.facts.server.edge_subscriptions != ()

    def inside_validity(self, certificate: Certificate) -> bool:
        return inside_validity(certificate, self.at)


def _without_key_acl(certificate: Certificate) -> Certificate:
    """As if what the permissions of its private key are evidence of were not known."""
    return replace(certificate, services=None) if certificate.services_evidence == "key_acl" else certificate
