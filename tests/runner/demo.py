"""Makes the small fleet, judges it and mends one of its servers in full view, and tells whether all went as planned."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

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
AUDIT = "msexchange.transport_tls.audit_exports"
REMEDIATE = "msexchange.transport_tls.remediate"
EXPLAINED = "HUB02"
"""The server whose steps are shown."""
MENDED = "HUB11"
"""The server that is mended: its internal certificate lacks SMTP."""

_LOOKS = {
    "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
    "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "False",
    "ANSIBLE_SHOW_CUSTOM_STATS": "True",
}


def assess_fleet(folder: Path) -> bool:
    """Assess a new fleet in `folder` with the ansible-playbook of the PATH; True when every outcome is the planned one.

    That servers fail for their certificates is the purpose; a run that broke sums up other outcomes, or none.
    """
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([DEMO.folder / "bin/python", "-m", FLEET, folder], check=True)
    sums = assess(folder).rpartition("CUSTOM STATS")[2]
    outcomes = {name: int(count) for name, count in re.findall(r'anon_tls_outcome_(\w+)"?: (\d+)', sums)}
    planned = yaml.safe_load((folder / "expected.yml").read_text())
    return outcomes == Counter(server["outcome"] for server in planned.values())


def mend_one(folder: Path) -> bool:
    """Mend a server of the fleet in `folder`, in its `store.yml`; True when it is compliant then."""
    for options in (["--check", "--diff"], ["--diff"]):
        play("-i", os.path.relpath(folder / "inventory"), REMEDIATE, "--limit", MENDED, *options)
    return "; compliant" in assess(folder, "--limit", MENDED)


def assess(folder: Path, *options: str) -> str:
    """Run the playbook on the inventory in full view; returns what it printed."""
    return play("-i", os.path.relpath(folder / "inventory"), PLAYBOOK, *options)


def play(*arguments: str) -> str:
    """Run ansible-playbook in full view; returns what it printed."""
    command = ["ansible-playbook", *arguments]
    print("$", *command, flush=True)
    environment = os.environ | _LOOKS | ({"ANSIBLE_FORCE_COLOR": "True"} if sys.stdout.isatty() else {})
    output = []
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as run:
        for line in run.stdout or ():
            print(line, end="", flush=True)
            output.append(line)
    return "".join(output)


if __name__ == "__main__":
    if not assess_fleet(BUILD / "demo"):
        sys.exit("The run broke: its outcomes are not those of the fleet.")
    print(f"\nThe steps that led to one of these decisions, {EXPLAINED}:\n")
    assess(BUILD / "demo", "-v", "--limit", EXPLAINED)
    print("\nOne server was audited by exports of its Management Shell; they are enough, without an inventory:\n")
    play(AUDIT, "-e", f"anon_tls_audit_exports={os.path.relpath(BUILD / 'demo/exports')}")
    print(f"\nOne server is mended, {MENDED}: what would be changed, the change with its proof, and the audit again:\n")
    if not mend_one(BUILD / "demo"):
        sys.exit("The server was not mended.")
    print(
        "\nThis fleet has a server for every outcome: those that failed are as they should be. It lies in .build/demo."
    )
