"""The `SerializationData` of an exported ExchangeCertificate: a .NET binary-formatter stream of that one class.

The format is that of MS-NRBF. The class is recognised, never built: a name in the data is compared, and refused where
it is not one of those of `_CLASSES`. Newer servers sign: `#sig#`, the stream's length, the stream, 32 more bytes, by
their size a SHA-256 MAC, which cannot be checked without the server's key and is left alone.
"""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

EXCHANGE_CERTIFICATE = "Microsoft.Exchange.Management.SystemConfigurationTasks.ExchangeCertificate"

_NAMESPACE = EXCHANGE_CERTIFICATE.rpartition(".")[0]
_CLASSES = (
    EXCHANGE_CERTIFICATE,
    f"{_NAMESPACE}.CertificateStatus",
    f"{_NAMESPACE}.CertificateAuthorityType",
    f"{_NAMESPACE}.AllowedServices",
    f"{_NAMESPACE}.IisService",
    f"{_NAMESPACE}.UrlValidation",
    f"System.Collections.Generic.List`1[[{_NAMESPACE}.IisService,",
)
_SIGNED = b"#sig#"

_MOST_RECORDS = 4096  # real ones have about fifteen, and two for each site of IIS
_MOST_MEMBERS = 64
_DEEPEST = 16

_I32 = struct.Struct("<i")
_U32 = struct.Struct("<I")

Value = bool | int | str | bytes | None
_T = TypeVar("_T")


class ExchangeCertificateError(ValueError):
    """Bytes that are no stream of an ExchangeCertificate: the message says what was seen, and at which byte."""


@dataclass(frozen=True, slots=True)
class ExchangeCertificate:
    """What the stream says.

    `cert_data`: a serialized certificate. `status`, `root_ca_type`, `services`: the numbers of the enumerations.
    `identity`: the server's fully qualified domain name, a backslash, the thumbprint; None where it is null.
    """

    cert_data: bytes
    self_signed: bool
    status: int
    root_ca_type: int
    services: int
    identity: str | None
    signed: bool


def read_exchange_certificate(data: bytes) -> ExchangeCertificate:
    """The certificate; raises ExchangeCertificateError."""
    signed = data.startswith(_SIGNED)
    return _Stream(_inner(data) if signed else data, len(_SIGNED) + _U32.size if signed else 0).certificate(signed)


def _inner(data: bytes) -> bytes:
    begin = len(_SIGNED) + _U32.size
    if len(data) < begin:
        raise ExchangeCertificateError(f"{len(data)} bytes, too few for a signed stream")
    (length,) = _U32.unpack_from(data, len(_SIGNED))
    if length > len(data) - begin:
        raise ExchangeCertificateError(f"a signed stream of {length} bytes, {len(data) - begin} are there")
    return data[begin : begin + length]


class _Reference(NamedTuple):
    """A value that is an object of the stream, by its id."""

    object_id: int


class _Nulls(NamedTuple):
    """Several nulls in a row."""

    number: int


@dataclass(frozen=True, slots=True)
class _Type:
    """How a member is written: with a primitive type bare, else as a record."""

    primitive: int | None = None


@dataclass(frozen=True, slots=True)
class _Class:
    name: str
    members: tuple[tuple[str, _Type], ...]


@dataclass(frozen=True, slots=True)
class _Instance:
    of: _Class
    values: Mapping[str, _Item]


_Item = Value | _Reference | _Nulls | _Instance


@dataclass
class _Stream:
    """Reads record by record; `base` is where the stream begins in the data, for the offsets of messages."""

    data: bytes
    base: int
    offset: int = 0
    records: int = 0
    depth: int = 0
    objects: dict[int, _Item] = field(default_factory=dict)
    classes: dict[int, _Class] = field(default_factory=dict)

    def certificate(self, signed: bool) -> ExchangeCertificate:
        root = self._header()
        while self._peek() != _MESSAGE_END:
            self._item()
        certificate = self.objects.get(root)
        if not isinstance(certificate, _Instance) or certificate.of.name != EXCHANGE_CERTIFICATE:
            raise self._wrong(f"the object {root}, the root, is no {EXCHANGE_CERTIFICATE}")
        return ExchangeCertificate(
            cert_data=self._member(certificate, "CertData", bytes),
            self_signed=self._member(certificate, "SelfSigned", bool),
            status=self._enumeration(certificate, "Status"),
            root_ca_type=self._enumeration(certificate, "RootCAType"),
            services=self._enumeration(certificate, "Services"),
            identity=self._identity(certificate),
            signed=signed,
        )

    def _wrong(self, message: str, offset: int | None = None) -> ExchangeCertificateError:
        return ExchangeCertificateError(f"{message} (byte {self.base + (self.offset if offset is None else offset)})")

    # What the objects mean, once all are read.

    def _resolved(self, item: _Item) -> _Item:
        return self.objects.get(item.object_id) if isinstance(item, _Reference) else item

    def _member(self, instance: _Instance, name: str, kind: type[_T]) -> _T:
        if name not in instance.values:
            raise self._wrong(f"{instance.of.name} has no member {name}")
        value = self._resolved(instance.values[name])
        if not isinstance(value, kind):
            raise self._wrong(f"the member {name} is no {_WORDS[kind]}")
        return value

    def _enumeration(self, instance: _Instance, name: str) -> int:
        return self._member(self._member(instance, name, _Instance), "value__", int)

    def _identity(self, instance: _Instance) -> str | None:
        if self._resolved(instance.values.get("Identity")) is None:
            return None
        return self._member(instance, "Identity", str)

    # Records.

    def _header(self) -> int:
        if self._byte() != _HEADER:
            raise self._wrong("no binary-formatter stream: it does not begin with its header", 0)
        root, _header_id, major, minor = (self._i32() for _each in range(4))
        if (major, minor) != (1, 0):
            raise self._wrong(f"the stream is of the version {major}.{minor}, expected 1.0", 0)
        return root

    def _item(self) -> _Item:
        """The next record as a value; libraries are read on the way."""
        self.records += 1
        if self.records > _MOST_RECORDS:
            raise self._wrong(f"more than {_MOST_RECORDS} records")
        begin = self.offset
        kind = self._byte()
        reader = _RECORDS.get(kind)
        if reader is None:
            name = _REFUSED.get(kind, "unknown")
            raise self._wrong(f"record type {kind} ({name}), which an exported certificate does not hold", begin)
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self._wrong(f"records inside one another more than {_DEEPEST} deep", begin)
        item = reader(self)
        self.depth -= 1
        return item

    def library(self) -> _Item:
        self._i32()
        self._text()
        return self._item() if self._peek() != _MESSAGE_END else None

    def class_with_id(self) -> _Item:
        begin = self.offset
        object_id, class_id = self._i32(), self._i32()
        if class_id not in self.classes:
            raise self._wrong(f"the object {object_id} is of the class of object {class_id}, which has none", begin)
        return self._instance(object_id, self.classes[class_id], begin)

    def system_class(self) -> _Item:
        return self._new_class(of_a_library=False)

    def library_class(self) -> _Item:
        return self._new_class(of_a_library=True)

    def string(self) -> _Item:
        begin = self.offset
        return self._defined(self._i32(), self._text(), begin)

    def reference(self) -> _Item:
        return _Reference(self._i32())

    def null(self) -> _Item:
        return None

    def few_nulls(self) -> _Item:
        return _Nulls(self._byte())

    def many_nulls(self) -> _Item:
        return _Nulls(self._i32())

    def primitive_array(self) -> _Item:
        begin = self.offset
        object_id, length, primitive = self._i32(), self._i32(), self._byte()
        if primitive != _BYTE:
            raise self._wrong(f"an array of the primitive type {primitive}, expected bytes ({_BYTE})", begin)
        return self._defined(object_id, self._take(length), begin)

    def array(self) -> _Item:
        """An array of IIS services, whose elements are read and passed over."""
        begin = self.offset
        object_id, shape, rank, length = self._i32(), self._byte(), self._i32(), self._i32()
        if (shape, rank) != (0, 1):
            raise self._wrong(f"an array of the shape {shape} with {rank} dimensions, expected a plain one", begin)
        element = self._type(self._byte())
        if element.primitive is not None:
            raise self._wrong("an array of primitives, expected one of objects", begin)
        self._defined(object_id, None, begin)
        left = self._within(length, begin)
        while left > 0:
            item = self._item()
            left -= item.number if isinstance(item, _Nulls) else 1
        return None

    # Classes.

    def _new_class(self, *, of_a_library: bool) -> _Item:
        begin = self.offset
        object_id, name, count = self._i32(), self._text(), self._i32()
        if not name.startswith(_CLASSES) or (name not in _CLASSES and not name.endswith("]]")):
            raise self._wrong(f"the class {name[:200]}, which an exported certificate does not hold", begin)
        if not 0 <= count <= _MOST_MEMBERS:
            raise self._wrong(f"the class {name} with {count} members, expected at most {_MOST_MEMBERS}", begin)
        names = [self._text() for _each in range(count)]
        kinds = [self._byte() for _each in range(count)]
        made = _Class(name, tuple(zip(names, map(self._type, kinds), strict=True)))
        if of_a_library:
            self._i32()
        self.classes[object_id] = made
        return self._instance(object_id, made, begin)

    def _type(self, kind: int) -> _Type:
        match kind:
            case 0:
                return _Type(primitive=self._byte())
            case 1 | 2 | 5 | 6:
                return _Type()
            case 3:
                self._text()
                return _Type()
            case 4:
                self._text()
                self._i32()
                return _Type()
            case 7:
                self._byte()
                return _Type()
        raise self._wrong(f"a member of the unknown type {kind}")

    def _instance(self, object_id: int, of: _Class, begin: int) -> _Item:
        # A member that refers to the object itself finds it: the id is taken before the members are read.
        values: dict[str, _Item] = {}
        instance = _Instance(of, values)
        self._defined(object_id, instance, begin)
        for name, member in of.members:
            values[name] = self._item() if member.primitive is None else self._primitive(member.primitive)
        return instance

    def _defined(self, object_id: int, item: _Item, begin: int) -> _Item:
        if object_id in self.objects:
            raise self._wrong(f"the object id {object_id} a second time", begin)
        self.objects[object_id] = item
        return item

    # Bytes.

    def _primitive(self, kind: int) -> Value:
        if kind not in _PRIMITIVES:
            raise self._wrong(f"a member of the primitive type {kind}, which an exported certificate does not hold")
        return _PRIMITIVES[kind](self)

    def _within(self, length: int, begin: int) -> int:
        if not 0 <= length <= len(self.data) - self.offset:
            left = len(self.data) - self.offset
            raise self._wrong(f"a length of {length}, and {left} bytes are left", begin)
        return length

    def _take(self, length: int) -> bytes:
        begin = self.offset
        self._within(length, begin)
        self.offset += length
        return self.data[begin : self.offset]

    def _peek(self) -> int:
        if self.offset >= len(self.data):
            raise self._wrong("the stream ends without its last record")
        return self.data[self.offset]

    def _byte(self) -> int:
        return self._take(1)[0]

    def _i32(self) -> int:
        number: int = _I32.unpack(self._take(4))[0]
        return number

    def boolean(self) -> bool:
        return self._byte() != 0

    def number(self) -> int:
        return self._i32()

    def _text(self) -> str:
        """UTF-8 behind its length, seven bits of it in each byte, the lowest first."""
        begin = self.offset
        length = 0
        for shift in range(0, 35, 7):
            byte = self._byte()
            length |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
        else:
            raise self._wrong("the length of a text goes on after five bytes", begin)
        if length > len(self.data) - self.offset:
            raise self._wrong(f"a text of {length} bytes, and {len(self.data) - self.offset} are left", begin)
        return self._take(length).decode("utf-8", "replace")


_HEADER = 0
_MESSAGE_END = 11
_BYTE = 2
_RECORDS: Mapping[int, Callable[[_Stream], _Item]] = {
    1: _Stream.class_with_id,
    4: _Stream.system_class,
    5: _Stream.library_class,
    6: _Stream.string,
    7: _Stream.array,
    9: _Stream.reference,
    10: _Stream.null,
    12: _Stream.library,
    13: _Stream.few_nulls,
    14: _Stream.many_nulls,
    15: _Stream.primitive_array,
}
_REFUSED = {
    0: "SerializedStreamHeader",
    2: "SystemClassWithMembers",
    3: "ClassWithMembers",
    8: "MemberPrimitiveTyped",
    11: "MessageEnd",
    16: "ArraySingleObject",
    17: "ArraySingleString",
    21: "MethodCall",
    22: "MethodReturn",
}
_PRIMITIVES: Mapping[int, Callable[[_Stream], Value]] = {1: _Stream.boolean, 8: _Stream.number}
_WORDS = {bytes: "array of bytes", bool: "truth value", int: "number", str: "text", _Instance: "object"}
