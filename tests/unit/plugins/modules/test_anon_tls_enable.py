"""The module on the target writes what the action sends it, and is documented as it is called."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.testing import patch_module_args

from ansible_collections.msexchange.transport_tls.plugins.module_utils._enable_options import (
    ARGUMENT_SPEC,
    AS_IN_FACTS,
    CHANGE,
    TARGET_SPEC,
)
from ansible_collections.msexchange.transport_tls.plugins.module_utils._facts_options import ARGUMENT_SPEC as FACTS
from ansible_collections.msexchange.transport_tls.plugins.module_utils._sealed_answer import opened
from ansible_collections.msexchange.transport_tls.plugins.module_utils._store_yml_file import digest_of
from ansible_collections.msexchange.transport_tls.plugins.modules import anon_tls_enable
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import make_certificate
from ansible_collections.msexchange.transport_tls.tests.fixtures.documentation import options_of
from ansible_collections.msexchange.transport_tls.tests.fixtures.store import Entry, write_store

ONE = make_certificate("CN=EX01")
TEXT = f"{ONE.thumbprint}: {{services: [SMTP]}}\n"


def run(capsys: pytest.CaptureFixture[str], folder: Path, **more: Any) -> dict[str, Any]:
    change = {"thumbprint": ONE.thumbprint, "has_key": True, "digest": digest_of(""), "text": TEXT}
    options = {"thumbprint": ONE.thumbprint, "store": {"path": str(folder)}, CHANGE: change, **more}
    with patch_module_args(options), pytest.raises(SystemExit):
        anon_tls_enable.main()
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    return result


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_store(tmp_path, [Entry("one", ONE)], store_yml=False)
    (tmp_path / "store.yml").write_text("")
    return tmp_path


def test_what_it_is_sent_is_written(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = run(capsys, folder)
    assert (result["changed"], result["anon_tls_target"]) == (True, {"problem": None, "written": True})
    assert (folder / "store.yml").read_text() == TEXT


def test_a_problem_is_told_to_the_action_with_no_word_struck_out(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "store.yml").write_text("# theirs\n")
    result = run(capsys, folder, store={"path": str(folder), "password": "e"})
    said = opened(result["anon_tls_target"])
    assert (result["changed"], said["written"]) == (False, False)
    assert said["problem"].startswith("another writer has changed")


def test_check_mode_writes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = run(capsys, folder, _ansible_check_mode=True)
    assert (result["changed"], opened(result["anon_tls_target"])["problem"]) == (False, None)
    assert (folder / "store.yml").read_text() == ""


def test_it_says_so_where_the_action_did_not_call_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = run(capsys, folder, **{CHANGE: None})
    assert result["failed"]
    assert "by way of its action" in result["msg"]


def test_every_option_is_documented_and_every_documented_option_is_one() -> None:
    documented = options_of(anon_tls_enable)
    assert set(documented) == set(TARGET_SPEC)
    for name, option in TARGET_SPEC.items():
        assert set(documented[name].get("suboptions", {})) == set(option.get("options", {}))


def test_where_things_are_read_is_said_as_for_the_facts() -> None:
    assert all(ARGUMENT_SPEC[name] is FACTS[name] for name in AS_IN_FACTS)
    assert set(FACTS) - set(AS_IN_FACTS) == {"gather_subset", "events_days"}


def test_the_option_of_the_action_is_none_of_a_playbook() -> None:
    assert set(TARGET_SPEC) - set(ARGUMENT_SPEC) == {CHANGE}


def test_before_and_after_are_documented_alike() -> None:
    returned = yaml.safe_load(anon_tls_enable.RETURN)
    assert returned["before"]["contains"] == returned["after"]["contains"]
    assert set(returned["before"]["sample"]) == set(returned["before"]["contains"])
