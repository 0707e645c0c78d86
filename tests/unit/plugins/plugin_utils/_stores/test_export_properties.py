"""Whatever is exported is read back, and whatever the bytes are there is an answer or a StoreError."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.registry import read_registry
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.sst import read_sst
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.store_error import StoreError
from ansible_collections.msexchange.transport_tls.tests.fixtures.exports import (
    ALL_STORES,
    REG_HEADER,
    SST_HEADER,
    SYSTEM,
    RegKey,
    hexadecimal,
    write_reg,
    write_sst,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.serialized_certificate import join_records, serialize

DER = b"0\x03\x02\x01\x05"
SST = write_sst([serialize(DER, friendly_name="Mail"), serialize(DER + b"x", archived=True)])
REG = write_reg([RegKey(rf"{SYSTEM}\MY", serialize(DER), "AB" * 20)], ALL_STORES).encode("utf-16")
READERS = {"sst": (read_sst, SST), "registry": (read_registry, REG)}
RECORDS = st.lists(st.tuples(st.integers(33 + 2, 0xFFFF), st.binary(max_size=40)), max_size=5)
LINES = st.sampled_from(
    [
        REG_HEADER,
        rf"[{SYSTEM}\MY\Certificates\{'AB' * 20}]",
        rf"[-{SYSTEM}\MY]",
        *hexadecimal("Blob", serialize(DER)),
        '"Blob"=hex:00,\\',
        "  00,01,\\",
        '"Blob"=',
        "\\",
        "",
    ]
)


@given(st.lists(st.tuples(RECORDS, st.binary(min_size=1, max_size=60)), max_size=4))
def test_a_serialized_store_comes_back_as_it_was_written(elements: list[tuple[list[tuple[int, bytes]], bytes]]) -> None:
    contents = read_sst(write_sst([join_records([*records, (32, der)]) for records, der in elements]), "my.sst")
    assert [file.der for file in contents.my.certificates] == [der for _records, der in elements]
    assert contents.my.unreadable == []


@given(st.lists(st.binary(min_size=1, max_size=100), max_size=4))
def test_an_export_of_the_registry_comes_back_as_it_was_written(ders: list[bytes]) -> None:
    keys = [RegKey(rf"{SYSTEM}\MY", serialize(der), f"{number:040}") for number, der in enumerate(ders)]
    contents = read_registry(write_reg(keys).encode("utf-16"), "my.reg")
    assert [file.der for file in contents.my.certificates] == ders
    assert contents.my.unreadable == []


@pytest.mark.parametrize("kind", READERS)
@given(data=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(kind: str, data: bytes) -> None:
    read, _good = READERS[kind]
    for begin in (b"", SST_HEADER, REG_HEADER.encode() + b"\n"):
        with suppress(StoreError):
            read(begin + data, "x")


@given(st.lists(LINES, max_size=12))
def test_any_lines_are_read_or_refused(lines: list[str]) -> None:
    read_registry("\n".join([REG_HEADER, *lines]).encode(), "x")


@settings(deadline=None)
@pytest.mark.parametrize("kind", READERS)
@given(place=st.integers(0, 10_000), length=st.integers(0, 40), instead=st.binary(max_size=10))
def test_any_damage_is_read_or_refused(kind: str, place: int, length: int, instead: bytes) -> None:
    read, good = READERS[kind]
    begin = place % len(good)
    with suppress(StoreError):
        read(good[:begin] + instead + good[begin + length :], "x")
