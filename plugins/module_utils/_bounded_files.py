"""Read regular files within bounds: never a FIFO or a device, never more bytes than agreed, never a hang."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import os
import stat

MAX_FILE_BYTES = 16 * 1024 * 1024
MAX_ALL_BYTES = 64 * 1024 * 1024
MAX_FILES = 20_000

_PART = 256 * 1024
_NOTHING_THERE = (errno.ENOENT, errno.ELOOP, errno.ENOTDIR)


class FolderError(Exception):
    """The folder as a whole cannot be read: the message says what, where and what to do."""


class UnreadableFile(Exception):
    """One file cannot be read; `holds_something` where it has contents that were not seen."""

    def __init__(self, reason: str, holds_something: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.holds_something = holds_something


class Files:
    """The files of one reading: what they may hold, each and in total, and the newest's time (seconds since 1970)."""

    def __init__(self, largest: int | None = None, most: int | None = None) -> None:
        """`largest`: bytes of a file, by default MAX_FILE_BYTES; `most`: of all, by default MAX_ALL_BYTES."""
        self.newest: float | None = None
        self._largest = largest or MAX_FILE_BYTES
        self._most = self._left = most or MAX_ALL_BYTES

    def read(self, path: str) -> bytes:
        """The bytes of a regular file, links followed.

        Raises UnreadableFile, and FolderError when all files together hold more than they may.
        """
        try:
            _check(os.stat(path), self._largest)
            # What was a file a moment ago may be a FIFO now: never wait for a writer.
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                status = os.fstat(descriptor)
                _check(status, self._largest)
                data = _contents(descriptor, self._largest)
            finally:
                os.close(descriptor)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise UnreadableFile(f"cannot be opened: {reason}", error.errno not in _NOTHING_THERE) from None
        self._left -= len(data)
        if self._left < 0:
            raise FolderError(
                f"the files up to {shown(path)} hold more than {self._most} bytes; "
                "name a folder that holds one store alone"
            )
        self.newest = max(status.st_mtime, self.newest or status.st_mtime)
        return data


def names_in(path: str, endings: tuple[str, ...]) -> list[str]:
    """The names in a folder that have one of these endings, in any case; raises FolderError."""
    names = []
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.name.lower().endswith(endings):
                    names.append(entry.name)
                if len(names) > MAX_FILES:
                    raise FolderError(
                        f"{shown(path)} holds more than {MAX_FILES} files of certificates and keys; "
                        "name a folder that holds one store alone"
                    )
    except (OSError, ValueError) as error:
        raise FolderError(_no_folder(path, error)) from None
    return sorted(names)


def _no_folder(path: str, error: OSError | ValueError) -> str:
    where = shown(os.path.abspath(path))
    if isinstance(error, FileNotFoundError):
        return f"there is no folder {where}; name the folder that holds the certificates"
    if isinstance(error, NotADirectoryError):
        return f"{where} is no folder; name the folder that holds the certificates, not one of its files"
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return f"the folder {where} cannot be read: {reason}"


def _contents(descriptor: int, largest: int) -> bytes:
    parts = []
    left = largest
    while part := os.read(descriptor, _PART):
        parts.append(part)
        left -= len(part)
        if left < 0:
            raise _too_large(f"more than {largest}", largest)
    return b"".join(parts)


def _check(status: os.stat_result, largest: int) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise UnreadableFile("is a directory, expected a file", False)
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableFile("is no regular file (a FIFO, a socket or a device)", False)
    if status.st_size > largest:
        raise _too_large(str(status.st_size), largest)


def _too_large(size: str, largest: int) -> UnreadableFile:
    return UnreadableFile(f"is too large: {size} bytes, at most {largest} are read", True)


def shown(name: str) -> str:
    """A file's name as it can be printed anywhere: bytes that are no text, and control characters, are escaped."""
    if name.isprintable():
        return name
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii") for sign in text)
