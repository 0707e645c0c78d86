"""Target: the reader of PKCS#12 files, and what their opening costs."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from contextlib import suppress

from ansible_collections.msexchange.transport_tls.plugins.module_utils._bounded_files import UnreadableFile
from ansible_collections.msexchange.transport_tls.plugins.module_utils._pkcs12 import Pkcs12Reader
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import make_certificate
from ansible_collections.msexchange.transport_tls.tests.fixtures.exports import write_pkcs12

_ONE, _OTHER = make_certificate("CN=EX01"), make_certificate("CN=CA")
SEEDS = [
    write_pkcs12(_ONE, None),
    write_pkcs12(_ONE, None, others=[_OTHER]),
    write_pkcs12(others=[_OTHER]),
]


def read(data: bytes) -> None:
    with suppress(UnreadableFile):
        Pkcs12Reader("secret").open(data)
