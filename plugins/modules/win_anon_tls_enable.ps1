#!powershell

# Enables SMTP for one certificate of a Windows host by Exchange's own cmdlets; the controller has asked the guards before.
#
# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

#AnsibleRequires -CSharpUtil Ansible.Basic
#AnsibleRequires -CSharpUtil ..module_utils._AnonTls
#AnsibleRequires -PowerShell ..module_utils._AnonTlsAnswer
#AnsibleRequires -PowerShell ..module_utils._AnonTlsEnabling
#AnsibleRequires -PowerShell ..module_utils._AnonTlsHost
#AnsibleRequires -PowerShell ..module_utils._AnonTlsIdentity
#AnsibleRequires -PowerShell ..module_utils._AnonTlsShell

Set-StrictMode -Version 2.0

$spec = @{
    options = @{
        thumbprint = @{ type = 'str'; required = $true }
        internal = @{ type = 'str'; choices = @('keep', 'replace'); required = $true }
        expected_internal = @{ type = 'str' }
        expected_services = @{ type = 'list'; elements = 'str' }
        exchange_timeout = @{ type = 'int'; default = 300 }
    }
    required_if = @(, @('internal', 'keep', @('expected_internal')))
    # At the root it keeps Ansible.Basic from writing the options, and a source, to the host's event log.
    no_log = $true
    supports_check_mode = $true
}
$module = [Ansible.Basic.AnsibleModule]::Create($args, $spec)

try {
    $asked = @{
        Setup = Get-AnonTlsSetup
        InstallPath = Get-AnonTlsInstallPath
        Server = [string](Get-AnonTlsNameSet).physical_hostname
        Wish = @{
            thumbprint = $module.Params.thumbprint.ToUpperInvariant()
            internal = $module.Params.internal
            expected_internal = $module.Params.expected_internal
            expected_services = $module.Params.expected_services
        }
        CheckMode = $module.CheckMode
        Timeout = $module.Params.exchange_timeout
    }
    $answer = Enable-AnonTlsCertificate @asked
} catch {
    # The cmdlets run in a runspace of their own, which throws nothing out.
    $reason = Get-AnonTlsReason -Part 'store' -What 'The host could not be read' -Exception $_.Exception
    $answer = @{ before = $null; after = $null; changed = $false; ran = [string[]]@(); problem = $reason }
}

$module.Result.changed = $answer.changed
$module.Result.anon_tls_windows = $answer
$module.ExitJson()
