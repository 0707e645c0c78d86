# Walks the syntax trees of PowerShell files and writes as JSON what Windows PowerShell 5.1 or the house does not take.
#
# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
#     walk.ps1 REQUEST        # a JSON file: {files: [path], commands: {cmdlet: [parameter]}, dynamic: [name of a file]}
#
# Answers [{file, line, what}]. A cmdlet that is neither listed nor a function of the files is refused, and so is every
# parameter that is not listed with it; only a file among `dynamic` may call what stands in a variable.

using namespace System.Management.Automation.Language

param([string]$Request)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

$automatic = 'args', 'error', 'event', 'host', 'input', 'matches', 'pid', 'home', 'sender', 'this'
$newer = 'IsCoreCLR', 'IsLinux', 'IsMacOS', 'IsWindows', 'PSStyle'
$width = 160

$given = [IO.File]::ReadAllText($Request) | ConvertFrom-Json -AsHashtable
$found = [Collections.Generic.List[object]]::new()
$functions = @{}

function Add-Finding {
    param($File, $Extent, [string]$What)

    $found.Add(@{ file = $File; line = $Extent.StartLineNumber; what = $What })
}

function Read-Tree {
    param([string]$File)

    $tokens = $null
    $problems = $null
    $tree = [Parser]::ParseInput([IO.File]::ReadAllText($File), [ref]$tokens, [ref]$problems)
    foreach ($problem in $problems) {
        Add-Finding $File $problem.Extent "does not parse: $($problem.Message)"
    }
    @{ file = $File; tree = $tree; tokens = $tokens }
}

function Add-Function {
    param($Tree)

    foreach ($function in $Tree.FindAll({ $args[0] -is [FunctionDefinitionAst] }, $true)) {
        $parameters = @($function.Parameters | Where-Object { $_ }) + @(if ($function.Body.ParamBlock) { $function.Body.ParamBlock.Parameters })
        $functions[$function.Name] = @(foreach ($parameter in $parameters) { $parameter.Name.VariablePath.UserPath })
    }
}

function Test-Syntax {
    # The new kinds of nodes, and the new flags of old ones.
    param([string]$File, $Node)

    $what = switch ($Node) {
        { $_ -is [TernaryExpressionAst] } { 'the operator ? :' }
        { $_ -is [PipelineChainAst] } { "the operator $(if ($_.Operator -eq 'AndAnd') { '&&' } else { '||' })" }
        { $_ -is [PipelineAst] -and $_.Background } { 'a background job by &' }
        { $_ -is [BinaryExpressionAst] -and $_.Operator -eq 'QuestionQuestion' } { 'the operator ??' }
        { $_ -is [AssignmentStatementAst] -and $_.Operator -eq 'QuestionQuestionEquals' } { 'the operator ??=' }
        { $_ -is [MemberExpressionAst] -and $_.NullConditional } { 'the operator ?.' }
        { $_ -is [IndexExpressionAst] -and $_.NullConditional } { 'the operator ?[]' }
        { $_ -is [ScriptBlockAst] -and $null -ne $_.CleanBlock } { 'a clean block' }
    }
    foreach ($each in $what) {
        Add-Finding $File $Node.Extent "5.1 does not parse ${each}"
    }
}

function Test-House {
    param([string]$File, $Node)

    switch ($Node) {
        { $_ -is [TypeDefinitionAst] } { Add-Finding $File $_.Extent 'a class or enum: its types are resolved before any file is loaded' }
        { $_ -is [CatchClauseAst] -and -not $_.Body.Statements } { Add-Finding $File $_.Extent 'an empty catch' }
        { $_ -is [VariableExpressionAst] -and $_.VariablePath.IsGlobal } { Add-Finding $File $_.Extent 'a global variable' }
        { $_ -is [VariableExpressionAst] -and $newer -contains $_.VariablePath.UserPath } {
            Add-Finding $File $_.Extent "5.1 has no variable $($_.VariablePath.UserPath)"
        }
        { $_ -is [AssignmentStatementAst] } {
            foreach ($variable in @($_.Left.FindAll({ $args[0] -is [VariableExpressionAst] }, $false))) {
                if ($_.Left -is [VariableExpressionAst] -and $automatic -contains $variable.VariablePath.UserPath) {
                    Add-Finding $File $_.Extent "the automatic variable $($variable.VariablePath.UserPath) is assigned"
                }
            }
        }
        { $_ -is [ParameterAst] -and $automatic -contains $_.Name.VariablePath.UserPath } {
            Add-Finding $File $_.Extent "a parameter is named as the automatic variable $($_.Name.VariablePath.UserPath)"
        }
    }
}

function Test-Command {
    param([string]$File, $Command)

    $name = $Command.GetCommandName()
    if (-not $name) {
        if ($given.dynamic -notcontains [IO.Path]::GetFileName($File)) {
            Add-Finding $File $Command.Extent 'a command that stands in a variable'
        }
        return
    }
    $table = if ($functions.ContainsKey($name)) { $functions } else { $given.commands }
    if (-not $table.ContainsKey($name)) {
        $kind = if ($name -match '^\w+-\w+$') { 'a cmdlet outside the list' } else { 'an alias or a program' }
        Add-Finding $File $Command.Extent "${kind}: $name"
        return
    }
    foreach ($element in $Command.CommandElements) {
        if ($element -is [CommandParameterAst] -and @($table[$name]) + 'ErrorAction' -notcontains $element.ParameterName) {
            Add-Finding $File $element.Extent "a parameter outside the list: $name -$($element.ParameterName)"
        }
    }
}

function Test-Token {
    param([string]$File, $Tokens)

    for ($place = 0; $place -lt $Tokens.Count; $place++) {
        $token = $Tokens[$place]
        if ($token -is [StringExpandableToken] -and $token.Text -match '(?<!`)(``)*`(e|u\{)') {
            Add-Finding $File $token.Extent '5.1 does not know the escapes `e and `u{}'
        }
        if ($token -is [NumberToken] -and $token.Text -match '^[+-]?0b|[usyn]l?([kmgtp]b)?$') {
            Add-Finding $File $token.Extent "5.1 does not know the number $($token.Text)"
        }
        if ($token.Kind -eq 'Semi' -and ($place + 1 -eq $Tokens.Count -or $Tokens[$place + 1].Kind -in 'NewLine', 'Comment', 'EndOfInput')) {
            Add-Finding $File $token.Extent 'a ; at the end of a line'
        }
    }
}

function Test-Line {
    param([string]$File)

    $number = 0
    foreach ($line in [IO.File]::ReadAllLines($File)) {
        $number++
        if ($line.Length -gt $width) {
            $found.Add(@{ file = $File; line = $number; what = "a line of more than $width columns" })
        }
    }
}

function Test-StrictMode {
    param([string]$File, $Tree)

    foreach ($statement in $Tree.EndBlock.Statements) {
        if ($statement.Extent.Text -match '^Set-StrictMode -Version ([2-9]|Latest)') {
            return
        }
    }
    Add-Finding $File $Tree.Extent 'no Set-StrictMode -Version 2.0 or later'
}

$files = @(foreach ($file in $given.files) { Read-Tree $file })
foreach ($file in $files) {
    Add-Function $file.tree
}
foreach ($file in $files) {
    foreach ($node in $file.tree.FindAll({ $true }, $true)) {
        Test-Syntax $file.file $node
        Test-House $file.file $node
        if ($node -is [CommandAst]) {
            Test-Command $file.file $node
        }
    }
    Test-Token $file.file $file.tokens
    Test-Line $file.file
    Test-StrictMode $file.file $file.tree
}
ConvertTo-Json -InputObject $found -Depth 3
