"""The double of a Windows host has every function of the real one, and answers as that does."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import (
    exchange_certificate,
    root_authority,
    server_certificate,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.ldif import ADLDS_CONFIGURATION, EDGE, server_entry
from ansible_collections.msexchange.transport_tls.tests.fixtures.powershell import run_script
from ansible_collections.msexchange.transport_tls.tests.fixtures.serialized_certificate import (
    SOFTWARE_KSP,
    KeyProvider,
    serialize,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.windows_host import (
    BROKEN,
    DENIED,
    DOUBLE,
    MACHINE_GUID,
    WITH_NETWORK_SERVICE,
    Event,
    Stored,
    calls,
    edge_server,
    key_file,
    load_balanced,
    write_faults,
    write_host,
)

REAL = Path(__file__).parents[2] / "plugins/module_utils/_AnonTlsHost.psm1"
ROOT = root_authority()
OWN = exchange_certificate("EDGE01", "contoso.com")
ISSUED = server_certificate("mail.contoso.com", issuer=ROOT)
LATER = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
ENTRY = server_entry("EDGE01", roles=EDGE, internal_certificate=serialize(OWN.der), configuration=ADLDS_CONFIGURATION)
STORED = Stored(OWN, key=SOFTWARE_KSP)
HOST = edge_server(
    "EDGE01",
    [STORED, Stored(ISSUED, key=None, issuers=(ROOT,))],
    registry=load_balanced({"ClusterName": "smtp.contoso.com"}, {}),
    events=[
        Event(12014, LATER - timedelta(days=2), ("mail.contoso.com", "Internet", "mail.contoso.com")),
        Event(12013, LATER, ("AB",)),
        Event(12014, LATER - timedelta(days=40), ("old",), "MSExchangeFrontEndTransport"),
        Event(12014, LATER, ("another",), "Somebody"),
        Event(999, LATER),
    ],
    adlds=[ENTRY],
    adlds_configuration=ADLDS_CONFIGURATION,
)
XPATH = (
    "*[System[Provider[@Name='MSExchangeTransport' or @Name='MSExchangeFrontEndTransport'] and "
    "((EventID>=12012 and EventID<=12024) or EventID=1037) and TimeCreated[@SystemTime>='2026-11-01T00:00:00Z']]]"
)


def functions(file: Path) -> dict[str, list[str]]:
    """The names of the functions that are called from without, each with its parameters."""
    found = {}
    for name, body in re.findall(r"^function ([A-Z]\w+-AnonTls\w+) \{\n(.*?)^\}", file.read_text(), re.M | re.S):
        parameters = re.search(r"^    param ?\((.*)\)$", body, re.M)
        found[name] = re.findall(r"\$(\w+)", parameters[1]) if parameters else []
    return found


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("double")


@pytest.fixture(scope="module")
def answers(place: Path) -> dict[str, Any]:
    """One run of everything: what each line answered."""
    write_host(place / "state", HOST)
    assert STORED.provider is not None
    key = f"C:\\ProgramData\\{key_file(STORED.provider)}"
    unknown = key.replace("Keys", "RSA\\MachineKeys")
    store = "$store = @(Get-AnonTlsStoreCertificate)"
    return ask(
        place,
        names="Get-AnonTlsComputerName",
        guid="Get-AnonTlsRegistryValue -Path 'software\\MICROSOFT\\Cryptography' -Name machineguid",
        no_value="Get-AnonTlsRegistryValue -Path 'SOFTWARE\\Microsoft\\Cryptography' -Name Other",
        no_key="Get-AnonTlsRegistryValue -Path 'SOFTWARE\\Nobody' -Name Other",
        port="Get-AnonTlsRegistryValue -Path 'SOFTWARE\\Microsoft\\ExchangeServer\\v15\\EdgeTransportRole\\AdamSettings"
        "\\MSExchange' -Name LdapPort",
        subkeys="Get-AnonTlsRegistrySubkey -Path 'SYSTEM\\CurrentControlSet\\Services\\WLBS\\Parameters\\Interface'",
        one_subkey="Get-AnonTlsRegistrySubkey -Path 'SOFTWARE\\Microsoft\\ExchangeServer'",
        no_subkeys="(Get-AnonTlsRegistrySubkey -Path 'SOFTWARE\\Microsoft\\Cryptography').Count",
        missing="Get-AnonTlsRegistrySubkey -Path 'SOFTWARE\\Nobody'",
        store=f"{store}; $store | ForEach-Object {{ $_.Thumbprint; $_.HasPrivateKey; $_.Archived; $_.Dispose() }}",
        raw=f"{store}; [Convert]::ToBase64String($store[0].RawData)",
        element=f"{store}; [Convert]::ToBase64String((Export-AnonTlsCertificate -Certificate $store[0]))",
        own_chain=f"{store}; (Get-AnonTlsChain -Certificate $store[0]).status",
        chain=f"{store}; $chain = Get-AnonTlsChain -Certificate $store[1]; $chain.status; $chain.elements.Count",
        chain_root=f"{store}; [Convert]::ToBase64String((Get-AnonTlsChain -Certificate $store[1]).elements[1])",
        sddl=f"Get-AnonTlsKeySddl -Path '{key}'",
        forward=f"Get-AnonTlsKeySddl -Path '{key.replace(chr(92), '/').upper()}'",
        elsewhere=f"Get-AnonTlsKeySddl -Path '{unknown}'",
        version="Get-AnonTlsFileVersion -Path 'C:\\Program Files\\Microsoft\\Exchange Server\\V15\\bin\\ExSetup.exe'",
        no_file="Get-AnonTlsFileVersion -Path 'C:\\nothing.exe'",
        events=f'Get-AnonTlsEvent -XPath "{XPATH}" -Maximum 10 | ForEach-Object {{ $_.Id; $_.Values[0]; '
        "$_.TimeCreated.ToString('s'); $_.TimeCreated.Kind.ToString() }",
        one_event=f'@(Get-AnonTlsEvent -XPath "{XPATH}" -Maximum 1).Count',
        bad_query="Get-AnonTlsEvent -XPath '*[System[' -Maximum 1",
        adlds="$found = Search-AnonTlsAdLds -Port 50389; $found.configuration; $found.truncated; $found.entries.Count; "
        "$found.entries[0].dn",
        attribute="[Convert]::ToBase64String((Search-AnonTlsAdLds -Port 50389).entries[0].attributes"
        "['msExchServerInternalTLSCert'][0])",
        values="(Search-AnonTlsAdLds -Port 50389).entries[0].attributes['networkAddress'].Count",
        other_port="Search-AnonTlsAdLds -Port 389",
        shell="Open-AnonTlsExchangeShell -InstallPath 'C:\\x' -Edge $true; @(Get-ExchangeCertificate).Count",
    )


def ask(place: Path, **lines: str) -> dict[str, Any]:
    script = [f"Import-Module {DOUBLE / REAL.name}", "$answers = @{}"]
    for name, line in lines.items():
        script.append(f'$answers.{name} = $(try {{ , @({line}) }} catch {{ , @("error: $_") }})')
    script.append("ConvertTo-Json -InputObject $answers -Depth 5")
    answered = json.loads(run_script("\n".join(script), place, {"ANON_TLS_DOUBLE": str(place / "state")}))
    assert isinstance(answered, dict)
    return answered


def test_the_double_has_the_functions_of_the_real_one() -> None:
    assert functions(DOUBLE / REAL.name) == functions(REAL)
    assert len(functions(REAL)) == 11


def test_the_double_says_so_in_its_first_line() -> None:
    for file in DOUBLE.iterdir():
        assert file.read_text().startswith("# A test double: ")


def test_names(answers: dict[str, Any]) -> None:
    assert answers["names"] == [
        {
            "fqdn": "edge01.contoso.com",
            "hostname": "EDGE01",
            "physical_fqdn": "edge01.contoso.com",
            "physical_hostname": "EDGE01",
        }
    ]


def test_the_registry_knows_no_case_and_tells_a_missing_key_from_an_empty_one(answers: dict[str, Any]) -> None:
    assert answers["guid"] == [MACHINE_GUID]
    assert answers["port"] == [50389]
    assert answers["no_value"] == answers["no_key"] == answers["missing"] == [None]
    assert answers["one_subkey"] == [["v15"]]
    assert answers["no_subkeys"] == [0]
    assert answers["subkeys"] == [[f"{{00000000-0000-0000-0000-{number:012}}}" for number in (1, 2)]]


def test_certificates_elements_and_chains(answers: dict[str, Any]) -> None:
    assert answers["store"] == [OWN.thumbprint, True, False, ISSUED.thumbprint, False, False]
    assert base64.b64decode(answers["raw"][0]) == OWN.der
    assert base64.b64decode(answers["element"][0]) == serialize(OWN.der, key_provider=STORED.provider)
    assert answers["own_chain"] == [0x20]
    assert answers["chain"] == [0, 2]
    assert base64.b64decode(answers["chain_root"][0]) == ROOT.der


def test_key_files_lie_where_windows_keeps_them(answers: dict[str, Any]) -> None:
    assert answers["sddl"] == answers["forward"] == [WITH_NETWORK_SERVICE]
    assert answers["elsewhere"] == [None]
    assert answers["version"] == ["15.2.2562.35"]
    assert "Could not find file" in answers["no_file"][0]


def test_the_name_of_a_key_file_is_that_of_a_known_one() -> None:
    """Of containers whose files are documented by others."""
    capi = key_file(KeyProvider("x", 12, "TSSecKeySet1"))
    cng = key_file(KeyProvider("x", 0, "Google Chromekey1"))
    assert capi.endswith(f"\\RSA\\MachineKeys\\f686aace6942fb7f7ceb231212eef4a4_{MACHINE_GUID}")
    assert cng.endswith(f"\\Keys\\7096db7aeb75c0d3497ecd56d355a695_{MACHINE_GUID}")


def test_events_are_those_of_the_query_the_newest_first(answers: dict[str, Any]) -> None:
    assert answers["events"] == [
        *(12013, "AB", "2026-11-20T08:00:00", "Utc"),
        *(12014, "mail.contoso.com", "2026-11-18T08:00:00", "Utc"),
    ]
    assert answers["one_event"] == [1]
    assert answers["bad_query"][0].startswith("error: ")


def test_the_directory_of_an_edge_answers_on_its_port(answers: dict[str, Any]) -> None:
    assert answers["adlds"] == [ADLDS_CONFIGURATION, False, 1, ENTRY.dn]
    assert base64.b64decode(answers["attribute"][0]) == serialize(OWN.der)
    assert answers["values"] == [3]
    assert "not operational" in answers["other_port"][0]


def test_the_shell_leaves_its_cmdlets_callable(answers: dict[str, Any]) -> None:
    assert answers["shell"] == ["snap-in", 2]


def test_each_function_fails_when_told_to(answers: dict[str, Any], place: Path) -> None:
    arguments = {
        "Get-AnonTlsRegistryValue": "-Path x -Name y",
        "Get-AnonTlsRegistrySubkey": "-Path x",
        "Export-AnonTlsCertificate": "-Certificate $store[0]",
        "Get-AnonTlsChain": "-Certificate $store[0]",
        "Get-AnonTlsKeySddl": "-Path x",
        "Get-AnonTlsFileVersion": "-Path x",
        "Get-AnonTlsEvent": "-XPath '*' -Maximum 1",
        "Search-AnonTlsAdLds": "-Port 50389",
        "Open-AnonTlsExchangeShell": "-InstallPath x -Edge $true",
    }
    names = list(functions(REAL))
    write_faults(place / "state", dict.fromkeys(names, BROKEN))
    store = f"$store = @(@{{ Thumbprint = '{OWN.thumbprint}' }}); "
    lines = {f"f{number}": store + f"{name} {arguments.get(name, '')}" for number, name in enumerate(names)}
    said = ask(place, **lines)
    assert {said[key][0] for key in lines} == {f"error: {BROKEN.message}"}
    assert [line.split()[0] for line in calls(place / "state")[-len(names) :]] == names
    write_faults(place / "state", {"Get-AnonTlsChain": DENIED.of("something else"), "Get-AnonTlsKeySddl": DENIED})
    said = ask(
        place, chain=store + "(Get-AnonTlsChain -Certificate $store[0]).status", key="Get-AnonTlsKeySddl -Path x"
    )
    assert said["chain"] == [0x20]
    assert said["key"] == [f"error: {DENIED.message}"]
