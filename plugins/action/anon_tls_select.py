"""Action of `anon_tls_select`: options in, decision out; it runs on the controller and needs no connection."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._case import CaseError
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._decision import decide
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import Facts, FactsError
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._question_options import (
    ARGUMENT_SPEC as QUESTION_SPEC,
)
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._question_options import (
    facts_of,
    procedure_of,
    question_of,
)

ARGUMENT_SPEC: dict[str, dict[str, Any]] = {
    **QUESTION_SPEC,
    "at": {"type": "str"},
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
        now = datetime.now(UTC).replace(microsecond=0)
        try:
            facts = Facts.from_plain(facts_of(options["facts"], task_vars or {}))
            question = question_of(options, now, at=options["at"], max_age=options["max_age"], verify=options["verify"])
            decision = decide(facts, question, procedure_of(options))
            plain = decision.to_plain()
        except (FactsError, CaseError) as error:
            raise AnsibleActionFail(f"anon_tls_select: {error}") from error
        result.update(changed=False, decision=plain)
        # With -v a playbook's own words are enough; -vv prints all.
        result["_ansible_verbose_override"] = self._display.verbosity < 2
        if decision.warnings:
            result["warnings"] = list(decision.warnings)
        return result
