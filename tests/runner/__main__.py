"""`python tests/runner test [GROUP]`, `demo`, `bench`, `fuzz SECONDS`: what the Makefile calls."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections import Counter

from environments import DEMO, FUZZ, NEWEST, ROOT, BuildError, Environment
from running import run, surroundings
from steps import STEPS


def test(group: str | None) -> int:
    """Run all steps, or those of one group; 1 when one failed, or with CI=1 when one could not run."""
    started = time.monotonic()
    results = run([step for step in STEPS if group in (None, step.group)])
    print(f"\nall in {time.monotonic() - started:.0f} s")
    for result in results:
        if result.verdict == "FAILED":
            print(f"failed: {result.step.name}")
        if result.verdict == "could not":
            print(f"could not run: {result.step.name}: {result.said}")
    ends = Counter(result.verdict for result in results)
    failed, skipped = ends["FAILED"], ends["could not"]
    if os.environ.get("CI") in ("1", "true"):
        failed, skipped = failed + skipped, 0
    print(f"{ends['passed']} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


def within(environment: Environment, program: str, *arguments: str) -> int:
    """Run a Python program of the checkout in an environment, in full view."""
    try:
        environment.build()
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    command = ["python", program, *arguments]
    return subprocess.run(command, cwd=ROOT, env=surroundings([environment]), check=False).returncode


def main() -> int:
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser(prog="tests/runner")
    commands = parser.add_subparsers(dest="command", required=True)
    checks = commands.add_parser("test", help="check everything that this machine can")
    checks.add_argument("group", nargs="?", choices=sorted({step.group for step in STEPS}), help="only these checks")
    commands.add_parser("demo", help="decide for a small fleet, and show it")
    commands.add_parser("bench", help="measure the speed")
    fuzzing = commands.add_parser("fuzz", help="feed the readers with damaged files")
    fuzzing.add_argument("seconds", type=int, help="how long, for each reader")
    arguments = parser.parse_args()
    match arguments.command:
        case "test":
            return test(arguments.group)
        case "demo":
            return within(DEMO, "tests/runner/demo.py")
        case "fuzz":
            return within(FUZZ, "tests/fuzz/run.py", str(arguments.seconds))
        case _:
            return within(NEWEST, "benchmarks/run.py")


if __name__ == "__main__":
    sys.exit(main())
