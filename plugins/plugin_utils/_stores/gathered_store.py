"""A store as the facts have it, whatever its source, and what its reader should know."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import dataclass

from .._facts import Store
from .folder_reading import FolderReading


@dataclass(frozen=True, slots=True)
class GatheredStore:
    """The store, what is odd about what was read, and the time of its newest file in seconds since 1970, if any.

    `server`: the fully qualified domain name of the server, where its export tells it; `folder`: what was read of a
    folder, for who changes it.
    """

    store: Store
    warnings: tuple[str, ...]
    newest: float | None = None
    server: str | None = None
    folder: FolderReading | None = None
