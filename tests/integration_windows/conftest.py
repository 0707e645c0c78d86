"""One run of ansible-playbook over all hosts of `hosts.py`, by the ansible-core of the environment of the tests."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import make_certificate
from ansible_collections.msexchange.transport_tls.tests.fixtures.exports import write_sst
from ansible_collections.msexchange.transport_tls.tests.fixtures.serialized_certificate import serialize
from ansible_collections.msexchange.transport_tls.tests.fixtures.store import Entry, write_store
from ansible_collections.msexchange.transport_tls.tests.fixtures.windows_host import write_faults
from ansible_collections.msexchange.transport_tls.tests.fixtures.windows_targets import start, state, stop
from ansible_collections.msexchange.transport_tls.tests.integration_windows.hosts import TARGETS, directory_ldif

PLAYBOOK = """\
- hosts: all
  gather_facts: false
  tasks:
    - name: collect
      msexchange.transport_tls.win_anon_tls_collect:
        gather_subset: "{{ collect }}"
        exchange_timeout: "{{ patience }}"
      when: collect is defined
      ignore_errors: true
    - name: facts
      msexchange.transport_tls.anon_tls_facts:
        gather_subset: "{{ facts }}"
        store: "{{ store | default(omit) }}"
        directory: "{{ directory | default(omit) }}"
      when: facts is defined
      ignore_errors: true
    - name: select
      msexchange.transport_tls.anon_tls_select:
      when: ansible_facts.anon_tls is defined
      ignore_errors: true
"""
_PATIENCE = 600  # seconds


@dataclass(frozen=True)
class Run:
    """What the run left: the results of its tasks, what it printed, and each host's file before it."""

    folder: Path
    results: dict[tuple[str, str], Any]
    output: str
    before: dict[str, bytes]

    def collected(self, name: str) -> Any:
        return self._of(name, "collect")["anon_tls_windows"]

    def facts(self, name: str) -> Any:
        return self._of(name, "facts")["ansible_facts"]["anon_tls"]

    def decision(self, name: str) -> Any:
        return self._of(name, "select")["decision"]

    def failures(self, name: str) -> dict[str, str]:
        """The parts that failed and why, in the facts."""
        parts: dict[str, str] = {}
        for each in self.facts(name)["failures"]:
            parts[each["part"]] = f"{parts.get(each['part'], '')} {each['reason']}".strip()
        return parts

    def _of(self, name: str, task: str) -> Any:
        result = self.results[name, task]
        assert not result.get("failed"), result.get("msg")
        return result


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("windows") / "lab"
    try:
        start(folder, {name: target.host for name, target in TARGETS.items()})
        yield _ran(folder)
    finally:
        stop(folder)


def _ran(folder: Path) -> Run:
    for name, target in TARGETS.items():
        write_faults(state(folder, name), target.faults)
    _write_variables(folder)
    before = {name: (state(folder, name) / "host.json").read_bytes() for name in TARGETS}
    output = play(folder, PLAYBOOK)
    lines = (folder / "results").read_text(encoding="utf-8").splitlines()
    results = {(line["host"], line["task"]): line["result"] for line in map(json.loads, lines)}
    return Run(folder, results, output, before)


def play(folder: Path, playbook: str, *arguments: str, **settings: str) -> str:
    """Runs a playbook over the laboratory; returns what it printed."""
    (folder / "playbook.yml").write_text(playbook, encoding="utf-8")
    (folder / "results").unlink(missing_ok=True)
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(folder / "collections"),
        "ANSIBLE_CALLBACK_PLUGINS": str(Path(__file__).with_name("callback_plugins")),
        "ANSIBLE_CALLBACKS_ENABLED": "every_result",
        "ANSIBLE_LOCAL_TEMP": str(folder / "local"),
        "ANSIBLE_FORKS": "4",
        "ANSIBLE_INJECT_FACT_VARS": "False",
        "ANON_TLS_RESULTS": str(folder / "results"),
        **settings,
    }
    command = [sys.executable, "-m", "ansible", "playbook", "--inventory", str(folder / "inventory")]
    done = subprocess.run(
        [*command, *arguments, str(folder / "playbook.yml")],
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def _write_variables(folder: Path) -> None:
    """What each host is asked, and a host of this machine beside those that Ansible takes for Windows."""
    (folder / "directory.ldif").write_text(directory_ldif(), encoding="ascii")
    write_store(folder / "store", [Entry("one", make_certificate("CN=POSIX"))])
    variables = folder / "inventory/host_vars"
    variables.mkdir()
    for name, target in TARGETS.items():
        asked: dict[str, object] = {}
        if target.collect is not None:
            asked |= {"collect": target.collect, "patience": target.timeout}
        if target.facts is not None:
            asked["facts"] = target.facts
        if target.host.exchange and not target.host.edge:
            asked["directory"] = {"source": "ldif", "path": str(folder / "directory.ldif")}
        if target.exported:
            exported = [serialize(stored.credential.der) for stored in target.host.certificates]
            (folder / f"{name}.sst").write_bytes(write_sst(exported))
            asked["store"] = {"source": "sst", "remote": False, "path": str(folder / f"{name}.sst")}
        (variables / f"{name}.yml").write_text(yaml.safe_dump(asked))
    posix = {
        "ansible_connection": "local",
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
        "facts": ["identity", "store"],
        "store": {"path": str(folder / "store")},
    }
    (folder / "inventory/posix.yml").write_text(yaml.safe_dump({"posix": {"hosts": {"posix": posix}}}))
