"""Read a serialized store, an `.sst` file: `00 00 00 00 CERT`, certificates with their properties, an end record.

The format is DocSigSerializedCertStore of MS-OSHARED, section 2.3.9.1.
"""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from .._facts import Unreadable
from .._serialized_certificate import (
    CERTIFICATE,
    MOST_RECORDS,
    Record,
    SerializedCertificateError,
    certificate_of,
    records_of,
)
from .export_contents import ExportContents, certificate_file
from .store_error import StoreError

MAX_ELEMENTS = 20_000

_HEADER = b"\0\0\0\0CERT"
_END = 0
_END_RECORD = bytes(12)
_NO_CERTIFICATES = {33: "CRL", 34: "CTL"}  # what else ends an element (wincrypt.h)
_LAST_OF_AN_ELEMENT = frozenset((CERTIFICATE, *_NO_CERTIFICATES))


def read_sst(data: bytes, file: str) -> ExportContents:
    """The certificates of the store My; what is damaged is unreadable, what stands before and after it stays.

    Raises StoreError for bytes that do not begin as a serialized store.
    """
    if not data.startswith(_HEADER):
        raise StoreError(
            f"is no serialized store: its first bytes are {data[:8].hex(' ') or 'none'}, expected "
            f"{_HEADER.hex(' ')} (version 0, CERT); export it again, as with Export-Certificate -Type SST"
        )
    reading = _Reading(file)
    try:
        reading.run(data)
    except SerializedCertificateError as error:
        reading.damaged(f"the file is damaged, certificates behind this are lost: {error}")
    return reading.contents


class _Reading:
    def __init__(self, file: str) -> None:
        self.contents = ExportContents()
        self._file = file
        self._element: list[Record] = []

    def run(self, data: bytes) -> None:
        elements = 0
        for record in records_of(data, len(_HEADER)):
            offset, property_id, _encoding, _content = record
            if property_id == _END:
                self._end(data, offset)
                return
            # Of an element with too many records no more are kept than it takes to see that.
            if len(self._element) <= MOST_RECORDS:
                self._element.append(record)
            if property_id in _LAST_OF_AN_ELEMENT:
                elements += 1
                if elements > MAX_ELEMENTS:
                    self._element = []
                    self.damaged(f"more than {MAX_ELEMENTS} elements, those from byte {offset} on are not read")
                    return
                self._take(property_id)
        self._incomplete()
        self.damaged(f"the file was cut: it has no end record at byte {len(data)}")

    def _take(self, kind: int) -> None:
        element, self._element = self._element, []
        place = f"{self._file} (byte {element[0][0]})"
        if kind in _NO_CERTIFICATES:
            self.contents.warnings.append(f"{place} is a {_NO_CERTIFICATES[kind]} and no certificate")
            return
        try:
            certificate = certificate_of(element)
        except SerializedCertificateError as error:
            self.contents.my.unreadable.append(Unreadable(place, None, str(error)))
        else:
            self.contents.my.certificates.append(certificate_file(certificate, place))

    def _end(self, data: bytes, offset: int) -> None:
        self._incomplete()
        rest = data[offset:]
        if not rest.startswith(_END_RECORD):
            self.damaged(f"the end record at byte {offset} is {rest[:12].hex(' ')}, expected twelve zero bytes")
        elif len(rest) > len(_END_RECORD):
            behind = offset + len(_END_RECORD)
            self.damaged(f"{len(data) - behind} bytes follow the end record, from byte {behind} on; expected none")

    def _incomplete(self) -> None:
        if self._element:
            begin = self._element[0][0]
            self.contents.my.unreadable.append(
                Unreadable(
                    f"{self._file} (byte {begin})", None, f"no property {CERTIFICATE} (the certificate) up to the end"
                )
            )
            self._element = []

    def damaged(self, reason: str) -> None:
        self.contents.my.unreadable.append(Unreadable(self._file, None, reason))
