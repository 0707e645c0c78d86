"""The action `anon_tls_plan`: facts and wishes in, a plan out, and a plan that has moved is refused."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import Mock

import pytest
import yaml
from ansible.errors import AnsibleActionFail
from ansible.playbook.task import Task

from ansible_collections.msexchange.transport_tls.plugins.action import anon_tls_plan
from ansible_collections.msexchange.transport_tls.plugins.doc_fragments._question import ModuleDocFragment
from ansible_collections.msexchange.transport_tls.plugins.modules import anon_tls_plan as documentation
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import Store, Unreadable
from ansible_collections.msexchange.transport_tls.tests.fixtures.facts import hub, pki, self_signed

# The action asks the clock: these certificates are valid today, whenever that is.
TODAY = datetime.now(UTC).replace(microsecond=0)
VALID = {"not_before": TODAY - timedelta(days=9), "not_after": TODAY + timedelta(days=900)}
OWN = replace(self_signed("own"), **VALID)
NEWER = replace(self_signed("newer"), **{**VALID, "not_before": TODAY - timedelta(days=1)})
LACKS_SMTP = replace(NEWER, services=("IIS",))
MISMATCH = hub([OWN, NEWER], OWN, collected_at=TODAY)


def run(arguments: dict[str, Any], ansible_facts: dict[str, Any] | None = None) -> Any:
    task = Task()
    task.action = "msexchange.transport_tls.anon_tls_plan"
    task.args = arguments
    action = anon_tls_plan.ActionModule(
        task=task,
        connection=Mock(_shell=Mock(tmpdir=None)),
        play_context=Mock(check_mode=False),
        loader=Mock(),
        templar=Mock(),
        shared_loader_obj=Mock(),
    )
    return action.run(task_vars={"inventory_hostname": "ex01", "ansible_facts": ansible_facts or {}})


def test_it_plans_from_the_facts_of_the_host() -> None:
    result = run({}, {"anon_tls": MISMATCH.to_plain()})
    assert (result["changed"], result["decision"]["outcome"]) == (False, "selected_mismatch")
    assert (result["plan"]["action"], result["plan"]["thumbprint"]) == ("change", NEWER.thumbprint)


def test_the_wishes_reach_the_plan() -> None:
    facts = hub([OWN, LACKS_SMTP], OWN, collected_at=TODAY).to_plain()
    assert run({"facts": facts})["plan"]["action"] == "none"
    assert run({"facts": facts, "enable_desired": True})["plan"]["thumbprint"] == NEWER.thumbprint
    colons = ":".join(NEWER.thumbprint[i : i + 2] for i in range(0, 40, 2)).lower()
    assert run({"facts": facts, "thumbprint": colons})["plan"]["thumbprint"] == NEWER.thumbprint


@pytest.mark.parametrize("blank", [None, "", " "])
def test_a_blank_thumbprint_names_none(blank: str | None) -> None:
    assert run({"facts": MISMATCH.to_plain(), "thumbprint": blank})["plan"]["thumbprint"] == NEWER.thumbprint


def test_the_options_of_the_question_reach_the_plan() -> None:
    assert run({"facts": MISMATCH.to_plain(), "procedure": "2016"})["plan"]["action"] == "none"
    assert run({"facts": MISMATCH.to_plain(), "delivery_type": "MapiDelivery"})["plan"]["action"] == "none"
    assert run({"facts": MISMATCH.to_plain(), "role": "edge"})["decision"]["outcome"] == "not_used"
    wildcard = replace(OWN, dns_names=("*.contoso.com",))
    facts = hub([wildcard], wildcard, collected_at=TODAY).to_plain()
    assert run({"facts": facts, "wildcards": True})["plan"]["action"] == "none"
    assert run({"facts": facts})["plan"]["action"] == "refused"


def test_a_plan_that_still_holds_is_made_again() -> None:
    since = {"facts": MISMATCH.to_plain(), "plan": run({"facts": MISMATCH.to_plain()})["plan"]}
    later = replace(MISMATCH, collected_at=TODAY + timedelta(seconds=5)).to_plain()
    assert run({"facts": later, "since": since})["plan"] == since["plan"]


def test_facts_that_have_moved_are_said() -> None:
    since = {"facts": MISMATCH.to_plain(), "plan": run({"facts": MISMATCH.to_plain()})["plan"]}
    plan = run({"facts": hub([OWN], OWN, collected_at=TODAY).to_plain(), "since": since})["plan"]
    assert (plan["action"], plan["internal"], plan["changes"]) == ("refused", None, [])
    assert plan["reason"] == f"the facts have moved since the decision: store.certificates[{NEWER.thumbprint}] is gone"


def test_a_desired_that_has_expired_meanwhile_is_said() -> None:
    soon = replace(pki("renewed", services=("IIS",)), **{**VALID, "not_after": TODAY - timedelta(seconds=1)})
    facts = hub([OWN, soon], OWN, collected_at=TODAY).to_plain()
    earlier = {
        **run({"facts": facts})["plan"],
        "action": "change",
        "thumbprint": soon.thumbprint,
        "internal": "replace",
    }
    plan = run({"facts": facts, "since": {"facts": facts, "plan": earlier}})["plan"]
    assert (plan["action"], "has moved with the time: change" in plan["reason"]) == ("refused", True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "there are no facts of ex01"),
        ({"facts": {}}, "schema_version is missing"),
        ({"facts": MISMATCH.to_plain(), "thumbprint": "8D97"}, "thumbprint: '8D97' is no thumbprint; give its 40"),
        ({"facts": MISMATCH.to_plain(), "connector": "nobody"}, "no Send connector named 'nobody'"),
        ({"facts": MISMATCH.to_plain(), "since": {"facts": {}, "plan": {}}}, "schema_version is missing"),
        ({"facts": MISMATCH.to_plain(), "since": {"facts": {}}}, "missing required arguments: plan"),
        ({"facts": MISMATCH.to_plain(), "at": "2026-11-23"}, "Unsupported parameters"),
    ],
)
def test_what_cannot_be_planned_is_said(options: dict[str, Any], message: str) -> None:
    with pytest.raises(AnsibleActionFail, match=message):
        run(options)


def test_entries_that_could_not_be_read_are_a_warning() -> None:
    unreadable = replace(MISMATCH, store=Store("folder", (OWN,), (Unreadable("a.cer", None, "cut"),)))
    assert run({"facts": unreadable.to_plain()})["warnings"] == [
        "EX01: 1 entry of the store could not be read: a.cer: cut"
    ]


def test_the_documentation_names_the_options_with_their_defaults_and_choices() -> None:
    fragment = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]
    assert _described(fragment | yaml.safe_load(documentation.DOCUMENTATION)["options"]) == anon_tls_plan.ARGUMENT_SPEC


def _described(documented: dict[str, Any]) -> dict[str, Any]:
    described = {}
    for name, option in documented.items():
        described[name] = {key: value for key, value in option.items() if key != "description"}
        if "suboptions" in option:
            described[name]["options"] = _described(described[name].pop("suboptions"))
    return described


def test_the_documentation_names_every_field_of_a_plan() -> None:
    returned = yaml.safe_load(documentation.RETURN)["plan"]
    plan = run({"facts": MISMATCH.to_plain()})["plan"]
    assert list(returned["contains"]) == list(returned["sample"]) == list(plan)
    assert list(returned["contains"]["state"]["contains"]) == list(plan["state"])
