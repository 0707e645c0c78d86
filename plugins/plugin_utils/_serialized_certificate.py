"""The serialized certificate of CryptoAPI: directory attribute, registry `Blob`, `.sst` element, `CertData`.

Records `property id (u32) | encoding (u32) | length (u32) | data`, little-endian, to the end of the bytes; property 32
is the certificate. The property ids are those of CertSetCertificateContextProperty (wincrypt.h).
"""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

_KEY_PROVIDER_INFO = 2
_FRIENDLY_NAME = 11
_ARCHIVED = 19
_CERTIFICATE = 32

_RECORD = struct.Struct("<III")
_MOST_RECORDS = 256  # real ones have about ten

_X509_ENCODING = 1
_ENCODING_OF_CERTIFICATES = 0xFFFF  # the upper half says how messages are encoded

_PROVIDER_INFO = struct.Struct("<7I")
_CNG_TYPE = 0


class SerializedCertificateError(ValueError):
    """Bytes that are no serialized certificate: the message says what was seen, and at which byte."""


@dataclass(frozen=True, slots=True)
class SerializedCertificate:
    """What the records say. `der` is as found, not checked to be a certificate; `properties` are the ids, in order.

    `has_private_key` is what Windows means by it: property 2 is there. `provider` is None where property 2 does not
    name one, or cannot be read.
    """

    der: bytes
    provider: Literal["csp", "cng"] | None
    has_private_key: bool
    friendly_name: str | None
    archived: bool
    properties: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Record:
    offset: int
    property_id: int
    encoding: int
    data: bytes


def read_serialized_certificate(blob: bytes) -> SerializedCertificate:
    """The certificate and its properties; unknown properties are passed over, of one set twice the last counts.

    Raises SerializedCertificateError.
    """
    records = list(_records(blob))
    data = {record.property_id: record.data for record in records}
    return SerializedCertificate(
        der=_certificate(records),
        provider=_provider(data[_KEY_PROVIDER_INFO]) if _KEY_PROVIDER_INFO in data else None,
        has_private_key=_KEY_PROVIDER_INFO in data,
        friendly_name=_text(data.get(_FRIENDLY_NAME, b"")) or None,
        archived=_ARCHIVED in data,
        properties=tuple(record.property_id for record in records),
    )


def _records(blob: bytes) -> Iterator[_Record]:
    offset = 0
    count = 0
    while offset < len(blob):
        count += 1
        if count > _MOST_RECORDS:
            raise SerializedCertificateError(f"more than {_MOST_RECORDS} records, the next at byte {offset}")
        begin = offset + _RECORD.size
        if begin > len(blob):
            raise SerializedCertificateError(
                f"{len(blob) - offset} bytes at byte {offset}, too few for the header of a record"
            )
        property_id, encoding, length = _RECORD.unpack_from(blob, offset)
        if length > len(blob) - begin:
            raise SerializedCertificateError(
                f"property {property_id} at byte {offset} says {length} bytes, {len(blob) - begin} are there"
            )
        yield _Record(offset, property_id, encoding, blob[begin : begin + length])
        offset = begin + length


def _certificate(records: list[_Record]) -> bytes:
    found = [record for record in records if record.property_id == _CERTIFICATE]
    if not found:
        ids = ", ".join(str(record.property_id) for record in records) or "none"
        raise SerializedCertificateError(f"no property {_CERTIFICATE} (the certificate); properties: {ids}")
    if len(found) > 1:
        places = " and ".join(str(record.offset) for record in found)
        raise SerializedCertificateError(f"property {_CERTIFICATE} (the certificate) more than once, at bytes {places}")
    record = found[0]
    if record.encoding & _ENCODING_OF_CERTIFICATES != _X509_ENCODING:
        raise SerializedCertificateError(
            f"property {_CERTIFICATE} at byte {record.offset} has the encoding {record.encoding:#x},"
            f" expected {_X509_ENCODING} (X.509)"
        )
    if not record.data:
        raise SerializedCertificateError(f"property {_CERTIFICATE} (the certificate) at byte {record.offset} is empty")
    return record.data


def _provider(info: bytes) -> Literal["csp", "cng"] | None:
    """The kind of provider that a serialized CRYPT_KEY_PROV_INFO names: its type is 0 for every key storage provider.

    It is: offsets of the container's and the provider's name (0: none), type, flags, parameters (2), key spec.
    """
    if len(info) < _PROVIDER_INFO.size:
        return None
    _container, name, provider_type, *_others = _PROVIDER_INFO.unpack_from(info)
    if not _PROVIDER_INFO.size <= name < len(info) or not _text(info[name:]):
        return None
    return "cng" if provider_type == _CNG_TYPE else "csp"


def _text(data: bytes) -> str:
    """UTF-16LE up to its NUL, or to the end."""
    return data.decode("utf-16-le", "replace").partition("\0")[0]
