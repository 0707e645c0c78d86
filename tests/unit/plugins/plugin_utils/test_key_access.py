"""Who may read a private key is read out of its SDDL, and what is not surely understood is not known."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._key_access import (
    LONGEST,
    network_service_can_read,
)

OTHERS = "(A;;FA;;;SY)(A;;FA;;;BA)"


@pytest.mark.parametrize(
    "entry",
    [
        "(A;;FR;;;NS)",
        "(A;;GR;;;NS)",
        "(A;;GA;;;NS)",
        "(A;;FA;;;NS)",
        "(A;;GRGX;;;NS)",
        "(A;;FRFX;;;NS)",
        "(A;;0x120089;;;NS)",
        "(A;;0x1f01ff;;;NS)",
        "(A;;0x80000000;;;NS)",
        "(A;;1179785;;;NS)",
        "(A;;FR;;;S-1-5-20)",
        "(A;;FR;;;s-1-5-20)",
        "(A;ID;FR;;;NS)",
        "(A;OICIID;FA;;;NS)",
        "(A;;FR;;;WD)",
        "(A;;FR;;;AU)",
        "(A;;FR;;;SU)",
        "(A;;FR;;;BU)",
        "(A;;FR;;;S-1-1-0)",
        "(A;;FR;;;S-1-5-11)",
        "(A;;FR;;;S-1-5-6)",
        "(A;;FR;;;S-1-5-32-545)",
        "(A;;KR;;;NS)(A;;FR;;;WD)",
        "(A;;0x80089;;;NS)(A;;0x1a0000;;;BU)",
    ],
)
def test_it_may_read_with_all_of_generic_read_of_its_own_or_by_a_group(entry: str) -> None:
    assert network_service_can_read(f"D:PAI{OTHERS}{entry}") is True


@pytest.mark.parametrize(
    "entry",
    [
        "",
        "(A;;FX;;;NS)",
        "(A;;FW;;;NS)",
        "(A;;0x1;;;NS)",
        "(A;;KR;;;NS)",
        "(A;;RC;;;NS)",
        "(A;;;;;NS)",
        "(A;OICIIO;FA;;;NS)",
        "(A;;FR;;;LS)",
        "(A;;FR;;;S-1-5-200)",
        "(A;;FR;;;S-1-5-21-1-2-3-20)",
        "(A;;FR;;;NS)(D;;FR;;;NS)",
        "(D;;GA;;;WD)(A;;FA;;;NS)",
        "(D;ID;0x1;;;BU)(A;;FA;;;NS)",
        "(A;ID;FA;;;NS)(D;ID;CC;;;S-1-5-20)",
    ],
)
def test_it_may_not_without_or_where_a_part_of_it_is_denied(entry: str) -> None:
    assert network_service_can_read(f"D:PAI{OTHERS}{entry}") is False


def test_an_inherit_only_denial_and_one_for_others_does_not_matter() -> None:
    assert network_service_can_read("D:(D;OICIIO;FA;;;NS)(D;;FA;;;LS)(D;;FA;;;AN)(A;;FR;;;NS)") is True


@pytest.mark.parametrize(
    "sddl",
    [
        "O:BAG:SYD:(A;;FR;;;NS)",
        "O:S-1-5-21-1-2-3-500G:S-1-5-21-1-2-3-513D:PAI(A;;FR;;;NS)S:AI(AU;SA;FA;;;WD)",
        "D:P(A;;FR;;;NS)",
        "D:(A;;FR;;;NS)",
        "d:pai(a;;fr;;;ns)",
        " D:PAI(A;;FR;;;NS) ",
        "D:NO_ACCESS_CONTROL",
    ],
)
def test_what_stands_around_the_list_does_not_matter(sddl: str) -> None:
    assert network_service_can_read(sddl) is True


def test_an_empty_list_grants_nobody_anything() -> None:
    assert network_service_can_read("D:P") is False


@pytest.mark.parametrize(
    "sddl",
    [
        "",
        "O:BAG:SY",
        "S:(AU;SA;FA;;;WD)",
        "(A;;FR;;;NS)",
        "D:(A;;FR;;;NS",
        "D:(A;;FR;;;NS))",
        "D:X(A;;FR;;;NS)",
        "D:(A;;FR;;NS)",
        "D:(A;;FR;;;NS;)",
        "D:(A;;FR;;;)",
        "D:(A;;FR;;;NETWORK SERVICE)",
        "D:(A;;ZZ;;;NS)",
        "D:(A;;FRX;;;NS)",
        "D:(A;;0x1234567890;;;NS)",
        "D:(A;ZZ;FR;;;NS)",
        'D:(XA;;FR;;;WD;(@User.Title == "x"))(A;;FA;;;NS)',
        "D:(XD;;FR;;;WD;(exists x))(A;;FA;;;NS)",
        "D:(OA;;FR;00000000-0000-0000-0000-000000000001;;NS)",
        "D:(A;;FR;00000000-0000-0000-0000-000000000001;;NS)",
        "D:(AU;SA;FA;;;WD)",
        "D:NO_ACCESS_CONTROL(A;;FR;;;NS)",
        "D:(A;;FR;;;NS)...",
        "D:" + "(A;;FR;;;NS)" * (LONGEST // 12 + 1),
    ],
)
def test_any_other_form_is_not_known(sddl: str) -> None:
    assert network_service_can_read(sddl) is None


PIECES = [
    "D:",
    "O:BA",
    "S:",
    "PAI",
    "(",
    ")",
    ";",
    "A",
    "D",
    "XA",
    "FR",
    "GA",
    "0x120089",
    "NS",
    "WD",
    "S-1-5-20",
    "IO",
]


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=30).map("".join)))
def test_whatever_the_text_there_is_an_answer(sddl: str) -> None:
    assert network_service_can_read(sddl) in (True, False, None)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(["(A;;FR;;;NS)", "(A;;FA;;;BU)", "(A;;FX;;;NS)", "(D;;FR;;;LS)"])), st.randoms())
def test_the_order_does_not_matter_and_a_denial_beats_them_all(entries: list[str], random: Random) -> None:
    shuffled = list(entries)
    random.shuffle(shuffled)
    assert network_service_can_read("D:" + "".join(shuffled)) is network_service_can_read("D:" + "".join(entries))
    assert network_service_can_read("D:" + "".join(entries) + "(D;;FR;;;NS)") is False
