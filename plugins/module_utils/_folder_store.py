"""Read a certificate store that is a folder of files, on the target or the controller; plain data, no private key."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from ._authority_files import CERTIFICATE_ENDINGS, base64_of, nothing_in, place_of, read_authorities
from ._bounded_files import Files, FolderError, UnreadableFile, names_in, shown
from ._certificate_files import Contents, contents_of
from ._pkcs12 import Pkcs12, Pkcs12Reader, is_pkcs12
from ._private_keys import CertificateFiles, KeyFile, match_keys

_KEY_ENDING = ".key"
_PKCS12_ENDINGS = (".p12", ".pfx")


def read_folder(
    path: str,
    trusted_roots: Sequence[str] | None = None,
    intermediates: Sequence[str] | None = None,
    password: str | None = None,
) -> dict[str, Any]:
    """What the folder holds, as plain data for JSON:

    `certificates`: [{`der`: base64, `files`: names, `has_key`: true, false, or null where not known}], one of each;
    `unreadable`: [{`name`, `thumbprint`: or null, `reason`}]; `store_yml`: text or null;
    `roots`, `intermediates`: {`certificates`: [{`der`: base64, `file`}], `unreadable`: [{`name`, `reason`}]}, or null
    where the folder has none and no paths (files or folders) are given; further certificates of PKCS#12 files are
    intermediates too; `warnings`; `newest`: the time of the newest file in seconds since 1970, null where none was
    read.

    `password` is that of PKCS#12 files. Raises FolderError when there is no such folder, or one that cannot be a store.
    """
    files = Files()
    store = _Store(path, files, Pkcs12Reader(password))
    for name in names_in(path, (*CERTIFICATE_ENDINGS, *_PKCS12_ENDINGS, _KEY_ENDING)):
        store.add(name)
    above = _authorities(path, "intermediates", intermediates, files, store.warnings)
    if store.intermediates:
        above = above or {"certificates": [], "unreadable": []}
        above["certificates"] += store.intermediates
    return {
        **store.plain(),
        "store_yml": _store_yml(path, files),
        "roots": _authorities(path, "roots", trusted_roots, files, store.warnings),
        "intermediates": above,
        "warnings": store.warnings,
        "newest": files.newest,
    }


class _Store:
    """The certificates and keys of the folder itself, as its files are read one by one."""

    def __init__(self, path: str, files: Files, pkcs12: Pkcs12Reader) -> None:
        self.warnings: list[str] = []
        self.intermediates: list[dict[str, str]] = []
        self._path = path
        self._files = files
        self._pkcs12 = pkcs12
        self._certificates: dict[bytes, CertificateFiles] = {}
        self._keys: list[KeyFile] = []
        self._unreadable: list[dict[str, Any]] = []
        self._may_lack_keys: list[str] = []

    def add(self, name: str) -> None:
        printed = shown(name)
        try:
            data = self._files.read(os.path.join(self._path, name))
            if is_pkcs12(data):
                self._add_pkcs12(printed, self._pkcs12.open(data))
                return
        except UnreadableFile as error:
            self._unreadable.append({"name": printed, "thumbprint": None, "reason": error.reason})
            if error.holds_something:
                self._may_lack_keys.append(printed)
            return
        contents = contents_of(data)
        if printed.lower().endswith(_KEY_ENDING) and not contents.keys:
            self._add_keyless(printed, contents)
        else:
            self._add_contents(printed, contents)

    def _add_pkcs12(self, name: str, found: Pkcs12) -> None:
        if found.certificate is not None:
            self._add_certificate(name, found.certificate)
        if found.key is not None:
            self._keys.append(KeyFile(found.key, name))
        else:
            seen = "its certificates serve as intermediates alone" if found.others else "and no certificate"
            self.warnings.append(f"{name} holds no private key, {seen}")
        self.intermediates += [{"der": base64_of(der), "file": name} for der in found.others]

    def _add_keyless(self, name: str, contents: Contents) -> None:
        """A file named as a key's that holds none, such as a key in DER; a certificate in it is one all the same."""
        if any(blob.der for blob in contents.blobs):
            self._add_contents(name, contents)
        else:
            self.warnings.append(f"{name} holds no private key in PEM, the form in which keys are read")

    def _add_contents(self, name: str, contents: Contents) -> None:
        if not contents.blobs and not contents.keys:
            self.warnings.append(nothing_in(name, contents))
        for number, blob in enumerate(contents.blobs, 1):
            if blob.der is None:
                place = place_of(name, number, contents)
                self._unreadable.append({"name": place, "thumbprint": blob.thumbprint, "reason": blob.reason})
            else:
                self._add_certificate(name, blob.der)
        for key in contents.keys:
            if key.pem is None:
                self.warnings.append(f"{name}: {key.problem}, it counts as no key")
            else:
                self._keys.append(KeyFile(key.pem, name))

    def _add_certificate(self, name: str, der: bytes) -> None:
        certificate = self._certificates.setdefault(der, CertificateFiles(der, []))
        if name not in certificate.files:
            certificate.files.append(name)

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
                {"der": base64_of(certificate.der), "files": certificate.files, "has_key": known}
                for certificate, known in zip(certificates, has_key)
            ],
            "unreadable": self._unreadable,
        }


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
    if named is not None:
        return read_authorities(folder, [(source, source) for source in named], files, warnings)
    own = os.path.join(path, folder)
    return read_authorities(folder, [(folder, own)], files, warnings) if os.path.lexists(own) else None
