"""Exports of the registry are read in every form that Windows gives them, and damage hides no other certificate."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.export_contents import ExportContents
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.registry import ROOTS, read_registry
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.store_error import StoreError
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import make_certificate
from ansible_collections.msexchange.transport_tls.tests.fixtures.exports import (
    ALL_STORES,
    ENTERPRISE,
    POLICIES,
    REG_HEADER,
    SYSTEM,
    RegKey,
    hexadecimal,
    write_reg,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.serialized_certificate import join_records, serialize

ONE, TWO, THREE = (make_certificate(f"CN={name}") for name in ("one", "two", "three"))
MY = rf"{SYSTEM}\MY"


def key(credential: object = ONE, store: str = MY, **properties: object) -> RegKey:
    return RegKey.of(store, credential, serialize(credential.der, **properties))  # type: ignore[attr-defined, arg-type]


def read(text: str, encoding: str = "utf-8") -> ExportContents:
    return read_registry(text.encode(encoding), "my.reg")


def ders(contents: ExportContents) -> list[bytes]:
    return [file.der for file in contents.my.certificates]


def line_of(text: str, start: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith(start))


def test_a_certificate_has_the_properties_of_its_blob() -> None:
    (found,) = read(write_reg([key(friendly_name="Microsoft Exchange", archived=True)])).my.certificates
    assert found.der == ONE.der
    assert (found.has_key, found.provider, found.friendly_name, found.archived) == (
        True,
        "csp",
        "Microsoft Exchange",
        True,
    )
    assert found.files == "my.reg, line 3 (MY)"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-8", "cp1252"])
@pytest.mark.parametrize("newline", ["\r\n", "\n"])
def test_every_encoding_is_read(encoding: str, newline: str) -> None:
    text = write_reg([key()]).replace("\r\n", newline)
    if encoding == "utf-16-be":
        text = "\ufeff" + text
    assert ders(read(text, encoding)) == [ONE.der]


def test_the_old_header_is_one_too() -> None:
    text = write_reg([key()]).replace(REG_HEADER, "REGEDIT4")
    assert ders(read(text.replace("[", "; Schl\xfcssel\r\n[", 1), "cp1252")) == [ONE.der]


@pytest.mark.parametrize("data", [b"", b"\n\n", b"hello", b"\0\0\0\0CERT", b"\xff\xfe", b"[HKEY_LOCAL_MACHINE]"])
def test_what_is_no_export_is_an_error_that_says_what_was_expected(data: bytes) -> None:
    with pytest.raises(StoreError, match=f"is no export of the registry: line .* expected {REG_HEADER}"):
        read_registry(data, "my.reg")


@pytest.mark.parametrize("branch", [SYSTEM, ENTERPRISE, POLICIES, SYSTEM.replace("SOFTWARE", "Software").lower()])
def test_stores_of_every_branch_are_told_apart(branch: str) -> None:
    stores = ("my", "ROOT", "AuthRoot", "ca", "DISALLOWED")
    credentials = [make_certificate(f"CN={store}") for store in stores]
    keys = [key(each, rf"{branch}\{store}") for store, each in zip(stores, credentials, strict=True)]
    contents = read(write_reg(keys))
    my, root, auth_root, ca, disallowed = (each.der for each in credentials)
    assert ders(contents) == [my]
    assert [file.der for file in contents.roots.certificates] == [root, auth_root]
    assert [file.der for file in contents.intermediates.certificates] == [ca]
    assert [file.der for file in contents.disallowed.certificates] == [disallowed]


@pytest.mark.parametrize("store", ["TrustedPeople", "REQUEST", "Trust", "My\\x", "WebHosting"])
def test_other_stores_of_the_computer_are_no_part_of_it(store: str) -> None:
    contents = read(write_reg([key(store=rf"{SYSTEM}\{store}"), key(TWO)]))
    assert ders(contents) == [TWO.der]
    assert contents.warnings == []


@pytest.mark.parametrize(
    "branch",
    [
        r"HKEY_CURRENT_USER\Software\Microsoft\SystemCertificates",
        r"HKEY_USERS\S-1-5-18\Software\Microsoft\SystemCertificates",
        r"HKEY_LOCAL_MACHINE\OFFLINE\Microsoft\SystemCertificates",
    ],
)
def test_stores_that_are_not_the_computers_are_passed_over_with_a_warning(branch: str) -> None:
    contents = read(write_reg([key(store=rf"{branch}\MY"), key(TWO)]))
    assert ders(contents) == [TWO.der]
    (warning,) = contents.warnings
    assert "1 certificates are not of the computer's stores" in warning
    assert branch in warning


def test_lists_beside_the_certificates_are_none() -> None:
    entry = key(store=rf"{SYSTEM}\Disallowed")
    text = write_reg([entry]).replace("\\Certificates\\", "\\CTLs\\")
    contents = read(text)
    assert (contents.disallowed.certificates, contents.disallowed.unreadable, contents.warnings) == ([], [], [])


def test_a_store_is_whole_when_its_own_key_is_there() -> None:
    assert read(write_reg([key(store=rf"{SYSTEM}\Root")])).stores == set()
    assert read(write_reg(stores=ALL_STORES)).stores >= set(ROOTS)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ("hex:0", "'0' where two hexadecimal digits were expected"),
        ("hex:03,0,00", "'0' where two hexadecimal digits were expected"),
        ("hex:03,zz", "'zz' where two hexadecimal digits were expected"),
        ("hex:0300", "'0300' where two hexadecimal digits were expected"),
        ("hex:03,\ufffd\ufffd", "where two hexadecimal digits were expected"),
        ("hex:03,\\", "says that the value goes on, and it does not"),
        ('"03"', "expected hex: with its bytes"),
        ("dword:00000003", "expected hex: with its bytes"),
        ("hex:03,00,00", "3 bytes at byte 0, too few"),
        ("hex:", "no property 32"),
    ],
)
def test_a_broken_value_is_unreadable_with_its_line_and_hides_no_other(broken: str, reason: str) -> None:
    text = write_reg([key(ONE), key(TWO), key(THREE)])
    lines = text.split("\r\n")
    begin = line_of(text, rf"[{MY}\Certificates\{TWO.thumbprint}")
    end = line_of(text, rf"[{MY}\Certificates\{THREE.thumbprint}")
    contents = read("\r\n".join([*lines[:begin], f'"Blob"={broken}', *lines[end - 1 :]]))
    assert ders(contents) == [ONE.der, THREE.der]
    (entry,) = contents.my.unreadable
    assert entry.name == f"my.reg, line {begin} (MY) {TWO.thumbprint}"
    assert entry.thumbprint is None
    assert reason in entry.reason


def test_a_broken_continuation_is_said_with_its_own_line() -> None:
    lines = write_reg([key(ONE), key(TWO)]).split("\r\n")
    lines[6] = lines[6].replace(",", ",x,", 1)
    contents = read("\r\n".join(lines))
    assert ders(contents) == [TWO.der]
    assert "line 7: 'x'" in contents.my.unreadable[0].reason


def test_a_file_that_was_cut_leaves_what_is_whole() -> None:
    text = write_reg([key(ONE), key(TWO)])
    contents = read(text[:-500])
    assert ders(contents) == [ONE.der]
    assert len(contents.my.unreadable) == 1


def test_a_key_without_a_blob_is_unreadable() -> None:
    contents = read(f"{REG_HEADER}\r\n[{MY}\\Certificates\\{ONE.thumbprint}]\r\n")
    assert "no value Blob" in contents.my.unreadable[0].reason


@pytest.mark.parametrize("records", [[(3, b"x")], [(32, ONE.der), (32, ONE.der)]], ids=["none", "two"])
def test_a_blob_of_no_or_of_two_certificates_is_unreadable(records: list[tuple[int, bytes]]) -> None:
    contents = read(write_reg([RegKey.of(MY, ONE, join_records(records))]))
    assert ders(contents) == []
    assert "property 32" in contents.my.unreadable[0].reason


def test_the_certificate_counts_and_not_the_name_of_its_key() -> None:
    contents = read(write_reg([RegKey(MY, serialize(ONE.der), TWO.thumbprint)]))
    assert ders(contents) == [ONE.der]
    (warning,) = contents.warnings
    assert TWO.thumbprint in warning
    assert f"{ONE.thumbprint}, which counts" in warning


def test_what_is_damaged_among_the_distrusted_has_the_name_of_its_key() -> None:
    contents = read(write_reg([RegKey(rf"{SYSTEM}\Disallowed", b"?", ONE.thumbprint.lower())]))
    (entry,) = contents.disallowed.unreadable
    assert entry.thumbprint == ONE.thumbprint


@pytest.mark.parametrize(
    "deleted",
    [rf"{MY}\Certificates\{ONE.thumbprint}", MY.lower(), "HKEY_LOCAL_MACHINE\\SOFTWARE"],
    ids=["itself", "its store", "all"],
)
def test_a_key_that_is_deleted_further_down_is_not_there(deleted: str) -> None:
    text = write_reg([key(ONE)])
    assert ders(read(f"{text}[-{deleted}]\r\n")) == []
    assert ders(read(text.replace("\r\n\r\n", f"\r\n[-{deleted}]\r\n", 1))) == [ONE.der]


def test_a_deleted_key_takes_no_other_with_it() -> None:
    text = write_reg([key(ONE), key(TWO)])
    assert ders(read(f"{text}[-{MY}\\Certificates\\{ONE.thumbprint}]\r\n")) == [TWO.der]


def test_other_values_and_comments_do_not_matter() -> None:
    lines = write_reg([key(ONE)]).split("\r\n")
    more = ["; a comment", '@="default"', '"Some \\"name\\""="C:\\\\path\\\\"', '"Flags"=dword:00000020', '"x"=hex:zz']
    contents = read("\r\n".join([*lines[:3], *more, *lines[3:]]))
    assert ders(contents) == [ONE.der]


def test_a_blob_on_one_line_and_one_marked_as_binary_are_read() -> None:
    blob = serialize(ONE.der)
    for kind in ("hex:", "HEX:", "hex(3):"):
        text = f'{REG_HEADER}\n[{MY}\\Certificates\\{ONE.thumbprint}]\n"blob"={kind}{blob.hex(",")}\n'
        assert ders(read(text)) == [ONE.der]


def test_a_binary_value_is_written_as_regedit_breaks_it() -> None:
    first, *others = hexadecimal("Blob", bytes(100))
    assert first.startswith('"Blob"=hex:00,')
    assert first.endswith(",\\")
    assert others[0].startswith("  00,")
    assert others[-1].endswith("00")
    assert all(len(line) <= 80 for line in (first, *others))
