"""The options of `anon_tls_facts`: one argument spec for the action on the controller and the module on the target."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

PARTS = ("identity", "store", "directory", "exchange", "events")

PARTS_OF_WINDOWS = ("exchange", "events")
"""The parts that only a Windows host has; of anything else they are not gathered."""

EXPORTS = ("clixml", "sst", "registry")
"""The sources of a store that are exports of Windows: they are read on the controller alone."""

DIRECTORY_FILES = ("ldif", "clixml")
"""The sources of a directory that are files."""

LDAP_OPTIONS: dict[str, Any] = {
    "server": {"type": "list", "elements": "str"},
    "base": {"type": "str"},
    "bind": {"type": "str", "choices": ["simple", "gssapi", "anonymous"], "default": "simple"},
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "keytab": {"type": "path"},
    "start_tls": {"type": "bool", "default": False},
    "ca_certificates": {"type": "path"},
    "verify": {"type": "bool", "default": True},
    "allow_plaintext": {"type": "bool", "default": False},
    "timeout": {"type": "int", "default": 30},
}
"""How a directory is reached over LDAP."""

SENT_TO_THE_TARGET = ("gather_subset", "store", "identity", "events_days")
"""What may leave the controller; never an option of `directory`. A Windows host is sent no option of `store` either."""

LDAP_ENVIRONMENT = {option: f"ANON_TLS_LDAP_{option.upper()}" for option in LDAP_OPTIONS}
"""The environment variable on the controller that stands in for an option that is not given."""

ARGUMENT_SPEC: dict[str, Any] = {
    "gather_subset": {
        "type": "list",
        "elements": "str",
        "choices": list(PARTS),
        "default": [part for part in PARTS if part != "events"],
    },
    "store": {
        "type": "dict",
        "apply_defaults": True,
        "options": {
            "source": {"type": "str", "choices": ["auto", "windows", "folder", *EXPORTS], "default": "auto"},
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
            "source": {
                "type": "str",
                "choices": ["auto", "ldap", "inventory", "adlds", *DIRECTORY_FILES, "none"],
                "default": "auto",
            },
            "path": {"type": "path"},
            **LDAP_OPTIONS,
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
    "events_days": {"type": "int", "default": 30},
}
