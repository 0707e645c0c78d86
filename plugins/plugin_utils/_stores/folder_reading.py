"""What the reader of a folder said, here or on a target: from its plain data to typed values."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._facts import Provider, Unreadable
from .store_error import StoreError


@dataclass(frozen=True, slots=True)
class CertificateFile:
    """The bytes of one certificate, the files it lies in, and what they say of it; None: not known.

    `has_key`: its private key is there. The fields behind it are those of an export; a folder has them in `store.yml`.
    """

    der: bytes
    files: str
    has_key: bool | None = None
    provider: Provider | None = None
    friendly_name: str | None = None
    archived: bool = False


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
            roots=None if plain["roots"] is None else authority_files(plain["roots"]),
            intermediates=None if plain["intermediates"] is None else authority_files(plain["intermediates"]),
            warnings=tuple(plain["warnings"]),
            newest=plain["newest"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise StoreError(
            f"the target's answer about its folder cannot be understood: {error!r}; run it again"
        ) from None


def authority_files(plain: Mapping[str, Any]) -> AuthorityFiles:
    """What `module_utils._authority_files.read_authorities` returned."""
    return AuthorityFiles(
        tuple(CertificateFile(_der(entry), entry["file"]) for entry in plain["certificates"]),
        tuple(Unreadable(entry["name"], None, entry["reason"]) for entry in plain["unreadable"]),
    )


def _der(entry: Mapping[str, Any]) -> bytes:
    return base64.b64decode(entry["der"], validate=True)
