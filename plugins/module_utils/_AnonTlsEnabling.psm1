# Enables SMTP, and no other service, for one certificate by Exchange's cmdlets, and keeps or replaces the internal one.
#
# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

#AnsibleRequires -PowerShell ..module_utils._AnonTlsAnswer
#AnsibleRequires -PowerShell ..module_utils._AnonTlsHost
#AnsibleRequires -PowerShell ..module_utils._AnonTlsShell

Set-StrictMode -Version 2.0

function Enable-AnonTlsCertificate {
    # $Wish: thumbprint, internal (keep or replace), expected_internal and expected_services, as they were read before.
    # `ran` are the lines that change, as far as they were begun; `after` is $null where it is not known.
    param ($Setup, [string] $InstallPath, [string] $Server, [hashtable] $Wish, [bool] $CheckMode, [int] $Timeout)
    $answer = @{ before = $null; after = $null; changed = $false; ran = [string[]]@() }
    $answer.problem = Get-AnonTlsObstacle -Setup $Setup -Thumbprint $Wish.thumbprint
    if ($answer.problem) {
        return $answer
    }
    $own = @{
        wish = $Wish
        check_mode = $CheckMode
        before = $null
        after = $null
        needed = $false
        ran = [System.Collections.ArrayList]::Synchronized([System.Collections.ArrayList]::new())
    }
    $shared = New-AnonTlsShellCall -Setup $Setup -InstallPath $InstallPath -Server $Server -Also $own
    if (-not (Invoke-AnonTlsShell -Work 'Invoke-AnonTlsEnabling' -Shared $shared -Timeout $Timeout -Part 'change')) {
        $remedy = Get-AnonTlsRemedy -Part 'change' -Logon ($shared.ran.Count -eq 0)
        $null = $shared.failures.Add("$($shared.step) was given up after $Timeout seconds. $remedy")
        # It may still come to its end.
        $shared.after = $null
    }
    $answer.before = $shared.before
    $answer.after = $shared.after
    $answer.ran = [string[]]$shared.ran.ToArray()
    $answer.changed = ($CheckMode -and $shared.needed) -or ($shared.ran.Count -gt 0 -and -not (Test-AnonTlsUntouched -Shared $shared))
    $answer.problem = if ($shared.failures.Count) { $shared.failures.ToArray() -join ' ' } else { $null }
    $answer
}

function Get-AnonTlsObstacle {
    # Windows' own word, as what comes out of a shell may not tell of the key. No key is opened.
    param ($Setup, [string] $Thumbprint)
    if ($null -eq $Setup -or $Setup.management_tools_only) {
        return 'There is no Exchange server on this host.'
    }
    $found = @(Get-AnonTlsStoreCertificate | Where-Object { $_.Thumbprint -eq $Thumbprint -and -not $_.Archived })
    if (-not $found.Count) {
        return "$Thumbprint is not in the store LocalMachine\My."
    }
    if (-not $found[0].HasPrivateKey) {
        return "$Thumbprint has no private key in the store LocalMachine\My."
    }
    return $null
}

function Test-AnonTlsUntouched {
    # Whether a cmdlet has reported an error and everything surely is as it was.
    param ($Shared)
    $null -ne $Shared.before -and $null -ne $Shared.after -and $Shared.failures.Count -gt 0 -and
    (ConvertTo-AnonTlsLine -State $Shared.before) -eq (ConvertTo-AnonTlsLine -State $Shared.after)
}

function ConvertTo-AnonTlsLine {
    param ($State)
    $services = if ($null -eq $State.services) { 'not known' } else { $State.services -join ' ' }
    "$services|$($State.serialization_data)|$($State.internal_thumbprint)"
}

function Invoke-AnonTlsEnabling {
    # In the runspace of the shell: what is there is read before, between and after, whatever a cmdlet reports.
    param ($Shared)
    $wish = $Shared.wish
    Assert-AnonTlsCmdlet -Name 'Get-ExchangeCertificate'
    $Shared.before = Read-AnonTlsState -Shared $Shared
    $old = $Shared.before.internal_thumbprint
    $services = if ($null -eq $Shared.before.services) { $wish.expected_services } else { $Shared.before.services }
    $replaces = $wish.internal -eq 'replace' -and $old -ne $wish.thumbprint
    $Shared.needed = $replaces -or $services -notcontains 'SMTP'
    $problem = Get-AnonTlsMove -State $Shared.before -Wish $wish
    if (-not $problem -and $Shared.needed -and $null -eq (Get-Command -Name 'Enable-ExchangeCertificate' -ErrorAction Ignore)) {
        $problem = 'The shell has no Enable-ExchangeCertificate for this account, which lacks the right: ' +
        'Organization Management, on an Edge the local Administrators.'
    }
    if ($problem) {
        $Shared.needed = $false
        $null = $Shared.failures.Add($problem)
        return
    }
    if (-not $Shared.needed) {
        $Shared.after = $Shared.before
    }
    if (-not $Shared.needed -or $Shared.check_mode) {
        return
    }
    Enable-AnonTlsSmtp -Shared $Shared -Thumbprint $wish.thumbprint
    $Shared.after = Read-AnonTlsStateAgain -Shared $Shared
    $keeps = $wish.internal -eq 'keep' -and $old -ne $wish.thumbprint
    # What somebody else made the internal one meanwhile is left so.
    $known = $null -eq $Shared.after -or $old, $wish.thumbprint -contains $Shared.after.internal_thumbprint
    if ($keeps -and $known -and -not (Test-AnonTlsUntouched -Shared $Shared)) {
        Enable-AnonTlsSmtp -Shared $Shared -Thumbprint $old
        $Shared.after = Read-AnonTlsStateAgain -Shared $Shared
    }
}

function Read-AnonTlsState {
    # Of a certificate that came as bytes alone `services` is not known, and `serialization_data` tells the controller.
    param ($Shared)
    $where = Get-AnonTlsServerArgument -Shared $Shared
    $thumbprint = $Shared.wish.thumbprint
    $Shared.step = "Get-ExchangeCertificate -Thumbprint $thumbprint"
    $found = @(Get-ExchangeCertificate @where -Thumbprint $thumbprint -ErrorAction Stop)
    if (-not $found.Count) {
        throw 'Exchange does not know this certificate'
    }
    $certificate = ConvertTo-AnonTlsExchangeCertificate -Certificate $found[0]
    $Shared.step = 'Get-TransportService'
    $internal = Get-AnonTlsInternalThumbprint -Shared $Shared
    @{
        services = Get-AnonTlsServiceName -Services $certificate.services
        serialization_data = $certificate.serialization_data
        internal_thumbprint = if ($internal) { $internal.ToUpperInvariant() } else { $null }
    }
}

function Read-AnonTlsStateAgain {
    # From the same shell, hence of the same domain controller: others have it when it was replicated to them.
    param ($Shared)
    try {
        Read-AnonTlsState -Shared $Shared
    } catch {
        $null = $Shared.failures.Add((Get-AnonTlsReason -Part 'change' -What $Shared.step -Exception $_.Exception))
        $null
    }
}

function Get-AnonTlsMove {
    # What is not as it was when the controller read it, or nothing.
    param ($State, $Wish)
    $now = if ($State.internal_thumbprint) { $State.internal_thumbprint } else { 'none' }
    $then = if ($Wish.expected_internal) { $Wish.expected_internal } else { 'none' }
    if ($now -ne $then) {
        return "The internal transport certificate has moved: it was $then when it was read before, and is $now. Run again."
    }
    if ($null -ne $State.services -and $null -ne $Wish.expected_services) {
        $now = @($State.services | Sort-Object) -join ', '
        $then = @($Wish.expected_services | Sort-Object) -join ', '
        if ($now -ne $then) {
            return "The services of $($Wish.thumbprint) have moved: they were '$then' when they were read before, and are '$now'. Run again."
        }
    }
    return $null
}

function Enable-AnonTlsSmtp {
    # A cmdlet that reports an error may have changed something all the same: what is read afterwards tells.
    param ($Shared, [string] $Thumbprint)
    $where = Get-AnonTlsServerArgument -Shared $Shared
    $line = "Enable-ExchangeCertificate -Thumbprint $Thumbprint -Services SMTP -Force"
    $Shared.step = $line
    # After it was given up nothing more is begun, as nobody would hear of it.
    Invoke-AnonTlsAlone -Shared $Shared -Do {
        if ($Shared.given_up) {
            throw 'given up'
        }
        $null = $Shared.ran.Add($line)
    }
    try {
        # Of the prompts that -Force answers, one asks whether the internal certificate is to be replaced.
        $null = Enable-ExchangeCertificate @where -Thumbprint $Thumbprint -Services 'SMTP' -Force -ErrorAction Stop
    } catch {
        $null = $Shared.failures.Add((Get-AnonTlsReason -Part 'change' -What $line -Exception $_.Exception))
    }
}

function Get-AnonTlsServiceName {
    # Of flags or of a text; $null stays $null.
    param ($Services)
    if ($null -eq $Services) {
        return $null
    }
    $names = 'IMAP', 'POP', 'UM', 'IIS', 'SMTP', 'Federation', 'UMCallRouter'
    $said = if ($Services -is [int]) { $null } else { @(([string]$Services).Split(',') | ForEach-Object { $_.Trim() }) }
    $found = for ($place = 0; $place -lt $names.Count; $place++) {
        if (($null -ne $said -and $said -contains $names[$place]) -or ($null -eq $said -and $Services -band (1 -shl $place))) {
            $names[$place]
        }
    }
    return , [string[]]@($found | Where-Object { $_ })
}
