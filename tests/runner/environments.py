"""The virtual environments of tests and demo: which Python, which packages, and the collection linked in."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build"
COLLECTION = Path("ansible_collections/msexchange/transport_tls")

_PROBE = "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2], sys.version_info[3], sys.executable)"


class BuildError(Exception):
    """An environment could not be built: the message holds what the package installer said."""


@functools.cache
def _probe(candidate: Path) -> list[str]:
    answer = subprocess.run([candidate, "-c", _PROBE], capture_output=True, text=True, check=False)
    return answer.stdout.strip().split(maxsplit=2)


def _candidates(version: str) -> Iterator[Path]:
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from sorted(pyenv.glob(f"versions/{version}.*/bin/python"))
    for name in (f"python{version}", "python3"):
        yield from (path for folder in os.get_exec_path() if (path := Path(folder, name)).exists())


@functools.cache
def interpreter(version: str) -> Path | None:
    """A released Python of this version that can make virtual environments: one of pyenv's or on the PATH."""
    for candidate in _candidates(version):
        match _probe(candidate):
            case [found, "final", executable] if found == version:
                return Path(executable)
    return None


def powershell() -> Path | None:
    """A PowerShell 7: what PWSH names, else `pwsh` of the PATH."""
    found = shutil.which(os.environ.get("PWSH") or "pwsh")
    return None if found is None else Path(found)


@dataclass(frozen=True)
class Environment:
    """One virtual environment under .build/; a linked one sees the checkout itself as the collection."""

    name: str
    versions: tuple[str, ...]
    """The Python versions that will do, the best first."""
    requirements: tuple[str, ...]
    linked: bool = True

    @property
    def folder(self) -> Path:
        return BUILD / "environments" / self.name

    @property
    def interpreter(self) -> Path | None:
        return next(filter(None, map(interpreter, self.versions)), None)

    def build(self) -> bool:
        """Make it, unless it stands already for the same interpreter and requirements.

        Returns whether there was something to make; raises BuildError.
        """
        wanted = "\n".join([str(self.interpreter), *self.requirements, ""])
        stamp = self.folder / "built-from.txt"
        if stamp.exists() and stamp.read_text() == wanted:
            return False
        shutil.rmtree(self.folder, ignore_errors=True)
        self._call(self.interpreter, "-m", "venv", self.folder)
        self._call(self.folder / "bin/pip", "install", "--quiet", "--disable-pip-version-check", *self.requirements)
        if self.linked:
            link_checkout(next(self.folder.glob("lib/python3.*/site-packages")))
        stamp.write_text(wanted)
        return True

    def _call(self, *command: Path | str | None) -> None:
        done = subprocess.run(
            [str(part) for part in command],
            # What is compiled is soon compiled, and need not be fast.
            env={**os.environ, "CFLAGS": "-O0"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise BuildError(f"the environment {self.name!r} could not be built:\n{done.stdout}{done.stderr}")


def link_checkout(folder: Path) -> None:
    """Let `folder`, when it is on a Python path, show the checkout as the collection."""
    link = folder / COLLECTION
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(ROOT)


def _lines(file: str) -> tuple[str, ...]:
    """The requirements that a file of them lists."""
    return tuple(line for line in (ROOT / file).read_text().splitlines() if line and not line.startswith("#"))


def _minimum_core() -> str:
    found = re.search(r">=([0-9.]+)", (ROOT / "meta/runtime.yml").read_text())
    if found is None:
        raise BuildError("meta/runtime.yml: requires_ansible names no minimum such as >=2.19.0")
    return f"ansible-core=={found[1]}"


CONTROLLER = _lines("requirements.txt")
_OLDEST = (_minimum_core(), *(line.replace(">=", "==") for line in CONTROLLER))
_NEWEST = ("ansible-core", *CONTROLLER)
_TESTS = ("pytest", *_lines("tests/unit/requirements.txt"))
_KERBEROS = ("gssapi",)
_OLDEST_PYTHON = ("3.11",)
_NEWEST_PYTHON = ("3.14", "3.13", "3.12", "3.11")

OLDEST = Environment("oldest", _OLDEST_PYTHON, _OLDEST + _TESTS)
NEWEST = Environment("newest", _NEWEST_PYTHON, _NEWEST + _TESTS)
# On their own, as gssapi is compiled with a system package that not every machine has.
OLDEST_KERBEROS = Environment("oldest-kerberos", _OLDEST_PYTHON, _OLDEST + _TESTS + _KERBEROS)
NEWEST_KERBEROS = Environment("newest-kerberos", _NEWEST_PYTHON, _NEWEST + _TESTS + _KERBEROS)
TOOLS = Environment("tools", _NEWEST_PYTHON, _NEWEST + _lines("tests/runner/tools.txt"))
DEMO = Environment("demo", _NEWEST_PYTHON, _NEWEST)
FUZZ = Environment("fuzz", _NEWEST_PYTHON, ("atheris", *_NEWEST))
OLDEST_USER = Environment("oldest-user", _OLDEST_PYTHON, _OLDEST, linked=False)
NEWEST_USER = Environment("newest-user", _NEWEST_PYTHON, _NEWEST, linked=False)
