"""The role's variables: each has its specification, its default and its place in the documentation."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template

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


def test_only_what_is_read_after_a_change_is_waited_for() -> None:
    for name, waiting in {"main": 0, "change": 0, "plan": 0, "prove": 1, "put_back": 2}.items():
        text = (ROLE / "tasks" / f"{name}.yml").read_text(encoding="utf-8")
        assert (name, text.count(f"{PREFIX}awaited:")) == (name, waiting)


def what_is_there_now(exchange: str, internal: str, *, put_back: bool = False) -> str:
    """The message where OLD was the internal certificate and NEW was to be, by what Exchange and the directory name."""
    before = {"directory": "present", "internal": "OLD", "services": {"NEW": ["SMTP"]}}
    variables = {
        "put_back": {"changed": True} if put_back else {"changed": False, "skipped": True},
        "earlier": "OLD",
        "chosen": "NEW",
        "before": before,
        "state": {**before, "internal": internal},
        "internal": internal,
        "exchange": exchange,
        "unread": "",
    }
    new_loader: Any = DataLoader
    templar = Templar(new_loader(), {PREFIX + name: value for name, value in variables.items()})
    text = (ROLE / "templates" / "what_is_there_now.j2").read_text(encoding="utf-8")
    return str(templar.template(trust_as_template(text))).strip()


@pytest.mark.parametrize(("exchange", "internal", "put_back"), [("NEW", "OLD", False), ("OLD", "NEW", True)])
def test_a_directory_that_is_late_is_no_other_writer(exchange: str, internal: str, put_back: bool) -> None:
    told = what_is_there_now(exchange, internal, put_back=put_back)
    assert told.startswith(f"Exchange names {exchange}, and the directory that is read still {internal}, as until")


@pytest.mark.parametrize("exchange", ["", "OLD"])
def test_a_directory_that_names_what_exchange_names_is_not_late(exchange: str) -> None:
    assert what_is_there_now(exchange, "OLD") == "Nothing was changed"
    assert what_is_there_now(exchange, "OLD", put_back=True).startswith("OLD is the internal certificate again")


def test_a_certificate_that_nobody_here_has_named_is_another_writers() -> None:
    assert what_is_there_now("NEW", "THIRD").startswith("Somebody else has made THIRD the internal certificate")


def test_the_playbook_takes_one_server_after_the_other_and_ends_with_the_first_that_fails() -> None:
    (play,) = yaml.safe_load((ROOT / "playbooks" / "remediate.yml").read_text(encoding="utf-8"))
    assert (play["serial"], play["max_fail_percentage"], play["gather_facts"]) == (1, 0, False)
