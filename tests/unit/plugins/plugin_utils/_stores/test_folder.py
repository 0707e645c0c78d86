"""A folder becomes the store of the facts: what its files say, what `store.yml` adds, and whom the roots trust."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.msexchange.transport_tls.plugins.module_utils._folder_store import read_folder
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import Certificate
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.folder import store_of
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.folder_reading import folder_reading
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.gathered_store import GatheredStore
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.store_error import StoreError
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import (
    intermediate_authority,
    make_certificate,
    new_key,
    root_authority,
    server_certificate,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.store import Entry, write_store

ROOT = root_authority()
ISSUING = intermediate_authority(ROOT)
ISSUED = server_certificate("ex01.contoso.com", issuer=ISSUING)
OTHER = make_certificate("CN=EX01")


def read(folder: Path) -> GatheredStore:
    return store_of(folder_reading(read_folder(str(folder))))


def certificates(folder: Path) -> dict[str, Certificate]:
    return {certificate.thumbprint: certificate for certificate in read(folder).store.certificates}


def test_a_certificate_has_what_its_file_and_store_yml_say(tmp_path: Path) -> None:
    entry = Entry("one", ISSUED, services=("SMTP", "IIS"), provider="cng", friendly_name="Mail")
    write_store(tmp_path, [entry], roots=[ROOT], intermediates=[ISSUING])
    (found,) = read(tmp_path).store.certificates
    assert found.thumbprint == ISSUED.thumbprint
    assert found.has_private_key is True
    assert (found.services, found.services_evidence) == (("IIS", "SMTP"), "file")
    assert (found.key.provider, found.friendly_name, found.archived) == ("cng", "Mail", False)
    assert (found.trust.status, found.trust.evidence) == ("trusted", "built")
    assert found.trust.intervals[0].path == (ISSUED.thumbprint, ISSUING.thumbprint, ROOT.thumbprint)


def test_without_store_yml_services_are_not_known(tmp_path: Path) -> None:
    write_store(tmp_path, [Entry("one", ISSUED)], store_yml=False)
    (found,) = read(tmp_path).store.certificates
    assert (found.services, found.services_evidence) == (None, None)


def test_a_certificate_that_store_yml_does_not_list_has_no_services(tmp_path: Path) -> None:
    write_store(tmp_path, [Entry("one", ISSUED, services=("SMTP",))])
    (tmp_path / "other.pem").write_bytes(OTHER.pem)
    found = certificates(tmp_path)[OTHER.thumbprint]
    assert (found.services, found.services_evidence) == ((), "file")


@pytest.mark.parametrize(
    ("with_key", "listed", "expected"),
    [
        (True, None, True),
        (True, False, True),
        (False, None, False),
        (False, True, True),
        (False, False, False),
    ],
)
def test_a_key_at_hand_wins_over_store_yml(tmp_path: Path, with_key: bool, listed: bool | None, expected: bool) -> None:
    write_store(tmp_path, [Entry("one", ISSUED, with_key=with_key, has_private_key=listed)])
    (found,) = read(tmp_path).store.certificates
    assert found.has_private_key is expected


def test_store_yml_says_what_could_not_be_matched(tmp_path: Path) -> None:
    write_store(tmp_path, [Entry("one", ISSUED, with_key=False, has_private_key=False)])
    plain = read_folder(str(tmp_path))
    plain["certificates"][0]["has_key"] = None
    (found,) = store_of(folder_reading(plain)).store.certificates
    assert found.has_private_key is False


def test_a_key_is_that_of_every_certificate_of_its_public_key(tmp_path: Path) -> None:
    key = new_key()
    old, new = make_certificate("CN=EX01", key=key, days=40), make_certificate("CN=EX01", key=key)
    write_store(tmp_path, [Entry("old", old), Entry("new", new, with_key=False), Entry("other", OTHER, with_key=False)])
    found = certificates(tmp_path)
    assert [found[each.thumbprint].has_private_key for each in (old, new, OTHER)] == [True, True, False]


def test_where_one_of_a_public_key_is_not_known_none_is(tmp_path: Path) -> None:
    key = new_key()
    old, new = make_certificate("CN=EX01", key=key, days=40), make_certificate("CN=EX01", key=key)
    write_store(tmp_path, [Entry("old", old, with_key=False), Entry("new", new, with_key=False)])
    plain = read_folder(str(tmp_path))
    plain["certificates"][0]["has_key"] = None
    found = store_of(folder_reading(plain)).store.certificates
    assert [certificate.has_private_key for certificate in found] == [None, None]


def test_a_certificate_that_cannot_be_parsed_is_unreadable_with_its_thumbprint(tmp_path: Path) -> None:
    shaped = bytes.fromhex("30053003020101")
    (tmp_path / "shaped.cer").write_bytes(shaped)
    (tmp_path / "again.cer").write_bytes(shaped)
    (tmp_path / "cut.cer").write_bytes(OTHER.der[:-1])
    (tmp_path / "one.cer").write_bytes(OTHER.der)
    found = read(tmp_path).store
    assert [certificate.thumbprint for certificate in found.certificates] == [OTHER.thumbprint]
    assert {entry.name: entry.thumbprint for entry in found.unreadable} == {
        "again.cer, shaped.cer": hashlib.sha1(shaped).hexdigest().upper(),
        "cut.cer": None,
    }


def test_what_is_odd_about_a_certificate_names_its_file(tmp_path: Path) -> None:
    common_name, country = bytes.fromhex("0603550403"), bytes.fromhex("0603550406")
    (tmp_path / "odd.cer").write_bytes(OTHER.der.replace(common_name, country))
    found = read(tmp_path)
    assert [certificate.subject for certificate in found.store.certificates] == ["C=EX01"]
    assert any(warning.startswith("odd.cer: ") for warning in found.warnings)


def test_store_yml_that_lists_a_certificate_in_no_file_is_a_warning(tmp_path: Path) -> None:
    write_store(tmp_path, [Entry("one", OTHER), Entry("gone", ISSUED)])
    (tmp_path / "gone.pem").unlink()
    assert f"store.yml lists {ISSUED.thumbprint}, which is in no file of the folder" in read(tmp_path).warnings


def test_without_roots_trust_is_not_known_and_says_what_to_do(tmp_path: Path) -> None:
    write_store(tmp_path, [Entry("one", ISSUED)], intermediates=[ISSUING])
    (found,) = read(tmp_path).store.certificates
    assert found.trust.status == "unknown"
    assert "put them into roots/" in str(found.trust.reason)


def test_an_empty_folder_of_roots_trusts_none(tmp_path: Path) -> None:
    write_store(tmp_path, [Entry("one", ISSUED)], intermediates=[ISSUING])
    (tmp_path / "roots").mkdir()
    (found,) = read(tmp_path).store.certificates
    assert found.trust.status == "untrusted"


def test_chains_are_built_with_the_store_itself(tmp_path: Path) -> None:
    write_store(tmp_path, [Entry("one", ISSUED), Entry("authority", ISSUING, with_key=False)], roots=[ROOT])
    assert certificates(tmp_path)[ISSUED.thumbprint].trust.status == "trusted"


@pytest.mark.parametrize("folder", ["roots", "intermediates"])
@pytest.mark.parametrize("data", [ISSUING.der[:-1], bytes.fromhex("30053003020101")], ids=["cut", "shaped"])
def test_an_authority_that_cannot_be_read_makes_no_certificate_untrusted(
    tmp_path: Path, folder: str, data: bytes
) -> None:
    write_store(tmp_path, [Entry("one", ISSUED), Entry("other", OTHER)], roots=[ROOT])
    (tmp_path / folder).mkdir(exist_ok=True)
    (tmp_path / folder / "broken.cer").write_bytes(data)
    found = read(tmp_path)
    assert {certificate.trust.status for certificate in found.store.certificates} == {"unknown"}
    assert f"{folder}/broken.cer" in str(found.store.certificates[0].trust.reason)
    assert any(f"{folder}/broken.cer could not be read" in warning for warning in found.warnings)


def test_an_authority_that_cannot_be_read_takes_no_trust_away(tmp_path: Path) -> None:
    write_store(tmp_path, [Entry("one", ISSUED)], roots=[ROOT], intermediates=[ISSUING])
    (tmp_path / "roots" / "broken.cer").write_bytes(b"0\x82")
    (found,) = read(tmp_path).store.certificates
    assert found.trust.status == "trusted"


def test_a_wrong_store_yml_is_an_error(tmp_path: Path) -> None:
    write_store(tmp_path, [Entry("one", ISSUED)])
    (tmp_path / "store.yml").write_text(f"{ISSUED.thumbprint}: {{services: [SMPT]}}")
    with pytest.raises(StoreError, match=r"store\.yml, line 1: 'SMPT'"):
        read(tmp_path)


def without(plain: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in plain.items() if name != key}


def test_an_answer_of_another_shape_is_an_error(tmp_path: Path) -> None:
    write_store(tmp_path, [Entry("one", OTHER)], roots=[ROOT])
    plain = read_folder(str(tmp_path))
    for wrong in (
        *(without(plain, key) for key in plain),
        {**plain, "certificates": [{"der": "%", "files": ["a"], "has_key": True}]},
        {**plain, "certificates": [{"der": base64.b64encode(OTHER.der).decode()}]},
        {**plain, "certificates": None},
        {**plain, "roots": []},
    ):
        with pytest.raises(StoreError, match="cannot be understood"):
            folder_reading(wrong)
