"""Facts that are not known: unknown never turns into yes or no."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import (
    DirectoryValue,
    Identity,
    Interval,
    Trust,
    Unreadable,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.facts import (
    FQDN,
    NOW,
    edge,
    hub,
    pki,
    untrusted,
)
from ansible_collections.msexchange.transport_tls.tests.unit.plugins.plugin_utils.procedure_table.row import (
    AFTER_3,
    ISSUED,
    NEWER,
    NULL,
    OLDER,
    OWN,
    UNKNOWN_TRUST,
    Row,
    connector,
)

ROWS = [
    Row(
        "role unknown",
        replace(hub([OWN], OWN), server=replace(hub([OWN], OWN).server, role="unknown")),
        {"1": "pass", "2a": "unknown", "2b": "unknown", "3": "pass", "9": "pass"},
        "undetermined",
        answer={"missing": ["role"], "best": OWN.thumbprint, "thumbprint_match": True},
    ),
    Row(
        "role and connectors unknown",
        replace(hub([OWN], OWN, connectors=None), server=replace(hub([OWN], OWN).server, role="unknown")),
        {"2a": "unknown"},
        "undetermined",
        answer={"missing": ["role", "connectors"]},
    ),
    Row(
        "role given by the option",
        replace(edge([OWN], OWN), server=replace(hub([OWN], OWN).server, role="unknown")),
        {"2a": "pass", "2b": "pass"},
        "selected",
        options={"role": "edge"},
    ),
    Row(
        "connectors unknown (edge)",
        edge([OWN], OWN, connectors=None),
        {"2a": "unknown", "2b": "unknown", "3": "pass", "9": "pass"},
        "undetermined",
        answer={"missing": ["connectors"], "connectors": []},
    ),
    Row(
        "connectors unknown (hub): the implicit one is still there",
        hub([OWN], OWN, connectors=None),
        {"2a": "assumed", "2b": "pass"},
        "selected",
        answer={"missing": [], "connectors": [{"name": "implicit", "anonymous_tls": True, "failed": []}]},
    ),
    Row(
        "connectors unknown (hub), another delivery type: 2b fails for every one there can be",
        hub([OWN], OWN, connectors=None),
        {"2a": "assumed", "2b": "fail"},
        "not_used",
        options={"delivery_type": "MapiDelivery"},
        answer={"stopped_at": "2b"},
    ),
    Row(
        "connectors unknown and one named",
        hub([OWN], OWN, connectors=None),
        {"2a": "unknown", "2b": "unknown"},
        "undetermined",
        options={"connector": "to edge"},
        answer={"missing": ["connectors"]},
    ),
    Row(
        "2a unknown: the connector is unknown whatever its 2b",
        edge([OWN], OWN, connectors=(connector("c", smart_host_auth=None, address_spaces=("*",)),)),
        {"2a": "unknown", "2b": "unknown", "3": "pass"},
        "undetermined",
        answer={"missing": ["connectors"], "connectors": [{"name": "c", "anonymous_tls": None, "failed": ["2b"]}]},
    ),
    Row(
        "2a unknown, 2b passes",
        edge([OWN], OWN, connectors=(connector("c", smart_host_auth=None),)),
        {"2a": "unknown", "2b": "pass"},
        "undetermined",
    ),
    Row(
        "2b unknown",
        edge([OWN], OWN, connectors=(connector("c", address_spaces=None),)),
        {"2a": "pass", "2b": "unknown"},
        "undetermined",
    ),
    Row(
        "2a fails, 2b unknown: fails",
        edge([OWN], OWN, connectors=(connector("c", smart_host_auth=(), address_spaces=None),)),
        {"2a": "fail"},
        "not_used",
    ),
    Row(
        "whether the connector is enabled is unknown",
        edge([OWN], OWN, connectors=(connector("c", enabled=None),)),
        {"2a": "unknown"},
        "undetermined",
        answer={"connectors": [{"name": "c", "anonymous_tls": True, "failed": []}]},
    ),
    Row(
        "2 unknown and 3 fails: 3 keeps its fail, what follows is skip",
        edge([OWN], NULL, connectors=None),
        {"2a": "unknown", "3": "fail", **AFTER_3},
        "undetermined",
        codes=("internal_missing",),
        answer={"compliant": None, "stopped_at": None, "remedy": [], "missing": ["connectors"]},
        events=((12012, "3", "startup"),),
    ),
    Row(
        "directory not gathered",
        hub([OWN], DirectoryValue("not_gathered")),
        {"3": "unknown"},
        "undetermined",
        answer={"missing": ["directory"]},
    ),
    Row(
        "no store",
        replace(hub([OWN], OWN), store=None),
        {"3": "pass", "4": "unknown", "5": "unknown", "6": "unknown", "7": "unknown", "8": "unknown", "9": "unknown"},
        "undetermined",
        answer={"missing": ["store"], "candidates": [], "desired": None},
    ),
    Row(
        "no names",
        hub([OWN], OWN, identity=Identity()),
        {"5": "pass", "6": "unknown", "7": "unknown", "8": "unknown", "9": "unknown"},
        "undetermined",
        answer={"missing": ["identity"], "best": None, "desired": None},
    ),
    Row(
        "some names: a match is a match",
        hub([OWN], OWN, identity=Identity(fqdn=FQDN)),
        {"6": "unknown", "7": "pass", "8": "pass", "9": "pass"},
        "selected",
        answer={"missing": []},
    ),
    Row(
        "some names: no match is unknown",
        hub([replace(OWN, dns_names=("other.contoso.com",))], OWN, identity=Identity(fqdn=FQDN)),
        {"6": "unknown", "7": "unknown", "8": "unknown"},
        "undetermined",
        answer={"missing": ["identity"]},
    ),
    Row(
        "4 unknown: an unreadable entry has no thumbprint; 9 still compares",
        replace(
            hub([NEWER], OWN), store=replace(hub([NEWER], OWN).store, unreadable=(Unreadable("x.cer", None, "cut"),))
        ),
        {"4": "unknown", "5": "unknown", "8": "pass", "9": "fail"},
        "undetermined",
        codes=("not_best",),
        answer={
            "missing": ["store"],
            "thumbprint_match": False,
            "best": NEWER.thumbprint,
            "compliant": None,
            "remedy": [],
        },
        events=((1037, "9", "session"),),
    ),
    Row(
        "4 unknown: an unreadable entry has that thumbprint",
        replace(
            hub([NEWER], OWN),
            store=replace(hub([NEWER], OWN).store, unreadable=(Unreadable("x.cer", OWN.thumbprint, "bad SAN"),)),
        ),
        {"4": "unknown"},
        "undetermined",
    ),
    Row(
        "4 fails: the unreadable entries have other thumbprints",
        replace(
            hub([NEWER], OWN), store=replace(hub([NEWER], OWN).store, unreadable=(Unreadable("x", "C" * 40, "bad"),))
        ),
        {"4": "fail"},
        "not_advertised",
    ),
    Row(
        "unreadable entries do not touch 7 and 8",
        replace(hub([OWN], OWN), store=replace(hub([OWN], OWN).store, unreadable=(Unreadable("x.cer", None, "cut"),))),
        {"4": "pass", "7": "pass", "8": "pass", "9": "pass"},
        "selected",
    ),
    Row(
        "services unknown",
        hub([replace(OWN, services=None)], OWN),
        {"7": "unknown", "8": "unknown", "9": "unknown"},
        "undetermined",
        answer={"missing": ["services"], "desired": OWN.thumbprint},
    ),
    Row(
        "private key unknown",
        hub([replace(OWN, has_private_key=None)], OWN),
        {"7": "unknown", "8": "unknown"},
        "undetermined",
        answer={"missing": ["private_key"], "desired": None},
    ),
    Row(
        "trust unknown",
        hub([pki("i", trust=UNKNOWN_TRUST), OLDER], OLDER),
        {"7": "pass", "8": "unknown", "9": "unknown"},
        "undetermined",
        answer={"missing": ["trust"], "desired": None},
    ),
    Row(
        "trust unknown of one that comes after the best",
        hub([pki("i", days=(-200, 100), trust=UNKNOWN_TRUST), ISSUED], ISSUED),
        {"8": "pass", "9": "pass"},
        "selected",
    ),
    Row(
        "8: with none that may be PKI, the same for the self-signed",
        hub([replace(NEWER, services=None), OWN], OWN),
        {"7": "pass", "8": "unknown"},
        "undetermined",
        answer={"missing": ["services"]},
    ),
    Row(
        "an uncertain chain counts as unknown at its own moment only",
        hub(
            [
                pki(
                    "i",
                    trust=Trust(
                        "trusted",
                        None,
                        "built",
                        (
                            Interval(NOW - timedelta(days=9), NOW - timedelta(days=1)),
                            Interval(NOW - timedelta(days=9), NOW + timedelta(days=1), (), "a name constraint"),
                        ),
                    ),
                ),
                OWN,
            ],
            OWN,
        ),
        {"8": "unknown"},
        "undetermined",
        answer={"missing": ["trust"]},
    ),
    Row(
        "services unknown, and nothing that may be eligible could be best",
        hub([untrusted("foreign", services=None)], untrusted("foreign")),
        {"7": "unknown", "8": "fail", "9": "skip"},
        "no_eligible_certificate",
        codes=("no_eligible",),
        answer={"stopped_at": "8", "missing": []},
    ),
    Row(
        "the version unknown: 2007, with a finding",
        hub([OWN, NEWER], OWN, version=None),
        {"9": "fail"},
        "selected_mismatch",
        codes=("edition_assumed", "not_best"),
        answer={"edition": "2007"},
    ),
]
