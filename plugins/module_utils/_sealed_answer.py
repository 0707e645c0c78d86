"""Carry an answer through `no_log`, which strikes a password out of every text and number where it happens to occur.

A short password occurs by chance in base64, in a host name, in a size. The answer is written without its first
character, so that nothing is struck out.
"""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any

_HEXADECIMAL = "0123456789abcdef"
_DIGITS = "0123456789abcdefg"


def sealed(answer: dict[str, Any], password: str | None) -> dict[str, Any] | str:
    """The answer itself where there is no password.

    Else sixteen digits, none of them the first character of the password, and the JSON of the answer written in them.
    """
    if not password:
        return answer
    digits = _DIGITS.replace(password[0], "")[:16]
    return digits + json.dumps(answer).encode("ascii").hex().translate(str.maketrans(_HEXADECIMAL, digits))


def opened(answer: dict[str, Any] | str) -> dict[str, Any]:
    """What was sealed; raises ValueError for another text."""
    if isinstance(answer, dict):
        return answer
    digits, text = answer[:16], answer[16:]
    found: dict[str, Any] = json.loads(bytes.fromhex(text.translate(str.maketrans(digits, _HEXADECIMAL))))
    return found
