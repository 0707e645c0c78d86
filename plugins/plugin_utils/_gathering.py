"""Gather the facts of one server: what was read of its store and its names, and what the directory says of it."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal

from ..module_utils._bounded_files import FolderError
from ..module_utils._folder_store import read_folder
from ._directory.clixml import read_directory
from ._directory.entry import DirectoryError, Entry
from ._directory.exchange_ldap import read_entries
from ._directory.exchange_objects import DirectoryAnswer, find_server
from ._directory.inventory_variable import SOURCE, answer_of
from ._directory.ldap_options import LdapOptions
from ._directory.ldif import read_ldif
from ._facts import DirectoryValue, ExchangeAnswers, Facts, Failure, Identity, Server
from ._stores import clixml, exported, folder
from ._stores.export_files import read_exports
from ._stores.folder_reading import folder_reading
from ._stores.gathered_store import GatheredStore
from ._stores.store_error import StoreError
from ._windows import edge_directory
from ._windows.answer import HostAnswer, HostAnswerError, read_answer
from ._windows.exchange import answers_of
from ._windows.host import completed, identity_of, is_edge
from ._windows.store import store_of as store_of_host

Part = Literal["identity", "store", "directory", "exchange", "events"]
StoreSource = Literal["folder", "clixml", "sst", "registry"]
DirectorySource = Literal["ldif", "clixml"]


class GatheringError(ValueError):
    """Nothing of what was asked for can be read: the message says what, where and what to do."""


_NO_NAMES = Identity()


@dataclass(frozen=True, slots=True)
class DirectoryFiles:
    """A directory that was exported to the controller: an LDIF file, or exports of the Management Shell."""

    source: DirectorySource
    path: str


@dataclass(frozen=True, slots=True)
class DirectoryInInventory:
    """What the inventory plugin `exchange_servers` read of the directory: the host variable, as the host has it."""

    variable: object


@dataclass(frozen=True, slots=True)
class DirectoryOfEdge:
    """The AD LDS that an Edge has of its own, read on the host itself."""


Directory = DirectoryFiles | LdapOptions | DirectoryInInventory | DirectoryOfEdge


@dataclass(frozen=True, slots=True)
class DirectoryByHost:
    """The AD LDS where the host proves to be an Edge, else another directory, or none."""

    otherwise: LdapOptions | None


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for.

    `live`: the store is that of the host itself, else an export. `names`: those that the user gives, which beat any
    other. `directory`: None to read none. `inventory`: what the inventory knows of an Edge is Active Directory's copy.
    """

    parts: frozenset[Part]
    live: bool
    server_name: str | None = None
    names: Identity = _NO_NAMES
    directory: Directory | DirectoryByHost | None = None
    inventory: DirectoryInInventory | None = None

    @property
    def needs_the_host(self) -> bool:
        """Whether something must be read on the host itself, if it be its name alone."""
        named = self.server_known_as is not None or isinstance(self.directory, DirectoryInInventory)
        return self.live and (self.asks_the_host_for_its_directory or not (named and self.parts <= {"directory"}))

    @property
    def asks_the_host_for_its_directory(self) -> bool:
        return "directory" in self.parts and isinstance(self.directory, (DirectoryOfEdge, DirectoryByHost))

    @property
    def server_known_as(self) -> str | None:
        """The server object's name as far as the user says it."""
        return self.server_name or self.names.physical_hostname or _host(self.names.physical_fqdn)


@dataclass(frozen=True, slots=True)
class StoreFiles:
    """A store that lies on the controller: a folder, or exports of a kind; no roots or intermediates named: None."""

    source: StoreSource
    path: str
    trusted_roots: Sequence[str] | None = None
    intermediates: Sequence[str] | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read for it: the names of the host, live or as an export has them, the store, and what failed.

    `host`: all that a Windows host answered.
    """

    names: Identity = _NO_NAMES
    store: GatheredStore | None = None
    failures: tuple[Failure, ...] = ()
    host: HostAnswer | None = None


def read_here(files: StoreFiles) -> Reading:
    """A store on the controller; one that cannot be read is a failure of the part `store`."""
    try:
        store = _store_in(files)
    except (FolderError, StoreError) as error:
        return Reading(failures=(Failure("store", str(error)),))
    return Reading(_names_of(store.server), store)


def _store_in(files: StoreFiles) -> GatheredStore:
    if files.source == "folder":
        plain = read_folder(files.path, files.trusted_roots, files.intermediates, files.password)
        return folder.store_of(folder_reading(plain))
    if files.source == "clixml":
        return clixml.store_of(clixml.read_store(files.path, files.trusted_roots, files.intermediates))
    return exported.store_of(read_exports(files.source, files.path, files.trusted_roots, files.intermediates))


def reading_of_target(answer: Mapping[str, Any]) -> Reading:
    """What the module on the target returned; what it could not read is a failure of the part `store`."""
    hostname, fqdn = answer["names"]["hostname"], answer["names"]["fqdn"]
    names = Identity(fqdn, hostname, fqdn, hostname)
    if answer["failure"] is not None:
        return Reading(names, failures=(Failure("store", answer["failure"]),))
    if answer["folder"] is None:
        return Reading(names)
    try:
        return Reading(names, folder.store_of(folder_reading(answer["folder"])))
    except StoreError as error:
        return Reading(names, failures=(Failure("store", str(error)),))


def reading_of_host(answer: object) -> Reading:
    """What the module on a Windows host returned. Raises GatheringError for an answer that no such module gives."""
    try:
        host = read_answer(answer)
    except HostAnswerError as error:
        raise GatheringError(str(error)) from None
    store = None if host.store is None else store_of_host(host.store, host.exchange)
    return Reading(identity_of(host), store, host.failures, host)


def gather(request: Request, reading: Reading, now: datetime) -> Facts:
    """The facts; a part that cannot be read is unknown in them, and `failures` says why.

    Raises GatheringError when nothing of the parts that were asked for, the names aside, can be read.
    """
    name = request.server_known_as or reading.names.physical_hostname
    directory = _chosen(request, reading)
    elsewhere = () if isinstance(directory, DirectoryOfEdge) else ("directory",)
    failures = [failure for failure in reading.failures if failure.part not in elsewhere]
    answer = (
        _nowhere(name, "not_gathered")
        if directory is None
        else _directory(request, directory, name, reading.host, failures)
    )
    asked = request.parts - ({"identity", "directory"} if directory is None else {"identity"})
    if asked and asked <= {failure.part for failure in failures} - _parts_read(reading, answer):
        raise GatheringError("; ".join(f"{failure.part}: {failure.reason}" for failure in failures))
    exchange, notes = _exchange(reading)
    if reading.host is not None:
        answer, notes = completed(answer, reading.host), (*notes, *reading.host.limits)
    return Facts(
        collected_at=_collected_at(request, reading, answer, now),
        server=answer.server,
        identity=_identity(request, reading, answer.fqdn) if "identity" in request.parts else _NO_NAMES,
        store=reading.store.store if reading.store else None,
        directory=answer.value,
        connectors=answer.connectors,
        exchange=exchange,
        observed_events=reading.host.events if reading.host else None,
        failures=tuple(failures),
        warnings=(*(reading.store.warnings if reading.store else ()), *answer.warnings, *notes),
    )


def _chosen(request: Request, reading: Reading) -> Directory | None:
    directory, host = request.directory, reading.host
    if "directory" not in request.parts:
        return None
    if not isinstance(directory, DirectoryByHost):
        return directory
    if host is not None and (host.directory or is_edge(host.setup)):
        return DirectoryOfEdge()
    # A host that could not even tell whether it is an Edge says why.
    may_be_edge = host is not None and host.failure_of("directory") is not None
    return DirectoryOfEdge() if may_be_edge and directory.otherwise is None else directory.otherwise


def _parts_read(reading: Reading, answer: DirectoryAnswer) -> set[str]:
    """The parts that there is something of, though another piece of them may have failed."""
    host = reading.host
    read = {
        "store": reading.store is not None,
        "directory": answer.value.status != "unknown",
        "exchange": host is not None and host.exchange is not None,
        "events": host is not None and host.events is not None,
    }
    return {part for part, is_there in read.items() if is_there}


def _exchange(reading: Reading) -> tuple[ExchangeAnswers | None, tuple[str, ...]]:
    if reading.host is None or reading.host.exchange is None:
        return None, ()
    return answers_of(reading.host.exchange)


def _collected_at(request: Request, reading: Reading, answer: DirectoryAnswer, now: datetime) -> datetime:
    """Now of what is live; of exports the time of the newest file. Never later than an inventory read the directory."""
    if isinstance(request.directory, DirectoryInInventory):
        collected = now if request.live else _newest(reading.store.newest if reading.store else None) or now
        return min(collected, _newest(answer.newest) or collected)
    if request.live:
        return now
    return _newest(reading.store.newest if reading.store else None, answer.newest) or now


def _directory(
    request: Request, directory: Directory, name: str | None, host: HostAnswer | None, failures: list[Failure]
) -> DirectoryAnswer:
    lost = host.failure_of("directory") if host and not host.directory else None
    if isinstance(directory, DirectoryOfEdge) and lost:
        return _nowhere(name, "unknown", lost, edge_directory.SOURCE)
    try:
        return _with_copy(_answer(request, directory, name, host), request.inventory)
    except DirectoryError as error:
        failures.append(Failure("directory", str(error)))
        return _nowhere(name, "unknown", str(error), _source(directory))


def _source(directory: Directory) -> str:
    if isinstance(directory, DirectoryFiles):
        return directory.source
    if isinstance(directory, DirectoryOfEdge):
        return edge_directory.SOURCE
    return "ldap" if isinstance(directory, LdapOptions) else SOURCE


def _answer(request: Request, directory: Directory, name: str | None, host: HostAnswer | None) -> DirectoryAnswer:
    if isinstance(directory, DirectoryOfEdge):
        if host is None or host.directory is None:
            raise DirectoryError(
                "the host has no AD LDS of Exchange: it is no Edge Transport server; set directory.source to ldap"
            )
        return edge_directory.answer_of(host.directory, name)
    if isinstance(directory, LdapOptions):
        return find_server(read_entries(directory, name), name, "ldap")
    if isinstance(directory, DirectoryInInventory):
        answer = answer_of(directory.variable)
        known = [known.casefold() for known in (answer.server.name, answer.server.dn, answer.fqdn) if known]
        if request.server_name and request.server_name.casefold() not in known:
            raise DirectoryError(
                f"the host variable anon_tls_directory is of {answer.server.name}, and server_name is "
                f"{request.server_name}; leave server_name out, or set directory.source to ldap"
            )
        return answer
    if directory.source == "clixml":
        return read_directory(directory.path, name)
    return replace(find_server(_entries(directory.path), name, "ldif"), newest=_modified(directory.path))


def _with_copy(answer: DirectoryAnswer, inventory: DirectoryInInventory | None) -> DirectoryAnswer:
    """With the copy in Active Directory that the inventory has of an Edge whose own value was read."""
    if inventory is None or answer.server.role != "edge" or answer.value.is_copy or answer.value.published_thumbprint:
        return answer
    copy = answer_of(inventory.variable).value
    if not copy.is_copy:
        return answer
    return replace(answer, value=replace(answer.value, published_thumbprint=copy.thumbprint))


def _nowhere(
    name: str | None, status: Literal["not_gathered", "unknown"], reason: str | None = None, source: str | None = None
) -> DirectoryAnswer:
    """What is known of a server of which no directory has told anything."""
    value = DirectoryValue(status, reason, source)
    return DirectoryAnswer(Server(name, "unknown"), value, connectors=None, fqdn=None, warnings=())


def _entries(path: str) -> Sequence[Entry]:
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return read_ldif(path)
    return _parsed_once(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=2)
def _parsed_once(path: str, _changed: int, _size: int) -> Sequence[Entry]:
    return read_ldif(path)


def _identity(request: Request, reading: Reading, fqdn: str | None) -> Identity:
    """The names, each as the user gives it, else as the host itself or its export, else as the directory has it.

    What the directory says of a host that is live is not asked.
    """
    given, read = request.names, reading.names
    listed = _NO_NAMES if request.live else _names_of(fqdn)
    return Identity(
        fqdn=given.fqdn or read.fqdn or listed.fqdn,
        hostname=given.hostname or read.hostname or listed.hostname,
        physical_fqdn=given.physical_fqdn or read.physical_fqdn or listed.physical_fqdn,
        physical_hostname=given.physical_hostname or read.physical_hostname or listed.physical_hostname,
        cluster=read.cluster,
        cluster_names=given.cluster_names or read.cluster_names,
    )


def _names_of(fqdn: str | None) -> Identity:
    """The names of a computer of which an export has one; one without a dot is no more than its host name."""
    full, host = fqdn if fqdn and "." in fqdn else None, _host(fqdn)
    return Identity(full, host, full, host)


def _host(fqdn: str | None) -> str | None:
    return fqdn.partition(".")[0] if fqdn else None


def _modified(path: str) -> float | None:
    with suppress(OSError, ValueError):
        return os.stat(path).st_mtime
    return None


def _newest(*times: float | None) -> datetime | None:
    """The newest of the times of files, in seconds since 1970."""
    known = [time for time in times if time is not None]
    # A file system can hold times that no calendar has.
    with suppress(OSError, OverflowError, ValueError):
        return datetime.fromtimestamp(int(max(known)), UTC) if known else None
    return None
