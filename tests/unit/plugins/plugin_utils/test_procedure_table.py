"""The procedure as a table: at least one case for every cell of the reference, both roles, both editions."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.msexchange.transport_tls.tests.fixtures.facts import hub
from ansible_collections.msexchange.transport_tls.tests.unit.plugins.plugin_utils.procedure_table import (
    editions,
    findings,
    open_points,
    the_steps,
    unknown_facts,
    whole_server,
    windows_hosts,
)
from ansible_collections.msexchange.transport_tls.tests.unit.plugins.plugin_utils.procedure_table.row import (
    NEWER,
    OLDER,
    OWN,
    Row,
    decided,
)

TABLE = [
    *the_steps.ROWS,
    *open_points.ROWS,
    *unknown_facts.ROWS,
    *whole_server.ROWS,
    *editions.ROWS,
    *findings.ROWS,
    *windows_hosts.ROWS,
]

CODES_OF_THIS_PART = {
    "internal_missing", "internal_corrupt", "internal_not_in_store", "internal_no_private_key", "internal_expired",
    "no_eligible", "best_expired", "not_best", "internal_expires_soon", "internal_is_auth_certificate", "key_cng",
    "edition_assumed", "facts_stale", "connector_auth", "not_relayed_to_edge", "edge_copy_differs",
    "key_not_readable", "exchange_disagrees",
}  # fmt: skip


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.cell)
def test_the_procedure_gives_what_the_reference_says(row: Row) -> None:
    decision = decided(row)
    verdicts = {step["step"]: step["verdict"] for step in decision["steps"]}
    assert {step: verdicts[step] for step in row.verdicts} == row.verdicts
    assert decision["outcome"] == row.outcome
    assert {key: decision[key] for key in row.answer} == row.answer
    if row.codes is not None:
        assert tuple(finding["code"] for finding in decision["findings"]) == row.codes
    if row.events is not None:
        assert tuple((e["id"], e["step"], e["when"]) for e in decision["expected_events"]) == row.events


def test_candidates_stand_by_rank_then_latest_valid_from_then_thumbprint() -> None:
    unranked = [replace(certificate, services=()) for certificate in (OLDER, NEWER)]
    twins = [replace(OWN, services=(), thumbprint=digit * 40) for digit in "BA"]
    row = Row("", hub([*unranked, *twins, OWN], OWN), {}, "")
    ordered = [candidate["thumbprint"] for candidate in decided(row)["candidates"]]
    assert ordered == [OWN.thumbprint, NEWER.thumbprint, "A" * 40, "B" * 40, OLDER.thumbprint]


def test_every_cell_is_there_once() -> None:
    cells = [row.cell for row in TABLE]
    assert len(cells) == len(set(cells))


def test_the_table_produces_every_finding_and_every_outcome() -> None:
    decisions = [decided(row) for row in TABLE]
    assert {f["code"] for decision in decisions for f in decision["findings"]} == CODES_OF_THIS_PART
    assert {decision["outcome"] for decision in decisions} == {
        "selected", "selected_mismatch", "no_eligible_certificate", "not_advertised", "not_used", "undetermined",
    }  # fmt: skip
    assert {decision["stopped_at"] for decision in decisions} == {None, "1", "2a", "2b", "3", "4", "7", "8"}


SUMMARIES = {
    "all pass: hub": "EX01: uses {own} (CN=own) for anonymous TLS; compliant",
    "9 fails: another is best": (
        "EX01: uses {own} (CN=own) for anonymous TLS, but {newer} (CN=newer) is the best of its store; "
        "not compliant (not_best)"
    ),
    "7d fails: SMTP not enabled": (
        "EX01: keeps {own} (CN=own) loaded, but no certificate of its store can be selected; "
        "not compliant (no_eligible)"
    ),
    "3 fails: null": "EX01: does not advertise anonymous TLS; not compliant (internal_missing)",
    "2a fails (edge): no connector at all": "EX01: does not use anonymous TLS (connector_auth)",
    "1 fails: neither Hub nor Edge": (
        "EX01: is neither a Hub nor an Edge Transport server and does not use anonymous TLS"
    ),
    "4 unknown: an unreadable entry has no thumbprint; 9 still compares": "EX01: cannot be decided (not known: store)",
    "2016: not known whether in order, no desired": (
        "EX01: uses {own} (CN=own) for anonymous TLS (not known: private key)"
    ),
    "internal_is_auth_certificate": (
        "EX01: uses {own} (CN=own) for anonymous TLS; compliant (internal_is_auth_certificate)"
    ),
}


@pytest.mark.parametrize("cell", SUMMARIES)
def test_the_summary_is_one_line_a_person_can_read(cell: str) -> None:
    (row,) = (row for row in TABLE if row.cell == cell)
    names = {"own": OWN.thumbprint[:8], "newer": NEWER.thumbprint[:8]}
    assert decided(row)["summary"] == SUMMARIES[cell].format(**names)
