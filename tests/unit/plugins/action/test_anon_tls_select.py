"""The action `anon_tls_select`: options in, decision out, and errors that say what to do."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from typing import Any
from unittest.mock import Mock

import pytest
import yaml
from ansible.errors import AnsibleActionFail
from ansible.playbook.task import Task
from ansible.utils.display import Display

from ansible_collections.msexchange.transport_tls.plugins.action.anon_tls_select import ARGUMENT_SPEC, ActionModule
from ansible_collections.msexchange.transport_tls.plugins.doc_fragments._question import ModuleDocFragment
from ansible_collections.msexchange.transport_tls.plugins.modules import anon_tls_select as documentation
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import Store, Unreadable
from ansible_collections.msexchange.transport_tls.tests.fixtures.facts import TO_INTERNET, edge, hub, self_signed

OWN = self_signed("own")
FACTS = hub([OWN], OWN)


class NoConnection:
    """A connection that must not be used: every attribute but the shell's is a failure of the test."""

    _shell = Mock(tmpdir=None)

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"the connection was used: {name}")


def run(arguments: dict[str, Any], ansible_facts: dict[str, Any] | None = None, *, check_mode: bool = False) -> Any:
    task = Task()
    task.action = "msexchange.transport_tls.anon_tls_select"
    task.args = arguments
    task.check_mode = check_mode
    action = ActionModule(
        task=task,
        connection=NoConnection(),
        play_context=Mock(check_mode=check_mode),
        loader=Mock(),
        templar=Mock(),
        shared_loader_obj=Mock(),
    )
    return action.run(task_vars={"inventory_hostname": "ex01", "ansible_facts": ansible_facts or {}})


def test_it_decides_from_the_facts_of_the_host() -> None:
    result = run({}, {"anon_tls": FACTS.to_plain()})
    assert (result["changed"], result["decision"]["outcome"]) == (False, "selected")


def test_facts_that_are_given_win_over_those_of_the_host() -> None:
    other = hub([OWN], self_signed("gone"))
    decision = run({"facts": other.to_plain()}, {"anon_tls": FACTS.to_plain()})["decision"]
    assert decision["outcome"] == "not_advertised"


@pytest.mark.parametrize(("verbosity", "hidden"), [(0, True), (1, True), (2, False)])
def test_the_whole_decision_is_printed_from_two_v_on(
    verbosity: int, hidden: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Display(), "verbosity", verbosity)
    assert run({"facts": FACTS.to_plain()})["_ansible_verbose_override"] is hidden


def test_check_mode_decides_the_same() -> None:
    facts = {"anon_tls": FACTS.to_plain()}
    at = {"at": "2026-11-23T12:00:00Z"}
    assert run(at, facts, check_mode=True)["decision"] == run(at, facts)["decision"]


@pytest.mark.parametrize(
    ("options", "field", "value"),
    [
        ({"procedure": "2016"}, "edition", "2016"),
        ({"at": "2027-06-01"}, "at", "2027-06-01T00:00:00Z"),
        ({"at": "2027-06-01T12:00:00+02:00"}, "at", "2027-06-01T10:00:00Z"),
        ({"delivery_type": "MapiDelivery"}, "outcome", "not_used"),
        ({"role": "edge"}, "stopped_at", "2a"),
        ({"connector": "to internet"}, "stopped_at", "2a"),
        ({"connector": "IMPLICIT"}, "outcome", "selected"),
        ({"connector": "AUTO"}, "outcome", "selected"),
    ],
)
def test_every_option_reaches_the_decision(options: dict[str, Any], field: str, value: Any) -> None:
    assert run({"facts": FACTS.to_plain(), **options})["decision"][field] == value


@pytest.mark.parametrize(
    ("options", "code"), [({"warn_days": 100000}, "internal_expires_soon"), ({"max_age": 0}, "facts_stale")]
)
def test_the_limits_reach_the_decision(options: dict[str, Any], code: str) -> None:
    stale = replace(FACTS, collected_at=OWN.not_before)
    decision = run({"facts": stale.to_plain(), "at": "2026-11-23", **options})["decision"]
    assert code in [finding["code"] for finding in decision["findings"]]


def test_wildcards_reach_the_decision() -> None:
    facts = hub([replace(OWN, dns_names=("*.contoso.com",))], OWN).to_plain()
    assert run({"facts": facts, "wildcards": True, "at": "2026-11-23"})["decision"]["outcome"] == "selected"
    assert run({"facts": facts, "at": "2026-11-23"})["decision"]["outcome"] == "no_eligible_certificate"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {},
            r"there are no facts of ex01: ansible_facts\.anon_tls is not set; run msexchange\.transport_tls",
        ),
        ({"facts": {"schema_version": 7}}, "schema_version is 7"),
        ({"facts": {}}, "schema_version is missing"),
        ({"facts": FACTS.to_plain(), "at": "soon"}, "at: 'soon' is no moment in ISO 8601"),
        ({"facts": FACTS.to_plain(), "warn_days": -1}, "warn_days: -1 days, expected 0 to"),
        ({"facts": FACTS.to_plain(), "max_age": 10**9}, "max_age: 1000000000 hours, expected 0 to"),
        (
            {"facts": FACTS.to_plain(), "connector": "nobody"},
            r"no Send connector named 'nobody'; there are: to internet",
        ),
        ({"facts": edge([OWN], OWN).to_plain(), "connector": "implicit"}, "implicit is a connector between Hub"),
        ({"facts": FACTS.to_plain(), "procedure": "2010"}, "value of procedure must be one of"),
        ({"facts": FACTS.to_plain(), "forecast": 7}, "Unsupported parameters"),
    ],
)
def test_what_cannot_be_decided_is_said(options: dict[str, Any], message: str) -> None:
    with pytest.raises(AnsibleActionFail, match=message):
        run(options)


def test_entries_that_could_not_be_read_are_one_warning() -> None:
    unreadable = tuple(Unreadable(f"{number}.cer", None, "cut") for number in range(7))
    facts = replace(FACTS, store=Store("folder", (OWN,), unreadable), connectors=(TO_INTERNET,))
    (warning,) = run({"facts": facts.to_plain()})["warnings"]
    assert warning.startswith("EX01: 7 entries of the store could not be read: 0.cer: cut; 1.cer: cut;")
    assert warning.endswith("and 2 more")


def test_the_documentation_names_the_options_with_their_defaults_and_choices() -> None:
    fragment = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]
    documented = fragment | yaml.safe_load(documentation.DOCUMENTATION)["options"]
    described = {
        name: {key: value for key, value in option.items() if key != "description"}
        for name, option in documented.items()
    }
    assert described == ARGUMENT_SPEC


def test_the_documentation_names_every_field_of_a_decision() -> None:
    returned = yaml.safe_load(documentation.RETURN)["decision"]["contains"]
    assert list(returned) == list(run({"facts": FACTS.to_plain()})["decision"])
