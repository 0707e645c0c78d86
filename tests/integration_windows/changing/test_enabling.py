"""`anon_tls_enable` on hosts that Ansible takes for Windows: what it changes, what it refuses, and what it tells."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.msexchange.transport_tls.tests.fixtures.windows_host import (
    BROKEN,
    HANGS,
    Fault,
    Stored,
    WindowsHost,
    calls,
    mailbox_server,
    other_writer,
    write_faults,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.windows_targets import left, start, state, stop
from ansible_collections.msexchange.transport_tls.tests.integration_windows.conftest import play
from ansible_collections.msexchange.transport_tls.tests.integration_windows.hosts import (
    ISSUING,
    ROOT,
    issued_certificate,
    setup_certificate,
    usual_edge,
)

CHANGING = "Enable-ExchangeCertificate"
PLAYBOOK = """\
- hosts: all
  gather_facts: false
  module_defaults:
    msexchange.transport_tls.anon_tls_enable: &options
      thumbprint: "{{ new }}"
      internal: "{{ internal }}"
  tasks:
    - name: check
      msexchange.transport_tls.anon_tls_enable:
      check_mode: true
      diff: true
      when: "'check' in steps"
      ignore_errors: true
    - name: enable
      msexchange.transport_tls.anon_tls_enable:
      when: "'enable' in steps"
      ignore_errors: true
    - name: again
      msexchange.transport_tls.anon_tls_enable:
        allow_edge_resubscribe: true
      when: "'again' in steps"
      ignore_errors: true
    - name: become
      msexchange.transport_tls.anon_tls_enable:
      become: true
      become_method: ansible.builtin.runas
      become_user: nobody
      when: "'become' in steps"
      ignore_errors: true
    - name: module
      msexchange.transport_tls.win_anon_tls_enable:
        <<: *options
        expected_internal: "{{ old }}"
        exchange_timeout: 15
      when: "'module' in steps"
      ignore_errors: true
"""


THIRD = "3" * 40


@dataclass(frozen=True)
class Server:
    """A host with the certificate that its setup made, the internal one, and one of an authority's without SMTP."""

    host: WindowsHost
    steps: tuple[str, ...]
    internal: str
    faults: Mapping[str, Fault]

    @property
    def old(self) -> str:
        return self.host.certificates[0].credential.thumbprint

    @property
    def new(self) -> str:
        return self.host.certificates[1].credential.thumbprint


def server(
    name: str,
    *steps: str,
    internal: str = "keep",
    faults: Mapping[str, Fault] | None = None,
    edge: bool = False,
    **more: Any,
) -> Server:
    own = Stored(setup_certificate(name))
    issued = Stored(issued_certificate(name), services=("IIS",), issuers=(ISSUING, ROOT), root_ca_type="Enterprise")
    if edge:
        host = replace(usual_edge(name, own), certificates=[own, issued])
    else:
        host = mailbox_server(name, [own, issued], internal=own.credential.thumbprint, **more)
    found = {
        cmdlet: fault.of(fault.only.replace("OLD", host.internal or "")) for cmdlet, fault in (faults or {}).items()
    }
    return Server(host, steps or ("enable",), internal, found)


SERVERS: dict[str, Server] = {
    "keep": server("KEEP", "check", "enable", "again"),
    "replace": server("REPLACE", "enable", "again", internal="replace"),
    "raw": server("RAW", "check", "enable", "again", objects="raw"),
    "edge": server("EDGE", "check", "enable", "again", internal="replace", edge=True),
    "moved": server("MOVED", faults={"Get-EdgeSubscription": other_writer(THIRD)}),
    "halfway": server("HALFWAY", internal="replace", faults={CHANGING: BROKEN.at("midway")}),
    "unkept": server("UNKEPT", faults={CHANGING: BROKEN.of("OLD*")}),
    "futile": server("FUTILE", faults={CHANGING: BROKEN}),
    "overtaken": server("OVERTAKEN", faults={CHANGING: other_writer(THIRD).at("after")}),
    "viewer": server("VIEWER", "check", "enable", view_only=True),
    "shut": server("SHUT", faults={"Open-AnonTlsExchangeShell": BROKEN}),
    "hangs": server("HANGS", "module", internal="replace", faults={CHANGING: HANGS.at("midway")}),
    "become": server("BECOME", "become"),
}


@dataclass(frozen=True)
class Run:
    """What the run left: the results of its tasks, and where the hosts are."""

    folder: Path
    results: dict[tuple[str, str], Any]

    def of(self, name: str, task: str = "enable") -> Any:
        return self.results[name, task]

    def changes(self, name: str) -> list[str]:
        return [line for line in calls(state(self.folder, name)) if line.startswith(CHANGING)]

    def now(self, name: str) -> tuple[str | None, int]:
        """The internal certificate, and the services of the new one, as the host has them."""
        host = json.loads((state(self.folder, name) / "host.json").read_text(encoding="utf-8"))
        new = next(each for each in host["certificates"] if each["thumbprint"] == SERVERS[name].new)
        return host["exchange"]["internal_thumbprint"], new["services"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """One run of ansible-playbook over all of them."""
    folder = tmp_path_factory.mktemp("enabling") / "lab"
    try:
        start(folder, {name: each.host for name, each in SERVERS.items()})
        variables = folder / "inventory/host_vars"
        variables.mkdir()
        for name, each in SERVERS.items():
            write_faults(state(folder, name), each.faults)
            asked = {"steps": [*each.steps], "internal": each.internal, "old": each.old, "new": each.new}
            (variables / f"{name}.yml").write_text(yaml.safe_dump(asked))
        play(folder, PLAYBOOK)
        lines = map(json.loads, (folder / "results").read_text(encoding="utf-8").splitlines())
        yield Run(folder, {(line["host"], line["task"]): line["result"] for line in lines})
    finally:
        stop(folder)


def enabling(*thumbprints: str) -> list[str]:
    return [f"{CHANGING} {thumbprint} SMTP -Force" for thumbprint in thumbprints]


@pytest.mark.parametrize("name", SERVERS)
def test_smtp_alone_is_ever_enabled_and_nothing_is_left_on_the_host(run: Run, name: str) -> None:
    assert all(re.fullmatch(rf"{CHANGING} [0-9A-F]{{40}} SMTP -Force", line) for line in run.changes(name))
    reading = ("Get-", "Search-", "Export-", "Open-")
    assert all(line.startswith((*reading, CHANGING)) for line in calls(state(run.folder, name)))
    assert left(run.folder, name) == []


def test_keep_enables_the_new_one_and_then_the_old_one_again(run: Run) -> None:
    keep, result = SERVERS["keep"], run.of("keep")
    assert not result.get("failed"), result.get("msg")
    assert result["changed"] is True
    assert (result["before"]["services"], result["after"]["services"]) == (["IIS"], ["IIS", "SMTP"])
    assert result["before"]["internal"] == result["after"]["internal"]
    assert result["after"]["internal"]["thumbprint"] == keep.old
    assert run.changes("keep") == enabling(keep.new, keep.old)
    assert run.now("keep") == (keep.old, 8 | 16)


def test_replace_needs_neither_a_directory_server_nor_a_second_cmdlet(run: Run) -> None:
    server, result = SERVERS["replace"], run.of("replace")
    assert not result.get("failed"), result.get("msg")
    assert result["before"]["internal"]["thumbprint"] == server.old
    assert result["after"]["internal"]["thumbprint"] == server.new
    assert run.changes("replace") == enabling(server.new)
    assert run.now("replace") == (server.new, 8 | 16)


@pytest.mark.parametrize("name", ["keep", "replace", "raw"])
def test_a_second_run_changes_nothing_and_runs_no_cmdlet_that_does(run: Run, name: str) -> None:
    again = run.of(name, "again")
    assert not again.get("failed"), again.get("msg")
    assert again["changed"] is False
    assert again["before"] == again["after"] == run.of(name)["after"]


@pytest.mark.parametrize("name", ["keep", "raw"])
def test_check_mode_shows_in_its_diff_what_the_change_then_does(run: Run, name: str) -> None:
    check, result = run.of(name, "check"), run.of(name)
    assert check["changed"] is True
    assert check["diff"] == {"before": result["before"], "after": result["after"]}
    assert len(run.changes(name)) == 2


def test_an_edge_is_not_changed_unless_that_is_allowed(run: Run) -> None:
    edge = SERVERS["edge"]
    for task in ("check", "enable"):
        assert "allow_edge_resubscribe" in run.of("edge", task)["msg"]
    allowed = run.of("edge", "again")
    assert not allowed.get("failed"), allowed.get("msg")
    assert allowed["after"]["internal"]["thumbprint"] == edge.new
    assert run.changes("edge") == enabling(edge.new)


def test_what_somebody_changed_after_it_was_read_is_left_so(run: Run) -> None:
    result = run.of("moved")
    assert result["failed"] is True
    assert f"it was {SERVERS['moved'].old} when it was read before, and is {THIRD}" in result["msg"]
    assert result["msg"].endswith("Nothing was changed.")
    assert (result["changed"], run.changes("moved")) == (False, [])


def test_a_cmdlet_that_reports_an_error_and_changed_something_all_the_same(run: Run) -> None:
    server, result = SERVERS["halfway"], run.of("halfway")
    assert (result["failed"], result["changed"]) == (True, True)
    assert BROKEN.message.rstrip(".") in result["msg"]
    assert f"is {server.old} now, and not {server.new}" in result["msg"]
    assert result["after"]["services"] == ["IIS", "SMTP"]
    assert result["after"]["internal"]["thumbprint"] == server.old


def test_an_internal_certificate_that_could_not_be_kept_is_told_with_the_line_to_run(run: Run) -> None:
    server, result = SERVERS["unkept"], run.of("unkept")
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["after"]["internal"]["thumbprint"] == server.new
    assert (
        f"run on the server: Enable-ExchangeCertificate -Thumbprint {server.old} -Services SMTP -Force" in result["msg"]
    )


def test_a_cmdlet_that_fails_before_anything_has_changed_nothing(run: Run) -> None:
    server, result = SERVERS["futile"], run.of("futile")
    assert (result["failed"], result["changed"]) == (True, False)
    assert "Nothing was changed, as was read afterwards" in result["msg"]
    assert result["after"] == result["before"]
    assert run.changes("futile") == enabling(server.new)


def test_another_writer_is_not_overwritten(run: Run) -> None:
    server, result = SERVERS["overtaken"], run.of("overtaken")
    assert (result["failed"], result["changed"]) == (True, True)
    assert f"is {THIRD} now, by somebody else" in result["msg"]
    assert run.changes("overtaken") == enabling(server.new)


@pytest.mark.parametrize("task", ["check", "enable"])
def test_an_account_that_may_only_read_is_refused_in_check_mode_too(run: Run, task: str) -> None:
    result = run.of("viewer", task)
    assert (result["failed"], result["changed"]) == (True, False)
    assert "Organization Management" in result["msg"]
    assert run.changes("viewer") == []


def test_without_the_shell_nothing_is_tried(run: Run) -> None:
    result = run.of("shut")
    assert result["failed"] is True
    assert "Opening the Exchange Management Shell" in result["msg"]
    assert run.changes("shut") == []


def test_a_change_that_hangs_is_given_up_in_time(run: Run) -> None:
    server, said = SERVERS["hangs"], run.of("hangs", "module")["anon_tls_windows"]
    assert said["problem"].startswith(
        f"Enable-ExchangeCertificate -Thumbprint {server.new} -Services SMTP -Force was given"
    )
    assert (said["after"], said["changed"]) == (None, True)


def test_where_become_is_refused_nothing_is_changed(run: Run) -> None:
    result = run.of("become", "become")
    assert result["failed"] is True
    assert calls(state(run.folder, "become")) == []
