"""What only a domain controller has: its users, its rights, its demands, and all that can be wrong with it."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.entry import DirectoryError
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.exchange_ldap import (
    read_entries,
    read_forest,
)
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.exchange_objects import (
    ExchangeObjects,
    find_server,
)
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.ldap_options import LdapOptions
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import root_authority
from ansible_collections.msexchange.transport_tls.tests.fixtures.forest import (
    PARTLY_BLIND,
    PASSWORD,
    READER,
    STRANGER,
    exchange,
    user_dn,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.ldif import (
    MULTI_ROLE,
    send_connector_entry,
    server_dn,
    server_entry,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.samba_ad import DomainController, samba_ad

from .conftest import INTERNAL, Ask, Authority

SERVERS = 2000


def told(options: LdapOptions) -> str:
    with pytest.raises(DirectoryError) as caught:
        read_entries(options, "EX01")
    assert PASSWORD not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("name", ["svc-audit@contoso.com", "CONTOSO\\svc-audit", user_dn(READER)])
def test_a_user_may_be_named_as_the_domain_names_users(controller: DomainController, ask: Ask, name: str) -> None:
    assert read_entries(ask(controller.ldaps, username=name), "EX01")


def test_start_tls_does_too(controller: DomainController, ask: Ask) -> None:
    assert read_entries(ask(controller.ldap, start_tls=True), "EX01")


def test_a_password_in_clear_is_refused_here_and_where_that_is_allowed_there(
    controller: DomainController, ask: Ask
) -> None:
    with pytest.raises(DirectoryError, match="in clear"):
        read_entries(ask(controller.ldap), "EX01")
    assert "demands encryption" in told(ask(controller.ldap, allow_plaintext=True))


def test_who_may_not_read_the_attribute_but_its_object_sees_no_value(controller: DomainController, ask: Ask) -> None:
    # The directory tells the one from the other in nothing.
    found = find_server(read_entries(ask(controller.ldaps, username=user_dn(PARTLY_BLIND)), "EX01"), "EX01", "ldap")
    assert (found.server.version, found.value.status) == ("15.2.2562", "null")


def test_who_may_read_nothing_is_told_so(controller: DomainController, ask: Ask) -> None:
    assert "there is none, or no right to read it" in told(ask(controller.ldaps, username=user_dn(STRANGER)))


def test_nobody_of_that_name_is_a_wrong_user_name(controller: DomainController, ask: Ask) -> None:
    assert "wrong user name or password" in told(ask(controller.ldaps, username="nobody@contoso.com"))


def test_the_servers_of_several_organisations_are_read(authority: Authority, ask: Ask) -> None:
    other = replace(server_entry("EX11"), dn=server_dn("EX11", organisation="Fabrikam"))
    entries = exchange((server_entry("EX01"), other), organisations=("Contoso", "Fabrikam"))
    with samba_ad(entries, certificate=authority.certificate) as server:
        options = ask(server.ldaps)
        assert find_server(read_entries(options, "EX11"), "EX11", "ldap").server.dn == other.dn
        both = ExchangeObjects(read_forest(options), "ldap").each()
        assert sorted(str(each.server.name) for each in both) == ["EX01", "EX11"]


def test_without_the_schema_of_exchange_that_is_said(authority: Authority, ask: Ask) -> None:
    with samba_ad((), certificate=authority.certificate, schema=False) as server:
        assert "has no Exchange schema" in told(ask(server.ldaps))


def test_without_an_organisation_that_is_said(authority: Authority, ask: Ask) -> None:
    with samba_ad((), certificate=authority.certificate) as server:
        assert "shows no Exchange organisation" in told(ask(server.ldaps))


def test_a_certificate_that_cannot_be_trusted_is_refused(authority: Authority, ask: Ask) -> None:
    foreign = Authority(root_authority("Fabrikam Root CA"), authority.file)
    with samba_ad((), certificate=foreign.certificate) as server:
        assert "is not trusted" in told(ask(server.ldaps))
        assert "is not trusted" in told(ask(server.ldap, start_tls=True))
        server.process.kill()
        server.process.wait()
        assert "is down" in told(ask(server.ldaps))


def test_a_certificate_for_another_name_is_refused(authority: Authority, ask: Ask) -> None:
    with samba_ad((), certificate=lambda name, _address: authority.certificate(name)) as server:
        assert "is for another name" in told(ask(server.ldaps))


def test_thousands_of_servers_are_each_read_right(authority: Authority, ask: Ask) -> None:
    names = [f"EX{number:05}" for number in range(SERVERS)]
    thumbprints = {name: f"{number:040X}" for number, name in enumerate(names)}
    connectors = {f"From {names[first]}": names[first : first + 10] for first in range(0, SERVERS, 10)}
    entries = [
        *(server_entry(name, roles=MULTI_ROLE, internal_certificate=thumbprints[name].encode()) for name in names),
        *(send_connector_entry(name, source_servers=sources) for name, sources in connectors.items()),
    ]
    with samba_ad(exchange(entries), certificate=authority.certificate, keep=True) as server:
        read = list(ExchangeObjects(read_forest(ask(server.ldaps, timeout=60)), "ldap").each())
    answers = {each.server.name: each for each in read}
    assert len(read) == SERVERS
    assert {name: each.value.thumbprint for name, each in answers.items()} == thumbprints
    for connector, sources in connectors.items():
        for name in sources:
            assert [each.name for each in answers[name].connectors or ()] == [connector]


def test_its_servers_are_an_inventory(controller: DomainController, authority: Authority, tmp_path: Path) -> None:
    inventory = {
        "plugin": "msexchange.transport_tls.exchange_servers",
        "server": [controller.ldaps],
        "username": f"{READER}@contoso.com",
        "ca_certificates": str(authority.file),
    }
    (tmp_path / "exchange_servers.yml").write_text(json.dumps(inventory))
    command = [str(Path(sys.executable).with_name("ansible-inventory")), "-i", "exchange_servers.yml", "--list"]
    environment = {**os.environ, "ANON_TLS_LDAP_PASSWORD": PASSWORD}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    listed = json.loads(done.stdout, object_hook=lambda read: read.get("__ansible_unsafe", read))
    assert listed["exchange_role_hub"]["hosts"] == ["ex01.contoso.com", "ex02.contoso.com"]
    assert listed["exchange_role_edge"]["hosts"] == ["edge01.contoso.com"]
    assert len(listed["exchange_site_HQ"]["hosts"]) == 3
    variables = listed["_meta"]["hostvars"]["ex01.contoso.com"]["anon_tls_directory"]
    assert variables["directory"]["thumbprint"] == INTERNAL.thumbprint
