# What Exchange's own cmdlets say of certificates, the internal one and Edge Subscriptions.
#
# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

#AnsibleRequires -PowerShell ..module_utils._AnonTlsAnswer
#AnsibleRequires -PowerShell ..module_utils._AnonTlsShell

Set-StrictMode -Version 2.0

function Get-AnonTlsExchange {
    # Nothing where no Exchange server is.
    param ($Setup, [string] $InstallPath, [string] $Server, [string[]] $Name, [int] $Timeout, [hashtable] $Answer)
    if ($null -eq $Setup -or $Setup.management_tools_only) {
        return $null
    }
    $own = @{
        names = $Name
        certificates = $null
        order = [hashtable]::Synchronized(@{})
        internal_thumbprint = $null
        edge_subscriptions = $null
        limits = [System.Collections.ArrayList]::Synchronized([System.Collections.ArrayList]::new())
    }
    $shared = New-AnonTlsShellCall -Setup $Setup -InstallPath $InstallPath -Server $Server -Also $own
    if (-not (Invoke-AnonTlsShell -Work 'Read-AnonTlsExchange' -Shared $shared -Timeout $Timeout)) {
        $remedy = Get-AnonTlsRemedy -Part 'exchange' -Logon $true
        $null = $shared.failures.Add("$($shared.step) was given up after $Timeout seconds. $remedy")
    }
    foreach ($reason in $shared.failures.ToArray()) {
        $Answer.failures.Add(@{ part = 'exchange'; reason = $reason })
    }
    foreach ($limit in $shared.limits.ToArray()) {
        $Answer.limits.Add($limit)
    }
    if ($null -eq $shared.certificates) {
        return $null
    }
    @{
        shell = $shared.shell
        certificates = $shared.certificates
        order = @{} + $shared.order.Clone()
        internal_thumbprint = $shared.internal_thumbprint
        edge_subscriptions = $shared.edge_subscriptions
    }
}

function Read-AnonTlsExchange {
    # One step after the other, each kept as soon as it is there.
    param ($Shared)
    $most = 2000
    Assert-AnonTlsCmdlet -Name 'Get-ExchangeCertificate'
    $where = Get-AnonTlsServerArgument -Shared $Shared
    $Shared.step = 'Get-ExchangeCertificate'
    $found = @(Get-ExchangeCertificate @where -ErrorAction Stop)
    if ($found.Count -gt $most) {
        $null = $Shared.limits.Add("Get-ExchangeCertificate returned $($found.Count) certificates; the first $most were taken.")
        $found = $found[0..($most - 1)]
    }
    $certificates = [System.Collections.Generic.List[object]]::new()
    foreach ($certificate in $found) {
        $certificates.Add((ConvertTo-AnonTlsExchangeCertificate -Certificate $certificate))
    }
    $Shared.certificates = $certificates
    foreach ($name in $Shared.names) {
        $Shared.step = "Get-ExchangeCertificate -DomainName $name"
        $ranked = @(Get-ExchangeCertificate @where -DomainName $name -ErrorAction Stop)
        $thumbprints = foreach ($certificate in @($ranked | Select-Object -First $most)) {
            Get-AnonTlsThumbprint -Certificate $certificate
        }
        $Shared.order[$name] = [string[]]@($thumbprints | Where-Object { $_ })
    }
    $Shared.step = 'Get-TransportService'
    $Shared.internal_thumbprint = Get-AnonTlsInternalThumbprint -Shared $Shared
    if (-not $Shared.edge) {
        $Shared.step = 'Get-EdgeSubscription'
        $subscriptions = [System.Collections.Generic.List[object]]::new()
        foreach ($subscription in @(Get-EdgeSubscription -ErrorAction Stop | Select-Object -First 1000)) {
            $subscriptions.Add(@{
                    name = Limit-AnonTlsText -Text (Get-AnonTlsMember -Object $subscription -Name 'Name')
                    site = Limit-AnonTlsText -Text (Get-AnonTlsMember -Object $subscription -Name 'Site')
                })
        }
        $Shared.edge_subscriptions = $subscriptions
    }
}
