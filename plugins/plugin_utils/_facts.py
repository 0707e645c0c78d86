"""The facts of one Exchange server: frozen data classes, to and from the plain data of `ansible_facts.anon_tls`."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

SCHEMA_VERSION = 1

Role = Literal["hub", "edge", "none", "unknown"]
Cluster = Literal["none", "nlb", "failover"]
Provider = Literal["csp", "cng"]
TrustStatus = Literal["trusted", "untrusted", "unknown"]
TrustEvidence = Literal["windows", "exchange", "built"]
ServicesEvidence = Literal["exchange", "key_acl", "file"]
DirectoryStatus = Literal["present", "null", "corrupt", "unknown", "not_gathered"]

_THUMBPRINT = re.compile(r"[0-9A-Fa-f]{40}")
_GATHER_AGAIN = "gather the facts again with msexchange.transport_tls.anon_tls_facts"


class FactsError(ValueError):
    """Facts that are not of the documented shape: the message names the place and what to do."""


def moment_of(text: str) -> datetime:
    """An ISO 8601 moment as an aware UTC datetime; a moment without an offset is UTC.

    Raises ValueError for anything that is no such moment.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{text!r} lies outside the years 1 to 9999 in UTC") from None


def text_of(moment: datetime) -> str:
    """The moment as the facts and decisions write it: `2026-11-23T23:40:00Z`, whole seconds, always UTC."""
    return moment.replace(microsecond=0, tzinfo=None).isoformat() + "Z"


class PlainData:
    """One dictionary of plain data, read field by field; every error names the field with its whole path."""

    __slots__ = ("_data", "_where")

    def __init__(self, data: object, where: str) -> None:
        if not isinstance(data, Mapping):
            raise FactsError(f"{where} is {_kind(data)}, expected a dictionary; {_GATHER_AGAIN}")
        self._data: Mapping[str, Any] = data
        self._where = where

    def _value(self, key: str) -> Any:
        try:
            return self._data[key]
        except KeyError:
            raise FactsError(f"{self._where}.{key} is missing; {_GATHER_AGAIN}") from None

    def wrong(self, key: str, expected: str) -> FactsError:
        """The error for a field that does not hold what was expected."""
        return FactsError(f"{self._where}.{key} is {_kind(self._data.get(key))}, expected {expected}; {_GATHER_AGAIN}")

    def text(self, key: str) -> str:
        value = self._value(key)
        if not isinstance(value, str):
            raise self.wrong(key, "a text")
        return value

    def text_or_none(self, key: str) -> str | None:
        return None if self._value(key) is None else self.text(key)

    def name_or_none(self, key: str) -> str | None:
        """A name; a blank one is one that is not known."""
        return self.text_or_none(key) or None

    def flag(self, key: str) -> bool:
        value = self._value(key)
        if not isinstance(value, bool):
            raise self.wrong(key, "true or false")
        return value

    def flag_or_none(self, key: str) -> bool | None:
        return None if self._value(key) is None else self.flag(key)

    def number(self, key: str) -> int:
        value = self._value(key)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.wrong(key, "a whole number")
        return value

    def number_or_none(self, key: str) -> int | None:
        return None if self._value(key) is None else self.number(key)

    def moment(self, key: str) -> datetime:
        value = self._value(key)
        if not isinstance(value, str):
            raise self.wrong(key, "a moment in ISO 8601")
        try:
            return moment_of(value)
        except ValueError:
            raise self.wrong(key, "a moment in ISO 8601, such as 2026-11-23T23:40:00Z") from None

    def thumbprint_or_none(self, key: str) -> str | None:
        value = self._value(key)
        if value is None:
            return None
        if not isinstance(value, str) or not _THUMBPRINT.fullmatch(value):
            raise self.wrong(key, "a thumbprint of 40 hexadecimal digits")
        return value.upper()

    def thumbprint(self, key: str) -> str:
        value = self.thumbprint_or_none(key)
        if value is None:
            raise self.wrong(key, "a thumbprint of 40 hexadecimal digits")
        return value

    def choice(self, key: str, choices: object) -> Any:
        value = self._value(key)
        if value not in get_args(choices):
            raise self.wrong(key, "one of " + ", ".join(get_args(choices)))
        return str(value)

    def choice_or_none(self, key: str, choices: object) -> Any:
        return None if self._value(key) is None else self.choice(key, choices)

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._value(key)
        if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) for item in value):
            raise self.wrong(key, "a list of texts")
        return tuple(value)

    def texts_or_none(self, key: str) -> tuple[str, ...] | None:
        return None if self._value(key) is None else self.texts(key)

    def part(self, key: str) -> PlainData:
        return PlainData(self._value(key), f"{self._where}.{key}")

    def part_or_none(self, key: str) -> PlainData | None:
        return None if self._value(key) is None else self.part(key)

    def parts(self, key: str) -> list[PlainData]:
        value = self._value(key)
        if not isinstance(value, (list, tuple)):
            raise self.wrong(key, "a list")
        return [PlainData(item, f"{self._where}.{key}[{index}]") for index, item in enumerate(value)]

    def parts_or_none(self, key: str) -> list[PlainData] | None:
        return None if self._value(key) is None else self.parts(key)


def _kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        return "a dictionary"
    if isinstance(value, (list, tuple)):
        return "a list"
    text = repr(value if not isinstance(value, str) else str(value))
    return text if len(text) <= 60 else text[:57] + "..."


def _listed(texts: Iterable[str] | None) -> list[str] | None:
    return None if texts is None else list(texts)


@dataclass(frozen=True, slots=True)
class Server:
    """The server object; `edition` and `version` are None where the version is not known, `edge_subscriptions` where those are not."""

    name: str | None
    role: Role
    dn: str | None = None
    version: str | None = None
    edition: str | None = None
    site: str | None = None
    edge_subscriptions: tuple[str, ...] | None = None

    @classmethod
    def from_plain(cls, data: PlainData) -> Server:
        return cls(
            name=data.name_or_none("name"),
            role=data.choice("role", Role),
            dn=data.text_or_none("dn"),
            version=data.text_or_none("version"),
            edition=data.text_or_none("edition"),
            site=data.text_or_none("site"),
            edge_subscriptions=data.texts_or_none("edge_subscriptions"),
        )

    def to_plain(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "role": self.role,
            "dn": self.dn,
            "version": self.version,
            "edition": self.edition,
            "site": self.site,
            "edge_subscriptions": _listed(self.edge_subscriptions),
        }


@dataclass(frozen=True, slots=True)
class Identity:
    """The names of the computer (procedure, step 6); a name is None where it is not known, `cluster` likewise."""

    fqdn: str | None = None
    hostname: str | None = None
    physical_fqdn: str | None = None
    physical_hostname: str | None = None
    cluster: Cluster | None = None
    cluster_names: tuple[str, ...] = ()

    @classmethod
    def from_plain(cls, data: PlainData) -> Identity:
        return cls(
            fqdn=data.name_or_none("fqdn"),
            hostname=data.name_or_none("hostname"),
            physical_fqdn=data.name_or_none("physical_fqdn"),
            physical_hostname=data.name_or_none("physical_hostname"),
            cluster=data.choice_or_none("cluster", Cluster),
            cluster_names=data.texts("cluster_names"),
        )

    def to_plain(self) -> dict[str, Any]:
        return {
            "fqdn": self.fqdn,
            "hostname": self.hostname,
            "physical_fqdn": self.physical_fqdn,
            "physical_hostname": self.physical_hostname,
            "cluster": self.cluster,
            "cluster_names": list(self.cluster_names),
        }


@dataclass(frozen=True, slots=True)
class Interval:
    """One chain's validity, both ends inside; `path` from the certificate to the root.

    `reason` is None for a chain that is surely good, else why that could not be judged.
    """

    begins: datetime
    ends: datetime
    path: tuple[str, ...] = ()
    reason: str | None = None

    @classmethod
    def from_plain(cls, data: PlainData) -> Interval:
        return cls(data.moment("from"), data.moment("to"), data.texts("path"), data.text_or_none("reason"))

    def to_plain(self) -> dict[str, Any]:
        return {"from": text_of(self.begins), "to": text_of(self.ends), "path": list(self.path), "reason": self.reason}

    def holds(self, moment: datetime) -> bool:
        return self.begins <= moment <= self.ends


@dataclass(frozen=True, slots=True)
class Trust:
    """Whether the certificate chains to a trusted root, time left aside; the intervals say when."""

    status: TrustStatus
    reason: str | None = None
    evidence: TrustEvidence | None = None
    intervals: tuple[Interval, ...] = ()

    @classmethod
    def from_plain(cls, data: PlainData) -> Trust:
        return cls(
            status=data.choice("status", TrustStatus),
            reason=data.text_or_none("reason"),
            evidence=data.choice_or_none("evidence", TrustEvidence),
            intervals=tuple(Interval.from_plain(part) for part in data.parts("intervals")),
        )

    def to_plain(self) -> dict[str, Any]:
        return {
            "status": self.status,
            "reason": self.reason,
            "evidence": self.evidence,
            "intervals": [interval.to_plain() for interval in self.intervals],
        }


@dataclass(frozen=True, slots=True)
class Key:
    """The public key and where its private half is kept; None where not known or not applicable."""

    type: str
    bits: int | None = None
    curve: str | None = None
    provider: Provider | None = None

    @classmethod
    def from_plain(cls, data: PlainData) -> Key:
        return cls(
            type=data.text("type"),
            bits=data.number_or_none("bits"),
            curve=data.text_or_none("curve"),
            provider=data.choice_or_none("provider", Provider),
        )

    def to_plain(self) -> dict[str, Any]:
        return {"type": self.type, "bits": self.bits, "curve": self.curve, "provider": self.provider}


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate of the local computer's store; `services`, `has_private_key` are None where not known, `eku` where absent."""

    thumbprint: str
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

    @classmethod
    def from_plain(cls, data: PlainData) -> Certificate:
        return cls(
            thumbprint=data.thumbprint("thumbprint"),
            subject=data.text("subject"),
            issuer=data.text("issuer"),
            serial=data.text("serial"),
            version=data.number("version"),
            not_before=data.moment("not_before"),
            not_after=data.moment("not_after"),
            dns_names=data.texts("dns_names"),
            common_names=data.texts("common_names"),
            self_signed=data.flag("self_signed"),
            has_private_key=data.flag_or_none("has_private_key"),
            services=data.texts_or_none("services"),
            services_evidence=data.choice_or_none("services_evidence", ServicesEvidence),
            eku=data.texts_or_none("eku"),
            template=data.text_or_none("template"),
            key=Key.from_plain(data.part("key")),
            signature_hash=data.text_or_none("signature_hash"),
            trust=Trust.from_plain(data.part("trust")),
            friendly_name=data.text_or_none("friendly_name"),
            archived=data.flag("archived"),
        )

    def to_plain(self) -> dict[str, Any]:
        return {
            "thumbprint": self.thumbprint,
            "subject": self.subject,
            "issuer": self.issuer,
            "serial": self.serial,
            "friendly_name": self.friendly_name,
            "version": self.version,
            "not_before": text_of(self.not_before),
            "not_after": text_of(self.not_after),
            "dns_names": list(self.dns_names),
            "common_names": list(self.common_names),
            "self_signed": self.self_signed,
            "has_private_key": self.has_private_key,
            "services": _listed(self.services),
            "services_evidence": self.services_evidence,
            "eku": _listed(self.eku),
            "template": self.template,
            "key": self.key.to_plain(),
            "signature_hash": self.signature_hash,
            "trust": self.trust.to_plain(),
            "archived": self.archived,
        }


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What is or may be a certificate and could not be read; `thumbprint` is None where it cannot be computed."""

    name: str
    thumbprint: str | None
    reason: str

    @classmethod
    def from_plain(cls, data: PlainData) -> Unreadable:
        return cls(data.text("name"), data.thumbprint_or_none("thumbprint"), data.text("reason"))

    def to_plain(self) -> dict[str, Any]:
        return {"name": self.name, "thumbprint": self.thumbprint, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Store:
    """The local computer's certificate store, one entry per thumbprint, archived ones too."""

    source: str
    certificates: tuple[Certificate, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()

    @classmethod
    def from_plain(cls, data: PlainData) -> Store:
        certificates = tuple(Certificate.from_plain(part) for part in data.parts("certificates"))
        if len({certificate.thumbprint for certificate in certificates}) != len(certificates):
            raise data.wrong("certificates", "one entry per thumbprint")
        return cls(
            data.text("source"), certificates, tuple(Unreadable.from_plain(part) for part in data.parts("unreadable"))
        )

    def to_plain(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "certificates": [certificate.to_plain() for certificate in self.certificates],
            "unreadable": [entry.to_plain() for entry in self.unreadable],
        }


@dataclass(frozen=True, slots=True)
class DirectoryCertificate:
    """What the value of `msExchServerInternalTLSCert` itself shows of its certificate."""

    subject: str
    not_before: datetime
    not_after: datetime
    provider: Provider | None = None

    @classmethod
    def from_plain(cls, data: PlainData) -> DirectoryCertificate:
        return cls(
            data.text("subject"),
            data.moment("not_before"),
            data.moment("not_after"),
            data.choice_or_none("provider", Provider),
        )

    def to_plain(self) -> dict[str, Any]:
        return {
            "subject": self.subject,
            "not_before": text_of(self.not_before),
            "not_after": text_of(self.not_after),
            "provider": self.provider,
        }


@dataclass(frozen=True, slots=True)
class DirectoryValue:
    """The internal transport certificate as the directory names it (procedure, step 3)."""

    status: DirectoryStatus
    reason: str | None = None
    source: str | None = None
    thumbprint: str | None = None
    is_copy: bool = False
    certificate: DirectoryCertificate | None = None

    @classmethod
    def from_plain(cls, data: PlainData) -> DirectoryValue:
        status = data.choice("status", DirectoryStatus)
        thumbprint = data.thumbprint_or_none("thumbprint")
        if (status == "present") != (thumbprint is not None):
            raise data.wrong(
                "thumbprint", f"{'a thumbprint' if status == 'present' else 'null'} with the status {status}"
            )
        certificate = data.part_or_none("certificate")
        return cls(
            status=status,
            reason=data.text_or_none("reason"),
            source=data.text_or_none("source"),
            thumbprint=thumbprint,
            is_copy=data.flag("is_copy"),
            certificate=None if certificate is None else DirectoryCertificate.from_plain(certificate),
        )

    def to_plain(self) -> dict[str, Any]:
        return {
            "status": self.status,
            "reason": self.reason,
            "source": self.source,
            "thumbprint": self.thumbprint,
            "is_copy": self.is_copy,
            "certificate": None if self.certificate is None else self.certificate.to_plain(),
        }


@dataclass(frozen=True, slots=True)
class SendConnector:
    """A Send connector that the server is a source of; a field is None where it is not known (`fqdn`, `tls_certificate_name`: or not set)."""

    name: str
    enabled: bool | None = True
    smart_host_auth: tuple[str, ...] | None = ()
    address_spaces: tuple[str, ...] | None = ()
    smart_hosts: tuple[str, ...] | None = ()
    source_servers: tuple[str, ...] | None = ()
    fqdn: str | None = None
    tls_certificate_name: str | None = None

    @classmethod
    def from_plain(cls, data: PlainData) -> SendConnector:
        return cls(
            name=data.text("name"),
            enabled=data.flag_or_none("enabled"),
            smart_host_auth=data.texts_or_none("smart_host_auth"),
            address_spaces=data.texts_or_none("address_spaces"),
            smart_hosts=data.texts_or_none("smart_hosts"),
            source_servers=data.texts_or_none("source_servers"),
            fqdn=data.text_or_none("fqdn"),
            tls_certificate_name=data.text_or_none("tls_certificate_name"),
        )

    def to_plain(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "enabled": self.enabled,
            "smart_host_auth": _listed(self.smart_host_auth),
            "address_spaces": _listed(self.address_spaces),
            "smart_hosts": _listed(self.smart_hosts),
            "source_servers": _listed(self.source_servers),
            "fqdn": self.fqdn,
            "tls_certificate_name": self.tls_certificate_name,
        }


@dataclass(frozen=True, slots=True)
class Failure:
    """A part that could not be gathered, and why."""

    part: str
    reason: str

    @classmethod
    def from_plain(cls, data: PlainData) -> Failure:
        return cls(data.text("part"), data.text("reason"))

    def to_plain(self) -> dict[str, Any]:
        return {"part": self.part, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the decision is made of; `store` is None where it was not gathered, `connectors` where they are not known."""

    collected_at: datetime
    server: Server
    identity: Identity
    store: Store | None
    directory: DirectoryValue
    connectors: tuple[SendConnector, ...] | None
    failures: tuple[Failure, ...] = ()
    warnings: tuple[str, ...] = ()

    @classmethod
    def from_plain(cls, plain: object) -> Facts:
        """Raises FactsError for anything but facts of this schema version."""
        data = PlainData(plain, "anon_tls")
        version = data.number("schema_version")
        if version != SCHEMA_VERSION:
            raise FactsError(
                f"anon_tls.schema_version is {version}, this version of the collection reads {SCHEMA_VERSION}; {_GATHER_AGAIN} of this collection"
            )
        store = data.part_or_none("store")
        connectors = data.parts_or_none("connectors")
        return cls(
            collected_at=data.moment("collected_at"),
            server=Server.from_plain(data.part("server")),
            identity=Identity.from_plain(data.part("identity")),
            store=None if store is None else Store.from_plain(store),
            directory=DirectoryValue.from_plain(data.part("directory")),
            connectors=None if connectors is None else tuple(SendConnector.from_plain(part) for part in connectors),
            failures=tuple(Failure.from_plain(part) for part in data.parts("failures")),
            warnings=data.texts("warnings"),
        )

    def to_plain(self) -> dict[str, Any]:
        return {
            "schema_version": SCHEMA_VERSION,
            "collected_at": text_of(self.collected_at),
            "server": self.server.to_plain(),
            "identity": self.identity.to_plain(),
            "store": None if self.store is None else self.store.to_plain(),
            "directory": self.directory.to_plain(),
            "connectors": None if self.connectors is None else [connector.to_plain() for connector in self.connectors],
            "failures": [failure.to_plain() for failure in self.failures],
            "warnings": list(self.warnings),
        }
