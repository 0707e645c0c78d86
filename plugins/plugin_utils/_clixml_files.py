"""The exports of a folder, or of one file, as Export-Clixml wrote them: what they hold is told by classes alone."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from ..module_utils._bounded_files import Files, FolderError, UnreadableFile, shown
from ._clixml import Object, read_clixml

MAX_FILES = 5_000
MAX_SIZE = 64 * 1024 * 1024
"""Bytes a file may have; an Exchange server takes 230,000 of them, in UTF-16 and with all its properties."""
MAX_ALL_SIZES = 2 * MAX_SIZE

_ENDINGS = (".xml", ".clixml")
_NAME_THEM = "name the folder that holds the exports, or one of them"


@dataclass(frozen=True, slots=True)
class Export:
    """One file; `damage` says where and why its reading stopped, None where it is whole."""

    name: str
    objects: tuple[Object, ...]
    damage: str | None = None

    def may_have_held(self, *classes: str) -> bool:
        """Whether objects of these classes may be missing: it is damaged, and what could be read is nothing else."""
        return self.damage is not None and (not self.objects or any(_is_any(each, classes) for each in self.objects))


@dataclass(frozen=True, slots=True)
class Exports:
    """All of them; `newest` is the time of the newest file in seconds since 1970, None where none could be opened."""

    files: tuple[Export, ...]
    newest: float | None

    def of(self, *classes: str) -> Iterator[tuple[str, Object]]:
        """The objects of these classes or of derived ones, each with its place."""
        for file in self.files:
            for number, each in enumerate(file.objects, 1):
                if _is_any(each, classes):
                    yield f"{file.name} (object {number})", each

    def damaged(self, *classes: str) -> tuple[Export, ...]:
        """The files that may have held more objects of these classes."""
        return tuple(file for file in self.files if file.may_have_held(*classes))


def read_exports(path: str) -> Exports:
    """The files of the folder whose names end in .xml or .clixml, in any case, or the one file that the path names.

    A file that cannot be opened is a damaged one. Raises FolderError when there is no such folder or file, when it
    holds none, more than MAX_FILES, or more bytes than are read.
    """
    reading = Files(MAX_SIZE, MAX_ALL_SIZES)
    files = tuple(_export(name, file, reading) for name, file in _paths(path))
    return Exports(files, reading.newest)


def _is_any(each: Object, classes: tuple[str, ...]) -> bool:
    return any(each.is_a(name) for name in classes)


def _paths(path: str) -> list[tuple[str, str]]:
    """The name of each file as messages have it, and its path."""
    where = shown(os.path.abspath(path))
    if os.path.isfile(path):
        return [(shown(os.path.basename(path)), path)]
    names = []
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.name.lower().endswith(_ENDINGS):
                    names.append(entry.name)
                if len(names) > MAX_FILES:
                    raise FolderError(f"{where} holds more than {MAX_FILES} exports; name a folder of one server alone")
    except FileNotFoundError:
        raise FolderError(f"there is no folder or file {where}; {_NAME_THEM}") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise FolderError(f"{where} cannot be read: {reason}; {_NAME_THEM}") from None
    if not names:
        raise FolderError(f"{where} holds no file that ends in {' or '.join(_ENDINGS)}; {_NAME_THEM}")
    return [(shown(name), os.path.join(path, name)) for name in sorted(names)]


def _export(name: str, path: str, reading: Files) -> Export:
    try:
        content = reading.read(path)
    except UnreadableFile as error:
        return Export(name, (), error.reason)
    document = read_clixml(content)
    return Export(name, document.objects, document.damage)
