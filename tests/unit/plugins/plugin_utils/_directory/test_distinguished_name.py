"""Distinguished names are split as RFC 4514 writes them."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.distinguished_name import (
    LONGEST,
    Rdn,
    same_dn,
    split_dn,
)
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.entry import DirectoryError


@pytest.mark.parametrize(
    ("dn", "first"),
    [
        ("CN=EX01,CN=Servers", Rdn("CN", "EX01")),
        ("cn=EX01,cn=Servers", Rdn("cn", "EX01")),
        (r"CN=Ext\, Authoritative #1,CN=Connections", Rdn("CN", "Ext, Authoritative #1")),
        (r"CN=Ext\2C Authoritative #1,CN=Connections", Rdn("CN", "Ext, Authoritative #1")),
        (r"CN=Ext\2c Authoritative \#1,CN=Connections", Rdn("CN", "Ext, Authoritative #1")),
        (r"CN=M\C3\BCnchen,CN=Sites", Rdn("CN", "München")),
        ("CN=München,CN=Sites", Rdn("CN", "München")),
        (r"CN=a\\,CN=Sites", Rdn("CN", "a\\")),
        (r"CN=a\=b\+c\"d,CN=Sites", Rdn("CN", 'a=b+c"d')),
        ("CN=To a=b + c,CN=Sites", Rdn("CN", "To a=b + c")),
        (" CN = EX01 , CN=Servers", Rdn("CN", "EX01")),
        (r"CN=\ EX01\ \  ,CN=Servers", Rdn("CN", " EX01  ")),
        (r"CN=EX01\0ADEL:1,CN=Deleted Objects", Rdn("CN", "EX01\nDEL:1")),
        ("2.5.4.3=EX01", Rdn("2.5.4.3", "EX01")),
        ("CN=", Rdn("CN", "")),
    ],
)
def test_the_first_part_comes_decoded(dn: str, first: Rdn) -> None:
    assert split_dn(dn)[0] == first


def test_all_parts_come_in_order() -> None:
    assert [part.value for part in split_dn(r"CN=a\,b,CN=Servers,DC=contoso,DC=com")] == [
        "a,b",
        "Servers",
        "contoso",
        "com",
    ]


def test_an_empty_name_has_no_parts() -> None:
    assert split_dn("") == ()


@pytest.mark.parametrize(
    "dn",
    [
        "EX01",
        "CN=EX01,",
        "CN=EX01,C",
        ",CN=EX01",
        "=EX01",
        "C N=EX01",
        "CN=EX01\\",
        r"CN=\FF",
        "<GUID=1>;CN=EX01",
        "CN=\udc80\\,",
        "CN=" + "x" * LONGEST,
    ],
)
def test_what_is_no_name_is_refused(dn: str) -> None:
    with pytest.raises(DirectoryError, match="is no distinguished name"):
        split_dn(dn)


def test_letters_compare_without_case() -> None:
    assert same_dn(split_dn(r"CN=Ext\2C 1,DC=com"), split_dn(r"cn=EXT\, 1,dc=COM"))
    assert not same_dn(split_dn("CN=EX01,DC=com"), split_dn("CN=EX01"))


@settings(deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), min_size=1, max_size=5))
def test_any_value_survives_its_escapes(values: list[str]) -> None:
    dn = ",".join("CN=" + "".join(f"\\{byte:02x}" for byte in value.encode()) for value in values)
    assert [part.value for part in split_dn(dn)] == values


@settings(deadline=None)
@given(st.text(st.sampled_from("CN=,\\+# aé\0\udc80")))
def test_any_text_is_a_name_or_a_directory_error(text: str) -> None:
    with suppress(DirectoryError):
        split_dn(text)
