"""What the reader of a folder said, here or on a target: from its plain data to typed values."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._facts import Unreadable
from .store_error import StoreError


@dataclass(frozen=True, slots=True)
class CertificateFile:
    """The bytes of one certificate, the files it lies in, and whether its key is among them (None: not known)."""

    der: bytes
    files: str
    has_key: bool | None = None


@dataclass(frozen=True, slots=True)
class AuthorityFiles:
    """The certificates of `roots/` or `intermediates/`, and what there may be one and could not be read."""

    certificates: tuple[CertificateFile, ...]
    unreadable: tuple[Unreadable, ...]


@dataclass(frozen=True, slots=True)
class FolderReading:
    """A folder; `store_yml`, `roots` and `intermediates` are None where it has none.

    `newest` is the time of its newest file in seconds since 1970, None where none was read.
    """

    certificates: tuple[CertificateFile, ...]
    unreadable: tuple[Unreadable, ...]
    store_yml: str | None
    roots: AuthorityFiles | None
    intermediates: AuthorityFiles | None
    warnings: tuple[str, ...]
    newest: float | None


def folder_reading(plain: Mapping[str, Any]) -> FolderReading:
    """What `module_utils._folder_store.read_folder` returned; raises StoreError for anything of another shape."""
    try:
        return FolderReading(
            certificates=tuple(
                CertificateFile(_der(entry), ", ".join(entry["files"]), entry["has_key"])
                for entry in plain["certificates"]
            ),
            unreadable=tuple(
                Unreadable(entry["name"], entry["thumbprint"], entry["reason"]) for entry in plain["unreadable"]
            ),
            store_yml=plain["store_yml"],
            roots=_authorities(plain["roots"]),
            intermediates=_authorities(plain["intermediates"]),
            warnings=tuple(plain["warnings"]),
            newest=plain["newest"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise StoreError(
            f"the target's answer about its folder cannot be understood: {error!r}; run it again"
        ) from None


def _authorities(plain: Mapping[str, Any] | None) -> AuthorityFiles | None:
    if plain is None:
        return None
    return AuthorityFiles(
        tuple(CertificateFile(_der(entry), entry["file"]) for entry in plain["certificates"]),
        tuple(Unreadable(entry["name"], None, entry["reason"]) for entry in plain["unreadable"]),
    )


def _der(entry: Mapping[str, Any]) -> bytes:
    return base64.b64decode(entry["der"], validate=True)
