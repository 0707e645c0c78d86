"""Servers that refuse, stall, truncate, refer or die: each is told, in time, and nothing is lost silently."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import time

import pytest

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.entry import DirectoryError
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.exchange_ldap import (
    read_entries,
    read_forest,
)
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.ldap_options import LdapOptions
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import root_authority
from ansible_collections.msexchange.transport_tls.tests.fixtures.forest import PASSWORD, fleet, forest
from ansible_collections.msexchange.transport_tls.tests.fixtures.ldif import CONFIGURATION
from ansible_collections.msexchange.transport_tls.tests.fixtures.slapd import HOST, free_port
from ansible_collections.msexchange.transport_tls.tests.fixtures.stalled import dying, listener

from .conftest import SMALL, Ask, Authority, Small, Start


def refusal(options: LdapOptions) -> str:
    """What is said of reading a server and of reading the forest, the same of both."""
    told = []
    for read in (lambda: read_entries(options, "EX01"), lambda: list(read_forest(options))):
        with pytest.raises(DirectoryError) as caught:
            read()
        told.append(str(caught.value))
    assert PASSWORD not in "".join(told)
    assert told[0] == told[1]
    return told[0]


def test_a_wrong_password_is_told(small: Small, ask: Ask) -> None:
    assert "wrong user name or password" in refusal(ask(small.ldaps, password="no"))


def test_a_wrong_password_is_not_tried_with_the_next_server(small: Small, ask: Ask) -> None:
    with listener() as next_one:
        refusal(ask(small.ldaps, f"ldaps://{HOST}:{next_one.port}", password="no"))
    assert next_one.connections == 0


def test_an_expired_certificate_is_refused(start: Start, ask: Ask, authority: Authority) -> None:
    with start(forest(SMALL), certificate=authority.certificate(days=(-9, -1))) as server:
        assert "has expired" in refusal(ask(server.ldaps))


def test_a_certificate_for_another_name_is_refused(start: Start, ask: Ask, authority: Authority) -> None:
    with start(forest(SMALL), certificate=authority.certificate("dc1.contoso.com")) as server:
        assert "is for another name" in refusal(ask(server.ldaps))


def test_a_certificate_of_a_foreign_authority_is_refused(start: Start, ask: Ask, authority: Authority) -> None:
    foreign = Authority(root_authority("Fabrikam Root CA"), authority.file)
    with start(forest(SMALL), certificate=foreign.certificate()) as server:
        assert "is not trusted" in refusal(ask(server.ldaps))
        assert "is not trusted" in refusal(ask(server.ldap, start_tls=True))


def test_a_password_is_never_sent_in_clear(ask: Ask) -> None:
    with listener() as server:
        with pytest.raises(DirectoryError, match="in clear"):
            read_entries(ask(f"ldap://{HOST}:{server.port}"), "EX01")
        assert server.connections == 0


def test_start_tls_does_where_it_is_demanded(start: Start, ask: Ask) -> None:
    with start(forest(SMALL), demands_tls=True) as server:
        assert "demands encryption" in refusal(ask(server.ldap, allow_plaintext=True))
        assert read_entries(ask(server.ldap, start_tls=True), "EX01")


def test_who_is_anonymous_has_no_right_to_read(small: Small, ask: Ask) -> None:
    assert "no right to read" in refusal(ask(small.ldaps, bind="anonymous", username=None, password=None))


@pytest.mark.parametrize("scheme", ["ldaps", "ldap"])
def test_a_server_that_stalls_is_given_up_in_time(ask: Ask, scheme: str) -> None:
    with listener() as server:
        options = ask(f"{scheme}://{HOST}:{server.port}", start_tls=scheme == "ldap", timeout=1)
        began = time.monotonic()
        assert "is down or slow" in refusal(options)
    assert time.monotonic() - began < 2 * options.timeout + 1


def test_the_next_server_answers_for_those_that_are_down_or_stall(small: Small, ask: Ask) -> None:
    with listener() as stalled:
        down, slow = f"ldaps://{HOST}:{free_port()}", f"ldaps://{HOST}:{stalled.port}"
        assert read_entries(ask(down, slow, small.ldaps, timeout=6), "EX01")
        assert stalled.connections


def test_where_all_servers_are_down_each_is_named(ask: Ask) -> None:
    servers = [f"ldaps://{HOST}:{free_port()}" for _each in range(2)]
    told = refusal(ask(*servers))
    assert all(server in told for server in servers)


def test_a_truncated_answer_is_no_answer(start: Start, ask: Ask) -> None:
    with start(forest(fleet(700)), size_limit=600) as server, pytest.raises(DirectoryError, match="truncated"):
        list(read_forest(ask(server.ldaps)))


def test_a_referral_is_not_followed(start: Start, ask: Ask) -> None:
    with listener() as rogue:
        elsewhere = "CN=Configuration,DC=fabrikam,DC=com"
        with start(forest(SMALL), referral=f"ldap://127.0.0.1:{rogue.port}") as server:
            told = refusal(ask(server.ldaps, base=elsewhere))
        assert "refers to another server" in told
        assert (rogue.connections, bytes(rogue.received)) == (0, b"")


def test_a_base_that_is_not_there_is_told(small: Small, ask: Ask) -> None:
    assert "no such object" in refusal(ask(small.ldaps, base=f"CN=Nowhere,{CONFIGURATION}"))


def test_a_server_that_dies_between_two_pages_loses_nothing_silently(start: Start, ask: Ask) -> None:
    with start(forest(fleet(1200))) as server:
        # After the first page of servers and before the last.
        with dying(server.tls_port, after=900_000) as port:
            came: list[object] = []
            with pytest.raises(DirectoryError, match=re.escape(f"localhost:{port}")):
                came.extend(read_forest(ask(f"ldaps://{HOST}:{port}")))
        assert 500 <= len(came) < len(list(read_forest(ask(server.ldaps))))
