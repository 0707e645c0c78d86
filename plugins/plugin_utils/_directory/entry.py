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

    `attributes` maps names in lower case to the values as the directory holds them; a value that the source lists as
    empty is empty here too. An option that takes nothing from the values (`;binary`, `;range=0-*`) is not part of the
    name, any other is: `member;range=0-1499` is not the whole of `member`. `doubt` says why the source may have been
    cut at this entry.
    """

    dn: str
    attributes: Mapping[str, tuple[bytes, ...]]
    doubt: str | None = None
