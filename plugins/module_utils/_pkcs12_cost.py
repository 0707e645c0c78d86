"""Tell what it costs to open a PKCS#12 file before any of it is computed: the iterations of its key derivations.

The structure is that of RFC 7292, with PBES2 (RFC 8018) and PBMAC1 (RFC 9579). What it does not name is refused: a cost
that is not known is not paid.
"""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from typing import NamedTuple

MAX_ELEMENTS = 10_000

_INTEGER, _OCTET_STRING, _SEQUENCE = 0x02, 0x04, 0x30

_PKCS = "2a864886f70d01"
_DATA = bytes.fromhex(_PKCS + "0701")
_ENCRYPTED_DATA = bytes.fromhex(_PKCS + "0706")
_SHROUDED_KEY_BAG = bytes.fromhex(_PKCS + "0c0a0102")
_SAFE_CONTENTS_BAG = bytes.fromhex(_PKCS + "0c0a0106")
_PBES2 = bytes.fromhex(_PKCS + "050d")
_PBKDF2 = bytes.fromhex(_PKCS + "050c")
_PBMAC1 = bytes.fromhex(_PKCS + "050e")
_SIMPLE_SCHEMES = (
    bytes.fromhex(_PKCS + "05"),
    bytes.fromhex(_PKCS + "0c01"),
)  # PKCS #5 and PKCS #12: a salt and a count
_DEEPEST = 8

_HEADER = rb"\x30(?:[\x00-\x80]|\x81.|\x82..|\x83...|\x84....)"
_BEGIN = re.compile(
    _HEADER + rb"\x02\x01\x03" + _HEADER + rb"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07[\x01\x02]", re.DOTALL
)


class Pkcs12CostError(ValueError):
    """Not a PKCS#12 file whose cost can be told: the message says at which byte, and what was expected."""


class Iterations(NamedTuple):
    """The count of the most expensive derivation, and the sum of all."""

    most: int
    total: int


class _Element(NamedTuple):
    tag: int
    begin: int
    content: int
    end: int


def is_pkcs12(data: bytes) -> bool:
    """Whether the bytes begin as one does, with version 3 and contents that are data or signed; they may be cut."""
    return _BEGIN.match(data) is not None


def count_iterations(data: bytes) -> Iterations:
    """Raises Pkcs12CostError. What stands inside an encrypted part cannot be seen without opening that."""
    walk = _Walk(data)
    _version, contents, *mac = walk.children(walk.element(0, len(data), _SEQUENCE), 2)
    walk.authenticated_safe(contents)
    if mac:
        walk.mac(mac[0])
    return Iterations(max(walk.counts, default=0), sum(walk.counts))


class _Walk:
    def __init__(self, data: bytes) -> None:
        self.counts: list[int] = []
        self._data = data
        self._elements_left = MAX_ELEMENTS

    def element(self, begin: int, end: int, tag: int | None = None) -> _Element:
        self._elements_left -= 1
        if self._elements_left < 0:
            raise Pkcs12CostError(f"more than {MAX_ELEMENTS} elements up to byte {begin}")
        if end - begin < 2:
            raise Pkcs12CostError(f"an element was expected at byte {begin}")
        found, length, content = self._data[begin], self._data[begin + 1], begin + 2
        if length > 0x7F:
            content += length & 0x7F
            if not 0x81 <= length <= 0x84 or content > end:
                raise Pkcs12CostError(f"the length at byte {begin + 1} is none of DER")
            length = int.from_bytes(self._data[begin + 2 : content], "big")
        if length > end - content:
            raise Pkcs12CostError(f"{length} bytes were expected at byte {content}, {end - content} are there")
        if tag not in (None, found):
            raise Pkcs12CostError(f"tag {found:#04x} at byte {begin}, expected {tag:#04x}")
        return _Element(found, begin, content, content + length)

    def children(self, parent: _Element, least: int = 0) -> list[_Element]:
        found: list[_Element] = []
        begin = parent.content
        while begin < parent.end or len(found) < least:
            found.append(self.element(begin, parent.end))
            begin = found[-1].end
        return found

    def inside(self, parent: _Element, tag: int = _SEQUENCE) -> _Element:
        """The first element in another; what follows it does not matter to those that open such a file."""
        return self.element(parent.content, parent.end, tag)

    def bytes_of(self, element: _Element) -> bytes:
        return self._data[element.content : element.end]

    def authenticated_safe(self, contents: _Element) -> None:
        for part in self.children(self._octets(contents)):
            kind, content, *_more = self.children(part, 2)
            if self.bytes_of(kind) == _DATA:
                self._safe_contents(self._octets(part), 0)
            elif self.bytes_of(kind) == _ENCRYPTED_DATA:
                _version, encrypted, *_more = self.children(self.inside(content), 2)
                _type, algorithm, *_more = self.children(encrypted, 2)
                self._scheme(algorithm)
            else:
                raise Pkcs12CostError(f"contents of another type than data and encrypted data at byte {part.begin}")

    def mac(self, mac: _Element) -> None:
        digest, _salt, *count = self.children(mac, 2)
        kind, *parameters = self.children(self.inside(digest), 1)
        if self.bytes_of(kind) == _PBMAC1 and parameters:
            self._derivation(self.inside(parameters[0]))
        elif count:
            self._count(count[0])

    def _octets(self, contents: _Element) -> _Element:
        """The sequence in the octets of a ContentInfo that holds data."""
        kind, content, *_more = self.children(contents, 2)
        if self.bytes_of(kind) != _DATA:
            raise Pkcs12CostError(f"contents of another type than data at byte {contents.begin}")
        return self.inside(self.inside(content, _OCTET_STRING))

    def _safe_contents(self, bags: _Element, depth: int) -> None:
        if depth > _DEEPEST:
            raise Pkcs12CostError(f"bags in bags, more than {_DEEPEST} deep, at byte {bags.begin}")
        for bag in self.children(bags):
            kind, value, *_attributes = self.children(bag, 2)
            if self.bytes_of(kind) == _SHROUDED_KEY_BAG:
                self._scheme(self.inside(self.inside(value)))
            elif self.bytes_of(kind) == _SAFE_CONTENTS_BAG:
                self._safe_contents(self.inside(value), depth + 1)

    def _scheme(self, algorithm: _Element) -> None:
        """Of an AlgorithmIdentifier that encrypts with a password."""
        kind, parameters, *_more = self.children(algorithm, 2)
        name = self.bytes_of(kind)
        if name == _PBES2:
            self._derivation(self.inside(parameters))
        elif name[:-1] in _SIMPLE_SCHEMES:
            self._salt_and_count(parameters)
        else:
            raise Pkcs12CostError(f"an encryption that is not known at byte {kind.begin} ({name[:32].hex()})")

    def _derivation(self, algorithm: _Element) -> None:
        kind, parameters, *_more = self.children(algorithm, 2)
        name = self.bytes_of(kind)
        if name != _PBKDF2:
            raise Pkcs12CostError(f"a key derivation other than PBKDF2 at byte {kind.begin} ({name[:32].hex()})")
        self._salt_and_count(parameters)

    def _salt_and_count(self, parameters: _Element) -> None:
        _salt, count, *_more = self.children(parameters, 2)
        self._count(count)

    def _count(self, count: _Element) -> None:
        if count.tag != _INTEGER or not 1 <= count.end - count.content <= 8:
            raise Pkcs12CostError(f"no count of iterations at byte {count.begin}")
        self.counts.append(int.from_bytes(self.bytes_of(count), "big"))
