"""The options of a question, as `anon_tls_select` and `anon_tls_plan` have them, and the facts they are asked of."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ._case import CaseError, Question
from ._facts import FactsError
from ._plain_data import moment_of
from ._sessions import TO_EDGE

ARGUMENT_SPEC: dict[str, dict[str, Any]] = {
    "facts": {"type": "dict"},
    "role": {"type": "str", "choices": ["auto", "hub", "edge"], "default": "auto"},
    "connector": {"type": "str", "default": "auto"},
    "delivery_type": {"type": "str", "default": TO_EDGE},
    "procedure": {"type": "str", "choices": ["auto", "2007", "2016"], "default": "auto"},
    "wildcards": {"type": "bool", "default": False},
    "warn_days": {"type": "int", "default": 30},
}


def facts_of(given: object, variables: Mapping[str, Any]) -> object:
    """The facts given, else those the host has (from this run or from a fact cache); raises FactsError for none."""
    if given is not None:
        return given
    gathered = variables.get("ansible_facts", {}).get("anon_tls")
    if gathered is None:
        host = variables.get("inventory_hostname", "this host")
        raise FactsError(
            f"there are no facts of {host}: ansible_facts.anon_tls is not set; "
            "run msexchange.transport_tls.anon_tls_facts first, use a fact cache, or give the facts in the option facts"
        )
    return gathered


def question_of(
    options: Mapping[str, Any], now: datetime, *, at: str | None = None, max_age: int = 24, verify: bool = False
) -> Question:
    """Validated options as a question; `at` is ISO 8601, by default `now`. Raises CaseError."""
    return Question(
        at=now if at is None else _moment(at),
        now=now,
        role=None if options["role"] == "auto" else options["role"],
        connector=None if options["connector"].lower() == "auto" else options["connector"],
        delivery_type=options["delivery_type"],
        wildcards=options["wildcards"],
        warn_days=options["warn_days"],
        max_age=max_age,
        verify=verify,
    )


def procedure_of(options: Mapping[str, Any]) -> str | None:
    """The edition that is asked for; None: by the server's version."""
    return None if options["procedure"] == "auto" else options["procedure"]


def _moment(text: str) -> datetime:
    try:
        return moment_of(text)
    except ValueError:
        raise CaseError(f"at: {text!r} is no moment in ISO 8601, such as 2026-11-23T23:40:00Z or 2026-11-23") from None
