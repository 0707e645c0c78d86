"""The module on the target returns raw data of its folder and its names, for the action alone."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.msexchange.transport_tls.plugins.module_utils._facts_options import ARGUMENT_SPEC
from ansible_collections.msexchange.transport_tls.plugins.module_utils._sealed_answer import opened
from ansible_collections.msexchange.transport_tls.plugins.modules import anon_tls_facts
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import make_certificate
from ansible_collections.msexchange.transport_tls.tests.fixtures.documentation import options_of
from ansible_collections.msexchange.transport_tls.tests.fixtures.exports import write_pkcs12
from ansible_collections.msexchange.transport_tls.tests.fixtures.store import Entry, write_store

ONE = make_certificate("CN=EX01")


def run(capsys: pytest.CaptureFixture[str], options: dict[str, Any]) -> dict[str, Any]:
    with patch_module_args(options), pytest.raises(SystemExit) as ended:
        anon_tls_facts.main()
    assert ended.value.code == 0
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert result["changed"] is False
    target: dict[str, Any] = result["anon_tls_target"]
    return target


def test_a_folder_is_returned_as_it_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_store(tmp_path, [Entry("one", ONE)], roots=[ONE])
    answer = run(capsys, {"store": {"path": str(tmp_path)}})
    assert answer["failure"] is None
    assert set(answer["names"]) == {"hostname", "fqdn"}
    assert [each["files"] for each in answer["folder"]["certificates"]] == [["one.pem"]]
    assert len(answer["folder"]["roots"]["certificates"]) == 1


def test_a_pkcs12_is_opened_and_its_password_strikes_nothing_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "one.pfx").write_bytes(write_pkcs12(ONE, "p"))
    for password, certificates in (("p", 1), ("f", 0)):
        answer = opened(run(capsys, {"store": {"path": str(tmp_path), "password": password}}))
        assert [each["files"] for each in answer["folder"]["certificates"]] == [["one.pfx"]] * certificates
        assert len(answer["folder"]["unreadable"]) == 1 - certificates


def test_named_roots_are_read_on_the_target(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_store(tmp_path, [Entry("one", ONE)], roots=[ONE])
    answer = run(capsys, {"store": {"path": str(tmp_path), "trusted_roots": [], "intermediates": [str(tmp_path)]}})
    assert answer["folder"]["roots"]["certificates"] == []
    assert len(answer["folder"]["intermediates"]["certificates"]) == 1


def test_a_folder_that_cannot_be_read_is_a_failure_of_that_part_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = run(capsys, {"store": {"path": str(tmp_path / "nowhere")}})
    assert answer["folder"] is None
    assert "there is no folder" in answer["failure"]


def test_without_the_store_only_names_are_read(capsys: pytest.CaptureFixture[str]) -> None:
    answer = run(capsys, {"gather_subset": ["identity"]})
    assert (answer["folder"], answer["failure"]) == (None, None)


def test_every_option_is_documented_and_every_documented_option_is_one() -> None:
    documented = options_of(anon_tls_facts)
    assert set(documented) == set(ARGUMENT_SPEC)
    for name, option in ARGUMENT_SPEC.items():
        assert set(documented[name].get("suboptions", {})) == set(option.get("options", {}))
