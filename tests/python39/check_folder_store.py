"""Check that what runs on a target runs on Python 3.9, the oldest there: a folder is read and its `store.yml` written.

    python tests/python39/check_folder_store.py

Writes a folder, has `python3.9` (found on the PATH) run this file on it, and compares what that said with what the
interpreter at hand reads. With a thumbprint behind the folder, `store.yml` is written twice, and the second is refused.
"""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
OLDEST = "python3.9"


def read(folder: str) -> dict[str, Any]:
    sys.path.insert(0, str(PLUGINS))
    from module_utils import _folder_store, _host_names

    # Not told by one interpreter as by another, but there in both.
    assert set(_host_names.host_names()) == {"hostname", "fqdn"}
    return _folder_store.read_folder(folder)


def write_store_yml(folder: str, thumbprint: str) -> dict[str, Any]:
    sys.path.insert(0, str(PLUGINS))
    from module_utils import _store_yml_file as store_yml

    change = {"thumbprint": thumbprint, "has_key": True, "digest": store_yml.digest_of(""), "text": "# new\n"}
    store_yml.write_store_yml(folder, None, change)
    try:
        store_yml.write_store_yml(folder, None, change)
    except store_yml.StoreYmlError as error:
        return {"refused": str(error)}
    return {"refused": None}


def write(folder: Path) -> dict[str, bool]:
    """A folder with something of everything; returns which of its certificate files has its key at hand."""
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

    from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import (
        KeyKind,
        make_certificate,
        root_authority,
    )
    from ansible_collections.msexchange.transport_tls.tests.fixtures.store import Entry, write_store

    kinds: list[KeyKind] = ["rsa1024", "rsa2048", "p256", "p384", "ed25519"]
    entries = [Entry(kind, make_certificate(f"CN={kind}", key=kind)) for kind in kinds]
    locked = make_certificate("CN=locked")
    entries.append(Entry("locked", locked, with_key=False, encoding="der"))
    write_store(folder, entries, roots=[root_authority()])
    (folder / "locked.key").write_bytes(
        locked.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    )
    (folder / "cut.cer").write_bytes(locked.der[:-1])
    (folder / "loop.cer").symlink_to("loop.cer")
    os.mkfifo(folder / "fifo.pem")
    return {**{f"{kind}.pem": True for kind in kinds}, "locked.cer": False}


def check_pkcs12(oldest: str) -> None:
    """Where there is no cryptography, a PKCS#12 file is unreadable with that reason."""
    from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import make_certificate
    from ansible_collections.msexchange.transport_tls.tests.fixtures.exports import write_pkcs12

    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "one.pfx").write_bytes(write_pkcs12(make_certificate("CN=one")))
        answer = subprocess.run(
            [oldest, "-I", __file__, folder], capture_output=True, text=True, timeout=60, check=True
        )
        (entry,) = json.loads(answer.stdout)["unreadable"]
        assert "needs the Python package cryptography" in entry["reason"], entry


def check_writing(oldest: str) -> None:
    from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import make_certificate
    from ansible_collections.msexchange.transport_tls.tests.fixtures.store import Entry, write_store

    with tempfile.TemporaryDirectory() as folder:
        one = make_certificate("CN=one")
        file = write_store(Path(folder), [Entry("one", one)], store_yml=False) / "store.yml"
        file.write_text("")
        command = [oldest, __file__, folder, one.thumbprint]
        answer = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        assert "another writer" in json.loads(answer.stdout)["refused"], answer.stdout
        assert file.read_text() == "# new\n"


def check() -> None:
    oldest = shutil.which(OLDEST)
    if oldest is None:
        sys.exit(f"{OLDEST} is not on the PATH")
    with tempfile.TemporaryDirectory() as folder:
        expected = write(Path(folder))
        answer = subprocess.run([oldest, __file__, folder], capture_output=True, text=True, timeout=60, check=False)
        if answer.returncode:
            sys.exit(f"{OLDEST} failed:\n{answer.stderr}")
        found = json.loads(answer.stdout)
        assert {each["files"][0]: each["has_key"] for each in found["certificates"]} == expected
        assert {each["name"] for each in found["unreadable"]} == {"cut.cer", "loop.cer", "fifo.pem"}
        assert any("encrypted" in warning for warning in found["warnings"])
        assert found == read(folder)
    check_pkcs12(oldest)
    check_writing(oldest)
    print(f"{OLDEST}: {len(expected)} certificates read as by {sys.executable}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        assert sys.version_info[:2] == (3, 9), sys.version
        print(json.dumps(write_store_yml(*sys.argv[1:]) if sys.argv[2:] else read(sys.argv[1])))
    else:
        check()
