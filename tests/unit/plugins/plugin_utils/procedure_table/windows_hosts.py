"""Services that the permissions of a private key tell, as on a Windows host whose Exchange did not answer."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

from ansible_collections.msexchange.transport_tls.tests.fixtures.facts import hub
from ansible_collections.msexchange.transport_tls.tests.unit.plugins.plugin_utils.procedure_table.row import (
    NEWER,
    OWN,
    Row,
)

BY_KEY = replace(OWN, services_evidence="key_acl")
NOT_BY_KEY = replace(NEWER, services=(), services_evidence="key_acl")

ROWS = [
    Row(
        "7 and 8 are assumed where the permissions of a key tell the services",
        hub([BY_KEY], BY_KEY),
        {"7": "assumed", "8": "assumed", "9": "pass"},
        "selected",
    ),
    Row(
        "7 and 8 are assumed where they tell that a newer one is not enabled",
        hub([OWN, NOT_BY_KEY], OWN),
        {"7": "assumed", "8": "assumed", "9": "pass"},
        "selected",
    ),
    Row(
        "8 does not rest on the key of one that comes later",
        hub([NEWER, BY_KEY], NEWER),
        {"7": "assumed", "8": "pass", "9": "pass"},
        "selected",
    ),
]
