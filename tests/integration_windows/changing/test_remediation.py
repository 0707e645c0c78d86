"""The role `anon_tls_remediate` mends an Edge that Ansible takes for Windows, proves it, and then has nothing to do."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import server_certificate
from ansible_collections.msexchange.transport_tls.tests.fixtures.windows_host import DOMAIN, Stored, calls
from ansible_collections.msexchange.transport_tls.tests.fixtures.windows_targets import left, start, state, stop
from ansible_collections.msexchange.transport_tls.tests.integration_windows.conftest import play
from ansible_collections.msexchange.transport_tls.tests.integration_windows.hosts import (
    BEGUN,
    ISSUING,
    ROOT,
    setup_certificate,
    usual_edge,
)

PLAYBOOK = """\
- import_playbook: msexchange.transport_tls.remediate
"""
LOST = Stored(setup_certificate("EDGE09"))
HEIR = Stored(
    server_certificate(f"edge09.{DOMAIN}", issuer=ISSUING, not_before=BEGUN),
    services=("IIS",),
    issuers=(ISSUING, ROOT),
    root_ca_type="Enterprise",
)
THUMBPRINT = HEIR.credential.thumbprint
CHANGES = [f"Enable-ExchangeCertificate {THUMBPRINT} SMTP -Force"]
ALLOWED = ("--extra-vars", "anon_tls_remediate_allow_edge_resubscribe=true")


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Path]:
    """An Edge whose AD LDS names a certificate that is no longer in its store."""
    folder = tmp_path / "lab"
    try:
        start(folder, {"edge09": replace(usual_edge("EDGE09", LOST), certificates=[HEIR])})
        yield folder
    finally:
        stop(folder)


def changes(lab: Path) -> list[str]:
    return [line for line in calls(state(lab, "edge09")) if line.startswith("Enable-")]


def test_an_edge_is_mended_once(lab: Path) -> None:
    play(lab, PLAYBOOK, "--check", "--diff", *ALLOWED)
    assert changes(lab) == []
    told = play(lab, PLAYBOOK, *ALLOWED)
    assert "New-EdgeSubscription" in told
    again = play(lab, PLAYBOOK, *ALLOWED)
    assert "changed=0" in again
    assert changes(lab) == CHANGES
    host = json.loads((state(lab, "edge09") / "host.json").read_text(encoding="utf-8"))
    assert host["exchange"]["internal_thumbprint"] == THUMBPRINT
    assert left(lab, "edge09") == []
