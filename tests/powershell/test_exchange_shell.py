"""Exchange's cmdlets are asked in a runspace of their own: what is asked, what is taken, and what is given up."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., Any]
Ask = Callable[..., dict[str, Any]]

UTILS = ("_AnonTlsAnswer.psm1", "_AnonTlsShell.psm1", "_AnonTlsExchange.psm1")

_DOUBLE = """
function Open-AnonTlsExchangeShell {
    param ([string] $InstallPath, [bool] $Edge)
    OPENING
    function Get-ExchangeCertificate {
        [CmdletBinding()] param ([string[]] $DomainName, [string] $Server)
        CERTIFICATES
    }
    function Get-TransportService { [CmdletBinding()] param ([string] $Identity) TRANSPORT }
    function Get-EdgeSubscription { [CmdletBinding()] param () SUBSCRIPTIONS }
    "noise"
    "shell of $InstallPath"
}
"""
_USUAL = {
    "opening": "",
    "certificates": """
        if ($DomainName) { [pscustomobject]@{ Thumbprint = "first of $DomainName at $Server" } }
        [pscustomobject]@{ Thumbprint = 'AA'; Services = 'SMTP'; Status = 'Valid'; RootCAType = 'Registry' }
    """,
    "transport": "[pscustomobject]@{ InternalTransportCertificateThumbprint = \"internal of '$Identity'\" }",
    "subscriptions": "[pscustomobject]@{ Name = 'EDGE01'; Site = 'contoso.com/Sites/HQ' }",
}
_ASK = """
$answer = @{
    failures = [System.Collections.Generic.List[object]]::new()
    limits = [System.Collections.Generic.List[string]]::new()
}
$setup = @{ roles = [string[]]@('ROLE'); management_tools_only = $TOOLS }
$asked = @{
    Setup = $setup; InstallPath = 'C:\\Exchange'; Server = 'SERVER'; Timeout = SECONDS; Answer = $answer
    Name = [string[]]@('a.contoso.com', 'b.contoso.com')
}
$exchange = Get-AnonTlsExchange @asked
@{ exchange = $exchange; failures = $answer.failures; limits = $answer.limits }
"""


@pytest.fixture
def ask(powershell: Run) -> Ask:
    def of(
        *, role: str = "MailboxRole", server: str = "EX01", tools: str = "false", seconds: int = 60, **double: str
    ) -> dict[str, Any]:
        text = _DOUBLE
        for name, value in {**_USUAL, **double}.items():
            text = text.replace(name.upper(), value)
        script = _ASK.replace("ROLE", role).replace("'SERVER'", f"'{server}'").replace("TOOLS", tools)
        answer: dict[str, Any] = powershell(script.replace("SECONDS", str(seconds)), *UTILS, double=text)
        return answer

    return of


def _reasons(answer: dict[str, Any]) -> list[str]:
    assert all(failure["part"] == "exchange" for failure in answer["failures"])
    return [failure["reason"] for failure in answer["failures"]]


def test_a_mailbox_server_is_asked_by_its_name_as_the_shell_may_be_anothers(ask: Ask) -> None:
    answer = ask()

    usual = {"services": "SMTP", "status": "Valid", "root_ca_type": "Registry"}
    assert answer == {
        "exchange": {
            "shell": "shell of C:\\Exchange",
            "certificates": [{"thumbprint": "AA", **usual, "raw_data": None, "serialization_data": None}],
            "order": {
                "a.contoso.com": ["first of a.contoso.com at EX01", "AA"],
                "b.contoso.com": ["first of b.contoso.com at EX01", "AA"],
            },
            "internal_thumbprint": "internal of 'EX01'",
            "edge_subscriptions": [{"name": "EDGE01", "site": "contoso.com/Sites/HQ"}],
        },
        "failures": [],
        "limits": [],
    }


def test_an_edge_is_asked_for_itself_and_for_no_subscription(ask: Ask) -> None:
    answer = ask(role="EdgeTransportRole", subscriptions="throw 'not on an Edge'")

    assert answer["failures"] == []
    assert answer["exchange"]["order"]["a.contoso.com"][0] == "first of a.contoso.com at"
    assert answer["exchange"]["internal_thumbprint"] == "internal of ''"
    assert answer["exchange"]["edge_subscriptions"] is None


def test_without_an_exchange_server_nothing_is_asked(ask: Ask) -> None:
    answer = ask(tools="true", opening="throw 'opened'")

    assert answer["exchange"] is None
    assert answer["failures"] == []


def test_empty_answers_are_empty_lists(ask: Ask) -> None:
    answer = ask(certificates="", transport="", subscriptions="")

    assert answer["failures"] == []
    assert answer["exchange"]["certificates"] == []
    assert answer["exchange"]["order"] == {"a.contoso.com": [], "b.contoso.com": []}
    assert answer["exchange"]["internal_thumbprint"] is None
    assert answer["exchange"]["edge_subscriptions"] == []


def test_a_shell_that_hangs_is_given_up_and_the_process_ends(ask: Ask) -> None:
    # Longer than run_script waits for a process.
    answer = ask(seconds=1, opening="[System.Threading.Thread]::Sleep(600000)")

    assert answer["exchange"] is None
    (reason,) = _reasons(answer)
    assert reason.startswith("Opening the Exchange Management Shell was given up after 1 seconds. The logon of")


def test_what_was_read_before_the_shell_hung_is_kept(ask: Ask) -> None:
    answer = ask(seconds=15, transport="[System.Threading.Thread]::Sleep(600000)")

    assert [certificate["thumbprint"] for certificate in answer["exchange"]["certificates"]] == ["AA"]
    assert sorted(answer["exchange"]["order"]) == ["a.contoso.com", "b.contoso.com"]
    assert answer["exchange"]["internal_thumbprint"] is None
    assert answer["exchange"]["edge_subscriptions"] is None
    (reason,) = _reasons(answer)
    assert reason.startswith("Get-TransportService was given up after 15 seconds.")


def test_a_double_hop_names_the_ways_out(ask: Ask) -> None:
    answer = ask(opening="throw 'The error 0x8009030e occurred: A specified logon session does not exist.'")

    assert answer["exchange"] is None
    (reason,) = _reasons(answer)
    assert reason.startswith("Opening the Exchange Management Shell: The error 0x8009030e occurred")
    for way in ("become: true", "become_method: runas", "a password", "CredSSP", "Kerberos delegation"):
        assert way in reason


def test_a_shell_without_the_cmdlet_says_what_went_wrong_in_it(ask: Ask) -> None:
    answer = ask(opening="Write-Error 'no server in this site' -ErrorAction Continue; return 'snap-in'")

    (reason,) = _reasons(answer)
    assert "The shell opened without Get-ExchangeCertificate; before that: no server in this site" in reason


def test_a_shell_that_asks_for_a_server_says_why_it_could_not_connect(ask: Ask) -> None:
    opening = """
    Write-Error 'The error 0x8009030e occurred: no credentials.' -ErrorAction SilentlyContinue
    Write-Error 'another one' -ErrorAction SilentlyContinue
    $null = Read-Host -Prompt 'server'
    """

    (reason,) = _reasons(ask(opening=opening))

    assert reason.startswith("Opening the Exchange Management Shell: The error 0x8009030e occurred: no credentials.")
    assert "CredSSP" in reason


def test_what_the_shell_wrote_while_it_opened_is_no_matter_of_a_cmdlet(ask: Ask) -> None:
    opening = "Write-Error 'The error 0x8009030e occurred.' -ErrorAction Continue"

    (reason,) = _reasons(ask(opening=opening, transport="throw 'busy'"))

    assert reason.startswith("Get-TransportService: busy. See what")


def test_a_name_that_fails_keeps_the_certificates(ask: Ask) -> None:
    answer = ask(
        certificates="if ($DomainName) { throw 'busy' }; [pscustomobject]@{ Thumbprint = 'AA'; Services = 'None' }"
    )

    assert [certificate["thumbprint"] for certificate in answer["exchange"]["certificates"]] == ["AA"]
    assert answer["exchange"]["order"] == {}
    (reason,) = _reasons(answer)
    assert reason.startswith("Get-ExchangeCertificate -DomainName a.contoso.com: busy.")


def test_without_the_name_of_the_computer_no_other_server_answers(powershell: Run) -> None:
    said = powershell(
        "try { Get-AnonTlsExchange -Setup @{ roles = @('MailboxRole'); management_tools_only = $false } -Server '' }"
        " catch { $_.Exception.Message }",
        *UTILS,
    )

    assert "the name of the computer is not known" in said


def test_an_object_of_bytes_alone_gives_its_bytes_and_a_computed_thumbprint(powershell: Run) -> None:
    raw, stream = b"der", b"stream"
    script = f"""
        $object = [pscustomobject]@{{
            RawData = [System.Convert]::FromBase64String('{b64encode(raw).decode()}')
            SerializationData = [System.Convert]::FromBase64String('{b64encode(stream).decode()}')
        }}
        @{{
            certificate = ConvertTo-AnonTlsExchangeCertificate -Certificate $object
            thumbprint = Get-AnonTlsThumbprint -Certificate $object
        }}
    """

    assert powershell(script, *UTILS) == {
        "certificate": {
            "thumbprint": None,
            "services": None,
            "status": None,
            "root_ca_type": None,
            "raw_data": b64encode(raw).decode(),
            "serialization_data": b64encode(stream).decode(),
        },
        "thumbprint": hashlib.sha1(raw, usedforsecurity=False).hexdigest().upper(),
    }


def test_an_enumeration_counts_as_its_number_live_and_deserialized(powershell: Run) -> None:
    script = """
        $day = [System.DayOfWeek]
        $object = [pscustomobject]@{ Thumbprint = 'AA'; Services = $day::Friday; Status = $day::Monday }
        $serializer = [System.Management.Automation.PSSerializer]
        $copy = $serializer::Deserialize($serializer::Serialize($object))
        return , @(foreach ($each in $object, $copy) { ConvertTo-AnonTlsExchangeCertificate -Certificate $each })
    """

    for found in powershell(script, *UTILS):
        assert (found["services"], found["status"]) == (5, "Monday")


def test_script_properties_and_members_that_fail_are_not_there(powershell: Run) -> None:
    script = """
        $object = [pscustomobject]@{ Status = 'Valid' }
        $object | Add-Member -MemberType ScriptProperty -Name Thumbprint -Value { throw 'called' }
        ConvertTo-AnonTlsExchangeCertificate -Certificate $object
    """

    assert powershell(script, *UTILS)["thumbprint"] is None
