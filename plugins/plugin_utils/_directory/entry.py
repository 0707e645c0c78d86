"""What every directory source speaks: an entry of the directory, and the one error of reading one."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_NUMBER = re.compile(rb"-?[0-9]{1,10}")


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

    def values(self, name: str) -> tuple[bytes, ...]:
        """The values that are not empty; none where the attribute is absent."""
        return tuple(value for value in self.attributes.get(name.lower(), ()) if value)

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(value.decode("utf-8", "backslashreplace") for value in self.values(name))

    def text(self, name: str) -> str | None:
        """The one value, None where there is none or more than one."""
        texts = self.texts(name)
        return texts[0] if len(texts) == 1 else None

    def number(self, name: str) -> int | None:
        """The one value as an unsigned number of 32 bits, None where it is no such number.

        The directory's integers are signed: flags with the highest bit set are printed as negative numbers.
        """
        values = self.values(name)
        if len(values) != 1 or not _NUMBER.fullmatch(values[0]):
            return None
        number = int(values[0])
        return number & 0xFFFFFFFF if -(2**31) <= number < 2**32 else None
