"""The store as exports of Get-ExchangeCertificate, or of the certificate provider of Windows (Cert:), have it."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace

from ...module_utils._authority_files import read_authorities
from ...module_utils._bounded_files import Files, FolderError
from .._certificate import ParsedCertificate, describe
from .._clixml import Object, text_of
from .._clixml_files import Exports, read_exports
from .._exchange_certificate import EXCHANGE_CERTIFICATE, ExchangeCertificateError, read_exchange_certificate
from .._facts import Certificate, Provider, Store, Trust, Unreadable
from .._serialized_certificate import SerializedCertificateError, read_serialized_certificate
from .._trust import ChainBuilder
from .exchange_says import PENDING_REQUEST, ROOT_CA_TYPES, STATUSES, name_of, services_of, trust_of
from .folder_reading import AuthorityFiles, CertificateFile, authority_files
from .gathered_store import GatheredStore
from .parsing import missed, parse, parse_authorities, warnings_of
from .store_error import StoreError

X509_CERTIFICATE = "System.Security.Cryptography.X509Certificates.X509Certificate2"

_NO_ROOTS = "no trusted roots are known: name them in store.trusted_roots"
_NO_INTERMEDIATES = "the server's intermediate certificates are not known: name them in store.intermediates"
_OWN, _ROOTS, _INTERMEDIATES = "my", ("root", "authroot"), ("ca",)


@dataclass(frozen=True, slots=True)
class Exported:
    """A certificate and what its export says of it; None: not known. `server`: the name of the server it is of."""

    der: bytes
    place: str
    has_private_key: bool | None = None
    provider: Provider | None = None
    friendly_name: str | None = None
    archived: bool | None = None
    services: tuple[str, ...] | None = None
    status: str | None = None
    root_ca_type: str | None = None
    server: str | None = None

    def or_as(self, other: Exported) -> Exported:
        """What is not known here as another export of the same certificate has it."""
        unknown = {
            each.name: getattr(other, each.name)
            for each in fields(self)
            if getattr(self, each.name) is None and getattr(other, each.name) is not None
        }
        return replace(self, place=f"{self.place}, {other.place}", **unknown)


@dataclass(frozen=True, slots=True)
class ClixmlReading:
    """What was read of the exports; `server` is the name that they give the server, `roots` None where none are known.

    `newest` is the time of the newest file in seconds since 1970.
    """

    certificates: tuple[Exported, ...]
    unreadable: tuple[Unreadable, ...]
    roots: AuthorityFiles | None
    intermediates: AuthorityFiles | None
    server: str | None
    warnings: tuple[str, ...]
    newest: float | None


def read_store(path: str, trusted_roots: Sequence[str] | None, intermediates: Sequence[str] | None) -> ClixmlReading:
    """Read a folder of exports, or one; the named roots and intermediates are PEM and DER files, or folders of them.

    Raises StoreError when nothing there is a certificate, or when the certificates are of several servers; FolderError
    when there is no such folder.
    """
    exports = read_exports(path)
    found = _Found()
    # What Exchange itself says comes first, and counts.
    for place, each in exports.of(EXCHANGE_CERTIFICATE):
        found.add_exchange_certificate(place, each)
    for place, each in exports.of(X509_CERTIFICATE):
        if not each.is_a(EXCHANGE_CERTIFICATE):
            found.add_certificate(place, each)
    damaged = exports.damaged(EXCHANGE_CERTIFICATE, X509_CERTIFICATE)
    found.unreadable += [Unreadable(file.name, None, file.damage or "") for file in damaged]
    if not found.certificates and not found.left_out:
        raise StoreError(_why_no_certificates(exports, found.unreadable, path))
    files, warnings = Files(), found.warnings
    return ClixmlReading(
        certificates=tuple(found.certificates.values()),
        unreadable=tuple(found.unreadable),
        roots=_authorities("roots", trusted_roots, found.roots, files, warnings),
        intermediates=_authorities("intermediates", intermediates, found.intermediates, files, warnings),
        server=_server(found.certificates.values(), path),
        warnings=tuple(warnings),
        newest=max(filter(None, (exports.newest, files.newest)), default=None),
    )


def store_of(reading: ClixmlReading) -> GatheredStore:
    """The store: the trust of a certificate is what Exchange says of it, where it says anything, else built here."""
    said = {exported.der: exported for exported in reading.certificates}
    own = parse((CertificateFile(each.der, each.place) for each in reading.certificates), reading.unreadable)
    roots, intermediates = parse_authorities(reading.roots), parse_authorities(reading.intermediates)
    lacking = (
        _NO_ROOTS if reading.roots is None else None,
        _NO_INTERMEDIATES if reading.intermediates is None else None,
        missed(roots, intermediates),
    )
    unread = "; ".join(filter(None, lacking)) or None
    chains = ChainBuilder(roots.alone, [*intermediates.alone, *own.alone], unread)
    certificates = (_described(found.parsed, said[found.file.der], chains) for found in own.certificates)
    return GatheredStore(
        Store("clixml", tuple(certificates), own.unreadable),
        (*reading.warnings, *own.warnings, *warnings_of(roots), *warnings_of(intermediates)),
        reading.newest,
        reading.server,
    )


@dataclass(slots=True)
class _Found:
    """What the objects hold, as they are looked at one by one; `certificates` by their DER."""

    certificates: dict[bytes, Exported] = field(default_factory=dict)
    roots: list[CertificateFile] = field(default_factory=list)
    intermediates: list[CertificateFile] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    left_out: int = 0

    def add_exchange_certificate(self, place: str, each: Object) -> None:
        stream = each.properties.get("SerializationData")
        if not isinstance(stream, bytes):
            self._add_by_properties(place, each, "it has neither SerializationData nor RawData")
            return
        try:
            self._add(_by_stream(stream, place))
        except (ExchangeCertificateError, SerializedCertificateError) as error:
            reason = f"its SerializationData cannot be read: {error}"
            if self._add_by_properties(place, each, reason):
                self.warnings.append(f"{place}: {reason}; what is said of it are its other properties")

    def add_certificate(self, place: str, each: Object) -> None:
        """One of the certificate provider: its store is the last part of `Certificate::LocalMachine\\My`."""
        parent = each.text_of("PSParentPath") or _OWN
        store = parent.rpartition("\\")[2].lower()
        der = each.properties.get("RawData")
        if store == _OWN:
            self._add_by_properties(place, each, "it has no RawData")
        elif store in (*_ROOTS, *_INTERMEDIATES) and isinstance(der, bytes):
            (self.roots if store in _ROOTS else self.intermediates).append(CertificateFile(der, place))
        else:
            self.warnings.append(f"{place} is of the store {parent}, and left out")

    def _add_by_properties(self, place: str, each: Object, otherwise: str) -> bool:
        der = each.properties.get("RawData")
        if isinstance(der, bytes):
            self._add(_by_properties(der, place, each))
            return True
        self.unreadable.append(Unreadable(place, None, otherwise))
        return False

    def _add(self, exported: Exported) -> None:
        if exported.status == PENDING_REQUEST:
            self.left_out += 1
            self.warnings.append(f"{exported.place} is a pending request, no certificate of the store, and left out")
            return
        known = self.certificates.get(exported.der)
        self.certificates[exported.der] = known.or_as(exported) if known else exported


def _by_stream(stream: bytes, place: str) -> Exported:
    said = read_exchange_certificate(stream)
    serialized = read_serialized_certificate(said.cert_data)
    return Exported(
        der=serialized.der,
        place=place,
        has_private_key=serialized.has_private_key,
        provider=serialized.provider,
        friendly_name=serialized.friendly_name,
        archived=serialized.archived,
        services=services_of(said.services),
        status=name_of(said.status, STATUSES),
        root_ca_type=name_of(said.root_ca_type, ROOT_CA_TYPES),
        server=_server_in(said.identity),
    )


def _by_properties(der: bytes, place: str, each: Object) -> Exported:
    services = _enumeration(each, "Services")
    return Exported(
        der=der,
        place=place,
        has_private_key=each.flag_of("HasPrivateKey"),
        friendly_name=each.text_of("FriendlyName"),
        archived=each.flag_of("Archived"),
        services=None if services is None else services_of(services),
        status=each.text_of("Status"),
        root_ca_type=each.text_of("RootCAType"),
        server=_server_in(each.text_of("Identity")),
    )


def _enumeration(each: Object, name: str) -> int | str | None:
    """The number of a value of an enumeration, else its name."""
    value = each.properties.get(name)
    number = value.value if isinstance(value, Object) else value
    return number if isinstance(number, int) else text_of(value)


def _server_in(identity: str | None) -> str | None:
    """The server in `ex01.contoso.com\\THUMBPRINT`."""
    server, backslash, _thumbprint = (identity or "").rpartition("\\")
    return server if backslash and server else None


def _server(certificates: Iterable[Exported], path: str) -> str | None:
    servers = {each.server.lower(): each.server for each in certificates if each.server}
    if len(servers) > 1:
        names = ", ".join(sorted(servers.values()))
        raise StoreError(f"{path} holds the certificates of several servers ({names}); name a folder of one server")
    return next(iter(servers.values()), None)


def _authorities(
    what: str, named: Sequence[str] | None, exported: list[CertificateFile], files: Files, warnings: list[str]
) -> AuthorityFiles | None:
    """Those that are named, else those that were exported, None where neither is so."""
    if named is None:
        return AuthorityFiles(tuple(exported), ()) if exported else None
    try:
        return authority_files(read_authorities(what, [(source, source) for source in named], files, warnings))
    except FolderError as error:
        raise StoreError(str(error)) from None


def _why_no_certificates(exports: Exports, unreadable: Sequence[Unreadable], path: str) -> str:
    if unreadable:
        reasons = "; ".join(f"{entry.name}: {entry.reason}" for entry in unreadable)
        return f"no certificate of {path} can be read: {reasons}; export them again"
    seen = sorted({each.types[0] for file in exports.files for each in file.objects if each.types})
    return (
        f"{path} holds no certificate, only objects of these classes: {', '.join(seen) or 'none'}; export with "
        "Get-ExchangeCertificate | Export-Clixml"
    )


def _described(parsed: ParsedCertificate, said: Exported, chains: ChainBuilder) -> Certificate:
    return describe(
        parsed,
        has_private_key=said.has_private_key,
        services=said.services,
        services_evidence=None if said.services is None else "exchange",
        provider=said.provider,
        friendly_name=said.friendly_name,
        archived=bool(said.archived),
        trust=_trust(parsed, said, chains),
    )


def _trust(parsed: ParsedCertificate, said: Exported, chains: ChainBuilder) -> Trust:
    if said.status is None:
        return chains.judge(parsed)
    return trust_of(said.status, said.root_ca_type, parsed.not_before, parsed.not_after)
