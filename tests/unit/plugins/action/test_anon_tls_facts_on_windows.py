"""The action asks a Windows host once, with its own module, sends nothing it need not know, and reads its answer."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure

from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import exchange_certificate
from ansible_collections.msexchange.transport_tls.tests.fixtures.windows_answer import (
    FQDN,
    UNTRUSTED_ROOT,
    Stored,
    edge_answer,
    failed,
    hub_answer,
)
from ansible_collections.msexchange.transport_tls.tests.unit.plugins.action.test_anon_tls_facts import (
    LDIF,
    NOBODY,
    Target,
    lab,
    run,
    variable,
)

__all__ = ["lab"]

MODULE = "msexchange.transport_tls.win_anon_tls_collect"
OWN = Stored(exchange_certificate("EX01", "contoso.com"), status=UNTRUSTED_ROOT)
EDGES_OWN = Stored(exchange_certificate("EDGE01", "contoso.com"), status=UNTRUSTED_ROOT)
HUB = hub_answer([OWN], internal=OWN.credential)
EDGE = edge_answer([EDGES_OWN], internal=EDGES_OWN.credential)
DEFAULT = ["identity", "store", "directory", "exchange"]


def host(answer: dict[str, Any] | None = None, **more: Any) -> Target:
    return Target({"anon_tls_windows": HUB if answer is None else answer, "changed": False, **more})


def read(base: Path, options: dict[str, Any], target: Target, **fields: Any) -> dict[str, Any]:
    facts: dict[str, Any] = run(base, options, target, windows=True, **fields)["ansible_facts"]["anon_tls"]
    return facts


def test_a_windows_host_is_asked_once_by_its_own_module(lab: Path) -> None:
    target = host()
    facts = read(lab, {}, target)
    assert target.modules == [MODULE]
    assert target.sent == [{"gather_subset": DEFAULT, "identity": {}, "events_days": 30}]
    assert facts["store"]["source"] == "windows"
    assert (facts["server"]["name"], facts["server"]["role"]) == ("EX01", "hub")
    assert facts["identity"]["fqdn"] == FQDN
    assert facts["exchange"]["internal_thumbprint"] == OWN.thumbprint
    assert (facts["observed_events"], facts["failures"], facts["warnings"]) == (None, [], [])


def test_a_posix_host_is_asked_by_the_module_of_posix(lab: Path) -> None:
    target = Target({"failed": True, "msg": "no Python"})
    assert run(lab, {"store": {"path": "/srv"}}, target) == {"failed": True, "msg": "no Python"}
    assert target.modules == ["msexchange.transport_tls.anon_tls_facts"]


def test_only_what_the_host_must_know_is_sent(lab: Path) -> None:
    target = host()
    options = {
        "gather_subset": ["events", "exchange", "directory", "store"],
        "identity": {"fqdn": " mail.contoso.com", "hostname": " ", "cluster_names": ["nlb.contoso.com", ""]},
        "events_days": 7,
        "directory": {**NOBODY, "source": "ldap"},
        "server_name": "EX01",
    }
    result = run(lab, options, target, windows=True)
    assert target.sent == [
        {
            "gather_subset": ["identity", "store", "exchange", "events"],
            "identity": {"fqdn": "mail.contoso.com", "cluster_names": ["nlb.contoso.com"]},
            "events_days": 7,
        }
    ]
    assert "hush" not in str(target.sent)
    assert "hush" not in str(result)


def test_the_password_of_a_directory_is_not_in_the_result(lab: Path) -> None:
    target = host(invocation={"module_args": {"gather_subset": DEFAULT}})
    options = {"directory": {**NOBODY, "source": "ldap"}}
    result = run(lab, options, target, windows=True)
    assert result["invocation"]["module_args"]["directory"]["server"] == NOBODY["server"]
    assert "hush" not in str(result)


@pytest.mark.parametrize(
    ("directory", "variables", "asked"),
    [
        ({}, {}, True),
        (NOBODY, {}, True),
        ({"source": "adlds"}, {}, True),
        ({}, {"anon_tls_directory": variable()}, False),
        ({"source": "none"}, {}, False),
        (LDIF, {}, False),
    ],
    ids=["auto", "auto with a server", "adlds", "inventory", "none", "ldif"],
)
def test_the_host_is_asked_for_its_directory_only_where_that_may_count(
    lab: Path, directory: dict[str, Any], variables: dict[str, Any], asked: bool
) -> None:
    target = host()
    read(lab, {"directory": directory}, target, task_vars=variables)
    assert ("directory" in target.sent[0]["gather_subset"]) == asked


def test_an_edge_tells_of_its_own_directory_and_no_other_is_read(lab: Path) -> None:
    facts = read(lab, {"directory": NOBODY}, host(EDGE))
    assert (facts["directory"]["source"], facts["directory"]["thumbprint"]) == ("adlds", EDGES_OWN.thumbprint)
    assert facts["failures"] == []


def test_a_mailbox_server_is_looked_up_over_ldap_where_a_server_is_named(lab: Path) -> None:
    facts = read(lab, {"directory": NOBODY}, host())
    assert facts["directory"]["source"] == "ldap"
    assert "is down" in facts["directory"]["reason"]


def test_the_inventory_counts_before_the_own_directory(lab: Path) -> None:
    facts = read(lab, {}, host(EDGE), task_vars={"anon_tls_directory": variable()})
    assert facts["directory"]["source"] == "inventory"


def test_options_of_ldap_are_checked_before_the_host_is_asked(lab: Path) -> None:
    target = host()
    with pytest.raises(AnsibleActionFail, match="needs directory"):
        run(lab, {"directory": {"server": "dc1"}}, target, windows=True)
    assert target.sent == []


def test_the_directory_alone_does_not_need_the_host_where_the_server_is_named(lab: Path) -> None:
    target = host()
    options = {"gather_subset": ["directory"], "directory": LDIF, "server_name": "EX01"}
    assert read(lab, options, target)["directory"]["status"] == "present"
    assert target.sent == []


def test_the_directory_alone_needs_the_hosts_name_where_it_is_not(lab: Path) -> None:
    target = host()
    facts = read(lab, {"gather_subset": ["directory"], "directory": LDIF}, target)
    assert target.sent[0]["gather_subset"] == ["identity"]
    assert facts["directory"]["status"] == "present"


def test_an_export_of_a_windows_host_is_read_here_without_asking_it(lab: Path) -> None:
    target = host()
    facts = read(lab, {"store": {"path": "ex01", "remote": False}, "directory": LDIF, "server_name": "EX01"}, target)
    assert target.sent == []
    assert (facts["store"]["source"], facts["exchange"], facts["observed_events"]) == ("folder", None, None)
    assert facts["failures"] == []


def test_exchange_and_events_of_a_posix_host_are_not_gathered_and_no_failure(lab: Path) -> None:
    answer = {"names": {"hostname": "host", "fqdn": "host.example.com"}, "folder": None, "failure": None}
    result = run(lab, {"gather_subset": ["exchange", "events"]}, Target({"anon_tls_target": answer}))
    facts = result["ansible_facts"]["anon_tls"]
    assert (facts["exchange"], facts["observed_events"], facts["failures"]) == (None, None, [])
    assert "warnings" not in result


def test_a_part_that_failed_is_a_warning_with_what_to_do(lab: Path) -> None:
    answer = failed(HUB, "exchange", "a logon error; set become: true with become_method: runas")
    result = run(lab, {}, host(answer), windows=True)
    assert result["warnings"] == [
        "exchange could not be gathered: a logon error; set become: true with become_method: runas"
    ]


@pytest.mark.parametrize(
    "answer",
    [{"failed": True, "msg": "Ansible requires PowerShell v5.1 or newer"}, {"failed": True}],
    ids=["with a reason", "without"],
)
def test_a_module_that_failed_says_what_the_host_needs(lab: Path, answer: dict[str, Any]) -> None:
    result = run(lab, {}, Target(answer), windows=True)
    assert result["failed"] is True
    assert answer.get("msg", "no reason came") in result["msg"]
    assert "needs Windows PowerShell 5.1" in result["msg"]
    assert "ansible_facts" not in result


def test_an_unreachable_host_stays_unreachable(lab: Path) -> None:
    with pytest.raises(AnsibleConnectionFailure, match="no route"):
        run(lab, {}, Target(AnsibleConnectionFailure("no route")), windows=True)


@pytest.mark.parametrize(
    "answer",
    [{"changed": False}, {"skipped": True}, {"anon_tls_windows": {}}, {"anon_tls_windows": "half"}],
    ids=["nothing", "skipped", "empty", "a text"],
)
def test_half_an_answer_is_an_error(lab: Path, answer: dict[str, Any]) -> None:
    with pytest.raises(AnsibleActionFail, match="the answer of the Windows host cannot be understood"):
        run(lab, {}, Target(answer), windows=True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"store": {"path": "C:\\store"}}, r"store\.path: the store of a Windows host"),
        ({"store": {"source": "folder", "path": "C:\\store"}}, "folder cannot be read on a Windows host"),
        ({"store": {"source": "windows", "remote": False}}, "set store.remote to true, or export"),
        ({"store": {"password": "hush"}}, r"store\.password"),
        (
            {"directory": {"source": "adlds"}, "store": {"path": "x", "remote": False}},
            "store.remote false leaves alone",
        ),
        ({"events_days": 100000}, "events_days is 100000"),
    ],
)
def test_a_mistake_is_an_error_before_the_host_is_asked(lab: Path, options: dict[str, Any], message: str) -> None:
    target = host()
    with pytest.raises(AnsibleActionFail, match=message) as caught:
        run(lab, options, target, windows=True)
    assert target.sent == []
    assert "hush" not in str(caught.value)


def test_what_core_adds_to_the_answer_stays(lab: Path) -> None:
    result = run(lab, {}, host(warnings=["an old shell"]), windows=True)
    assert result["warnings"] == ["an old shell"]
    assert "anon_tls_windows" not in result


def test_check_mode_gives_the_same(lab: Path) -> None:
    facts = [read(lab, {}, host(), check_mode=check_mode) for check_mode in (False, True)]
    assert len({str({**each, "collected_at": None}) for each in facts}) == 1
