"""AD LDS is read on an Edge alone, and its values travel as they are."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from typing import Any

Run = Callable[..., Any]

UTILS = ("_AnonTlsAnswer.psm1", "_AnonTlsDirectory.psm1")

_DOUBLE = """
function Search-AnonTlsAdLds { param ($Port)
    $values = [object[]]@('top', 'schlüssel')
    @{
        configuration = "CN=Configuration,CN={$Port}"
        truncated = TRUNCATED
        entries = @(@{ dn = 'CN=EDGE01'; attributes = @{
            objectClass = $values
            msExchServerInternalTLSCert = @(, [byte[]](0, 255))
            versionNumber = [object[]]@(VALUES)
        } })
    }
}
"""
_READ = """
$answer = @{ limits = [System.Collections.Generic.List[string]]::new() }
$directory = Get-AnonTlsDirectory -Setup @{ roles = @('EdgeTransportRole'); adlds_port = 50389 } -Answer $answer
@{ directory = $directory; limits = $answer.limits }
"""


def test_values_travel_as_raw_bytes_and_texts_as_utf_8(powershell: Run) -> None:
    double = _DOUBLE.replace("TRUNCATED", "$false").replace("VALUES", "'1'")

    answer = powershell(_READ, *UTILS, double=double)

    directory = answer["directory"]
    (entry,) = directory.pop("entries")
    assert directory == {"port": 50389, "configuration": "CN=Configuration,CN={50389}", "truncated": False}
    assert entry["dn"] == "CN=EDGE01"
    assert {name: [b64decode(value) for value in values] for name, values in entry["attributes"].items()} == {
        "objectClass": [b"top", "schlüssel".encode()],
        "msExchServerInternalTLSCert": [b"\x00\xff"],
        "versionNumber": [b"1"],
    }
    assert answer["limits"] == []


def test_what_was_left_out_is_told(powershell: Run) -> None:
    double = _DOUBLE.replace("TRUNCATED", "$true").replace("VALUES", "'x' * 65537")

    answer = powershell(_READ, *UTILS, double=double)

    assert answer["directory"]["truncated"] is True
    assert answer["directory"]["entries"][0]["attributes"]["versionNumber"] == []
    assert sorted(answer["limits"]) == [
        "AD LDS has more than 1 server objects and connectors; the others were left out.",
        "versionNumber of CN=EDGE01 has more than 1000 values, or one of more than 65536 bytes; not all were read.",
    ]


def test_elsewhere_nothing_is_searched(powershell: Run) -> None:
    double = "function Search-AnonTlsAdLds { throw 'searched' }"

    found = powershell(
        """
        @{
            none = Get-AnonTlsDirectory -Setup $null -Answer @{}
            mailbox = Get-AnonTlsDirectory -Setup @{ roles = @('MailboxRole'); adlds_port = $null } -Answer @{}
        }
        """,
        *UTILS,
        double=double,
    )

    assert found == {"none": None, "mailbox": None}


def test_an_edge_without_a_port_is_refused(powershell: Run) -> None:
    said = powershell(
        "$setup = @{ roles = @('EdgeTransportRole'); adlds_port = $null }\n"
        "try { Get-AnonTlsDirectory -Setup $setup } catch { $_.Exception.Message }",
        *UTILS,
    )

    assert "LdapPort" in said
