"""The options of `anon_tls_facts`: one argument spec for the action on the controller and the module on the target."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

PARTS = ("identity", "store", "directory")

EXPORTS = ("clixml", "sst", "registry")
"""The sources of a store that are exports of Windows: they are read on the controller alone."""

DIRECTORY_FILES = ("ldif", "clixml")
"""The sources of a directory that are files."""

SENT_TO_THE_TARGET = ("gather_subset", "store", "identity")
"""What may leave the controller; never an option of `directory`."""

ARGUMENT_SPEC: dict[str, Any] = {
    "gather_subset": {"type": "list", "elements": "str", "choices": list(PARTS), "default": list(PARTS)},
    "store": {
        "type": "dict",
        "apply_defaults": True,
        "options": {
            "source": {"type": "str", "choices": ["auto", "folder", *EXPORTS], "default": "auto"},
            "path": {"type": "path"},
            "remote": {"type": "bool", "default": True},
            "password": {"type": "str", "no_log": True},
            "trusted_roots": {"type": "list", "elements": "path"},
            "intermediates": {"type": "list", "elements": "path"},
        },
    },
    "directory": {
        "type": "dict",
        "apply_defaults": True,
        "required_if": [("source", source, ["path"]) for source in DIRECTORY_FILES],
        "options": {
            "source": {"type": "str", "choices": ["auto", *DIRECTORY_FILES, "none"], "default": "auto"},
            "path": {"type": "path"},
        },
    },
    "server_name": {"type": "str"},
    "identity": {
        "type": "dict",
        "apply_defaults": True,
        "options": {
            "fqdn": {"type": "str"},
            "hostname": {"type": "str"},
            "physical_fqdn": {"type": "str"},
            "physical_hostname": {"type": "str"},
            "cluster_names": {"type": "list", "elements": "str"},
        },
    },
}
