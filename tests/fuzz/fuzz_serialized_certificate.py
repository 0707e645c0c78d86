"""Target: the reader of serialized certificates."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from contextlib import suppress

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._serialized_certificate import (
    SerializedCertificateError,
    read_serialized_certificate,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.serialized_certificate import (
    SOFTWARE_KSP,
    UNNAMED_PROVIDER,
    serialize,
)

_DER = b"0\x03\x02\x01\x05"
SEEDS = [
    serialize(_DER, friendly_name="Mail", archived=True),
    serialize(_DER, key_provider=SOFTWARE_KSP),
    serialize(_DER, key_provider=UNNAMED_PROVIDER),
]


def read(data: bytes) -> None:
    with suppress(SerializedCertificateError):
        read_serialized_certificate(data)
