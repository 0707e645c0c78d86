"""Target: the reader of CLIXML, and what stores and directories make of its objects."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.clixml import read_directory
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.entry import DirectoryError
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.clixml import read_store, store_of
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.store_error import StoreError
from ansible_collections.msexchange.transport_tls.tests.fixtures import certificates
from ansible_collections.msexchange.transport_tls.tests.fixtures.clixml import write_clixml
from ansible_collections.msexchange.transport_tls.tests.fixtures.shell_objects import (
    edge_subscription,
    exchange_certificate,
    exchange_server,
    plain_certificate,
    send_connector,
    store_certificate,
    transport_service,
)

_OWN = certificates.make_certificate("CN=EX01")
_EXPORTS = (
    [
        exchange_certificate(_OWN, services=["IIS", "SMTP"]),
        plain_certificate(_OWN, Services="IIS, SMTP", Status="Valid"),
    ],
    [store_certificate(_OWN), store_certificate(_OWN, "Root")],
    [exchange_server("EX01"), exchange_server("EDGE01", role="Edge"), transport_service("EX01", _OWN.thumbprint)],
    [send_connector("To Edge", source_servers=["EX01"], smart_hosts=["--"]), edge_subscription("EDGE01", "HQ")],
)
SEEDS = [write_clixml(objects, encoding) for objects in _EXPORTS for encoding in ("utf-8", "utf-16")]

_FILE = Path(tempfile.mkdtemp()) / "export.xml"


def read(data: bytes) -> None:
    _FILE.write_bytes(data)
    with suppress(StoreError):
        store_of(read_store(str(_FILE), None, None))
    with suppress(DirectoryError):
        read_directory(str(_FILE), "EX01")
