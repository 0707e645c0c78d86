"""Action of `anon_tls_select`: options in, decision out; it runs on the controller and needs no connection."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._case import CaseError, Question
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._decision import decide
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import Facts, FactsError
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._plain_data import moment_of
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._sessions import TO_EDGE

ARGUMENT_SPEC: dict[str, dict[str, Any]] = {
    "facts": {"type": "dict"},
    "role": {"type": "str", "choices": ["auto", "hub", "edge"], "default": "auto"},
    "connector": {"type": "str", "default": "auto"},
    "delivery_type": {"type": "str", "default": TO_EDGE},
    "procedure": {"type": "str", "choices": ["auto", "2007", "2016"], "default": "auto"},
    "at": {"type": "str"},
    "wildcards": {"type": "bool", "default": False},
    "warn_days": {"type": "int", "default": 30},
    "max_age": {"type": "int", "default": 24},
    "verify": {"type": "bool", "default": True},
}


class ActionModule(ActionBase):
    """Decides from facts; a pure computation, so check mode is no different."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_async = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        try:
            facts = Facts.from_plain(_facts_of(options["facts"], task_vars or {}))
            decision = decide(
                facts, _question(options), None if options["procedure"] == "auto" else options["procedure"]
            )
            plain = decision.to_plain()
        except (FactsError, CaseError) as error:
            raise AnsibleActionFail(f"anon_tls_select: {error}") from error
        result.update(changed=False, decision=plain)
        # With -v a playbook's own words are enough; -vv prints all.
        result["_ansible_verbose_override"] = self._display.verbosity < 2
        if decision.warnings:
            result["warnings"] = list(decision.warnings)
        return result


def _facts_of(given: object, task_vars: dict[str, Any]) -> object:
    """The facts given, else those the host has (from this run or from a fact cache)."""
    if given is not None:
        return given
    gathered = task_vars.get("ansible_facts", {}).get("anon_tls")
    if gathered is None:
        host = task_vars.get("inventory_hostname", "this host")
        raise FactsError(
            f"there are no facts of {host}: ansible_facts.anon_tls is not set; "
            "run msexchange.transport_tls.anon_tls_facts first, use a fact cache, or give the facts in the option facts"
        )
    return gathered


def _question(options: dict[str, Any]) -> Question:
    now = datetime.now(UTC).replace(microsecond=0)
    return Question(
        at=now if options["at"] is None else _moment(options["at"]),
        now=now,
        role=None if options["role"] == "auto" else options["role"],
        connector=None if options["connector"].lower() == "auto" else options["connector"],
        delivery_type=options["delivery_type"],
        wildcards=options["wildcards"],
        warn_days=options["warn_days"],
        max_age=options["max_age"],
        verify=options["verify"],
    )


def _moment(text: str) -> datetime:
    try:
        return moment_of(text)
    except ValueError:
        raise CaseError(f"at: {text!r} is no moment in ISO 8601, such as 2026-11-23T23:40:00Z or 2026-11-23") from None
