"""The action `anon_tls_enable` on a Windows host: what it sends there, what it refuses before, and what it returns."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import exchange_certificate
from ansible_collections.msexchange.transport_tls.tests.fixtures.enabling import Host, run_enable
from ansible_collections.msexchange.transport_tls.tests.fixtures.windows_answer import (
    Stored,
    edge_answer,
    failed,
    hub_answer,
)

NOW = datetime.now(UTC)
OLD, NEW = (exchange_certificate("EX01", "contoso.com", not_before=NOW - timedelta(days=days)) for days in (9, 3))
STORE = (Stored(OLD), Stored(NEW, services="IIS"))
COLLECT, ENABLE = "win_anon_tls_collect", "win_anon_tls_enable"
CHOSEN: dict[str, Any] = {"thumbprint": NEW.thumbprint}


def read(internal: str, *services: str) -> dict[str, Any]:
    return {"services": [*services], "serialization_data": None, "internal_thumbprint": internal}


def done(after: dict[str, Any] | None, **said: Any) -> dict[str, Any]:
    answer = {"before": read(OLD.thumbprint, "IIS"), "after": after, "changed": True, "ran": ["x"], "problem": None}
    return {"anon_tls_windows": {**answer, **said}, "changed": True, "invocation": {"module_args": {"x": 1}}}


def host_of(collected: dict[str, Any], enabled: dict[str, Any] | None = None) -> Host:
    host = Host()
    host.answers[COLLECT] = {"anon_tls_windows": collected, "changed": False}
    host.answers[ENABLE] = done(read(OLD.thumbprint, "IIS", "SMTP")) if enabled is None else enabled
    return host


def usual(enabled: dict[str, Any] | None = None) -> Host:
    return host_of(hub_answer(STORE, internal=OLD), enabled)


def refusal(base: Path, host: Host, options: dict[str, Any]) -> str:
    with pytest.raises(AnsibleActionFail) as caught:
        run_enable(base, options, host, windows=True)
    assert ENABLE not in dict(host.sent)
    return str(caught.value)


def test_one_module_reads_and_another_changes(tmp_path: Path) -> None:
    host = usual()
    result = run_enable(tmp_path, CHOSEN, host, windows=True, diff=True)
    assert [name for name, _arguments in host.sent] == [COLLECT, ENABLE]
    assert dict(host.sent)[COLLECT]["gather_subset"] == ["identity", "store", "directory", "exchange"]
    assert dict(host.sent)[ENABLE] == {
        "thumbprint": NEW.thumbprint,
        "internal": "keep",
        "expected_internal": OLD.thumbprint,
        "expected_services": ["IIS"],
    }
    assert (result["changed"], result.get("failed", False)) == (True, False)
    assert (result["before"]["services"], result["after"]["services"]) == (["IIS"], ["IIS", "SMTP"])
    assert result["before"]["internal"] == result["after"]["internal"]
    assert result["diff"] == {"before": result["before"], "after": result["after"]}


def test_the_result_shows_the_options_of_the_user_and_no_answer_of_the_host(tmp_path: Path) -> None:
    result = run_enable(tmp_path, CHOSEN, usual(), windows=True)
    assert result["invocation"] == {"module_args": CHOSEN}
    assert "anon_tls_windows" not in result


def test_replace_needs_no_directory_server(tmp_path: Path) -> None:
    host = usual(done(read(NEW.thumbprint, "IIS", "SMTP")))
    result = run_enable(tmp_path, {**CHOSEN, "internal": "replace"}, host, windows=True)
    assert result["before"]["internal"]["thumbprint"] == OLD.thumbprint
    assert result["after"]["internal"]["thumbprint"] == NEW.thumbprint


def test_a_failure_of_the_change_tells_what_is_so_now(tmp_path: Path) -> None:
    host = usual(done(read(NEW.thumbprint, "IIS", "SMTP"), problem="It is broken."))
    result = run_enable(tmp_path, CHOSEN, host, windows=True)
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["msg"].startswith("anon_tls_enable: It is broken. The internal transport certificate is")
    assert result["after"]["internal"]["thumbprint"] == NEW.thumbprint


def test_a_module_without_an_answer_may_have_changed_something(tmp_path: Path) -> None:
    host = usual({"failed": True, "msg": "MODULE FAILURE", "changed": False})
    result = run_enable(tmp_path, CHOSEN, host, windows=True)
    assert (result["failed"], result["changed"]) == (True, True)
    assert "MODULE FAILURE. What was changed is not known" in result["msg"]
    assert result["after"]["internal"]["status"] == "unknown"
    checked = run_enable(tmp_path, CHOSEN, host, windows=True, check_mode=True)
    assert (checked["failed"], checked["changed"]) == (True, False)


def test_a_host_that_cannot_be_read_is_not_changed(tmp_path: Path) -> None:
    host = usual()
    host.answers[COLLECT] = {"failed": True, "msg": "no PowerShell"}
    result = run_enable(tmp_path, CHOSEN, host, windows=True)
    assert result["failed"] is True
    assert ENABLE not in dict(host.sent)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"thumbprint": "0" * 40}, "is not in the store"),
        ({**CHOSEN, "store": {"path": "/srv"}}, "takes no such option"),
        ({**CHOSEN, "store": {"source": "folder", "path": "/srv"}}, "cannot be read on a Windows host"),
        ({**CHOSEN, "store": {"source": "sst", "path": "x", "remote": False}}, "is an export"),
        ({**CHOSEN, "directory": {"source": "inventory"}}, "never used for a change"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_changes(
    tmp_path: Path, options: dict[str, Any], message: str
) -> None:
    assert message in refusal(tmp_path, usual(), options)


def test_without_exchanges_word_nothing_is_changed(tmp_path: Path) -> None:
    shut = failed(hub_answer(STORE, internal=OLD), "exchange", "the shell is shut")
    assert "cannot be asked: the shell is shut" in refusal(tmp_path, host_of(shut), CHOSEN)


def test_an_edge_is_not_changed_unless_that_is_allowed(tmp_path: Path) -> None:
    edge = edge_answer(STORE, internal=OLD)
    options = {**CHOSEN, "internal": "replace"}
    assert "allow_edge_resubscribe" in refusal(tmp_path, host_of(edge), options)
    host = host_of(edge, done(read(NEW.thumbprint, "IIS", "SMTP")))
    result = run_enable(tmp_path, {**options, "allow_edge_resubscribe": True}, host, windows=True)
    assert result["after"]["internal"]["thumbprint"] == NEW.thumbprint


def test_a_folder_is_no_store_of_windows_and_the_other_way_round(tmp_path: Path) -> None:
    with pytest.raises(AnsibleActionFail, match="needs a Windows target"):
        run_enable(tmp_path, {**CHOSEN, "store": {"source": "windows"}}, Host())
