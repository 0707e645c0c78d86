"""Bytes that are no certificate, and certificates with something odd or broken in them."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from contextlib import suppress

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._certificate import (
    CertificateError,
    load,
    thumbprint_of,
)
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._der import encoded
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._plain_data import to_plain
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import root_authority
from ansible_collections.msexchange.transport_tls.tests.fixtures.loaded_certificate import facts_of, loaded
from ansible_collections.msexchange.transport_tls.tests.fixtures.raw_certificate import (
    attribute_name,
    dns_names,
    extension,
    raw_certificate,
    raw_extension,
)

COMMON_NAME = bytes.fromhex("550403")
COUNTRY = bytes.fromhex("550406")
SAN = "2.5.29.17"
EKU = "2.5.29.37"
CONSTRAINTS = "2.5.29.19"
KEY_USAGE = "2.5.29.15"
AUTHORITY_INFORMATION = "1.3.6.1.5.5.7.1.1"

NULL = b"\x05\x00"


GOOD = raw_certificate(extensions=[dns_names(b"ex01.contoso.com"), extension(x509.BasicConstraints(False, None))]).der


@pytest.mark.parametrize(
    ("der", "reason"),
    [
        (b"", "it does not begin with an ASN.1 sequence"),
        (b"-----BEGIN CERTIFICATE-----", "it does not begin with an ASN.1 sequence"),
        (GOOD + b"\0\0\0", "3 bytes follow the certificate's ASN.1 sequence"),
        (GOOD[:-5], "truncated or not DER: the ASN.1 element at byte 0 says"),
        (b"\x30\x80" + GOOD[4:] + b"\0\0", "a length that DER does not know"),
        (encoded(0x30, encoded(0x30, b"")), "not a certificate that cryptography can read"),
        (encoded(0x30, bytes(2_000_000)), "2000005 bytes are more than a certificate can have"),
        (raw_certificate(version=encoded(0xA0, b"\x02\x01\x01")).der, "not a valid X509 version"),
        (raw_certificate(attribute_name(COMMON_NAME, 0x0C, b"\xff")).der, "its subject cannot be read"),
        (raw_certificate(attribute_name(COMMON_NAME, 0x30, b"")).der, "its subject cannot be read"),
        (raw_certificate(attribute_name(COMMON_NAME, 0x03, b"\0x")).der, "its subject cannot be read"),
        (
            raw_certificate(issuer=raw_certificate(attribute_name(COMMON_NAME, 0x0C, b"\xff"))).der,
            "its issuer cannot be read",
        ),
        (raw_certificate(not_before=encoded(0x18, b"00000101000000Z")).der, "its validity cannot be read"),
        (raw_certificate(not_after=encoded(0x17, b"250230000000Z")).der, "Validity::not_after"),
        (raw_certificate(extensions=[dns_names("mü.de".encode("latin-1"))]).der, "its subject alternative name cannot"),
        (raw_certificate(extensions=[raw_extension(SAN, NULL)]).der, "its subject alternative name cannot"),
        (raw_certificate(extensions=[dns_names(b"a")] * 2).der, "name cannot be read: it is there 2 times"),
        (
            raw_certificate(extensions=[raw_extension(SAN, encoded(0x30, encoded(0x87, b"1.2.3.4")))]).der,
            "its subject alternative name cannot",
        ),
        (
            raw_certificate(extensions=[raw_extension(SAN, encoded(0x30, encoded(0xA3, NULL)))]).der,
            "its subject alternative name cannot",
        ),
        (raw_certificate(extensions=[raw_extension(EKU, NULL)]).der, "its extended key usage cannot be read"),
        (raw_certificate(extensions=[NULL]).der, "not a certificate that cryptography can read"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_reason(der: bytes, reason: str) -> None:
    with pytest.raises(CertificateError) as error:
        load(der)
    assert reason in str(error.value)


@pytest.mark.parametrize("text", [b"odd", b"\xd8\0"])
def test_a_name_that_is_no_text_is_refused(text: bytes) -> None:
    with pytest.raises(CertificateError):
        loaded(subject=attribute_name(COMMON_NAME, 0x1E, text))


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_damaged_certificate_is_read_or_refused(damages: list[tuple[int, int]]) -> None:
    der = bytearray(GOOD)
    for place, byte in damages:
        der[place] = byte
    with suppress(CertificateError):
        to_plain(facts_of(load(bytes(der))))


@given(st.binary(max_size=60))
def test_any_bytes_are_refused_without_another_error(blob: bytes) -> None:
    for der in (blob, encoded(0x30, blob), encoded(0x30, encoded(0x30, blob))):
        with pytest.raises(CertificateError):
            load(der)


@pytest.mark.parametrize(
    ("der", "warning"),
    [
        (raw_certificate(attribute_name(COUNTRY, 0x13, b"D")).der, "1"),
        (raw_certificate(issuer=raw_certificate(attribute_name(COUNTRY, 0x13, b"Germany"))).der, "7"),
        (raw_certificate(serial=b"\xf1").der, "negative"),
        (raw_certificate(extensions=[raw_extension(CONSTRAINTS, b"\x30\x03\x01\x01\x00")]).der, CONSTRAINTS),
        (raw_certificate(extensions=[raw_extension(KEY_USAGE, NULL, critical=True)]).der, KEY_USAGE),
        (raw_certificate(extensions=[raw_extension(AUTHORITY_INFORMATION, NULL)]).der, AUTHORITY_INFORMATION),
        (raw_certificate(extensions=[raw_extension("1.2.3", b"x"), raw_extension("1.2.3", b"y")]).der, "1.2.3"),
        (raw_certificate(key_info=bytes.fromhex("3009300406022a03030100")).der, "its public key cannot be read"),
        (
            raw_certificate(algorithm=bytes.fromhex("300d06092a864886f70d0101020500")).der,
            "its signature algorithm is not supported",
        ),
    ],
)  # fmt: skip
def test_an_oddity_is_a_warning(der: bytes, warning: str) -> None:
    parsed = load(der)
    assert len(parsed.warnings) == 1
    assert warning in parsed.warnings[0]
    assert facts_of(parsed).thumbprint == thumbprint_of(der)


def test_an_odd_issuer_is_a_warning_in_all_its_certificates() -> None:
    odd = raw_certificate(attribute_name(COUNTRY, 0x13, b"Germany"))
    certificates = [load(raw_certificate(f"EX0{number}", issuer=odd).der) for number in range(3)]
    assert [len(parsed.warnings) for parsed in certificates] == [1, 1, 1]
    assert {parsed.issuer for parsed in certificates} == {"C=Germany"}


def test_an_ordinary_certificate_has_no_warnings() -> None:
    assert load(root_authority().der).warnings == ()
    assert load(GOOD).warnings == ()


def test_beside_a_broken_extension_the_others_are_read() -> None:
    parsed = loaded(
        extensions=[
            dns_names(b"ex01.contoso.com"),
            raw_extension(AUTHORITY_INFORMATION, NULL, critical=True),
            raw_extension("1.2.3", b"x", critical=True),
            extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])),
            extension(x509.BasicConstraints(True, 1), critical=True),
        ]
    )
    constraints = parsed.extension(x509.BasicConstraints)
    assert parsed.dns_names == ("ex01.contoso.com",)
    assert parsed.eku == ("serverAuth",)
    assert constraints is not None
    assert constraints.path_length == 1
    assert list(parsed.broken) == [AUTHORITY_INFORMATION]
    assert parsed.unjudged == (AUTHORITY_INFORMATION, "1.2.3")
