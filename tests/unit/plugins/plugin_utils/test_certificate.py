"""What a certificate says, and what becomes of one that says it badly."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils import _facts
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._certificate import (
    describe,
    load,
    thumbprint_if_whole,
    thumbprint_of,
)
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._der import encoded
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import (
    CLIENT_AUTH,
    SERVER_AUTH,
    Credential,
    root_authority,
    server_certificate,
    shared_rsa_key,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.loaded_certificate import UNTRUSTED, facts_of, loaded
from ansible_collections.msexchange.transport_tls.tests.fixtures.raw_certificate import (
    attribute_name,
    dns_names,
    extension,
    name_of,
    raw_certificate,
    raw_extension,
)

COMMON_NAME = bytes.fromhex("550403")
SAN = "2.5.29.17"
TEMPLATE_NAME = "1.3.6.1.4.1.311.20.2"
TEMPLATE = "1.3.6.1.4.1.311.21.7"

NULL = b"\x05\x00"
GOOD = raw_certificate(extensions=[dns_names(b"ex01.contoso.com")]).der


@pytest.fixture(scope="module")
def authority() -> Credential:
    return root_authority(key=shared_rsa_key())


def test_every_field_of_the_contract_is_filled(authority: Credential) -> None:
    credential = server_certificate(
        "ex01.contoso.com", "ex01", issuer=authority, key=shared_rsa_key(2048, 1), eku=(SERVER_AUTH, CLIENT_AUTH)
    )
    facts = describe(
        load(credential.der),
        has_private_key=True,
        services=("SMTP", "IIS"),
        services_evidence="file",
        provider="csp",
        friendly_name="mail",
        archived=True,
        trust=UNTRUSTED,
    )
    assert facts == _facts.Certificate(
        thumbprint=credential.thumbprint,
        subject="CN=ex01.contoso.com",
        issuer="CN=Contoso Root CA,O=Contoso",
        serial=f"{credential.certificate.serial_number:040X}",
        version=3,
        not_before=credential.certificate.not_valid_before_utc,
        not_after=credential.certificate.not_valid_after_utc,
        dns_names=("ex01.contoso.com", "ex01"),
        common_names=("ex01.contoso.com",),
        self_signed=False,
        has_private_key=True,
        services=("SMTP", "IIS"),
        services_evidence="file",
        eku=("serverAuth", "clientAuth"),
        template=None,
        key=_facts.Key("RSA", 2048, None, "csp"),
        signature_hash="sha256",
        trust=UNTRUSTED,
        friendly_name="mail",
        archived=True,
    )


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ([b"ex01.contoso.com.", b"*.contoso.com"], ("ex01.contoso.com.", "*.contoso.com")),
        ([b"a\0b.contoso.com"], ("a\0b.contoso.com",)),
        (["mü.contoso.com".encode()], ("mü.contoso.com",)),
        ([b"xn--m-xga.contoso.com", b""], ("xn--m-xga.contoso.com", "")),
        ([], ()),
    ],
)
def test_names_are_given_as_they_stand(stored: list[bytes], read: tuple[str, ...]) -> None:
    assert loaded(extensions=[dns_names(*stored)]).dns_names == read


def test_other_kinds_of_alternative_names_are_passed_over() -> None:
    names = x509.SubjectAlternativeName(
        [x509.RFC822Name("a@contoso.com"), x509.DNSName("ex01"), x509.DirectoryName(x509.Name([]))]
    )
    assert loaded(extensions=[extension(names)]).dns_names == ("ex01",)


def test_without_alternative_names_there_are_none() -> None:
    assert loaded().dns_names == ()


def test_an_empty_subject_is_an_empty_text() -> None:
    parsed = loaded(subject=b"\x30\x00", issuer=raw_certificate("root"))
    assert (parsed.subject, parsed.issuer, parsed.common_names) == ("", "CN=root", ())


def test_all_common_names_are_read_whatever_their_encoding() -> None:
    first = attribute_name(COMMON_NAME, 0x1E, "Müller".encode("utf-16-be"))[2:]
    second = attribute_name(COMMON_NAME, 0x0C, b"a\0b")[2:]
    parsed = loaded(subject=encoded(0x30, first + second))
    assert parsed.common_names == ("Müller", "a\0b")
    assert parsed.subject == "CN=a\\00b,CN=Müller"


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(1949, 12, 31, 23, 59, 59, tzinfo=UTC),
        datetime(1950, 1, 1, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC),
        datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
    ],
)
def test_every_moment_that_there_is_can_be_read(moment: datetime) -> None:
    parsed = loaded(not_before=moment, not_after=moment)
    assert (parsed.not_before, parsed.not_after) == (moment, moment)


@pytest.mark.parametrize(
    ("stored", "text", "number"), [(b"\x05", "05", 5), (b"\xf1", "F1", -15), (b"\x00\xf1", "00F1", 241)]
)
def test_the_serial_number_is_written_as_it_stands(stored: bytes, text: str, number: int) -> None:
    parsed = loaded(serial=stored)
    assert (parsed.serial, parsed.serial_number) == (text, number)


def test_version_1_is_told_from_version_3() -> None:
    assert facts_of(loaded(version=b"")).version == 1
    assert facts_of(loaded()).version == 3


def test_extended_key_usages_are_named_where_they_have_a_name() -> None:
    usages = [
        ExtendedKeyUsageOID.SERVER_AUTH,
        ExtendedKeyUsageOID.EMAIL_PROTECTION,
        ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
        x509.ObjectIdentifier("1.3.6.1.4.1.311.54.1.2"),
    ]
    named = ("serverAuth", "emailProtection", "anyExtendedKeyUsage", "1.3.6.1.4.1.311.54.1.2")
    assert loaded(extensions=[extension(x509.ExtendedKeyUsage(usages))]).eku == named


def test_no_extended_key_usage_is_null() -> None:
    assert loaded().eku is None


WEB_SERVER = raw_extension(TEMPLATE_NAME, encoded(0x1E, "WebServer".encode("utf-16-be")))
WEB_SERVER_2 = extension(x509.MSCertificateTemplate(x509.ObjectIdentifier("1.3.6.1.4.1.311.21.8.1.2"), 100, 3))


@pytest.mark.parametrize(
    ("extensions", "template"),
    [
        ([], None),
        ([WEB_SERVER], "WebServer"),
        ([WEB_SERVER_2], "1.3.6.1.4.1.311.21.8.1.2"),
        ([WEB_SERVER_2, WEB_SERVER], "WebServer"),
        ([raw_extension(TEMPLATE_NAME, encoded(0x1E, b"")), WEB_SERVER_2], "1.3.6.1.4.1.311.21.8.1.2"),
        ([raw_extension(TEMPLATE_NAME, NULL)], "(unreadable)"),
        ([raw_extension(TEMPLATE_NAME, b"\x1e\x01x")], "(unreadable)"),
        ([raw_extension(TEMPLATE, NULL)], "(unreadable)"),
    ],
)
def test_a_template_is_named_by_its_name_before_its_oid(extensions: list[bytes], template: str | None) -> None:
    assert loaded(extensions=extensions).template == template


def test_the_thumbprint_is_the_sha1_of_the_bytes() -> None:
    assert thumbprint_of(b"abc") == "A9993E364706816ABA3E25717850C26C9CD0D89D"
    assert load(GOOD).thumbprint == thumbprint_of(GOOD)


@pytest.mark.parametrize(
    ("blob", "has_one"),
    [
        (GOOD, True),
        (encoded(0x30, encoded(0x30, b"")), True),
        (encoded(0x30, encoded(0x30, b"x") + b"whatever follows"), True),
        (raw_certificate(extensions=[raw_extension(SAN, NULL)]).der, True),
        (GOOD + b"\0", False),
        (GOOD[:-1], False),
        (encoded(0x30, b""), False),
        (encoded(0x30, encoded(0x02, b"\x01")), False),
        (encoded(0x30, b"\x30\x05x"), False),
        (encoded(0x31, encoded(0x30, b"")), False),
        (b"", False),
        (b"text", False),
        (name_of("x")[:3], False),
    ],
)
def test_an_unreadable_whole_sequence_has_a_thumbprint(blob: bytes, has_one: bool) -> None:
    assert thumbprint_if_whole(blob) == (thumbprint_of(blob) if has_one else None)


@given(st.binary(max_size=40))
def test_any_bytes_have_a_thumbprint_or_none(blob: bytes) -> None:
    assert thumbprint_if_whole(blob) in (None, thumbprint_of(blob))
