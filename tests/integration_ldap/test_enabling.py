"""The internal certificate of a folder host is replaced in a real directory, after SMTP, and what happened is told."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.msexchange.transport_tls.plugins.action import anon_tls_enable
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.exchange_ldap import read_entries
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.exchange_objects import find_server
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.internal_swap import (
    read_held,
    replace_value,
)
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.ldap_options import LdapOptions
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import DirectoryValue
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.store_yml import Listed, read_store_yml
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import exchange_certificate
from ansible_collections.msexchange.transport_tls.tests.fixtures.enabling import Host, run_enable
from ansible_collections.msexchange.transport_tls.tests.fixtures.forest import (
    PASSWORD,
    READER,
    WRITER,
    forest,
    user_dn,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.ldif import EDGE, server_dn, server_entry
from ansible_collections.msexchange.transport_tls.tests.fixtures.serialized_certificate import serialize
from ansible_collections.msexchange.transport_tls.tests.fixtures.slapd import Slapd, slapd
from ansible_collections.msexchange.transport_tls.tests.fixtures.store import Entry, write_store

from .conftest import Ask, Authority

NOW = datetime.now(UTC)
OLD, NEW, OTHER = (
    exchange_certificate("EX01", "contoso.com", not_before=NOW - timedelta(days=days)) for days in (9, 3, 2)
)
VALUE = serialize(OLD.der)


@pytest.fixture
def server(authority: Authority, tmp_path: Path) -> Iterator[Slapd]:
    write_store(tmp_path / "ex01", [Entry("old", OLD, services=("SMTP",)), Entry("new", NEW)])
    servers = (
        server_entry("EX01", internal_certificate=VALUE),
        server_entry("EX02", site="Branch"),
        server_entry("EDGE01", roles=EDGE, site="Branch", internal_certificate=VALUE),
    )
    with slapd(tmp_path / "slapd", forest(servers), certificate=authority.certificate()) as started:
        yield started


@pytest.fixture
def options(server: Slapd, authority: Authority, tmp_path: Path) -> dict[str, Any]:
    directory = {
        "server": [server.ldaps],
        "username": user_dn(WRITER),
        "password": PASSWORD,
        "ca_certificates": str(authority.file),
        "timeout": 20,
    }
    return {
        "thumbprint": NEW.thumbprint,
        "internal": "replace",
        "store": {"path": str(tmp_path / "ex01")},
        "directory": directory,
        "server_name": "EX01",
    }


@pytest.fixture
def writer(server: Slapd, ask: Ask) -> LdapOptions:
    return ask(server.ldaps, username=user_dn(WRITER))


def value_of(writer: LdapOptions, name: str = "EX01") -> DirectoryValue:
    return find_server(read_entries(writer, name), name, "ldap").value


def overwrite(writer: LdapOptions, value: bytes) -> None:
    replace_value(writer, read_held(writer, server_dn("EX01"), value_of(writer)), value)


def services(tmp_path: Path) -> tuple[str, ...] | None:
    return read_store_yml((tmp_path / "ex01" / "store.yml").read_text()).get(NEW.thumbprint, Listed()).services


def test_smtp_is_enabled_and_the_internal_certificate_replaced(
    options: dict[str, Any], writer: LdapOptions, tmp_path: Path
) -> None:
    result = run_enable(tmp_path, options, Host(), diff=True)
    assert (result["changed"], result.get("failed", False)) == (True, False)
    assert (services(tmp_path), value_of(writer).thumbprint) == (("SMTP",), NEW.thumbprint)
    assert result["before"]["internal"]["thumbprint"] == OLD.thumbprint
    assert result["after"]["internal"]["thumbprint"] == NEW.thumbprint
    assert b64decode(result["replaced_value"]) == VALUE
    assert result["diff"] == {"before": result["before"], "after": result["after"]}
    assert PASSWORD not in json.dumps(result)


def test_a_second_run_changes_nothing(options: dict[str, Any], tmp_path: Path) -> None:
    first = run_enable(tmp_path, options, Host())
    second = run_enable(tmp_path, options, Host())
    assert (first["changed"], second["changed"]) == (True, False)
    assert second["before"] == second["after"] == first["after"]


def test_the_earlier_certificate_is_put_back_by_its_thumbprint(
    options: dict[str, Any], writer: LdapOptions, tmp_path: Path
) -> None:
    first = run_enable(tmp_path, options, Host())
    back = {**options, "thumbprint": first["before"]["internal"]["thumbprint"]}
    assert run_enable(tmp_path, back, Host())["after"]["internal"] == first["before"]["internal"]
    assert value_of(writer).thumbprint == OLD.thumbprint


def test_check_mode_tells_the_same_and_changes_nothing(
    options: dict[str, Any], writer: LdapOptions, tmp_path: Path
) -> None:
    checked = run_enable(tmp_path, options, Host(), check_mode=True, diff=True)
    assert (services(tmp_path), value_of(writer).thumbprint) == ((), OLD.thumbprint)
    assert "is not known, as the server does not tell" in " ".join(checked["warnings"])
    told = run_enable(tmp_path, options, Host(), diff=True)
    assert all(checked[key] == told[key] for key in ("changed", "before", "after", "diff"))


def test_keep_writes_nothing_to_the_directory(options: dict[str, Any], writer: LdapOptions, tmp_path: Path) -> None:
    result = run_enable(tmp_path, {**options, "internal": "keep"}, Host())
    assert (services(tmp_path), value_of(writer).thumbprint) == (("SMTP",), OLD.thumbprint)
    assert "replaced_value" not in result


def test_a_value_that_is_no_certificate_is_replaced(
    options: dict[str, Any], writer: LdapOptions, tmp_path: Path
) -> None:
    overwrite(writer, b"no certificate")
    result = run_enable(tmp_path, options, Host())
    assert result["before"]["internal"]["status"] == "corrupt"
    assert "replaced_value" not in result
    assert value_of(writer).thumbprint == NEW.thumbprint


def test_a_value_that_is_missing_is_added(options: dict[str, Any], writer: LdapOptions, tmp_path: Path) -> None:
    result = run_enable(tmp_path, {**options, "server_name": "EX02", "allow_edge_resubscribe": True}, Host())
    assert result["before"]["internal"]["status"] == "null"
    assert "replaced_value" not in result
    assert value_of(writer, "EX02").thumbprint == NEW.thumbprint


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("EX02", r"has Edge Subscriptions \(EDGE01\)"),
        ("EDGE01", "whose own AD LDS counts"),
        ("EX09", r"is not known \(the directory has no server object.*what was not read is not replaced"),
    ],
)
def test_guards_hold_on_what_the_directory_says(
    options: dict[str, Any], writer: LdapOptions, tmp_path: Path, name: str, message: str
) -> None:
    before = value_of(writer, name)
    with pytest.raises(AnsibleActionFail, match=message):
        run_enable(tmp_path, {**options, "server_name": name}, Host())
    assert (services(tmp_path), value_of(writer, name)) == ((), before)


def at_the_second_call(action: Any) -> Host:
    host = Host()
    host.before = lambda name: action() if name == "anon_tls_enable" else None
    return host


def test_another_writer_in_the_directory_is_told_and_smtp_stays(
    options: dict[str, Any], writer: LdapOptions, tmp_path: Path
) -> None:
    result = run_enable(tmp_path, options, at_the_second_call(lambda: overwrite(writer, serialize(OTHER.der))))
    assert (result["failed"], result["changed"]) == (True, True)
    assert "another writer has changed msExchServerInternalTLSCert" in result["msg"]
    assert f"now has {OTHER.thumbprint}" in result["msg"]
    assert "SMTP was enabled before that, and stays so in store.yml" in result["msg"]
    assert result["after"]["services"] == ["SMTP"]
    assert result["after"]["internal"] == result["before"]["internal"]
    assert value_of(writer).thumbprint == OTHER.thumbprint


def test_of_two_runs_at_once_one_wins_in_the_directory(
    options: dict[str, Any], writer: LdapOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ex01" / "store.yml").write_text(f"{NEW.thumbprint}: {{services: [SMTP]}}\n")
    won: list[dict[str, Any]] = []

    def after_another_run(*arguments: Any) -> str | None:
        monkeypatch.undo()
        won.append(run_enable(tmp_path, options, Host()))
        return replace_value(*arguments)

    monkeypatch.setattr(anon_tls_enable, "replace_value", after_another_run)
    lost = run_enable(tmp_path, options, Host())
    assert (won[0]["changed"], won[0].get("failed", False)) == (True, False)
    assert (lost["changed"], lost["failed"]) == (False, True)
    assert f"now has {NEW.thumbprint}" in lost["msg"]


def test_a_directory_that_is_down_at_the_change_is_told_and_smtp_stays(
    options: dict[str, Any], server: Slapd, tmp_path: Path
) -> None:
    def stop() -> None:
        server.process.kill()
        server.process.wait()

    result = run_enable(tmp_path, options, at_the_second_call(stop))
    assert (result["failed"], result["changed"]) == (True, True)
    assert "is down" in result["msg"]
    assert "SMTP was enabled before that" in result["msg"]
    assert result["after"]["internal"]["thumbprint"] == OLD.thumbprint


def test_a_user_without_the_right_is_told_what_was_done_all_the_same(
    options: dict[str, Any], writer: LdapOptions, tmp_path: Path
) -> None:
    directory = {**options["directory"], "username": user_dn(READER)}
    result = run_enable(tmp_path, {**options, "directory": directory}, Host())
    assert (result["failed"], result["changed"]) == (True, True)
    assert "no right to change msExchServerInternalTLSCert" in result["msg"]
    again = run_enable(tmp_path, {**options, "directory": directory}, Host())
    assert (again["failed"], again["changed"]) == (True, False)
    assert "SMTP was enabled" not in again["msg"]
    assert value_of(writer).thumbprint == OLD.thumbprint


def test_where_smtp_fails_the_directory_is_not_touched(
    options: dict[str, Any], writer: LdapOptions, tmp_path: Path
) -> None:
    result = run_enable(tmp_path, options, at_the_second_call((tmp_path / "ex01" / "new.pem").unlink))
    assert (result["failed"], result["changed"]) == (True, False)
    assert value_of(writer).thumbprint == OLD.thumbprint


PLAYBOOK = """\
- hosts: all
  connection: local
  gather_facts: false
  vars:
    ansible_python_interpreter: "{{{{ ansible_playbook_python }}}}"
  tasks:
    - msexchange.transport_tls.anon_tls_enable: {options}
      register: enabled
    - ansible.builtin.debug:
        var: enabled
"""


def test_a_playbook_does_it_and_shows_no_password(options: dict[str, Any], writer: LdapOptions, tmp_path: Path) -> None:
    playbook = tmp_path / "playbook.yml"
    playbook.write_text(PLAYBOOK.format(options=json.dumps(options)))
    command = [sys.executable, "-m", "ansible", "playbook", "-vvvv", "--diff", "--inventory", "localhost,"]
    ran = subprocess.run(
        [*command, str(playbook)], env={**os.environ, "ANSIBLE_LOCAL_TEMP": str(tmp_path / "local")},
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    output = ran.stdout + ran.stderr
    assert ran.returncode == 0, output
    assert "changed=1" in output
    assert PASSWORD not in output
    assert (services(tmp_path), value_of(writer).thumbprint) == (("SMTP",), NEW.thumbprint)
