"""Which source of a store and of a directory the options of `anon_tls_facts` mean, and which of them cannot be."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..module_utils._facts_options import DIRECTORY_FILES, EXPORTS

LONGEST_EVENTS = 3650  # days

_NOT_OF_WINDOWS = ("path", "password", "trusted_roots", "intermediates")


class SourceError(ValueError):
    """Options that cannot work together: the message names them and says what to do."""


def settled(options: Mapping[str, Any], *, windows: bool, inventory: bool) -> dict[str, Any]:
    """The options with `auto` replaced in both sources, as far as it can be before a host was asked.

    `windows`: the target is a Windows host; `inventory`: the host variable is there. The source of a directory stays
    `auto` where it depends on whether the host is an Edge. Raises SourceError.
    """
    store, directory = dict(options["store"]), dict(options["directory"])
    if store["source"] == "auto":
        store["source"] = "windows" if windows and store["remote"] else "folder"
    if directory["source"] == "auto" and inventory:
        directory["source"] = "inventory"
    elif directory["source"] == "auto" and not (windows and store["remote"]):
        directory["source"] = "ldap" if directory["server"] else "none"
    found = {**options, "store": store, "directory": directory}
    for problem in _problems(found, windows):
        raise SourceError(problem)
    return found


def _problems(options: Mapping[str, Any], windows: bool) -> Iterator[str]:
    if not options["gather_subset"]:
        yield "gather_subset is empty; name what to gather, or leave it out for the default"
    if "store" in options["gather_subset"]:
        yield from _problems_of_store(options["store"], windows)
    yield from _problems_of_directory(options["directory"], windows=windows, remote=options["store"]["remote"])
    if not 1 <= options["events_days"] <= LONGEST_EVENTS:
        yield f"events_days is {options['events_days']}; it must be from 1 to {LONGEST_EVENTS}"


def _problems_of_store(store: Mapping[str, Any], windows: bool) -> Iterator[str]:
    source, remote = store["source"], store["remote"]
    if source == "windows":
        yield from _problems_of_windows(store, windows)
        return
    if source in EXPORTS and remote:
        yield f"store.source {source} is an export, and exports are read on the controller; set store.remote to false"
    if windows and remote:
        yield (
            "store.source folder cannot be read on a Windows host; leave it out to read the store of the host itself, "
            "or set store.remote to false to read a folder on the controller"
        )
    if not store["path"]:
        yield "store.path is missing; name the folder that holds the certificates"


def _problems_of_windows(store: Mapping[str, Any], windows: bool) -> Iterator[str]:
    if not store["remote"]:
        yield (
            "store.source windows is the store of the host itself; set store.remote to true, or export the store and "
            "set store.source to sst, registry or clixml"
        )
    if not windows:
        yield (
            "store.source windows needs a Windows target, and to Ansible this host is none (see ansible_shell_type); "
            "set store.source to folder, or leave it out"
        )
    given = [f"store.{name}" for name in _NOT_OF_WINDOWS if store[name] is not None]
    if given:
        yield (
            f"{' and '.join(given)}: the store of a Windows host is LocalMachine\\My and takes no such option; leave "
            "it out, or set store.remote to false to read files on the controller"
        )


def _problems_of_directory(directory: Mapping[str, Any], *, windows: bool, remote: bool) -> Iterator[str]:
    source = directory["source"]
    if directory["path"] and source not in DIRECTORY_FILES:
        yield (
            f"directory.path is given, but no directory is read; set directory.source to {' or '.join(DIRECTORY_FILES)}"
        )
    if source == "adlds" and not windows:
        yield (
            "directory.source adlds is read on the Edge itself, and to Ansible this host is no Windows host (see "
            "ansible_shell_type); set directory.source to ldap and directory.server to ldaps://HOST:50636"
        )
    if source == "adlds" and not remote:
        yield "directory.source adlds is read on the host itself, which store.remote false leaves alone; set it to true"
