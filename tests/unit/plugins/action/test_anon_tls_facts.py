"""The action sends to a target only what it may, reads the rest here, and puts failures into words."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import builtins
import importlib
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.task import Task

from ansible_collections.msexchange.transport_tls.plugins.action import anon_tls_facts
from ansible_collections.msexchange.transport_tls.plugins.module_utils._folder_store import read_folder
from ansible_collections.msexchange.transport_tls.plugins.module_utils._sealed_answer import sealed
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.exchange_objects import find_server
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.inventory_variable import variable_of
from ansible_collections.msexchange.transport_tls.tests.fixtures import shell_objects
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import make_certificate
from ansible_collections.msexchange.transport_tls.tests.fixtures.exports import write_pkcs12, write_sst
from ansible_collections.msexchange.transport_tls.tests.fixtures.ldif import (
    ADLDS_CONFIGURATION,
    EDGE,
    server_entry,
    write_ldif,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.serialized_certificate import serialize
from ansible_collections.msexchange.transport_tls.tests.fixtures.store import Entry, write_store

ONE = make_certificate("CN=EX01")
NAMES = {"hostname": "host", "fqdn": "host.example.com"}


class Target:
    """A host behind a connection: it notes what it is sent, and answers as the module would."""

    def __init__(self, answer: Mapping[str, Any] | Exception) -> None:
        self.answer = answer
        self.modules: list[str] = []
        self.sent: list[dict[str, Any]] = []

    def execute(self, *, module_name: str, module_args: dict[str, Any], task_vars: object) -> dict[str, Any]:
        self.modules.append(module_name)
        self.sent.append(module_args)
        if isinstance(self.answer, Exception):
            raise self.answer
        return dict(self.answer)


def run(
    base: Path,
    options: dict[str, Any],
    target: Target | None = None,
    *,
    windows: bool = False,
    check_mode: bool = False,
    action: ModuleType = anon_tls_facts,
    task_vars: dict[str, Any] | None = None,
) -> dict[str, Any]:
    task = Task()
    task.action = "msexchange.transport_tls.anon_tls_facts"
    task.args = options
    task.check_mode = check_mode
    task.get_search_path = lambda: [str(base)]
    loader = DataLoader()
    loader.set_basedir(str(base))
    connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir=None, _IS_WINDOWS=windows))
    module = action.ActionModule(
        task=task, connection=connection, play_context=None, loader=loader, templar=None, shared_loader_obj=None
    )
    module._execute_module = (target or Target(AssertionError("the target was asked"))).execute
    result: dict[str, Any] = module.run(task_vars=task_vars or {})
    return result


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    write_store(tmp_path / "files" / "ex01", [Entry("one", ONE, services=("SMTP",))], roots=[ONE])
    (tmp_path / "files" / "exchange.ldf").write_text(write_ldif([server_entry("EX01", internal_certificate=ONE.der)]))
    return tmp_path


def folder_of(lab: Path) -> dict[str, Any]:
    return {"names": NAMES, "folder": read_folder(str(lab / "files" / "ex01")), "failure": None}


LDIF = {"source": "ldif", "path": "files/exchange.ldf"}


def test_an_export_is_read_here_without_asking_the_target(lab: Path) -> None:
    options = {"store": {"path": "files/ex01", "remote": False}, "directory": LDIF, "server_name": "EX01"}
    result = run(lab, options, windows=True)
    facts = result["ansible_facts"]["anon_tls"]
    assert facts["directory"]["thumbprint"] == ONE.thumbprint
    assert [each["thumbprint"] for each in facts["store"]["certificates"]] == [ONE.thumbprint]
    assert facts["identity"]["fqdn"] == "ex01.contoso.com"
    assert (result["changed"], "warnings" in result) == (False, False)


@pytest.mark.parametrize("path", ["files/ex01", "ex01", "./files/ex01", "{lab}/files/ex01"])
def test_relative_paths_are_those_of_the_playbook_and_its_files(lab: Path, path: str) -> None:
    result = run(lab, {"gather_subset": ["store"], "store": {"path": path.format(lab=lab), "remote": False}})
    assert result["ansible_facts"]["anon_tls"]["store"]["certificates"]


def test_named_roots_and_intermediates_are_looked_for_in_the_same_way(lab: Path) -> None:
    store = {"path": "files/ex01", "remote": False, "trusted_roots": ["ex01/roots"], "intermediates": ["files/ex01"]}
    result = run(lab, {"gather_subset": ["store"], "store": store})
    (certificate,) = result["ansible_facts"]["anon_tls"]["store"]["certificates"]
    assert certificate["trust"]["status"] == "trusted"


def test_a_target_is_sent_what_it_needs_as_the_user_wrote_it(lab: Path) -> None:
    target = Target({"anon_tls_target": folder_of(lab), "changed": False})
    options = {
        "gather_subset": ["store", "directory"],
        "store": {"path": "~/ex01"},
        "directory": LDIF,
        "server_name": "EX01",
        "identity": {"hostname": "EX01"},
        "events_days": 7,
    }
    result = run(lab, options, target)
    assert target.modules == ["msexchange.transport_tls.anon_tls_facts"]
    assert target.sent == [{name: options[name] for name in ("gather_subset", "store", "identity", "events_days")}]
    assert result["ansible_facts"]["anon_tls"]["directory"]["status"] == "present"
    assert "anon_tls_target" not in result


def test_the_names_of_the_target_are_those_of_the_facts(lab: Path) -> None:
    target = Target({"anon_tls_target": {"names": NAMES, "folder": None, "failure": None}})
    facts = run(lab, {"gather_subset": ["identity"], "identity": {"fqdn": "mail.contoso.com", "hostname": " "}}, target)
    identity = facts["ansible_facts"]["anon_tls"]["identity"]
    assert (identity["fqdn"], identity["hostname"], identity["physical_fqdn"]) == (
        "mail.contoso.com",
        "host",
        "host.example.com",
    )


def test_what_core_adds_to_the_answer_stays_and_invocation_shows_the_users_options(lab: Path) -> None:
    target = Target(
        {
            "anon_tls_target": folder_of(lab),
            "ansible_facts": {"discovered_interpreter_python": "/usr/bin/python3"},
            "invocation": {"module_args": {"gather_subset": ["store"], "directory": None}},
            "warnings": ["an old interpreter"],
        }
    )
    options = {"gather_subset": ["store"], "store": {"path": "/srv/ex01"}, "server_name": "EX01"}
    result = run(lab, options, target)
    assert set(result["ansible_facts"]) == {"anon_tls", "discovered_interpreter_python"}
    assert result["invocation"] == {"module_args": options}
    assert result["warnings"] == ["an old interpreter"]


@pytest.mark.parametrize("store", [{"path": "/srv/ex01", "password": "hush"}, "path=/srv/ex01 password=hush"])
def test_a_password_goes_to_the_target_alone(lab: Path, store: object) -> None:
    target = Target(
        {"anon_tls_target": sealed(folder_of(lab), "hush"), "invocation": {"module_args": {"store": {"password": "*"}}}}
    )
    result = run(lab, {"gather_subset": ["store"], "store": store}, target)
    assert target.sent[0]["store"] == store
    assert result["ansible_facts"]["anon_tls"]["store"]["certificates"]
    assert "hush" not in str(result)


def test_a_password_opens_a_folder_here(lab: Path) -> None:
    (lab / "files" / "ex01" / "two.pfx").write_bytes(write_pkcs12(make_certificate("CN=two"), "hush"))
    result = run(lab, {"gather_subset": ["store"], "store": {"path": "ex01", "remote": False, "password": "hush"}})
    assert [each["subject"] for each in result["ansible_facts"]["anon_tls"]["store"]["certificates"]] == [
        "CN=EX01",
        "CN=two",
    ]
    assert "hush" not in str(result)


def test_exports_of_the_management_shell_tell_everything_without_a_name(lab: Path) -> None:
    shell_objects.write_exports(
        lab / "files" / "EX01",
        certificates=[shell_objects.exchange_certificate(ONE)],
        servers=[shell_objects.exchange_server("EX01")],
        transport=[shell_objects.transport_service("EX01", ONE.thumbprint)],
    )
    shell = {"source": "clixml", "path": "EX01"}
    facts = run(lab, {"store": {**shell, "remote": False}, "directory": shell})["ansible_facts"]["anon_tls"]
    assert (facts["store"]["source"], facts["directory"]["source"]) == ("clixml", "clixml")
    assert (facts["server"]["role"], facts["identity"]["fqdn"]) == ("hub", "ex01.contoso.com")
    assert facts["directory"]["thumbprint"] == ONE.thumbprint


@pytest.mark.parametrize("path", ["files/my.sst", "files"])
def test_an_export_of_a_store_is_read_here(lab: Path, path: str) -> None:
    (lab / "files" / "my.sst").write_bytes(write_sst([serialize(ONE.der)]))
    store = {"source": "sst", "path": path, "remote": False, "trusted_roots": ["ex01/roots"], "intermediates": []}
    facts = run(lab, {"store": store, "directory": LDIF, "server_name": "EX01"})["ansible_facts"]["anon_tls"]
    assert facts["store"]["source"] == "sst"
    assert [each["trust"]["status"] for each in facts["store"]["certificates"]] == ["trusted"]
    assert facts["identity"]["fqdn"] == "ex01.contoso.com"


def test_an_export_that_cannot_be_read_is_a_failure_of_the_store(lab: Path) -> None:
    store = {"source": "registry", "path": "files/exchange.ldf", "remote": False}
    facts = run(lab, {"store": store, "directory": LDIF, "server_name": "EX01"})["ansible_facts"]["anon_tls"]
    assert facts["store"] is None
    (failure,) = facts["failures"]
    assert "is no export of the registry" in failure["reason"]


def test_check_mode_gives_the_same(lab: Path) -> None:
    options = {"store": {"path": "ex01", "remote": False}, "server_name": "EX01"}
    assert run(lab, options, check_mode=True) == run(lab, options)


def test_a_part_that_failed_is_a_warning(lab: Path) -> None:
    answer = {"names": NAMES, "folder": None, "failure": "there is no folder /srv/ex01"}
    options = {"store": {"path": "/srv/ex01"}, "directory": LDIF, "server_name": "EX01"}
    result = run(lab, options, Target({"anon_tls_target": answer}))
    assert result["warnings"] == ["store could not be gathered: there is no folder /srv/ex01"]
    assert result["ansible_facts"]["anon_tls"]["failures"] == [
        {"part": "store", "reason": "there is no folder /srv/ex01"}
    ]


def test_a_module_that_failed_is_the_result(lab: Path) -> None:
    target = Target({"failed": True, "msg": "no Python"})
    assert run(lab, {"store": {"path": "/srv"}}, target) == {"failed": True, "msg": "no Python"}


def test_an_unreachable_host_stays_unreachable(lab: Path) -> None:
    with pytest.raises(AnsibleConnectionFailure):
        run(lab, {"store": {"path": "/srv"}}, Target(AnsibleConnectionFailure("no route")))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "store.path is missing"),
        ({"gather_subset": []}, "gather_subset is empty"),
        ({"gather_subset": ["registry"]}, "value of gather_subset must be one or more of"),
        ({"store": {"path": "x", "source": "pfx"}}, "value of source must be one of"),
        ({"store": {"source": "windows"}}, "needs a Windows target"),
        ({"store": {"path": "x"}, "directory": {"source": "adlds"}}, "read on the Edge itself"),
        ({"store": {"path": "x"}, "events_days": 0}, "events_days is 0"),
        ({"store": {"path": "x", "passphrase": "x"}}, "Unsupported parameters"),
        ({"store": "x"}, "dictionary requested"),
        ({"store": {"path": "x"}, "directory": {"source": "ldif"}}, "path"),
        ({"store": {"path": "x"}, "directory": {"source": "clixml"}}, "path"),
        ({"store": {"path": "x"}, "directory": {"path": "x.ldf"}}, "set directory.source to ldif or clixml"),
        ({"store": {"path": "x", "source": "clixml"}}, "clixml is an export.*set store.remote to false"),
        ({"store": {"path": "x", "source": "sst"}}, "sst is an export.*set store.remote to false"),
        ({"store": {"path": "x", "source": "registry", "remote": True}}, "set store.remote to false"),
        ({"store": {"path": "x.sst", "source": "sst", "remote": False}}, "x.sst: .*no such file"),
        ({"store": {"path": "nowhere", "remote": False}}, "there is no folder .*/nowhere"),
        ({"store": {"path": "files/exchange.ldf", "remote": False}}, "is no folder"),
        ({"store": {"path": "ex01", "remote": False, "trusted_roots": ["x"]}}, "there is no file or folder"),
        (
            {"gather_subset": ["directory"], "server_name": "EX01", "directory": {"source": "ldif", "path": "x.ldf"}},
            "x.ldf",
        ),
    ],
)
def test_a_mistake_is_an_error_that_names_it(lab: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(AnsibleActionFail, match=message):
        run(lab, options)


ALONE = {"gather_subset": ["directory"], "server_name": "EX01"}
NOBODY = {"server": ["ldaps://127.0.0.1:1"], "username": "audit", "password": "hush", "timeout": 3}


def variable(**fields: Any) -> dict[str, Any]:
    entries = [server_entry("EX01", internal_certificate=ONE.der, **fields)]
    return variable_of(find_server(entries, "EX01", "inventory"), datetime(2026, 11, 23, tzinfo=UTC))


@pytest.mark.parametrize(
    "directory", [{"source": "ldap", **NOBODY}, NOBODY, "source=ldap server=127.0.0.1:1 username=audit password=hush"]
)
def test_a_directory_that_is_down_is_an_error_without_the_password(lab: Path, directory: object) -> None:
    with pytest.raises(AnsibleActionFail) as caught:
        run(lab, {**ALONE, "directory": directory})
    assert "127.0.0.1:1 is down" in str(caught.value)
    assert "hush" not in "".join(traceback.format_exception(caught.value))


def test_nothing_of_the_directory_is_sent_to_a_target(lab: Path) -> None:
    target = Target(
        {"anon_tls_target": folder_of(lab), "invocation": {"module_args": {"directory": {"password": "*"}}}}
    )
    options = {"store": {"path": "/srv"}, "directory": NOBODY, "server_name": "EX01"}
    result = run(lab, options, target)
    assert target.sent == [{"store": {"path": "/srv"}}]
    assert "is down" in result["ansible_facts"]["anon_tls"]["directory"]["reason"]
    assert "hush" not in str(result)


def test_what_is_not_given_comes_from_the_environment(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"SERVER": "127.0.0.1:1,127.0.0.1:2", "USERNAME": "audit", "PASSWORD": "hush"}.items():
        monkeypatch.setenv(f"ANON_TLS_LDAP_{name}", value)
    with pytest.raises(AnsibleActionFail, match=r"127\.0\.0\.1:1 is down.*127\.0\.0\.1:2 is down"):
        run(lab, ALONE)
    monkeypatch.setenv("ANON_TLS_LDAP_BIND", "anonymous")
    with pytest.raises(AnsibleActionFail, match="anonymous takes neither"):
        run(lab, ALONE)
    assert run(lab, {**ALONE, "directory": LDIF})["ansible_facts"]["anon_tls"]["directory"]["source"] == "ldif"


def test_the_inventory_is_taken_where_it_knows_the_host(lab: Path) -> None:
    result = run(
        lab, {"gather_subset": ["directory"], "directory": NOBODY}, task_vars={"anon_tls_directory": variable()}
    )
    facts = result["ansible_facts"]["anon_tls"]
    assert (facts["server"]["name"], facts["directory"]["thumbprint"]) == ("EX01", ONE.thumbprint)
    assert facts["directory"]["source"] == "inventory"
    assert facts["collected_at"] == "2026-11-23T00:00:00Z"


def test_an_inventory_without_the_host_says_what_to_do(lab: Path) -> None:
    with pytest.raises(AnsibleActionFail, match="no variable anon_tls_directory; add the inventory plugin"):
        run(lab, {**ALONE, "directory": {"source": "inventory"}})


@pytest.mark.parametrize("broken", [{}, [], {"schema_version": 2}, 1])
def test_a_variable_of_another_form_says_what_to_do(lab: Path, broken: object) -> None:
    with pytest.raises(AnsibleActionFail, match=r"anon_tls_directory.*read the directory again"):
        run(lab, ALONE, task_vars={"anon_tls_directory": broken})


def test_the_variable_of_another_server_is_not_taken(lab: Path) -> None:
    with pytest.raises(AnsibleActionFail, match="is of EX01, and server_name is EX02"):
        run(lab, {**ALONE, "server_name": "EX02"}, task_vars={"anon_tls_directory": variable()})


def test_an_edges_own_value_is_compared_with_what_the_inventory_has_of_it(lab: Path) -> None:
    own = server_entry("EX01", roles=EDGE, internal_certificate=b"A" * 40, configuration=ADLDS_CONFIGURATION)
    (lab / "files" / "edge.ldf").write_text(write_ldif([own]))
    directory = {"source": "ldif", "path": "edge.ldf"}
    facts = run(lab, {**ALONE, "directory": directory}, task_vars={"anon_tls_directory": variable(roles=EDGE)})[
        "ansible_facts"
    ]["anon_tls"]
    assert facts["directory"]["thumbprint"] == "A" * 40
    assert facts["directory"]["published_thumbprint"] == ONE.thumbprint


@pytest.mark.parametrize(
    ("directory", "message"),
    [
        ({"source": "ldap"}, "directory.server is missing"),
        ({"server": "ldap://dc1", "username": "audit", "password": "hush"}, "password in clear"),
        ({"server": "dc1"}, "needs directory.username and directory.password"),
        ({"server": "http://dc1", "bind": "anonymous"}, "is no server of a directory"),
        ({"server": "dc1", "bind": "ntlm"}, "value of bind must be one of"),
        ({"server": "dc1", "path": "x.ldf"}, "set directory.source to ldif or clixml"),
    ],
)
def test_options_of_ldap_that_cannot_work_are_an_error(lab: Path, directory: dict[str, Any], message: str) -> None:
    with pytest.raises(AnsibleActionFail, match=message) as caught:
        run(lab, {**ALONE, "directory": directory})
    assert "hush" not in str(caught.value)


def test_the_directory_of_a_windows_host_can_be_read(lab: Path) -> None:
    options = {"gather_subset": ["directory"], "directory": LDIF, "server_name": "EX01"}
    result = run(lab, options, windows=True)
    assert result["ansible_facts"]["anon_tls"]["directory"]["status"] == "present"


def test_a_missing_cryptography_is_one_message_with_the_line_to_run(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    importing = builtins.__import__

    def without_cryptography(name: str, *arguments: Any, **keywords: Any) -> ModuleType:
        if name.partition(".")[0] == "cryptography":
            raise ModuleNotFoundError("No module named 'cryptography'", name="cryptography")
        return importing(name, *arguments, **keywords)

    package = "ansible_collections.msexchange.transport_tls.plugins"
    for name in [name for name in sys.modules if name.startswith((f"{package}.plugin_utils", f"{package}.action"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", without_cryptography)
    action = importlib.import_module(f"{package}.action.anon_tls_facts")
    with pytest.raises(AnsibleActionFail) as caught:
        run(lab, {"store": {"path": "ex01", "remote": False}}, action=action)
    assert f"{sys.executable} -m pip install 'cryptography>={anon_tls_facts.MINIMUM_CRYPTOGRAPHY}'" in str(caught.value)


def test_the_minimum_of_cryptography_is_that_of_the_requirements() -> None:
    requirements = Path(anon_tls_facts.__file__).parents[2] / "requirements.txt"
    assert f"cryptography>={anon_tls_facts.MINIMUM_CRYPTOGRAPHY}" in requirements.read_text().splitlines()
