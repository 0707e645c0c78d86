"""Read a certificate store that is a folder of files, on the target or the controller; plain data, no private key."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
from typing import Any

from ._bounded_files import Files, FolderError, UnreadableFile, shown
from ._certificate_files import Contents, contents_of
from ._private_keys import CertificateFiles, KeyFile, match_keys

MAX_FILES = 20_000

_CERTIFICATE_ENDINGS = (".cer", ".crt", ".pem", ".der")
_KEY_ENDING = ".key"


def read_folder(
    path: str, trusted_roots: Sequence[str] | None = None, intermediates: Sequence[str] | None = None
) -> dict[str, Any]:
    """What the folder holds, as plain data for JSON:

    `certificates`: [{`der`: base64, `files`: names, `has_key`: true, false, or null where not known}], one of each;
    `unreadable`: [{`name`, `thumbprint`: or null, `reason`}]; `store_yml`: text or null;
    `roots`, `intermediates`: {`certificates`: [{`der`: base64, `file`}], `unreadable`: [{`name`, `reason`}]}, or null
    where the folder has none and no paths (files or folders) are given; `warnings`; `newest`: the time
    of the newest file in seconds since 1970, null where none was read.

    Raises FolderError when there is no such folder, or one that cannot be a store.
    """
    files = Files()
    store = _Store(path, files)
    for name in _names(path, (*_CERTIFICATE_ENDINGS, _KEY_ENDING)):
        store.add(name)
    return {
        **store.plain(),
        "store_yml": _store_yml(path, files),
        "roots": _authorities(path, "roots", trusted_roots, files, store.warnings),
        "intermediates": _authorities(path, "intermediates", intermediates, files, store.warnings),
        "warnings": store.warnings,
        "newest": files.newest,
    }


class _Store:
    """The certificates and keys of the folder itself, as its files are read one by one."""

    def __init__(self, path: str, files: Files) -> None:
        self.warnings: list[str] = []
        self._path = path
        self._files = files
        self._certificates: dict[bytes, CertificateFiles] = {}
        self._keys: list[KeyFile] = []
        self._unreadable: list[dict[str, Any]] = []
        self._may_lack_keys: list[str] = []

    def add(self, name: str) -> None:
        printed = shown(name)
        try:
            contents = contents_of(self._files.read(os.path.join(self._path, name)))
        except UnreadableFile as error:
            self._unreadable.append({"name": printed, "thumbprint": None, "reason": error.reason})
            if error.holds_something:
                self._may_lack_keys.append(printed)
            return
        if printed.lower().endswith(_KEY_ENDING) and not contents.keys:
            self._add_keyless(printed, contents)
        else:
            self._add_contents(printed, contents)

    def _add_keyless(self, name: str, contents: Contents) -> None:
        """A file named as a key's that holds none, such as a key in DER; a certificate in it is one all the same."""
        if any(blob.der for blob in contents.blobs):
            self._add_contents(name, contents)
        else:
            self.warnings.append(f"{name} holds no private key in PEM, the form in which keys are read")

    def _add_contents(self, name: str, contents: Contents) -> None:
        if not contents.blobs and not contents.keys:
            self.warnings.append(_nothing_in(name, contents))
        for number, blob in enumerate(contents.blobs, 1):
            if blob.der is None:
                place = _place(name, number, contents)
                self._unreadable.append({"name": place, "thumbprint": blob.thumbprint, "reason": blob.reason})
            else:
                certificate = self._certificates.setdefault(blob.der, CertificateFiles(blob.der, []))
                if name not in certificate.files:
                    certificate.files.append(name)
        for key in contents.keys:
            if key.pem is None:
                self.warnings.append(f"{name}: {key.problem}, it counts as no key")
            else:
                self._keys.append(KeyFile(key.pem, name))

    def plain(self) -> dict[str, Any]:
        certificates = list(self._certificates.values())
        has_key, warnings = match_keys(certificates, self._keys)
        self.warnings += warnings
        if self._may_lack_keys:
            has_key = [known or None for known in has_key]
            self.warnings.append(
                "has_private_key of the certificates without a key is not known: there may be one in "
                + ", ".join(self._may_lack_keys)
            )
        return {
            "certificates": [
                {"der": _base64(certificate.der), "files": certificate.files, "has_key": known}
                for certificate, known in zip(certificates, has_key)
            ],
            "unreadable": self._unreadable,
        }


def _names(path: str, endings: tuple[str, ...]) -> list[str]:
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


def _store_yml(path: str, files: Files) -> str | None:
    file = os.path.join(path, "store.yml")
    if not os.path.lexists(file):
        return None
    try:
        return files.read(file).decode("utf-8-sig")
    except UnreadableFile as error:
        raise FolderError(f"{shown(file)} {error.reason}; mend or remove it") from None
    except UnicodeDecodeError as error:
        raise FolderError(f"{shown(file)} is no UTF-8 text (byte {error.start}); save it as UTF-8") from None


def _authorities(
    path: str, folder: str, named: Sequence[str] | None, files: Files, warnings: list[str]
) -> dict[str, Any] | None:
    """The certificates of `roots/` or `intermediates/`, or of the paths that are named instead of them."""
    if named is None:
        own = os.path.join(path, folder)
        if not os.path.lexists(own):
            return None
        sources = [(folder, own)]
    else:
        sources = [(source, source) for source in named]
    found: dict[str, Any] = {"certificates": [], "unreadable": []}
    for printed, source in sources:
        if os.path.isdir(source):
            for name in _names(source, _CERTIFICATE_ENDINGS):
                _add_authority(found, os.path.join(printed, name), os.path.join(source, name), files, warnings)
        elif os.path.lexists(source):
            _add_authority(found, printed, source, files, warnings)
        else:
            raise FolderError(f"there is no file or folder {shown(source)}; name the {folder} or leave the option out")
    return found


def _add_authority(found: dict[str, Any], name: str, path: str, files: Files, warnings: list[str]) -> None:
    name = shown(name)
    try:
        contents = contents_of(files.read(path))
    except UnreadableFile as error:
        found["unreadable"].append({"name": name, "reason": error.reason})
        return
    if not contents.blobs:
        warnings.append(_nothing_in(name, contents))
    for number, blob in enumerate(contents.blobs, 1):
        place = _place(name, number, contents)
        if blob.der is None:
            found["unreadable"].append({"name": place, "reason": blob.reason})
        else:
            found["certificates"].append({"der": _base64(blob.der), "file": place})


def _nothing_in(name: str, contents: Contents) -> str:
    seen = f", only {', '.join(dict.fromkeys(contents.others))}" if contents.others else ""
    return f"{name} holds nothing like a certificate{seen}"


def _place(name: str, number: int, contents: Contents) -> str:
    return name if len(contents.blobs) == 1 else f"{name} (certificate {number})"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
