"""A row of the procedure's table, and the certificates and values that its cells are shown with."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._case import Question
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._decision import decide
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import (
    DirectoryValue,
    Facts,
    Identity,
    SendConnector,
    Trust,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.facts import (
    IDENTITY,
    NOW,
    TO_EDGE,
    pki,
    self_signed,
)

OWN = self_signed("own")
NEWER = self_signed("newer", days=(-10, 300))
OLDER = self_signed("older", days=(-300, 100))
ISSUED = pki("issued")
NEWER_ISSUED = pki("newer issued", days=(-10, 300))
NULL = DirectoryValue("null", "the attribute is empty", "ldif")
CORRUPT = DirectoryValue("corrupt", "12 bytes that are no certificate", "ldif")
UNREAD = DirectoryValue("unknown", "the server is down", "ldif")
COPY = DirectoryValue("present", source="ldif", thumbprint=OWN.thumbprint, is_copy=True)
UNKNOWN_TRUST = Trust("unknown", "a name constraint", "built")


@dataclass(frozen=True)
class Row:
    """A cell of the reference, the facts and options that show it, and what must come out.

    `verdicts` names steps and their verdicts, `codes` the findings (all of them), `answer` fields of the decision.
    """

    cell: str
    facts: Facts
    verdicts: dict[str, str]
    outcome: str
    options: dict[str, Any] = field(default_factory=dict)
    codes: tuple[str, ...] | None = None
    answer: dict[str, Any] = field(default_factory=dict)
    events: tuple[tuple[int, str, str], ...] | None = None


def connector(name: str, **fields: Any) -> SendConnector:
    return replace(TO_EDGE, name=name, **fields)


def named(**names: Any) -> Identity:
    return replace(IDENTITY, **names)


SKIPPED_6_TO_9 = {"6": "skip", "7": "skip", "8": "skip", "9": "skip"}
AFTER_3 = {"4": "skip", "5": "skip", **SKIPPED_6_TO_9}


def decided(row: Row) -> dict[str, Any]:
    options = {"at": NOW, "now": NOW, **row.options}
    procedure = options.pop("procedure", None)
    return decide(row.facts, Question(**options), procedure).to_plain()
