"""The options of `anon_tls_enable`: one argument spec for the action on the controller and the module on the target."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ._facts_options import ARGUMENT_SPEC as _FACTS

AS_IN_FACTS = ("store", "directory", "server_name", "identity")

ARGUMENT_SPEC: dict[str, Any] = {
    "thumbprint": {"type": "str", "required": True},
    "internal": {"type": "str", "choices": ["keep", "replace"], "default": "keep"},
    **{name: _FACTS[name] for name in AS_IN_FACTS},
    "allow_edge_resubscribe": {"type": "bool", "default": False},
    "allow_cng": {"type": "bool", "default": False},
}

CHANGE = "_change"
"""The option in which the action sends a target what to write; of a user it takes none."""

TARGET_SPEC: dict[str, Any] = {
    **ARGUMENT_SPEC,
    CHANGE: {
        "type": "dict",
        "options": {
            "thumbprint": {"type": "str", "required": True},
            "has_key": {"type": "bool", "required": True},
            "digest": {"type": "str"},
            "text": {"type": "str", "required": True},
        },
    },
}
