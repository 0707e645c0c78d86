"""Target: the answer of a Windows host, as JSON."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from contextlib import suppress

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
    event,
    failed,
    hub_answer,
)

_ROOT = root_authority()
_OWN = Stored(exchange_certificate("EX01", "contoso.com"), status=UNTRUSTED_ROOT)
_ISSUED = Stored(server_certificate("ex01.contoso.com", issuer=_ROOT), (_ROOT,))
_PARTS: frozenset[Part] = frozenset({"identity", "store", "directory", "exchange", "events"})

SEEDS = tuple(
    json.dumps(answer).encode()
    for answer in (
        hub_answer([_ISSUED, _OWN], internal=_OWN.credential, events=[event(12015, [_OWN.thumbprint])]),
        edge_answer([_OWN], internal=_OWN.credential),
        failed(hub_answer([_OWN]), "exchange"),
    )
)


def read(data: bytes) -> None:
    try:
        answer = json.loads(data)
    except (ValueError, RecursionError):  # what is no JSON is Ansible's to refuse
        return
    with suppress(GatheringError):
        gather(Request(_PARTS, live=True, directory=DirectoryByHost(None)), reading_of_host(answer), NOW)
