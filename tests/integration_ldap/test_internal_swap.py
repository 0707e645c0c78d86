"""The internal certificate is replaced in a real directory by compare and swap: one writer wins, each loss is told."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.entry import DirectoryError, Entry
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.exchange_ldap import (
    ldap_module,
    read_entries,
)
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.exchange_objects import find_server
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.internal_swap import (
    ChangeUnknown,
    Held,
    read_held,
    replace_value,
)
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.ldap_options import LdapOptions
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import DirectoryValue
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._serialized_certificate import (
    write_serialized_certificate,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import Credential, exchange_certificate
from ansible_collections.msexchange.transport_tls.tests.fixtures.forest import PASSWORD, WRITER, forest, user_dn
from ansible_collections.msexchange.transport_tls.tests.fixtures.ldif import server_dn, server_entry
from ansible_collections.msexchange.transport_tls.tests.fixtures.slapd import Slapd, slapd

from .conftest import INTERNAL, Ask, Authority, Start

EX01, EX02 = server_dn("EX01"), server_dn("EX02")
NEW = exchange_certificate("NEW", "contoso.com")
OTHER = exchange_certificate("OTHER", "contoso.com")
TO_NEW = write_serialized_certificate(NEW.der)
TO_OTHER = write_serialized_certificate(OTHER.der)


def servers(**more: tuple[bytes, ...]) -> tuple[Entry, ...]:
    """EX01 with a certificate, and `more` attributes of it; EX02 without."""
    first = server_entry("EX01", internal_certificate=INTERNAL.der)
    return forest((replace(first, attributes={**first.attributes, **more}), server_entry("EX02")))


@pytest.fixture
def server(authority: Authority, tmp_path: Path) -> Iterator[Slapd]:
    with slapd(tmp_path / "slapd", servers(), certificate=authority.certificate()) as started:
        yield started


@pytest.fixture
def writer(server: Slapd, ask: Ask) -> LdapOptions:
    return ask(server.ldaps, username=user_dn(WRITER))


def value_of(options: LdapOptions, name: str = "EX01") -> DirectoryValue:
    return find_server(read_entries(options, name), name, "ldap").value


def held(options: LdapOptions, name: str = "EX01") -> Held:
    return read_held(options, server_dn(name), value_of(options, name))


def holds(options: LdapOptions, credential: Credential | None, name: str = "EX01") -> bool:
    return value_of(options, name).thumbprint == (credential.thumbprint if credential else None)


def refusal(options: LdapOptions, old: Held, new: bytes = TO_NEW) -> str:
    with pytest.raises(DirectoryError) as caught:
        replace_value(options, old, new)
    assert not isinstance(caught.value, ChangeUnknown)
    assert PASSWORD not in str(caught.value)
    return str(caught.value)


def test_the_value_is_replaced_and_the_old_one_is_returned_byte_for_byte(writer: LdapOptions) -> None:
    old = held(writer)
    assert (old.dn, old.value) == (EX01, INTERNAL.der)
    assert replace_value(writer, old, TO_NEW) is None
    assert holds(writer, NEW)
    assert held(writer).value == TO_NEW


def test_an_old_value_can_be_put_back_byte_for_byte(writer: LdapOptions) -> None:
    old = held(writer)
    replace_value(writer, old, TO_NEW)
    replace_value(writer, held(writer), old.value or b"")
    assert held(writer).value == INTERNAL.der


def test_where_there_was_none_it_is_added(writer: LdapOptions) -> None:
    old = held(writer, "EX02")
    assert old.value is None
    replace_value(writer, old, TO_NEW)
    assert holds(writer, NEW, "EX02")


@pytest.mark.parametrize("name", ["EX01", "EX02"])
def test_another_writer_in_between_is_not_overwritten(writer: LdapOptions, name: str) -> None:
    old = held(writer, name)
    replace_value(writer, old, TO_OTHER)
    told = refusal(writer, old)
    assert "another writer has changed msExchServerInternalTLSCert" in told
    assert f"now has {OTHER.thumbprint}. Nothing was written" in told
    assert holds(writer, OTHER, name)


def test_a_value_that_was_taken_away_in_between_is_told(writer: LdapOptions) -> None:
    told = refusal(writer, Held(EX02, INTERNAL.der, None))
    assert "now has no certificate (msExchServerInternalTLSCert has no value)" in told
    assert holds(writer, None, "EX02")


def test_of_many_writers_at_once_one_wins(writer: LdapOptions) -> None:
    old = held(writer)
    candidates = [exchange_certificate(f"N{number}", "contoso.com") for number in range(4)]

    def attempt(candidate: Credential) -> str | None:
        try:
            replace_value(writer, old, write_serialized_certificate(candidate.der))
        except DirectoryError as error:
            return str(error)
        return None

    with ThreadPoolExecutor(len(candidates)) as pool:
        told = list(pool.map(attempt, candidates))
    (winner,) = [candidate for candidate, problem in zip(candidates, told, strict=True) if problem is None]
    assert holds(writer, winner)
    assert all("another writer" in problem and winner.thumbprint in problem for problem in told if problem)


def test_a_value_that_is_not_the_one_of_the_facts_is_another_writers(writer: LdapOptions) -> None:
    before = value_of(writer)
    replace_value(writer, held(writer), TO_OTHER)
    with pytest.raises(DirectoryError, match="another writer has changed"):
        read_held(writer, EX01, before)


def test_a_user_without_the_right_changes_nothing(server: Slapd, ask: Ask) -> None:
    reader = ask(server.ldaps)
    told = refusal(reader, held(reader))
    assert f"no right to change msExchServerInternalTLSCert of {EX01} (result 50" in told
    assert holds(reader, INTERNAL)


def test_a_server_object_that_has_gone_is_told(writer: LdapOptions) -> None:
    gone = server_dn("EX09")
    assert "no such object" in refusal(writer, Held(gone, INTERNAL.der, None))
    with pytest.raises(DirectoryError, match="no such object"):
        read_held(writer, gone, DirectoryValue("null"))


def test_what_a_user_may_write_is_seen_where_the_directory_tells_it(start: Start, ask: Ask) -> None:
    allowed = (b"cn", b"msExchServerInternalTLSCert")
    with start(servers(allowedattributes=allowed, allowedattributeseffective=allowed)) as server:
        assert held(ask(server.ldaps)).may_write is True


@pytest.mark.parametrize("effective", [{}, {"allowedattributeseffective": (b"cn",)}], ids=["nothing", "another"])
def test_who_may_not_write_is_told_before_anything_is_tried(
    start: Start, ask: Ask, effective: dict[str, tuple[bytes, ...]]
) -> None:
    with start(servers(allowedattributes=(b"cn",), **effective)) as server:
        options = ask(server.ldaps, username=user_dn(WRITER))
        with pytest.raises(DirectoryError, match="no right to change msExchServerInternalTLSCert of CN=EX01"):
            held(options)


def test_a_directory_that_does_not_tell_rights_is_not_judged(writer: LdapOptions) -> None:
    assert held(writer).may_write is None


def test_a_server_that_is_down_has_changed_nothing(server: Slapd, writer: LdapOptions) -> None:
    old = held(writer)
    server.process.kill()
    server.process.wait()
    assert "is down" in refusal(writer, old)


def broken(writer: LdapOptions, monkeypatch: pytest.MonkeyPatch, *, written: bool, stop: Slapd | None = None) -> None:
    """The connection breaks at the change, before the server has it, or before its answer is here."""
    ldap = ldap_module()
    swap = ldap.Session.swap

    def breaking(session: object, dn: str, attribute: str, old: bytes | None, new: bytes) -> object:
        if written:
            swap(session, dn, attribute, old, new)
        if stop is not None:
            stop.process.kill()
            stop.process.wait()
        session._connection.socket.plain.close()  # type: ignore[attr-defined]
        return swap(session, dn, attribute, old, new)

    monkeypatch.setattr(ldap.Session, "swap", breaking)


def test_where_the_answer_is_lost_the_value_is_read_again_and_the_change_is_seen(
    writer: LdapOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = held(writer)
    broken(writer, monkeypatch, written=True)
    warning = replace_value(writer, old, TO_NEW)
    assert "holds the new value" in str(warning)
    assert holds(writer, NEW)


def test_where_the_change_is_lost_the_value_is_read_again_and_nothing_is_tried_twice(
    writer: LdapOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = held(writer)
    broken(writer, monkeypatch, written=False)
    assert "still has the old value. Run again" in refusal(writer, old)
    assert holds(writer, INTERNAL)


def test_where_another_writer_came_after_the_break_that_is_told(
    writer: LdapOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = held(writer)
    replace_value(writer, old, TO_OTHER)
    broken(writer, monkeypatch, written=False)
    assert f"now has {OTHER.thumbprint}" in refusal(writer, old)


def test_where_nothing_can_be_read_after_the_break_it_is_not_known(
    server: Slapd, writer: LdapOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = held(writer)
    broken(writer, monkeypatch, written=True, stop=server)
    with pytest.raises(ChangeUnknown, match=r"whether it was is not known.*read it before anything else"):
        replace_value(writer, old, TO_NEW)
