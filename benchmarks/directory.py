"""What reading a directory costs: against ldapsearch, from size to size, in memory, and as an inventory.

Each measure asks the directory that the options name, whatever server it is; `slapd_with` and `samba_with` start one.
"""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
import tracemalloc
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.exchange_ldap import (
    CONNECTOR_ATTRIBUTES,
    SERVER_ATTRIBUTES,
    read_forest,
)
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.ldap import PAGE, Session
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.ldap_options import LdapOptions
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import (
    Credential,
    root_authority,
    server_certificate,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.forest import (
    PASSWORD,
    READER,
    exchange,
    fleet,
    forest,
    user_dn,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.samba_ad import samba_ad
from ansible_collections.msexchange.transport_tls.tests.fixtures.slapd import slapd


@dataclass(frozen=True)
class Search:
    """One of the reader's own, for `ldapsearch` to do the same."""

    base: str
    condition: str
    attributes: tuple[str, ...]


class Authority:
    """Who issues the certificate of a server, and what a reader must know to verify it."""

    def __init__(self, place: Path) -> None:
        self._credential = root_authority()
        self._file = place / "ca.pem"
        self._file.write_bytes(self._credential.pem)

    def certificate(self, address: str) -> Credential:
        now, day = datetime.now(UTC), timedelta(days=1)
        return server_certificate(address, issuer=self._credential, not_before=now - day, not_after=now + day)

    def options(self, url: str) -> LdapOptions:
        return LdapOptions(
            (url,), username=user_dn(READER), password=PASSWORD, ca_certificates=str(self._file), timeout=600
        )


@contextmanager
def slapd_with(servers: int) -> Iterator[LdapOptions]:
    """The options for a slapd with so many servers, each with a certificate and a Send connector."""
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        authority = Authority(place)
        # By its address: ldapsearch takes localhost for the name of this computer, which no certificate here is for.
        certificate = authority.certificate("127.0.0.1")
        with slapd(place / "slapd", forest(fleet(servers)), certificate=certificate) as server:
            yield authority.options(f"ldaps://127.0.0.1:{server.tls_port}")


@contextmanager
def samba_with(servers: int) -> Iterator[LdapOptions]:
    """The same for a domain controller of Samba, which wants root."""
    with tempfile.TemporaryDirectory() as temporary:
        authority = Authority(Path(temporary))
        entries = exchange(fleet(servers))
        with samba_ad(entries, certificate=lambda _name, address: authority.certificate(address)) as server:
            yield authority.options(server.ldaps)


def reading(options: LdapOptions, rounds: int) -> tuple[float, float]:
    """Seconds of reading all servers and connectors, and of `ldapsearch` for the same: the best of so many turns.

    The reader connects, binds, asks where the organisations are, and makes an Entry with its raw values of everything
    that comes; it reads no certificate. `ldapsearch` connects and binds for each of the two searches that give the
    servers and the connectors: the same base, filter, attributes and pages, over LDAPS, the server's certificate
    verified.
    """
    searches = _searches(options)
    read = sum(1 for _entry in read_forest(options))
    found = sum(_ldapsearch(options, search, subprocess.PIPE).count(b"\ndn:") for search in searches)
    if read != found:
        raise RuntimeError(f"{read} entries were read, and ldapsearch found {found}")
    times = [
        (
            _seconds(lambda: deque(read_forest(options), maxlen=0)),
            _seconds(lambda: [_ldapsearch(options, search) for search in searches]),
        )
        for _round in range(rounds)
    ]
    ours, theirs = zip(*times, strict=True)
    return min(ours), min(theirs)


def memory(options: LdapOptions) -> int:
    """The most bytes that reading took at a time, the entries let go as they come."""
    tracemalloc.start()
    deque(read_forest(options), maxlen=0)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def listing(options: LdapOptions, servers: int) -> float:
    """Seconds of `ansible-inventory --list` for a directory of so many servers."""
    with tempfile.TemporaryDirectory() as place:
        source = {
            "plugin": "msexchange.transport_tls.exchange_servers",
            "server": list(options.servers),
            "username": options.username,
            "ca_certificates": options.ca_certificates,
        }
        Path(place, "exchange_servers.yml").write_text(json.dumps(source), encoding="utf-8")
        environment = {**os.environ, "ANON_TLS_LDAP_PASSWORD": options.password or ""}
        command = ["ansible-inventory", "--inventory", "exchange_servers.yml", "--list"]
        began = time.perf_counter()
        done = subprocess.run(command, cwd=place, env=environment, check=True, capture_output=True)
        taken = time.perf_counter() - began
    listed = len(json.loads(done.stdout)["_meta"]["hostvars"])
    if listed != servers:
        raise RuntimeError(f"{listed} of {servers} servers are listed")
    return taken


def _searches(options: LdapOptions) -> list[Search]:
    """What the reader asks for the servers and the connectors, as it asks."""
    asked = []
    search = Session.search

    def noted(session: Session, base: str, condition: str, attributes: Any, **more: Any) -> Any:
        if attributes in (SERVER_ATTRIBUTES, CONNECTOR_ATTRIBUTES):
            asked.append(Search(base, condition, attributes))
        return search(session, base, condition, attributes, **more)

    with mock.patch.object(Session, "search", noted):
        deque(read_forest(options), maxlen=0)
    return asked


def _ldapsearch(options: LdapOptions, search: Search, output: int = subprocess.DEVNULL) -> bytes:
    """What the command line of OpenLDAP prints: the version of LDIF, then the entries."""
    bind = ["-x", "-H", options.servers[0], "-D", options.username or "", "-w", options.password or ""]
    asked = ["-LL", "-E", f"pr={PAGE}/noprompt", "-b", search.base, search.condition, *search.attributes]
    environment = {**os.environ, "LDAPTLS_CACERT": options.ca_certificates or "", "LDAPTLS_REQCERT": "demand"}
    return subprocess.run(["ldapsearch", *bind, *asked], env=environment, check=True, stdout=output).stdout or b""


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
