"""The records of CryptoAPI: what they say, and that any bytes give an answer or the documented error."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._serialized_certificate import (
    SerializedCertificateError,
    read_serialized_certificate,
    write_serialized_certificate,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.serialized_certificate import (
    SCHANNEL_CSP,
    SOFTWARE_KSP,
    UNNAMED_PROVIDER,
    KeyProvider,
    join_records,
    serialize,
)

DER = b"\x30\x03\x02\x01\x05"


def provider_of(info: bytes) -> str | None:
    return read_serialized_certificate(join_records([(2, info), (32, DER)])).provider


def test_a_record_of_every_kind_is_read() -> None:
    read = read_serialized_certificate(
        serialize(DER, key_provider=SCHANNEL_CSP, friendly_name="Microsoft Exchange", archived=True)
    )
    assert read.der == DER
    assert read.provider == "csp"
    assert read.has_private_key
    assert read.friendly_name == "Microsoft Exchange"
    assert read.archived
    assert read.properties == (3, 2, 11, 19, 32)


def test_the_certificate_alone_is_enough() -> None:
    read = read_serialized_certificate(join_records([(32, DER)]))
    assert (read.der, read.provider, read.has_private_key) == (DER, None, False)
    assert (read.friendly_name, read.archived) == (None, False)


def test_what_is_written_is_what_cryptoapi_writes_of_a_certificate_without_a_key() -> None:
    assert write_serialized_certificate(DER) == serialize(DER, key_provider=None)


@pytest.mark.parametrize(
    ("provider", "kind"),
    [
        (SCHANNEL_CSP, "csp"),
        (KeyProvider("Microsoft Enhanced RSA and AES Cryptographic Provider", 24), "csp"),
        (SOFTWARE_KSP, "cng"),
        (KeyProvider("Microsoft Platform Crypto Provider", 0), "cng"),
        (UNNAMED_PROVIDER, None),
        (KeyProvider(None, 0), None),
        (KeyProvider("", 0), None),
    ],
)
def test_the_type_tells_a_csp_from_a_key_storage_provider(provider: KeyProvider, kind: str | None) -> None:
    read = read_serialized_certificate(serialize(DER, key_provider=provider))
    assert read.provider == kind
    assert read.has_private_key


@pytest.mark.parametrize(
    "info",
    [
        b"",
        SCHANNEL_CSP.serialized()[:27],
        SCHANNEL_CSP.serialized()[:28],
        struct.pack("<7I", 28, 4_000_000_000, 12, 0, 0, 0, 1) + b"x\0\0\0",
        struct.pack("<7I", 28, 4, 12, 0, 0, 0, 1) + b"x\0\0\0",
    ],
    ids=["empty", "cut", "without names", "offset beyond the end", "offset inside the header"],
)
def test_a_broken_key_property_is_still_a_key(info: bytes) -> None:
    read = read_serialized_certificate(join_records([(2, info), (32, DER)]))
    assert read.provider is None
    assert read.has_private_key


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("Müller\0".encode("utf-16-le"), "Müller"),
        ("cut\0rest".encode("utf-16-le"), "cut"),
        ("no end".encode("utf-16-le"), "no end"),
        ("odd\0".encode("utf-16-le") + b"x", "odd"),
        (b"\x00\xd8x\0", "\ufffd" + "x"),
        (b"\0\0", None),
        (b"", None),
    ],
)
def test_a_friendly_name_ends_at_its_nul(stored: bytes, read: str | None) -> None:
    assert read_serialized_certificate(join_records([(11, stored), (32, DER)])).friendly_name == read


def test_unknown_properties_are_passed_over() -> None:
    blob = join_records([(97, b""), (13, b"\0" * 9), (0xFFFFFFFF, b"?"), (32, DER), (20, b"x")])
    assert read_serialized_certificate(blob).der == DER
    assert read_serialized_certificate(blob).properties == (97, 13, 0xFFFFFFFF, 32, 20)


def test_the_message_encoding_beside_the_one_of_certificates_does_not_matter() -> None:
    assert read_serialized_certificate(join_records([(32, DER)], encoding=0x10001)).der == DER


def test_an_odd_encoding_of_another_property_does_not_matter() -> None:
    blob = join_records([(11, "name\0".encode("utf-16-le"))], encoding=7) + join_records([(32, DER)])
    assert read_serialized_certificate(blob).friendly_name == "name"


@pytest.mark.parametrize(
    ("blob", "said"),
    [
        (b"", "no property 32 (the certificate); properties: none"),
        (join_records([(3, b"x"), (2, b"")]), "no property 32 (the certificate); properties: 3, 2"),
        (join_records([(32, DER), (32, DER)]), "more than once, at bytes 0 and 17"),
        (join_records([(3, b"x"), (32, b"")]), "at byte 13 is empty"),
        (join_records([(32, DER)], encoding=2), "at byte 0 has the encoding 0x2, expected 1"),
        (join_records([(32, DER)]) + b"\0\0\0", "3 bytes at byte 17, too few for the header"),
        (join_records([(32, DER)])[:-1], "property 32 at byte 0 says 5 bytes, 4 are there"),
        (struct.pack("<III", 3, 1, 0xFFFFFFFF), "property 3 at byte 0 says 4294967295 bytes, 0 are there"),
        (join_records([(99, b"")] * 300), "more than 256 records, the next at byte 3072"),
        (b"\x30\x82\x03\x2d\x30\x82\x02\x15\xa0\x03\x02\x01\x02", "at byte 0 says"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(blob: bytes, said: str) -> None:
    with pytest.raises(SerializedCertificateError) as error:
        read_serialized_certificate(blob)
    assert said in str(error.value)


@given(st.binary(max_size=200))
def test_any_bytes_give_a_value_or_the_documented_error(blob: bytes) -> None:
    with suppress(SerializedCertificateError):
        read_serialized_certificate(blob)


@given(st.binary(max_size=80))
def test_any_key_property_is_a_key(info: bytes) -> None:
    assert provider_of(info) in ("csp", "cng", None)


@given(
    st.lists(st.tuples(st.integers(0, 0xFFFFFFFF).filter(lambda number: number != 32), st.binary(max_size=60))),
    st.binary(min_size=1, max_size=60),
    st.integers(0),
)
def test_the_order_of_the_records_does_not_matter(records: list[tuple[int, bytes]], der: bytes, place: int) -> None:
    records.insert(place % (len(records) + 1), (32, der))
    read = read_serialized_certificate(join_records(records))
    assert read.der == der
    assert read.properties == tuple(number for number, _data in records)
    assert read.has_private_key == (2 in read.properties)
    assert read.archived == (19 in read.properties)
