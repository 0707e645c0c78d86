"""Feeds every reader with what atheris makes of good files, for some seconds each: it must read or refuse, no more.

    python tests/fuzz/run.py SECONDS [TARGET...]

A target is a module `fuzz_*.py` beside this file: `SEEDS`, good files, and `read`, which takes any bytes and raises
nothing. What was found is kept in .build/fuzz for the next run; input that broke a reader lies there too, as
`TARGET-crash-*`, `-timeout-*` or `-oom-*`, and is run alone with `python tests/fuzz/run.py TARGET FILE`.
"""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
import importlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).parent
FOUND = HERE.parents[1] / ".build" / "fuzz"
TARGETS = sorted(path.stem.removeprefix("fuzz_") for path in HERE.glob("fuzz_*.py"))
WORKERS = 2
SLOWEST = 10
"""Seconds for one input."""
LARGEST = 65536
"""Bytes of one input."""
MEMORY = 1024
"""Megabytes."""


def run_all(seconds: int, targets: list[str]) -> int:
    """Every target in a process of its own; the number of those that broke."""
    with ThreadPoolExecutor(WORKERS) as pool:
        return sum(pool.map(lambda target: run_one(target, seconds), targets))


def run_one(target: str, seconds: int) -> bool:
    """Whether the target broke; tells how many inputs it was given."""
    corpus = FOUND / target
    corpus.mkdir(parents=True, exist_ok=True)
    options = [
        f"-max_total_time={seconds}",
        f"-timeout={SLOWEST}",
        f"-rss_limit_mb={MEMORY}",
        f"-max_len={LARGEST}",
        f"-artifact_prefix={FOUND / target}-",
        "-print_final_stats=1",
    ]
    command = [sys.executable, __file__, target, *options, str(corpus)]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False
    )
    count = done.stdout.rpartition("stat::number_of_executed_units:")[2].split(maxsplit=1)
    inputs, end = count[0] if count else "no", "BROKE" if done.returncode else "held"
    print(f"{target:24} {inputs:>10} inputs in {seconds} s, {end}", flush=True)
    if done.returncode:
        print(done.stdout[-4000:], flush=True)
    return bool(done.returncode)


def fuzz(target: str, arguments: list[str]) -> None:
    """Fuzz in this process, which atheris ends."""
    import atheris  # type: ignore[import-untyped]

    with atheris.instrument_imports(include=["ansible_collections.msexchange.transport_tls.plugins"]):
        module = importlib.import_module(f"fuzz_{target}")
    for seed in module.SEEDS:
        FOUND.joinpath(target, hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    atheris.Setup([target, *arguments], module.read)
    atheris.Fuzz()


def main(arguments: list[str]) -> int:
    if not arguments:
        sys.exit("usage: python tests/fuzz/run.py SECONDS [TARGET...]")
    first, *others = arguments
    if first in TARGETS:
        fuzz(first, others)
        return 0
    return run_all(int(first), others or TARGETS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
