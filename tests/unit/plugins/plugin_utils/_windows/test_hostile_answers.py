"""Whatever stands in an answer, it is facts or one error: never a traceback, and no part of it is believed untested."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._case import CaseError, Question
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._decision import decide
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import Facts
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._gathering import (
    DirectoryByHost,
    GatheringError,
    Part,
    Request,
    gather,
    reading_of_host,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import (
    NOW,
    exchange_certificate,
    root_authority,
    server_certificate,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.windows_answer import (
    UNTRUSTED_ROOT,
    Stored,
    edge_answer,
    encoded,
    event,
)

ALL: frozenset[Part] = frozenset({"identity", "store", "directory", "exchange", "events"})
ROOT = root_authority()
OWN = Stored(exchange_certificate("EDGE01", "contoso.com"), status=UNTRUSTED_ROOT)
ISSUED = Stored(server_certificate("edge01.contoso.com", issuer=ROOT), (ROOT,))
ANSWER = edge_answer([OWN, ISSUED], internal=OWN.credential, events=[event(12015, [OWN.thumbprint])])
ANSWER["network_load_balancing"] = [{"interface": "x", "cluster_name": "x", "cluster_address": "x", "host_state": 1}]

values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=50),
    st.sampled_from(["", "A" * 40, "=", "CN=", "CN=x,CN=Servers,CN={1}", "15", "D:", "0x10", "2026-01-01T00:00:00Z"]),
    st.binary(max_size=50).map(encoded),
    st.just([]),
    st.just({}),
)


def places(plain: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = plain.items() if isinstance(plain, dict) else enumerate(plain) if isinstance(plain, list) else ()
    return [each for key, value in items for each in ((*path, key), *places(value, (*path, key)))]


PLACES = places(ANSWER)


def damaged(damages: list[tuple[int, object]]) -> Any:
    answer = copy.deepcopy(ANSWER)
    for which, value in damages:
        path = PLACES[which]
        with suppress(LookupError, TypeError):  # a place that an earlier damage has taken away
            inner = answer
            for part in path[:-1]:
                inner = inner[part]
            inner[path[-1]] = value
    return answer


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(PLACES) - 1), values), min_size=1, max_size=3))
def test_a_damaged_answer_is_facts_that_can_be_decided_or_an_error(damages: list[tuple[int, object]]) -> None:
    try:
        facts = gather(Request(ALL, live=True, directory=DirectoryByHost(None)), reading_of_host(damaged(damages)), NOW)
    except GatheringError:
        return
    assert Facts.from_plain(facts.to_plain()) == facts
    with suppress(CaseError):
        decide(facts, Question(NOW, NOW)).to_plain()


@settings(max_examples=200, deadline=None)
@given(st.recursive(values, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner), max_leaves=10))
def test_any_other_answer_is_an_error(answer: Any) -> None:
    with pytest.raises(GatheringError, match="anon_tls_windows"):
        reading_of_host(answer)
