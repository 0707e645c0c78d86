"""The steps of `make test`: what runs where, and what it needs."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import dataclass

from environments import (
    DEMO,
    NEWEST,
    NEWEST_KERBEROS,
    NEWEST_USER,
    OLDEST,
    OLDEST_KERBEROS,
    OLDEST_USER,
    TOOLS,
    Environment,
)

_SAMBA = ("samba", "samba-tool")
_COLLECTION = "ansible_collections.msexchange.transport_tls"


@dataclass(frozen=True)
class Step:
    """One check: a command that runs with its environments (the first one foremost) on the PATH."""

    name: str
    group: str
    environments: tuple[Environment, ...]
    command: str
    programs: tuple[str, ...] = ()
    """System programs that `make deps` installs."""
    pythons: tuple[str, ...] = ()
    """Versions of Python to have on the PATH besides."""
    folders: tuple[str, ...] = ()
    """Environment variables that name a folder which is no part of the project."""
    root: bool = False
    """Whether it starts servers on ports below 1024."""
    powershell: bool = False
    """Whether it needs a PowerShell 7, which is in no package that `make deps` could install."""


def _on_both(
    name: str,
    group: str,
    command: str,
    programs: tuple[str, ...] = (),
    *,
    newest: Environment = NEWEST,
    oldest: Environment = OLDEST,
    root: bool = False,
    powershell: bool = False,
) -> list[Step]:
    """The step on the newest and on the oldest ansible-core; its tools stand behind them on the PATH."""
    return [
        Step(f"{name}, {label}", group, (core, TOOLS), command, programs, root=root, powershell=powershell)
        for label, core in (("newest", newest), ("oldest", oldest))
    ]


# The longest first, so that the two workers end together.
STEPS = (
    Step(
        "changes of windows hosts",
        "windows",
        (NEWEST,),
        "python -m pytest -q tests/integration_windows/changing",
        ("sshd",),
        powershell=True,
    ),
    *_on_both(
        "windows hosts", "windows", "python -m pytest -q tests/integration_windows/reading", ("sshd",), powershell=True
    ),
    Step("PowerShell", "windows", (NEWEST,), "python -m pytest -q tests/powershell", powershell=True),
    *_on_both(
        "molecule, windows",
        "molecule",
        "molecule test --scenario-name windows",
        ("sshd", "slapd"),
        powershell=True,
    ),
    *_on_both("ansible-test sanity", "sanity", "python tests/runner/ansible_test.py sanity", ("git",), powershell=True),
    *_on_both("pytest", "unit", "python -m pytest -q", ("openssl",)),
    Step(
        "ansible-test units", "sanity", (NEWEST, TOOLS), "python tests/runner/ansible_test.py units", ("git", "openssl")
    ),
    *_on_both(
        "directory servers",
        "directory",
        "python -m pytest -q tests/integration_ldap",
        ("slapd", *_SAMBA, "kinit", "krb5-config", "gcc"),
        newest=NEWEST_KERBEROS,
        oldest=OLDEST_KERBEROS,
        root=True,
    ),
    *_on_both("molecule", "molecule", "molecule test"),
    *_on_both(
        "faults of a remediation",
        "directory",
        "python -m pytest -q tests/integration_remediation",
        ("slapd", "ldapsearch", "ldapmodify", "unshare"),
    ),
    *_on_both("molecule, directory", "molecule", "molecule test --scenario-name directory", _SAMBA, root=True),
    *(
        step
        for scenario in ("remediate", "refusals", "rollback")
        for step in _on_both(
            f"molecule, {scenario}", "molecule", f"molecule test --scenario-name {scenario}", ("slapd", "ldapsearch")
        )
    ),
    *_on_both("examples of the documentation", "docs", "python tests/examples/run.py"),
    Step("artifact, newest", "artifact", (NEWEST_USER, DEMO), "python tests/runner/artifact.py"),
    Step("artifact, oldest", "artifact", (OLDEST_USER, DEMO), "python tests/runner/artifact.py"),
    Step(
        "ansible-test targets", "sanity", (NEWEST,), "python tests/runner/ansible_test.py targets", ("git",), ("3.9",)
    ),
    Step(
        "folder store on a target", "unit", (NEWEST,), "python tests/python39/check_folder_store.py", pythons=("3.9",)
    ),
    Step("real exports", "unit", (NEWEST,), "python -m pytest -q tests/real_exports", folders=("ANON_TLS_EXPORTS",)),
    Step("ansible-lint", "lint", (TOOLS,), "ansible-lint --profile production --offline"),
    Step("mypy", "lint", (TOOLS,), f"mypy -p {_COLLECTION}.plugins -p {_COLLECTION}.tests.fixtures"),
    Step("mypy, programs", "lint", (TOOLS,), "mypy tests/runner tests/examples tests/fuzz/run.py benchmarks"),
    Step("ruff check", "lint", (TOOLS,), "ruff check"),
    Step("ruff format", "lint", (TOOLS,), "ruff format --check"),
    Step("antsibull-docs", "docs", (TOOLS,), "antsibull-docs lint-collection-docs --plugin-docs ."),
    Step("antsibull-changelog", "lint", (TOOLS,), "antsibull-changelog lint"),
)
