"""What is sealed comes back whole, and holds nothing that the removal of a password could strike out."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible.module_utils.common.parameters import remove_values
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.msexchange.transport_tls.plugins.module_utils._sealed_answer import opened, sealed

ANSWER = {"names": {"hostname": "ex01"}, "folder": {"certificates": [{"der": "MIIC0123456789", "has_key": None}]}}


def test_without_a_password_it_is_the_answer_itself() -> None:
    assert sealed(ANSWER, None) is ANSWER
    assert sealed(ANSWER, "") is ANSWER
    assert opened(ANSWER) is ANSWER


@given(st.text(min_size=1, max_size=4) | st.text("0123456789abcdefg", min_size=1, max_size=3) | st.just("ex01"))
def test_no_password_strikes_anything_out(password: str) -> None:
    text = sealed(ANSWER, password)
    assert opened(remove_values(text, [password])) == ANSWER
