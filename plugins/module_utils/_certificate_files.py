"""Find the certificates and private keys in a file's bytes: DER or PEM, as the content says and not the file's name."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import binascii
import codecs
import hashlib
import re
from collections.abc import Iterator
from typing import NamedTuple

_BOUNDARY = re.compile(rb"-----(BEGIN|END) ([A-Z0-9 #]{1,64})-----")
_CERTIFICATE_LABELS = ("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE")
_FIRST_OF_A_CERTIFICATE = (0xA0, 0x02)  # the version, or in version 1 the serial number


class Blob(NamedTuple):
    """What is or may be a certificate.

    `der` is one whole ASN.1 sequence of a certificate's shape and nothing else: only such bytes may leave the machine
    they are on, as whatever else could be a key. Else it is None, and `reason` says why; `thumbprint` is then the SHA-1
    of the bytes where they are one whole sequence whose first element is a sequence.
    """

    der: bytes | None
    reason: str | None = None
    thumbprint: str | None = None


class PrivateKey(NamedTuple):
    """A private key as PEM, for no one else to see; `pem` is None where it cannot be used, `problem` says why."""

    pem: bytes | None
    problem: str | None = None


class Contents(NamedTuple):
    """What a file holds; `others` are the labels of further PEM blocks."""

    blobs: list[Blob]
    keys: list[PrivateKey]
    others: list[str]


def contents_of(data: bytes) -> Contents:
    if _is_der(data):
        return Contents([_blob(data)], [], [])
    found = Contents([], [], [])
    for label, body in _pem_blocks(_without_utf16(data)):
        if label in _CERTIFICATE_LABELS:
            found.blobs.append(_certificate_of(label, body))
        elif label.endswith("PRIVATE KEY"):
            found.keys.append(_key_of(label, body))
        else:
            found.others.append(label)
    return found


def _is_der(data: bytes) -> bool:
    # In a text no character follows "0" that begins with one of these bytes.
    return data[:1] == b"0" and (data[1:2] in (b"\x80", b"\x81", b"\x82", b"\x83", b"\x84") or _end(data) == len(data))


def _without_utf16(data: bytes) -> bytes:
    """Windows PowerShell writes text as UTF-16; PEM is ASCII."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace").encode("utf-8", "replace")
    return data


def _pem_blocks(data: bytes) -> Iterator[tuple[str, bytes | None]]:
    """Every block's label and the text between its boundaries, None where the end is missing."""
    begun: tuple[bytes, int] | None = None
    for boundary in _BOUNDARY.finditer(data):
        kind, label = boundary.groups()
        if begun and kind == b"END" and label == begun[0]:
            yield label.decode("ascii"), data[begun[1] : boundary.start()]
            begun = None
        elif kind == b"BEGIN":
            if begun:
                yield begun[0].decode("ascii"), None
            begun = label, boundary.end()
    if begun:
        yield begun[0].decode("ascii"), None


def _decoded(body: bytes) -> bytes | None:
    try:
        return base64.b64decode(b"".join(body.split()), validate=True)
    except binascii.Error:
        return None


def _certificate_of(label: str, body: bytes | None) -> Blob:
    if body is None:
        return Blob(None, f"the {label} block has no end: the file was cut, or its END line changed")
    data = _decoded(body)
    if data is None:
        return Blob(None, f"the {label} block is no base64")
    if label == "TRUSTED CERTIFICATE":
        # OpenSSL's own: what it trusts the certificate for follows it.
        data = data[: _end(data)]
    return _blob(data)


def _key_of(label: str, body: bytes | None) -> PrivateKey:
    if body is None:
        return PrivateKey(None, "the private key's block has no end")
    if "ENCRYPTED" in label or b"ENCRYPTED" in body:
        return PrivateKey(None, "the private key is encrypted, and nothing here opens it")
    data = _decoded(body)
    if data is None:
        return PrivateKey(None, "the private key's block is no base64")
    name = label.encode("ascii")
    return PrivateKey(b"-----BEGIN %s-----\n%s-----END %s-----\n" % (name, base64.encodebytes(data), name))


def _blob(data: bytes) -> Blob:
    end = _end(data)
    if end is None:
        return Blob(None, "is no ASN.1 sequence in DER")
    if end > len(data):
        return Blob(None, f"was cut: {len(data)} of {end} bytes are there")
    if end < len(data):
        return Blob(None, f"has {len(data) - end} bytes after the end of its ASN.1 sequence")
    body = data[_header(data)[0] :]
    if body[:1] != b"0":
        return Blob(None, "is an ASN.1 sequence, but no certificate (such as a private key, PKCS#7 or PKCS#12)")
    first = body[_header(body)[0] :][:1]
    if not first or first[0] not in _FIRST_OF_A_CERTIFICATE:
        thumbprint = hashlib.sha1(data, usedforsecurity=False).hexdigest().upper()
        return Blob(None, "is an ASN.1 sequence, but no certificate", thumbprint)
    return Blob(data)


def _header(data: bytes) -> tuple[int, int | None]:
    """The length of the header of an ASN.1 element, and that of its contents: None where it is not definite."""
    if len(data) < 2:
        return len(data), None
    if data[1] < 0x80:
        return 2, data[1]
    digits = data[1] & 0x7F
    if not 1 <= digits <= 4 or len(data) < 2 + digits:
        return 2, None
    return 2 + digits, int.from_bytes(data[2 : 2 + digits], "big")


def _end(data: bytes) -> int | None:
    """Where the ASN.1 sequence ends that the bytes begin with, None where they begin with none."""
    if data[:1] != b"0":
        return None
    header, length = _header(data)
    return None if length is None else header + length
