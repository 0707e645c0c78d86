"""What is handed to Windows: constants and layouts, as wincrypt.h and sysinfoapi.h have them. No call is made here."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Run = Callable[..., Any]

_NATIVE = "[ansible_collections.msexchange.transport_tls.plugins.module_utils._AnonTls.Native]"


def test_a_chain_is_built_without_downloads_and_revocation_lists(powershell: Run) -> None:
    flags = powershell(f"{_NATIVE}::ChainFlags")

    disable_aia, disable_root_update, cache_only = 0x2000, 0x100, 0x4
    revocation = 0x70000000
    assert flags == disable_aia | disable_root_update | cache_only
    assert not flags & revocation


def test_the_parameters_of_a_chain_have_the_layout_of_64_bit_windows(powershell: Run) -> None:
    layout = powershell(f"""
        $parameters = {_NATIVE}.GetNestedType('ChainParameters', 'NonPublic')
        $match = {_NATIVE}.GetNestedType('UsageMatch', 'NonPublic')
        $usage = {_NATIVE}.GetNestedType('EnhancedKeyUsage', 'NonPublic')
        @{{
            size = [System.Runtime.InteropServices.Marshal]::SizeOf([type]$parameters)
            requested = [int64][System.Runtime.InteropServices.Marshal]::OffsetOf($parameters, 'RequestedUsage')
            usage = [int64][System.Runtime.InteropServices.Marshal]::OffsetOf($match, 'Usage')
            identifiers = [int64][System.Runtime.InteropServices.Marshal]::OffsetOf($usage, 'Identifiers')
        }}
    """)

    assert layout == {"size": 32, "requested": 8, "usage": 8, "identifiers": 8}


def test_where_windows_does_not_answer_the_names_come_from_the_network_parameters(powershell: Run) -> None:
    names = powershell("Get-AnonTlsComputerName", "_AnonTlsHost.psm1")

    assert sorted(names) == ["fqdn", "hostname", "physical_fqdn", "physical_hostname"]
    assert names["hostname"]
    assert names["fqdn"].startswith(names["hostname"])
    assert not names["fqdn"].endswith(".")
    assert names["physical_fqdn"] == names["fqdn"]


def test_powershell_7_is_told_that_exchange_needs_5_1(powershell: Run) -> None:
    said = powershell(
        "try { Open-AnonTlsExchangeShell -InstallPath 'x' -Edge $false } catch { $_.Exception.Message }",
        "_AnonTlsHost.psm1",
    )

    assert "needs Windows PowerShell 5.1" in said
    assert "ansible_pwsh_interpreter" in said
