# The Exchange Management Shell: a runspace of its own that is given up when its time is over, and what its objects hold.
#
# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

#AnsibleRequires -PowerShell ..module_utils._AnonTlsAnswer
#AnsibleRequires -PowerShell ..module_utils._AnonTlsHost

Set-StrictMode -Version 2.0

function New-AnonTlsShellCall {
    # What this runspace and that of the shell share; $Server is the name that the directory has for the host.
    param ($Setup, [string] $InstallPath, [string] $Server, [hashtable] $Also)
    if (-not $Server) {
        throw 'the name of the computer is not known, and the shell may be that of another server'
    }
    $shared = @{
        edge = @($Setup.roles) -contains 'EdgeTransportRole'
        install_path = $InstallPath
        server = $Server
        step = 'Opening the Exchange Management Shell'
        shell = $null
        failures = [System.Collections.ArrayList]::Synchronized([System.Collections.ArrayList]::new())
        given_up = $false
    }
    [hashtable]::Synchronized($shared + $Also)
}

function Invoke-AnonTlsShell {
    # Whether the function $Work came to its end in time; if not, it is left behind and ends with the process.
    param ([string] $Work, $Shared, [int] $Timeout, [string] $Part = 'exchange')
    $Shared.work = $Work
    $Shared.part = $Part
    $state = [System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault2()
    foreach ($name in $Work, 'Invoke-AnonTlsShell', 'Get-AnonTlsReason', 'Open-AnonTlsExchangeShell') {
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
            & $AnonTls.work -Shared $AnonTls
        } catch {
            $exception = Get-AnonTlsShellException -Failure $_ -Earlier $Error
            $null = $AnonTls.failures.Add((Get-AnonTlsReason -Part $AnonTls.part -What $AnonTls.step -Exception $exception))
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
        Invoke-AnonTlsAlone -Shared $Shared -Do { $Shared.given_up = $true }
        # Not even asked to stop: the thread that BeginStop starts waits as long, and no process ends before it.
        return $false
    }
    try {
        $null = $powershell.EndInvoke($running)
    } catch {
        $null = $Shared.failures.Add((Get-AnonTlsReason -Part $Part -What $Shared.step -Exception $_.Exception))
    } finally {
        $powershell.Dispose()
        $runspace.Dispose()
    }
    $true
}

function Invoke-AnonTlsAlone {
    # While the other runspace does nothing of this kind.
    param ($Shared, [scriptblock] $Do)
    [System.Threading.Monitor]::Enter($Shared.SyncRoot)
    try {
        & $Do
    } finally {
        [System.Threading.Monitor]::Exit($Shared.SyncRoot)
    }
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

function Assert-AnonTlsCmdlet {
    # What the shell printed while it opened matters no more once its cmdlets are there.
    param ([string[]] $Name)
    foreach ($cmdlet in $Name) {
        if ($null -eq (Get-Command -Name $cmdlet -ErrorAction Ignore)) {
            throw "The shell opened without $cmdlet"
        }
    }
    $Error.Clear()
}

function Get-AnonTlsServerArgument {
    # A shell may be that of another server: 2016 and later open it where the user's mailbox is (M).
    param ($Shared)
    if ($Shared.edge) { @{} } else { @{ Server = $Shared.server } }
}

function Get-AnonTlsInternalThumbprint {
    param ($Shared)
    $which = if ($Shared.edge) { @{} } else { @{ Identity = $Shared.server } }
    foreach ($service in @(Get-TransportService @which -ErrorAction Stop | Select-Object -First 1)) {
        return Limit-AnonTlsText -Text (Get-AnonTlsMember -Object $service -Name 'InternalTransportCertificateThumbprint') -Length 100
    }
    return $null
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
