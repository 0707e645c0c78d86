"""Target: the reader of the stream in an exported ExchangeCertificate."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from contextlib import suppress

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._exchange_certificate import (
    ExchangeCertificateError,
    read_exchange_certificate,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.exchange_certificate import (
    Certificate,
    sign,
    write_stream,
)

_STREAM = write_stream(Certificate(b"certificate", identity=r"ex01.contoso.com\AB"), iis_services=2)
SEEDS = [_STREAM, sign(_STREAM), write_stream(Certificate(b""))]


def read(data: bytes) -> None:
    with suppress(ExchangeCertificateError):
        read_exchange_certificate(data)
