"""What the AD LDS on an Edge says of it, read there, as the same objects that any other directory gives."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

from .._directory.entry import Entry
from .._directory.exchange_objects import DirectoryAnswer, find_server
from .answer import AdLds

SOURCE = "adlds"


def answer_of(adlds: AdLds, server_name: str | None) -> DirectoryAnswer:
    """The Edge's own objects; of an AD LDS that was not read to its end the connectors are not known.

    Raises DirectoryError for an entry whose dn is no distinguished name.
    """
    entries = [
        Entry(each.dn, {name.lower(): values for name, values in each.attributes.items()}) for each in adlds.entries
    ]
    answer = find_server(entries, server_name, SOURCE)
    if not adlds.truncated:
        return answer
    warning = f"the AD LDS on port {adlds.port} holds more than was read: the Send connectors are not known"
    return replace(answer, connectors=None, warnings=(*answer.warnings, warning))
