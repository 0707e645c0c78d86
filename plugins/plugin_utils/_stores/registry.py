"""Read a `.reg` export of `SystemCertificates`: My, Root, AuthRoot, CA and Disallowed of the computer.

One `Blob` for each certificate, a serialized certificate; policy and enterprise stores stand beside the computer's own
(System Store Locations, in Microsoft's documentation of CryptoAPI).
"""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from dataclasses import dataclass

from .._certificate import thumbprint_of
from .._facts import Unreadable
from .._serialized_certificate import SerializedCertificateError, read_serialized_certificate
from .export_contents import ExportContents, Part, certificate_file
from .reg_text import Key, RegError, Value, binary_of, keys_of
from .store_error import StoreError

ROOTS = ("Root", "AuthRoot", "Root of the enterprise", "Root of the policies")
INTERMEDIATES = ("CA", "CA of the enterprise", "CA of the policies")
DISALLOWED = ("Disallowed", "Disallowed of the enterprise", "Disallowed of the policies")
"""The physical stores that hold all roots, all intermediates, and all that is explicitly distrusted."""

_BRANCHES = {
    r"software\microsoft\systemcertificates": "",
    r"software\microsoft\enterprisecertificates": " of the enterprise",
    r"software\policies\microsoft\systemcertificates": " of the policies",
}
_STORES = {store.casefold(): store for store in ("MY", "Root", "AuthRoot", "CA", "Disallowed")}
_COMPUTER = "HKEY_LOCAL_MACHINE\\"
_STORE_KEY = re.compile(r"(.*(?:System|Enterprise)Certificates)\\([^\\]+)(?:\\Certificates(?:\\([^\\]+))?)?", re.I)
_THUMBPRINT = re.compile(r"[0-9A-F]{40}")


@dataclass(frozen=True, slots=True)
class _Entry:
    """The key of one certificate."""

    line: int
    store: str
    name: str
    key: Key


def read_registry(data: bytes, file: str) -> ExportContents:
    """The certificates of the computer's stores; what is damaged is unreadable, what stands before and after it stays.

    Raises StoreError for bytes that are no `.reg` file.
    """
    reading = _Reading(file)
    try:
        for key in keys_of(data):
            reading.add(key)
    except RegError as error:
        raise StoreError(f"is no export of the registry: {error}; export it again, as with reg export") from None
    return reading.finished()


class _Reading:
    def __init__(self, file: str) -> None:
        self._contents = ExportContents()
        self._file = file
        self._entries: dict[str, _Entry] = {}
        self._deleted: dict[str, int] = {}
        self._passed_over: list[Key] = []
        contents = self._contents
        self._parts: dict[str, Part] = {
            "MY": contents.my,
            "Root": contents.roots,
            "AuthRoot": contents.roots,
            "CA": contents.intermediates,
            "Disallowed": contents.disallowed,
        }

    def add(self, key: Key) -> None:
        path = key.path.casefold()
        if key.deleted:
            self._deleted[path] = key.line
            return
        found = _STORE_KEY.fullmatch(key.path)
        if found is None:
            return
        root, store, name = found.groups()
        branch = _branch(root)
        known = _STORES.get(store.casefold())
        if branch is None:
            if known and name:
                self._passed_over.append(key)
        elif known and name:
            if key.values or path not in self._entries:
                self._entries[path] = _Entry(key.line, known, name, key)
        elif known:
            self._contents.stores.add(known + branch)

    def finished(self) -> ExportContents:
        for path, entry in self._entries.items():
            if not self._is_deleted(path, entry.line):
                self._take(entry)
        if self._passed_over:
            first = self._passed_over[0]
            self._contents.warnings.append(
                f"{self._file}: {len(self._passed_over)} certificates are not of the computer's stores and were not "
                f"read, the first in line {first.line}: {first.path}"
            )
        return self._contents

    def _is_deleted(self, path: str, line: int) -> bool:
        """Whether it, or a key above it, is deleted further down."""
        parts = path.split("\\")
        return any(self._deleted.get("\\".join(parts[:length]), 0) > line for length in range(1, len(parts) + 1))

    def _take(self, entry: _Entry) -> None:
        part = self._parts[entry.store]
        place = f"{self._file}, line {entry.line} ({entry.store})"
        name = entry.name.upper()
        thumbprint = name if _THUMBPRINT.fullmatch(name) else None
        try:
            certificate = read_serialized_certificate(binary_of(_blob(entry.key)))
        except (RegError, SerializedCertificateError) as error:
            # What a key's name says of bytes that nobody can read is enough to distrust, and for nothing else.
            told = thumbprint if part is self._contents.disallowed else None
            part.unreadable.append(Unreadable(f"{place} {entry.name[:60]}", told, str(error)))
            return
        part.certificates.append(certificate_file(certificate, place))
        own = thumbprint_of(certificate.der)
        if own != thumbprint:
            self._contents.warnings.append(
                f"{place}: the key is named {entry.name[:60]}, its certificate has the thumbprint {own}, which counts"
            )


def _branch(root: str) -> str | None:
    if not root.upper().startswith(_COMPUTER):
        return None
    return _BRANCHES.get(root[len(_COMPUTER) :].casefold())


def _blob(key: Key) -> Value:
    """Of a name given twice the last counts, as when the file is imported."""
    for value in reversed(key.values):
        if value.name.casefold() == "blob":
            return value
    raise RegError(f"line {key.line}: the key has no value Blob, expected one")
