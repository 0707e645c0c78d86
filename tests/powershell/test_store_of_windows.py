"""The certificates of the computer: one that cannot be read keeps no other, and everything has its bound."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.msexchange.transport_tls.tests.fixtures.serialized_certificate import SCHANNEL_CSP, serialize

Run = Callable[..., Any]
Read = Callable[..., dict[str, Any]]

UTILS = ("_AnonTlsAnswer.psm1", "_AnonTlsStore.psm1")
DER = b"a certificate"
ISSUER = b"its issuer"
ELEMENT = serialize(DER, key_provider=SCHANNEL_CSP)
KEYLESS = serialize(DER, key_provider=None)

_DOUBLE = """
function Get-AnonTlsStoreCertificate {
    foreach ($number in 1..COUNT) {
        $certificate = [pscustomobject]@{
            Thumbprint = "T$number"; RawData = [byte[]](1, 2); Archived = $false; HasPrivateKey = $true
        }
        if ($number -eq 2) {
            SECOND
        }
        $certificate
    }
}
function Export-AnonTlsCertificate { param ($Certificate) EXPORT }
function Get-AnonTlsChain { param ($Certificate) CHAIN }
function Get-AnonTlsRegistryValue { param ($Path, $Name) REGISTRY }
function Get-AnonTlsKeySddl { param ($Path) SDDL }
"""
_READ = """
$answer = @{
    failures = [System.Collections.Generic.List[object]]::new()
    limits = [System.Collections.Generic.List[string]]::new()
}
$store = Get-AnonTlsStore -Answer $answer
@{ store = $store; failures = $answer.failures; limits = $answer.limits }
"""


def _bytes(data: bytes) -> str:
    return f"[System.Convert]::FromBase64String('{b64encode(data).decode()}')"


def _thumbprint(data: bytes) -> str:
    return hashlib.sha1(data, usedforsecurity=False).hexdigest().upper()


@pytest.fixture
def read(powershell: Run) -> Read:
    def of(*, count: int = 1, **double: str) -> dict[str, Any]:
        usual = {
            "second": "",
            "export": f"return , {_bytes(ELEMENT)}",
            "chain": f"@{{ status = 0; elements = @({_bytes(DER)}, {_bytes(ISSUER)}) }}",
            "registry": "'GUID'",
            "sddl": "'D:(A;;FR;;;NS)'",
        }
        text = _DOUBLE.replace("COUNT", str(count))
        for name, value in {**usual, **double}.items():
            text = text.replace(name.upper(), value)
        answer: dict[str, Any] = powershell(_READ, *UTILS, double=text)
        return answer

    return of


def test_a_certificate_travels_with_its_properties_verdict_and_key(read: Read) -> None:
    answer = read(sddl='"D:$Path"')

    (found,) = answer["store"]["certificates"]
    assert b64decode(found.pop("element")) == ELEMENT
    key = found.pop("key")
    name = key["path"]
    assert name.endswith("_GUID")
    assert len(name) == len("f686aace6942fb7f7ceb231212eef4a4_GUID")
    assert key["sddl"].endswith(f"\\Microsoft\\Crypto\\RSA\\MachineKeys\\{name}")
    assert key["reason"] is None
    assert found == {
        "name": "T1",
        "der": None,
        "reason": None,
        "archived": False,
        "has_private_key": True,
        "chain": {"status": 0, "elements": [_thumbprint(DER), _thumbprint(ISSUER)]},
        "chain_reason": None,
    }
    assert answer["failures"] == answer["limits"] == []


def test_issuers_travel_once_and_the_store_s_own_certificates_not_again(read: Read) -> None:
    answer = read(count=3, second=f"$certificate.Thumbprint = '{_thumbprint(DER)}'")

    assert answer["store"]["chain_certificates"] == {_thumbprint(ISSUER): b64encode(ISSUER).decode()}


def test_the_verdict_leaves_the_time_out_and_keeps_the_rest(read: Read) -> None:
    status = 0x1 | 0x2 | 0x20000 | 0x20 | 0x10000 | 0x4000000
    chain = f"@{{ status = {status}; elements = @() }}"

    (found,) = read(chain=chain)["store"]["certificates"]

    assert found["chain"] == {"status": 0x20 | 0x10000 | 0x4000000, "elements": []}


def test_one_that_cannot_be_exported_comes_as_its_bytes_and_keeps_no_other(read: Read) -> None:
    export = f"if ($Certificate.Thumbprint -eq 'T2') {{ throw 'bad data' }}; return , {_bytes(ELEMENT)}"

    found = read(count=3, export=export)["store"]["certificates"]

    assert [certificate["name"] for certificate in found] == ["T1", "T2", "T3"]
    assert [certificate["reason"] for certificate in found] == [None, "bad data", None]
    assert b64decode(found[1]["der"]) == bytes([1, 2])
    assert found[1]["element"] is None
    assert found[1]["key"] == {
        "path": None,
        "sddl": None,
        "reason": "the certificate could not be exported with its properties",
    }


def test_one_whose_every_member_fails_is_still_listed(read: Read) -> None:
    second = """
        $certificate = [pscustomobject]@{}
        foreach ($name in 'Thumbprint', 'RawData', 'Archived', 'HasPrivateKey') {
            $certificate | Add-Member -MemberType ScriptProperty -Name $name -Value { throw 'keyset does not exist' }
        }
    """

    answer = read(count=2, second=second, export="throw 'no export'", chain="throw 'no chain'")

    found = answer["store"]["certificates"][1]
    assert found["name"] == "certificate 2"
    assert found["reason"] == "no export"
    assert found["chain_reason"] == "no chain"
    for name in ("element", "der", "archived", "has_private_key", "chain"):
        assert found[name] is None, name


def test_a_chain_that_fails_has_a_reason_and_the_certificate_stays(read: Read) -> None:
    (found,) = read(chain="throw [System.ComponentModel.Win32Exception]::new(87)")["store"]["certificates"]

    assert found["element"]
    assert found["chain"] is None
    assert found["chain_reason"]


def test_a_certificate_without_a_key_provider_has_no_key(read: Read) -> None:
    (found,) = read(export=f"return , {_bytes(KEYLESS)}")["store"]["certificates"]

    assert found["key"] is None
    assert found["reason"] is None


def test_a_file_that_is_not_there_or_closed_is_said_to_be(read: Read) -> None:
    (missing,) = read(sddl="")["store"]["certificates"]
    (closed,) = read(sddl="throw [System.UnauthorizedAccessException]::new('Zugriff verweigert')")["store"][
        "certificates"
    ]

    assert missing["key"]["sddl"] is closed["key"]["sddl"] is None
    assert missing["key"]["reason"].startswith("there is no file of this name in ")
    assert "MachineKeys" in missing["key"]["reason"]
    assert closed["key"]["reason"].startswith("access to the key's file is denied: ")
    assert "SYSTEM" in closed["key"]["reason"]


def test_without_the_machine_guid_only_the_keys_files_are_unknown(read: Read) -> None:
    answer = read(registry="throw [System.Security.SecurityException]::new('denied')")

    (found,) = answer["store"]["certificates"]
    assert found["element"]
    assert "MachineGuid" in found["key"]["reason"]
    (failure,) = answer["failures"]
    assert failure["part"] == "store"
    assert "local administrator" in failure["reason"]


def test_an_element_that_is_too_large_comes_as_its_bytes(read: Read) -> None:
    (found,) = read(export="return , [byte[]]::new(262145)")["store"]["certificates"]

    assert found["element"] is None
    assert found["der"]
    assert "262145 bytes" in found["reason"]


def test_more_certificates_than_are_read_are_told(read: Read) -> None:
    answer = read(count=2003, export=f"return , {_bytes(KEYLESS)}")

    assert len(answer["store"]["certificates"]) == 2000
    assert answer["limits"] == ["The store has 2003 certificates; the first 2000 were read."]


def test_more_issuers_than_are_sent_are_told(read: Read) -> None:
    chain = "@{ status = 0; elements = @(, [System.Text.Encoding]::ASCII.GetBytes($Certificate.Thumbprint)) }"

    answer = read(count=1001, export=f"return , {_bytes(KEYLESS)}", chain=chain)

    assert len(answer["store"]["chain_certificates"]) == 1000
    assert answer["limits"] == ["The chains have more than 1000 issuers; the others were left out."]


def test_an_empty_store_is_two_empty_collections(powershell: Run) -> None:
    double = "function Get-AnonTlsStoreCertificate { }\nfunction Get-AnonTlsRegistryValue { 'GUID' }"

    answer = powershell(_READ, *UTILS, double=double)

    assert answer["store"] == {"certificates": [], "chain_certificates": {}}


def test_every_certificate_is_disposed_of(powershell: Run) -> None:
    double = """
    function Get-AnonTlsStoreCertificate {
        $script:made = [System.IO.MemoryStream]::new(), [System.IO.MemoryStream]::new()
        $script:made
    }
    function Test-Disposed { return , @($script:made | ForEach-Object { -not $_.CanRead }) }
    function Get-AnonTlsRegistryValue { 'GUID' }
    """

    assert powershell(f"$null = & {{ {_READ} }}\nTest-Disposed", *UTILS, double=double) == [True, True]
