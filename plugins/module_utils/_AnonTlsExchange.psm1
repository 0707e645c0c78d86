# What Exchange's own cmdlets say, asked in a runspace of its own that is given up when its time is over.
#
# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

#AnsibleRequires -PowerShell ..module_utils._AnonTlsAnswer
#AnsibleRequires -PowerShell ..module_utils._AnonTlsHost

Set-StrictMode -Version 2.0

function Get-AnonTlsExchange {
    # Nothing where no Exchange server is; $Server is the name that the directory has for it.
    param ($Setup, [string] $InstallPath, [string] $Server, [string[]] $Name, [int] $Timeout, [hashtable] $Answer)
    if ($null -eq $Setup -or $Setup.management_tools_only) {
        return $null
    }
    if (-not $Server) {
        throw 'the name of the computer is not known, and the shell may be that of another server'
    }
    $shared = [hashtable]::Synchronized(@{
            edge = @($Setup.roles) -contains 'EdgeTransportRole'
            install_path = $InstallPath
            server = $Server
            names = $Name
            step = 'Opening the Exchange Management Shell'
            shell = $null
            certificates = $null
            order = [hashtable]::Synchronized(@{})
            internal_thumbprint = $null
            edge_subscriptions = $null
            failures = [System.Collections.ArrayList]::Synchronized([System.Collections.ArrayList]::new())
            limits = [System.Collections.ArrayList]::Synchronized([System.Collections.ArrayList]::new())
        })
    if (-not (Invoke-AnonTlsShell -Shared $shared -Timeout $Timeout)) {
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

function Invoke-AnonTlsShell {
    # Whether it came to its end in time; if not, it is left behind and ends with the process.
    param ($Shared, [int] $Timeout)
    $state = [System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault2()
    foreach ($name in 'Get-AnonTlsExchange', 'Get-AnonTlsReason', 'Open-AnonTlsExchangeShell') {
        foreach ($function in (Get-Command -Name $name).Module.ExportedFunctions.Values) {
            $state.Commands.Add([System.Management.Automation.Runspaces.SessionStateFunctionEntry]::new($function.Name, $function.Definition))
        }
    }
    # In the global scope, and without strict mode, as Exchange's scripts expect it.
    $script = {
        param ($AnonTls)
        # The process must not wait for this thread when it ends.
        [System.Threading.Thread]::CurrentThread.IsBackground = $true
        try {
            $AnonTls.shell = [string]@(. Open-AnonTlsExchangeShell -InstallPath $AnonTls.install_path -Edge $AnonTls.edge)[-1]
            if ($null -eq (Get-Command -Name Get-ExchangeCertificate -ErrorAction Ignore)) {
                throw 'The shell opened without Get-ExchangeCertificate'
            }
            $Error.Clear()
            Read-AnonTlsExchange -Shared $AnonTls
        } catch {
            $exception = Get-AnonTlsShellException -Failure $_ -Earlier $Error
            $null = $AnonTls.failures.Add((Get-AnonTlsReason -Part 'exchange' -What $AnonTls.step -Exception $exception))
        } finally {
            Get-PSSession | Remove-PSSession -ErrorAction SilentlyContinue
        }
    }
    $runspace = [System.Management.Automation.Runspaces.RunspaceFactory]::CreateRunspace($state)
    $runspace.Open()
    $powershell = [System.Management.Automation.PowerShell]::Create()
    $powershell.Runspace = $runspace
    $null = $powershell.AddScript($script.ToString(), $false).AddArgument($Shared)
    $running = $powershell.BeginInvoke()
    if (-not $running.AsyncWaitHandle.WaitOne([timespan]::FromSeconds($Timeout))) {
        # Not even asked to stop: the thread that BeginStop starts waits as long, and no process ends before it.
        return $false
    }
    try {
        $null = $powershell.EndInvoke($running)
    } catch {
        $null = $Shared.failures.Add((Get-AnonTlsReason -Part 'exchange' -What $Shared.step -Exception $_.Exception))
    } finally {
        $powershell.Dispose()
        $runspace.Dispose()
    }
    $true
}

function Get-AnonTlsShellException {
    # A shell that cannot connect writes why, goes on, and fails where it asks for a server that nobody names.
    param ($Failure, $Earlier)
    $exceptions = foreach ($record in @($Failure) + @($Earlier | Select-Object -First 50)) {
        if ($record -is [System.Management.Automation.ErrorRecord]) {
            Get-AnonTlsCause -Exception $record.Exception
        }
    }
    foreach ($exception in @($exceptions)) {
        if (Test-AnonTlsLogonError -Exception $exception) {
            return $exception
        }
    }
    $last = Get-AnonTlsCause -Exception $Failure.Exception
    foreach ($exception in @($exceptions)) {
        if ($exception.Message -ne $last.Message) {
            return [System.Exception]::new("$($last.Message); before that: $($exception.Message)", $last)
        }
    }
    $last
}

function Read-AnonTlsExchange {
    # One step after the other, each kept as soon as it is there.
    param ($Shared)
    $most = 2000
    # A shell may be that of another server: 2016 and later open it where the user's mailbox is (M).
    $where = if ($Shared.edge) { @{} } else { @{ Server = $Shared.server } }
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
    $which = if ($Shared.edge) { @{} } else { @{ Identity = $Shared.server } }
    foreach ($service in @(Get-TransportService @which -ErrorAction Stop | Select-Object -First 1)) {
        $Shared.internal_thumbprint = Limit-AnonTlsText -Text (Get-AnonTlsMember -Object $service -Name 'InternalTransportCertificateThumbprint') -Length 100
    }
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

function Get-AnonTlsMember {
    # What came over the wire has lost its methods, and a script property may call one: plain members alone are taken.
    param ($Object, [string] $Name)
    $member = $Object.PSObject.Properties[$Name]
    if ($null -eq $member -or 'Property', 'NoteProperty' -notcontains [string]$member.MemberType) {
        return $null
    }
    try {
        return , $member.Value
    } catch {
        return $null
    }
}

function Get-AnonTlsThumbprint {
    # Of an object that came without it, computed (SHA-1 of the certificate).
    param ($Certificate)
    $thumbprint = Limit-AnonTlsText -Text (Get-AnonTlsMember -Object $Certificate -Name 'Thumbprint') -Length 100
    if ($thumbprint) {
        return $thumbprint
    }
    $raw = Get-AnonTlsMember -Object $Certificate -Name 'RawData'
    if ($null -ne $raw) {
        $hash = [System.Security.Cryptography.SHA1]::Create()
        try {
            [System.BitConverter]::ToString($hash.ComputeHash([byte[]]$raw)).Replace('-', '')
        } finally {
            $hash.Dispose()
        }
    }
}

function ConvertTo-AnonTlsExchangeCertificate {
    param ($Certificate)
    $services = Get-AnonTlsMember -Object $Certificate -Name 'Services'
    $answer = @{
        thumbprint = Limit-AnonTlsText -Text (Get-AnonTlsMember -Object $Certificate -Name 'Thumbprint') -Length 100
        services = if ($services -is [enum] -or $services -is [int]) { [int]$services } else { Limit-AnonTlsText -Text $services }
        status = Limit-AnonTlsText -Text (Get-AnonTlsMember -Object $Certificate -Name 'Status') -Length 100
        root_ca_type = Limit-AnonTlsText -Text (Get-AnonTlsMember -Object $Certificate -Name 'RootCAType') -Length 100
        raw_data = $null
        serialization_data = $null
    }
    if (-not $answer.thumbprint) {
        $answer.raw_data = Get-AnonTlsBase64 -Bytes (Get-AnonTlsMember -Object $Certificate -Name 'RawData')
    }
    if ($null -eq $answer.services -or $null -eq $answer.status) {
        $answer.serialization_data = Get-AnonTlsBase64 -Bytes (Get-AnonTlsMember -Object $Certificate -Name 'SerializationData')
    }
    $answer
}

function Get-AnonTlsBase64 {
    # Nothing where these are no bytes, or more than a certificate has.
    param ($Bytes)
    if ($null -ne $Bytes -and @($Bytes).Count -gt 0 -and @($Bytes).Count -le 262144) {
        try {
            return [System.Convert]::ToBase64String([byte[]]$Bytes)
        } catch {
            $null = $_
        }
    }
    return $null
}
