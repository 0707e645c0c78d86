"""What may go wrong while the playbook `remediate` runs: nothing is changed, or put back, and what is there is said."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from .conftest import Laboratory

SECOND_READING = "Read again, immediately before the change"
CHANGE = "Enable the certificate"
PROOF = "Read and decide again"


def test_of_two_runs_at_once_the_slower_one_stops_before_it_changes_anything(laboratory: Laboratory) -> None:
    faster = ["env", "-u", "AT_TASK", *laboratory.playbook("EX41")]
    run = laboratory.remediate("EX41", at=SECOND_READING, do=shlex.join(faster))
    assert (run.code, laboratory.internal("EX41")) == (2, "renewed")
    assert "the facts have moved since the decision: directory.thumbprint was " in run.said
    assert run.said.endswith("; nothing was changed. Run again")


def test_a_certificate_that_is_removed_between_decision_and_change_stops_the_run(laboratory: Laboratory) -> None:
    run = laboratory.remediate("EX42", at=SECOND_READING, do=laboratory.command("remove", "EX42", "renewed"))
    assert (run.code, laboratory.internal("EX42")) == (2, "issued")
    assert "] is gone; nothing was changed" in run.said


def test_a_certificate_that_is_removed_after_the_last_reading_stops_the_change(laboratory: Laboratory) -> None:
    run = laboratory.remediate("EX43", at=CHANGE, do=laboratory.command("remove", "EX43", "renewed"))
    assert (run.code, laboratory.internal("EX43")) == (2, "issued")
    assert "is not in the store" in run.said
    assert "The internal certificate is what it was" in run.said


def test_a_server_that_is_removed_from_the_directory_stops_the_run(laboratory: Laboratory) -> None:
    run = laboratory.remediate("EX44", at=SECOND_READING, do=laboratory.command("forget", "EX44"))
    assert run.code == 2
    assert "the facts have moved since the decision: " in run.said
    assert "directory.status was present, is unknown" in run.said


def test_a_desired_certificate_that_expires_before_the_change_stops_the_run(laboratory: Laboratory) -> None:
    run = laboratory.remediate("EX51", "-e", "anon_tls_remediate_enable_desired=true", at=SECOND_READING, later=2)
    assert (run.code, laboratory.internal("EX51"), laboratory.smtp("EX51")) == (2, "setup", ["setup"])
    assert "what is to be done has moved with the time: change " in run.said


def test_a_desired_certificate_that_expires_before_the_proof_gives_way_to_the_earlier_one(
    laboratory: Laboratory,
) -> None:
    run = laboratory.remediate("EX52", "-e", "anon_tls_remediate_enable_desired=true", at=PROOF, later=2)
    assert (run.code, laboratory.internal("EX52"), laboratory.smtp("EX52")) == (2, "setup", ["expiring", "setup"])
    assert "not proven: EX52: " in run.said
    assert " is the internal certificate again, as was read afterwards; SMTP stays enabled for " in run.said


@pytest.mark.parametrize(
    ("server", "at", "internal", "said"),
    [
        ("EX45", SECOND_READING, "issued", "the connection was severed"),
        ("EX46", CHANGE, "issued", "the connection was severed"),
        ("EX47", PROOF, "renewed", "What is there now cannot be read, and so nothing is put back: "),
    ],
    ids=["before the second reading", "before the change", "before the proof"],
)
def test_a_connection_that_is_lost_between_two_calls_is_told(
    laboratory: Laboratory, tmp_path: Path, server: str, at: str, internal: str, said: str
) -> None:
    severed = str(tmp_path / "severed")
    run = laboratory.remediate(
        server, "-e", "ansible_connection=severed", at=at, do=shlex.join(["touch", severed]), SEVERED=severed
    )
    assert (run.code, laboratory.internal(server)) == (2, internal)
    assert said in run.said


def test_a_run_that_may_not_become_another_user_changes_nothing(laboratory: Laboratory, tmp_path: Path) -> None:
    """`sudo` is one that refuses as soon as a file is there."""
    refuses = tmp_path / "refuses"
    sudo = tmp_path / "sudo"
    sudo.write_text(
        f'#!/bin/sh\n[ -e {refuses} ] && {{ echo "sudo: a password is required" >&2; exit 1; }}\n'
        'while [ "$1" != /bin/sh ]; do shift; done\nexec "$@"\n'
    )
    sudo.chmod(0o755)
    options = ("--become", "-e", f"ansible_become_exe={sudo}")
    same_user = {"ANSIBLE_BECOME_ALLOW_SAME_USER": "1"}
    run = laboratory.remediate("EX48", *options, at=CHANGE, do=shlex.join(["touch", str(refuses)]), **same_user)
    assert (run.code, laboratory.internal("EX48")) == (2, "issued")
    assert "a password is required" in run.said
    again = laboratory.remediate("EX48", *options, **same_user)
    assert (again.code, laboratory.internal("EX48")) == (2, "issued")
    assert "a password is required" in again.said


def test_check_mode_shows_the_change_and_makes_none(laboratory: Laboratory) -> None:
    run = laboratory.remediate("EX49", "--check", "--diff")
    assert (run.code, laboratory.internal("EX49")) == (0, "issued")
    assert "+++ after" in run.output
    assert "nothing was changed and nothing is proven; would be: EX49: uses " in run.output


def test_the_state_before_is_in_the_custom_statistics(laboratory: Laboratory) -> None:
    run = laboratory.remediate("EX49", ANSIBLE_SHOW_CUSTOM_STATS="1")
    assert (run.code, laboratory.internal("EX49")) == (0, "renewed")
    _rest, _stats, stats = run.output.partition("CUSTOM STATS")
    assert '"anon_tls_remediate_changed": 1' in stats
    assert '"directory": "present"' in stats
    assert '"server": "EX49"' in stats
