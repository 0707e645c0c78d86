#!powershell

# Collects, in one call and reading only, what a Windows host says of itself; the controller makes facts of it.
#
# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

#AnsibleRequires -CSharpUtil Ansible.Basic
#AnsibleRequires -CSharpUtil ..module_utils._AnonTls
#AnsibleRequires -PowerShell ..module_utils._AnonTlsAnswer
#AnsibleRequires -PowerShell ..module_utils._AnonTlsDirectory
#AnsibleRequires -PowerShell ..module_utils._AnonTlsEvents
#AnsibleRequires -PowerShell ..module_utils._AnonTlsExchange
#AnsibleRequires -PowerShell ..module_utils._AnonTlsHost
#AnsibleRequires -PowerShell ..module_utils._AnonTlsIdentity
#AnsibleRequires -PowerShell ..module_utils._AnonTlsStore

Set-StrictMode -Version 2.0

$parts = @('identity', 'store', 'directory', 'exchange', 'events')
$spec = @{
    options = @{
        gather_subset = @{ type = 'list'; elements = 'str'; choices = $parts; default = @('identity', 'store', 'directory', 'exchange') }
        identity = @{
            type = 'dict'
            options = @{
                fqdn = @{ type = 'str' }
                hostname = @{ type = 'str' }
                physical_fqdn = @{ type = 'str' }
                physical_hostname = @{ type = 'str' }
                cluster_names = @{ type = 'list'; elements = 'str' }
            }
        }
        events_days = @{ type = 'int'; default = 30 }
        exchange_timeout = @{ type = 'int'; default = 120 }
    }
    # At the root it keeps Ansible.Basic from writing the options, and a source, to the host's event log.
    no_log = $true
    supports_check_mode = $true
}
$module = [Ansible.Basic.AnsibleModule]::Create($args, $spec)

function Read-Part {
    # What is read, or nothing and a failure: no part keeps another from being read.
    param ([string] $Part, [string] $What, [scriptblock] $Read)
    $found = $null
    try {
        $found = & $Read
    } catch {
        Add-AnonTlsFailure -Answer $answer -Part $Part -What $What -ErrorRecord $_
    }
    if ($null -eq $found) {
        return $null
    }
    return , $found
}

$wanted = @($module.Params.gather_subset)
$identity = $wanted -contains 'identity'
$exchange = $wanted -contains 'exchange'
$directory = $wanted -contains 'directory'

$unknown = @{ fqdn = $null; hostname = $null; physical_fqdn = $null; physical_hostname = $null }
$answer = @{
    names = $unknown
    network_load_balancing = $null
    failover_cluster = $null
    setup = $null
    store = $null
    directory = $null
    exchange = $null
    events = $null
    failures = [System.Collections.Generic.List[object]]::new()
    limits = [System.Collections.Generic.List[string]]::new()
}

$names = $unknown
$loadBalancing = $null
if ($identity -or $exchange) {
    $names = Read-Part 'identity' 'The names of the computer could not be read' { Get-AnonTlsNameSet }
    $loadBalancing = Read-Part 'identity' 'Network Load Balancing could not be read from the registry' { Get-AnonTlsLoadBalancing }
    if ($null -eq $names) {
        $names = $unknown
    }
}
if ($identity) {
    $answer.names = $names
    $answer.network_load_balancing = $loadBalancing
    $answer.failover_cluster = Read-Part 'identity' 'The failover cluster could not be read from the registry' { Get-AnonTlsFailoverCluster }
}
if ($identity -or $directory -or $exchange) {
    $answer.setup = Read-Part 'identity' 'The setup of Exchange could not be read from the registry' { Get-AnonTlsSetup }
    if ($null -ne $answer.setup) {
        $answer.setup.file_version = Read-Part 'identity' 'The version of ExSetup.exe could not be read' { Get-AnonTlsSetupFileVersion }
    }
}
if ($wanted -contains 'store') {
    $answer.store = Read-Part 'store' 'The store LocalMachine\My could not be read' { Get-AnonTlsStore -Answer $answer }
}
if ($directory) {
    $answer.directory = Read-Part 'directory' 'AD LDS could not be read' { Get-AnonTlsDirectory -Setup (Get-AnonTlsSetup) -Answer $answer }
}
if ($exchange) {
    $answer.exchange = Read-Part 'exchange' 'The Exchange Management Shell could not be asked' {
        $asked = @{
            Setup = Get-AnonTlsSetup
            InstallPath = Get-AnonTlsInstallPath
            Server = [string]$names.physical_hostname
            Name = Get-AnonTlsAskedName -Names $names -Identity $module.Params.identity -LoadBalancing $loadBalancing
            Timeout = $module.Params.exchange_timeout
            Answer = $answer
        }
        Get-AnonTlsExchange @asked
    }
}
if ($wanted -contains 'events') {
    $answer.events = Read-Part 'events' 'The event log Application could not be read' {
        Get-AnonTlsObservedEvent -Days $module.Params.events_days -Answer $answer
    }
}

$module.Result.anon_tls_windows = $answer
$module.ExitJson()
