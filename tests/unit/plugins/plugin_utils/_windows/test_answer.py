"""An answer of a Windows host is read as it is documented, and anything else is an error that names the place."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._windows import answer
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._windows.answer import (
    DEEPEST,
    HostAnswerError,
    read_answer,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import (
    exchange_certificate,
    root_authority,
    server_certificate,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.windows_answer import (
    FQDN,
    Stored,
    edge_answer,
    event,
    failed,
    hub_answer,
    unreadable,
)

ROOT = root_authority()
ISSUED = Stored(server_certificate(FQDN, issuer=ROOT), (ROOT,))
OWN = Stored(exchange_certificate("EX01", "contoso.com"), status=0x20)
FULL = failed(hub_answer([ISSUED, OWN], internal=OWN.credential), "events")
FULL["store"]["certificates"].append(unreadable("A" * 40))
FULL["events"] = [event(12015, ["a"], ["b"])]
FULL["network_load_balancing"] = [
    {"interface": "{1}", "cluster_name": "mail.contoso.com", "cluster_address": "192.0.2.1", "host_state": 1}
]
FULL["directory"] = edge_answer([OWN], internal=OWN.credential)["directory"]
FULL["exchange"]["edge_subscriptions"] = [{"name": "EDGE01", "site": "HQ"}]
OPEN = ("chain_certificates", "attributes", "order")
"""Dictionaries whose keys are names that no field stands for."""


def places(plain: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(plain, dict):
        for key, value in plain.items():
            if not path or path[-1] not in OPEN:
                yield (*path, key)
            yield from places(value, (*path, key))
    elif isinstance(plain, list):
        for index, value in enumerate(plain):
            yield from places(value, (*path, index))


def text_of(path: tuple[Any, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)


def changed(path: tuple[Any, ...], *, value: Any = None, remove: bool = False) -> Any:
    plain = json.loads(json.dumps(FULL))
    inner = plain
    for part in path[:-1]:
        inner = inner[part]
    if remove:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return plain


FIELDS = [path for path in places(FULL) if not {*OPEN} & {*path[:-1]}]


def test_a_full_answer_is_read() -> None:
    read = read_answer(json.loads(json.dumps(FULL)))
    assert read.store is not None
    assert read.store.certificates[0].chain is not None
    assert read.store.certificates[0].chain.elements == (ISSUED.thumbprint, ROOT.thumbprint)
    assert read.store.chain_certificates == {ROOT.thumbprint: ROOT.der}
    assert read.exchange is not None
    assert read.exchange.order == {FQDN: (ISSUED.thumbprint, OWN.thumbprint)}
    assert read.failure_of("events") == "access is denied; use another account"
    assert read.failure_of("store") is None


@pytest.mark.parametrize("path", FIELDS, ids=text_of)
def test_a_missing_field_is_named(path: tuple[Any, ...]) -> None:
    with pytest.raises(HostAnswerError) as caught:
        read_answer(changed(path, remove=True))
    assert f"{text_of(path)} is missing" in str(caught.value)


@pytest.mark.parametrize("path", list(places(FULL)), ids=text_of)
def test_a_value_of_another_kind_is_an_error_that_names_it(path: tuple[Any, ...]) -> None:
    with pytest.raises(HostAnswerError, match=r"anon_tls_windows.* is 3\.5, expected .*run it again"):
        read_answer(changed(path, value=3.5))


@pytest.mark.parametrize("plain", [None, [], "", 7, {}, {"names": None}, {"names": {}}])
def test_what_is_no_answer_at_all_is_an_error(plain: Any) -> None:
    with pytest.raises(HostAnswerError, match="cannot be understood: anon_tls_windows"):
        read_answer(plain)


@pytest.mark.parametrize("text", ["!", "QQ", "QQ==QQ==", "\u00e4"])
def test_bytes_that_are_no_base64_are_an_error(text: str) -> None:
    with pytest.raises(HostAnswerError, match=r"certificates\[0\]\.element is no base64"):
        read_answer(changed(("store", "certificates", 0, "element"), value=text))


@pytest.mark.parametrize("thumbprint", ["", "A", "G" * 40, "A" * 41])
def test_a_chain_is_of_thumbprints(thumbprint: str) -> None:
    with pytest.raises(HostAnswerError, match="40 hexadecimal digits"):
        read_answer(changed(("store", "certificates", 0, "chain", "elements"), value=[thumbprint]))


@pytest.mark.parametrize("bound", ["MOST_VALUES", "MOST_CHARACTERS"])
def test_more_than_any_host_has_is_refused_before_it_is_read(bound: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, bound, 50)
    with pytest.raises(HostAnswerError, match="more than any host has"):
        read_answer(FULL)


def test_an_answer_without_end_is_refused() -> None:
    deep: Any = {}
    for _level in range(DEEPEST):
        deep = {"names": deep}
    with pytest.raises(HostAnswerError, match="nested more than"):
        read_answer(deep)
