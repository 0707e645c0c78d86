"""Findings that the other rows do not produce."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import (
    DirectoryCertificate,
    ExchangeAnswers,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.facts import (
    NOW,
    edge,
    hub,
    present,
    self_signed,
)
from ansible_collections.msexchange.transport_tls.tests.unit.plugins.plugin_utils.procedure_table.row import (
    OLDER,
    OWN,
    UNREAD,
    Row,
)

ROWS = [
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
        "key_cng: by the directory's value where the store does not say",
        edge(
            [replace(OWN, key=replace(OWN.key, provider=None))],
            present(OWN, certificate=DirectoryCertificate("CN=own", OWN.not_before, OWN.not_after, "cng")),
        ),
        {},
        "selected",
        codes=("key_cng",),
    ),
    Row(
        "key_cng: the store's word counts before the directory's",
        edge(
            [OWN],
            present(OWN, certificate=DirectoryCertificate("CN=own", OWN.not_before, OWN.not_after, "cng")),
        ),
        {},
        "selected",
        codes=(),
    ),
    Row(
        "key_cng: not on a Hub without Edge Subscriptions",
        hub([replace(OWN, key=replace(OWN.key, provider="cng"))], OWN),
        {},
        "selected",
        codes=(),
    ),
    Row(
        "key_not_readable",
        hub([replace(OWN, key=replace(OWN.key, network_service_can_read=False))], OWN),
        {"4": "pass"},
        "selected",
        codes=("key_not_readable",),
        answer={"compliant": False, "remedy": []},
    ),
    Row(
        "key_not_readable: not where that is not known",
        hub([replace(OWN, key=replace(OWN.key, network_service_can_read=None))], OWN),
        {},
        "selected",
        codes=(),
        answer={"compliant": True},
    ),
    Row(
        "key_not_readable: of the internal certificate alone",
        hub([OWN, replace(OLDER, key=replace(OLDER.key, network_service_can_read=False))], OWN),
        {},
        "selected",
        codes=(),
        answer={"compliant": True},
    ),
    Row(
        "exchange_disagrees: with the step that was compared",
        hub([OWN, OLDER], OWN, exchange=ExchangeAnswers(OLDER.thumbprint, {"EX01": (OLDER.thumbprint,)})),
        {"3": "pass", "8": "pass"},
        "selected",
        codes=("exchange_disagrees", "exchange_disagrees"),
        answer={"compliant": True},
    ),
    Row(
        "edge_copy_differs: own and published thumbprint both known and different",
        edge([OWN], present(OWN, published_thumbprint=OLDER.thumbprint)),
        {"3": "pass"},
        "selected",
        codes=("edge_copy_differs",),
        answer={"compliant": False},
    ),
    Row(
        "edge_copy_differs: not where the copy is the same",
        edge([OWN], present(OWN, published_thumbprint=OWN.thumbprint)),
        {"3": "pass"},
        "selected",
        codes=(),
        answer={"compliant": True},
    ),
    Row(
        "edge_copy_differs: not where the own value is not known",
        edge([OWN], replace(UNREAD, published_thumbprint=OWN.thumbprint)),
        {"3": "unknown"},
        "undetermined",
        codes=(),
        answer={"compliant": None},
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
