"""Imports run one way: adapters, use cases, pure core; each third-party library has its rooms."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PLUGINS = Path(__file__).parents[3] / "plugins"
COLLECTION = "ansible_collections.msexchange.transport_tls.plugins."
PURE = {
    "_candidates", "_case", "_decision", "_differences", "_domain_names", "_editions", "_enabling", "_facts",
    "_findings", "_key_access", "_management_shell", "_plain_data", "_procedure", "_question_options", "_remediation",
    "_remedy", "_sessions", "_three_valued", "_verification",
}  # fmt: skip
CRYPTOGRAPHY = {"_certificate", "_certificate_extensions", "_certificate_signature", "_pkcs12", "_trust"}
YAML = {"store_yml", "store_yml_edit"}
LDAP = {"ldap"}
INPUT_AND_OUTPUT = {
    "io",
    "os",
    "pathlib",
    "random",
    "shutil",
    "socket",
    "ssl",
    "subprocess",
    "tempfile",
    "time",
    "urllib",
}


def python_files(folder: str) -> list[Path]:
    files = sorted((PLUGINS / folder).rglob("*.py"))
    assert files, f"nothing under {folder}"
    return files


def imports(file: Path) -> Iterator[str]:
    """The modules a file imports; those of the collection as paths from `plugins.`, such as `plugin_utils._facts`."""
    package = file.relative_to(PLUGINS).parts[:-1]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) + "." if node.level else ""
            module = (base + (node.module or "")).strip(".").removeprefix(COLLECTION)
            yield from (f"{module}.{alias.name}" for alias in node.names) if node.module is None else [module]


def third_party(file: Path) -> set[str]:
    roots = {name.partition(".")[0] for name in imports(file)}
    return roots - set(sys.stdlib_module_names) - {"plugin_utils", "module_utils", "action"}


@pytest.mark.parametrize("file", python_files("plugin_utils"), ids=lambda file: file.stem)
def test_the_brain_knows_nothing_of_ansible_and_each_library_has_its_rooms(file: Path) -> None:
    rooms = {"cryptography": CRYPTOGRAPHY, "yaml": YAML, "ldap3": LDAP, "gssapi": LDAP}
    assert third_party(file) <= {library for library, files in rooms.items() if file.stem in files}


@pytest.mark.parametrize("name", sorted(PURE))
def test_the_pure_core_imports_itself_alone_and_does_no_input_or_output(name: str) -> None:
    imported = set(imports(PLUGINS / "plugin_utils" / f"{name}.py"))
    ours = {module for module in imported if module.startswith(("plugin_utils", "module_utils"))}
    assert ours <= {f"plugin_utils.{core}" for core in PURE}
    assert imported.isdisjoint(INPUT_AND_OUTPUT)


@pytest.mark.parametrize("file", python_files("plugin_utils"), ids=lambda file: file.stem)
def test_the_brain_never_imports_an_adapter(file: Path) -> None:
    assert not [name for name in imports(file) if name.startswith(("action", "modules", "inventory"))]


@pytest.mark.parametrize("file", python_files("module_utils"), ids=lambda file: file.stem)
def test_what_runs_on_a_target_is_the_standard_library_and_python_3_9(file: Path) -> None:
    assert third_party(file) <= ({"cryptography"} if file.stem in CRYPTOGRAPHY else set())
    assert not [name for name in imports(file) if name.startswith("plugin_utils")]
    ast.parse(file.read_text(encoding="utf-8"), feature_version=(3, 9))


@pytest.mark.parametrize("folder", ["action", "inventory"])
def test_adapters_import_ansible_and_the_brain_alone(folder: str) -> None:
    assert set().union(*map(third_party, python_files(folder))) == {"ansible"}


@pytest.mark.parametrize("file", sorted(PLUGINS.rglob("*.py")), ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_every_file_says_what_it_is_for(file: Path) -> None:
    docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
    assert docstring
    assert docstring.splitlines()[0].strip()
