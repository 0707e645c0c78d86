"""The keys of certificates, their own signatures, and the bytes that match a private key."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ed448, x25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils import _facts
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._certificate import (
    ParsedCertificate,
    load,
    public_key_bytes,
)
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._der import encoded
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import (
    new_key,
    shared_rsa_key,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.raw_certificate import (
    ec_key,
    raw_certificate,
)


def loaded(**parts: Any) -> ParsedCertificate:
    return load(raw_certificate(**parts).der)


def key_info(key: dsa.DSAPrivateKey | ed448.Ed448PrivateKey | x25519.X25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def test_keys_are_told_by_kind_bits_and_curve() -> None:
    signer = raw_certificate("root")
    assert loaded(key=shared_rsa_key(1024)).key == _facts.Key("RSA", 1024)
    assert loaded(key=ec_key()).key == _facts.Key("EC", 256, "secp256r1")
    assert loaded(key=new_key("p384")).key == _facts.Key("EC", 384, "secp384r1")
    assert loaded(key=new_key("ed25519")).key == _facts.Key("Ed25519", 256)
    assert loaded(issuer=signer, key_info=key_info(ed448.Ed448PrivateKey.generate())).key == _facts.Key("Ed448", 456)
    assert loaded(issuer=signer, key_info=key_info(dsa.generate_private_key(1024))).key == _facts.Key("DSA", 1024)
    assert loaded(issuer=signer, key_info=key_info(x25519.X25519PrivateKey.generate())).key == _facts.Key("unknown")
    assert loaded(key_info=bytes.fromhex("3009300406022a03030100")).key == _facts.Key("unknown")


@pytest.mark.parametrize(
    ("parts", "digest"),
    [
        ({"digest": "sha256"}, "sha256"),
        ({"digest": "sha1"}, "sha1"),
        ({"key": shared_rsa_key(1024), "digest": "sha1"}, "sha1"),
        ({"key": shared_rsa_key(1024), "digest": "md5"}, "md5"),
        ({"key": new_key("ed25519")}, None),
    ],
)
def test_old_signatures_are_verified_too(parts: dict[str, Any], digest: str | None) -> None:
    parsed = loaded(**parts)
    assert parsed.signature_hash == digest
    assert parsed.self_signed


def test_self_signed_takes_the_own_key_not_only_the_own_name() -> None:
    other = raw_certificate("EX01", key=ec_key(1))
    assert load(raw_certificate("EX01", key=ec_key(1)).der).self_signed
    assert not load(raw_certificate("EX01", key=ec_key(2), issuer=other).der).self_signed
    assert not load(raw_certificate("EX01", key=shared_rsa_key(1024), issuer=other).der).self_signed
    assert not load(raw_certificate("EX02", key=ec_key(1), issuer=other).der).self_signed


def test_a_signature_that_cannot_be_verified_is_not_surely_the_own_one() -> None:
    parsed = loaded(algorithm=bytes.fromhex("300d06092a864886f70d0101020500"))
    assert parsed.self_signature is None
    assert not parsed.self_signed


def test_the_public_key_matches_the_private_one() -> None:
    public = ec_key().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert public_key_bytes(loaded(key=ec_key())) == public
    assert public_key_bytes(loaded(key=ec_key(1))) != public


def test_a_key_in_another_encoding_is_the_same_key() -> None:
    point = ec_key().public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    algorithm = bytes.fromhex("301306072a8648ce3d020106082a8648ce3d030107")
    compressed = loaded(key_info=encoded(0x30, algorithm + encoded(0x03, b"\0" + point)))
    assert public_key_bytes(compressed) == public_key_bytes(loaded(key=ec_key()))


def test_a_key_that_cannot_be_read_has_no_bytes() -> None:
    assert public_key_bytes(loaded(key_info=bytes.fromhex("3009300406022a03030100"))) is None
