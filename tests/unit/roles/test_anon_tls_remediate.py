"""The role's variables: each has its specification, its default and its place in the documentation."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._question_options import ARGUMENT_SPEC

ROOT = Path(__file__).parents[3]
ROLE = ROOT / "roles" / "anon_tls_remediate"
PREFIX = "anon_tls_remediate_"


def read(name: str) -> Any:
    return yaml.safe_load((ROLE / name).read_text(encoding="utf-8"))


OPTIONS = read("meta/argument_specs.yml")["argument_specs"]["main"]["options"]
DEFAULTS = read("defaults/main.yml")


def test_every_variable_has_a_specification_and_a_default() -> None:
    assert set(OPTIONS) == set(DEFAULTS)


def test_a_default_that_is_specified_is_the_one_there_is() -> None:
    specified = {name: option["default"] for name, option in OPTIONS.items() if "default" in option}
    assert specified == {name: DEFAULTS[name] for name in specified}


def test_what_may_break_something_is_off() -> None:
    allowed = ("enable_desired", "allow_edge_resubscribe", "allow_cng", "restart_transport")
    assert [DEFAULTS[PREFIX + name] for name in allowed] == [False] * len(allowed)


def test_the_variables_of_a_question_are_those_of_the_actions() -> None:
    for name in ("role", "connector", "delivery_type", "procedure", "wildcards"):
        option, default = OPTIONS[PREFIX + name], str(ARGUMENT_SPEC[name]["default"])
        assert option["type"] == ARGUMENT_SPEC[name]["type"]
        assert option.get("choices") == ARGUMENT_SPEC[name].get("choices")
        assert DEFAULTS[PREFIX + name].replace("false", "False").count(default) == 1


def test_the_documentation_names_every_variable_of_its_own() -> None:
    told = (ROOT / "docs" / "remediation.md").read_text(encoding="utf-8")
    own = [name for name in OPTIONS if "{{" not in str(DEFAULTS[name])]
    assert [name for name in own if f"`{name}`" not in told] == []


def test_every_task_that_changes_a_server_is_done_on_one_at_a_time() -> None:
    tasks = [*read("tasks/change.yml"), *read("tasks/put_back.yml")]
    tasks += [task for block in tasks for task in block.get("block", ())]
    changing = [
        task for task in tasks if {"msexchange.transport_tls.anon_tls_enable", "ansible.builtin.raw"} & set(task)
    ]
    assert [task["throttle"] for task in changing] == [1, 1, 1]


def test_the_playbook_takes_one_server_after_the_other_and_ends_with_the_first_that_fails() -> None:
    (play,) = yaml.safe_load((ROOT / "playbooks" / "remediate.yml").read_text(encoding="utf-8"))
    assert (play["serial"], play["max_fail_percentage"], play["gather_facts"]) == (1, 0, False)
