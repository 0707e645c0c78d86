"""What one X.509 certificate says: from DER to plain facts, over `cryptography` 42.0 and later.

Whatever `cryptography` notices late, in its lazy extensions, names and dates, is noticed in `load` and nowhere else.
"""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import gc
import hashlib
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID

from . import _facts
from ._certificate_extensions import EXTENSIONS_TAG, Extensions, KnownExtensions, read_extensions, said
from ._certificate_signature import is_signed_by
from ._der import BMP_STRING, SEQUENCE, DerError, Element, content_of, element_at, elements_of, whole_of

_LARGEST = 1024 * 1024  # bytes; certificates with hundreds of names have some ten thousand

_VERSION_TAG = 0xA0

_EKU_NAMES = {
    ExtendedKeyUsageOID.SERVER_AUTH: "serverAuth",
    ExtendedKeyUsageOID.CLIENT_AUTH: "clientAuth",
    ExtendedKeyUsageOID.CODE_SIGNING: "codeSigning",
    ExtendedKeyUsageOID.EMAIL_PROTECTION: "emailProtection",
    ExtendedKeyUsageOID.TIME_STAMPING: "timeStamping",
    ExtendedKeyUsageOID.OCSP_SIGNING: "OCSPSigning",
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE: "anyExtendedKeyUsage",
}

# Extensions that a decision rests on: without them a certificate is not readable.
_NEEDED = {
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME.dotted_string: "subject alternative name",
    ExtensionOID.EXTENDED_KEY_USAGE.dotted_string: "extended key usage",
}

# An enterprise CA writes the name of a version 1 template, and the OID of a later one: in wincrypt.h
# szOID_ENROLL_CERTTYPE_EXTENSION and szOID_CERTIFICATE_TEMPLATE.
_TEMPLATE_NAME = "1.3.6.1.4.1.311.20.2"
_TEMPLATE = "1.3.6.1.4.1.311.21.7"
_UNREADABLE_TEMPLATE = "(unreadable)"

# Names of issuers that need no warning: the same few stand in all certificates of a store, and reading one takes a
# quarter of the time of its certificate.
_issuers: dict[bytes, str] = {}
_MOST_ISSUERS = 1000

_T = TypeVar("_T")
_Extension = TypeVar("_Extension", bound=x509.ExtensionType)


class CertificateError(ValueError):
    """Bytes that cannot be read as a certificate with all that a decision needs of it: the message is the reason."""


@dataclass(frozen=True, eq=False)
class ParsedCertificate:
    """A certificate with all its fields read.

    `subject_name`, `issuer_name`, `key_info`: the DER as it stands in the certificate. `serial`: its bytes as
    hexadecimal digits. `extensions`: those that `cryptography` has a class for, by that class. `unjudged`: the OIDs of
    critical ones that nobody here can judge. `broken`: why, by OID, for those that cannot be read.
    """

    certificate: x509.Certificate
    thumbprint: str
    warnings: tuple[str, ...]
    subject: str
    issuer: str
    subject_name: bytes
    issuer_name: bytes
    key_info: bytes
    serial: str
    not_before: datetime
    not_after: datetime
    common_names: tuple[str, ...]
    dns_names: tuple[str, ...]
    eku: tuple[str, ...] | None
    template: str | None
    key: _facts.Key
    signature_hash: str | None
    extensions: KnownExtensions
    unjudged: tuple[str, ...]
    broken: Mapping[str, str]

    def extension(self, kind: type[_Extension]) -> _Extension | None:
        found: _Extension | None = self.extensions.get(kind)
        return found

    @property
    def version(self) -> int:
        return self.certificate.version.value + 1

    @property
    def serial_number(self) -> int:
        return int.from_bytes(bytes.fromhex(self.serial), "big", signed=True)

    @property
    def self_issued(self) -> bool:
        return self.subject_name == self.issuer_name

    @cached_property
    def self_signature(self) -> bool | None:
        """Whether its own key made its signature, subject and issuer being equal; None: that cannot be verified."""
        return self.self_issued and is_signed_by(self.certificate, self.certificate, self.key.type)

    @property
    def self_signed(self) -> bool:
        """Surely self-signed, that is, subject equals issuer and its own key verifies its signature (procedure.md)."""
        return self.self_issued and self.self_signature is True


class _Outline(NamedTuple):
    """The parts that are wanted as they stand; `extensions` is the tagged element that holds them."""

    body: Element
    serial: bytes
    issuer: bytes
    subject: bytes
    key_info: bytes
    extensions: Element | None


def thumbprint_of(der: bytes) -> str:
    """The SHA-1 of the bytes in 40 upper-case hexadecimal digits, as Windows and Exchange name a certificate."""
    return hashlib.sha1(der, usedforsecurity=False).hexdigest().upper()


def thumbprint_if_whole(blob: bytes) -> str | None:
    """The thumbprint of bytes that are one whole ASN.1 sequence whose first element is a sequence, else None."""
    try:
        tag, _start, content, end = element_at(blob, 0, len(blob))
        first_tag = element_at(blob, content, end)[0]
    except DerError:
        return None
    return thumbprint_of(blob) if tag == first_tag == SEQUENCE and end == len(blob) else None


def load(der: bytes) -> ParsedCertificate:
    """The certificate with every field read and every oddity kept as a warning.

    Raises CertificateError, and nothing else, for bytes that are no certificate, and for one whose names, dates,
    subject alternative name or extended key usage cannot be read; a public key or another extension is a warning.
    """
    (found,) = load_each((der,))
    if isinstance(found, CertificateError):
        raise found
    return found


def load_each(ders: Iterable[bytes]) -> list[ParsedCertificate | CertificateError]:
    """As `load` does, for many at once, with the error in the place of what cannot be read."""
    found: list[ParsedCertificate | CertificateError] = []
    # Once for all: to record warnings takes a twentieth of the time of a certificate.
    with _without_collector(), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for der in ders:
            caught.clear()
            try:
                found.append(_parsed(der, _whole(der), caught))
            except CertificateError as error:
                found.append(error)
            except Exception as error:
                found.append(CertificateError(f"not a certificate that cryptography can read: {said(error)}"))
    return found


@contextmanager
def _without_collector() -> Iterator[None]:
    """A store makes thousands of objects and no cycles: the collector would walk over all of them again and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def describe(
    parsed: ParsedCertificate,
    *,
    has_private_key: bool | None,
    services: tuple[str, ...] | None,
    services_evidence: _facts.ServicesEvidence | None,
    provider: _facts.Provider | None,
    friendly_name: str | None,
    archived: bool,
    trust: _facts.Trust,
    network_service_can_read: bool | None = None,
) -> _facts.Certificate:
    """The facts of a certificate: what it says itself, and what only its store and the trust of the machine tell."""
    key = parsed.key
    if provider is not None or network_service_can_read is not None:
        key = _facts.Key(key.type, key.bits, key.curve, provider, network_service_can_read)
    return _facts.Certificate(
        thumbprint=parsed.thumbprint,
        subject=parsed.subject,
        issuer=parsed.issuer,
        serial=parsed.serial,
        version=parsed.version,
        not_before=parsed.not_before,
        not_after=parsed.not_after,
        dns_names=parsed.dns_names,
        common_names=parsed.common_names,
        self_signed=parsed.self_signed,
        has_private_key=has_private_key,
        services=services,
        services_evidence=services_evidence,
        eku=parsed.eku,
        template=parsed.template,
        key=key,
        signature_hash=parsed.signature_hash,
        trust=trust,
        friendly_name=friendly_name,
        archived=archived,
    )


def public_key_bytes(parsed: ParsedCertificate) -> bytes | None:
    """The public key's SubjectPublicKeyInfo as `cryptography` encodes it, to match keys; None if it cannot be read."""
    try:
        key = parsed.certificate.public_key()
    except Exception:  # as in `load`, where it is a warning
        return None
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _whole(der: bytes) -> Element:
    if len(der) > _LARGEST:
        raise CertificateError(f"{len(der)} bytes are more than a certificate can have here ({_LARGEST})")
    if not der or der[0] != SEQUENCE:
        raise CertificateError("not a certificate: it does not begin with an ASN.1 sequence")
    try:
        whole = element_at(der, 0, len(der))
    except DerError as error:
        raise CertificateError(f"truncated or not DER: {error}") from None
    end = whole[3]
    if end != len(der):
        raise CertificateError(f"{len(der) - end} bytes follow the certificate's ASN.1 sequence of {end}")
    return whole


def _parsed(der: bytes, whole: Element, caught: list[warnings.WarningMessage]) -> ParsedCertificate:
    certificate = x509.load_der_x509_certificate(der)
    outline = _outline(der, whole)
    extensions = read_extensions(certificate, der, outline.body, outline.extensions)
    for oid, name in _NEEDED.items():
        if oid in extensions.broken:
            raise CertificateError(f"its {name} cannot be read: {extensions.broken[oid]}")
    notes = [f"its extension {oid} cannot be read: {reason}" for oid, reason in extensions.broken.items()]
    subject = _field("subject", lambda: certificate.subject)
    subject_text = subject.rfc4514_string()
    issuer_text = subject_text
    if outline.issuer != outline.subject:
        issuer_text = _issuer(certificate, outline.issuer, caught)
    not_before, not_after = _field(
        "validity", lambda: (certificate.not_valid_before_utc, certificate.not_valid_after_utc)
    )
    key = _key(certificate, notes)
    signature_hash = _signature_hash(certificate, notes)
    return ParsedCertificate(
        certificate=certificate,
        thumbprint=thumbprint_of(der),
        warnings=_unique(caught, notes) if caught or notes else (),
        subject=subject_text,
        issuer=issuer_text,
        subject_name=outline.subject,
        issuer_name=outline.issuer,
        key_info=outline.key_info,
        serial=outline.serial.hex().upper(),
        not_before=not_before,
        not_after=not_after,
        common_names=tuple(str(name.value) for name in subject.get_attributes_for_oid(NameOID.COMMON_NAME)),
        dns_names=_dns_names(extensions),
        eku=_eku(extensions),
        template=_template(extensions),
        key=key,
        signature_hash=signature_hash,
        extensions=extensions.known,
        unjudged=extensions.unjudged,
        broken=extensions.broken,
    )


def _unique(caught: list[warnings.WarningMessage], notes: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*(str(warning.message) for warning in caught), *notes]))


def _field(name: str, read: Callable[[], _T]) -> _T:
    try:
        return read()
    # It fails in more ways than are documented, and differently from version to version.
    except Exception as error:
        raise CertificateError(f"its {name} cannot be read: {said(error)}") from None


def _issuer(certificate: x509.Certificate, name: bytes, caught: list[warnings.WarningMessage]) -> str:
    text = _issuers.get(name)
    if text is None:
        warned = len(caught)
        text = _field("issuer", lambda: certificate.issuer).rfc4514_string()
        if len(caught) == warned and len(_issuers) < _MOST_ISSUERS:
            _issuers[name] = text
    return text


def _outline(der: bytes, whole: Element) -> _Outline:
    _tag, _start, content, end = whole
    body = element_at(der, content, end)
    parts = elements_of(der, body)
    if der[body[2]] == _VERSION_TAG:
        del parts[0]
    serial, _algorithm, issuer, _validity, subject, key_info, *optional = parts
    return _Outline(
        body,
        content_of(der, serial),
        whole_of(der, issuer),
        whole_of(der, subject),
        whole_of(der, key_info),
        optional[-1] if optional and der[optional[-1][1]] == EXTENSIONS_TAG else None,
    )


def _dns_names(extensions: Extensions) -> tuple[str, ...]:
    names: x509.SubjectAlternativeName | None = extensions.known.get(x509.SubjectAlternativeName)
    return () if names is None else tuple(names.get_values_for_type(x509.DNSName))


def _eku(extensions: Extensions) -> tuple[str, ...] | None:
    usages: x509.ExtendedKeyUsage | None = extensions.known.get(x509.ExtendedKeyUsage)
    return None if usages is None else tuple(_EKU_NAMES.get(usage, usage.dotted_string) for usage in usages)


def _template(extensions: Extensions) -> str | None:
    """The name of the template, else its OID; a text all the same when an enterprise CA's extension makes no sense."""
    if (value := extensions.others.get(_TEMPLATE_NAME)) and (name := _bmp_text(value)):
        return name
    template: x509.MSCertificateTemplate | None = extensions.known.get(x509.MSCertificateTemplate)
    if template is not None:
        return template.template_id.dotted_string
    is_there = _TEMPLATE_NAME in extensions.others or not extensions.broken.keys().isdisjoint(
        (_TEMPLATE, _TEMPLATE_NAME)
    )
    return _UNREADABLE_TEMPLATE if is_there else None


def _bmp_text(der: bytes) -> str:
    try:
        text = element_at(der, 0, len(der))
        return content_of(der, text).decode("utf-16-be") if text[0] == BMP_STRING else ""
    except ValueError:
        return ""


def _key(certificate: x509.Certificate, notes: list[str]) -> _facts.Key:
    try:
        key = certificate.public_key()
    except Exception as error:
        notes.append(f"its public key cannot be read: {said(error)}")
        return _facts.Key("unknown")
    match key:
        case rsa.RSAPublicKey():
            return _facts.Key("RSA", key.key_size)
        case ec.EllipticCurvePublicKey():
            return _facts.Key("EC", key.key_size, key.curve.name)
        case dsa.DSAPublicKey():
            return _facts.Key("DSA", key.key_size)
        case ed25519.Ed25519PublicKey():
            return _facts.Key("Ed25519", 256)
        case ed448.Ed448PublicKey():
            return _facts.Key("Ed448", 456)
    return _facts.Key("unknown")


def _signature_hash(certificate: x509.Certificate, notes: list[str]) -> str | None:
    try:
        algorithm = certificate.signature_hash_algorithm
    except Exception as error:
        notes.append(f"its signature algorithm is not supported: {said(error)}")
        return None
    return None if algorithm is None else algorithm.name
