"""What an enabling writes where the store is a folder: the new `store.yml`, and the value for the directory."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ..module_utils._store_yml_file import digest_of
from ._certificate import thumbprint_of
from ._enabling import Change
from ._gathering import Reading
from ._serialized_certificate import write_serialized_certificate
from ._stores.folder_reading import CertificateFile, FolderReading
from ._stores.store_error import StoreError
from ._stores.store_yml_edit import with_smtp


def store_yml_change(reading: Reading, change: Change) -> dict[str, Any]:
    """For `module_utils._store_yml_file.write_store_yml`. Raises StoreError for a text that cannot be edited."""
    folder, thumbprint = _folder_of(reading), change.before.thumbprint
    others = [thumbprint_of(file.der) for file in folder.certificates]
    return {
        "thumbprint": thumbprint,
        "has_key": _file_of(folder, thumbprint).has_key is True,
        "digest": digest_of(folder.store_yml),
        "text": with_smtp(folder.store_yml, thumbprint, others),
    }


def internal_value(reading: Reading, change: Change) -> bytes:
    """What `msExchServerInternalTLSCert` is to hold. A folder has no key provider, so the value names none."""
    return write_serialized_certificate(_file_of(_folder_of(reading), change.before.thumbprint).der)


def _folder_of(reading: Reading) -> FolderReading:
    if reading.store is None or reading.store.folder is None:
        raise StoreError("the store is no folder")
    return reading.store.folder


def _file_of(folder: FolderReading, thumbprint: str) -> CertificateFile:
    return next(file for file in folder.certificates if thumbprint_of(file.der) == thumbprint)
