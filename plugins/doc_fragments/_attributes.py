"""The attributes that the modules of this collection have in common; private to it."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    # What only reads: use it with a fragment of its own for the platform.
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode and return what it would return without it.
    support: full
    details:
      - Nothing is ever changed.
  diff_mode:
    description: Returns details on what has changed, or would change in check mode, when in diff mode.
    support: none
  async:
    description: Can be used with the C(async) keyword.
    support: none
"""

    FACTS = r"""
options: {}
attributes:
  facts:
    description: Returns an C(ansible_facts) dictionary that updates the facts of the host.
    support: full
  platform:
    description: Target operating systems and families that can be read.
    support: full
    platforms: posix, windows
    details:
      - Windows Server 2016 and later; of older ones files that were exported from them, on the controller.
"""

    # What changes a server.
    ENABLING = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode and return what it would return without it.
    support: full
    details:
      - Store and directory are read, and everything is asked that is asked before a change.
  diff_mode:
    description: Returns details on what has changed, or would change in check mode, when in diff mode.
    support: full
    details:
      - Thumbprint, subject, names, dates and services of the certificate, and the internal transport certificate. Never a key.
  idempotent:
    description: When run twice in a row with the same options, the second run changes nothing.
    support: full
  async:
    description: Can be used with the C(async) keyword.
    support: none
  platform:
    description: Target operating systems and families that can be changed.
    support: full
    platforms: posix, windows
    details:
      - Windows Server 2016 and later, with Exchange 2016 and later.
"""
