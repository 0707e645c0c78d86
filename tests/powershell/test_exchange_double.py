"""The double of Exchange's cmdlets does what is documented of them: a test that leans on it leans on that."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import (
    NOW,
    exchange_certificate,
    make_certificate,
    root_authority,
    server_certificate,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.ldif import ADLDS_CONFIGURATION, EDGE, server_entry
from ansible_collections.msexchange.transport_tls.tests.fixtures.powershell import run_script
from ansible_collections.msexchange.transport_tls.tests.fixtures.serialized_certificate import serialize
from ansible_collections.msexchange.transport_tls.tests.fixtures.windows_host import (
    BROKEN,
    WITHOUT_NETWORK_SERVICE,
    Stored,
    WindowsHost,
    calls,
    edge_server,
    key_file,
    mailbox_server,
    write_faults,
    write_host,
)

ROOT = root_authority()
OWN = exchange_certificate("EX01", "contoso.com")
OLD = server_certificate("mail.contoso.com", "ex01.contoso.com", issuer=ROOT, not_before=NOW - timedelta(days=300))
NEW = server_certificate("*.contoso.com", "contoso.com", issuer=ROOT, not_before=NOW - timedelta(days=3))
KEYLESS = make_certificate("CN=keyless", names=("keyless.fabrikam.com",), not_before=NOW - timedelta(days=90))
GONE = make_certificate("CN=ex01.contoso.com")
RENEWED = Stored(NEW, key_sddl=WITHOUT_NETWORK_SERVICE, services=(), issuers=(ROOT,), root_ca_type="Enterprise")
STORE = (
    Stored(OWN, services=("IMAP", "SMTP"), friendly_name="Microsoft Exchange"),
    Stored(OLD, services=("IIS",), issuers=(ROOT,), root_ca_type="Enterprise"),
    RENEWED,
    Stored(KEYLESS, key=None, services=()),
    Stored(GONE, archived=True),
)

Run = Callable[..., Any]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Opens the shell of a host and runs lines in it; each is a JSON document of the answer, or of the error."""

    def ran(*lines: str, host: WindowsHost | None = None, keep: bool = False) -> Any:
        folder = tmp_path / "state"
        if not keep:
            write_host(folder, host or mailbox_server("EX01", STORE, internal=OWN.thumbprint))
        script = [". $env:ANON_TLS_DOUBLE/ExchangeCmdlets.ps1", "$answers = @()"]
        for line in lines:
            script.append(f'try {{ $answers += @{{ value = @({line}) }} }} catch {{ $answers += @{{ error = "$_" }} }}')
        script.append("ConvertTo-Json -InputObject @($answers) -Depth 5")
        return json.loads(run_script("\n".join(script), tmp_path, {"ANON_TLS_DOUBLE": str(folder)}))

    return ran


def host_now(tmp_path: Path) -> Any:
    return json.loads((tmp_path / "state/host.json").read_text())


def stored(tmp_path: Path, thumbprint: str) -> Any:
    return next(each for each in host_now(tmp_path)["certificates"] if each["thumbprint"] == thumbprint)


def test_certificates_are_listed_with_what_exchange_says_and_archived_ones_are_not(run: Run) -> None:
    (answer,) = run("Get-ExchangeCertificate | Select-Object Thumbprint, Services, Status, RootCAType")
    assert answer["value"] == [
        {"Thumbprint": OWN.thumbprint, "Services": "IMAP, SMTP", "Status": "Valid", "RootCAType": "None"},
        {"Thumbprint": OLD.thumbprint, "Services": "IIS", "Status": "Valid", "RootCAType": "Enterprise"},
        {"Thumbprint": NEW.thumbprint, "Services": "None", "Status": "Valid", "RootCAType": "Enterprise"},
        {"Thumbprint": KEYLESS.thumbprint, "Services": "None", "Status": "Valid", "RootCAType": "None"},
    ]


def test_a_name_is_answered_in_the_order_in_which_exchange_picks(run: Run) -> None:
    """An authority's certificate before a self-signed one, then the newest; a wildcard stands for one label."""
    answers = run(
        "(Get-ExchangeCertificate -DomainName ex01.contoso.com).Thumbprint",
        "(Get-ExchangeCertificate -DomainName EX01).Thumbprint",
        "(Get-ExchangeCertificate -DomainName a.b.contoso.com).Thumbprint",
        "(Get-ExchangeCertificate -DomainName keyless.fabrikam.com, EX01).Thumbprint",
    )
    assert [answer["value"] for answer in answers] == [
        [NEW.thumbprint, OLD.thumbprint, OWN.thumbprint],
        [OWN.thumbprint],
        [None],
        [OWN.thumbprint, KEYLESS.thumbprint],
    ]


def test_a_host_can_be_told_to_pick_otherwise(run: Run) -> None:
    order = {"ex01.contoso.com": [OWN.thumbprint, OLD.thumbprint, NEW.thumbprint]}
    host = mailbox_server("EX01", STORE, internal=OWN.thumbprint, order=order)
    (answer,) = run("(Get-ExchangeCertificate -DomainName ex01.contoso.com).Thumbprint", host=host)
    assert answer["value"] == order["ex01.contoso.com"]


def test_one_certificate_is_found_by_its_thumbprint_and_an_unknown_one_is_refused(run: Run) -> None:
    found, unknown, archived = run(
        f"(Get-ExchangeCertificate -Thumbprint {OLD.thumbprint.lower()}).Services",
        f"Get-ExchangeCertificate -Thumbprint {'0' * 40}",
        f"Get-ExchangeCertificate -Thumbprint {GONE.thumbprint}",
    )
    assert found == {"value": ["IIS"]}
    assert "was not found" in unknown["error"]
    assert "was not found" in archived["error"]


def test_only_this_server_can_be_named(run: Run) -> None:
    short, full, other = run(
        "@(Get-ExchangeCertificate -Server EX01).Count",
        "@(Get-ExchangeCertificate -Server ex01.contoso.com).Count",
        "Get-ExchangeCertificate -Server EX02",
    )
    assert short == full == {"value": [4]}
    assert "couldn't be found" in other["error"]


def test_a_signed_session_may_leave_nothing_but_bytes(run: Run) -> None:
    host = mailbox_server("EX01", STORE[:1], objects="raw")
    names, data = run(
        "(Get-ExchangeCertificate).PSObject.Properties.Name | Sort-Object",
        "[Convert]::ToBase64String((Get-ExchangeCertificate).RawData)",
        host=host,
    )
    assert names == {"value": ["RawData", "SerializationData"]}
    assert len(data["value"][0]) > 100


def test_the_internal_certificate_and_the_subscriptions_are_told(run: Run) -> None:
    host = mailbox_server(
        "EX01", STORE, internal=OWN.thumbprint, edge_subscriptions=(("EDGE01", "HQ"), ("EDGE02", "HQ"))
    )
    service, older, edges = run(
        "(Get-TransportService EX01).InternalTransportCertificateThumbprint",
        "(Get-TransportServer).InternalTransportCertificateThumbprint",
        "Get-EdgeSubscription",
        host=host,
    )
    assert service == older == {"value": [OWN.thumbprint]}
    assert edges["value"] == [{"Name": "EDGE01", "Site": "HQ"}, {"Name": "EDGE02", "Site": "HQ"}]


def test_an_edge_opens_with_its_snap_in_alone_and_knows_no_subscriptions(run: Run) -> None:
    edge, other, subscriptions = run(
        "Open-ExchangeDouble -Edge $true",
        "Open-ExchangeDouble -Edge $false",
        "Get-EdgeSubscription",
        host=edge_server("EDGE01", STORE),
    )
    assert edge == {"value": ["snap-in"]}
    assert "another role" in other["error"]
    assert "Edge Transport server" in subscriptions["error"]


def test_enabling_adds_a_service_grants_the_key_and_replaces_the_internal_certificate(run: Run, tmp_path: Path) -> None:
    (answer,) = run(f"Enable-ExchangeCertificate -Thumbprint {NEW.thumbprint} -Services SMTP -Force")
    assert answer == {"value": []}
    assert host_now(tmp_path)["exchange"]["internal_thumbprint"] == NEW.thumbprint
    assert stored(tmp_path, NEW.thumbprint)["services"] == 16
    assert RENEWED.provider is not None
    assert host_now(tmp_path)["key_files"][key_file(RENEWED.provider)] == f"{WITHOUT_NETWORK_SERVICE}(A;;FR;;;NS)"


def test_no_service_is_ever_taken_away(run: Run, tmp_path: Path) -> None:
    run(
        f"Enable-ExchangeCertificate {OWN.thumbprint} -Services None",
        f"Enable-ExchangeCertificate {OWN.thumbprint} IIS",
    )
    assert stored(tmp_path, OWN.thumbprint)["services"] == 1 | 16 | 8
    assert host_now(tmp_path)["exchange"]["internal_thumbprint"] == OWN.thumbprint


def test_to_keep_the_internal_one_it_is_enabled_again(run: Run, tmp_path: Path) -> None:
    run(
        f"Enable-ExchangeCertificate -Thumbprint {NEW.thumbprint} -Services SMTP -Force",
        f"Enable-ExchangeCertificate -Thumbprint {OWN.thumbprint} -Services SMTP -Force",
    )
    assert host_now(tmp_path)["exchange"]["internal_thumbprint"] == OWN.thumbprint
    assert stored(tmp_path, NEW.thumbprint)["services"] == 16


def test_without_force_nobody_answers_and_nothing_changes(run: Run, tmp_path: Path) -> None:
    (answer,) = run(f"Enable-ExchangeCertificate -Thumbprint {NEW.thumbprint} -Services SMTP")
    assert "NonInteractive" in answer["error"]
    assert host_now(tmp_path)["exchange"]["internal_thumbprint"] == OWN.thumbprint
    assert stored(tmp_path, NEW.thumbprint)["services"] == 0


def test_what_asks_nothing_needs_no_force(run: Run, tmp_path: Path) -> None:
    answers = run(
        f"Enable-ExchangeCertificate -Thumbprint {OWN.thumbprint} -Services SMTP",
        f"Enable-ExchangeCertificate -Thumbprint {NEW.thumbprint} -Services IIS, POP",
    )
    assert answers == [{"value": []}, {"value": []}]
    assert stored(tmp_path, NEW.thumbprint)["services"] == 8 | 2


def test_what_cannot_be_enabled_is_refused(run: Run, tmp_path: Path) -> None:
    answers = run(
        f"Enable-ExchangeCertificate -Thumbprint {'0' * 40} -Services SMTP -Force",
        f"Enable-ExchangeCertificate -Thumbprint {GONE.thumbprint} -Services SMTP -Force",
        f"Enable-ExchangeCertificate -Thumbprint {KEYLESS.thumbprint} -Services SMTP -Force",
        f"Enable-ExchangeCertificate -Thumbprint {NEW.thumbprint} -Services Telex -Force",
        f"Enable-ExchangeCertificate -Thumbprint {NEW.thumbprint} -Services SMTP -Force -Server EX02",
    )
    words = ("not found", "not found", "no private key", "Telex", "couldn't be found")
    assert [word in answer["error"] for word, answer in zip(words, answers, strict=True)] == [True] * 5
    assert host_now(tmp_path)["exchange"]["internal_thumbprint"] == OWN.thumbprint


def test_the_directory_of_an_edge_follows(run: Run, tmp_path: Path) -> None:
    value = serialize(OWN.der)
    entry = server_entry("EDGE01", roles=EDGE, internal_certificate=value, configuration=ADLDS_CONFIGURATION)
    host = edge_server("EDGE01", STORE, internal=OWN.thumbprint, adlds=[entry])
    run(f"Enable-ExchangeCertificate -Thumbprint {NEW.thumbprint} -Services SMTP -Force", host=host)
    (now,) = host_now(tmp_path)["adlds"]["entries"]
    assert now["attributes"]["msExchServerInternalTLSCert"] == [stored(tmp_path, NEW.thumbprint)["element"]]


def test_any_cmdlet_fails_when_told_to_and_every_call_is_noted(run: Run, tmp_path: Path) -> None:
    run("Get-EdgeSubscription")
    write_faults(tmp_path / "state", {"Get-ExchangeCertificate": BROKEN.of("ex01*")})
    broken, whole = run(
        "Get-ExchangeCertificate -DomainName ex01.contoso.com", "@(Get-ExchangeCertificate).Count", keep=True
    )
    assert broken == {"error": BROKEN.message}
    assert whole == {"value": [4]}
    assert calls(tmp_path / "state") == [
        "Get-EdgeSubscription",
        "Get-ExchangeCertificate ex01.contoso.com",
        "Get-ExchangeCertificate",
    ]
