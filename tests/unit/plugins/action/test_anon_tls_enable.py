"""The action reads, asks the guards, and changes a folder: on its host or here, and tells what is so afterwards."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import builtins
import importlib
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.inventory_variable import NAME
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.store_yml import Listed, read_store_yml
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import exchange_certificate
from ansible_collections.msexchange.transport_tls.tests.fixtures.enabling import Host, run_enable
from ansible_collections.msexchange.transport_tls.tests.fixtures.exports import write_pkcs12
from ansible_collections.msexchange.transport_tls.tests.fixtures.ldif import server_entry, write_ldif
from ansible_collections.msexchange.transport_tls.tests.fixtures.store import Entry, write_store

NOW = datetime.now(UTC)
OLD, NEW = (exchange_certificate("EX01", "contoso.com", not_before=NOW - timedelta(days=days)) for days in (9, 3))
LDIF = {"source": "ldif", "path": "exchange.ldf"}


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    """EX01, whose internal certificate is OLD; neither of its certificates is enabled for SMTP."""
    write_store(tmp_path / "ex01", [Entry("old", OLD), Entry("new", NEW, services=("IIS",))])
    # EX02 shows that other servers were read too: EX01 has no Edge Subscription.
    entries = [server_entry("EX01", internal_certificate=OLD.der), server_entry("EX02")]
    (tmp_path / "exchange.ldf").write_text(write_ldif(entries))
    return tmp_path


def options(lab: Path, **more: Any) -> dict[str, Any]:
    store = {"path": str(lab / "ex01")}
    return {"thumbprint": NEW.thumbprint, "store": store, "directory": LDIF, "server_name": "EX01", **more}


def here(lab: Path) -> dict[str, Any]:
    return {"store": {"path": "ex01", "remote": False}}


def services(lab: Path) -> tuple[str, ...] | None:
    return read_store_yml((lab / "ex01" / "store.yml").read_text()).get(NEW.thumbprint, Listed()).services


def test_smtp_is_enabled_on_the_host(lab: Path) -> None:
    host = Host()
    result = run_enable(lab, options(lab), host)
    assert services(lab) == ("IIS", "SMTP")
    assert [name for name, _arguments in host.sent] == ["anon_tls_facts", "anon_tls_enable"]
    assert (result["changed"], result.get("failed", False)) == (True, False)
    assert (result["before"]["services"], result["after"]["services"]) == (["IIS"], ["IIS", "SMTP"])
    assert result["before"]["internal"] == result["after"]["internal"]
    assert result["after"]["internal"]["thumbprint"] == OLD.thumbprint


def test_smtp_is_enabled_in_a_folder_of_the_controller(lab: Path) -> None:
    result = run_enable(lab, options(lab, **here(lab)), windows=True)
    assert (services(lab), result["changed"]) == (("IIS", "SMTP"), True)


@pytest.mark.parametrize("remote", [True, False])
def test_a_second_run_changes_nothing(lab: Path, remote: bool) -> None:
    given = options(lab, **({} if remote else here(lab)))
    first = run_enable(lab, given, Host())
    host = Host()
    second = run_enable(lab, given, host, diff=True)
    assert (first["changed"], second["changed"]) == (True, False)
    assert second["before"] == second["after"] == first["after"]
    assert "anon_tls_enable" not in dict(host.sent)


@pytest.mark.parametrize("remote", [True, False])
def test_check_mode_tells_what_a_run_tells_and_changes_nothing(lab: Path, remote: bool) -> None:
    given = options(lab, **({} if remote else here(lab)))
    checked = run_enable(lab, given, Host(), check_mode=True, diff=True)
    assert services(lab) == ("IIS",)
    told = run_enable(lab, given, Host(), diff=True)
    for key in ("changed", "before", "after", "diff"):
        assert checked[key] == told[key]


def test_the_diff_is_there_where_it_is_asked_for_and_holds_no_key(lab: Path) -> None:
    assert "diff" not in run_enable(lab, options(lab), Host(), check_mode=True)
    result = run_enable(lab, options(lab), Host(), check_mode=True, diff=True)
    assert result["diff"] == {"before": result["before"], "after": result["after"]}
    assert "PRIVATE" not in json.dumps(result)


def test_a_target_is_sent_what_it_needs_and_no_option_of_the_directory(lab: Path) -> None:
    host = Host()
    run_enable(lab, options(lab), host)
    (_read, first), (_write, second) = host.sent
    assert set(first) == {"store"}
    assert set(second) == {"thumbprint", "store", "_change"}
    assert "SMTP" in second["_change"]["text"]


def test_without_a_store_yml_one_is_made_in_which_the_others_are_unknown_as_before(lab: Path) -> None:
    (lab / "ex01" / "store.yml").unlink()
    result = run_enable(lab, options(lab), Host())
    assert result["before"]["services"] is None
    assert read_store_yml((lab / "ex01" / "store.yml").read_text()) == {
        NEW.thumbprint: Listed(("SMTP",)),
        OLD.thumbprint: Listed(None),
    }


def test_the_key_of_a_pkcs12_is_seen_and_its_password_strikes_nothing_out(lab: Path) -> None:
    for name in ("new.pem", "new.key"):
        (lab / "ex01" / name).unlink()
    (lab / "ex01" / "new.pfx").write_bytes(write_pkcs12(NEW, "e"))
    store = {"path": str(lab / "ex01"), "password": "e"}
    result = run_enable(lab, options(lab, store=store), Host())
    assert (services(lab), result["after"]["subject"]) == (("IIS", "SMTP"), "CN=EX01")


def test_the_warnings_of_both_calls_are_told_once(lab: Path) -> None:
    host = Host()
    said = {"anon_tls_target": {"problem": None, "written": True}, "changed": True, "warnings": ["old Python", "slow"]}
    host.answers["anon_tls_enable"] = said
    read = Host().execute
    folder = {"store": {"path": str(lab / "ex01")}}
    answer = read(module_name="msexchange.transport_tls.anon_tls_facts", module_args=folder, task_vars=None)
    host.answers["anon_tls_facts"] = {**answer, "warnings": ["old Python"]}
    assert run_enable(lab, options(lab), host)["warnings"] == ["old Python", "slow"]


def refusal(lab: Path, **more: Any) -> str:
    before = (lab / "ex01" / "store.yml").read_bytes()
    with pytest.raises(AnsibleActionFail) as caught:
        run_enable(lab, options(lab, **more), Host())
    assert (lab / "ex01" / "store.yml").read_bytes() == before
    return str(caught.value)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"thumbprint": "0" * 40}, "is not in the store; import it"),
        ({"internal": "replace"}, "is read from ldif; set directory.source to ldap"),
        ({"directory": {"source": "none"}}, "is not known: no directory is read; name one"),
        ({"directory": {"source": "inventory"}}, "never used for a change; set directory.source to ldap"),
        ({"directory": {"source": "ldap"}}, "directory.server is missing"),
        ({"store": {"path": "ex01.sst", "source": "sst", "remote": False}}, "is an export, and changing an export"),
        ({"store": {}}, "store.path is missing"),
        ({"store": {"path": "/nowhere"}}, "there is no folder /nowhere"),
        ({"internal": "drop"}, "must be one of"),
        ({"_change": {"text": ""}}, "_change"),
    ],
)
def test_what_cannot_be_is_refused_in_the_modules_name(lab: Path, more: dict[str, Any], message: str) -> None:
    told = refusal(lab, **more)
    assert message in told
    assert "anon_tls_facts" not in told


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
    action = importlib.import_module(f"{package}.action.anon_tls_enable")
    with pytest.raises(AnsibleActionFail, match=r"anon_tls_enable needs the Python package cryptography.*pip install"):
        run_enable(lab, options(lab), action=action)


def test_what_the_inventory_knows_of_the_directory_is_not_used(lab: Path) -> None:
    with pytest.raises(AnsibleActionFail, match="no directory is read"):
        run_enable(lab, options(lab, directory={}), Host(), task_vars={NAME: {"schema_version": 1}})


def test_a_store_yml_that_cannot_be_edited_is_refused(lab: Path) -> None:
    file = lab / "ex01" / "store.yml"
    file.write_text(f"{OLD.thumbprint}: &a {{services: [IIS]}}\n{NEW.thumbprint}: *a\n")
    assert "by hand" in refusal(lab)


def failing(lab: Path, host: Host, **more: Any) -> dict[str, Any]:
    result = run_enable(lab, options(lab, **more), host)
    assert result["failed"] is True
    return result


def test_another_writer_between_the_two_calls_is_not_overwritten(lab: Path) -> None:
    host = Host()

    def write(name: str) -> None:
        if name == "anon_tls_enable":
            (lab / "ex01" / "store.yml").write_text("# theirs\n")

    host.before = write
    result = failing(lab, host)
    assert result["msg"].startswith("anon_tls_enable: another writer has changed")
    assert result["changed"] is False
    assert result["before"] == result["after"]
    assert (lab / "ex01" / "store.yml").read_text() == "# theirs\n"


def test_of_two_runs_at_once_one_wins_and_the_other_is_told(lab: Path) -> None:
    slow, won = Host(), []
    slow.before = lambda name: won.append(run_enable(lab, options(lab), Host())) if name == "anon_tls_enable" else None
    lost = failing(lab, slow)
    assert won[0]["changed"] is True
    assert (lost["changed"], "another writer has changed" in lost["msg"]) == (False, True)
    assert run_enable(lab, options(lab), Host())["changed"] is False


@pytest.mark.parametrize("file", ["new.pem", "new.key"])
def test_a_certificate_removed_between_decision_and_change_is_not_enabled(lab: Path, file: str) -> None:
    host = Host()
    host.before = lambda name: (lab / "ex01" / file).unlink() if name == "anon_tls_enable" else None
    assert f"of {NEW.thumbprint} has gone" in failing(lab, host)["msg"].replace("certificate ", "of ")
    assert services(lab) == ("IIS",)


def test_a_connection_that_is_lost_between_the_two_calls_changes_nothing(lab: Path) -> None:
    host = Host()

    def lose(name: str) -> None:
        if name == "anon_tls_enable":
            raise AnsibleConnectionFailure("lost")

    host.before = lose
    with pytest.raises(AnsibleConnectionFailure):
        run_enable(lab, options(lab), host)
    assert services(lab) == ("IIS",)


@pytest.mark.parametrize("name", ["anon_tls_facts", "anon_tls_enable"])
def test_what_core_says_of_a_call_that_fails_is_told(lab: Path, name: str) -> None:
    host = Host()
    host.answers[name] = {"failed": True, "msg": "sudo: a password is required", "rc": 1}
    result = failing(lab, host)
    assert (result["msg"], result["rc"]) == ("sudo: a password is required", 1)
    assert result.get("changed", False) is False
    assert services(lab) == ("IIS",)
