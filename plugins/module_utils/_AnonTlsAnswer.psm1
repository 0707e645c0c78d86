# How the answer of a Windows host is written: what failed and what to do, what was cut, texts and moments.
#
# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# A function of these files whose value goes into the answer returns $null where it has none, not nothing: of nothing
# ConvertTo-Json of 5.1 makes an empty object.

Set-StrictMode -Version 2.0

function Limit-AnonTlsText {
    # One line, and not longer than that; $null stays $null.
    param ($Text, [int] $Length = 500)
    if ($null -eq $Text) {
        return $null
    }
    $line = ([string]$Text -replace '[\x00-\x20\x7f]+', ' ').Trim()
    if ($line.Length -gt $Length) {
        $line = $line.Substring(0, $Length) + '...'
    }
    $line
}

function ConvertTo-AnonTlsMoment {
    param ([datetime] $Moment)
    $Moment.ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ssZ', [cultureinfo]::InvariantCulture)
}

function Get-AnonTlsCause {
    # The exception that PowerShell wrapped, if it did.
    param ([System.Exception] $Exception)
    while ($null -ne $Exception.InnerException -and (
            $Exception -is [System.Management.Automation.RuntimeException] -or
            $Exception -is [System.Reflection.TargetInvocationException] -or
            $Exception -is [System.TypeInitializationException])) {
        $Exception = $Exception.InnerException
    }
    $Exception
}

function Test-AnonTlsAccessDenied {
    param ([System.Exception] $Exception)
    $Exception -is [System.UnauthorizedAccessException] -or
    $Exception -is [System.Security.SecurityException] -or
    ($Exception -is [System.ComponentModel.Win32Exception] -and $Exception.NativeErrorCode -eq 5) -or
    $Exception.HResult -eq -2147024891  # 0x80070005, E_ACCESSDENIED
}

function Test-AnonTlsLogonError {
    # A logon that ends here: by number where there is one, as the texts are in the language of the host.
    param ([System.Exception] $Exception)
    $codes = '0x80072020|0x8007052e|0x8007051f|0x80070520|0x8009030c|0x8009030e|0x80090311|0x80090322'
    $words = 'operations error|logon session|logon fail|logon attempt|logon servers|Kerberos|LogonDenied'
    $number = '0x{0:x8}' -f $Exception.HResult
    $number -match $codes -or $Exception.Message -match "$codes|$words" -or $Exception.GetType().Name -eq 'PSRemotingTransportException'
}

function Get-AnonTlsReason {
    # What failed, in the host's own words, and what to do.
    param ([string] $Part, [string] $What, [System.Exception] $Exception)
    $cause = Get-AnonTlsCause -Exception $Exception
    $remedy = Get-AnonTlsRemedy -Part $Part -Denied (Test-AnonTlsAccessDenied -Exception $cause) -Logon (Test-AnonTlsLogonError -Exception $cause)
    $text = (Limit-AnonTlsText -Text $cause.Message).TrimEnd('.', ' ')
    "${What}: $text. $remedy"
}

function Get-AnonTlsRemedy {
    param ([string] $Part, [bool] $Denied, [bool] $Logon)
    $shell = 'exchange', 'change' -contains $Part
    if ($shell -and ($Logon -or $Denied)) {
        $remedy = 'The logon of this connection may not reach beyond the host (double hop): set become: true with become_method: runas and a password, ' +
        'or connect with CredSSP, or with Kerberos delegation'
        if ($Denied) {
            $right = if ($Part -eq 'change') { 'Organization Management' } else { 'View-Only Organization Management' }
            $remedy += "; or the account lacks the right: $right, on an Edge the local Administrators"
        }
    } elseif ($Denied) {
        $remedy = switch ($Part) {
            'events' { 'Add the account to the local group Event Log Readers (S-1-5-32-573), or connect as an administrator' }
            'directory' { 'Connect as a local administrator of the Edge Transport server' }
            default { 'Connect as a local administrator of the host' }
        }
    } else {
        $remedy = switch ($Part) {
            'directory' { 'See that the service ADAM_MSExchange runs and the account is a local administrator' }
            { $shell } { 'See what the Exchange Management Shell says on the host, with the same account' }
            'events' { 'See whether Get-WinEvent -LogName Application works on the host, with the same account' }
            default { 'See whether the account is a local administrator of the host, and that the host is Windows' }
        }
    }
    "$remedy."
}

function Add-AnonTlsFailure {
    param ([hashtable] $Answer, [string] $Part, [string] $What, [System.Management.Automation.ErrorRecord] $ErrorRecord)
    $reason = Get-AnonTlsReason -Part $Part -What $What -Exception $ErrorRecord.Exception
    $Answer.failures.Add(@{ part = $Part; reason = $reason })
}
