# What a Windows host is: its names, load balancing, failover cluster, and the Exchange that is set up on it.
#
# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

#AnsibleRequires -PowerShell ..module_utils._AnonTlsAnswer
#AnsibleRequires -PowerShell ..module_utils._AnonTlsHost

Set-StrictMode -Version 2.0

function Get-AnonTlsNameSet {
    $names = Get-AnonTlsComputerName
    $answer = @{}
    foreach ($key in 'fqdn', 'hostname', 'physical_fqdn', 'physical_hostname') {
        $name = Limit-AnonTlsText -Text $names[$key] -Length 255
        $answer[$key] = if ($name) { $name } else { $null }
    }
    $answer
}

function Get-AnonTlsLoadBalancing {
    # windows-facts 4 (M): this is the place in current Windows; keys of adapters that were unbound stay.
    $path = 'SYSTEM\CurrentControlSet\Services\WLBS\Parameters\Interface'
    $interfaces = [System.Collections.Generic.List[object]]::new()
    $names = Get-AnonTlsRegistrySubkey -Path $path
    foreach ($name in @($names | Select-Object -First 100)) {
        $key = "$path\$name"
        $state = Get-AnonTlsRegistryValue -Path $key -Name 'HostState'
        $interfaces.Add(@{
                interface = Limit-AnonTlsText -Text $name -Length 255
                cluster_name = Limit-AnonTlsText -Text (Get-AnonTlsRegistryValue -Path $key -Name 'ClusterName') -Length 255
                cluster_address = Limit-AnonTlsText -Text (Get-AnonTlsRegistryValue -Path $key -Name 'ClusterIPAddress') -Length 255
                host_state = if ($null -eq $state) { $null } else { [int]$state }
            })
    }
    return , $interfaces
}

function Get-AnonTlsFailoverCluster {
    # windows-facts 4: HKLM\Cluster is there while the cluster service runs; what Start says is M.
    $start = Get-AnonTlsRegistryValue -Path 'SYSTEM\CurrentControlSet\Services\ClusSvc' -Name 'Start'
    @{
        running = $null -ne (Get-AnonTlsRegistrySubkey -Path 'Cluster')
        service_start = if ($null -eq $start) { $null } else { [int]$start }
    }
}

function Get-AnonTlsSetup {
    # The Exchange of this host, or nothing: 2013 to SE, as no older one is on a Windows that Ansible reaches.
    $root = 'SOFTWARE\Microsoft\ExchangeServer\v15'
    if ($null -eq (Get-AnonTlsRegistrySubkey -Path "$root\Setup")) {
        return $null
    }
    $version = foreach ($name in 'MsiProductMajor', 'MsiProductMinor', 'MsiBuildMajor', 'MsiBuildMinor') {
        $number = Get-AnonTlsRegistryValue -Path "$root\Setup" -Name $name
        if ($null -eq $number) {
            throw "HKLM\$root\Setup has no value $name"
        }
        [int]$number
    }
    $known = 'EdgeTransportRole', 'HubTransportRole', 'MailboxRole', 'FrontendTransportRole', 'CafeRole', 'ClientAccessRole', 'UnifiedMessagingRole'
    $subkeys = Get-AnonTlsRegistrySubkey -Path $root
    $roles = @($subkeys | Where-Object { $known -contains $_ })
    $unfinished = foreach ($role in $roles) {
        if ($null -ne (Get-AnonTlsRegistryValue -Path "$root\$role" -Name 'Action') -or
            $null -ne (Get-AnonTlsRegistryValue -Path "$root\$role" -Name 'Watermark')) {
            $role
        }
    }
    $edge = $roles -contains 'EdgeTransportRole'
    $services = Get-AnonTlsRegistryValue -Path "$root\Setup" -Name 'Services'
    $port = if ($edge) { Get-AnonTlsRegistryValue -Path "$root\EdgeTransportRole\AdamSettings\MSExchange" -Name 'LdapPort' } else { $null }
    @{
        version = $version -join '.'
        file_version = $null
        roles = [string[]]$roles
        unfinished = [string[]]@($unfinished | Where-Object { $_ })
        management_tools_only = $null -eq $services -and -not $edge
        adlds_port = if ($null -eq $port) { $null } else { [int]$port }
    }
}

function Get-AnonTlsInstallPath {
    [string](Get-AnonTlsRegistryValue -Path 'SOFTWARE\Microsoft\ExchangeServer\v15\Setup' -Name 'MsiInstallPath')
}

function Get-AnonTlsSetupFileVersion {
    # Setup's numbers do not change with a security update; this file's do.
    $path = Get-AnonTlsInstallPath
    if (-not $path) {
        throw 'HKLM\SOFTWARE\Microsoft\ExchangeServer\v15\Setup has no value MsiInstallPath'
    }
    Limit-AnonTlsText -Text (Get-AnonTlsFileVersion -Path ($path.TrimEnd('\') + '\bin\ExSetup.exe')) -Length 50
}

function Get-AnonTlsAskedName {
    # The names that a certificate may be chosen for; an override stands for the computer's own name.
    param ($Names, $Identity, $LoadBalancing, [int] $Most = 16)
    $given = if ($null -eq $Identity) { @{} } else { $Identity }
    $found = foreach ($key in 'fqdn', 'hostname', 'physical_fqdn', 'physical_hostname') {
        if ($given[$key]) {
            $given[$key]
        } elseif ($null -ne $Names) {
            $Names[$key]
        }
    }
    $found = @($found) + @($given['cluster_names']) + @(foreach ($interface in $LoadBalancing) { $interface['cluster_name'] })
    $seen = [System.Collections.Generic.HashSet[string]]::new([System.StringComparer]::OrdinalIgnoreCase)
    $distinct = foreach ($name in $found) {
        $text = Limit-AnonTlsText -Text $name -Length 255
        if ($text -and $seen.Count -lt $Most -and $seen.Add($text)) {
            $text
        }
    }
    return , [string[]]@($distinct | Where-Object { $_ })
}
