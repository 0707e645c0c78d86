"""Makes the small fleet, runs the playbook `compliance` on it in full view, and tells whether it decided as planned."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import yaml

from environments import BUILD, DEMO

FLEET = "ansible_collections.msexchange.transport_tls.tests.fixtures.fleet"
PLAYBOOK = "msexchange.transport_tls.compliance"
_SUM = re.compile(r"^\s*RUN: (\{.*\})$", re.MULTILINE)


def assess_fleet(folder: Path) -> bool:
    """Assess a new fleet in `folder` with the ansible-playbook of the PATH; True when every outcome is the planned one.

    That servers fail for their certificates is the purpose; a run that broke sums up other outcomes, or none.
    """
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([DEMO.folder / "bin/python", "-m", FLEET, folder], check=True)
    command = ["ansible-playbook", "-i", str(folder / "inventory"), PLAYBOOK]
    print("$", *command, flush=True)
    environment = os.environ | {"ANSIBLE_SHOW_CUSTOM_STATS": "1"}
    output = []
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as run:
        for line in run.stdout or ():
            print(line, end="", flush=True)
            output.append(line)
    planned = Counter(server["outcome"] for server in yaml.safe_load((folder / "expected.yml").read_text()).values())
    return _outcomes("".join(output)) == planned


def _outcomes(output: str) -> dict[str, int]:
    """How many servers had each outcome, as the run sums it up at its end."""
    prefix = "anon_tls_outcome_"
    found = _SUM.search(output)
    summed = json.loads(found[1]) if found else {}
    return {name.removeprefix(prefix): count for name, count in summed.items() if name.startswith(prefix)}


if __name__ == "__main__":
    if not assess_fleet(BUILD / "demo"):
        sys.exit("The run broke: its outcomes are not those of the fleet.")
    print(
        "Servers that failed need the commands above; that is the purpose of this fleet. Its files are in .build/demo"
    )
