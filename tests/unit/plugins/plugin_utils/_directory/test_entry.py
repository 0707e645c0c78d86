"""The values of an entry are read as what they are, or not at all."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.entry import Entry


def entry(*values: bytes) -> Entry:
    return Entry("CN=a", {"msexchsmtpsendflags": values})


def test_the_case_of_a_name_does_not_matter_and_empty_values_are_none() -> None:
    assert entry(b"a", b"", b"b").values("msExchSmtpSendFlags") == (b"a", b"b")
    assert entry().values("cn") == ()


def test_a_text_is_the_only_value() -> None:
    assert entry(b"a").text("msExchSmtpSendFlags") == "a"
    assert entry(b"a", b"b").text("msExchSmtpSendFlags") is None
    assert entry().text("msExchSmtpSendFlags") is None


def test_bytes_that_are_no_text_are_shown() -> None:
    assert entry(b"\xff").texts("msExchSmtpSendFlags") == ("\\xff",)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (b"0", 0),
        (b"16439", 16439),
        (b"-1", 0xFFFFFFFF),
        (b"-2139095040", 0x80800000),
        (b"-2147483648", 0x80000000),
        (b"4294967295", 0xFFFFFFFF),
        (b"4294967296", None),
        (b"-2147483649", None),
        (b"1 ", None),
        (b"0x20", None),
        (b"", None),
        (b"9" * 5000, None),
    ],
)
def test_a_number_has_32_bits_and_no_sign(value: bytes, number: int | None) -> None:
    assert entry(value).number("msExchSmtpSendFlags") == number
