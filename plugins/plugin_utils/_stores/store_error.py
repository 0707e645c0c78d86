"""The one error of reading a certificate store, whatever its source."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class StoreError(ValueError):
    """The store, or an export of it, cannot be read: the message says what, where and what to do."""
