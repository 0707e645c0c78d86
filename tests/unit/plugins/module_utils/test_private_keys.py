"""Which certificates have their key at hand, told without asking for a passphrase and within a bound."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ssl
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from ansible_collections.msexchange.transport_tls.plugins.module_utils import _private_keys
from ansible_collections.msexchange.transport_tls.plugins.module_utils._private_keys import (
    CertificateFiles,
    KeyFile,
    match_keys,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import (
    Credential,
    make_certificate,
    shared_rsa_key,
    signed_with_sha1,
)

OF_EVERY_KIND = [
    make_certificate("CN=p256"),
    make_certificate("CN=p384", key="p384"),
    make_certificate("CN=ed25519", key="ed25519"),
    make_certificate("CN=rsa2048", key=shared_rsa_key()),
    signed_with_sha1(make_certificate("CN=rsa1024", key=shared_rsa_key(1024)), shared_rsa_key(1024)),
]


def answers(
    certificates: Iterable[tuple[str, Credential]], keys: Iterable[tuple[str, Credential]]
) -> list[bool | None]:
    return match_keys(
        [CertificateFiles(credential.der, [file]) for file, credential in certificates],
        [KeyFile(credential.key_pem, file) for file, credential in keys],
    ).has_key


@pytest.mark.parametrize("number", range(len(OF_EVERY_KIND)))
def test_a_key_of_any_kind_is_that_of_its_own_certificate_alone(number: int) -> None:
    certificates = [(f"{index}.cer", credential) for index, credential in enumerate(OF_EVERY_KIND)]
    found = answers(certificates, [("some.key", OF_EVERY_KIND[number])])
    assert found == [index == number for index in range(len(OF_EVERY_KIND))]


def test_all_keys_are_matched_whatever_their_files_are_called() -> None:
    certificates = [(f"{index}.cer", credential) for index, credential in enumerate(OF_EVERY_KIND)]
    assert answers(certificates, reversed([("same.pem", credential) for credential in OF_EVERY_KIND])) == [True] * 5


def test_a_certificate_has_no_key_without_one() -> None:
    assert answers([("one.cer", OF_EVERY_KIND[0])], []) == [False]


def test_the_file_of_the_key_and_those_of_the_same_stem_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    credentials = [make_certificate(f"CN={number}") for number in range(6)]
    certificates = [(f"EX{number}.cer", credential) for number, credential in enumerate(credentials)]
    keys = [(f"ex{number}.KEY", credential) for number, credential in enumerate(credentials)]
    monkeypatch.setattr(_private_keys, "MAX_TRIES", 6)
    assert answers(certificates, reversed(keys)) == [True] * 6


def test_a_certificate_that_has_its_key_is_not_tried_with_another(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = OF_EVERY_KIND[:2]
    monkeypatch.setattr(_private_keys, "MAX_TRIES", 2)
    assert answers([("one.cer", one), ("x.cer", other)], [("one.key", one), ("y.key", other)]) == [True, True]


def test_past_the_bound_it_is_not_known_who_has_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two, three, foreign = OF_EVERY_KIND[:4]
    monkeypatch.setattr(_private_keys, "MAX_TRIES", 2)
    certificates = [
        CertificateFiles(each.der, [name]) for name, each in (("1.cer", one), ("2.cer", two), ("3.cer", three))
    ]
    found = match_keys(certificates, [KeyFile(one.key_pem, "1.key"), KeyFile(foreign.key_pem, "x.key")])
    assert found.has_key == [True, None, None]
    assert any("more than 2 pairs" in warning for warning in found.warnings)


@pytest.mark.parametrize("format_", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_an_encrypted_key_never_asks_for_its_passphrase(format_: PrivateFormat) -> None:
    one = OF_EVERY_KIND[0]
    encrypted = one.key.private_bytes(Encoding.PEM, format_, BestAvailableEncryption(b"secret"))
    found = match_keys([CertificateFiles(one.der, ["one.cer"])], [KeyFile(encrypted, "one.key")])
    assert found.has_key == [False]
    assert found.warnings == ["one.key: the private key cannot be used, it counts as no key"]


def test_a_broken_key_does_not_keep_the_others_from_theirs() -> None:
    one = OF_EVERY_KIND[0]
    broken = b"-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n"
    keys = [KeyFile(broken, "one.key"), KeyFile(one.key_pem, "x.key")]
    assert match_keys([CertificateFiles(one.der, ["one.cer"])], keys).has_key == [True]


def test_of_a_certificate_that_cannot_be_compared_it_is_not_known() -> None:
    one = OF_EVERY_KIND[0]
    shaped = bytes.fromhex("30053003020101")
    certificates = [CertificateFiles(shaped, ["x.cer"]), CertificateFiles(one.der, ["one.cer"])]
    found = match_keys(certificates, [KeyFile(one.key_pem, "y.key")])
    assert found.has_key == [None, True]


def no_ciphers() -> ssl.SSLContext:
    raise ssl.SSLError("No cipher can be selected.")


@pytest.mark.parametrize(("function", "stand_in"), [("_path", lambda file: "/nowhere/fd"), ("_context", no_ciphers)])
def test_where_nothing_can_be_compared_it_is_not_known(
    monkeypatch: pytest.MonkeyPatch, function: str, stand_in: object
) -> None:
    one = OF_EVERY_KIND[0]
    monkeypatch.setattr(_private_keys, function, stand_in)
    found = match_keys([CertificateFiles(one.der, ["one.cer"])], [KeyFile(one.key_pem, "one.key")])
    assert found.has_key == [None]
    assert "cannot be compared on this machine" in found.warnings[0]


def test_no_file_that_holds_a_key_has_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Path] = []
    compare = _private_keys._Comparison.matches

    def matches(self: _private_keys._Comparison, der: bytes) -> bool:
        seen.extend(tmp_path.iterdir())
        return compare(self, der)

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(_private_keys._Comparison, "matches", matches)
    one = OF_EVERY_KIND[0]
    assert answers([("one.cer", one)], [("one.key", one)]) == [True]
    assert seen == []
