"""Runs steps two at a time and tells how each ended, with its time; what failed prints all it said."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

from environments import BUILD, ROOT, BuildError, Environment, interpreter, link_checkout, powershell
from steps import Step

WORKERS = 2
TIMEOUT = 900
_FOREIGN = ("ANSIBLE_", "MOLECULE_", "PYTEST_", "PYTHON")
"""Settings of the caller's that would change what a step does."""

_SYSTEM = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin"))

_running: set[subprocess.Popen[bytes]] = set()


@dataclass(frozen=True)
class Result:
    """How one step ended; `said` is its output, or what it lacks."""

    step: Step
    verdict: Literal["passed", "FAILED", "could not"]
    said: str
    seconds: float = 0.0


def surroundings(environments: Sequence[Environment], pythons: Iterable[str] = ()) -> dict[str, str]:
    """The environment variables of a command: a home of its own for each environment, none of the user's settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    folders = [environment.folder / "bin" for environment in environments]
    folders += [path.parent for path in (*map(interpreter, pythons), powershell()) if path]
    home = BUILD / "home" / environments[0].name
    home.mkdir(parents=True, exist_ok=True)
    return kept | {
        "PATH": os.pathsep.join([*map(str, folders), kept.get("PATH", os.defpath)]),
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
        "ANSIBLE_INJECT_FACT_VARS": "False",
        "ANSIBLE_REMOTE_TMP": str(home / "remote"),
        # Before 2.19.4 ansible-core may hang between two plays unless it waits for its workers to end by themselves.
        "ANSIBLE_WORKER_SHUTDOWN_POLL_COUNT": "100",
        "HYPOTHESIS_STORAGE_DIRECTORY": str(BUILD / "cache/hypothesis"),
        "MYPYPATH": os.pathsep.join([str(BUILD / "mypy"), str(ROOT / "tests/runner"), str(ROOT / "benchmarks")]),
        "PYTHONPYCACHEPREFIX": str(BUILD / "cache/pycache"),
    }


def _lacks(step: Step) -> Iterator[str]:
    """What the step lacks on this machine, each with the command that would install it."""
    for environment in step.environments:
        if environment.interpreter is None:
            yield f"no Python {' or '.join(environment.versions)}: pyenv install {environment.versions[-1]}"
    for version in step.pythons:
        if interpreter(version) is None:
            yield f"no Python {version}: pyenv install {version}"
    for program in step.programs:
        if shutil.which(program, path=_SYSTEM) is None:
            yield f"no {program}: make deps"
    if step.root and os.geteuid():
        yield "no root: run it as root, or in a container"
    if step.powershell and powershell() is None:
        yield "no PowerShell 7: put pwsh on the PATH, or its path in PWSH (https://aka.ms/powershell)"
    for variable in step.folders:
        if not os.path.isdir(os.environ.get(variable, "")):
            yield f"no folder {variable}: set it to one of real exports (Get-ExchangeCertificate | Export-Clixml)"


def _build(environment: Environment) -> str:
    """Build it; returns what went wrong."""
    started = time.monotonic()
    try:
        if environment.build():
            print(f"{'built':9} {time.monotonic() - started:6.1f} s  environment {environment.name}", flush=True)
    except BuildError as error:
        return str(error)
    return ""


def _run(step: Step) -> Result:
    started = time.monotonic()
    log = BUILD / "logs" / f"{step.name.replace(' ', '-').replace(',', '')}.txt"
    log.parent.mkdir(parents=True, exist_ok=True)
    # A file and no pipe: what a step leaves behind would hold a pipe open for ever.
    with log.open("w") as output:
        process = subprocess.Popen(
            step.command.split(),
            cwd=ROOT,
            env=surroundings(step.environments, step.pythons),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        _running.add(process)
        try:
            code = process.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            _kill(process)
            output.write(f"\nkilled after {TIMEOUT} seconds\n")
            code = 1
        _running.discard(process)
    return Result(step, "FAILED" if code else "passed", log.read_text(errors="replace"), time.monotonic() - started)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the step and what it started; a session of its own keeps it from asking the terminal."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _report(result: Result) -> Result:
    print(f"{result.verdict:9} {result.seconds:6.1f} s  {result.step.name}", flush=True)
    if result.verdict == "FAILED":
        print(f"----- {result.step.command}\n{result.said}-----", flush=True)
    return result


def run(steps: Sequence[Step]) -> list[Result]:
    """Run the steps in their order as far as this machine can, and report each as it ends."""
    lacking = {step: "; ".join(_lacks(step)) for step in steps}
    environments = list(dict.fromkeys(env for step in steps if not lacking[step] for env in step.environments))
    link_checkout(BUILD / "mypy")
    with ThreadPoolExecutor(WORKERS) as pool:
        broken = dict(zip(environments, pool.map(_build, environments), strict=True))

        def attempt(step: Step) -> Result:
            errors = "".join(broken[environment] for environment in step.environments)
            return _report(Result(step, "FAILED", errors) if errors else _run(step))

        try:
            results = list(pool.map(attempt, [step for step in steps if not lacking[step]]))
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in list(_running):
                _kill(process)
            raise
    return results + [_report(Result(step, "could not", what)) for step, what in lacking.items() if what]
