"""The store LocalMachine\\My of a Windows host: each certificate with what Windows and Exchange say of it there."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from .._certificate import CertificateError, ParsedCertificate, describe, load_each
from .._facts import Certificate, ServicesEvidence, Store, Trust, Unreadable
from .._key_access import network_service_can_read
from .._serialized_certificate import SerializedCertificateError, read_serialized_certificate
from .._stores.exchange_says import trust_of as trust_of_status
from .._stores.exported import one_of_each
from .._stores.folder_reading import CertificateFile
from .._stores.gathered_store import GatheredStore
from .._stores.parsing import Found, parse
from .._trust import ChainBuilder
from .answer import Chain, HostStore, SaidByExchange, StoredCertificate
from .chain import trust_of
from .exchange import Said, said_of_each

SOURCE = "windows"

_NOTHING_SAID = Said()
_MOST_NAMED = 3


def store_of(store: HostStore, exchange: SaidByExchange | None) -> GatheredStore:
    """The store.

    Services are those that Exchange says, else told by who may read the private key, else not known. Trust is what
    Windows says of the chain, else what Exchange says, else built of what came; one that leaves it unknown passes the
    word on.
    """
    reading = _Reading()
    for entry in store.certificates:
        reading.add(entry)
    own = parse(one_of_each(reading.files), reading.unreadable)
    issuers, unread = _issuers(store.chain_certificates)
    said, warnings = said_of_each(exchange.certificates if exchange else ())
    known = issuers | {each.parsed.thumbprint: each.parsed for each in own.certificates}
    host = _Host(reading.entries, known, said)
    certificates = tuple(host.described(found) for found in own.certificates)
    return GatheredStore(
        Store(SOURCE, certificates, own.unreadable),
        (*own.warnings, *unread, *warnings, *_unknown_access(store.certificates)),
    )


@dataclass(slots=True)
class _Reading:
    """The certificates as they are looked at one by one; `entries` by their DER, of one that came twice both."""

    files: list[CertificateFile] = field(default_factory=list)
    entries: dict[bytes, list[StoredCertificate]] = field(default_factory=dict)
    unreadable: list[Unreadable] = field(default_factory=list)

    def add(self, entry: StoredCertificate) -> None:
        reason = entry.reason or "nothing came of it"
        file = None
        if entry.element is not None:
            try:
                file = _file_of_element(entry, entry.element)
            except SerializedCertificateError as error:
                reason = f"its serialized form cannot be read: {error}"
        if file is None and entry.der is not None:
            file = CertificateFile(entry.der, entry.name, entry.has_private_key, archived=entry.archived is True)
        if file is None:
            self.unreadable.append(Unreadable(entry.name, _told_thumbprint(entry.name), reason))
        else:
            self.files.append(file)
            self.entries.setdefault(file.der, []).append(entry)


def _file_of_element(entry: StoredCertificate, element: bytes) -> CertificateFile:
    read = read_serialized_certificate(element)
    return CertificateFile(
        read.der,
        entry.name,
        has_key=read.has_private_key,
        provider=read.provider,
        friendly_name=read.friendly_name,
        archived=read.archived or entry.archived is True,
    )


def _told_thumbprint(name: str) -> str | None:
    """As Windows says it, so that what cannot be read is not taken for any certificate there may be."""
    name = name.upper()
    return name if len(name) == 40 and not name.strip("0123456789ABCDEF") else None


def _issuers(ders: Mapping[str, bytes]) -> tuple[dict[str, ParsedCertificate], list[str]]:
    """Those that can be read, by their own thumbprints, and warnings about the others."""
    found, warnings = {}, []
    for name, parsed in zip(ders, load_each(ders.values()), strict=True):
        if isinstance(parsed, CertificateError):
            warnings.append(f"the issuer {name[:60]} of a chain cannot be read: {parsed}")
        else:
            found[parsed.thumbprint] = parsed
    return found, warnings


@dataclass(frozen=True)
class _Host:
    """All that came; `known` are the certificates of store and chains, `said` what Exchange says, by thumbprint."""

    entries: Mapping[bytes, list[StoredCertificate]]
    known: Mapping[str, ParsedCertificate]
    said: Mapping[str, Said]

    def described(self, found: Found) -> Certificate:
        file, parsed = found
        entries, said = self.entries[file.der], self.said.get(parsed.thumbprint, _NOTHING_SAID)
        can_read = next((access for access in map(_can_read, entries) if access is not None), None)
        services, evidence = _services(said, can_read)
        return describe(
            parsed,
            has_private_key=file.has_key,
            services=services,
            services_evidence=evidence,
            provider=file.provider,
            friendly_name=file.friendly_name,
            archived=file.archived,
            trust=self._trust(parsed, entries, said),
            network_service_can_read=can_read,
        )

    def _trust(self, parsed: ParsedCertificate, entries: list[StoredCertificate], said: Said) -> Trust:
        verdicts = list(self._verdicts(parsed, entries, said))
        return next((trust for trust in verdicts if trust.status != "unknown"), verdicts[0])

    def _verdicts(self, parsed: ParsedCertificate, entries: list[StoredCertificate], said: Said) -> Iterator[Trust]:
        """What is evidence of its trust, the strongest first."""
        chain = next((entry.chain for entry in entries if entry.chain), None)
        if chain is not None:
            yield trust_of(parsed, chain, self.known)
        if said.status is not None:
            yield trust_of_status(said.status, said.root_ca_type, parsed.not_before, parsed.not_after)
        if chain is None:
            reason = next((entry.chain_reason for entry in entries if entry.chain_reason), "no reason came")
            yield self._chains(f"Windows did not judge its chain ({reason})").judge(parsed)

    def _chains(self, unread: str) -> ChainBuilder:
        """Of what came: the roots of the chains that Windows trusts are roots that the host has."""
        chains: Iterator[Chain] = (entry.chain for entries in self.entries.values() for entry in entries if entry.chain)
        tops = {chain.elements[-1] for chain in chains if chain.status == 0 and chain.elements}
        return ChainBuilder((self.known[top] for top in tops if top in self.known), self.known.values(), unread)


def _can_read(entry: StoredCertificate) -> bool | None:
    return network_service_can_read(entry.key.sddl) if entry.key and entry.key.sddl is not None else None


def _services(said: Said, can_read: bool | None) -> tuple[tuple[str, ...] | None, ServicesEvidence | None]:
    """SMTP comes about with the right to the private key (exchange-facts: a working model, not documented)."""
    if said.services is not None:
        return said.services, "exchange"
    if can_read is not None:
        return ("SMTP",) if can_read else (), "key_acl"
    return None, None


def _unknown_access(entries: tuple[StoredCertificate, ...]) -> Iterator[str]:
    reasons = [f"{entry.name}: {entry.key.reason}" for entry in entries if entry.key and entry.key.reason]
    if reasons:
        more = f"; and {len(reasons) - _MOST_NAMED} more" if len(reasons) > _MOST_NAMED else ""
        yield f"who may read the private key is not known: {'; '.join(reasons[:_MOST_NAMED])}{more}"
