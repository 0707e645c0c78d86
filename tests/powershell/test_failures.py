"""What failed is told in the host's own words, with what to do."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., Any]

UTIL = "_AnonTlsAnswer.psm1"


@pytest.fixture
def reasons(powershell: Run) -> Callable[[str, dict[str, str]], dict[str, str]]:
    """What is said, by name, of exceptions that PowerShell expressions make."""

    def of(part: str, exceptions: dict[str, str]) -> dict[str, str]:
        lines = ["$answer = @{}"]
        for name, exception in exceptions.items():
            said = f"Get-AnonTlsReason -Part {part} -What 'It could not be read' -Exception ({exception})"
            lines.append(f"$answer['{name}'] = {said}")
        found: dict[str, str] = powershell("\n".join([*lines, "$answer"]), UTIL)
        return found

    return of


Reasons = Callable[[str, dict[str, str]], dict[str, str]]

DENIED = "[System.UnauthorizedAccessException]::new('Attempted to perform an unauthorized operation.')"


def test_a_logon_that_ends_at_the_host_names_the_three_ways_out(reasons: Reasons) -> None:
    found = reasons(
        "exchange",
        {
            "operations": "[System.Exception]::new('An operations error occurred.')",
            "session": "[System.Exception]::new('A specified logon session does not exist.')",
            "number": "[System.Exception]::new('Erreur 0x8009030E.')",
            "result": "[System.Runtime.InteropServices.COMException]::new('Betriebsfehler.', -2147016672)",
            "remoting": "[System.Management.Automation.Remoting.PSRemotingTransportException]::new('Nein.')",
            "denied": DENIED,
        },
    )

    for text in found.values():
        for way in ("become: true", "become_method: runas", "a password", "CredSSP", "Kerberos delegation"):
            assert way in text
    assert found["operations"].startswith("It could not be read: An operations error occurred. The logon of")
    assert "View-Only Organization Management" in found["denied"]
    assert "View-Only Organization Management" not in found["operations"]


def test_another_failure_of_the_shell_is_no_matter_of_the_logon(reasons: Reasons) -> None:
    found = reasons("exchange", {"other": "[System.Exception]::new('The server is busy.')"})

    assert found["other"] == (
        "It could not be read: The server is busy. See what the Exchange Management Shell says on the host, with the "
        "same account."
    )


def test_access_denied_names_the_right_that_lacks(reasons: Reasons) -> None:
    assert "Event Log Readers" in reasons("events", {"denied": DENIED})["denied"]
    assert "local administrator of the Edge" in reasons("directory", {"denied": DENIED})["denied"]
    found = reasons(
        "store",
        {
            "denied": DENIED,
            "security": "[System.Security.SecurityException]::new('Requested registry access is not allowed.')",
            "number": "[System.ComponentModel.Win32Exception]::new(5)",
            "wrapped": f"[System.Management.Automation.MethodInvocationException]::new('Exception', ({DENIED}))",
        },
    )
    assert all("Connect as a local administrator of the host." in text for text in found.values()), found
    assert "Attempted to perform" in found["wrapped"]


def test_a_text_is_one_line_of_bounded_length(powershell: Run) -> None:
    found = powershell(
        """
        @{
            lines = Limit-AnonTlsText -Text " one`r`n`ttwo`0 "
            long = Limit-AnonTlsText -Text ('x' * 600)
            none = Limit-AnonTlsText -Text $null
            number = Limit-AnonTlsText -Text 16
        }
        """,
        UTIL,
    )

    assert found == {"lines": "one two", "long": "x" * 500 + "...", "none": None, "number": "16"}
