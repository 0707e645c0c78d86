"""Where a private key lies is computed from the serialized certificate, as Windows does, without opening the key."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import struct
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.msexchange.transport_tls.tests.fixtures.serialized_certificate import (
    SCHANNEL_CSP,
    SOFTWARE_KSP,
    UNNAMED_PROVIDER,
    join_records,
    serialize,
)

Run = Callable[..., Any]

_NAMESPACE = "ansible_collections.msexchange.transport_tls.plugins.module_utils._AnonTls"

_FILES = f"""
$answer = @{{}}
foreach ($case in (ConvertFrom-Json -InputObject @'
CASES
'@)) {{
    try {{
        $provider = [{_NAMESPACE}.KeyProvider]::new($case.container, $case.provider, $case.type, $case.flags)
        $file = [{_NAMESPACE}.KeyFile]::Of($provider, $case.guid)
        $answer[$case.id] = $file.Folder + '|' + $file.Name
    }} catch {{
        $answer[$case.id] = $_.Exception.InnerException.GetType().Name + ': ' + $_.Exception.InnerException.Message
    }}
}}
$answer
"""
_RSA = "Microsoft RSA SChannel Cryptographic Provider"
_KSP = "Microsoft Software Key Storage Provider"


@pytest.fixture
def files(powershell: Run) -> Callable[..., dict[str, str]]:
    def of(**cases: dict[str, Any]) -> dict[str, str]:
        usual = {"container": "key", "provider": _RSA, "type": 12, "flags": 0x20, "guid": "GUID"}
        listed = [{"id": name, **usual, **case} for name, case in cases.items()]
        found: dict[str, str] = powershell(_FILES.replace("CASES", json.dumps(listed)))
        return found

    return of


def test_the_names_are_those_of_known_keys(files: Callable[..., dict[str, str]]) -> None:
    cng = {"provider": _KSP, "type": 0}
    found = files(
        remote_desktop={"container": "TSSecKeySet1"},
        iis={"container": "iisConfigurationKey"},
        chrome={"container": "Google Chromekey1", **cng},
        connected_devices={"container": "Microsoft Connected Devices Platform device certificate", **cng},
    )

    capi, keys = "Microsoft\\Crypto\\RSA\\MachineKeys", "Microsoft\\Crypto\\Keys"
    assert found == {
        "remote_desktop": f"{capi}|f686aace6942fb7f7ceb231212eef4a4_GUID",
        "iis": f"{capi}|6de9cb26d2b98c01ec4e9e8b34824aa2_GUID",
        "chrome": f"{keys}|7096db7aeb75c0d3497ecd56d355a695_GUID",
        "connected_devices": f"{keys}|de7cf8a7901d2ad13e5c67c29e5d1662_GUID",
    }


def test_the_folder_is_that_of_the_kind_of_provider(files: Callable[..., dict[str, str]]) -> None:
    found = files(
        full={"type": 1, "provider": "Microsoft Strong Cryptographic Provider"},
        signing={"type": 2, "provider": "microsoft rsa signature cryptographic provider"},
        unnamed={"type": 12, "provider": None},
        aes={"type": 24, "provider": "Microsoft Enhanced RSA and AES Cryptographic Provider"},
        dss={"type": 13, "provider": "Microsoft Enhanced DSS and Diffie-Hellman Cryptographic Provider"},
        cng={"type": 0, "provider": _KSP.upper()},
    )

    rsa = "Microsoft\\Crypto\\RSA\\MachineKeys"
    assert {name: text.partition("|")[0] for name, text in found.items()} == {
        "full": rsa,
        "signing": rsa,
        "unnamed": rsa,
        "aes": rsa,
        "dss": "Microsoft\\Crypto\\DSS\\MachineKeys",
        "cng": "Microsoft\\Crypto\\Keys",
    }


def test_capital_letters_of_a_container_make_no_difference(files: Callable[..., dict[str, str]]) -> None:
    found = files(lower={"container": "{ab-1}"}, upper={"container": "{AB-1}"})

    assert found["lower"] == found["upper"]


def test_a_key_that_is_in_no_known_file_has_a_reason(files: Callable[..., dict[str, str]]) -> None:
    found = files(
        user={"flags": 0},
        hardware={"provider": "Microsoft Platform Crypto Provider", "type": 0},
        smart_card={"provider": "Microsoft Base Smart Card Crypto Provider", "type": 1},
        other={"provider": "nCipher Enhanced Cryptographic Provider", "type": 1},
        unnamed_cng={"provider": None, "type": 0},
        strange_type={"type": 99},
        no_container={"container": None},
        empty_container={"container": ""},
        no_guid={"guid": ""},
        letters={"container": "schlüssel"},
    )

    assert all(text.startswith("NotSupportedException: ") for text in found.values()), found
    assert "user's profile" in found["user"]
    for name in ("hardware", "smart_card", "other", "unnamed_cng", "strange_type"):
        assert "not known to keep keys in files" in found[name]
    assert "'Microsoft Platform Crypto Provider' (type 0)" in found["hardware"]
    assert "names no container" in found["no_container"]
    assert "names no container" in found["empty_container"]
    assert "MachineGuid" in found["no_guid"]
    assert "not ASCII" in found["letters"]


def test_a_cng_key_may_have_any_letters(files: Callable[..., dict[str, str]]) -> None:
    found = files(letters={"container": "schlüssel", "provider": _KSP, "type": 0})

    assert found["letters"].startswith("Microsoft\\Crypto\\Keys|")


_PROVIDERS = f"""
$answer = [System.Collections.Generic.List[object]]::new()
foreach ($element in 'ELEMENTS'.Split(',')) {{
    try {{
        $found = [{_NAMESPACE}.KeyProvider]::Find([System.Convert]::FromBase64String($element))
        if ($null -eq $found) {{ $answer.Add('none') }} else {{
            $answer.Add((@($found.Container, $found.Name, $found.Type, $found.Flags) -join '|'))
        }}
    }} catch {{
        $answer.Add($_.Exception.InnerException.GetType().Name + ': ' + $_.Exception.InnerException.Message)
    }}
}}
return , $answer
"""


@pytest.fixture
def providers(powershell: Run) -> Callable[..., list[str]]:
    def of(*elements: bytes) -> list[str]:
        listed = ",".join(b64encode(element).decode() for element in elements)
        found: list[str] = powershell(_PROVIDERS.replace("ELEMENTS", listed))
        return found

    return of


def test_an_element_names_its_container_provider_type_and_flags(providers: Callable[..., list[str]]) -> None:
    found = providers(
        serialize(b"der", key_provider=SCHANNEL_CSP, friendly_name="mail"),
        serialize(b"der", key_provider=SOFTWARE_KSP, archived=True),
        serialize(b"der", key_provider=UNNAMED_PROVIDER),
        serialize(b"der", key_provider=None),
        b"",
    )

    container = SCHANNEL_CSP.container
    assert found == [
        f"{container}|{SCHANNEL_CSP.name}|12|32",
        f"{container}|{SOFTWARE_KSP.name}|0|32",
        f"{container}||12|32",
        "none",
        "none",
    ]


def test_an_element_that_is_cut_anywhere_is_refused_or_has_no_provider(providers: Callable[..., list[str]]) -> None:
    element = serialize(b"der", key_provider=SCHANNEL_CSP)

    found = providers(*(element[:length] for length in range(1, len(element))))

    whole = f"{SCHANNEL_CSP.container}|{SCHANNEL_CSP.name}|12|32"
    assert all(text in ("none", whole) or text.startswith("FormatException: ") for text in found), set(found)


def _info(container: int, name: int, rest: bytes = b"") -> bytes:
    return join_records([(2, struct.pack("<7I", container, name, 12, 0x20, 0, 0, 1) + rest), (32, b"der")])


def test_a_record_that_points_outside_of_itself_is_refused(providers: Callable[..., list[str]]) -> None:
    found = providers(
        struct.pack("<III", 2, 1, 0xFFFFFFFF),
        struct.pack("<III", 2, 1, 0x7FFFFFFF),
        join_records([(2, b"short")]),
        _info(0xFFFFFFFF, 0),
        _info(28, 0),
        _info(4, 0, b"a\0\0\0"),
        _info(28, 0, b"a\0b\0"),
        _info(28, 30, b"\0\0a\0"),
        join_records([(9, b"")] * 300),
    )

    assert all(text.startswith("FormatException: ") for text in found), found
    assert "300" not in found[-1]
    assert "more than 256 records" in found[-1]


def test_of_two_records_the_last_counts(providers: Callable[..., list[str]]) -> None:
    first = struct.pack("<7I", 28, 0, 1, 0x20, 0, 0, 1) + "a\0".encode("utf-16-le")
    second = struct.pack("<7I", 28, 0, 12, 0x20, 0, 0, 1) + "b\0".encode("utf-16-le")

    assert providers(join_records([(2, first), (2, second)])) == ["b||12|32"]
