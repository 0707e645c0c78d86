"""The names of a POSIX host: what the resolver says, and never a wait for it."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest

from ansible_collections.msexchange.transport_tls.plugins.module_utils import _host_names
from ansible_collections.msexchange.transport_tls.plugins.module_utils._host_names import host_names


def names(monkeypatch: pytest.MonkeyPatch, own: str, canonical: str | OSError) -> tuple[str | None, str | None]:
    def resolve(*arguments: Any, **options: Any) -> list[tuple[Any, ...]]:
        if isinstance(canonical, OSError):
            raise canonical
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, canonical, ("192.0.2.1", 0))]

    monkeypatch.setattr(socket, "gethostname", lambda: own)
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    found = host_names()
    return found["hostname"], found["fqdn"]


@pytest.mark.parametrize(
    ("own", "canonical", "expected"),
    [
        ("EX01", "ex01.contoso.com", ("EX01", "ex01.contoso.com")),
        ("EX01", "ex01.contoso.com.", ("EX01", "ex01.contoso.com")),
        ("ex01.contoso.com", OSError(), ("ex01", "ex01.contoso.com")),
        ("EX01", "EX01", ("EX01", None)),
        ("EX01", "", ("EX01", None)),
        ("EX01", socket.gaierror(), ("EX01", None)),
        ("EX01", "localhost.localdomain", ("EX01", None)),
        ("localhost", "localhost", (None, None)),
        ("localhost.localdomain", OSError(), (None, None)),
        ("", "", (None, None)),
    ],
)
def test_a_name_is_one_that_others_can_use(
    monkeypatch: pytest.MonkeyPatch, own: str, canonical: str | OSError, expected: tuple[str | None, str | None]
) -> None:
    assert names(monkeypatch, own, canonical) == expected


def test_a_resolver_that_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()
    monkeypatch.setattr(_host_names, "PATIENCE", 0.01)
    monkeypatch.setattr(socket, "gethostname", lambda: "EX01")
    monkeypatch.setattr(socket, "getaddrinfo", lambda *arguments, **options: [answered.wait()][:0])
    try:
        assert host_names() == {"hostname": "EX01", "fqdn": None}
    finally:
        answered.set()
