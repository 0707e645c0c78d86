"""A PowerShell 7 that has the module_utils of the collection, as Ansible loads them."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.msexchange.transport_tls.tests.fixtures.powershell import run_script

MODULE_UTILS = Path(__file__).parents[2] / "plugins" / "module_utils"

# The language of the csc.exe that .NET Framework 4 has, and, as for Ansible, without any warning.
_COMPILE = """
$null = Add-Type -TypeDefinition 'public class TheCompilerIsLoaded {}'
$compiler = @{}
foreach ($name in 'CSharpParseOptions', 'CSharpSyntaxTree', 'CSharpCompilationOptions', 'CSharpCompilation') {
    $name = "Microsoft.CodeAnalysis.CSharp.$name"
    $compiler[$name.Split('.')[-1]] = [Microsoft.CodeAnalysis.CSharp.LanguageVersion].Assembly.GetType($name)
}
$options = $compiler.CSharpParseOptions::Default.WithLanguageVersion('CSharp5')
$tree = $compiler.CSharpSyntaxTree::ParseText([System.IO.File]::ReadAllText('SOURCE'), $options)
$folder = [System.IO.Path]::GetDirectoryName([psobject].Assembly.Location)
$references = foreach ($file in [System.IO.Directory]::EnumerateFiles("$folder/ref", '*.dll')) {
    [Microsoft.CodeAnalysis.MetadataReference]::CreateFromFile($file)
}
$kind = $compiler.CSharpCompilationOptions::new([Microsoft.CodeAnalysis.OutputKind]::DynamicallyLinkedLibrary)
$kind = $kind.WithGeneralDiagnosticOption([Microsoft.CodeAnalysis.ReportDiagnostic]::Error)
$compilation = $compiler.CSharpCompilation::Create('AnonTls', [Microsoft.CodeAnalysis.SyntaxTree[]]@($tree),
    [Microsoft.CodeAnalysis.MetadataReference[]]$references, $kind)
$stream = [System.IO.File]::Create('TARGET')
$result = $compilation.Emit($stream)
$stream.Dispose()
if (-not $result.Success) {
    throw ($result.Diagnostics -join "`n")
}
"""

_LOAD = """
function Import-Util($Name, $Path) {
    $text = [System.IO.File]::ReadAllText($Path)
    New-Module -Name $Name -ScriptBlock ([scriptblock]::Create($text)) | Import-Module -Scope Global
}
"""

Run = Callable[..., Any]


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`_AnonTls.cs`, compiled once."""
    folder = tmp_path_factory.mktemp("assembly")
    target = folder / "AnonTls.dll"
    run_script(_COMPILE.replace("SOURCE", str(MODULE_UTILS / "_AnonTls.cs")).replace("TARGET", str(target)), folder)
    return target


@pytest.fixture
def powershell(tmp_path: Path, assembly: Path) -> Run:
    """Runs a script with these module_utils, `double` in place of `_AnonTlsHost.psm1`: what it returns, from JSON."""

    def run(script: str, *utils: str, double: str | None = None) -> Any:
        answer = tmp_path / "answer.json"
        files = [MODULE_UTILS / util for util in utils]
        if double is not None:
            files.append(tmp_path / "_AnonTlsHost.psm1")
            files[-1].write_text(double, encoding="utf-8")
        loaded = "\n".join(f"Import-Util '{file.stem}' '{file}'" for file in files)
        run_script(
            f"{_LOAD}\nAdd-Type -Path '{assembly}'\n{loaded}\n"
            f"$test = {{\nSet-StrictMode -Version 2.0\n{script}\n}}\n"
            "$json = ConvertTo-Json -InputObject (& $test) -Depth 20 -Compress\n"
            f"[System.IO.File]::WriteAllText('{answer}', $json)",
            tmp_path,
        )
        return json.loads(answer.read_text(encoding="utf-8"))

    return run
