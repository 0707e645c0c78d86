"""The outer shape of DER: every length is checked before it is believed."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from contextlib import suppress

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._der import (
    DerError,
    content_of,
    element_at,
    elements_of,
    encoded,
    oid_text,
    whole_of,
)


@given(st.integers(0, 0x1E), st.binary(max_size=300))
def test_what_was_encoded_is_found_again(tag: int, content: bytes) -> None:
    data = b"??" + encoded(tag, content) + b"!"
    element = element_at(data, 2, len(data))
    assert element[0] == tag
    assert content_of(data, element) == content
    assert whole_of(data, element) == data[2:-1]


def test_the_elements_of_a_sequence_follow_each_other() -> None:
    data = encoded(0x30, encoded(2, b"\1") + encoded(4, b"ab"))
    assert elements_of(data, element_at(data, 0, len(data))) == [(2, 2, 4, 5), (4, 5, 7, 9)]


def test_a_length_longer_than_it_need_be_is_understood() -> None:
    assert element_at(b"\x30\x84\0\0\0\1x", 0, 7) == (0x30, 0, 6, 7)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "cut off in its header"),
        (b"\x30", "cut off in its header"),
        (b"\x30\x82\x01", "cut off in its header"),
        (b"\x30\x03ab", "says 3 bytes, 2 are there"),
        (b"\x30\x84\xff\xff\xff\xff", "says 4294967295 bytes, 0 are there"),
        (b"\x30\x80\0\0", "a length that DER does not know"),
        (b"\x30\xff" + b"\1" * 127, "a length that DER does not know"),
        (b"\x1f\x81\x01\x00", "a tag of several bytes"),
    ],
)
def test_a_wrong_length_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(DerError, match=said):
        element_at(data, 0, len(data))


def test_an_element_may_not_reach_beyond_its_parent() -> None:
    data = encoded(0x30, b"\x04\x05a") + b"bcde"
    with pytest.raises(DerError, match="says 5 bytes, 1 are there"):
        elements_of(data, element_at(data, 0, len(data)))


@pytest.mark.parametrize("dotted", ["0.9", "1.3.6.1.4.1.311.21.8.16777217", "2.5.29.17", "2.999.1", "1.39.0"])
def test_an_object_identifier_is_written_with_dots(dotted: str) -> None:
    der = x509.ExtendedKeyUsage([x509.ObjectIdentifier(dotted)]).public_bytes()
    assert oid_text(der[4:]) == dotted


@pytest.mark.parametrize("content", [b"", b"\x55\x9d", b"\x55" * 65])
def test_what_is_no_object_identifier_is_refused(content: bytes) -> None:
    with pytest.raises(DerError, match="is no object identifier"):
        oid_text(content)


@given(st.binary(max_size=40))
def test_any_bytes_give_elements_or_the_documented_error(data: bytes) -> None:
    with suppress(DerError):
        elements_of(data, element_at(data, 0, len(data)))
    with suppress(DerError):
        oid_text(data)
