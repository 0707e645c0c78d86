"""Target: what finds certificates and keys in the files of a folder."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.msexchange.transport_tls.plugins.module_utils._certificate_files import contents_of
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import make_certificate

_ONE = make_certificate("CN=EX01")
SEEDS = [_ONE.der, _ONE.pem + _ONE.key_pem, _ONE.pem.decode().encode("utf-16")]


def read(data: bytes) -> None:
    contents_of(data)
