"""What a Windows host is, from its names and its registry."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., Any]

UTILS = ("_AnonTlsAnswer.psm1", "_AnonTlsIdentity.psm1")
V15 = "SOFTWARE\\Microsoft\\ExchangeServer\\v15"
WLBS = "SYSTEM\\CurrentControlSet\\Services\\WLBS\\Parameters\\Interface"
SETUP = {"MsiProductMajor": 15, "MsiProductMinor": 2, "MsiBuildMajor": 2562, "MsiBuildMinor": 17}

_DOUBLE = """
function Get-Keys { $keys = @{}
KEYS
    $keys }
function Get-AnonTlsRegistryValue { param ($Path, $Name)
    $keys = Get-Keys
    if ($keys.ContainsKey($Path)) { return , $keys[$Path][$Name] }
}
function Get-AnonTlsRegistrySubkey { param ($Path)
    $keys = Get-Keys
    if ($keys.ContainsKey($Path)) {
        return , [string[]]@($keys.Keys | Where-Object { $_.StartsWith("$Path\\") } | Sort-Object | ForEach-Object {
            $_.Substring($Path.Length + 1).Split('\\')[0] } | Select-Object -Unique)
    }
}
function Get-AnonTlsFileVersion { param ($Path) "15.2.2562.29 of $Path" }
"""

Keys = dict[str, dict[str, int | str]]


@pytest.fixture
def ask(powershell: Run) -> Callable[..., Any]:
    def of(script: str, keys: Keys) -> Any:
        lines = []
        for path, values in keys.items():
            listed = "; ".join(
                f"{name} = '{value}'" if isinstance(value, str) else f"{name} = {value}"
                for name, value in values.items()
            )
            lines.append(f"$keys['{path}'] = @{{ {listed} }}")
        return powershell(script, *UTILS, double=_DOUBLE.replace("KEYS", "\n".join(lines)))

    return of


Ask = Callable[[str, Keys], Any]


def test_the_setup_has_version_and_roles_of_a_mailbox_server(ask: Ask) -> None:
    found = ask(
        "Get-AnonTlsSetup",
        {
            V15: {},
            f"{V15}\\AdminTools": {},
            f"{V15}\\FrontendTransportRole": {"ConfiguredVersion": "15.2", "Watermark": "x"},
            f"{V15}\\MailboxRole": {"ConfiguredVersion": "15.2"},
            f"{V15}\\Setup": {**SETUP, "Services": "C:\\x"},
        },
    )

    assert found == {
        "version": "15.2.2562.17",
        "file_version": None,
        "roles": ["FrontendTransportRole", "MailboxRole"],
        "unfinished": ["FrontendTransportRole"],
        "management_tools_only": False,
        "adlds_port": None,
    }


def test_an_edge_names_the_port_of_its_directory(ask: Ask) -> None:
    role = f"{V15}\\EdgeTransportRole"

    found = ask(
        "Get-AnonTlsSetup",
        {V15: {}, role: {}, f"{role}\\AdamSettings\\MSExchange": {"LdapPort": 50390}, f"{V15}\\Setup": {**SETUP}},
    )

    assert found["roles"] == ["EdgeTransportRole"]
    assert found["unfinished"] == []
    assert found["management_tools_only"] is False
    assert found["adlds_port"] == 50390


def test_the_management_tools_alone_are_no_server(ask: Ask) -> None:
    found = ask("Get-AnonTlsSetup", {V15: {}, f"{V15}\\Setup": {**SETUP}})

    assert found["management_tools_only"] is True
    assert found["roles"] == []


def test_without_the_key_there_is_no_exchange(ask: Ask) -> None:
    assert ask("Get-AnonTlsSetup", {}) is None


def test_a_setup_without_its_version_is_refused_with_the_value_s_name(ask: Ask) -> None:
    said = ask(
        "try { Get-AnonTlsSetup } catch { $_.Exception.Message }", {V15: {}, f"{V15}\\Setup": {"MsiProductMajor": 15}}
    )

    assert said == f"HKLM\\{V15}\\Setup has no value MsiProductMinor"


def test_the_file_version_is_that_of_exsetup(ask: Ask) -> None:
    found = ask("Get-AnonTlsSetupFileVersion", {f"{V15}\\Setup": {"MsiInstallPath": "C:\\Exchange\\"}})

    assert found == "15.2.2562.29 of C:\\Exchange\\bin\\ExSetup.exe"


def test_every_interface_of_load_balancing_is_listed(ask: Ask) -> None:
    found = ask(
        "Get-AnonTlsLoadBalancing",
        {
            WLBS: {},
            f"{WLBS}\\{{A}}": {"ClusterName": "mail.contoso.com", "ClusterIPAddress": "192.0.2.1", "HostState": 1},
            f"{WLBS}\\{{B}}": {},
        },
    )

    assert found == [
        {"interface": "{A}", "cluster_name": "mail.contoso.com", "cluster_address": "192.0.2.1", "host_state": 1},
        {"interface": "{B}", "cluster_name": None, "cluster_address": None, "host_state": None},
    ]


def test_without_load_balancing_the_list_is_empty(ask: Ask) -> None:
    assert ask("Get-AnonTlsLoadBalancing", {}) == []


def test_a_failover_cluster_shows_in_its_key_and_its_service(ask: Ask) -> None:
    service = "SYSTEM\\CurrentControlSet\\Services\\ClusSvc"

    assert ask("Get-AnonTlsFailoverCluster", {"Cluster": {}, service: {"Start": 2}}) == {
        "running": True,
        "service_start": 2,
    }
    assert ask("Get-AnonTlsFailoverCluster", {}) == {"running": False, "service_start": None}


def test_names_that_are_empty_are_not_known(powershell: Run) -> None:
    double = "function Get-AnonTlsComputerName { @{ fqdn = ''; hostname = 'EX01'; physical_fqdn = $null } }"

    assert powershell("Get-AnonTlsNameSet", *UTILS, double=double) == {
        "fqdn": None,
        "hostname": "EX01",
        "physical_fqdn": None,
        "physical_hostname": None,
    }


def test_names_are_asked_for_once_and_an_override_stands_for_the_own(powershell: Run) -> None:
    script = """
    $names = @{ fqdn = 'EX01.contoso.com'; hostname = 'EX01'; physical_fqdn = 'ex01.CONTOSO.com' }
    $identity = [System.Collections.Generic.Dictionary[string, object]]::new()
    $identity['hostname'] = 'MAIL'
    $identity['fqdn'] = $null
    $identity['cluster_names'] = @('a.contoso.com', '')
    $interfaces = foreach ($name in 'A.contoso.com', $null, 'nlb.contoso.com') { @{ cluster_name = $name } }
    @{
        all = Get-AnonTlsAskedName -Names $names -Identity $identity -LoadBalancing $interfaces
        bare = Get-AnonTlsAskedName -Names $names -Identity $null -LoadBalancing $null
        none = Get-AnonTlsAskedName -Names @{} -Identity @{} -LoadBalancing @()
        many = Get-AnonTlsAskedName -Names $names -Identity @{ cluster_names = 1..40 } -LoadBalancing @()
    }
    """

    found = powershell(script, *UTILS)

    assert found["all"] == ["EX01.contoso.com", "MAIL", "a.contoso.com", "nlb.contoso.com"]
    assert found["bare"] == ["EX01.contoso.com", "EX01"]
    assert found["none"] == []
    assert len(found["many"]) == 16
