"""The serialized certificate of CryptoAPI: directory attribute, registry `Blob`, `.sst` element, `CertData`.

Records `property id (u32) | encoding (u32) | length (u32) | data`, little-endian, to the end of the bytes; property 32
is the certificate. The property ids are those of CertSetCertificateContextProperty (wincrypt.h).
"""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Literal, NamedTuple

_KEY_PROVIDER_INFO = 2
_SHA1_HASH = 3
_FRIENDLY_NAME = 11
_ARCHIVED = 19
CERTIFICATE = 32

_RECORD = struct.Struct("<III")
MOST_RECORDS = 256  # of one certificate; real ones have about ten

_X509_ENCODING = 1
_ENCODING_OF_CERTIFICATES = 0xFFFF  # the upper half says how messages are encoded

_PROVIDER_INFO = struct.Struct("<7I")
_CNG_TYPE = 0
_NUL = bytes(2)


class SerializedCertificateError(ValueError):
    """Bytes that are no serialized certificate: the message says what was seen, and at which byte."""


class SerializedCertificate(NamedTuple):
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


# Plain tuples, as ten of them are made for each certificate.
Record = tuple[int, int, int, bytes]
"""The byte where the header of a property begins, its id, its encoding and its data."""


def write_serialized_certificate(der: bytes) -> bytes:
    """The certificate with its SHA-1 and nothing else: of a private key it tells nothing, so it names no provider."""
    records = ((_SHA1_HASH, hashlib.sha1(der, usedforsecurity=False).digest()), (CERTIFICATE, der))
    return b"".join(_RECORD.pack(number, _X509_ENCODING, len(data)) + data for number, data in records)


def read_serialized_certificate(blob: bytes) -> SerializedCertificate:
    """The certificate and its properties; unknown properties are passed over, of one set twice the last counts.

    Raises SerializedCertificateError.
    """
    return certificate_of(list(islice(records_of(blob), MOST_RECORDS + 1)))


def certificate_of(records: Sequence[Record]) -> SerializedCertificate:
    """The certificate that these records make, as in `read_serialized_certificate`."""
    if len(records) > MOST_RECORDS:
        raise SerializedCertificateError(
            f"more than {MOST_RECORDS} records, the next at byte {records[MOST_RECORDS][0]}"
        )
    data = {property_id: content for _offset, property_id, _encoding, content in records}
    return SerializedCertificate(
        der=_certificate(records),
        provider=_provider(data[_KEY_PROVIDER_INFO]) if _KEY_PROVIDER_INFO in data else None,
        has_private_key=_KEY_PROVIDER_INFO in data,
        friendly_name=_text(data[_FRIENDLY_NAME]) or None if _FRIENDLY_NAME in data else None,
        archived=_ARCHIVED in data,
        properties=tuple([record[1] for record in records]),
    )


def records_of(data: bytes, offset: int = 0) -> Iterator[Record]:
    """The records from `offset` to the end; those before a broken one come first, then SerializedCertificateError."""
    while offset < len(data):
        begin = offset + _RECORD.size
        if begin > len(data):
            raise SerializedCertificateError(
                f"{len(data) - offset} bytes at byte {offset}, too few for the header of a record"
            )
        property_id, encoding, length = _RECORD.unpack_from(data, offset)
        if length > len(data) - begin:
            raise SerializedCertificateError(
                f"property {property_id} at byte {offset} says {length} bytes, {len(data) - begin} are there"
            )
        yield offset, property_id, encoding, data[begin : begin + length]
        offset = begin + length


def _certificate(records: Sequence[Record]) -> bytes:
    found = [record for record in records if record[1] == CERTIFICATE]
    if not found:
        ids = ", ".join(str(record[1]) for record in records) or "none"
        raise SerializedCertificateError(f"no property {CERTIFICATE} (the certificate); properties: {ids}")
    if len(found) > 1:
        places = " and ".join(str(record[0]) for record in found)
        raise SerializedCertificateError(f"property {CERTIFICATE} (the certificate) more than once, at bytes {places}")
    offset, _property_id, encoding, data = found[0]
    if encoding & _ENCODING_OF_CERTIFICATES != _X509_ENCODING:
        raise SerializedCertificateError(
            f"property {CERTIFICATE} at byte {offset} has the encoding {encoding:#x}, expected {_X509_ENCODING} (X.509)"
        )
    if not data:
        raise SerializedCertificateError(f"property {CERTIFICATE} (the certificate) at byte {offset} is empty")
    return data


def _provider(info: bytes) -> Literal["csp", "cng"] | None:
    """The kind of provider that a serialized CRYPT_KEY_PROV_INFO names: its type is 0 for every key storage provider.

    It is: offsets of the container's and the provider's name (0: none), type, flags, parameters (2), key spec.
    """
    if len(info) < _PROVIDER_INFO.size:
        return None
    _container, name, provider_type, *_others = _PROVIDER_INFO.unpack_from(info)
    if not _PROVIDER_INFO.size <= name < len(info) or info[name : name + 2] == _NUL:
        return None
    return "cng" if provider_type == _CNG_TYPE else "csp"


def _text(data: bytes) -> str:
    """UTF-16LE up to its NUL, or to the end."""
    return data.decode("utf-16-le", "replace").partition("\0")[0]
