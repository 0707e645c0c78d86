"""The corpus of the package cryptography_vectors, good and bad certificates alike, is read or refused."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections import Counter
from pathlib import Path

import cryptography_vectors
import pytest

from ansible_collections.msexchange.transport_tls.plugins.module_utils._certificate_files import contents_of
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._certificate import CertificateError, load

CORPUS = Path(cryptography_vectors.__file__).parent


def ders() -> list[bytes]:
    """All that has the shape of a certificate in its files, each once."""
    files = (path for path in sorted(CORPUS.rglob("*")) if path.suffix in (".pem", ".der", ".crt", ".cer"))
    found = (blob.der for file in files for blob in contents_of(file.read_bytes()).blobs)
    return list(dict.fromkeys(filter(None, found)))


def test_every_certificate_of_the_corpus_is_read_or_refused(capsys: pytest.CaptureFixture[str]) -> None:
    verdicts: Counter[str] = Counter()
    for der in ders():
        try:
            load(der)
            verdicts["parsed"] += 1
        except CertificateError:
            verdicts["refused"] += 1
    with capsys.disabled():
        print(f"\ncryptography_vectors: {verdicts['parsed']} certificates parsed, {verdicts['refused']} refused")
    assert verdicts["parsed"] > 400
    assert verdicts["refused"] > 0
