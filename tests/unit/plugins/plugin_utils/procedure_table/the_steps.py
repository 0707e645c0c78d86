"""The steps themselves, by the 2007 edition, on a Hub and on an Edge."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

from ansible_collections.msexchange.transport_tls.tests.fixtures.facts import (
    FQDN,
    edge,
    hub,
    self_signed,
    untrusted,
)
from ansible_collections.msexchange.transport_tls.tests.unit.plugins.plugin_utils.procedure_table.row import (
    AFTER_3,
    COPY,
    CORRUPT,
    ISSUED,
    NEWER,
    NULL,
    OLDER,
    OWN,
    SKIPPED_6_TO_9,
    Row,
    connector,
    named,
)

ROWS = [
    Row(
        "all pass: hub",
        hub([OWN], OWN, connectors=(connector("explicit"),)),
        dict.fromkeys(("1", "2a", "2b", "3", "4", "5", "6", "7", "8", "9"), "pass"),
        "selected",
        codes=(),
        answer={"thumbprint_match": True, "compliant": True, "stopped_at": None, "missing": [], "remedy": []},
        events=(),
    ),
    Row(
        "1 fails: neither Hub nor Edge",
        replace(hub([OWN], OWN), server=replace(hub([OWN], OWN).server, role="none")),
        {"1": "fail", "2a": "skip", "2b": "skip", "3": "skip", **AFTER_3},
        "not_used",
        codes=(),
        answer={"stopped_at": "1", "compliant": None, "internal": OWN.thumbprint, "missing": []},
    ),
    Row(
        "2a (hub): assumed for the implicit connector",
        hub([OWN], OWN),
        {"2a": "assumed", "2b": "pass"},
        "selected",
        answer={"compliant": True},
    ),
    Row(
        "2a fails (edge): no ExchangeServer",
        edge([OWN], OWN, connectors=(connector("plain", smart_host_auth=("BasicAuth",)),)),
        {"2a": "fail", "2b": "skip", "3": "skip", **AFTER_3},
        "not_used",
        codes=("connector_auth",),
        answer={
            "stopped_at": "2a",
            "compliant": None,
            "connectors": [{"name": "plain", "anonymous_tls": False, "failed": ["2a"]}],
        },
    ),
    Row(
        "2a fails (edge): no connector at all",
        edge([OWN], OWN, connectors=()),
        {"2a": "fail", "2b": "skip"},
        "not_used",
        codes=("connector_auth",),
        answer={"stopped_at": "2a"},
    ),
    Row(
        "2b fails (hub): another delivery type",
        hub([OWN], OWN),
        {"2a": "assumed", "2b": "fail", "3": "skip"},
        "not_used",
        options={"delivery_type": "SmtpRelayToRemoteAdSite"},
        codes=("not_relayed_to_edge",),
        answer={
            "stopped_at": "2b",
            "connectors": [
                {"name": "implicit", "anonymous_tls": False, "failed": ["2b"]},
                {"name": "to internet", "anonymous_tls": False, "failed": ["2a", "2b"]},
            ],
        },
    ),
    Row(
        "2b (hub): delivery types compare without case",
        hub([OWN], OWN),
        {"2b": "pass"},
        "selected",
        options={"delivery_type": "smtprelaywithinadsitetoedge"},
    ),
    Row(
        "2b fails (edge): no -- among the address spaces",
        edge([OWN], OWN, connectors=(connector("star", address_spaces=("SMTP:*;1",), smart_hosts=("--",)),)),
        {"2a": "pass", "2b": "fail", "3": "skip"},
        "not_used",
        codes=("not_relayed_to_edge",),
        answer={"stopped_at": "2b"},
    ),
    *(
        Row(
            f"2b (edge): {space!r} is the address space",
            edge([OWN], OWN, connectors=(connector("c", address_spaces=(space,)),)),
            {"2b": "pass"},
            "selected",
        )
        for space in ("--", "- -", "SMTP:--;1", "smtp:- -", "SMTP: -- ;10")
    ),
    Row(
        "2 (edge): two half-passing connectors never make a pass",
        edge(
            [OWN],
            OWN,
            connectors=(
                connector("a", address_spaces=("*",)),
                connector("b", smart_host_auth=()),
            ),
        ),
        {"2a": "pass", "2b": "fail"},
        "not_used",
        answer={
            "stopped_at": "2b",
            "connectors": [
                {"name": "a", "anonymous_tls": False, "failed": ["2b"]},
                {"name": "b", "anonymous_tls": False, "failed": ["2a"]},
            ],
        },
    ),
    Row(
        "3 fails: null",
        hub([OWN], NULL),
        {"3": "fail", **AFTER_3},
        "not_advertised",
        codes=("internal_missing",),
        answer={"stopped_at": "3", "compliant": False, "internal": None, "best": None, "desired": OWN.thumbprint},
        events=((12012, "3", "startup"),),
    ),
    Row(
        "3 fails: corrupt",
        hub([OWN], CORRUPT),
        {"3": "fail", **AFTER_3},
        "not_advertised",
        codes=("internal_corrupt",),
        events=((12012, "3", "startup"),),
    ),
    Row(
        "4 fails: not in the store",
        hub([NEWER], OWN),
        {"3": "pass", "4": "fail", "5": "skip", **SKIPPED_6_TO_9},
        "not_advertised",
        codes=("internal_not_in_store",),
        answer={"stopped_at": "4", "compliant": False, "internal": OWN.thumbprint, "desired": NEWER.thumbprint},
        events=((12013, "4", "session"),),
    ),
    Row(
        "5 fails and the process goes on",
        hub([self_signed("expired", days=(-50, -1)), OLDER], self_signed("expired", days=(-50, -1))),
        {"5": "fail", "6": "pass", "7": "pass", "8": "assumed", "9": "fail"},
        "selected_mismatch",
        codes=("internal_expired", "not_best"),
        answer={"stopped_at": None, "best": OLDER.thumbprint, "compliant": False},
        events=((12015, "5", "session"), (1037, "9", "session")),
    ),
    Row("6: FQDN matches", hub([replace(OWN, dns_names=(FQDN,))], OWN), {"6": "pass", "7": "pass"}, "selected"),
    Row("6: host name alone matches", hub([replace(OWN, dns_names=("EX01",))], OWN), {"7": "pass"}, "selected"),
    Row(
        "6: physical names match",
        hub([replace(OWN, dns_names=("node1.contoso.com",))], OWN, identity=named(physical_fqdn="node1.contoso.com")),
        {"6": "pass", "7": "pass"},
        "selected",
    ),
    Row(
        "7a fails: version 1",
        hub([replace(OWN, version=1)], OWN),
        {"7": "fail", "8": "skip", "9": "skip"},
        "no_eligible_certificate",
        codes=("no_eligible",),
        answer={"stopped_at": "7", "compliant": False, "desired": None},
    ),
    Row(
        "7b fails: no private key",
        hub([replace(OWN, has_private_key=False)], OWN),
        {"4": "pass", "7": "fail"},
        "no_eligible_certificate",
        codes=("internal_no_private_key", "no_eligible"),
    ),
    Row(
        "7c fails: other names",
        hub([replace(OWN, dns_names=("mail.contoso.com",), common_names=("mail",))], OWN),
        {"7": "fail"},
        "no_eligible_certificate",
        answer={"desired": None},
    ),
    Row(
        "7c: the common name counts",
        hub([replace(OWN, dns_names=(), common_names=(FQDN,))], OWN),
        {"7": "pass"},
        "selected",
    ),
    Row(
        "7d fails: SMTP not enabled",
        hub([replace(OWN, services=("IIS",))], OWN),
        {"7": "fail"},
        "no_eligible_certificate",
        codes=("no_eligible",),
        answer={
            "stopped_at": "7",
            "desired": OWN.thumbprint,
            "candidates": [
                {
                    "thumbprint": OWN.thumbprint,
                    "eligible": False,
                    "failed": ["7d"],
                    "class": "self_signed",
                    "rank": None,
                    "not_desired": [],
                }
            ],
        },
    ),
    Row(
        "8: the latest Valid from",
        hub([OLDER, OWN, NEWER], NEWER),
        {"8": "pass", "9": "pass"},
        "selected",
        answer={"best": NEWER.thumbprint},
    ),
    Row(
        "8: a valid PKI certificate before a newer self-signed one",
        hub([NEWER, ISSUED], ISSUED),
        {"8": "pass", "9": "pass"},
        "selected",
        answer={"best": ISSUED.thumbprint},
    ),
    Row(
        "8 fails: eligible, neither valid PKI nor self-signed",
        hub([untrusted("foreign")], untrusted("foreign")),
        {"7": "pass", "8": "fail", "9": "skip"},
        "no_eligible_certificate",
        codes=("no_eligible",),
        answer={
            "stopped_at": "8",
            "candidates": [
                {
                    "thumbprint": untrusted("foreign").thumbprint,
                    "eligible": True,
                    "failed": [],
                    "class": "neither",
                    "rank": None,
                    "not_desired": [],
                }
            ],
        },
    ),
    Row(
        "9 fails: another is best",
        hub([OWN, NEWER], OWN),
        {"9": "fail"},
        "selected_mismatch",
        codes=("not_best",),
        answer={"internal": OWN.thumbprint, "best": NEWER.thumbprint, "thumbprint_match": False, "compliant": False},
        events=((1037, "9", "session"),),
    ),
    Row(
        "all pass: edge",
        edge([OWN], OWN),
        dict.fromkeys(("1", "2a", "2b", "3", "4", "5", "6", "7", "8", "9"), "pass"),
        "selected",
        codes=(),
    ),
    Row("Edge: Active Directory's copy is used", edge([OWN], COPY), {"3": "assumed", "4": "pass"}, "selected"),
]
