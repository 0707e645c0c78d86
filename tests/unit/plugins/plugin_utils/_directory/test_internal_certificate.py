"""The value of `msExchServerInternalTLSCert` is present, null, corrupt or unknown, and the reason says why."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.internal_certificate import (
    read_internal_certificate,
)
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import (
    DirectoryCertificate,
    DirectoryValue,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import exchange_certificate, new_key
from ansible_collections.msexchange.transport_tls.tests.fixtures.serialized_certificate import (
    SCHANNEL_CSP,
    SOFTWARE_KSP,
    UNNAMED_PROVIDER,
    KeyProvider,
    join_records,
    serialize,
)

KEY = new_key("p256")
CREDENTIAL = exchange_certificate("EX01", "contoso.com", key=KEY)
DER = CREDENTIAL.der
THUMBPRINT = CREDENTIAL.thumbprint
SHOWN = DirectoryCertificate(
    "CN=EX01", CREDENTIAL.certificate.not_valid_before_utc, CREDENTIAL.certificate.not_valid_after_utc
)
CERTIFICATE_PROPERTY = 32


def value_of(*values: bytes, version_came: bool = True) -> DirectoryValue:
    return read_internal_certificate(values, version_came=version_came, source="ldif", is_copy=False)


@pytest.mark.parametrize(
    ("key_provider", "provider"),
    [(SCHANNEL_CSP, "csp"), (SOFTWARE_KSP, "cng"), (UNNAMED_PROVIDER, None), (None, None)],
)
def test_a_serialized_certificate_shows_itself_and_its_provider(
    key_provider: KeyProvider | None, provider: str | None
) -> None:
    value = value_of(serialize(DER, key_provider=key_provider, friendly_name="Microsoft Exchange"))
    assert (value.status, value.thumbprint, value.source, value.reason) == ("present", THUMBPRINT, "ldif", None)
    assert value.certificate is not None
    assert value.certificate.provider == provider
    assert (value.certificate.subject, value.certificate.not_after) == (SHOWN.subject, SHOWN.not_after)


def test_the_thumbprint_is_of_the_certificate_whatever_the_property_of_the_hash_says() -> None:
    assert value_of(join_records([(3, bytes(20)), (CERTIFICATE_PROPERTY, DER)])).thumbprint == THUMBPRINT


def test_plain_der_is_present() -> None:
    assert value_of(DER) == DirectoryValue("present", None, "ldif", THUMBPRINT, certificate=SHOWN)


@pytest.mark.parametrize(
    "text",
    [
        THUMBPRINT,
        THUMBPRINT.lower(),
        " ".join(THUMBPRINT[at : at + 2] for at in range(0, 40, 2)),
        ":".join(THUMBPRINT[at : at + 2] for at in range(0, 40, 2)),
        f" {THUMBPRINT}\r\n",
    ],
    ids=["upper case", "lower case", "blanks", "colons", "a line"],
)
def test_forty_hexadecimal_digits_are_a_thumbprint(text: str) -> None:
    assert value_of(text.encode()) == DirectoryValue("present", None, "ldif", THUMBPRINT)


def test_no_value_is_null_when_the_version_came() -> None:
    assert value_of() == DirectoryValue("null", "msExchServerInternalTLSCert has no value", "ldif")


def test_no_value_is_unknown_when_the_version_did_not_come() -> None:
    value = value_of(version_came=False)
    assert value.status == "unknown"
    assert "neither msExchServerInternalTLSCert nor versionNumber came" in (value.reason or "")


def test_two_values_are_unknown() -> None:
    value = value_of(serialize(DER), DER)
    assert (value.status, value.thumbprint) == ("unknown", None)
    assert "has 2 values" in (value.reason or "")


def request() -> bytes:
    builder = x509.CertificateSigningRequestBuilder().subject_name(CREDENTIAL.certificate.subject)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.DER)


def public_key() -> bytes:
    return KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        (serialize(DER)[:-1], "property 32 at byte"),
        (serialize(DER)[: -len(DER)], f"says {len(DER)} bytes, 0 are there"),
        (join_records([(3, bytes(20))]), "no property 32"),
        (join_records([(CERTIFICATE_PROPERTY, DER), (CERTIFICATE_PROPERTY, DER)]), "more than once"),
        (join_records([(CERTIFICATE_PROPERTY, DER + DER)]), "follow the certificate"),
        (join_records([(CERTIFICATE_PROPERTY, b"")]), "is empty"),
        (join_records([(CERTIFICATE_PROPERTY, b"certificate")]), "does not begin with an ASN.1 sequence"),
        (join_records([(48, b"")]), "no property 32"),
        (DER + b"\0", "1 bytes follow"),
        (DER[:-1], "truncated"),
        (request(), "not a certificate"),
        (public_key(), "not a certificate"),
        (THUMBPRINT[:-1].encode(), "39 bytes"),
        (bytes.fromhex(THUMBPRINT), "20 bytes"),
        (b"-----BEGIN CERTIFICATE-----\n", "the first 2d 2d 2d 2d 2d 42 45 47"),
        (b"\0", "1 bytes, the first 00"),
    ],
    ids=[
        "a byte of the record short",
        "the record is all header",
        "no certificate",
        "two certificates",
        "two in one record",
        "an empty certificate",
        "a text for a certificate",
        "the byte of a sequence",
        "a byte behind the certificate",
        "a byte short",
        "a request",
        "a public key",
        "39 digits",
        "a hash",
        "PEM",
        "a zero",
    ],
)
def test_anything_else_is_corrupt_and_the_reason_says_what_was_seen(value: bytes, seen: str) -> None:
    corrupt = value_of(value)
    assert (corrupt.status, corrupt.thumbprint, corrupt.certificate) == ("corrupt", None, None)
    assert f"({len(value)} bytes, the first {value[:2].hex(' ')}" in (corrupt.reason or "")
    assert seen in (corrupt.reason or "")


def test_a_certificate_that_only_we_cannot_read_is_present_by_its_thumbprint() -> None:
    utc_time = b"\x17\x0d"
    odd = DER.replace(utc_time + b"26", utc_time + b"2?")
    value = value_of(serialize(odd))
    assert (value.status, value.certificate) == ("present", None)
    assert value.thumbprint == hashlib.sha1(odd).hexdigest().upper()
    assert "the certificate that msExchServerInternalTLSCert holds cannot be read" in (value.reason or "")


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_have_a_status(value: bytes) -> None:
    assert value_of(value).status in ("present", "corrupt")


@settings(deadline=None)
@given(st.integers(0, len(serialize(DER)) - 1), st.integers(1, 255))
def test_any_damaged_byte_has_a_status(place: int, change: int) -> None:
    damaged = bytearray(serialize(DER))
    damaged[place] ^= change
    assert value_of(bytes(damaged)).status in ("present", "corrupt")
