"""PKCS#12 files of a folder are opened with its password, at a cost that is known before, and give no key away."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import builtins
import json
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, PrivateFormat, pkcs12
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.msexchange.transport_tls.plugins.module_utils import _pkcs12
from ansible_collections.msexchange.transport_tls.plugins.module_utils._bounded_files import UnreadableFile
from ansible_collections.msexchange.transport_tls.plugins.module_utils._folder_store import read_folder
from ansible_collections.msexchange.transport_tls.plugins.module_utils._pkcs12 import MAX_ITERATIONS, Pkcs12Reader
from ansible_collections.msexchange.transport_tls.plugins.module_utils._pkcs12_cost import (
    MAX_ELEMENTS,
    Pkcs12CostError,
    count_iterations,
    is_pkcs12,
)
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._der import (
    INTEGER,
    SEQUENCE,
    element_at,
    elements_of,
    encoded,
    whole_of,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import (
    intermediate_authority,
    make_certificate,
    root_authority,
    server_certificate,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.exports import write_pkcs12

ROOT = root_authority()
ISSUING = intermediate_authority(ROOT)
ONE = server_certificate("ex01.contoso.com", issuer=ISSUING)
OTHER = make_certificate("CN=EX01")
GOOD = write_pkcs12(ONE, others=[ISSUING, ROOT])
UNLOCKED = write_pkcs12(ONE, None)
PBES2, PBKDF2 = bytes.fromhex("2a864886f70d01050d"), bytes.fromhex("2a864886f70d01050c")
AES_256 = bytes.fromhex("60864801650304012a")


def read(folder: Path, password: str | None = "secret", **named: list[str]) -> dict[str, Any]:
    found = read_folder(str(folder), password=password, **named)
    assert json.loads(json.dumps(found)) == found
    return found


def certificates(found: dict[str, Any]) -> dict[str, tuple[bytes, bool | None]]:
    return {"+".join(each["files"]): (base64.b64decode(each["der"]), each["has_key"]) for each in found["certificates"]}


def with_iterations(iterations: int) -> bytes:
    encryption = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(iterations).build(b"secret")
    return pkcs12.serialize_key_and_certificates(None, ONE.key, ONE.certificate, None, encryption)  # type: ignore[arg-type]


def replaced(data: bytes, old: bytes, new: bytes) -> bytes:
    assert old in data
    assert len(old) == len(new)
    return data.replace(old, new)


def with_mac_iterations(number: bytes) -> bytes:
    version, contents, mac = elements_of(GOOD, element_at(GOOD, 0, len(GOOD)))
    digest, salt, *_count = elements_of(GOOD, mac)
    mac_data = whole_of(GOOD, digest) + whole_of(GOOD, salt) + encoded(INTEGER, number)
    return encoded(SEQUENCE, whole_of(GOOD, version) + whole_of(GOOD, contents) + encoded(SEQUENCE, mac_data))


@pytest.mark.parametrize("name", ["a.p12", "a.P12", "a.pfx", "a.PFX", "a.cer"])
def test_the_certificate_of_the_key_is_one_of_the_store_and_the_others_are_intermediates(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_bytes(GOOD)
    found = read(tmp_path)
    assert certificates(found) == {name: (ONE.der, True)}
    others = [base64.b64decode(each["der"]) for each in found["intermediates"]["certificates"]]
    assert sorted(others) == sorted([ISSUING.der, ROOT.der])
    assert (found["unreadable"], found["warnings"], found["roots"]) == ([], [], None)


def test_its_intermediates_join_those_of_the_folder_and_those_that_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.pfx").write_bytes(write_pkcs12(ONE, others=[ISSUING]))
    (tmp_path / "intermediates").mkdir()
    (tmp_path / "intermediates" / "b.cer").write_bytes(ROOT.der)
    for named in ({}, {"intermediates": [str(tmp_path / "intermediates")]}):
        found = read(tmp_path, **named)["intermediates"]["certificates"]
        assert [base64.b64decode(each["der"]) for each in found] == [ROOT.der, ISSUING.der]


@pytest.mark.parametrize("password", [None, "secret"])
def test_a_file_without_a_password_needs_none(tmp_path: Path, password: str | None) -> None:
    (tmp_path / "a.pfx").write_bytes(write_pkcs12(ONE, None))
    assert certificates(read(tmp_path, password)) == {"a.pfx": (ONE.der, True)}


def test_a_password_beyond_ascii_is_one(tmp_path: Path) -> None:
    (tmp_path / "a.pfx").write_bytes(write_pkcs12(ONE, "pässwörd"))
    assert certificates(read(tmp_path, "pässwörd")) == {"a.pfx": (ONE.der, True)}


def test_its_key_is_that_of_a_certificate_in_another_file(tmp_path: Path) -> None:
    key_alone = pkcs12.serialize_key_and_certificates(None, ONE.key, None, None, BestAvailableEncryption(b"secret"))  # type: ignore[arg-type]
    (tmp_path / "key.pfx").write_bytes(key_alone)
    (tmp_path / "one.cer").write_bytes(ONE.der)
    found = read(tmp_path)
    assert certificates(found) == {"one.cer": (ONE.der, True)}
    assert found["warnings"] == []


def test_certificates_without_a_key_are_intermediates_with_a_warning(tmp_path: Path) -> None:
    (tmp_path / "a.p12").write_bytes(write_pkcs12(others=[ISSUING, ROOT]))
    found = read(tmp_path)
    assert found["certificates"] == []
    assert len(found["intermediates"]["certificates"]) == 2
    assert found["warnings"] == ["a.p12 holds no private key, its certificates serve as intermediates alone"]


def test_a_certificate_that_also_lies_in_a_file_is_one_entry(tmp_path: Path) -> None:
    (tmp_path / "a.cer").write_bytes(ONE.der)
    (tmp_path / "b.pfx").write_bytes(GOOD)
    assert certificates(read(tmp_path)) == {"a.cer+b.pfx": (ONE.der, True)}


@pytest.mark.parametrize("password", ["wrong", "", None])
def test_a_wrong_password_is_said_and_not_repeated(tmp_path: Path, password: str | None) -> None:
    (tmp_path / "a.pfx").write_bytes(GOOD)
    (tmp_path / "b.cer").write_bytes(OTHER.der)
    found = read(tmp_path, password)
    assert certificates(found) == {"b.cer": (OTHER.der, None)}
    ((name, reason),) = [(entry["name"], entry["reason"]) for entry in found["unreadable"]]
    assert name == "a.pfx"
    assert "store.password" in reason
    assert "wrong" not in json.dumps(found)
    assert "there may be one in a.pfx" in found["warnings"][0]


def test_no_private_key_and_no_password_is_in_the_answer(tmp_path: Path) -> None:
    (tmp_path / "a.pfx").write_bytes(GOOD)
    answer = json.dumps(read(tmp_path))
    private = ONE.key.private_numbers().private_value.to_bytes(32, "big")  # type: ignore[union-attr]
    for shift in range(3):
        assert base64.b64encode(private[shift:])[:36].decode() not in answer
    assert private.hex() not in answer
    assert "secret" not in answer


def test_without_cryptography_it_is_unreadable_with_that_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    importing = builtins.__import__

    def without_cryptography(name: str, *arguments: Any, **keywords: Any) -> ModuleType:
        if name.partition(".")[0] == "cryptography":
            raise ModuleNotFoundError("No module named 'cryptography'", name="cryptography")
        return importing(name, *arguments, **keywords)

    (tmp_path / "a.pfx").write_bytes(GOOD)
    (tmp_path / "b.cer").write_bytes(OTHER.der)
    monkeypatch.setattr(builtins, "__import__", without_cryptography)
    found = read(tmp_path)
    assert certificates(found) == {"b.cer": (OTHER.der, None)}
    assert "needs the Python package cryptography where the folder is" in found["unreadable"][0]["reason"]


@pytest.mark.parametrize("damage", [slice(0, 100), slice(0, -1)], ids=["cut early", "cut late"])
def test_a_file_that_was_cut_is_unreadable_and_may_have_held_a_key(tmp_path: Path, damage: slice) -> None:
    (tmp_path / "a.pfx").write_bytes(GOOD[damage])
    (tmp_path / "b.cer").write_bytes(OTHER.der)
    found = read(tmp_path)
    assert "cannot be understood" in found["unreadable"][0]["reason"]
    assert certificates(found) == {"b.cer": (OTHER.der, None)}


def test_too_many_iterations_are_refused_before_they_are_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_pkcs12, "_opened", lambda data, password: pytest.fail("it was opened"))
    (tmp_path / "mac.pfx").write_bytes(with_mac_iterations((10_000_000).to_bytes(4, "big")))
    count = b"\x02\x03"
    eight_million = replaced(
        with_iterations(100_000), count + (100_000).to_bytes(3, "big"), count + (8_000_000).to_bytes(3, "big")
    )
    (tmp_path / "key.pfx").write_bytes(eight_million)
    reasons = {entry["name"]: entry["reason"] for entry in read(tmp_path)["unreadable"]}
    assert f"wants 10000000 iterations for a key, at most {MAX_ITERATIONS} are computed" in reasons["mac.pfx"]
    assert "wants 8000000 iterations" in reasons["key.pfx"]


def test_a_count_of_any_size_is_a_number_or_refused() -> None:
    assert count_iterations(with_mac_iterations(b"\x7f" * 8)).most == 0x7F7F7F7F7F7F7F7F
    with pytest.raises(Pkcs12CostError, match="no count of iterations"):
        count_iterations(with_mac_iterations(b"\x7f" * 5000))


def test_a_folder_has_so_many_iterations_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pkcs12, "MAX_ALL_ITERATIONS", count_iterations(GOOD).total)
    (tmp_path / "a.pfx").write_bytes(GOOD)
    (tmp_path / "b.pfx").write_bytes(GOOD)
    found = read(tmp_path)
    assert list(certificates(found)) == ["a.pfx"]
    assert "was not opened: those before it took the" in found["unreadable"][0]["reason"]


def test_the_counts_of_keys_certificates_and_mac_are_all_seen() -> None:
    assert count_iterations(with_iterations(3000)).most == 3000
    assert count_iterations(with_iterations(3000)).total >= 6000
    assert count_iterations(write_pkcs12(ONE, None)).total <= 2048


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (replaced(GOOD, PBES2, b"\x2b" * 9), "an encryption that is not known"),
        (replaced(GOOD, PBKDF2, b"\x2b" * 9), "a key derivation other than PBKDF2"),
        (replaced(GOOD, AES_256, AES_256[:-1] + b"\x7f"), "its encryption is not known here"),
        (GOOD[:1] + b"\x80" + GOOD[4:], "is none of DER"),
        (GOOD[:25] + b"\x31" + GOOD[26:], "expected"),
        (replaced(GOOD, PBES2, PBKDF2), "no count of iterations"),
    ],
    ids=["scheme", "derivation", "cipher", "BER", "structure", "parameters"],
)
def test_what_is_not_known_is_unreadable_with_its_reason(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile) as error:
        Pkcs12Reader("secret").open(data)
    assert reason in error.value.reason


def test_bags_in_bags_and_very_many_elements_are_refused() -> None:
    def file(bags: bytes) -> bytes:
        return encoded(SEQUENCE, b"\x02\x01\x03" + data_of(encoded(SEQUENCE, data_of(encoded(SEQUENCE, bags)))))

    def data_of(content: bytes) -> bytes:
        octets = encoded(0xA0, encoded(0x04, content))
        return encoded(SEQUENCE, encoded(0x06, bytes.fromhex("2a864886f70d010701")) + octets)

    bag = b""
    for _depth in range(20):
        kind = encoded(0x06, bytes.fromhex("2a864886f70d010c0a0106"))
        bag = encoded(SEQUENCE, kind + encoded(0xA0, encoded(SEQUENCE, bag)))
    assert count_iterations(file(b"")) == (0, 0)
    with pytest.raises(Pkcs12CostError, match="bags in bags"):
        count_iterations(file(bag))
    with pytest.raises(Pkcs12CostError, match=f"more than {MAX_ELEMENTS} elements"):
        count_iterations(file(b"\x30\x00" * (MAX_ELEMENTS + 1)))


@pytest.mark.parametrize("data", [ONE.der, ONE.pem, b"", b"0\x03\x02\x01\x03", b"\0\0\0\0CERT"], ids=range(5))
def test_other_files_are_none(data: bytes) -> None:
    assert not is_pkcs12(data)


@settings(deadline=None)
@given(place=st.integers(0, 10_000), length=st.integers(0, 20), instead=st.binary(max_size=10))
def test_any_damage_is_opened_or_refused(place: int, length: int, instead: bytes) -> None:
    begin = place % len(UNLOCKED)
    with suppress(UnreadableFile):
        Pkcs12Reader("secret").open(UNLOCKED[:begin] + instead + UNLOCKED[begin + length :])


@given(st.binary(max_size=100))
def test_any_bytes_are_opened_or_refused(data: bytes) -> None:
    for begin in (b"", GOOD[:30]):
        with suppress(UnreadableFile):
            Pkcs12Reader("secret").open(begin + data)
