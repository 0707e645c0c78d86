"""What the topic leaves open, and how the reference settles it."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import (
    Interval,
    Trust,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.facts import (
    FQDN,
    NOW,
    edge,
    hub,
    pki,
    self_signed,
)
from ansible_collections.msexchange.transport_tls.tests.unit.plugins.plugin_utils.procedure_table.row import (
    ISSUED,
    NEWER,
    OLDER,
    OWN,
    UNREAD,
    Row,
    named,
)

ROWS = [
    Row(
        "we could not read: unknown, never step 3's failure",
        hub([OWN], UNREAD),
        {"3": "unknown", "4": "unknown", "5": "unknown", "6": "pass", "7": "pass", "8": "pass", "9": "unknown"},
        "undetermined",
        codes=(),
        answer={"missing": ["directory"], "compliant": None, "best": OWN.thumbprint, "remedy": [], "stopped_at": None},
        events=(),
    ),
    Row(
        "a certificate in 4 without a private key",
        hub([replace(OWN, has_private_key=False), NEWER], OWN),
        {"4": "pass", "9": "fail"},
        "selected_mismatch",
        codes=("internal_no_private_key", "not_best"),
    ),
    Row(
        "clusters (NLB): ClusterName takes the place of the FQDN",
        hub(
            [replace(OWN, dns_names=("nlb.contoso.com",))],
            OWN,
            identity=named(cluster="nlb", cluster_names=("nlb.contoso.com",)),
        ),
        {"6": "pass", "7": "pass"},
        "selected",
    ),
    Row(
        "clusters (NLB): the FQDN is not consulted",
        hub(
            [replace(OWN, dns_names=("alias.contoso.com",))],
            OWN,
            identity=named(fqdn="alias.contoso.com", cluster="nlb", cluster_names=("nlb.contoso.com",)),
        ),
        {"6": "pass", "7": "fail"},
        "no_eligible_certificate",
    ),
    Row(
        "clusters: every non-empty ClusterName",
        hub(
            [replace(OWN, dns_names=("two.contoso.com",))],
            OWN,
            identity=named(cluster="nlb", cluster_names=("one.contoso.com", "", "two.contoso.com")),
        ),
        {"6": "pass", "7": "pass"},
        "selected",
    ),
    Row(
        "clusters: assumed where the host is not known to be one",
        hub(
            [replace(OWN, dns_names=("nlb.contoso.com",))],
            OWN,
            identity=named(cluster=None, cluster_names=("nlb.contoso.com",), physical_fqdn="node1.contoso.com"),
        ),
        {"6": "assumed", "7": "assumed", "8": "assumed"},
        "selected",
    ),
    Row(
        "clusters: an NLB server without ClusterName keeps its FQDN",
        hub([OWN], OWN, identity=named(cluster="nlb", physical_fqdn="node1.contoso.com")),
        {"6": "assumed", "7": "pass"},
        "selected",
    ),
    Row(
        "clusters (edge, failover): without ClusterName, nothing changes where the physical FQDN is the same",
        edge([OWN], OWN, identity=named(cluster="failover")),
        {"6": "pass"},
        "selected",
    ),
    Row(
        "archived: not found by 4",
        hub([replace(OWN, archived=True), NEWER], OWN),
        {"4": "fail"},
        "not_advertised",
        codes=("internal_not_in_store",),
    ),
    Row(
        "archived: not found by 7, and 7 and 8 rest on it",
        hub([OWN, replace(NEWER, archived=True)], OWN),
        {"7": "assumed", "8": "assumed", "9": "pass"},
        "selected",
        answer={"best": OWN.thumbprint},
    ),
    Row(
        "archived: a step that would be the same does not rest on it",
        hub([OWN, replace(NEWER, archived=True, services=())], OWN),
        {"7": "pass", "8": "pass"},
        "selected",
    ),
    Row(
        "wildcards: off by default",
        hub([replace(OWN, dns_names=("*.contoso.com",))], OWN),
        {"7": "fail"},
        "no_eligible_certificate",
    ),
    Row(
        "wildcards: an option, assumed",
        hub([replace(OWN, dns_names=("*.contoso.com",))], OWN),
        {"7": "assumed", "8": "assumed", "9": "pass"},
        "selected",
        options={"wildcards": True},
    ),
    *(
        Row(
            f"names: {name!r} is {FQDN}",
            hub([replace(OWN, dns_names=(name,))], OWN),
            {"7": "pass"},
            "selected",
        )
        for name in ("EX01.Contoso.COM", "ex01.contoso.com.")
    ),
    Row(
        "names: IDN compare as A-labels",
        hub([replace(OWN, dns_names=("xn--bcher-kva.example",))], OWN, identity=named(fqdn="BÜCHER.example")),
        {"7": "pass"},
        "selected",
    ),
    Row(
        "a self-signed certificate is never a PKI one, even if its own root",
        hub(
            [
                replace(NEWER, trust=Trust("trusted", None, "built", (Interval(NEWER.not_before, NEWER.not_after),))),
                ISSUED,
            ],
            ISSUED,
        ),
        {"8": "pass", "9": "pass"},
        "selected",
        answer={"best": ISSUED.thumbprint},
    ),
    Row(
        "valid PKI: inside the validity of every certificate of one chain",
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
                            Interval(NOW - timedelta(days=1), NOW + timedelta(days=1)),
                        ),
                    ),
                ),
                OWN,
            ],
            OWN,
        ),
        {"9": "fail"},
        "selected_mismatch",
        answer={"best": pki("i").thumbprint},
    ),
    Row(
        "valid PKI: an expired intermediate makes it neither",
        hub(
            [
                pki(
                    "i",
                    trust=Trust(
                        "trusted", None, "built", (Interval(NOW - timedelta(days=9), NOW - timedelta(days=1)),)
                    ),
                ),
                OWN,
            ],
            OWN,
        ),
        {"9": "pass"},
        "selected",
        answer={"best": OWN.thumbprint},
    ),
    Row(
        "self-signed out of validity: passed over, and 8 rests on it",
        hub([self_signed("expired", days=(-50, -1)), OLDER], OLDER),
        {"8": "assumed", "9": "pass"},
        "selected",
        answer={"best": OLDER.thumbprint},
    ),
    Row(
        "self-signed out of validity: the latest when none is inside",
        hub([self_signed("e1", days=(-50, -1)), self_signed("e2", days=(-60, -2))], self_signed("e1", days=(-50, -1))),
        {"5": "fail", "8": "assumed", "9": "pass"},
        "selected",
        codes=("internal_expired", "best_expired"),
        answer={"compliant": False, "desired": None, "best": self_signed("e1").thumbprint},
    ),
    Row(
        "equal Valid from: latest Valid to first",
        hub([OWN, self_signed("longer", days=(-100, 200))], OWN),
        {"9": "fail"},
        "selected_mismatch",
        answer={"best": self_signed("longer").thumbprint},
    ),
    Row(
        "equal Valid from and to: thumbprint ascending",
        hub([replace(OWN, thumbprint="B" * 40), replace(OWN, thumbprint="A" * 40)], replace(OWN, thumbprint="A" * 40)),
        {"9": "pass"},
        "selected",
    ),
    Row(
        "instants: not_after is inside",
        hub([OWN], OWN),
        {"5": "pass", "8": "pass"},
        "selected",
        options={"at": OWN.not_after},
        codes=("internal_expires_soon",),
    ),
    Row(
        "instants: a second later is not",
        hub([OWN], OWN),
        {"5": "fail", "8": "assumed"},
        "selected",
        options={"at": OWN.not_after + timedelta(seconds=1)},
    ),
    Row(
        "instants: not_before is inside",
        hub([ISSUED], ISSUED),
        {"8": "pass", "9": "pass"},
        "selected",
        options={"at": ISSUED.not_before},
    ),
    Row(
        "valid PKI: an untrusted chain counts at no moment",
        hub(
            [replace(ISSUED, trust=replace(ISSUED.trust, status="untrusted")), OWN],
            OWN,
        ),
        {"8": "pass", "9": "pass"},
        "selected",
    ),
    Row(
        "instants: a second before not_before is not",
        hub([ISSUED], ISSUED),
        {"8": "fail"},
        "no_eligible_certificate",
        options={"at": ISSUED.not_before - timedelta(seconds=1)},
    ),
]
