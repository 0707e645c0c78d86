"""Builds the collection, installs the artifact as a user would, and runs what was installed on the small fleet."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from demo import assess_fleet, mend_one
from environments import BUILD, ROOT

NOT_FOR_USERS = ("tests/", "extensions/", "benchmarks/", ".")


def main() -> int:
    """Run with the Python of an environment that does not see the checkout."""
    place = BUILD / "artifact" / Path(sys.prefix).name
    shutil.rmtree(place, ignore_errors=True)
    os.environ["ANSIBLE_COLLECTIONS_PATH"] = str(place / "collections")
    subprocess.run(["ansible-galaxy", "collection", "build", "--output-path", place], cwd=ROOT, check=True)
    (artifact,) = place.glob("*.tar.gz")
    with tarfile.open(artifact) as archive:
        strays = [name for name in archive.getnames() if name.startswith(NOT_FOR_USERS) or "__pycache__" in name]
    if strays:
        print("Not for users, yet in the artifact:", *strays)
        return 1
    subprocess.run(["ansible-galaxy", "collection", "install", "--offline", artifact], check=True)
    return 0 if assess_fleet(place / "fleet") and mend_one(place / "fleet") else 1


if __name__ == "__main__":
    sys.exit(main())
