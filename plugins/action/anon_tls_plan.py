"""Action of `anon_tls_plan`: facts and wishes in, plan and decision out; it needs no connection and changes nothing."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._case import CaseError
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._differences import differences
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import Facts, FactsError, thumbprint_in
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._question_options import (
    ARGUMENT_SPEC as QUESTION_SPEC,
)
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._question_options import (
    facts_of,
    procedure_of,
    question_of,
)
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._remediation import Plan, Wish, plan_for

ARGUMENT_SPEC: dict[str, dict[str, Any]] = {
    **QUESTION_SPEC,
    "enable_desired": {"type": "bool", "default": False},
    "thumbprint": {"type": "str"},
    "since": {
        "type": "dict",
        "options": {"facts": {"type": "dict", "required": True}, "plan": {"type": "dict", "required": True}},
    },
}


class ActionModule(ActionBase):
    """Plans from facts; a pure computation, so check mode is no different."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_async = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        try:
            facts = Facts.from_plain(facts_of(options["facts"], task_vars or {}))
            plan = _plan(facts, options)
            decision = plan.decision.to_plain()
        except (FactsError, CaseError) as error:
            raise AnsibleActionFail(f"anon_tls_plan: {error}") from error
        result.update(changed=False, plan=plan.to_plain(), decision=decision)
        # With -v a playbook's own words are enough; -vv prints all.
        result["_ansible_verbose_override"] = self._display.verbosity < 2
        if plan.decision.warnings:
            result["warnings"] = list(plan.decision.warnings)
        return result


def _plan(facts: Facts, options: Mapping[str, Any]) -> Plan:
    wish = Wish(options["enable_desired"], _thumbprint(options["thumbprint"]))
    question = question_of(options, datetime.now(UTC).replace(microsecond=0))
    plan = plan_for(facts, question, wish, procedure_of(options))
    if options["since"] is None:
        return plan
    moved = differences(Facts.from_plain(options["since"]["facts"]), facts)
    if moved:
        return plan.refuse(f"the facts have moved since the decision: {'; '.join(moved)}")
    earlier = options["since"]["plan"]
    now = plan.to_plain()
    if any(earlier.get(field) != now[field] for field in ("action", "thumbprint", "internal")):
        return plan.refuse(f"what is to be done has moved with the time: {_told(earlier)}; now {_told(now)}")
    return plan


def _thumbprint(text: str | None) -> str | None:
    """A blank one is none at all, as a variable that is not set often is."""
    if not (text or "").strip():
        return None
    thumbprint = thumbprint_in(text or "")
    if thumbprint is None:
        raise CaseError(f"thumbprint: {text!r} is no thumbprint; give its 40 hexadecimal digits")
    return thumbprint


def _told(plan: Mapping[str, Any]) -> str:
    return f"{plan.get('action')} {plan.get('certificate') or ''} ({plan.get('reason')})"
