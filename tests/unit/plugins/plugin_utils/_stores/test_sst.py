"""A serialized store is read element by element, and damage takes away nothing but what it hit."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import struct

import pytest

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.export_contents import ExportContents
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.sst import MAX_ELEMENTS, read_sst
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.store_error import StoreError
from ansible_collections.msexchange.transport_tls.tests.fixtures.exports import SST_END, SST_HEADER, write_sst
from ansible_collections.msexchange.transport_tls.tests.fixtures.serialized_certificate import (
    SOFTWARE_KSP,
    join_records,
    serialize,
)

ONE, TWO, THREE = b"0\x03\x02\x01\x01", b"0\x03\x02\x01\x02", b"0\x03\x02\x01\x03"


def read(data: bytes) -> ExportContents:
    return read_sst(data, "my.sst")


def ders(contents: ExportContents) -> list[bytes]:
    return [file.der for file in contents.my.certificates]


def reasons(contents: ExportContents) -> list[tuple[str, str]]:
    assert {entry.thumbprint for entry in contents.my.unreadable} <= {None}
    return [(entry.name, entry.reason) for entry in contents.my.unreadable]


def test_each_element_is_a_certificate_with_its_properties() -> None:
    contents = read(
        write_sst(
            [
                serialize(ONE, friendly_name="Microsoft Exchange", archived=True),
                serialize(TWO, key_provider=SOFTWARE_KSP),
                serialize(THREE, key_provider=None),
            ]
        )
    )
    one, two, three = contents.my.certificates
    assert (one.der, one.has_key, one.provider, one.friendly_name, one.archived) == (
        ONE,
        True,
        "csp",
        "Microsoft Exchange",
        True,
    )
    assert (two.der, two.has_key, two.provider, two.friendly_name, two.archived) == (TWO, True, "cng", None, False)
    assert (three.der, three.has_key, three.provider) == (THREE, False, None)
    assert one.files == "my.sst (byte 8)"
    assert (contents.my.unreadable, contents.warnings, contents.stores) == ([], [], set())


def test_an_empty_store_is_one() -> None:
    contents = read(write_sst())
    assert (contents.my.certificates, contents.my.unreadable) == ([], [])


@pytest.mark.parametrize(
    ("data", "seen"),
    [
        (b"", "none"),
        (b"CERT", "43 45 52 54"),
        (b"\x01\0\0\0CERT" + SST_END, "01 00 00 00 43 45 52 54"),
        (b"\0\0\0\0CERX" + SST_END, "00 00 00 00 43 45 52 58"),
        (b"\xff\xfeW\0i\0n\0", "ff fe 57 00 69 00 6e 00"),
    ],
)
def test_another_version_or_another_file_is_an_error_that_says_what_was_expected(data: bytes, seen: str) -> None:
    with pytest.raises(StoreError, match=f"first bytes are {seen}, expected 00 00 00 00 43 45 52 54"):
        read(data)


def test_without_an_end_everything_is_read_and_said() -> None:
    data = write_sst([serialize(ONE), serialize(TWO)])[: -len(SST_END)]
    contents = read(data)
    assert ders(contents) == [ONE, TWO]
    assert reasons(contents) == [("my.sst", f"the file was cut: it has no end record at byte {len(data)}")]


def test_what_follows_the_end_is_said() -> None:
    data = write_sst([serialize(ONE)])
    contents = read(data + serialize(TWO))
    assert ders(contents) == [ONE]
    ((_file, reason),) = reasons(contents)
    assert f"follow the end record, from byte {len(data)} on" in reason


def test_an_end_that_is_not_zero_is_said() -> None:
    contents = read(SST_HEADER + serialize(ONE) + struct.pack("<III", 0, 1, 5) + b"12345")
    assert ders(contents) == [ONE]
    ((_file, reason),) = reasons(contents)
    assert "expected twelve zero bytes" in reason


@pytest.mark.parametrize("cut", [1, 7, 12, 14])
def test_a_record_that_is_cut_leaves_those_before_it(cut: int) -> None:
    data = write_sst([serialize(ONE), serialize(TWO)])[: -len(SST_END) - cut]
    contents = read(data)
    assert ders(contents) == [ONE]
    ((file, reason),) = reasons(contents)
    assert file == "my.sst"
    assert "at byte" in reason


@pytest.mark.parametrize("length", [0xFFFFFFFF, 0x7FFFFFFF, 100])
def test_a_length_beyond_the_bytes_there_are_is_said_with_its_place(length: int) -> None:
    begin = len(SST_HEADER + serialize(ONE))
    contents = read(SST_HEADER + serialize(ONE) + struct.pack("<III", 3, 1, length) + SST_END)
    assert ders(contents) == [ONE]
    ((_file, reason),) = reasons(contents)
    assert f"property 3 at byte {begin} says {length} bytes, 12 are there" in reason


def test_an_element_without_a_certificate_is_unreadable() -> None:
    contents = read(SST_HEADER + serialize(ONE) + join_records([(3, b"x")]) + SST_END)
    assert ders(contents) == [ONE]
    ((place, reason),) = reasons(contents)
    assert place == f"my.sst (byte {len(SST_HEADER + serialize(ONE))})"
    assert "no property 32" in reason


def test_an_empty_certificate_is_unreadable_and_hides_no_other() -> None:
    contents = read(write_sst([serialize(ONE), join_records([(32, b"")]), serialize(TWO)]))
    assert ders(contents) == [ONE, TWO]
    ((_place, reason),) = reasons(contents)
    assert "is empty" in reason


def test_an_element_of_too_many_records_is_unreadable_and_hides_no_other() -> None:
    contents = read(write_sst([join_records([(99, b"")] * 1000 + [(32, ONE)]), serialize(TWO)]))
    assert ders(contents) == [TWO]
    ((_place, reason),) = reasons(contents)
    assert "more than 256 records" in reason


def test_a_million_records_end_somewhere() -> None:
    contents = read(SST_HEADER + join_records([(99, b"")]) * 1_000_000)
    assert ders(contents) == []
    assert len(reasons(contents)) == 2
    contents = read(SST_HEADER + join_records([(32, b"")]) * 1_000_000)
    assert len(reasons(contents)) == MAX_ELEMENTS + 1
    assert f"more than {MAX_ELEMENTS} elements" in reasons(contents)[-1][1]


@pytest.mark.parametrize(("kind", "name"), [(33, "CRL"), (34, "CTL")])
def test_lists_of_certificates_are_none(kind: int, name: str) -> None:
    contents = read(write_sst([join_records([(3, b"x"), (kind, b"list")]), serialize(ONE)]))
    assert ders(contents) == [ONE]
    assert contents.my.unreadable == []
    assert contents.warnings == [f"my.sst (byte 8) is a {name} and no certificate"]
