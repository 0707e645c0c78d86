"""SMTP is enabled by Exchange's cmdlets, what is there is read whatever they report, and what hangs is given up."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import (
    exchange_certificate,
    root_authority,
    server_certificate,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.windows_host import (
    BROKEN,
    DENIED,
    DOUBLE,
    HANGS,
    LOST_DIRECTORY,
    Fault,
    Stored,
    WindowsHost,
    bare_server,
    calls,
    edge_server,
    mailbox_server,
    other_writer,
    write_faults,
    write_host,
)

ROOT = root_authority()
OLD = exchange_certificate("EX01", "contoso.com")
NEW = server_certificate("mail.contoso.com", "ex01.contoso.com", issuer=ROOT)
THIRD = server_certificate("third.contoso.com", issuer=ROOT)
KEYLESS = server_certificate("keyless.contoso.com", issuer=ROOT)
GONE = server_certificate("gone.contoso.com", issuer=ROOT)
STORE = (
    Stored(OLD, services=("IMAP", "SMTP")),
    Stored(NEW, services=("IIS",), issuers=(ROOT,)),
    Stored(THIRD, services=("SMTP",), issuers=(ROOT,)),
    Stored(KEYLESS, key=None, services=(), issuers=(ROOT,)),
    Stored(GONE, services=(), issuers=(ROOT,), archived=True),
)
MAILBOX = mailbox_server("EX01", STORE, internal=OLD.thumbprint)

UTILS = ("_AnonTlsAnswer.psm1", "_AnonTlsIdentity.psm1", "_AnonTlsShell.psm1", "_AnonTlsEnabling.psm1")
CHANGING = "Enable-ExchangeCertificate"

Run = Callable[..., Any]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def enable(powershell: Run, state: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """What the module would answer, on a host that is as it was when the controller read it."""

    def answer(
        thumbprint: str = NEW.thumbprint,
        internal: str = "keep",
        *,
        host: WindowsHost = MAILBOX,
        expected: str | None = OLD.thumbprint,
        services: Sequence[str] | None = None,
        faults: dict[str, Fault] | None = None,
        check_mode: bool = False,
        timeout: int = 60,
    ) -> Any:
        write_host(state, host)
        write_faults(state, faults or {})
        monkeypatch.setenv("ANON_TLS_DOUBLE", str(state))
        expected_services = "$null" if services is None else f"@({', '.join(map(repr, services))})"
        return powershell(
            f"""
            $asked = @{{
                Setup = Get-AnonTlsSetup
                InstallPath = Get-AnonTlsInstallPath
                Server = [string](Get-AnonTlsNameSet).physical_hostname
                Wish = @{{
                    thumbprint = '{thumbprint}'
                    internal = '{internal}'
                    expected_internal = {"$null" if expected is None else repr(expected)}
                    expected_services = {expected_services}
                }}
                CheckMode = ${str(check_mode).lower()}
                Timeout = {timeout}
            }}
            Enable-AnonTlsCertificate @asked
            """,
            *UTILS,
            double=(DOUBLE / "_AnonTlsHost.psm1").read_text(encoding="utf-8"),
        )

    return answer


def line(thumbprint: str) -> str:
    return f"Enable-ExchangeCertificate -Thumbprint {thumbprint} -Services SMTP -Force"


def changes(state: Path) -> list[str]:
    return [call.removeprefix(f"{CHANGING} ") for call in calls(state) if call.startswith(CHANGING)]


def seen(internal: str | None, *services: str) -> dict[str, Any]:
    return {"internal_thumbprint": internal, "services": [*services], "serialization_data": None}


def test_to_keep_the_internal_certificate_it_is_enabled_again(enable: Run, state: Path) -> None:
    answer = enable()
    assert answer == {
        "before": seen(OLD.thumbprint, "IIS"),
        "after": seen(OLD.thumbprint, "IIS", "SMTP"),
        "changed": True,
        "ran": [line(NEW.thumbprint), line(OLD.thumbprint)],
        "problem": None,
    }
    assert changes(state) == [f"{NEW.thumbprint} SMTP -Force", f"{OLD.thumbprint} SMTP -Force"]


def test_to_replace_it_the_new_one_is_enabled_alone(enable: Run, state: Path) -> None:
    answer = enable(internal="replace", services=["IIS"])
    assert answer["after"] == seen(NEW.thumbprint, "IIS", "SMTP")
    assert answer["ran"] == [line(NEW.thumbprint)]
    assert (answer["changed"], answer["problem"]) == (True, None)
    assert changes(state) == [f"{NEW.thumbprint} SMTP -Force"]


def test_where_there_is_none_it_becomes_the_internal_one(enable: Run) -> None:
    answer = enable(internal="replace", host=mailbox_server("EX01", STORE), expected=None)
    assert answer["before"] == seen(None, "IIS")
    assert answer["after"] == seen(NEW.thumbprint, "IIS", "SMTP")


def test_the_internal_certificate_itself_needs_one_cmdlet(enable: Run, state: Path) -> None:
    host = mailbox_server("EX01", STORE, internal=NEW.thumbprint)
    answer = enable(host=host, expected=NEW.thumbprint)
    assert answer["after"] == seen(NEW.thumbprint, "IIS", "SMTP")
    assert changes(state) == [f"{NEW.thumbprint} SMTP -Force"]


@pytest.mark.parametrize(
    ("thumbprint", "internal"),
    [(THIRD.thumbprint, "keep"), (OLD.thumbprint, "keep"), (OLD.thumbprint, "replace")],
    ids=["smtp and keep", "itself and keep", "itself and replace"],
)
def test_where_nothing_is_to_be_done_no_cmdlet_that_changes_runs(
    enable: Run, state: Path, thumbprint: str, internal: str
) -> None:
    answer = enable(thumbprint, internal)
    assert answer["after"] == answer["before"]
    assert (answer["changed"], answer["ran"], answer["problem"]) == (False, [], None)
    assert changes(state) == []


def test_check_mode_reads_and_changes_nothing(enable: Run, state: Path) -> None:
    answer = enable(check_mode=True)
    assert answer["before"] == seen(OLD.thumbprint, "IIS")
    assert (answer["after"], answer["changed"], answer["ran"], answer["problem"]) == (None, True, [], None)
    assert changes(state) == []


def test_an_edge_is_asked_in_its_own_shell_without_a_server(enable: Run) -> None:
    answer = enable(internal="replace", host=edge_server("EX01", STORE, internal=OLD.thumbprint))
    assert answer["after"] == seen(NEW.thumbprint, "IIS", "SMTP")
    assert answer["problem"] is None


def test_of_objects_that_are_bytes_alone_the_controller_says_what_their_services_are(enable: Run, state: Path) -> None:
    host = mailbox_server("EX01", STORE, internal=OLD.thumbprint, objects="raw")
    answer = enable(host=host, services=["IIS"])
    assert answer["before"]["services"] is None
    assert answer["before"]["serialization_data"]
    assert len(changes(state)) == 2
    assert enable(THIRD.thumbprint, host=host, services=["SMTP"])["ran"] == []


@pytest.mark.parametrize(
    ("thumbprint", "expected", "services", "word"),
    [
        (
            NEW.thumbprint,
            THIRD.thumbprint,
            ["IIS"],
            f"it was {THIRD.thumbprint} when it was read before, and is {OLD.thumbprint}",
        ),
        (NEW.thumbprint, None, ["IIS"], f"it was none when it was read before, and is {OLD.thumbprint}"),
        (
            NEW.thumbprint,
            OLD.thumbprint,
            ["POP", "IIS"],
            "they were 'IIS, POP' when they were read before, and are 'IIS'",
        ),
        (KEYLESS.thumbprint, OLD.thumbprint, None, "no private key"),
        (GONE.thumbprint, OLD.thumbprint, None, "is not in the store"),
        ("0" * 40, OLD.thumbprint, None, "is not in the store"),
    ],
    ids=["another internal", "none before", "other services", "no key", "archived", "removed"],
)
def test_what_has_moved_is_left_as_it_is(
    enable: Run, state: Path, thumbprint: str, expected: str | None, services: list[str] | None, word: str
) -> None:
    answer = enable(thumbprint, "replace", expected=expected, services=services)
    assert word in answer["problem"]
    assert (answer["changed"], answer["ran"], answer["after"]) == (False, [], None)
    assert changes(state) == []


def test_a_host_without_exchange_is_told(enable: Run) -> None:
    answer = enable(host=bare_server("EX01", STORE))
    assert "no Exchange server" in answer["problem"]
    assert answer["ran"] == []


def test_a_shell_that_may_only_read_is_told_before_anything_changes_and_in_check_mode(enable: Run) -> None:
    host = mailbox_server("EX01", STORE, internal=OLD.thumbprint, view_only=True)
    for check_mode in (True, False):
        answer = enable(host=host, check_mode=check_mode)
        assert "Organization Management" in answer["problem"]
        assert (answer["changed"], answer["ran"]) == (False, [])


def test_a_shell_that_does_not_open_changes_nothing(enable: Run) -> None:
    answer = enable(faults={"Open-AnonTlsExchangeShell": DENIED})
    assert answer["problem"].startswith("Opening the Exchange Management Shell: Attempted to perform")
    assert "the right: Organization Management" in answer["problem"]
    assert (answer["before"], answer["after"], answer["changed"], answer["ran"]) == (None, None, False, [])


def test_a_cmdlet_that_fails_before_anything_is_not_followed_by_another(enable: Run, state: Path) -> None:
    answer = enable(faults={CHANGING: BROKEN})
    assert answer["problem"].startswith(f"{line(NEW.thumbprint)}: {BROKEN.message}")
    assert answer["after"] == answer["before"]
    assert (answer["changed"], answer["ran"]) == (False, [line(NEW.thumbprint)])
    assert changes(state) == [f"{NEW.thumbprint} SMTP -Force"]


def test_a_cmdlet_that_reports_an_error_and_changed_something_all_the_same_is_found_out(enable: Run) -> None:
    for moment, internal in (("midway", OLD), ("after", NEW)):
        answer = enable(internal="replace", faults={CHANGING: BROKEN.at(moment)})
        assert BROKEN.message in answer["problem"]
        assert answer["changed"] is True
        assert answer["after"] == seen(internal.thumbprint, "IIS", "SMTP")


def test_after_an_error_that_changed_the_internal_certificate_it_is_put_back(enable: Run, state: Path) -> None:
    answer = enable(faults={CHANGING: BROKEN.at("after").of(f"{NEW.thumbprint}*")})
    assert BROKEN.message in answer["problem"]
    assert answer["after"] == seen(OLD.thumbprint, "IIS", "SMTP")
    assert len(changes(state)) == 2


def test_what_cannot_be_put_back_is_told(enable: Run) -> None:
    answer = enable(faults={CHANGING: BROKEN.of(f"{OLD.thumbprint}*")})
    assert f"{line(OLD.thumbprint)}: {BROKEN.message}" in answer["problem"]
    assert answer["after"] == seen(NEW.thumbprint, "IIS", "SMTP")
    assert answer["changed"] is True


def test_what_somebody_else_has_done_meanwhile_is_left_so(enable: Run, state: Path) -> None:
    answer = enable(faults={CHANGING: other_writer(THIRD.thumbprint).at("after")})
    assert answer["after"]["internal_thumbprint"] == THIRD.thumbprint
    assert changes(state) == [f"{NEW.thumbprint} SMTP -Force"]


def test_a_shell_that_never_opens_is_given_up_and_nothing_is_changed(enable: Run) -> None:
    answer = enable(faults={"Open-AnonTlsExchangeShell": HANGS}, timeout=2)
    assert answer["problem"].startswith("Opening the Exchange Management Shell was given up after 2 seconds.")
    assert "double hop" in answer["problem"]
    assert (answer["before"], answer["after"], answer["changed"], answer["ran"]) == (None, None, False, [])


def test_a_shell_that_opens_when_it_was_given_up_begins_no_change(powershell: Run) -> None:
    answer = powershell(
        """
        $ran = [System.Collections.ArrayList]::new()
        $shared = New-AnonTlsShellCall -Setup @{ roles = @() } -Server 'EX01' -Also @{ ran = $ran }
        $shared.given_up = $true
        $said = try { Enable-AnonTlsSmtp -Shared $shared -Thumbprint 'AB' } catch { $_.Exception.Message }
        @{ said = $said; ran = $ran.Count; failures = $shared.failures.Count }
        """,
        *UTILS,
    )
    assert answer == {"said": "given up", "ran": 0, "failures": 0}


def test_of_a_change_that_hangs_is_not_known_what_it_did(enable: Run) -> None:
    answer = enable(faults={CHANGING: HANGS.at("midway")}, timeout=15)
    assert answer["problem"].startswith(f"{line(NEW.thumbprint)} was given up after 15 seconds.")
    assert answer["before"] == seen(OLD.thumbprint, "IIS")
    assert (answer["after"], answer["changed"], answer["ran"]) == (None, True, [line(NEW.thumbprint)])


def test_what_cannot_be_read_afterwards_is_not_known(enable: Run) -> None:
    answer = enable(internal="replace", faults={CHANGING: LOST_DIRECTORY.at("after")})
    assert answer["problem"].startswith(f"Get-TransportService: {LOST_DIRECTORY.message.rstrip('.')}")
    assert (answer["after"], answer["changed"], answer["ran"]) == (None, True, [line(NEW.thumbprint)])


def test_it_is_enabled_again_also_where_it_cannot_be_read(enable: Run, state: Path) -> None:
    answer = enable(faults={CHANGING: LOST_DIRECTORY.at("after")})
    assert (answer["after"], answer["changed"]) == (None, True)
    assert json.loads((state / "host.json").read_text())["exchange"]["internal_thumbprint"] == OLD.thumbprint
