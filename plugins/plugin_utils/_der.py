"""The outer shape of DER: where an ASN.1 element begins and ends, every length checked against the bytes there are."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

BOOLEAN = 0x01
INTEGER = 0x02
BMP_STRING = 0x1E
SEQUENCE = 0x30

_LONGEST_LENGTH = 8
_LONGEST_OID = 64


class DerError(ValueError):
    """Bytes that are no ASN.1 element of definite length, or fewer than the element says."""


# Plain tuples, as ten of them are made for each certificate.
Element = tuple[int, int, int, int]
"""The tag of an element and three offsets: of the tag, of the first byte behind the length, and of what follows it."""


def element_at(data: bytes, start: int, end: int) -> Element:
    """The element that begins at `start` and must end at or before `end` (X.690, sections 8.1.2 and 8.1.3).

    Raises DerError. A length need not have its shortest form; tags above 30 and the indefinite length are refused.
    """
    content = start + 2
    if content > end:
        raise DerError(f"the ASN.1 element at byte {start} is cut off in its header")
    tag = data[start]
    length = data[start + 1]
    if tag & 0x1F == 0x1F:
        raise DerError(f"the ASN.1 element at byte {start} has a tag of several bytes, which no certificate has there")
    if length > 0x7F:
        size = length & 0x7F
        if not 0 < size <= _LONGEST_LENGTH:
            raise DerError(f"the ASN.1 element at byte {start} has a length that DER does not know")
        content += size
        if content > end:
            raise DerError(f"the ASN.1 element at byte {start} is cut off in its header")
        length = int.from_bytes(data[start + 2 : content], "big")
    if length > end - content:
        raise DerError(f"the ASN.1 element at byte {start} says {length} bytes, {end - content} are there")
    return tag, start, content, content + length


def elements_of(data: bytes, parent: Element) -> list[Element]:
    """The elements inside a constructed one, which they must fill; raises DerError."""
    _tag, _start, offset, end = parent
    found = []
    while offset < end:
        child = element_at(data, offset, end)
        found.append(child)
        offset = child[3]
    return found


def whole_of(data: bytes, element: Element) -> bytes:
    return data[element[1] : element[3]]


def content_of(data: bytes, element: Element) -> bytes:
    return data[element[2] : element[3]]


def encoded(tag: int, content: bytes) -> bytes:
    """One DER element with this tag and content."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def oid_text(content: bytes) -> str:
    """The dotted text of an object identifier's content bytes; raises DerError."""
    if not content or len(content) > _LONGEST_OID or content[-1] & 0x80:
        raise DerError(f"{content[:_LONGEST_OID].hex()} is no object identifier")
    arcs = []
    value = 0
    for byte in content:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            arcs.append(value)
            value = 0
    root = min(arcs[0] // 40, 2)
    return ".".join(map(str, [root, arcs[0] - 40 * root, *arcs[1:]]))
