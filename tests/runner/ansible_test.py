"""Runs ansible-test on a copy of the checkout, and does not believe a pass that tested nothing."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from environments import BUILD, COLLECTION, ROOT

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
# The one test of PowerShell files that wants a module of PowerShell, which no registry of Python has; validate-modules
# reads them with PowerShell itself.
WITHOUT_PSSCRIPTANALYZER = ("--skip-test", "pslint")
CHECKS = {
    "sanity": ("sanity", "--python", PYTHON, *WITHOUT_PSSCRIPTANALYZER),
    "targets": ("sanity", "--python", "3.9", "--test", "compile", "--test", "import"),
    "units": ("units", "--python", PYTHON, "--venv"),
}
HOLLOW = re.compile(r"All targets skipped|Required program .* not found")


def copy_checkout(copy: Path) -> None:
    """Bring the copy up to date: a git repository of its own, without what git ignores."""
    kept = copy.parent / "output"
    if (copy / "tests/output").exists():
        (copy / "tests/output").rename(kept)
    shutil.rmtree(copy, ignore_errors=True)
    git = ("git", "-c", f"safe.directory={ROOT}")  # the user's own settings are out of sight
    files = subprocess.check_output([*git, "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, text=True)
    for file in filter(None, files.split("\0")):
        if (ROOT / file).exists():  # git lists a file that was removed until that is committed
            (copy / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / file, copy / file)
    if kept.exists():
        kept.rename(copy / "tests/output")
    # Without this, all of it counts as ignored: it lies in an ignored folder of the checkout.
    subprocess.check_call(["git", "init", "--quiet"], cwd=copy)


def place_shim(home: Path) -> None:
    """Put our get_pip.py where ansible-test keeps the one that it downloads for its version of pip."""
    source = next(Path(sys.prefix).glob("lib/python3.*/site-packages/ansible_test/_internal/python_requirements.py"))
    version = re.search(r"pip='([0-9.]+)'", source.read_text())
    if version is None:
        raise SystemExit(f"{source} names no version of pip any more: teach tests/runner/ansible_test.py")
    cache = home / ".ansible/test/cache"
    cache.mkdir(parents=True, exist_ok=True)
    shutil.copy(Path(__file__).with_name("get_pip.py"), cache / f"get_pip_{version[1].replace('.', '_')}.py")


def configure_pip(home: Path) -> None:
    """Write what pip must know to a file: ansible-test keeps the settings of the environment from it.

    The environments of the tests get what the collection requires as well: the test `import` imports all plugins.
    """
    required = (ROOT / "requirements.txt").read_text()
    copy = home / "requirements.txt"
    if copy.exists() and copy.read_text() != required:
        shutil.rmtree(home)
    settings = {name[4:].lower().replace("_", "-"): value for name, value in os.environ.items() if name[:4] == "PIP_"}
    lines = ["[global]", *(f"{name} = {value}" for name, value in settings.items()), "quiet = 1"]
    lines += ["[install]", f"requirement = {copy.as_uri()}", ""]
    file = home / ".config/pip/pip.conf"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(lines))
    copy.write_text(required)


def main(check: str) -> int:
    """Run one of the checks with the ansible-core of the Python that runs this."""
    place = BUILD / "ansible-test" / f"{check}-{Path(sys.prefix).name}"
    home = place / "home"
    copy = place / COLLECTION
    copy_checkout(copy)
    configure_pip(home)
    place_shim(home)
    command = ["ansible-test", *CHECKS[check], "--color", "no"]
    done = subprocess.run(
        command,
        cwd=copy,
        env=os.environ | {"HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    print(done.stdout, end="")
    hollow = HOLLOW.search(done.stdout)
    if hollow:
        print(f"ERROR: this tested nothing: {hollow[0]}")
    return done.returncode or bool(hollow)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
