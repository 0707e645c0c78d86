"""The 2016 edition, and which edition a version follows."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import (
    Identity,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.facts import (
    edge,
    hub,
    self_signed,
)
from ansible_collections.msexchange.transport_tls.tests.unit.plugins.plugin_utils.procedure_table.row import (
    AFTER_3,
    NEWER,
    NULL,
    OWN,
    SKIPPED_6_TO_9,
    Row,
    connector,
)

ROWS = [
    Row(
        "2016 (hub): 2b only, 6 to 9 absent",
        hub([OWN, NEWER], OWN, version="15.2.2562"),
        {"1": "pass", "2a": "skip", "2b": "pass", "3": "pass", "4": "pass", "5": "pass", **SKIPPED_6_TO_9},
        "selected",
        codes=(),
        answer={"edition": "2016", "best": None, "thumbprint_match": None, "desired": None, "compliant": True},
    ),
    Row(
        "2016 (hub): a stop is at 2b, 2a never in failed",
        hub([OWN], OWN, version="15.1.2507"),
        {"2a": "skip", "2b": "fail"},
        "not_used",
        options={"delivery_type": "MapiDelivery"},
        answer={
            "stopped_at": "2b",
            "connectors": [
                {"name": "implicit", "anonymous_tls": False, "failed": ["2b"]},
                {"name": "to internet", "anonymous_tls": False, "failed": ["2b"]},
            ],
        },
    ),
    Row(
        "2016 (hub): connectors unknown and one named, 2a is still skip",
        hub([OWN], OWN, version="15.1.2507", connectors=None),
        {"2a": "skip", "2b": "unknown"},
        "undetermined",
        options={"connector": "x"},
    ),
    Row(
        "2016 (edge): 2a and 2b",
        edge([OWN], OWN, version="15.2.1118", connectors=(connector("c", smart_host_auth=()),)),
        {"2a": "fail"},
        "not_used",
        answer={"stopped_at": "2a"},
    ),
    Row("2016 (edge): selected", edge([OWN], OWN, version="15.2.1118"), {"2a": "pass", "2b": "pass"}, "selected"),
    Row("2016: 3 stops at null", hub([OWN], NULL, version="15.2.1118"), {"3": "fail", **AFTER_3}, "not_advertised"),
    Row("2016: 4 stops", hub([NEWER], OWN, version="15.2.1118"), {"4": "fail"}, "not_advertised"),
    Row(
        "2016: 5 goes on",
        hub([self_signed("e", days=(-50, -1)), OWN], self_signed("e", days=(-50, -1)), version="15.2.1118"),
        {"5": "fail", **SKIPPED_6_TO_9},
        "selected",
        codes=("internal_expired",),
        answer={"compliant": False, "desired": OWN.thumbprint},
    ),
    Row(
        "2016: not known whether in order, no desired",
        hub([replace(OWN, has_private_key=None), NEWER], OWN, version="15.2.1118"),
        {"4": "pass"},
        "selected",
        answer={"compliant": None, "missing": ["private_key"], "desired": None},
    ),
    Row(
        "2016: names unknown do not matter",
        hub([OWN], OWN, version="15.2.1118", identity=Identity()),
        SKIPPED_6_TO_9,
        "selected",
        answer={"missing": []},
    ),
    Row(
        "15.0 is 2016, assumed",
        hub([OWN], OWN, version="15.0.1497"),
        {"2a": "skip"},
        "selected",
        codes=("edition_assumed",),
        answer={"edition": "2016", "compliant": True},
    ),
    Row(
        "8.x is 2007",
        hub([OWN], OWN, version="8.3.485"),
        {"9": "pass"},
        "selected",
        codes=(),
        answer={"edition": "2007"},
    ),
    Row(
        "the option overrides the version, without a finding",
        hub([OWN, NEWER], OWN, version=None),
        SKIPPED_6_TO_9,
        "selected",
        options={"procedure": "2016"},
        codes=(),
    ),
]
