"""Step 2 on a whole server with its many connectors."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.msexchange.transport_tls.tests.fixtures.facts import (
    TO_EDGE,
    TO_INTERNET,
    edge,
    hub,
)
from ansible_collections.msexchange.transport_tls.tests.unit.plugins.plugin_utils.procedure_table.row import (
    OWN,
    Row,
    connector,
)

ROWS = [
    Row(
        "2: one connector passes",
        edge([OWN], OWN, connectors=(TO_INTERNET, TO_EDGE, connector("off", enabled=False))),
        {"2a": "pass", "2b": "pass"},
        "selected",
        answer={
            "connectors": [
                {"name": "to internet", "anonymous_tls": False, "failed": ["2a", "2b"]},
                {"name": "to edge", "anonymous_tls": True, "failed": []},
                {"name": "off", "anonymous_tls": True, "failed": []},
            ]
        },
    ),
    Row(
        "2: disabled connectors never decide",
        edge([OWN], OWN, connectors=(connector("off", enabled=False), TO_INTERNET)),
        {"2a": "fail"},
        "not_used",
    ),
    Row(
        "2: a named connector is judged as if enabled",
        edge([OWN], OWN, connectors=(connector("off", enabled=False), TO_INTERNET)),
        {"2a": "pass", "2b": "pass"},
        "selected",
        options={"connector": "OFF"},
    ),
    Row(
        "2: a named connector is judged as if enabled, also where that is not known",
        edge([OWN], OWN, connectors=(connector("doubtful", enabled=None),)),
        {"2a": "pass", "2b": "pass"},
        "selected",
        options={"connector": "doubtful"},
    ),
    Row(
        "2: a named connector decides alone",
        edge([OWN], OWN),
        {"2a": "fail"},
        "not_used",
        options={"connector": "to internet"},
        answer={"stopped_at": "2a"},
    ),
    Row(
        "2: the implicit one by name", hub([OWN], OWN), {"2a": "assumed"}, "selected", options={"connector": "implicit"}
    ),
    Row(
        "2: a pass before an assumed",
        hub([OWN], OWN, connectors=(connector("zz"),)),
        {"2a": "pass"},
        "selected",
    ),
    Row(
        "2: a pass before an unknown",
        edge([OWN], OWN, connectors=(connector("a", smart_host_auth=None), connector("z"))),
        {"2a": "pass"},
        "selected",
    ),
    Row(
        "2: one unknown and none passing is unknown",
        edge([OWN], OWN, connectors=(TO_INTERNET, connector("a", smart_host_auth=None))),
        {"2a": "unknown"},
        "undetermined",
    ),
]
