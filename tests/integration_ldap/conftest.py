"""Real directory servers for the tests: an authority, its certificates, and a small forest in slapd and in Samba."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.entry import Entry
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.ldap_options import LdapOptions
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import (
    Credential,
    exchange_certificate,
    root_authority,
    server_certificate,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.forest import (
    PASSWORD,
    READER,
    exchange,
    forest,
    transport_children,
    user_dn,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.ldif import (
    EDGE,
    MULTI_ROLE,
    send_connector_entry,
    server_entry,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.samba_ad import DomainController, samba_ad
from ansible_collections.msexchange.transport_tls.tests.fixtures.slapd import HOST, Slapd, slapd

INTERNAL = exchange_certificate("EX01", "contoso.com")
SMALL = (
    server_entry("EX01", roles=MULTI_ROLE, internal_certificate=INTERNAL.der),
    *transport_children("EX01"),
    server_entry("EX02", roles=MULTI_ROLE),
    server_entry("EDGE01", roles=EDGE, internal_certificate=INTERNAL.der),
    send_connector_entry("Internet", source_servers=("EX01",), smart_hosts=("mail.example.com",)),
)
"""EX01 with a certificate and children, EX02 without, an Edge, and a connector of the first."""


@dataclass(frozen=True)
class Authority:
    """Who issues the certificates of the directory servers; `file` is its own, for `ca_certificates`."""

    credential: Credential
    file: Path

    def certificate(self, *names: str, days: tuple[float, float] = (-1, 30)) -> Credential:
        """Valid from so many days from now to so many; Ansible's clock is the real one."""
        now = datetime.now(UTC)
        begins, ends = (now + timedelta(days=each) for each in days)
        return server_certificate(*(names or (HOST,)), issuer=self.credential, not_before=begins, not_after=ends)


Ask = Callable[..., LdapOptions]
Start = Callable[..., Any]
Small = Slapd | DomainController


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    credential = root_authority()
    file = tmp_path_factory.mktemp("authority") / "ca.pem"
    file.write_bytes(credential.pem)
    return Authority(credential, file)


@pytest.fixture(scope="session")
def ask(authority: Authority) -> Ask:
    """Options for servers, verified by the authority, bound as the reader."""

    def options(*servers: str, **more: Any) -> LdapOptions:
        usual = {"username": user_dn(READER), "password": PASSWORD, "ca_certificates": str(authority.file)}
        return LdapOptions(servers, **{**usual, "timeout": 20, **more})

    return options


@pytest.fixture
def start(authority: Authority, tmp_path: Path) -> Start:
    """Starts one more slapd, with a certificate that is right unless told otherwise."""

    def started(entries: tuple[Entry, ...], **more: Any) -> Any:
        return slapd(tmp_path / "slapd", entries, **{"certificate": authority.certificate(), **more})

    return started


@pytest.fixture(scope="session")
def controller(authority: Authority) -> Iterator[DomainController]:
    """A domain controller with the small forest."""
    with samba_ad(exchange(SMALL), certificate=authority.certificate) as server:
        yield server


@pytest.fixture(scope="session", params=["slapd", "samba"])
def small(
    request: pytest.FixtureRequest, authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Small]:
    """The small forest, in each of the servers."""
    if request.param == "samba":
        yield request.getfixturevalue("controller")
    else:
        place = tmp_path_factory.mktemp("small") / "slapd"
        with slapd(place, forest(SMALL), certificate=authority.certificate()) as server:
            yield server
