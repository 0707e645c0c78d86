# The certificates of the computer as serialized elements, with the verdict of Windows on their chains and the access to their keys.
#
# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

#AnsibleRequires -CSharpUtil ..module_utils._AnonTls
#AnsibleRequires -PowerShell ..module_utils._AnonTlsAnswer
#AnsibleRequires -PowerShell ..module_utils._AnonTlsHost

Set-StrictMode -Version 2.0

function Get-AnonTlsStore {
    param ([hashtable] $Answer)
    $most = 2000
    $found = @(Get-AnonTlsStoreCertificate)
    try {
        if ($found.Count -gt $most) {
            $Answer.limits.Add("The store has $($found.Count) certificates; the first $most were read.")
        }
        $issuers = @{}
        $machineGuid = Get-AnonTlsMachineGuid -Answer $Answer
        $certificates = [System.Collections.Generic.List[object]]::new()
        $thumbprints = [System.Collections.Generic.HashSet[string]]::new([System.StringComparer]::OrdinalIgnoreCase)
        for ($index = 0; $index -lt [System.Math]::Min($found.Count, $most); $index++) {
            $entry = Get-AnonTlsStoreEntry -Certificate $found[$index] -Name "certificate $($index + 1)" -MachineGuid $machineGuid -Issuers $issuers
            $certificates.Add($entry)
            if ($entry.element -or $entry.der) {
                $null = $thumbprints.Add($entry.name)
            }
        }
        @{
            certificates = $certificates
            chain_certificates = Get-AnonTlsChainCertificate -Issuers $issuers -Known $thumbprints -Answer $Answer
        }
    } finally {
        foreach ($certificate in $found) {
            if ($certificate -is [System.IDisposable]) {
                $certificate.Dispose()
            }
        }
    }
}

function Get-AnonTlsMachineGuid {
    param ([hashtable] $Answer)
    try {
        [string](Get-AnonTlsRegistryValue -Path 'SOFTWARE\Microsoft\Cryptography' -Name 'MachineGuid')
    } catch {
        Add-AnonTlsFailure -Answer $Answer -Part 'store' -What 'The names of the private keys'' files need MachineGuid of the registry' -ErrorRecord $_
        return $null
    }
}

function Get-AnonTlsStoreEntry {
    # One certificate; whatever fails is said in it and keeps no other from being read.
    param ($Certificate, [string] $Name, [string] $MachineGuid, [hashtable] $Issuers)
    $most = 262144
    $entry = @{
        name = $Name; element = $null; der = $null; reason = $null; archived = $null; has_private_key = $null
        chain = $null; chain_reason = $null; key = $null
    }
    try {
        $thumbprint = Limit-AnonTlsText -Text $Certificate.Thumbprint -Length 100
        if ($thumbprint) {
            $entry.name = $thumbprint
        }
        [byte[]]$element = Export-AnonTlsCertificate -Certificate $Certificate
        if ($element.Length -gt $most) {
            throw "it has $($element.Length) bytes with its properties, more than $most"
        }
        $entry.element = [System.Convert]::ToBase64String($element)
        $entry.key = Get-AnonTlsKey -Element $element -MachineGuid $MachineGuid
    } catch {
        $entry.reason = Limit-AnonTlsText -Text (Get-AnonTlsCause -Exception $_.Exception).Message
        $entry.key = @{ path = $null; sddl = $null; reason = 'the certificate could not be exported with its properties' }
        $entry.der = Get-AnonTlsDer -Certificate $Certificate -Most $most
    }
    $entry.archived = Get-AnonTlsFlag -Certificate $Certificate -Name 'Archived'
    # It looks for the properties of the certificate and opens no key.
    $entry.has_private_key = Get-AnonTlsFlag -Certificate $Certificate -Name 'HasPrivateKey'
    if ($null -eq $entry.element -and $entry.has_private_key -eq $false) {
        $entry.key = $null
    }
    try {
        $entry.chain = Get-AnonTlsVerdict -Certificate $Certificate -Issuers $Issuers
    } catch {
        $entry.chain_reason = Limit-AnonTlsText -Text (Get-AnonTlsCause -Exception $_.Exception).Message
    }
    $entry
}

function Get-AnonTlsFlag {
    # Of a member that fails PowerShell makes $null or an exception: it is not known then.
    param ($Certificate, [string] $Name)
    try {
        $flag = $Certificate.$Name
    } catch {
        return $null
    }
    if ($null -eq $flag) {
        return $null
    }
    [bool]$flag
}

function Get-AnonTlsDer {
    param ($Certificate, [int] $Most)
    try {
        [byte[]]$der = $Certificate.RawData
        if ($der.Length -gt 0 -and $der.Length -le $Most) {
            return [System.Convert]::ToBase64String($der)
        }
    } catch {
        $null = $_
    }
    return $null
}

function Get-AnonTlsKey {
    # Whose the file of the private key is; nothing where the element names no key provider.
    param ([byte[]] $Element, [string] $MachineGuid)
    $key = @{ path = $null; sddl = $null; reason = $null }
    try {
        $provider = [ansible_collections.msexchange.transport_tls.plugins.module_utils._AnonTls.KeyProvider]::Find($Element)
        if ($null -eq $provider) {
            return $null
        }
        # windows-facts 6: the rule of the names is not documented, so a file that is not there says nothing.
        $file = [ansible_collections.msexchange.transport_tls.plugins.module_utils._AnonTls.KeyFile]::Of($provider, $MachineGuid)
        $key.path = $file.Name
        $folder = [System.Environment]::GetFolderPath('CommonApplicationData').TrimEnd('\') + '\' + $file.Folder
        $key.sddl = Limit-AnonTlsText -Text (Get-AnonTlsKeySddl -Path "$folder\$($file.Name)") -Length 16384
        if ($null -eq $key.sddl) {
            $key.reason = "there is no file of this name in $folder"
        }
    } catch {
        $cause = Get-AnonTlsCause -Exception $_.Exception
        $key.reason = Limit-AnonTlsText -Text $cause.Message
        if (Test-AnonTlsAccessDenied -Exception $cause) {
            $key.reason = 'access to the key''s file is denied: connect as an administrator, or with become: true as SYSTEM (become_method: runas), ' +
            'as the file may be open to SYSTEM alone'
        }
    }
    $key
}

function Get-AnonTlsVerdict {
    # What Windows says of the chain, but for the time: the controller decides for a moment of its own.
    param ($Certificate, [hashtable] $Issuers)
    $time = 0x20003  # NotTimeValid, NotTimeNested, CtlNotTimeValid
    $chain = Get-AnonTlsChain -Certificate $Certificate
    $elements = [System.Collections.Generic.List[string]]::new()
    $hash = [System.Security.Cryptography.SHA1]::Create()
    try {
        foreach ($der in @($chain.elements | Select-Object -First 20)) {
            $thumbprint = [System.BitConverter]::ToString($hash.ComputeHash([byte[]]$der)).Replace('-', '')
            $elements.Add($thumbprint)
            $Issuers[$thumbprint] = [byte[]]$der
        }
    } finally {
        $hash.Dispose()
    }
    @{ status = [int]$chain.status -band -bnot $time; elements = $elements }
}

function Get-AnonTlsChainCertificate {
    # The issuers that are no certificates of the store, each once.
    param ([hashtable] $Issuers, $Known, [hashtable] $Answer)
    $most = 1000
    $certificates = @{}
    foreach ($thumbprint in @($Issuers.Keys | Sort-Object)) {
        if ($Known.Contains($thumbprint)) {
            continue
        }
        if ($certificates.Count -eq $most) {
            $Answer.limits.Add("The chains have more than $most issuers; the others were left out.")
            break
        }
        $certificates[$thumbprint] = [System.Convert]::ToBase64String($Issuers[$thumbprint])
    }
    $certificates
}
