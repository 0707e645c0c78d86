"""Exports become the store of the facts: one entry per certificate, and whom the computer trusts and distrusts."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ansible_collections.msexchange.transport_tls.plugins.module_utils._bounded_files import FolderError
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils import _facts
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import Certificate
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.export_files import read_exports
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.exported import store_of
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.gathered_store import GatheredStore
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.store_error import StoreError
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import (
    Credential,
    intermediate_authority,
    make_certificate,
    new_key,
    root_authority,
    server_certificate,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.exports import (
    ALL_STORES,
    ENTERPRISE,
    POLICIES,
    SYSTEM,
    RegKey,
    write_reg,
    write_registry,
    write_sst,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.serialized_certificate import serialize

ROOT = root_authority()
ISSUING = intermediate_authority(ROOT)
ISSUED = server_certificate("ex01.contoso.com", issuer=ISSUING)
OTHER = make_certificate("CN=EX01")
MY, ROOTS, CA, DISALLOWED = (rf"{SYSTEM}\{store}" for store in ("MY", "Root", "CA", "Disallowed"))


def blob(credential: Credential) -> tuple[Credential, bytes]:
    return credential, serialize(credential.der)


def read(source: str, path: Path, **named: list[str]) -> GatheredStore:
    return store_of(read_exports(source, str(path), named.get("trusted_roots"), named.get("intermediates")))


def registry(path: Path, stores: dict[str, list[Credential]], **named: list[str]) -> dict[str, Certificate]:
    (path / "all.reg").write_bytes(write_registry({name: map(blob, each) for name, each in stores.items()}))
    return {each.thumbprint: each for each in read("registry", path, **named).store.certificates}


def trust_in(path: Path, stores: dict[str, list[Credential]], **named: list[str]) -> _facts.Trust:
    return registry(path, {MY: [ISSUED], **stores}, **named)[ISSUED.thumbprint].trust


@pytest.fixture
def authorities(tmp_path: Path) -> dict[str, list[str]]:
    (tmp_path / "root.pem").write_bytes(ROOT.pem)
    (tmp_path / "above").mkdir()
    (tmp_path / "above" / "issuing.cer").write_bytes(ISSUING.der)
    return {"trusted_roots": [str(tmp_path / "root.pem")], "intermediates": [str(tmp_path / "above")]}


def test_a_serialized_store_is_a_store_without_services(tmp_path: Path, authorities: dict[str, list[str]]) -> None:
    (tmp_path / "my.sst").write_bytes(write_sst([serialize(ISSUED.der, friendly_name="Mail", archived=True)]))
    gathered = read("sst", tmp_path / "my.sst", **authorities)
    (found,) = gathered.store.certificates
    assert gathered.store.source == "sst"
    assert (found.thumbprint, found.has_private_key, found.friendly_name) == (ISSUED.thumbprint, True, "Mail")
    assert (found.archived, found.key.provider) == (True, "csp")
    assert (found.services, found.services_evidence) == (None, None)
    assert found.trust.status == "trusted"
    assert gathered.warnings == ()


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ([], "unknown"),
        (["trusted_roots"], "unknown"),
        (["intermediates"], "unknown"),
        (["trusted_roots", "intermediates"], "trusted"),
    ],
)
def test_an_authority_that_may_be_elsewhere_leaves_trust_unknown(
    tmp_path: Path, authorities: dict[str, list[str]], given: list[str], status: str
) -> None:
    (tmp_path / "my.sst").write_bytes(write_sst([serialize(ISSUED.der)]))
    (found,) = read("sst", tmp_path / "my.sst", **{name: authorities[name] for name in given}).store.certificates
    assert found.trust.status == status
    for name in {"trusted_roots", "intermediates"} - set(given):
        assert f"name them in store.{name}" in (found.trust.reason or "")


def test_empty_lists_say_that_there_are_no_authorities(tmp_path: Path) -> None:
    (tmp_path / "my.sst").write_bytes(write_sst([serialize(ISSUED.der)]))
    (found,) = read("sst", tmp_path / "my.sst", trusted_roots=[], intermediates=[]).store.certificates
    assert found.trust.status == "untrusted"


def test_the_registry_carries_its_own_authorities(tmp_path: Path) -> None:
    trust = trust_in(tmp_path, {ROOTS: [ROOT], CA: [ISSUING]})
    assert trust.status == "trusted"
    assert trust.intervals[0].path == (ISSUED.thumbprint, ISSUING.thumbprint, ROOT.thumbprint)
    assert trust_in(tmp_path, {rf"{POLICIES}\Root": [ROOT], rf"{ENTERPRISE}\CA": [ISSUING]}).status == "trusted"
    assert trust_in(tmp_path, {rf"{SYSTEM}\AuthRoot": [ROOT], CA: [ISSUING]}).status == "trusted"
    assert trust_in(tmp_path, {CA: [ROOT, ISSUING]}).status == "untrusted"


@pytest.mark.parametrize("missing", [store for store in ALL_STORES if not store.endswith(("MY", "Disallowed"))])
def test_what_the_export_lacks_may_be_an_authority(tmp_path: Path, missing: str) -> None:
    stores = [store for store in ALL_STORES if store != missing]
    (tmp_path / "some.reg").write_text(write_reg([RegKey.of(MY, *blob(ISSUED))], stores))
    trust = read("registry", tmp_path).store.certificates[0].trust
    assert trust.status == "unknown"
    assert missing.rpartition("\\")[2] in (trust.reason or "")


def test_named_authorities_take_the_place_of_those_of_the_export(
    tmp_path: Path, authorities: dict[str, list[str]]
) -> None:
    assert trust_in(tmp_path, {}, **authorities).status == "trusted"
    assert trust_in(tmp_path, {ROOTS: [ROOT], CA: [ISSUING]}, trusted_roots=[]).status == "untrusted"


@pytest.mark.parametrize("distrusted", [ISSUED, ISSUING, ROOT], ids=["itself", "its issuer", "its root"])
@pytest.mark.parametrize("branch", [SYSTEM, ENTERPRISE, POLICIES])
def test_a_path_through_a_distrusted_certificate_is_none(tmp_path: Path, distrusted: Credential, branch: str) -> None:
    stores = {ROOTS: [ROOT], CA: [ISSUING], rf"{branch}\Disallowed": [distrusted]}
    trust = trust_in(tmp_path, stores)
    assert (trust.status, trust.intervals) == ("untrusted", ())
    assert "explicitly distrusted (all.reg, line " in (trust.reason or "")


def test_an_issuer_that_is_among_the_distrusted_alone_is_found_there(tmp_path: Path) -> None:
    trust = trust_in(tmp_path, {ROOTS: [ROOT], DISALLOWED: [ISSUING]})
    assert trust.status == "untrusted"
    assert f"goes through {ISSUING.thumbprint}" in (trust.reason or "")


def test_a_path_beside_the_distrusted_one_is_still_good(tmp_path: Path) -> None:
    key = new_key()
    one, two = (intermediate_authority(ROOT, "Contoso CA", key=key, days=days) for days in (3000, 3500))
    leaf = server_certificate("ex01.contoso.com", issuer=one)
    found = registry(tmp_path, {MY: [leaf], ROOTS: [ROOT], CA: [one, two], DISALLOWED: [one]})[leaf.thumbprint]
    assert found.trust.status == "trusted"
    assert [interval.path[1] for interval in found.trust.intervals] == [two.thumbprint]


def test_a_distrusted_certificate_that_is_damaged_is_known_by_its_key(tmp_path: Path) -> None:
    keys = [
        RegKey.of(MY, *blob(ISSUED)),
        RegKey.of(ROOTS, *blob(ROOT)),
        RegKey.of(CA, *blob(ISSUING)),
        RegKey.of(DISALLOWED, ISSUING, b"damaged"),
        RegKey(DISALLOWED, b"damaged too", "?"),
    ]
    (tmp_path / "all.reg").write_text(write_reg(keys, ALL_STORES))
    gathered = read("registry", tmp_path)
    assert gathered.store.certificates[0].trust.status == "untrusted"
    assert gathered.store.unreadable == ()
    first, second = gathered.warnings
    assert "the name of its key counts" in first
    assert "it is left out" in second


def test_an_authority_that_is_damaged_leaves_trust_unknown(tmp_path: Path) -> None:
    keys = [RegKey.of(MY, *blob(ISSUED)), RegKey.of(ROOTS, *blob(ROOT)), RegKey.of(CA, ISSUING, b"damaged")]
    (tmp_path / "all.reg").write_text(write_reg(keys, ALL_STORES))
    gathered = read("registry", tmp_path)
    assert gathered.store.certificates[0].trust.status == "unknown"
    assert "chains are built without it" in gathered.warnings[0]


def test_an_export_without_the_distrusted_says_so(tmp_path: Path) -> None:
    keys = [RegKey.of(MY, *blob(ISSUED)), RegKey.of(ROOTS, *blob(ROOT))]
    (tmp_path / "all.reg").write_text(write_reg(keys, [store for store in ALL_STORES if store != DISALLOWED]))
    (warning,) = read("registry", tmp_path).warnings
    assert "lacks Disallowed:" in warning


def test_one_certificate_in_several_stores_is_one_entry(tmp_path: Path) -> None:
    archived = serialize(ISSUED.der, key_provider=None, friendly_name="Mail", archived=True)
    keys = [
        RegKey.of(MY, ISSUED, archived),
        RegKey.of(rf"{ENTERPRISE}\MY", *blob(ISSUED)),
    ]
    (tmp_path / "all.reg").write_text(write_reg(keys))
    (found,) = read("registry", tmp_path).store.certificates
    assert (found.has_private_key, found.key.provider, found.friendly_name, found.archived) == (
        True,
        "csp",
        "Mail",
        False,
    )


def test_a_private_key_is_that_of_its_certificate_alone(tmp_path: Path) -> None:
    key = new_key()
    old, new = make_certificate("CN=EX01", key=key, days=40), make_certificate("CN=EX01", key=key)
    (tmp_path / "my.sst").write_bytes(write_sst([serialize(old.der, key_provider=None), serialize(new.der)]))
    found = {each.thumbprint: each.has_private_key for each in read("sst", tmp_path).store.certificates}
    assert found == {old.thumbprint: False, new.thumbprint: True}


def test_a_certificate_that_cannot_be_parsed_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "my.sst").write_bytes(write_sst([serialize(b"no certificate"), serialize(OTHER.der)]))
    store = read("sst", tmp_path).store
    assert [each.thumbprint for each in store.certificates] == [OTHER.thumbprint]
    assert [entry.name for entry in store.unreadable] == ["my.sst (byte 8)"]


def test_all_files_of_a_folder_are_one_store(tmp_path: Path) -> None:
    (tmp_path / "a.SST").write_bytes(write_sst([serialize(OTHER.der)]))
    (tmp_path / "b.sst").write_bytes(write_sst([serialize(ISSUED.der)]))
    (tmp_path / "c.sst").write_bytes(b"something else")
    (tmp_path / "d.txt").write_bytes(b"something else")
    os.mkfifo(tmp_path / "e.sst")
    store = read("sst", tmp_path).store
    assert [each.thumbprint for each in store.certificates] == [OTHER.thumbprint, ISSUED.thumbprint]
    assert [entry.name for entry in store.unreadable] == ["c.sst", "e.sst"]


def test_a_file_that_is_named_is_read_whatever_its_ending(tmp_path: Path) -> None:
    (tmp_path / "export").write_bytes(write_sst([serialize(OTHER.der)]))
    assert len(read("sst", tmp_path / "export").store.certificates) == 1


@pytest.mark.parametrize("source", ["sst", "registry"])
def test_where_nothing_can_be_read_the_error_says_why(tmp_path: Path, source: str) -> None:
    (tmp_path / "export").write_bytes(b"something else")
    with pytest.raises(StoreError, match=f"{tmp_path}/export: export is no .*expected"):
        read(source, tmp_path / "export")
    with pytest.raises(StoreError, match=r"it holds no file that ends in \.(sst|reg)"):
        read(source, tmp_path)
    with pytest.raises(StoreError, match="no such file"):
        read(source, tmp_path / "nowhere")
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    with pytest.raises(StoreError, match="too large"):
        read(source, tmp_path / "huge")


def test_a_named_root_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "my.sst").write_bytes(write_sst([serialize(OTHER.der)]))
    with pytest.raises(FolderError, match="there is no file or folder"):
        read("sst", tmp_path, trusted_roots=[str(tmp_path / "nowhere")])


def test_the_newest_file_tells_the_time(tmp_path: Path) -> None:
    for name, time in (("a.sst", 1000), ("b.sst", 2000)):
        (tmp_path / name).write_bytes(write_sst([serialize(OTHER.der)]))
        os.utime(tmp_path / name, (time, time))
    assert read("sst", tmp_path).newest == 2000


def test_ten_certificates_of_unknown_trust_have_at_most_16_kilobytes(tmp_path: Path) -> None:
    issued = [server_certificate(f"ex{n:02}.contoso.com", "mail.contoso.com", issuer=ISSUING) for n in range(10)]
    keys = [RegKey.of(MY, *blob(each)) for each in issued]
    (tmp_path / "my.reg").write_text(write_reg(keys, [rf"{SYSTEM}\AuthRoot"]))
    store = read("registry", tmp_path).store
    assert [each.trust.status for each in store.certificates] == ["unknown"] * 10
    assert len(json.dumps(_facts.to_plain(store))) <= 16 * 1024
