"""What every directory source speaks: an entry of the directory, and the one error of reading one."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


class DirectoryError(ValueError):
    """The directory, or an export of it, cannot be read: the message says what, where and what to do."""


@dataclass(frozen=True)
class Entry:
    """One object of the directory.

    `attributes` maps names in lower case, without the option `;binary`, to the values as the directory holds them. A
    listed attribute without a value (`;range=0-0` of a partial answer aside) has an empty tuple or one empty value.
    """

    dn: str
    attributes: Mapping[str, tuple[bytes, ...]]
