"""A session over LDAP ends in time, and each of its failures is one error that holds no secret."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import builtins
import socket
import sys
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory import exchange_ldap, ldap
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.entry import DirectoryError
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.exchange_ldap import (
    read_entries,
    read_forest,
)
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.ldap_options import (
    MINIMUM_LDAP3,
    LdapOptions,
)

SECRET = "S3cret-Passw0rd"


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port of this computer that nobody listens at."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.fixture
def options(closed_port: int) -> LdapOptions:
    return LdapOptions((f"ldaps://127.0.0.1:{closed_port}",), username="cn=audit", password=SECRET, timeout=5)


def failure(options: LdapOptions, name: str = "EX01") -> DirectoryError:
    with pytest.raises(DirectoryError) as caught:
        read_entries(options, name)
    told = "".join(traceback.format_exception(caught.value))
    assert SECRET not in told
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    return caught.value


def test_a_server_that_is_down_is_named(options: LdapOptions) -> None:
    assert f"{options.servers[0]} is down" in str(failure(options))


def test_of_several_servers_every_reason_is_told(options: LdapOptions, closed_port: int) -> None:
    two = replace(options, servers=(*options.servers, f"ldap://127.0.0.1:{closed_port}"), start_tls=True)
    assert [part.split(" is down")[0] for part in str(failure(two)).split("; ")] == [
        f"ldaps://127.0.0.1:{closed_port}",
        f"ldap://127.0.0.1:{closed_port}",
    ]


def test_a_server_that_answers_nothing_gets_its_share_of_the_time(options: LdapOptions) -> None:
    moment = 0.0

    def clock() -> float:
        nonlocal moment
        moment += 1
        return moment

    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"ldaps://127.0.0.1:{silent.getsockname()[1]}"
        with (
            pytest.raises(DirectoryError, match="no whole answer"),
            ldap.session(replace(options, servers=(address,), timeout=4), clock),
        ):
            pass


def test_the_authorities_must_be_a_file_of_certificates(options: LdapOptions, tmp_path: Path) -> None:
    missing = replace(options, ca_certificates=str(tmp_path / "no.pem"))
    assert "directory.ca_certificates" in str(failure(missing))
    (tmp_path / "no.pem").write_text("nothing")
    assert "holds no certificate in PEM" in str(failure(missing))


@pytest.mark.parametrize("name", ["EX01\x00", "EX\n01", "\x7f"])
def test_a_name_with_control_characters_is_sent_to_nobody(options: LdapOptions, name: str) -> None:
    assert "server_name holds a control character" in str(failure(options, name))


@pytest.mark.parametrize("name", [None, "", " . "])
def test_without_a_name_nobody_is_asked(options: LdapOptions, name: str | None) -> None:
    assert read_entries(options, name) == ()


def test_a_whole_forest_fails_in_the_same_words(options: LdapOptions) -> None:
    with pytest.raises(DirectoryError, match="is down"):
        list(read_forest(options))


def test_filters_hold_nothing_that_a_name_could_say() -> None:
    assert ldap.escaped("*)(cn=*\\") == r"\2a\29\28cn=\2a\5c"


def test_a_socket_waits_no_longer_than_there_is_time() -> None:
    class Session:
        server = "ldaps://dc1"
        received = 0

        class deadline:
            @staticmethod
            def left() -> float:
                return 2.5

    one, other = socket.socketpair()
    with one, other:
        timed = ldap._TimedSocket(Session(), one)  # type: ignore[arg-type]
        other.sendall(b"xyz")
        assert (timed.recv(2), one.gettimeout()) == (b"xy", 2.5)
        timed.sendall(b"a")
        other.close()
        assert timed.recv(2) == b"z"
        with pytest.raises(ConnectionError):
            timed.recv(2)


def test_a_missing_ldap3_is_one_message_with_the_line_to_run(
    options: LdapOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    importing = builtins.__import__

    def without_ldap3(name: str, *arguments: Any, **keywords: Any) -> ModuleType:
        if name.partition(".")[0] == "ldap3":
            raise ModuleNotFoundError("No module named 'ldap3'", name="ldap3")
        return importing(name, *arguments, **keywords)

    monkeypatch.delitem(sys.modules, ldap.__name__)
    monkeypatch.delattr(sys.modules[ldap.__name__.rpartition(".")[0]], "ldap")
    monkeypatch.setattr(builtins, "__import__", without_ldap3)
    with pytest.raises(DirectoryError) as caught:
        exchange_ldap.require_ldap3()
    assert f"{sys.executable} -m pip install 'ldap3>={MINIMUM_LDAP3}'" in str(caught.value)


def test_the_minimum_of_ldap3_is_that_of_the_requirements() -> None:
    requirements = Path(__file__).parents[5] / "requirements.txt"
    assert f"ldap3>={MINIMUM_LDAP3}" in requirements.read_text().splitlines()
