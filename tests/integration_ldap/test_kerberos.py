"""Kerberos over TLS with a real domain controller: with a ticket at hand, with a password, and with a keytab."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.entry import DirectoryError
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.exchange_ldap import read_entries
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.ldap_options import LdapOptions
from ansible_collections.msexchange.transport_tls.tests.fixtures.forest import BLIND, PASSWORD, READER
from ansible_collections.msexchange.transport_tls.tests.fixtures.samba_ad import DomainController
from ansible_collections.msexchange.transport_tls.tests.fixtures.samba_template import FQDN, REALM

from .conftest import Ask

PRINCIPAL = f"{READER}@{REALM}"
Kerberos = Callable[..., LdapOptions]


@pytest.fixture(params=["LDAPS", "StartTLS"])
def kerberos(
    request: pytest.FixtureRequest,
    controller: DomainController,
    ask: Ask,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Kerberos:
    """Options for a bind with Kerberos, in its realm, with no ticket, and a name service that knows the server."""
    monkeypatch.setenv("KRB5_CONFIG", str(controller.krb5_conf))
    monkeypatch.setenv("KRB5CCNAME", f"FILE:{tmp_path / 'tickets'}")
    ask_names = socket.getaddrinfo
    addresses = {FQDN: controller.address}

    def know_the_server(host: Any, *more: Any, **others: Any) -> Any:
        return ask_names(addresses.get(host, host), *more, **others)

    monkeypatch.setattr(socket, "getaddrinfo", know_the_server)

    def options(host: str = FQDN, **more: Any) -> LdapOptions:
        start_tls = request.param == "StartTLS"
        usual = {"bind": "gssapi", "username": None, "password": None, "start_tls": start_tls}
        return ask(f"{'ldap' if start_tls else 'ldaps'}://{host}", **{**usual, **more})

    return options


def told(options: LdapOptions) -> str:
    with pytest.raises(DirectoryError) as caught:
        read_entries(options, "EX01")
    return str(caught.value)


def test_a_ticket_will_do(kerberos: Kerberos) -> None:
    subprocess.run(["kinit", PRINCIPAL], input=PASSWORD, env=os.environ, text=True, capture_output=True, check=True)
    assert read_entries(kerberos(), "EX01")


def test_a_principal_with_its_password_will_do(kerberos: Kerberos, tmp_path: Path) -> None:
    assert read_entries(kerberos(username=PRINCIPAL, password=PASSWORD), "EX01")
    assert not (tmp_path / "tickets").exists()


def test_a_principal_with_its_keytab_will_do(kerberos: Kerberos, controller: DomainController, tmp_path: Path) -> None:
    assert read_entries(kerberos(username=PRINCIPAL, keytab=str(controller.keytab(READER))), "EX01")
    assert not (tmp_path / "tickets").exists()


def test_without_a_ticket_it_says_how_to_get_one(kerberos: Kerberos) -> None:
    assert "is there a ticket (kinit)" in told(kerberos())


def test_a_wrong_password_is_told(kerberos: Kerberos) -> None:
    said = told(kerberos(username=PRINCIPAL, password="Wr0ng-Passw0rd!"))
    assert "wrong password" in said
    assert "Wr0ng" not in said


def test_a_server_by_its_address_is_not_the_one_that_the_domain_knows(
    kerberos: Kerberos, controller: DomainController
) -> None:
    by_address = kerberos(controller.address, username=PRINCIPAL, password=PASSWORD)
    assert "the name that the server has in the domain" in told(by_address)


def test_each_user_is_bound_with_the_own_keytab(kerberos: Kerberos, controller: DomainController) -> None:
    shown = {}
    for user in (READER, BLIND):
        entries = read_entries(kerberos(username=f"{user}@{REALM}", keytab=str(controller.keytab(user))), "EX01")
        shown[user] = any(entry.values("versionNumber") for entry in entries)
    assert shown == {READER: True, BLIND: False}


def test_a_keytab_that_is_not_there_is_told(kerberos: Kerberos, tmp_path: Path) -> None:
    said = told(kerberos(username=PRINCIPAL, keytab=str(tmp_path / "missing.keytab")))
    assert said.startswith(f"directory.keytab: {tmp_path}/missing.keytab is not there, or cannot be read")


def test_without_its_package_it_says_how_to_install_it(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gssapi", None)
    said = told(ask("ldaps://localhost", bind="gssapi", username=None, password=None))
    assert "libkrb5-dev" in said
    assert "-m pip install gssapi" in said
