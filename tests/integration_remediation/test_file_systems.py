"""A store on a file system that is full or read-only: the change fails, and `store.yml` is the old one, whole."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import make_certificate
from ansible_collections.msexchange.transport_tls.tests.fixtures.store import Entry, write_store

# In a mount name space of its own: the file system ends with the process.
_IN_A_SMALL_FILE_SYSTEM = """
set -eu
mkdir disk
mount -t tmpfs -o size=64k tmpfs disk
cp -r ex01 disk/
{ruin}
"$PYTHON" -c "$WRITE" disk/ex01 "$THUMBPRINT"
cmp ex01/store.yml disk/ex01/store.yml
ls -A disk/ex01 >after
ls -A ex01 | cmp - after
"""
_WRITE = """
import sys
from ansible_collections.msexchange.transport_tls.plugins.module_utils._store_yml_file import *
old = open(sys.argv[1] + "/store.yml").read()
change = {"thumbprint": sys.argv[2], "has_key": True, "digest": digest_of(old), "text": old + "# " + "x" * 20000}
try:
    write_store_yml(sys.argv[1], None, change)
except StoreYmlError as error:
    print(error, error.written)
"""


@pytest.mark.parametrize(
    ("ruin", "reason"),
    [
        ("head -c 65536 /dev/zero 2>/dev/null >disk/filling || true", "no space left on device"),
        ("mount -o remount,ro disk", "read-only file system"),
    ],
    ids=["full", "read-only"],
)
def test_the_old_store_yml_stays_whole(tmp_path: Path, ruin: str, reason: str) -> None:
    own = make_certificate("CN=EX01")
    write_store(tmp_path / "ex01", [Entry("own", own, services=("IIS",))])
    ran = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", _IN_A_SMALL_FILE_SYSTEM.format(ruin=ruin)],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHON": sys.executable, "WRITE": _WRITE, "THUMBPRINT": own.thumbprint},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert f"store.yml cannot be written: {reason}; the old one is as it was" in ran.stdout
    assert ran.stdout.endswith(" False\n")
