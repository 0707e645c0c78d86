# What only Windows has, one function each: names, registry, certificate store, chains, key files, events, AD LDS, Exchange's shell.
#
# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Nothing is judged here, and nothing is written: plain data out, an exception where it cannot be read. The exchange part
# runs in a runspace that gets copies of these functions, so none of them leans on a variable of this file.

#AnsibleRequires -CSharpUtil ..module_utils._AnonTls

Set-StrictMode -Version 2.0

function Get-AnonTlsComputerName {
    try {
        @{
            fqdn = [ansible_collections.msexchange.transport_tls.plugins.module_utils._AnonTls.Native]::ComputerName(3)
            hostname = [ansible_collections.msexchange.transport_tls.plugins.module_utils._AnonTls.Native]::ComputerName(1)
            physical_fqdn = [ansible_collections.msexchange.transport_tls.plugins.module_utils._AnonTls.Native]::ComputerName(7)
            physical_hostname = [ansible_collections.msexchange.transport_tls.plugins.module_utils._AnonTls.Native]::ComputerName(5)
        }
    } catch {
        # No query to a name server: GetNetworkParams answers.
        $properties = [System.Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties()
        $hostname = [string]$properties.HostName
        $fqdn = (@($hostname, [string]$properties.DomainName) | Where-Object { $_ }) -join '.'
        @{ fqdn = $fqdn; hostname = $hostname; physical_fqdn = $fqdn; physical_hostname = $hostname }
    }
}

function Get-AnonTlsRegistryValue {
    param ([string] $Path, [string] $Name)
    $root = [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', 'Registry64')
    try {
        $key = $root.OpenSubKey($Path)
        if ($null -ne $key) {
            try {
                return , $key.GetValue($Name, $null, 'DoNotExpandEnvironmentNames')
            } finally {
                $key.Dispose()
            }
        }
    } finally {
        $root.Dispose()
    }
}

function Get-AnonTlsRegistrySubkey {
    param ([string] $Path)
    $root = [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', 'Registry64')
    try {
        $key = $root.OpenSubKey($Path)
        if ($null -ne $key) {
            try {
                return , $key.GetSubKeyNames()
            } finally {
                $key.Dispose()
            }
        }
    } finally {
        $root.Dispose()
    }
}

function Get-AnonTlsStoreCertificate {
    $store = [System.Security.Cryptography.X509Certificates.X509Store]::new('My', 'LocalMachine')
    try {
        $store.Open('ReadOnly, OpenExistingOnly, IncludeArchived')
        $store.Certificates
    } finally {
        $store.Dispose()
    }
}

function Export-AnonTlsCertificate {
    param ($Certificate)
    # All stored properties, the key provider's name among them; no key is opened.
    return , $Certificate.Export([System.Security.Cryptography.X509Certificates.X509ContentType]::SerializedCert)
}

function Get-AnonTlsChain {
    param ($Certificate)
    $native = [ansible_collections.msexchange.transport_tls.plugins.module_utils._AnonTls.Native]
    $context = $native::CertificateChain($Certificate.Handle)
    try {
        $chain = [System.Security.Cryptography.X509Certificates.X509Chain]::new($context)
        try {
            $status = 0
            # A chain that is not complete shows in the whole alone, not in an element (wincrypt.h, CERT_TRUST_STATUS).
            foreach ($found in $chain.ChainStatus) {
                $status = $status -bor [int]$found.Status
            }
            $elements = [System.Collections.Generic.List[object]]::new()
            foreach ($element in $chain.ChainElements) {
                foreach ($found in $element.ChainElementStatus) {
                    $status = $status -bor [int]$found.Status
                }
                $elements.Add($element.Certificate.RawData)
                $element.Certificate.Dispose()
            }
            @{ status = $status; elements = $elements }
        } finally {
            $chain.Dispose()
        }
    } finally {
        $native::FreeCertificateChain($context)
        [System.GC]::KeepAlive($Certificate)
    }
}

function Get-AnonTlsKeySddl {
    param ([string] $Path)
    $access = [System.Security.AccessControl.AccessControlSections]::Access
    try {
        if ($PSVersionTable.PSEdition -eq 'Desktop') {
            $security = [System.IO.File]::GetAccessControl($Path, $access)
        } else {
            $security = [System.IO.FileSystemAclExtensions]::GetAccessControl([System.IO.FileInfo]::new($Path), $access)
        }
    } catch [System.IO.FileNotFoundException], [System.IO.DirectoryNotFoundException] {
        return
    }
    $security.GetSecurityDescriptorSddlForm($access)
}

function Get-AnonTlsFileVersion {
    param ([string] $Path)
    $version = [System.Diagnostics.FileVersionInfo]::GetVersionInfo($Path)
    # Of numbers, as the text of Exchange's files has leading zeros.
    @($version.FileMajorPart, $version.FileMinorPart, $version.FileBuildPart, $version.FilePrivatePart) -join '.'
}

function Get-AnonTlsEvent {
    param ([string] $XPath, [int] $Maximum)
    $query = [System.Diagnostics.Eventing.Reader.EventLogQuery]::new('Application', 'LogName', $XPath)
    $query.ReverseDirection = $true
    $reader = [System.Diagnostics.Eventing.Reader.EventLogReader]::new($query)
    try {
        for ($count = 0; $count -lt $Maximum; $count++) {
            $record = $reader.ReadEvent()
            if ($null -eq $record) {
                break
            }
            try {
                # The message is never rendered: that loads the provider's files, and is in the language of the host.
                [pscustomobject]@{
                    Id = [int]$record.Id
                    ProviderName = [string]$record.ProviderName
                    TimeCreated = $record.TimeCreated.ToUniversalTime()
                    Values = [string[]]@($record.Properties | ForEach-Object { [string]$_.Value })
                }
            } finally {
                $record.Dispose()
            }
        }
    } finally {
        $reader.Dispose()
    }
}

function Search-AnonTlsAdLds {
    param ([int] $Port)
    # LDAP itself rather than ADSI, which keeps a copy of the schema on the disk and gives no raw values.
    Add-Type -AssemblyName System.DirectoryServices.Protocols
    $most = 1000
    $attributes = @(
        'objectClass', 'networkAddress', 'msExchCurrentServerRoles', 'versionNumber', 'serialNumber', 'msExchServerSite',
        'msExchServerInternalTLSCert', 'routingList', 'msExchSmtpSendFlags', 'msExchSmtpSmartHost',
        'msExchSourceBridgeheadServersDN', 'msExchSmtpSendEnabled', 'msExchSMTPSendConnectorFQDN', 'msExchSmtpTLSCertificate'
    )
    # The containers show that what is not below them is not there.
    $filter = '(|(objectClass=msExchExchangeServer)(objectClass=msExchRoutingSMTPConnector)(cn=Servers)(cn=Connections))'
    $directory = [System.DirectoryServices.Protocols.LdapDirectoryIdentifier]::new('localhost', $Port)
    $connection = [System.DirectoryServices.Protocols.LdapConnection]::new($directory)
    try {
        # windows-facts 9 (M): an administrator of the computer may read all of AD LDS.
        $connection.AuthType = [System.DirectoryServices.Protocols.AuthType]::Negotiate
        $connection.Timeout = [timespan]::FromSeconds(30)
        $connection.SessionOptions.ProtocolVersion = 3
        $connection.SessionOptions.ReferralChasing = [System.DirectoryServices.Protocols.ReferralChasingOptions]::None
        $connection.Bind()
        $root = [System.DirectoryServices.Protocols.SearchRequest]::new('', '(objectClass=*)', 'Base', 'configurationNamingContext')
        $names = $connection.SendRequest($root).Entries[0].Attributes['configurationNamingContext']
        if ($null -eq $names) {
            throw 'AD LDS names no configuration naming context, or does not show it to this user'
        }
        $configuration = [string]$names.GetValues([string])[0]
        $request = [System.DirectoryServices.Protocols.SearchRequest]::new($configuration, $filter, 'Subtree', [string[]]$attributes)
        $page = [System.DirectoryServices.Protocols.PageResultRequestControl]::new(100)
        $null = $request.Controls.Add($page)
        $entries = [System.Collections.Generic.List[object]]::new()
        $truncated = $false
        do {
            $response = $connection.SendRequest($request)
            foreach ($entry in $response.Entries) {
                if ($entries.Count -eq $most) {
                    $truncated = $true
                    break
                }
                $found = @{}
                foreach ($name in $entry.Attributes.AttributeNames) {
                    $found[[string]$name] = $entry.Attributes[$name].GetValues([byte[]])
                }
                $entries.Add(@{ dn = [string]$entry.DistinguishedName; attributes = $found })
            }
            $page.Cookie = [byte[]]@()
            foreach ($control in $response.Controls) {
                if ($control -is [System.DirectoryServices.Protocols.PageResultResponseControl]) {
                    $page.Cookie = $control.Cookie
                }
            }
        } while ($page.Cookie.Length -gt 0 -and -not $truncated)
        @{ configuration = $configuration; entries = $entries; truncated = $truncated }
    } finally {
        $connection.Dispose()
    }
}

function Open-AnonTlsExchangeShell {
    # It is dot-sourced in the global scope, so that what Exchange's scripts define stays.
    param ([string] $InstallPath, [bool] $Edge)
    if ($PSVersionTable.PSEdition -ne 'Desktop') {
        throw ('The Exchange Management Shell needs Windows PowerShell 5.1, and this is PowerShell ' + $PSVersionTable.PSVersion +
            ': take ansible_pwsh_interpreter away from this host')
    }
    $bin = [System.IO.Path]::Combine($InstallPath, 'bin')
    if ($Edge) {
        $console = [System.Xml.XmlDocument]::new()
        $console.Load([System.IO.Path]::Combine($bin, 'exShell.psc1'))
        foreach ($snapIn in $console.SelectNodes('//PSSnapIn')) {
            Add-PSSnapin -Name $snapIn.GetAttribute('Name') -ErrorAction Stop
        }
        $null = . ([System.IO.Path]::Combine($bin, 'Exchange.ps1'))
        'snap-in'
    } else {
        # The snap-in would pass by RBAC and the audit log: Microsoft supports it on an Edge alone. What this shell keeps of
        # its own is a module with its commands, in the profile of the account (M).
        $null = . ([System.IO.Path]::Combine($bin, 'RemoteExchange.ps1'))
        $null = Connect-ExchangeServer -Auto -ClientApplication:ManagementShell
        'Connect-ExchangeServer'
    }
}
