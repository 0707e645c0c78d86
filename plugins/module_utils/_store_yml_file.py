"""Write the `store.yml` of a folder, whole or not at all, unless somebody else has changed the folder meanwhile."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import codecs
import errno
import fcntl
import hashlib
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from ._bounded_files import Files, FolderError, UnreadableFile, shown
from ._folder_store import read_folder

_NAME = "store.yml"
_WRITTEN_AT_ONCE = 256 * 1024


class StoreYmlError(Exception):
    """The message says why, where and what to do; unless `written`, `store.yml` is what it was."""

    def __init__(self, message: str, written: bool = False) -> None:
        super().__init__(message)
        self.written = written


def digest_of(text: str | None) -> str | None:
    """By which a text is known again, whether its file begins with a byte order mark or not; None: no file."""
    return None if text is None else hashlib.sha256(text.encode("utf-8")).hexdigest()


def write_store_yml(path: str, password: str | None, change: Mapping[str, Any], *, check_mode: bool = False) -> None:
    """Puts a text in the place of `store.yml`, in one step, with the mode and the owner of the old file.

    `change`: `digest` of the text that must be there, None where there must be no file; `text`, the new one;
    `thumbprint` of the certificate that must be in the folder, and `has_key`, whether its private key must be at hand.
    `password` is that of PKCS#12 files. In check mode nothing is written. Raises StoreYmlError.
    """
    file = os.path.realpath(os.path.join(path, _NAME))
    folder = os.path.dirname(file)
    try:
        with _locked(folder, check_mode) as locked:
            _check_certificate(path, password, change)
            old = _contents(file)
            _check_digest(file, old, change["digest"])
            if check_mode:
                _check_writable(folder)
                return
            mark = codecs.BOM_UTF8 if old is not None and old.startswith(codecs.BOM_UTF8) else b""
            _replace(file, mark + change["text"].encode("utf-8"), locked)
    except FolderError as error:
        raise StoreYmlError(f"{error}; nothing was written") from None
    except OSError as error:
        raise StoreYmlError(
            f"{shown(file)} cannot be written: {_reason(error)}; the old one is as it was. Mend that and run again"
        ) from None


@contextmanager
def _locked(folder: str, check_mode: bool) -> Iterator[int]:
    """The open folder; of the runs that write, one at a time. The folder itself is locked: nothing stays behind."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        if not check_mode:
            _lock(descriptor, folder)
        yield descriptor
    finally:
        os.close(descriptor)


def _lock(descriptor: int, folder: str) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StoreYmlError(
            f"another run is changing {shown(folder)} at this moment; nothing was written. Run again when it has ended"
        ) from None
    except OSError as error:
        raise StoreYmlError(
            f"{shown(folder)} cannot be locked against other writers: {_reason(error)}; nothing was written. Keep the "
            "store on a file system that can lock a folder (flock)"
        ) from None


def _check_certificate(path: str, password: str | None, change: Mapping[str, Any]) -> None:
    for entry in read_folder(path, [], [], password)["certificates"]:
        der = base64.b64decode(entry["der"])
        if hashlib.sha1(der, usedforsecurity=False).hexdigest().upper() == change["thumbprint"]:
            if change["has_key"] and entry["has_key"] is not True:
                raise _moved(f"the private key of {change['thumbprint']} has gone from {shown(path)}")
            return
    raise _moved(f"the certificate {change['thumbprint']} has gone from {shown(path)}")


def _check_digest(file: str, old: bytes | None, expected: str | None) -> None:
    text = None if old is None else old[len(codecs.BOM_UTF8) :] if old.startswith(codecs.BOM_UTF8) else old
    if (None if text is None else hashlib.sha256(text).hexdigest()) != expected:
        raise _moved(f"another writer has changed {shown(file)}")


def _moved(what: str) -> StoreYmlError:
    return StoreYmlError(f"{what} since it was read; nothing was written. Run again")


def _contents(file: str) -> bytes | None:
    if not os.path.lexists(file):
        return None
    try:
        return Files().read(file)
    except UnreadableFile as error:
        raise StoreYmlError(f"{shown(file)} {error.reason}; nothing was written. Mend or remove it") from None


def _check_writable(folder: str) -> None:
    if not os.access(folder, os.W_OK | os.X_OK):
        raise StoreYmlError(
            f"{shown(folder)} cannot be written to by this user, or is read-only; mend that, or become another user"
        )


def _replace(file: str, data: bytes, folder: int) -> None:
    """A new file beside the old one, on the disk before it takes its name."""
    new = os.path.join(os.path.dirname(file), f".{_NAME}.{secrets.token_hex(8)}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        try:
            _keep_owner_and_mode(file, descriptor)
            for start in range(0, len(data), _WRITTEN_AT_ONCE):
                _write(descriptor, data[start : start + _WRITTEN_AT_ONCE])
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.replace(new, file)
    except BaseException:
        with suppress(OSError):
            os.unlink(new)
        raise
    _confirm(file, data, folder)


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _keep_owner_and_mode(file: str, descriptor: int) -> None:
    try:
        old = os.stat(file)
    except FileNotFoundError:
        return
    own = os.fstat(descriptor)
    if (old.st_uid, old.st_gid) != (own.st_uid, own.st_gid):
        try:
            os.fchown(descriptor, old.st_uid, old.st_gid)
        except PermissionError:
            raise StoreYmlError(
                f"{shown(file)} belongs to user {old.st_uid} and group {old.st_gid}, and this user cannot write a file "
                "that does; become its owner. Nothing was written"
            ) from None
    os.fchmod(descriptor, stat.S_IMODE(old.st_mode))


def _confirm(file: str, data: bytes, folder: int) -> None:
    """That the new name is on the disk too, though not every file system can be told so, and what is read under it."""
    try:
        os.fsync(folder)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise StoreYmlError(
                f"{shown(file)} is written, but the disk does not confirm it: {_reason(error)}; look after the disk",
                True,
            ) from None
    try:
        now = Files().read(file)
    except UnreadableFile as error:
        raise StoreYmlError(f"{shown(file)} is written, and now {error.reason}; look at it", True) from None
    if now != data:
        raise StoreYmlError(f"another writer has changed {shown(file)} right after it was written; look at it", True)


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
