"""The password of the directory is in no output, however verbose, and in nothing that is sent to a host."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from base64 import b64decode
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import make_certificate
from ansible_collections.msexchange.transport_tls.tests.fixtures.store import Entry, write_store

SECRET = "Zq7-S3cret-Passw0rd"
PLAYBOOK = """\
- hosts: all
  connection: local
  gather_facts: false
  vars:
    ansible_python_interpreter: "{{{{ ansible_playbook_python }}}}"
  tasks:
    - msexchange.transport_tls.anon_tls_facts:
        store:
          path: {store}
        directory: {directory}
        server_name: EX01
      register: gathered
    - ansible.builtin.debug:
        var: gathered
"""
SERVER = {"source": "ldap", "server": ["ldaps://127.0.0.1:1"], "username": "audit", "timeout": 3}
_ARCHIVE = re.compile(r"(?:ZIPDATA|zip_data|data) ?= ?\W*([A-Za-z0-9+/=]{1000,})")


def everything_in(folder: Path) -> bytes:
    """All that was sent, and what is packed in it."""
    contents = b""
    for file in folder.rglob("*"):
        if file.is_file():
            contents += file.read_bytes()
            for packed in _ARCHIVE.findall(file.read_text(errors="replace")):
                with ZipFile(BytesIO(b64decode(packed))) as archive:
                    contents += b"".join(map(archive.read, archive.namelist()))
    return contents


@pytest.mark.parametrize("environment", [False, True], ids=["an option", "an environment variable"])
def test_a_password_is_neither_shown_nor_sent(tmp_path: Path, environment: bool) -> None:
    write_store(tmp_path / "ex01", [Entry("one", make_certificate("CN=EX01"))])
    directory = SERVER if environment else {**SERVER, "password": SECRET}
    playbook = tmp_path / "playbook.yml"
    playbook.write_text(PLAYBOOK.format(store=tmp_path / "ex01", directory=json.dumps(directory)))
    sent = tmp_path / "sent"
    variables = {
        **os.environ,
        **({"ANON_TLS_LDAP_PASSWORD": SECRET} if environment else {}),
        "ANSIBLE_KEEP_REMOTE_FILES": "True",
        "ANSIBLE_REMOTE_TMP": str(sent),
        "ANSIBLE_PIPELINING": "False",
        "ANSIBLE_LOCAL_TEMP": str(tmp_path / "local"),
    }
    command = [sys.executable, "-m", "ansible", "playbook", "-vvvv", "--inventory", "localhost,", str(playbook)]
    ran = subprocess.run(command, env=variables, capture_output=True, text=True, check=False, cwd=tmp_path)
    output = ran.stdout + ran.stderr
    assert ran.returncode == 0, output
    assert "ldaps://127.0.0.1:1 is down" in output
    assert SECRET not in output
    payload = everything_in(sent)
    assert str(tmp_path / "ex01").encode() in payload
    assert b"anon_tls_target" in payload
    assert SECRET.encode() not in payload
    assert b"127.0.0.1:1" not in payload
