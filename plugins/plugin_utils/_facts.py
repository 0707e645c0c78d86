"""The facts of one Exchange server, as frozen data classes: the plain data of `ansible_facts.anon_tls`."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal

from ._plain_data import PlainDataError, from_plain, read_text, to_plain

SCHEMA_VERSION = 1

Role = Literal["hub", "edge", "none", "unknown"]
Cluster = Literal["none", "nlb", "failover"]
Provider = Literal["csp", "cng"]
TrustStatus = Literal["trusted", "untrusted", "unknown"]
TrustEvidence = Literal["windows", "exchange", "built"]
ServicesEvidence = Literal["exchange", "key_acl", "file"]
DirectoryStatus = Literal["present", "null", "corrupt", "unknown", "not_gathered"]

SERVICES = ("IMAP", "POP", "UM", "IIS", "SMTP", "Federation", "UMCallRouter")
"""The services of Exchange, spelled and ordered as it does."""

_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]{40}")
# The certificate dialog of Windows copies a left-to-right mark with the thumbprint.
_AMONG_THE_DIGITS = re.compile("[\\s:\u200e]")


class FactsError(ValueError):
    """Facts that are not of the documented shape: the message names the place and what to do."""


def thumbprint_in(text: str) -> str | None:
    """The thumbprint as people write it, with blanks or colons, in any case; None of a text that is none."""
    digits = _AMONG_THE_DIGITS.sub("", text)
    return digits.upper() if _HEXADECIMAL.fullmatch(digits) else None


def _read_thumbprint(value: object) -> str:
    expected = "a thumbprint of 40 hexadecimal digits"
    text = read_text(value, expected)
    if not _HEXADECIMAL.fullmatch(text):
        raise PlainDataError(f"is {text[:60]!r}, expected {expected}")
    return text.upper()


def _read_name(value: object) -> str | None:
    return None if value is None else read_text(value) or None


Thumbprint = Annotated[str, _read_thumbprint]
"""SHA-1 of the DER, 40 upper-case hexadecimal digits."""

Name = Annotated[str | None, _read_name]
"""A name, None where it is not known; a blank one is not known."""


@dataclass(frozen=True, slots=True)
class Server:
    """The server object of the directory.

    `version` and `edition` are None where the version is not known, `edge_subscriptions` where those are not.
    """

    name: Name
    role: Role
    dn: str | None = None
    version: str | None = None
    edition: str | None = None
    site: str | None = None
    edge_subscriptions: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """The names of the computer (procedure, step 6); a name is None where it is not known, `cluster` likewise."""

    fqdn: Name = None
    hostname: Name = None
    physical_fqdn: Name = None
    physical_hostname: Name = None
    cluster: Cluster | None = None
    cluster_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Interval:
    """One chain's validity, both ends inside; `path` holds thumbprints from the certificate to the root.

    `reason` is None for a chain that is surely good, else why that could not be judged.
    """

    begins: datetime = field(metadata={"key": "from"})
    ends: datetime = field(metadata={"key": "to"})
    path: tuple[str, ...] = ()
    reason: str | None = None

    def holds(self, moment: datetime) -> bool:
        return self.begins <= moment <= self.ends


@dataclass(frozen=True, slots=True)
class Trust:
    """Whether the certificate chains to a trusted root, time left aside; the intervals say when."""

    status: TrustStatus
    reason: str | None = None
    evidence: TrustEvidence | None = None
    intervals: tuple[Interval, ...] = ()


@dataclass(frozen=True, slots=True)
class Key:
    """The public key, and what keeps its private half; None where not known or not applicable.

    `network_service_can_read`: whether the account of the transport service may read the private half.
    """

    type: str
    bits: int | None = None
    curve: str | None = None
    provider: Provider | None = None
    network_service_can_read: bool | None = None


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate of the local computer's store.

    `services` and `has_private_key` are None where not known; `eku` is None where there is no such extension.
    """

    thumbprint: Thumbprint
    subject: str
    issuer: str
    serial: str
    version: int
    not_before: datetime
    not_after: datetime
    dns_names: tuple[str, ...]
    common_names: tuple[str, ...]
    self_signed: bool
    has_private_key: bool | None
    services: tuple[str, ...] | None
    services_evidence: ServicesEvidence | None
    eku: tuple[str, ...] | None
    template: str | None
    key: Key
    signature_hash: str | None
    trust: Trust
    friendly_name: str | None = None
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What is or may be a certificate and could not be read; `thumbprint` is None where it cannot be computed."""

    name: str
    thumbprint: Thumbprint | None
    reason: str


@dataclass(frozen=True, slots=True)
class Store:
    """The local computer's certificate store, one entry per thumbprint, archived ones too."""

    source: str
    certificates: tuple[Certificate, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()


@dataclass(frozen=True, slots=True)
class DirectoryCertificate:
    """What the value of `msExchServerInternalTLSCert` itself shows of its certificate."""

    subject: str
    not_before: datetime
    not_after: datetime
    provider: Provider | None = None


@dataclass(frozen=True, slots=True)
class DirectoryValue:
    """The internal transport certificate as the directory names it (procedure, step 3).

    `published_thumbprint`: of an Edge whose own value this is, the copy in Active Directory; None where not known.
    """

    status: DirectoryStatus
    reason: str | None = None
    source: str | None = None
    thumbprint: Thumbprint | None = None
    is_copy: bool = False
    certificate: DirectoryCertificate | None = None
    published_thumbprint: Thumbprint | None = None


@dataclass(frozen=True, slots=True)
class SendConnector:
    """A Send connector that the server is a source of.

    A field is None where it is not known; `fqdn` and `tls_certificate_name` also where they are not set.
    """

    name: str
    enabled: bool | None = True
    smart_host_auth: tuple[str, ...] | None = ()
    address_spaces: tuple[str, ...] | None = ()
    smart_hosts: tuple[str, ...] | None = ()
    source_servers: tuple[str, ...] | None = ()
    fqdn: str | None = None
    tls_certificate_name: str | None = None


@dataclass(frozen=True, slots=True)
class ExchangeAnswers:
    """What Exchange's own cmdlets answered on the host.

    `internal_thumbprint` is that of Get-TransportService, None where it named none; `order` the thumbprints of
    Get-ExchangeCertificate for each name it was asked for, in its order: the first is the one Exchange picks.
    """

    internal_thumbprint: Thumbprint | None
    order: Mapping[str, tuple[Thumbprint, ...]]


@dataclass(frozen=True, slots=True)
class ObservedEvent:
    """An event that Exchange logged; `parameters` are the distinct lists of its insertion strings, newest first."""

    id: int
    provider: str
    count: int
    first: datetime
    last: datetime
    parameters: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """A part that could not be gathered, and why."""

    part: str
    reason: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the decision is made of.

    `store`, `exchange` and `observed_events` are None where not gathered, `connectors` where they are not known.
    """

    collected_at: datetime
    server: Server
    identity: Identity
    store: Store | None
    directory: DirectoryValue
    connectors: tuple[SendConnector, ...] | None
    exchange: ExchangeAnswers | None = None
    observed_events: tuple[ObservedEvent, ...] | None = None
    failures: tuple[Failure, ...] = ()
    warnings: tuple[str, ...] = ()

    def to_plain(self) -> dict[str, Any]:
        return {"schema_version": SCHEMA_VERSION, **to_plain(self)}

    @classmethod
    def from_plain(cls, plain: Any) -> Facts:
        """Raises FactsError for anything but facts of this schema version."""
        try:
            version = from_plain(_Schema, plain).schema_version
            if version != SCHEMA_VERSION:
                raise PlainDataError(
                    f"is {version}, and this version of the collection reads {SCHEMA_VERSION}", ".schema_version"
                )
            facts = from_plain(cls, plain)
            _check(facts)
        except PlainDataError as error:
            again = "gather the facts again with msexchange.transport_tls.anon_tls_facts of this version"
            raise FactsError(f"facts: {error.inside('anon_tls')}; {again}") from None
        return facts


@dataclass(frozen=True, slots=True)
class _Schema:
    schema_version: int


def _check(facts: Facts) -> None:
    """What the types alone do not say."""
    if (facts.directory.status == "present") != (facts.directory.thumbprint is not None):
        raise PlainDataError("must be given if and only if the status is present", ".directory.thumbprint")
    certificates = facts.store.certificates if facts.store else ()
    if len({certificate.thumbprint for certificate in certificates}) != len(certificates):
        raise PlainDataError("holds a thumbprint twice", ".store.certificates")
