"""Options of LDAP that cannot work are refused before a byte is sent; no time is given twice."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.entry import DirectoryError
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.ldap_options import (
    Address,
    Deadline,
    LdapOptions,
)

SECRET = "S3cret-Passw0rd"
SIMPLE = LdapOptions(("dc1.contoso.com",), username="audit@contoso.com", password=SECRET)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("dc1.contoso.com", Address("dc1.contoso.com", 636, True)),
        ("dc1.contoso.com:3636", Address("dc1.contoso.com", 3636, True)),
        (" LDAPS://DC1.contoso.com./ ", Address("dc1.contoso.com", 636, True)),
        ("ldap://dc1", Address("dc1", 389, False)),
        ("ldaps://edge01:50636", Address("edge01", 50636, True)),
        ("127.0.0.10", Address("127.0.0.10", 636, True)),
        ("ldap://[::1]:1389", Address("::1", 1389, False)),
    ],
)
def test_a_server_is_an_url_or_a_host_that_is_reached_by_ldaps(text: str, address: Address) -> None:
    assert Address.of(text) == address
    assert Address.of(str(address)) == address


@pytest.mark.parametrize(
    "text",
    [
        "http://dc1", "ldap://", "ldap://dc1:0", "ldap://dc1:70000", "ldap://dc1:x", "ldap://user:pw@dc1", "ldap://dc1/dc=x",
        "dc1?x", "dc1\x00", "dc1\n", "d c1", "::1", "ldapi://%2Frun%2Fslapd", "dc1,dc2", "ldap://[::1",
    ],
)  # fmt: skip
def test_anything_else_is_refused_and_the_error_shows_the_forms(text: str) -> None:
    with pytest.raises(DirectoryError, match="expected ldaps://host, ldap://host"):
        Address.of(text)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"servers": ()}, "directory.server is missing"),
        ({"servers": (" ",)}, "directory.server is missing"),
        ({"servers": ("ldap://dc1",)}, "would send the password in clear.*directory.start_tls"),
        ({"servers": ("dc1", "ldap://dc2")}, "ldap://dc2:389 would send the password in clear"),
        ({"password": None}, "needs directory.username and directory.password"),
        ({"password": ""}, "needs directory.username and directory.password"),
        ({"username": " \x01"}, "directory.username holds a control character"),
        ({"password": "a\x00b"}, "NUL"),
        ({"base": "CN=x\x00"}, "directory.base holds a control character"),
        ({"timeout": 0}, "directory.timeout is 0"),
        ({"timeout": 10**9}, "directory.timeout"),
        ({"bind": "anonymous"}, "takes neither username nor password"),
        ({"bind": "gssapi", "servers": ("ldap://dc1",)}, "gssapi needs TLS"),
        ({"bind": "gssapi", "username": None}, "name the principal"),
        ({"bind": "gssapi", "username": None, "password": None, "keytab": "k"}, "name the principal"),
    ],
)
def test_what_cannot_work_or_would_show_the_password_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(DirectoryError, match=message) as caught:
        replace(SIMPLE, **change)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        {"servers": ("ldap://dc1",), "start_tls": True},
        {"servers": ("ldap://dc1",), "allow_plaintext": True},
        {"bind": "gssapi"},
        {"bind": "gssapi", "username": None, "password": None},
        {"bind": "anonymous", "username": None, "password": None, "servers": ("ldap://dc1",)},
    ],
)
def test_every_bind_that_keeps_the_password_is_taken(change: dict[str, Any]) -> None:
    assert replace(SIMPLE, **change).addresses


def test_the_options_print_no_password() -> None:
    assert SECRET not in f"{SIMPLE} {SIMPLE!r}"


def test_a_deadline_gives_what_is_left_and_then_nothing() -> None:
    moment = 100.0
    deadline = Deadline.after(10, lambda: moment)
    assert (deadline.left(), deadline.over) == (10, False)
    moment = 107.0
    assert (deadline.left(), deadline.share(3).left()) == (3, 1)
    moment = 110.0
    assert deadline.over
    with pytest.raises(TimeoutError):
        deadline.left()
    with pytest.raises(TimeoutError):
        deadline.share(1)
