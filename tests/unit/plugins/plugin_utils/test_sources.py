"""`auto` becomes the source that is meant, and what cannot be is an error that says what to do."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._sources import SourceError, settled

NONE: dict[str, Any] = dict.fromkeys(("path", "password", "trusted_roots", "intermediates"))


def options(
    store: dict[str, Any] | None = None, directory: dict[str, Any] | None = None, **others: Any
) -> dict[str, Any]:
    return {
        "gather_subset": ["identity", "store", "directory", "exchange"],
        "store": {"source": "auto", "remote": True, **NONE, **(store or {})},
        "directory": {"source": "auto", "path": None, "server": None, **(directory or {})},
        "events_days": 30,
        **others,
    }


@pytest.mark.parametrize(
    ("store", "windows", "source"),
    [
        ({}, True, "windows"),
        ({"source": "windows"}, True, "windows"),
        ({"path": "x"}, False, "folder"),
        ({"path": "x", "remote": False}, True, "folder"),
        ({"path": "x", "remote": False, "source": "sst"}, True, "sst"),
    ],
)
def test_the_store_is_that_of_a_windows_host_or_a_folder(store: dict[str, Any], windows: bool, source: str) -> None:
    assert settled(options(store), windows=windows, inventory=False)["store"]["source"] == source


EXPORT = {"path": "x", "remote": False}


@pytest.mark.parametrize(
    ("store", "directory", "windows", "inventory", "source"),
    [
        ({}, {}, True, True, "inventory"),
        ({}, {"server": ["dc1"]}, True, True, "inventory"),
        ({}, {"server": ["dc1"]}, True, False, "auto"),
        ({}, {}, True, False, "auto"),
        ({}, {"source": "adlds"}, True, True, "adlds"),
        (EXPORT, {}, True, False, "none"),
        (EXPORT, {"server": ["dc1"]}, True, False, "ldap"),
        ({"path": "x"}, {"server": ["dc1"]}, False, False, "ldap"),
        ({"path": "x"}, {}, False, False, "none"),
    ],
)
def test_the_directory_waits_for_the_host_only_where_it_may_be_an_edge(
    store: dict[str, Any], directory: dict[str, Any], windows: bool, inventory: bool, source: str
) -> None:
    found = settled(options(store, directory), windows=windows, inventory=inventory)
    assert found["directory"]["source"] == source


@pytest.mark.parametrize(
    ("given", "windows", "message"),
    [
        (options({"source": "windows"}), False, "needs a Windows target.*ansible_shell_type.*folder"),
        (options({"source": "windows", "remote": False}), True, "set store.remote to true, or export"),
        (options({"source": "folder", "path": "x"}), True, "folder cannot be read on a Windows host"),
        (options({"path": "x"}), True, "store.path: the store of a Windows host.*leave it out"),
        (options({"trusted_roots": [], "password": "hush"}), True, "store.password and store.trusted_roots"),
        (options({"source": "sst", "path": "x"}), True, "sst is an export.*set store.remote to false"),
        (options(), False, "store.path is missing"),
        (options({"path": "x"}, {"source": "adlds"}), False, "read on the Edge itself.*directory.source to ldap"),
        (options(EXPORT, {"source": "adlds"}), True, "store.remote false leaves alone"),
        (options(directory={"path": "x"}), True, "directory.source to ldif or clixml"),
        (options(gather_subset=[]), True, "gather_subset is empty"),
        (options(events_days=0), True, "events_days is 0; it must be from 1 to 3650"),
        (options(events_days=3651), True, "events_days is 3651"),
    ],
)
def test_what_cannot_be_is_an_error(given: dict[str, Any], windows: bool, message: str) -> None:
    with pytest.raises(SourceError, match=message) as caught:
        settled(given, windows=windows, inventory=False)
    assert "hush" not in str(caught.value)


def test_a_store_that_is_not_asked_for_needs_no_path() -> None:
    assert settled(options(gather_subset=["directory"]), windows=False, inventory=False)
