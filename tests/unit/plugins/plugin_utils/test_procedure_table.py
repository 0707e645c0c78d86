"""The procedure as a table: at least one case for every cell of the reference, both roles, both editions."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._case import Question
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._decision import decide
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import (
    DirectoryValue,
    Facts,
    Identity,
    Interval,
    SendConnector,
    Trust,
    Unreadable,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.facts import (
    FQDN,
    IDENTITY,
    NOW,
    TO_EDGE,
    TO_INTERNET,
    edge,
    hub,
    pki,
    self_signed,
    untrusted,
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

TABLE = [
    # -- the steps themselves, 2007, Hub ---------------------------------------------------------------------------
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
    # -- the Edge ---------------------------------------------------------------------------------------------------
    Row(
        "all pass: edge",
        edge([OWN], OWN),
        dict.fromkeys(("1", "2a", "2b", "3", "4", "5", "6", "7", "8", "9"), "pass"),
        "selected",
        codes=(),
    ),
    Row("Edge: Active Directory's copy is used", edge([OWN], COPY), {"3": "assumed", "4": "pass"}, "selected"),
    # -- open points ------------------------------------------------------------------------------------------------
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
        "instants: not_before is inside, a second earlier is not",
        hub([ISSUED], ISSUED),
        {"8": "fail"},
        "no_eligible_certificate",
        options={"at": ISSUED.not_before - timedelta(seconds=1)},
    ),
    # -- facts that are not known -----------------------------------------------------------------------------------
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
    # -- step 2 on a whole server ------------------------------------------------------------------------------------
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
    # -- the 2016 edition --------------------------------------------------------------------------------------------
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
    # -- findings that no row above produces ---------------------------------------------------------------------------
    Row(
        "internal_expires_soon: within warn_days",
        hub([OWN], OWN),
        {"5": "pass"},
        "selected",
        options={"warn_days": 100},
        codes=("internal_expires_soon",),
        answer={"compliant": True},
    ),
    Row(
        "internal_expires_soon: not a day earlier", hub([OWN], OWN), {}, "selected", options={"warn_days": 99}, codes=()
    ),
    Row(
        "internal_is_auth_certificate",
        hub(
            [replace(OWN, common_names=("Microsoft Exchange Server Auth Certificate",))],
            replace(OWN, common_names=("Microsoft Exchange Server Auth Certificate",)),
        ),
        {"4": "pass"},
        "selected",
        codes=("internal_is_auth_certificate",),
    ),
    Row(
        "key_cng: on an Edge",
        edge([replace(OWN, key=replace(OWN.key, provider="cng"))], OWN),
        {},
        "selected",
        codes=("key_cng",),
    ),
    Row(
        "key_cng: not on a Hub without Edge Subscriptions",
        hub([replace(OWN, key=replace(OWN.key, provider="cng"))], OWN),
        {},
        "selected",
        codes=(),
    ),
    Row(
        "facts_stale: by the moment of the run, not at",
        hub([OWN], OWN),
        {},
        "selected",
        options={"now": NOW + timedelta(hours=24, seconds=1)},
        codes=("facts_stale",),
    ),
    Row(
        "facts_stale: not at max_age itself",
        hub([OWN], OWN),
        {},
        "selected",
        options={"now": NOW + timedelta(hours=24), "at": NOW},
        codes=(),
    ),
    Row(
        "best_expired: best is not yet valid",
        hub([self_signed("future", days=(10, 300))], self_signed("future", days=(10, 300))),
        {"8": "assumed", "9": "pass"},
        "selected",
        codes=("best_expired",),
        answer={"compliant": False},
    ),
]

CODES_OF_THIS_PART = {
    "internal_missing", "internal_corrupt", "internal_not_in_store", "internal_no_private_key", "internal_expired",
    "no_eligible", "best_expired", "not_best", "internal_expires_soon", "internal_is_auth_certificate", "key_cng",
    "edition_assumed", "facts_stale", "connector_auth", "not_relayed_to_edge",
}  # fmt: skip


def decided(row: Row) -> dict[str, Any]:
    options = {"at": NOW, "now": NOW, **row.options}
    procedure = options.pop("procedure", None)
    return decide(row.facts, Question(**options), procedure).to_plain()


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
