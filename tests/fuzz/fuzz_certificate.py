"""Target: the reader of certificates."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from contextlib import suppress

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._certificate import CertificateError, load
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import (
    make_certificate,
    root_authority,
    server_certificate,
)

SEEDS = [
    make_certificate("CN=EX01", names=("EX01", "ex01.contoso.com"), template="1.3.6.1.4.1.311.21.8.1").der,
    server_certificate("mail.contoso.com", issuer=root_authority(), template="WebServer").der,
    make_certificate("CN=Ed", key="ed25519").der,
]


def read(data: bytes) -> None:
    with suppress(CertificateError):
        load(data)
