"""A folder of certificates is read whole or says what is missing: nothing hangs, and no key leaves it."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import json
import os
import socket
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from ansible_collections.msexchange.transport_tls.plugins.module_utils import _bounded_files, _folder_store
from ansible_collections.msexchange.transport_tls.plugins.module_utils._bounded_files import FolderError
from ansible_collections.msexchange.transport_tls.plugins.module_utils._folder_store import read_folder
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import make_certificate

ONE = make_certificate("CN=one")
OTHER = make_certificate("CN=other")


def read(folder: Path, **paths: list[str]) -> dict[str, Any]:
    found = read_folder(str(folder), **paths)
    assert json.loads(json.dumps(found)) == found
    return found


def certificates(found: dict[str, Any]) -> dict[str, tuple[bytes, bool | None]]:
    return {"+".join(each["files"]): (base64.b64decode(each["der"]), each["has_key"]) for each in found["certificates"]}


def unreadable(found: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["reason"] for each in found["unreadable"]}


def test_an_empty_folder_is_an_empty_store(tmp_path: Path) -> None:
    assert read(tmp_path) == {
        "certificates": [],
        "unreadable": [],
        "store_yml": None,
        "roots": None,
        "intermediates": None,
        "warnings": [],
        "newest": None,
    }


@pytest.mark.parametrize("name", ["a.cer", "a.CRT", "a.Pem", "a.der", "a b.cer", ".cer", "-.cer", "ü.cer"])
def test_a_certificate_is_read_whatever_the_case_of_its_ending(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(ONE.der)
    assert certificates(read(tmp_path)) == {name: (ONE.der, False)}


@pytest.mark.parametrize("name", ["a.txt", "a.cer.bak", "a.p12.old", "cer", "a.p7b"])
def test_files_of_other_endings_are_not_looked_at(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(ONE.der)
    found = read(tmp_path)
    assert (found["certificates"], found["unreadable"], found["warnings"]) == ([], [], [])


def test_the_content_decides_and_not_the_ending(tmp_path: Path) -> None:
    (tmp_path / "a.der").write_bytes(ONE.pem)
    (tmp_path / "b.pem").write_bytes(OTHER.der)
    assert certificates(read(tmp_path)) == {"a.der": (ONE.der, False), "b.pem": (OTHER.der, False)}


def test_one_certificate_in_many_files_is_one_entry(tmp_path: Path) -> None:
    (tmp_path / "a.cer").write_bytes(ONE.der)
    (tmp_path / "b.pem").write_bytes(ONE.pem + ONE.pem)
    assert certificates(read(tmp_path)) == {"a.cer+b.pem": (ONE.der, False)}


def test_keys_are_matched_in_their_own_files_and_inside_a_pem(tmp_path: Path) -> None:
    (tmp_path / "both.pem").write_bytes(ONE.key_pem + ONE.pem)
    (tmp_path / "other.cer").write_bytes(OTHER.der)
    (tmp_path / "some.KEY").write_bytes(OTHER.key_pem)
    assert certificates(read(tmp_path)) == {"both.pem": (ONE.der, True), "other.cer": (OTHER.der, True)}


def test_a_certificate_in_a_key_file_is_one_of_the_store(tmp_path: Path) -> None:
    (tmp_path / "one.key").write_bytes(ONE.pem)
    (tmp_path / "both.key").write_bytes(OTHER.key_pem + OTHER.pem)
    assert certificates(read(tmp_path)) == {"both.key": (OTHER.der, True), "one.key": (ONE.der, False)}


def test_no_private_key_is_in_the_answer(tmp_path: Path) -> None:
    der = ONE.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "one.cer").write_bytes(ONE.der)
    (tmp_path / "one.key").write_bytes(ONE.key_pem)
    (tmp_path / "two.pem").write_bytes(ONE.key_pem)
    (tmp_path / "three.der").write_bytes(der)
    (tmp_path / "four.key").write_bytes(der)
    (tmp_path / "five.cer").write_bytes(ONE.der + der)
    (tmp_path / "roots").mkdir()
    (tmp_path / "roots" / "six.pem").write_bytes(ONE.key_pem + ONE.pem)
    (tmp_path / "roots" / "seven.cer").write_bytes(der)
    answer = json.dumps(read(tmp_path))
    secret = ONE.key.private_numbers().private_value.to_bytes(32, "big")  # type: ignore[union-attr]
    for shift in range(3):
        assert base64.b64encode(secret[shift:])[:36].decode() not in answer
    assert secret.hex() not in answer


def test_an_encrypted_key_is_no_key_with_a_warning(tmp_path: Path) -> None:
    encrypted = ONE.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    (tmp_path / "one.cer").write_bytes(ONE.der)
    (tmp_path / "one.key").write_bytes(encrypted)
    found = read(tmp_path)
    assert certificates(found) == {"one.cer": (ONE.der, False)}
    (warning,) = found["warnings"]
    assert "one.key" in warning
    assert "encrypted" in warning


@pytest.mark.parametrize(
    ("name", "data", "warning"),
    [
        ("a.cer", b"hello", "a.cer holds nothing like a certificate"),
        ("a.pem", b"", "a.pem holds nothing like a certificate"),
        ("a.pem", b"-----BEGIN X509 CRL-----\n-----END X509 CRL-----\n", "nothing like a certificate, only X509 CRL"),
        ("a.key", b"hello", "a.key holds no private key in PEM"),
        ("a.key", ONE.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()), "no private key in PEM"),
        (
            "a.pem",
            b"-----BEGIN PRIVATE KEY-----\n!\n-----END PRIVATE KEY-----\n",
            "a.pem: the private key's block is no",
        ),
        ("a.key", b"-----BEGIN PRIVATE KEY-----\n", "a.key: the private key's block has no end"),
    ],
    # Every run makes another key: the names of its tests must be the same.
    ids=lambda value: "data" if isinstance(value, bytes) else None,
)
def test_what_is_no_certificate_is_a_warning(tmp_path: Path, name: str, data: bytes, warning: str) -> None:
    (tmp_path / name).write_bytes(data)
    found = read(tmp_path)
    assert found["unreadable"] == []
    assert len(found["warnings"]) == 1
    assert warning in found["warnings"][0]


def test_a_certificate_that_was_cut_is_unreadable_and_hides_no_other(tmp_path: Path) -> None:
    (tmp_path / "bundle.pem").write_bytes(ONE.pem + OTHER.pem[:200])
    (tmp_path / "cut.cer").write_bytes(ONE.der[:100])
    found = read(tmp_path)
    assert certificates(found) == {"bundle.pem": (ONE.der, False)}
    assert "no end" in unreadable(found)["bundle.pem (certificate 2)"]
    assert "was cut" in unreadable(found)["cut.cer"]


def test_what_cannot_be_opened_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "directory.cer").mkdir()
    (tmp_path / "dangling.cer").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop.cer").symlink_to(tmp_path / "loop.cer")
    (tmp_path / "null.cer").symlink_to("/dev/null")
    (tmp_path / "zero.key").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "fifo.pem")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket.der"))
        found = read(tmp_path)
    assert unreadable(found) == {
        "dangling.cer": "cannot be opened: no such file or directory",
        "directory.cer": "is a directory, expected a file",
        "fifo.pem": "is no regular file (a FIFO, a socket or a device)",
        "loop.cer": "cannot be opened: too many levels of symbolic links",
        "null.cer": "is no regular file (a FIFO, a socket or a device)",
        "socket.der": "is no regular file (a FIFO, a socket or a device)",
        "zero.key": "is no regular file (a FIFO, a socket or a device)",
    }
    assert found["warnings"] == []


def test_a_link_to_a_certificate_is_one(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "real").write_bytes(ONE.der)
    (tmp_path / "store" / "link.cer").symlink_to("../real")
    assert certificates(read(tmp_path / "store")) == {"link.cer": (ONE.der, False)}


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.pem").open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    found = read(tmp_path)
    assert unreadable(found) == {"huge.pem": "is too large: 104857600 bytes, at most 16777216 are read"}
    assert found["newest"] is None


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_bounded_files, "_check", lambda status, largest: None)
    with (tmp_path / "grown.cer").open("wb") as file:
        file.truncate(_bounded_files.MAX_FILE_BYTES + 1)
    assert "too large" in unreadable(read(tmp_path))["grown.cer"]


def test_a_file_that_vanishes_is_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "one.cer").write_bytes(ONE.der)
    monkeypatch.setattr(_folder_store, "names_in", lambda path, endings: ["gone.cer", "one.cer"])
    found = read(tmp_path)
    assert certificates(found) == {"one.cer": (ONE.der, False)}
    assert unreadable(found) == {"gone.cer": "cannot be opened: no such file or directory"}


def test_where_a_file_may_hold_the_key_it_is_not_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for credential, name in ((ONE, "one"), (OTHER, "other")):
        (tmp_path / f"{name}.cer").write_bytes(credential.der)
        (tmp_path / f"{name}.key").write_bytes(credential.key_pem)
    opened = os.open

    def refuse(path: str, *arguments: int) -> int:
        if path.endswith("other.key"):
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments)

    monkeypatch.setattr(os, "open", refuse)
    found = read(tmp_path)
    assert certificates(found) == {"one.cer": (ONE.der, True), "other.cer": (OTHER.der, None)}
    assert unreadable(found) == {"other.key": "cannot be opened: permission denied"}
    assert "there may be one in other.key" in found["warnings"][0]


@pytest.mark.parametrize("name", ["missing", "file", "loop", "no\0name", "file/below"])
def test_a_folder_that_is_none_is_an_error_that_names_it(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_bytes(ONE.der)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(FolderError, match=str(tmp_path)):
        read(tmp_path / name)


def test_too_many_files_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_bounded_files, "MAX_FILES", 2)
    for number in range(3):
        (tmp_path / f"{number}.cer").touch()
        (tmp_path / f"{number}.txt").touch()
    with pytest.raises(FolderError, match="more than 2 files"):
        read(tmp_path)


def test_too_many_bytes_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_bounded_files, "MAX_ALL_BYTES", len(ONE.der))
    (tmp_path / "one.cer").write_bytes(ONE.der)
    (tmp_path / "other.cer").write_bytes(OTHER.der)
    with pytest.raises(FolderError, match="more than"):
        read(tmp_path)


def test_names_that_are_no_text_can_be_printed(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xff\n\x1b.cer")).write_bytes(b"")
    (warning,) = read(tmp_path)["warnings"]
    assert warning == "\\xff\\n\\x1b.cer holds nothing like a certificate"


def test_store_yml_comes_as_text(tmp_path: Path) -> None:
    (tmp_path / "store.yml").write_bytes(b"\xef\xbb\xbfA: {}\n")
    assert read(tmp_path)["store_yml"] == "A: {}\n"


def test_a_store_yml_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "store.yml").write_bytes(b"\xff\xfe")
    with pytest.raises(FolderError, match="no UTF-8"):
        read(tmp_path)
    (tmp_path / "store.yml").unlink()
    os.mkfifo(tmp_path / "store.yml")
    with pytest.raises(FolderError, match="no regular file"):
        read(tmp_path)


def test_roots_and_intermediates_take_pem_and_der(tmp_path: Path) -> None:
    for folder in ("roots", "intermediates"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "both.pem").write_bytes(ONE.pem + OTHER.pem)
        (tmp_path / folder / "one.cer").write_bytes(ONE.der)
        (tmp_path / folder / "cut.cer").write_bytes(ONE.der[:-1])
        (tmp_path / folder / "directory.cer").mkdir()
        (tmp_path / folder / "notes.pem").write_bytes(b"notes")
        (tmp_path / folder / "one.key").write_bytes(ONE.key_pem)
    found = read(tmp_path)
    for folder in ("roots", "intermediates"):
        assert [(each["file"], base64.b64decode(each["der"])) for each in found[folder]["certificates"]] == [
            (f"{folder}/both.pem (certificate 1)", ONE.der),
            (f"{folder}/both.pem (certificate 2)", OTHER.der),
            (f"{folder}/one.cer", ONE.der),
        ]
        assert [each["name"] for each in found[folder]["unreadable"]] == [
            f"{folder}/cut.cer",
            f"{folder}/directory.cer",
        ]
        assert f"{folder}/notes.pem holds nothing like a certificate" in found["warnings"]
    assert found["certificates"] == []


def test_named_roots_take_the_place_of_the_folders_own(tmp_path: Path) -> None:
    (tmp_path / "roots").mkdir()
    (tmp_path / "roots" / "one.cer").write_bytes(ONE.der)
    (tmp_path / "some.bundle").write_bytes(OTHER.pem)
    named = [str(tmp_path / "some.bundle"), str(tmp_path / "roots")]
    found = read(tmp_path, trusted_roots=named, intermediates=[])
    assert [base64.b64decode(each["der"]) for each in found["roots"]["certificates"]] == [OTHER.der, ONE.der]
    assert found["intermediates"] == {"certificates": [], "unreadable": []}


def test_a_named_root_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="there is no file or folder"):
        read(tmp_path, trusted_roots=[str(tmp_path / "nowhere")])


def test_the_newest_file_tells_the_time(tmp_path: Path) -> None:
    (tmp_path / "one.cer").write_bytes(ONE.der)
    (tmp_path / "store.yml").touch()
    (tmp_path / "later.txt").touch()
    os.utime(tmp_path / "one.cer", (1000, 1000))
    os.utime(tmp_path / "store.yml", (2000.5, 2000.5))
    assert read(tmp_path)["newest"] == 2000.5


def test_five_thousand_certificates_are_read(tmp_path: Path) -> None:
    number_at = ONE.der.index(ONE.certificate.serial_number.to_bytes(20, "big")) + 10
    ders = [ONE.der[:number_at] + number.to_bytes(4, "big") + ONE.der[number_at + 4 :] for number in range(5000)]
    for number, der in enumerate(ders):
        (tmp_path / f"{number:04}.cer").write_bytes(der)
    found = read(tmp_path)
    assert [base64.b64decode(each["der"]) for each in found["certificates"]] == ders
