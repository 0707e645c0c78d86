# The objects of an Edge Transport server's own directory, AD LDS, as raw values.
#
# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

#AnsibleRequires -PowerShell ..module_utils._AnonTlsAnswer
#AnsibleRequires -PowerShell ..module_utils._AnonTlsHost

Set-StrictMode -Version 2.0

function Get-AnonTlsDirectory {
    # Nothing where there is no AD LDS to read: no Exchange, or no Edge.
    param ($Setup, [hashtable] $Answer)
    if ($null -eq $Setup -or @($Setup.roles) -notcontains 'EdgeTransportRole') {
        return $null
    }
    if ($null -eq $Setup.adlds_port) {
        throw 'the registry names no LdapPort of AD LDS (EdgeTransportRole\AdamSettings\MSExchange)'
    }
    $found = Search-AnonTlsAdLds -Port $Setup.adlds_port
    if ($found.truncated) {
        $Answer.limits.Add("AD LDS has more than $(@($found.entries).Count) server objects and connectors; the others were left out.")
    }
    $entries = [System.Collections.Generic.List[object]]::new()
    foreach ($entry in $found.entries) {
        $entries.Add((ConvertTo-AnonTlsEntry -Entry $entry -Answer $Answer))
    }
    @{
        port = [int]$Setup.adlds_port
        configuration = Limit-AnonTlsText -Text $found.configuration -Length 1000
        entries = $entries
        truncated = [bool]$found.truncated
    }
}

function ConvertTo-AnonTlsEntry {
    param ($Entry, [hashtable] $Answer)
    $mostValues = 1000
    $mostBytes = 65536
    $attributes = @{}
    foreach ($name in @($Entry.attributes.Keys)) {
        $values = [System.Collections.Generic.List[string]]::new()
        foreach ($value in @($Entry.attributes[$name])) {
            $raw = if ($value -is [byte[]]) { $value } else { [System.Text.Encoding]::UTF8.GetBytes([string]$value) }
            if ($values.Count -eq $mostValues -or $raw.Length -gt $mostBytes) {
                $where = "$name of $(Limit-AnonTlsText -Text $Entry.dn)"
                $Answer.limits.Add("$where has more than $mostValues values, or one of more than $mostBytes bytes; not all were read.")
                break
            }
            $values.Add([System.Convert]::ToBase64String($raw))
        }
        $attributes[[string]$name] = $values
    }
    @{ dn = [string]$Entry.dn; attributes = $attributes }
}
