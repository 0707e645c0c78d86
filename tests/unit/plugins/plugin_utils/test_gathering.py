"""The facts of one server are put together of what could be read, and say what could not."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ansible_collections.msexchange.transport_tls.plugins.module_utils._folder_store import read_folder
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils import _gathering
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.entry import Entry as DirectoryEntry
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import Facts, Identity
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._gathering import (
    DirectoryFiles,
    GatheringError,
    Part,
    Reading,
    Request,
    StoreFiles,
    gather,
    read_here,
    reading_of_target,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import (
    NOW,
    Credential,
    intermediate_authority,
    make_certificate,
    root_authority,
    server_certificate,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.clixml import Made, write_clixml
from ansible_collections.msexchange.transport_tls.tests.fixtures.ldif import (
    send_connector_entry,
    server_entry,
    write_ldif,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.shell_objects import (
    exchange_certificate,
    exchange_server,
    transport_service,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.store import Entry, write_store

ALL: frozenset[Part] = frozenset({"identity", "store", "directory"})
HOST = Identity("host.example.com", "host", "host.example.com", "host")
ONE = make_certificate("CN=EX01")


def ldif(folder: Path, *entries: DirectoryEntry) -> DirectoryFiles:
    path = folder / "exchange.ldf"
    path.write_text(write_ldif(entries or [server_entry("EX01", internal_certificate=ONE.der)]))
    return DirectoryFiles("ldif", str(path))


def store(folder: Path, credentials: Iterable[Credential] = (ONE,)) -> Path:
    return write_store(folder / "store", [Entry(f"{number}", each) for number, each in enumerate(credentials)])


def exported(folder: Path) -> Reading:
    return read_here(StoreFiles("folder", str(store(folder))))


def test_an_export_and_an_ldif_give_everything(tmp_path: Path) -> None:
    connector = send_connector_entry("To Edge", source_servers=["EX01"], address_spaces=["SMTP:--;1"])
    path = ldif(tmp_path, server_entry("EX01", internal_certificate=ONE.der), connector)
    facts = gather(Request(ALL, live=False, server_name="ex01", directory=path), exported(tmp_path), NOW)
    assert facts.server.name == "EX01"
    assert facts.server.role == "hub"
    assert facts.directory.thumbprint == ONE.thumbprint
    assert facts.directory.source == "ldif"
    assert facts.store is not None
    assert [certificate.thumbprint for certificate in facts.store.certificates] == [ONE.thumbprint]
    assert facts.connectors is not None
    assert [each.name for each in facts.connectors] == ["To Edge"]
    assert (facts.failures, facts.warnings) == ((), ())


def test_facts_come_back_from_their_plain_data(tmp_path: Path) -> None:
    request = Request(ALL, live=False, server_name="EX01", directory=ldif(tmp_path))
    facts = gather(request, exported(tmp_path), NOW)
    assert Facts.from_plain(json.loads(json.dumps(facts.to_plain()))) == facts


def test_the_facts_of_ten_certificates_have_at_most_16_kilobytes(tmp_path: Path) -> None:
    root = root_authority()
    issuing = intermediate_authority(root)
    credentials = [
        server_certificate(f"ex{number:02}.contoso.com", "mail.contoso.com", "autodiscover.contoso.com", issuer=issuing)
        for number in range(10)
    ]
    entries = [
        Entry(f"{number}", credential, services=("IMAP", "POP", "IIS", "SMTP"), friendly_name="Microsoft Exchange")
        for number, credential in enumerate(credentials)
    ]
    folder = write_store(tmp_path / "store", entries, roots=[root], intermediates=[issuing])
    path = ldif(tmp_path, server_entry("EX01", internal_certificate=credentials[0].der), server_entry("EDGE01"))
    request = Request(ALL, live=False, server_name="EX01", directory=path)
    facts = gather(request, read_here(StoreFiles("folder", str(folder))), NOW)
    assert len(json.dumps(facts.to_plain())) <= 16 * 1024


@pytest.mark.parametrize("part", sorted(ALL))
def test_only_what_was_asked_for_is_gathered(tmp_path: Path, part: Part) -> None:
    reading = exported(tmp_path) if part == "store" else Reading()
    names = Identity(fqdn="ex01.contoso.com", physical_hostname="EX01")
    facts = gather(Request(frozenset({part}), live=False, names=names, directory=ldif(tmp_path)), reading, NOW)
    assert (facts.store is not None) == (part == "store")
    assert (facts.directory.status != "not_gathered") == (part == "directory")
    assert (facts.identity != Identity()) == (part == "identity")
    assert facts.server.name == "EX01"


def test_no_directory_source_is_a_directory_not_gathered(tmp_path: Path) -> None:
    facts = gather(Request(ALL, live=False, server_name="EX01"), exported(tmp_path), NOW)
    assert facts.directory.status == "not_gathered"
    assert (facts.server.name, facts.server.role, facts.connectors, facts.failures) == ("EX01", "unknown", None, ())


def test_names_of_the_user_beat_those_of_the_host() -> None:
    given = Identity(fqdn="mail.contoso.com", cluster_names=("nlb.contoso.com",))
    facts = gather(Request(frozenset({"identity"}), live=True, names=given), Reading(HOST), NOW)
    assert facts.identity == Identity(
        "mail.contoso.com", "host", "host.example.com", "host", cluster=None, cluster_names=("nlb.contoso.com",)
    )


def test_names_of_an_export_come_from_the_server_object(tmp_path: Path) -> None:
    request = Request(ALL, live=False, server_name="EX01", names=Identity(hostname="MAIL"), directory=ldif(tmp_path))
    facts = gather(request, exported(tmp_path), NOW)
    assert facts.identity == Identity("ex01.contoso.com", "MAIL", "ex01.contoso.com", "ex01")


def test_names_of_a_host_do_not_come_from_the_server_object(tmp_path: Path) -> None:
    request = Request(ALL, live=True, server_name="EX01", directory=ldif(tmp_path))
    facts = gather(request, Reading(Identity(hostname="host")), NOW)
    assert facts.identity == Identity(hostname="host")


def shell(folder: Path, *objects: Made) -> str:
    path = folder / "shell"
    path.mkdir(exist_ok=True)
    (path / f"{len(list(path.iterdir()))}.xml").write_bytes(write_clixml(objects))
    return str(path)


def test_exports_of_the_management_shell_give_everything(tmp_path: Path) -> None:
    shell(tmp_path, exchange_certificate(ONE, server="EX01.contoso.com"))
    path = shell(tmp_path, exchange_server("EX01"), transport_service("EX01", ONE.thumbprint))
    os.utime(Path(path, "0.xml"), (1000, 1000))
    os.utime(Path(path, "1.xml"), (2000, 2000))
    facts = gather(
        Request(ALL, live=False, directory=DirectoryFiles("clixml", path)), read_here(StoreFiles("clixml", path)), NOW
    )
    assert facts.identity == Identity("EX01.contoso.com", "EX01", "EX01.contoso.com", "EX01")
    assert (facts.server.name, facts.server.role, facts.directory.thumbprint) == ("EX01", "hub", ONE.thumbprint)
    assert facts.store is not None
    assert [certificate.services for certificate in facts.store.certificates] == [("SMTP",)]
    assert facts.collected_at == datetime.fromtimestamp(2000, UTC)
    assert Facts.from_plain(json.loads(json.dumps(facts.to_plain()))) == facts


def test_names_of_the_user_beat_those_of_an_export_and_those_of_an_export_the_directory(tmp_path: Path) -> None:
    path = shell(tmp_path, exchange_certificate(ONE, server="EX01.contoso.com"), exchange_server("EX01", Fqdn="old.x"))
    request = Request(
        ALL, live=False, names=Identity(fqdn="mail.contoso.com"), directory=DirectoryFiles("clixml", path)
    )
    facts = gather(request, read_here(StoreFiles("clixml", path)), NOW)
    assert facts.identity == Identity("mail.contoso.com", "EX01", "EX01.contoso.com", "EX01")


def test_names_that_no_certificate_tells_are_those_of_the_exported_server(tmp_path: Path) -> None:
    path = shell(tmp_path, exchange_certificate(ONE, server=None), exchange_server("EX01"))
    request = Request(ALL, live=False, server_name="EX01", directory=DirectoryFiles("clixml", path))
    assert gather(request, read_here(StoreFiles("clixml", path)), NOW).identity.fqdn == "ex01.contoso.com"


def test_a_server_named_without_its_domain_has_no_fqdn(tmp_path: Path) -> None:
    path = shell(tmp_path, exchange_certificate(ONE, server="EX01"))
    facts = gather(Request(ALL, live=False), read_here(StoreFiles("clixml", path)), NOW)
    assert facts.identity == Identity(None, "EX01", None, "EX01")


def test_exports_that_hold_nothing_of_a_part_are_a_failure_of_that_part(tmp_path: Path) -> None:
    path = shell(tmp_path, exchange_certificate(ONE))
    request = Request(ALL, live=False, directory=DirectoryFiles("clixml", path))
    facts = gather(request, read_here(StoreFiles("clixml", path)), NOW)
    assert (facts.directory.status, facts.directory.source) == ("unknown", "clixml")
    assert [failure.part for failure in facts.failures] == ["directory"]


def test_exports_without_certificates_are_a_failure_of_the_store(tmp_path: Path) -> None:
    path = shell(tmp_path, exchange_server("EX01"))
    request = Request(ALL, live=False, server_name="EX01", directory=DirectoryFiles("clixml", path))
    facts = gather(request, read_here(StoreFiles("clixml", path)), NOW)
    assert (facts.store, facts.server.role) == (None, "hub")
    assert [failure.part for failure in facts.failures] == ["store"]


def test_names_of_an_export_without_a_directory_are_not_known(tmp_path: Path) -> None:
    facts = gather(Request(ALL, live=False), exported(tmp_path), NOW)
    assert facts.identity == Identity()
    assert facts.server.name is None


@pytest.mark.parametrize(
    ("request_", "name"),
    [
        (Request(ALL, live=True), "host"),
        (Request(ALL, live=True, server_name="EX01"), "EX01"),
        (Request(ALL, live=True, names=Identity(hostname="VIRTUAL")), "host"),
        (Request(ALL, live=True, names=Identity(physical_hostname="EX01")), "EX01"),
        (Request(ALL, live=True, names=Identity(physical_fqdn="ex01.contoso.com")), "ex01"),
        (Request(ALL, live=False), None),
    ],
)
def test_the_server_is_by_default_that_of_the_physical_host_name(request_: Request, name: str | None) -> None:
    reading = Reading(HOST) if request_.live else Reading()
    assert gather(request_, reading, NOW).server.name == name


@pytest.mark.parametrize(
    ("request_", "needed"),
    [
        (Request(ALL, live=True, server_name="EX01"), True),
        (Request(ALL, live=False), False),
        (Request(frozenset({"directory"}), live=True), True),
        (Request(frozenset({"directory"}), live=True, server_name="EX01"), False),
        (Request(frozenset({"identity"}), live=True, server_name="EX01"), True),
    ],
)
def test_a_host_is_asked_only_for_what_nobody_else_knows(request_: Request, needed: bool) -> None:
    assert request_.needs_the_host is needed


def test_a_store_that_cannot_be_read_leaves_the_directory(tmp_path: Path) -> None:
    request = Request(ALL, live=False, server_name="EX01", directory=ldif(tmp_path))
    facts = gather(request, read_here(StoreFiles("folder", str(tmp_path / "nowhere"))), NOW)
    assert facts.store is None
    assert facts.directory.status == "present"
    (failure,) = facts.failures
    assert failure.part == "store"
    assert "there is no folder" in failure.reason


def test_a_store_yml_that_is_wrong_leaves_the_directory(tmp_path: Path) -> None:
    (store(tmp_path) / "store.yml").write_text("EX01: {}")
    request = Request(ALL, live=False, server_name="EX01", directory=ldif(tmp_path))
    facts = gather(request, read_here(StoreFiles("folder", str(tmp_path / "store"))), NOW)
    assert facts.store is None
    assert [failure.part for failure in facts.failures] == ["store"]


def test_a_directory_that_cannot_be_read_leaves_the_store(tmp_path: Path) -> None:
    request = Request(
        ALL, live=False, server_name="EX01", directory=DirectoryFiles("ldif", str(tmp_path / "nowhere.ldf"))
    )
    facts = gather(request, exported(tmp_path), NOW)
    assert facts.store is not None
    assert (facts.directory.status, facts.directory.source) == ("unknown", "ldif")
    assert facts.connectors is None
    assert [failure.part for failure in facts.failures] == ["directory"]
    assert facts.directory.reason == facts.failures[0].reason


def test_without_a_server_name_the_directory_is_unknown(tmp_path: Path) -> None:
    facts = gather(Request(ALL, live=False, directory=ldif(tmp_path)), exported(tmp_path), NOW)
    assert facts.directory.status == "unknown"
    assert facts.directory.reason


@pytest.mark.parametrize("parts", [{"store"}, {"store", "identity"}, ALL])
def test_when_nothing_can_be_read_there_are_no_facts(tmp_path: Path, parts: Iterable[Part]) -> None:
    request = Request(
        frozenset(parts),
        live=False,
        server_name="EX01",
        directory=DirectoryFiles("ldif", str(tmp_path / "nowhere.ldf")),
    )
    with pytest.raises(GatheringError, match="there is no folder"):
        gather(request, read_here(StoreFiles("folder", str(tmp_path / "nowhere"))), NOW)


def test_facts_of_a_host_are_of_now(tmp_path: Path) -> None:
    request = Request(ALL, live=True, directory=ldif(tmp_path))
    assert gather(request, Reading(HOST), NOW).collected_at == NOW


def test_facts_of_an_export_are_of_its_newest_file(tmp_path: Path) -> None:
    path = ldif(tmp_path)
    for file in (tmp_path / "store").iterdir() if exported(tmp_path) else ():
        os.utime(file, (1000, 1000))
    os.utime(path.path, (2000, 2000))
    reading = read_here(StoreFiles("folder", str(tmp_path / "store")))
    of_both = gather(Request(ALL, live=False, server_name="EX01", directory=path), reading, NOW)
    of_the_store = gather(Request(ALL, live=False, server_name="EX01"), reading, NOW)
    of_nothing = gather(Request(frozenset({"identity"}), live=False), Reading(), NOW)
    assert of_both.collected_at == datetime.fromtimestamp(2000, UTC)
    assert of_the_store.collected_at == datetime.fromtimestamp(1000, UTC)
    assert of_nothing.collected_at == NOW


def test_a_directory_is_parsed_once_until_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = ldif(tmp_path)
    parsed: list[str] = []
    read = _gathering.read_ldif
    monkeypatch.setattr(_gathering, "read_ldif", lambda name: parsed.append(name) or read(name))
    request = Request(frozenset({"directory"}), live=False, server_name="EX01", directory=path)
    assert {gather(request, Reading(), NOW).directory.status for attempt in range(3)} == {"present"}
    assert parsed == [path.path]
    ldif(tmp_path, server_entry("EX02"))
    assert gather(request, Reading(), NOW).directory.status == "unknown"
    assert parsed == [path.path, path.path]


def test_what_a_target_answers_is_a_reading(tmp_path: Path) -> None:
    names = {"hostname": "host", "fqdn": "host.example.com"}
    folder = read_folder(str(store(tmp_path)))
    reading = reading_of_target({"names": names, "folder": folder, "failure": None})
    assert reading.names == HOST
    assert reading.store is not None
    assert len(reading.store.store.certificates) == 1


@pytest.mark.parametrize(
    ("folder", "failure", "reason"),
    [(None, "there is no folder", "there is no folder"), ({}, None, "cannot be understood")],
)
def test_what_a_target_could_not_read_is_a_failure(folder: object, failure: str | None, reason: str) -> None:
    reading = reading_of_target({"names": {"hostname": "host", "fqdn": None}, "folder": folder, "failure": failure})
    assert reading.store is None
    assert reading.names == Identity(hostname="host", physical_hostname="host")
    assert reading.failures[0].part == "store"
    assert reason in reading.failures[0].reason


@pytest.mark.parametrize("moment", [10**12, -(10**12)])
def test_a_file_of_an_impossible_time_is_of_now(tmp_path: Path, moment: int) -> None:
    reading = exported(tmp_path)
    assert reading.store is not None
    reading = replace(reading, store=replace(reading.store, newest=moment))
    assert gather(Request(ALL, live=False), reading, NOW).collected_at == NOW
