"""The password of the bind is in no output of a real run, however loud, be it right or wrong."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.msexchange.transport_tls.tests.fixtures.forest import PASSWORD, READER, user_dn
from ansible_collections.msexchange.transport_tls.tests.fixtures.samba_ad import DomainController

from .conftest import Authority

WRONG = "Wr0ng-Passw0rd!"
VARIABLE = "ANON_TLS_LDAP_PASSWORD"


def run_loud(place: Path, program: str, *arguments: str, **more: str) -> str:
    """All that an ansible program writes with -vvvv, its log among it."""
    environment = {**os.environ, "ANSIBLE_LOG_PATH": str(place / "log"), "ANSIBLE_DEBUG": "false", **more}
    command = [str(Path(sys.executable).with_name(program)), "-vvvv", *arguments]
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)
    log = place / "log"
    return done.stdout + done.stderr + (log.read_text() if log.exists() else "")


@pytest.mark.parametrize("password", [PASSWORD, WRONG])
def test_an_inventory_tells_no_password(
    controller: DomainController, authority: Authority, tmp_path: Path, password: str
) -> None:
    inventory = {
        "plugin": "msexchange.transport_tls.exchange_servers",
        "server": [controller.ldaps],
        "username": user_dn(READER),
        "ca_certificates": str(authority.file),
    }
    (tmp_path / "exchange_servers.yml").write_text(json.dumps(inventory))
    said = run_loud(tmp_path, "ansible-inventory", "-i", "exchange_servers.yml", "--list", **{VARIABLE: password})
    assert ("ex01.contoso.com" if password == PASSWORD else "refuses the bind") in said
    assert password not in said


@pytest.mark.parametrize("password", [PASSWORD, WRONG])
def test_a_play_tells_no_password(
    controller: DomainController, authority: Authority, tmp_path: Path, password: str
) -> None:
    directory = {
        "source": "ldap",
        "server": [controller.ldaps],
        "username": user_dn(READER),
        "password": "{{ secret }}",
        "ca_certificates": str(authority.file),
    }
    (tmp_path / "stores").mkdir()
    task = {
        "name": "Gather",
        "msexchange.transport_tls.anon_tls_facts": {
            "server_name": "EX01",
            "store": {"source": "folder", "path": str(tmp_path / "stores")},
            "directory": directory,
        },
    }
    play = {"name": "Audit", "hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": [task]}
    (tmp_path / "play.yml").write_text(json.dumps([play]))
    (tmp_path / "secret.yml").write_text(json.dumps({"secret": password}))
    said = run_loud(tmp_path, "ansible-playbook", "-e", "@secret.yml", "play.yml")
    assert "TASK [Gather]" in said
    assert user_dn(READER) in said or "anon_tls" in said
    assert password not in said
