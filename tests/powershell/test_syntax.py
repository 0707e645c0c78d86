"""Every PowerShell file of the plugins is in the language of Windows PowerShell 5.1, and calls listed cmdlets alone."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from ansible_collections.msexchange.transport_tls.tests.fixtures.powershell import run_script

WALK = Path(__file__).with_name("walk.ps1")
PLUGINS = Path(__file__).parents[2] / "plugins"
FILES = sorted(file for ending in ("*.ps1", "*.psm1") for file in PLUGINS.rglob(ending))

COMMANDS = {
    "Add-PSSnapin": ["Name"],
    "Add-Type": ["AssemblyName"],
    "ForEach-Object": [],
    "Get-Command": ["Name"],
    "Get-PSSession": [],
    "Remove-PSSession": [],
    "Select-Object": ["First"],
    "Set-StrictMode": ["Version"],
    "Sort-Object": ["Property", "Descending"],
    "Where-Object": [],
    # The shell of Exchange.
    "Connect-ExchangeServer": ["Auto", "ClientApplication"],
    "Enable-ExchangeCertificate": ["Thumbprint", "Services", "Force"],
    "Get-EdgeSubscription": [],
    "Get-ExchangeCertificate": ["DomainName", "Thumbprint"],
    "Get-TransportService": [],
}
"""What a file may call, with the parameters that it may use; both are in 5.1."""

DYNAMIC = ["_AnonTlsHost.psm1", "_AnonTlsShell.psm1", "win_anon_tls_collect.ps1"]
"""They run the scripts of Exchange, whose place the registry names; what is asked of them; blocks of its own."""

STRICT = "Set-StrictMode -Version 2.0\n"
GOOD = {
    "the usual": "function Get-One {\n    param ([string] $Name)\n    @{ name = $Name; one = 1 }\n}\nGet-One -Name 'a'",
    "escapes of old": 'Add-Type -AssemblyName "a`tb``e`n"',
    "a hexadecimal number": "$x = 0xB0B\n$y = 5kb\n$z = 0x7FL\n$w = 1d",
    "a text that looks so": "$x = '`e ?? && a ? b : c;'",
    "a property": "$x = $_.host\n$x.input = 1",
}
BAD = {
    "ternary": ("$x = $true ? 1 : 2", "? :"),
    "null coalescing": ("$x = $y ?? 1", "??"),
    "null coalescing assignment": ("$x ??= 1", "??="),
    "null conditional member": ("${x}?.Length", "?."),
    "null conditional method": ("${x}?.ToString()", "?."),
    "null conditional index": ("${x}?[0]", "?[]"),
    "and": ("Get-Command && Get-Command", "&&"),
    "or": ("Get-Command || Get-Command", "||"),
    "clean": ("function Get-Any { end { 1 } clean { 2 } }", "clean"),
    "background": ("Get-Command &", "background"),
    "escape e": ('$x = "a`e[0m"', "`e"),
    "escape u": ('$x = "a`u{41}"', "`u{}"),
    "escape in a here-string": ('$x = @"\n``e`e\n"@', "`e"),
    "binary number": ("$x = 0b11", "0b11"),
    "unsigned number": ("$x = 5u", "5u"),
    "big number": ("$x = 5n", "5n"),
    "a class": ("class One { }", "class"),
    "an enumeration": ("enum One { A }", "enum"),
    "a variable of 7": ("if ($IsWindows) { 1 }", "IsWindows"),
    "a global variable": ("$global:x = 1", "global"),
    "an automatic variable": ("$matches = 1", "matches"),
    "an automatic parameter": ("function Get-Any { param ($Input) 1 }", "Input"),
    "an empty catch": ("try { 1 } catch { }", "empty catch"),
    "an alias": ("1 | % { 1 }", "alias or a program: %"),
    "another alias": ("1 | select -First 1", "alias or a program: select"),
    "a program": ("whoami", "alias or a program: whoami"),
    "writing to the host": ("Write-Host 'x'", "outside the list: Write-Host"),
    "evaluation": ("Invoke-Expression '1'", "outside the list: Invoke-Expression"),
    "a cmdlet of 7": ("1 | Join-String", "outside the list: Join-String"),
    "a cmdlet that changes": ("Remove-ExchangeCertificate", "outside the list: Remove-ExchangeCertificate"),
    "a parallel loop": ("1 | ForEach-Object -Parallel { 1 }", "ForEach-Object -Parallel"),
    "a shortened parameter": ("1 | Select-Object -Fi 1", "Select-Object -Fi"),
    "a parameter that a function has not": (
        "function Get-Own { param ($Name) $Name }\nGet-Own -Other 1",
        "Get-Own -Other",
    ),
    "a cmdlet within a block": ("$x = { @{ a = $(Get-Date) } }", "outside the list: Get-Date"),
    "a variable that is called": ("& $x", "stands in a variable"),
    "a semicolon": ("$x = 1;", "; at the end"),
    "a semicolon and a comment": ("$x = 1; # one", "; at the end"),
    "a long line": (f"$x = '{'x' * 160}'", "columns"),
    "what does not parse": ("function {", "does not parse"),
}
LAX = {
    "nothing": "$x = 1",
    "within a function": "function Get-Any { Set-StrictMode -Version 2.0 }",
    "switched off": "Set-StrictMode -Off",
    "the oldest": "Set-StrictMode -Version 1.0",
}

Findings = dict[str, list[str]]


def walk(files: Sequence[Path], folder: Path) -> Findings:
    """What is wrong with each of the files, by its name."""
    request = folder / "request.json"
    request.write_text(json.dumps({"files": [*map(str, files)], "commands": COMMANDS, "dynamic": DYNAMIC}))
    found: Findings = {file.name: [] for file in files}
    for each in json.loads(run_script(f"& '{WALK}' -Request '{request}'", folder)):
        found[Path(each["file"]).name].append(f"{each['line']}: {each['what']}")
    return found


@pytest.fixture(scope="module")
def of_samples(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    folder = tmp_path_factory.mktemp("samples")
    samples = {
        **{name: STRICT + text for name, text in GOOD.items()},
        **{name: STRICT + text for name, (text, _what) in BAD.items()},
        **{f"lax {name}": text for name, text in LAX.items()},
    }
    for name, text in samples.items():
        (folder / f"{name}.ps1").write_text(text, encoding="utf-8")
    # Each by itself, as a function that one defines is known to all that are walked together.
    return walk([folder / f"{name}.ps1" for name in samples], folder)


@pytest.fixture(scope="module")
def of_plugins(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    return walk(FILES, tmp_path_factory.mktemp("plugins"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_file_is_taken_by_5_1_and_calls_what_is_listed(file: Path, of_plugins: Findings) -> None:
    assert of_plugins[file.name] == []


def test_there_are_files_to_walk() -> None:
    assert {"_AnonTlsHost.psm1", "win_anon_tls_collect.ps1", "win_anon_tls_enable.ps1"} <= {file.name for file in FILES}


def test_one_file_alone_changes_anything_and_it_enables_smtp_alone() -> None:
    calls = {file.name: re.findall(r"^.*= Enable-ExchangeCertificate .*$", file.read_text(), re.M) for file in FILES}
    assert {name for name, found in calls.items() if found} == {"_AnonTlsEnabling.psm1"}
    (call,) = calls["_AnonTlsEnabling.psm1"]
    assert " -Services 'SMTP' -Force " in call


def test_no_command_is_listed_that_nobody_calls() -> None:
    texts = "".join(file.read_text(encoding="utf-8") for file in FILES)
    assert [command for command in COMMANDS if command not in texts] == []


@pytest.mark.parametrize("file", [file for file in FILES if file.suffix == ".ps1"], ids=lambda file: file.name)
def test_no_module_lets_ansible_write_to_the_event_log(file: Path) -> None:
    """Ansible.Basic does, with the options, unless the root of the spec says no_log."""
    spec = re.search(r"^\$spec = @\{\n(.*?)^\}", file.read_text(encoding="utf-8"), re.M | re.S)
    assert spec
    assert re.search(r"^    no_log = \$true$", spec[1], re.M)


@pytest.mark.parametrize("name", GOOD)
def test_what_5_1_takes_is_let_pass(name: str, of_samples: Findings) -> None:
    assert of_samples[f"{name}.ps1"] == []


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_found(name: str, of_samples: Findings) -> None:
    assert any(BAD[name][1] in finding for finding in of_samples[f"{name}.ps1"])


@pytest.mark.parametrize("name", LAX)
def test_a_file_without_strict_mode_is_found(name: str, of_samples: Findings) -> None:
    assert any("Set-StrictMode" in finding for finding in of_samples[f"lax {name}.ps1"])
