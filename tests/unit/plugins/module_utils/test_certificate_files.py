"""What a file holds is told by its bytes, and nothing that could be a private key is ever passed on."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs12,
)

from ansible_collections.msexchange.transport_tls.plugins.module_utils._certificate_files import contents_of
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import make_certificate, new_key

ONE = make_certificate("CN=one")
OTHER = make_certificate("CN=other")
PASSPHRASE = BestAvailableEncryption(b"secret")


def named(value: object) -> str | None:
    """Every run makes other certificates: the names of its tests must be the same."""
    return "data" if isinstance(value, bytes) else None


def ders(data: bytes) -> list[bytes | None]:
    return [blob.der for blob in contents_of(data).blobs]


def reason(data: bytes) -> str:
    (blob,) = contents_of(data).blobs
    assert blob.der is None
    assert blob.reason
    return blob.reason


def pem(label: str, data: bytes) -> bytes:
    return f"-----BEGIN {label}-----\n".encode() + base64.encodebytes(data) + f"-----END {label}-----\n".encode()


def test_der_is_one_certificate() -> None:
    assert ders(ONE.der) == [ONE.der]


def test_every_certificate_of_a_pem_file_is_found_in_its_order() -> None:
    assert ders(OTHER.pem + ONE.pem) == [OTHER.der, ONE.der]


@pytest.mark.parametrize(
    "data",
    [
        b"Subject: CN=one\n" + ONE.pem + b"0 the end",
        b"0 s:CN=one\n" + ONE.pem,
        ONE.pem.replace(b"\n", b"\r\n"),
        ONE.pem.replace(b"\n", b"\r"),
        b"\xef\xbb\xbf" + ONE.pem,
        ONE.pem.decode().encode("utf-16"),
        b"\xfe\xff" + ONE.pem.decode().encode("utf-16-be"),
        ONE.pem.rstrip(b"\n"),
        b"    " + ONE.pem.replace(b"\n", b"\n    "),
        pem("X509 CERTIFICATE", ONE.der),
        pem("TRUSTED CERTIFICATE", ONE.der + bytes.fromhex("300c300a06082b06010505070301")),
    ],
    ids=named,
)
def test_text_around_pem_and_its_line_ends_and_encoding_do_not_matter(data: bytes) -> None:
    assert ders(data) == [ONE.der]


def test_a_key_in_a_pem_file_is_found_beside_its_certificate() -> None:
    found = contents_of(ONE.key_pem + ONE.pem)
    assert [blob.der for blob in found.blobs] == [ONE.der]
    assert [key.problem for key in found.keys] == [None]


@pytest.mark.parametrize("format_", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_an_encrypted_key_is_one_that_cannot_be_used(format_: PrivateFormat) -> None:
    (key,) = contents_of(ONE.key.private_bytes(Encoding.PEM, format_, PASSPHRASE)).keys
    assert key.pem is None
    assert "encrypted" in str(key.problem)


def test_other_blocks_are_named() -> None:
    assert contents_of(pem("X509 CRL", b"crl") + pem("PKCS7", b"p7")).others == ["X509 CRL", "PKCS7"]


@pytest.mark.parametrize(
    "data", [b"", b"nothing", b"0", b"0 of it", b"\x00" * 100, b"-----BEGIN", b"-----END CERTIFICATE-----"]
)
def test_what_holds_nothing_like_a_certificate_holds_nothing(data: bytes) -> None:
    assert contents_of(data) == ([], [], [])


def test_a_block_that_was_cut_hides_none_after_it() -> None:
    assert ders(ONE.pem[: len(ONE.pem) // 2] + b"\n" + OTHER.pem) == [None, OTHER.der]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (ONE.pem[: len(ONE.pem) // 2], "no end"),
        (ONE.pem.replace(b"END CERTIFICATE", b"END X509 CRL"), "no end"),
        (ONE.pem.replace(b"MII", b"M!I"), "no base64"),
        (pem("CERTIFICATE", ONE.der[:-1]), "was cut"),
        (pem("CERTIFICATE", ONE.der + b"\n"), "1 bytes after"),
        (pem("CERTIFICATE", b""), "no ASN.1 sequence"),
        (pem("TRUSTED CERTIFICATE", b"text"), "no ASN.1 sequence"),
        (ONE.der[:-1], "was cut"),
        (ONE.der[:100], "was cut"),
        (ONE.der + b"\r\n", "2 bytes after"),
        (ONE.der + ONE.pem, "bytes after"),
        (b"0\x80" + ONE.der, "no ASN.1 sequence"),
        (b"0\x84\xff\xff\xff\xff" + ONE.der, "was cut"),
        (b"0\x82\x01", "no ASN.1 sequence"),
    ],
    ids=named,
)
def test_what_may_be_a_certificate_and_is_none_says_why(data: bytes, why: str) -> None:
    assert why in reason(data)


@pytest.mark.parametrize("kind", ["p256", "rsa1024", "ed25519"])
def test_no_private_key_passes_as_a_certificate(kind: str) -> None:
    key = new_key(kind)  # type: ignore[arg-type]
    forms = [
        key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, PASSPHRASE),
        pkcs12.serialize_key_and_certificates(b"one", ONE.key, ONE.certificate, None, PASSPHRASE),
        pkcs12.serialize_key_and_certificates(b"one", ONE.key, ONE.certificate, None, NoEncryption()),
    ]
    if kind != "ed25519":
        forms.append(key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption()))
    for form in forms:
        assert ders(form) == [None]
        assert ders(pem("CERTIFICATE", form)) == [None]
        assert ders(ONE.der + form) == [None]
        assert ders(pem("CERTIFICATE", ONE.der + form)) == [None]
        assert ders(pem("TRUSTED CERTIFICATE", ONE.der + form)) == [ONE.der]


def test_a_whole_sequence_in_a_sequence_has_a_thumbprint_though_it_is_no_certificate() -> None:
    public_key = ONE.certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    (blob,) = contents_of(public_key).blobs
    assert blob.der is None
    assert blob.thumbprint == hashlib.sha1(public_key).hexdigest().upper()


def test_a_version_1_certificate_has_the_shape_of_one() -> None:
    body = bytes.fromhex("3003020101")
    assert ders(b"0\x05" + body) == [b"0\x05" + body]


def test_a_hundred_thousand_begun_blocks_are_as_many_that_were_cut() -> None:
    assert ders(b"-----BEGIN CERTIFICATE-----\n" * 100_000) == [None] * 100_000
