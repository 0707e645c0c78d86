"""A laboratory with servers to be mended, and the playbook run on one of them with a fault between two tasks."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ansible_collections.msexchange.transport_tls.tests.fixtures import remediation_lab
from ansible_collections.msexchange.transport_tls.tests.fixtures.laboratory import stop

_FIXTURES = Path(remediation_lab.__file__).parent


@dataclass(frozen=True)
class Run:
    """What a run of the playbook ended with; `said` is the last failure."""

    code: int
    output: str
    said: str


@dataclass(frozen=True)
class Laboratory:
    folder: Path

    def remediate(
        self, server: str, *options: str, at: str = "", do: str = "", later: int = 0, **environment: str
    ) -> Run:
        """Runs the playbook on a server; when the task `at` begins, `do` is done, or the clock is so many days late."""
        done = subprocess.run(
            [*self.playbook(server), *options],
            env={
                **os.environ,
                "ANSIBLE_NOCOLOR": "1",
                "ANSIBLE_INJECT_FACT_VARS": "False",
                "ANSIBLE_CALLBACK_PLUGINS": str(_FIXTURES / "callback_plugins"),
                "ANSIBLE_CONNECTION_PLUGINS": str(_FIXTURES / "connection_plugins"),
                "ANSIBLE_CALLBACKS_ENABLED": "at_task",
                **({"AT_TASK": at} if at else {}),
                **({"AT_TASK_DO": do} if do else {}),
                **({"AT_TASK_LATER": str(later)} if later else {}),
                **environment,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        output = done.stdout + done.stderr
        said = output.rpartition("[ERROR]: Task failed: ")[2].partition("\nOrigin: ")[0]
        return Run(done.returncode, output, said.removeprefix("Action failed: "))

    def playbook(self, server: str) -> list[str]:
        program = Path(sys.executable).with_name("ansible-playbook")
        inventory = str(self.folder / "inventory")
        return [str(program), "-i", inventory, "msexchange.transport_tls.remediate", "--limit", server]

    def command(self, *arguments: str) -> str:
        """A command of the laboratory, for `do`."""
        name, *more = arguments
        return shlex.join([sys.executable, "-m", remediation_lab.__name__, name, str(self.folder), *more])

    def internal(self, server: str) -> str | None:
        """The name of the certificate that the directory names."""
        found: str | None = remediation_lab.show(self.folder, server)[server]["internal"]
        return found

    def smtp(self, server: str) -> list[str]:
        """The names of those that are enabled for SMTP."""
        names: list[str] = remediation_lab.show(self.folder, server)[server]["smtp"]
        return names


@pytest.fixture(scope="session")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    folder = tmp_path_factory.mktemp("laboratory") / "faults"
    # It outlives the process that starts it.
    subprocess.run([sys.executable, "-m", remediation_lab.__name__, "start", str(folder), "faults"], check=True)
    try:
        yield Laboratory(folder)
    finally:
        stop(folder)
