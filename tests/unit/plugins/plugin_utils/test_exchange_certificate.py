"""The stream of an exported ExchangeCertificate is read, and anything else refused by name and byte."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._exchange_certificate import (
    ExchangeCertificateError,
    read_exchange_certificate,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures import exchange_certificate as writer
from ansible_collections.msexchange.transport_tls.tests.fixtures.exchange_certificate import (
    CLASS,
    END,
    HEADER,
    NAMESPACE,
    Certificate,
    byte_array,
    class_record,
    i32,
    reference,
    sign,
    text,
    write_stream,
)

CERTIFICATE = Certificate(b"serialized", True, 1, 3, 25, r"ex01.contoso.com\AB")
STREAM = write_stream(CERTIFICATE)


def refusal(stream: bytes) -> str:
    with pytest.raises(ExchangeCertificateError) as refused:
        read_exchange_certificate(stream)
    return str(refused.value)


def one_class(members: list[str], types: bytes, values: bytes, *more: bytes, name: str = CLASS) -> bytes:
    """A stream whose root, object 1, is of a class with these members."""
    return HEADER + class_record(5, 1, name, members, types, 2) + values + b"".join(more) + END


@pytest.mark.parametrize("certificate", [CERTIFICATE, Certificate(b"", False, 7, 5, 0, None)])
def test_what_was_written_is_read(certificate: Certificate) -> None:
    read = read_exchange_certificate(write_stream(certificate))
    for field in ("cert_data", "self_signed", "status", "root_ca_type", "services", "identity"):
        assert getattr(read, field) == getattr(certificate, field)
    assert read.signed is False


def test_a_signature_around_it_is_noted_and_not_checked() -> None:
    read = read_exchange_certificate(sign(STREAM))
    assert (read.signed, read.cert_data) == (True, b"serialized")


@pytest.mark.parametrize("count", [1, 3, 200])
def test_the_services_of_iis_are_passed_over(count: int) -> None:
    assert read_exchange_certificate(write_stream(CERTIFICATE, iis_services=count)).services == 25


def test_a_stream_cut_anywhere_is_refused() -> None:
    for end in range(len(STREAM)):
        refusal(STREAM[:end])
        refusal(sign(STREAM)[: end + 9])


@pytest.mark.parametrize(
    ("kind", "name"), [(3, "ClassWithMembers"), (16, "ArraySingleObject"), (21, "MethodCall"), (99, "unknown")]
)
def test_another_record_type_is_refused_by_name_and_byte(kind: int, name: str) -> None:
    stream = write_stream(CERTIFICATE, more=bytes([kind]) + bytes(20))
    place = len(stream) - 22
    message = refusal(stream)
    assert f"record type {kind} ({name})" in message
    assert f"byte {place}" in message
    assert f"byte {place + 9}" in refusal(sign(stream))


@pytest.mark.parametrize(
    "name",
    ["System.Diagnostics.Process", f"{NAMESPACE}.ExchangeCertificates", f"{NAMESPACE}.Enable", f"{CLASS}[[x]]x"],
)
def test_another_class_is_refused_by_name_and_byte(name: str) -> None:
    message = refusal(one_class([], b"", b"", name=name))
    assert name in message
    assert "byte 18" in message


def test_a_class_that_is_allowed_inside_is_no_root() -> None:
    assert "the object 1, the root" in refusal(one_class([], b"", b"", name=f"{NAMESPACE}.IisService"))


def test_a_text_of_four_gigabytes_is_refused_before_it_is_read() -> None:
    message = refusal(HEADER + b"\x06" + i32(1) + text("abc", length=0xFFFFFFFF) + END)
    assert "a text of 4294967295 bytes, and 4 are left" in message


def test_a_length_of_more_than_five_bytes_is_refused() -> None:
    assert "goes on after five bytes" in refusal(HEADER + b"\x06" + i32(1) + b"\xff" * 6 + END)


@pytest.mark.parametrize("length", [2**31 - 1, -1, 5])
def test_an_array_beyond_the_buffer_is_refused(length: int) -> None:
    stream = HEADER + b"\x0f" + i32(1) + i32(length) + b"\x02" + b"abc" + END
    assert f"a length of {length}, and 4 bytes are left" in refusal(stream)


@pytest.mark.parametrize("count", [2**31 - 1, -1, 65])
def test_a_class_of_too_many_members_is_refused(count: int) -> None:
    stream = HEADER + b"\x05" + i32(1) + text(CLASS) + i32(count) + bytes(1000)
    assert f"with {count} members" in refusal(stream)


def test_a_million_records_are_refused() -> None:
    assert "more than 4096 records" in refusal(HEADER + b"\x0a" * 1_000_000 + END)


def test_libraries_in_a_row_are_no_recursion() -> None:
    library = b"\x0c" + i32(2) + text("a")
    assert "deep" in refusal(HEADER + library * 3000 + END)


def test_objects_inside_one_another_have_a_bound() -> None:
    nested = b"".join(class_record(5, number, CLASS, ["a"], b"\x02", 2) for number in range(1, 40))
    assert "more than 16 deep" in refusal(HEADER + nested + END)


@pytest.mark.parametrize(
    ("members", "types", "values", "why"),
    [
        (["CertData"], b"\x02", reference(1), "the member CertData is no array of bytes"),
        (["CertData"], b"\x02", reference(77), "the member CertData is no array of bytes"),
        (["CertData"], b"\x02", b"\x01" + i32(5) + i32(1) + b"\x0a", "no array of bytes"),
        (["Status"], b"\x02", b"\x0a", "has no member CertData"),
    ],
)
def test_object_ids_that_loop_end_in_a_refusal(members: list[str], types: bytes, values: bytes, why: str) -> None:
    assert why in refusal(one_class(members, types, values))


def test_an_enumeration_that_is_the_certificate_itself_is_refused() -> None:
    values = reference(3) + b"\x01" + reference(1)
    stream = one_class(["CertData", "SelfSigned", "Status"], b"\x02\0\x02\x01", values, byte_array(3, b"x"))
    assert "has no member value__" in refusal(stream)


def test_a_class_of_itself_is_refused() -> None:
    assert "is of the class of object 1, which has none" in refusal(HEADER + b"\x01" + i32(1) + i32(1) + END)


def test_an_id_given_twice_is_refused() -> None:
    again = byte_array(3, b"other")
    assert "the object id 3 a second time" in refusal(write_stream(CERTIFICATE, more=again))


@pytest.mark.parametrize("data", [b"", b"#sig#", b"#sig#\xff\xff\xff\xff", b"\x00\x01", b"0\x82", b"\0" * 17])
def test_what_is_no_stream_is_refused(data: bytes) -> None:
    refusal(data)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(ExchangeCertificateError):
        read_exchange_certificate(HEADER + data)
    with suppress(ExchangeCertificateError):
        read_exchange_certificate(data)


@settings(deadline=None)
@given(st.integers(0, len(STREAM)), st.integers(0, 20), st.binary(max_size=8))
def test_any_damage_is_read_or_refused(begin: int, length: int, instead: bytes) -> None:
    with suppress(ExchangeCertificateError):
        read_exchange_certificate(STREAM[:begin] + instead + STREAM[begin + length :])


def test_the_writer_says_a_length_of_several_bytes_as_the_format_has_it() -> None:
    assert writer.text("a" * 300)[:2] == b"\xac\x02"
