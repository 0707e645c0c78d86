"""Target: the reader of serialized stores."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from contextlib import suppress

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.sst import read_sst
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.store_error import StoreError
from ansible_collections.msexchange.transport_tls.tests.fixtures.exports import write_sst
from ansible_collections.msexchange.transport_tls.tests.fixtures.serialized_certificate import join_records, serialize

_DER = b"0\x03\x02\x01\x05"
SEEDS = [
    write_sst(),
    write_sst([serialize(_DER, friendly_name="Mail", archived=True), serialize(_DER, key_provider=None)]),
    write_sst([join_records([(3, b"x"), (33, b"list"), (34, b"list"), (32, _DER)])]),
]


def read(data: bytes) -> None:
    with suppress(StoreError):
        read_sst(data, "x")
