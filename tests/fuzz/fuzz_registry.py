"""Target: the reader of exports of the registry."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from contextlib import suppress

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.registry import read_registry
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.store_error import StoreError
from ansible_collections.msexchange.transport_tls.tests.fixtures.exports import ALL_STORES, SYSTEM, RegKey, write_reg
from ansible_collections.msexchange.transport_tls.tests.fixtures.serialized_certificate import serialize

_TEXT = write_reg(
    [RegKey(rf"{SYSTEM}\{store}", serialize(b"0\x03\x02\x01\x05"), "AB" * 20) for store in ("MY", "Disallowed")],
    ALL_STORES,
)
SEEDS = [
    _TEXT.encode("utf-16"),
    _TEXT.encode(),
    f"{_TEXT}[-{SYSTEM}\\MY]\n".replace("Windows Registry Editor Version 5.00", "REGEDIT4").encode("cp1252"),
]


def read(data: bytes) -> None:
    with suppress(StoreError):
        read_registry(data, "x")
