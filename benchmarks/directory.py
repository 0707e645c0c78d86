"""What reading a directory costs: against ldapsearch, from size to size, and in memory, all with a real slapd."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import subprocess
import tempfile
import time
import tracemalloc
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.exchange_ldap import (
    CONNECTOR_ATTRIBUTES,
    SERVER_ATTRIBUTES,
    read_forest,
)
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.ldap_options import LdapOptions
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import root_authority, server_certificate
from ansible_collections.msexchange.transport_tls.tests.fixtures.forest import (
    PASSWORD,
    READER,
    fleet,
    forest,
    user_dn,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.ldif import CONFIGURATION
from ansible_collections.msexchange.transport_tls.tests.fixtures.slapd import HOST, slapd

ROUNDS = 3


@dataclass(frozen=True)
class Directory:
    """Seconds of reading it whole, and the most memory that took in bytes."""

    reading: float
    ldapsearch: float
    memory: int


def measure(servers: int) -> Directory:
    """A directory of so many servers and connectors, read with and without this collection in turns."""
    with tempfile.TemporaryDirectory() as place:
        authority = root_authority()
        now = datetime.now(UTC)
        certificate = server_certificate(
            HOST, issuer=authority, not_before=now - timedelta(days=1), not_after=now + timedelta(days=1)
        )
        ca = Path(place, "ca.pem")
        ca.write_bytes(authority.pem)
        with slapd(Path(place, "slapd"), forest(fleet(servers)), certificate=certificate) as server:
            options = LdapOptions(
                (server.ldaps,),
                username=user_dn(READER),
                password=PASSWORD,
                ca_certificates=str(ca),
                timeout=600,
            )
            times = [(_read(options), _search(server.ldaps)) for _round in range(ROUNDS)]
            tracemalloc.start()
            _read(options)
            _now, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
    return Directory(min(read for read, _search in times), min(search for _read, search in times), most)


def _read(options: LdapOptions) -> float:
    began = time.perf_counter()
    deque(read_forest(options), maxlen=0)
    return time.perf_counter() - began


def _search(url: str) -> float:
    """The same objects and attributes, by the command line of OpenLDAP."""
    # It takes localhost for the name of this computer, which no certificate here is for.
    environment = {**os.environ, "LDAPTLS_REQCERT": "never"}
    asked = ["-LLL", "-E", "pr=500/noprompt", "-b", CONFIGURATION]
    bind = ["-x", "-H", url, "-D", user_dn(READER), "-w", PASSWORD]
    began = time.perf_counter()
    for wanted, attributes in (
        ("msExchExchangeServer", SERVER_ATTRIBUTES),
        ("msExchRoutingSMTPConnector", CONNECTOR_ATTRIBUTES),
    ):
        command = ["ldapsearch", *bind, *asked, f"(objectClass={wanted})", *attributes]
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began
