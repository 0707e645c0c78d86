"""CLIXML, as Export-Clixml writes it: from the bytes of a file to plain values.

The elements are those of the PowerShell Remoting Protocol (MS-PSRP, section 2.2.5). Nothing in a file makes this module
build anything but the values below: a type name is a text.
"""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import binascii
import codecs
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from xml.parsers import expat

MAX_VALUES = 1_000_000
"""Elements a file may have; an Exchange server has about 300."""
MAX_DEPTH = 200
"""How deep they may be nested; Export-Clixml goes 100 objects deep at most, and two unless it is told."""

_DECLARATION = re.compile(r"<\?xml\s[^>]*?\bencoding\s*=\s*[\"']([^\"'>]*)[\"']")
_ENCODED_UNIT = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NUMBER = re.compile(r"\s*[+-]?[0-9]{1,20}\s*")
_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}
_COPIED = re.compile(r"(?:Deserialized\.|Selected\.)*")

_T = TypeVar("_T")


class ClixmlError(ValueError):
    """Bytes that are no CLIXML: the message says where, what was seen and what was expected."""


@dataclass(frozen=True, slots=True, eq=False)
class Object:
    """An object, as far as the export holds it: a property that is absent is not known, one that is None is null.

    `types`: its class and those it is derived from. `text`: its ToString. `properties`: the adapted and the extended
    ones. `value`: the number of an enumeration, or the value of another primitive with properties of its own. `items`:
    of a list, queue or stack. `entries`: of a dictionary. An object that would be inside itself says nothing there.
    """

    types: tuple[str, ...] = ()
    text: str | None = None
    properties: Mapping[str, Value] = field(default_factory=dict, repr=False)
    value: Value = field(default=None, repr=False)
    items: tuple[Value, ...] | None = field(default=None, repr=False)
    entries: tuple[tuple[Value, Value], ...] | None = field(default=None, repr=False)

    def is_a(self, type_name: str) -> bool:
        """Whether it is of this class or of one derived from it, or a copy of its properties (`Select-Object`)."""
        return any(_COPIED.sub("", name, count=1) == type_name for name in self.types)

    def texts_of(self, name: str) -> tuple[str, ...] | None:
        """A property as a list of texts: a single value is a list of one, null an empty one; None: not known."""
        if name not in self.properties:
            return None
        value = self.properties[name]
        values = value.items if isinstance(value, Object) and value.items is not None else (value,)
        texts = [text_of(each) for each in values if each is not None]
        return None if None in texts else tuple(text for text in texts if text)

    def text_of(self, name: str) -> str | None:
        """A property as text; None where it is not known, null or empty."""
        return text_of(self.properties.get(name)) or None

    def flag_of(self, name: str) -> bool | None:
        """A property as yes or no; None where it is neither, or not known."""
        value = self.properties.get(name)
        return _BOOLEANS.get(value.lower()) if isinstance(value, str) else value if isinstance(value, bool) else None


Value = None | bool | int | str | bytes | Object
"""A value; times, durations, versions, GUIDs, URIs and numbers that are not whole are the text that stands there."""


@dataclass(frozen=True, slots=True)
class Document:
    """The objects of a file, in its order; `damage` says where and why reading stopped, None where it is whole."""

    objects: tuple[Object, ...]
    damage: str | None = None


def read_clixml(content: bytes) -> Document:
    """Everything that Export-Clixml wrote; of a file that is cut or broken what stands before the damage.

    UTF-16 and UTF-8, as its first bytes and its declaration say, which must agree. Values at the top that are no
    objects are passed over. A document type, and with it any entity, is refused; nothing outside of the file is opened.
    """
    reader = _Reader()
    try:
        reader.feed(*_decoded(content))
    except ClixmlError as error:
        return Document(tuple(reader.objects), str(error))
    return Document(tuple(reader.objects))


def text_of(value: Value) -> str | None:
    """What a value is as text: a string, a number, what ToString gave of an object; None where nothing says."""
    match value:
        case str():
            return value
        case Object():
            return value.text if value.text is not None or value.value is None else text_of(value.value)
        case bool():
            return str(value).lower()
        case int():
            return str(value)
    return None


def _decoded(content: bytes) -> tuple[str, str | None]:
    """The text, by a byte order mark, by the first character, which is a `<`, or as UTF-8, and why it ends early."""
    encoding, family = "utf-8-sig", "UTF-8"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding, family = "utf-16", "UTF-16"
    elif content[:2] in (b"<\0", b"\0<"):
        encoding, family = "utf-16-le" if content[0] else "utf-16-be", "UTF-16"
    trouble = None
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        text = content[: error.start].decode(encoding, "ignore")
        trouble = f"no {family} from byte {error.start} on ({error.reason})"
    declared = _DECLARATION.match(text)
    if declared and not declared[1].upper().startswith(family):
        raise ClixmlError(f"line 1: it declares the encoding {declared[1][:40]!r} and is {family}; export it again")
    return text, trouble


@dataclass(slots=True)
class _Element:
    """An element whose end has not come; `children` are the tag, the attribute N and the value of each."""

    tag: str
    attributes: Mapping[str, str]
    line: int
    text: list[str] = field(default_factory=list)
    children: list[tuple[str, str | None, Any]] = field(default_factory=list)

    def values(self) -> tuple[Any, ...]:
        return tuple(value for _tag, _name, value in self.children)


class _Reader:
    """Turns each element into a value when it ends; `objects` are those that are complete at the top."""

    def __init__(self) -> None:
        self.objects: list[Object] = []
        self._open: list[_Element] = []
        self._count = 0
        self._types: dict[str, tuple[str, ...]] = {}
        self._referable: dict[str, Object] = {}
        self._parser = expat.ParserCreate("utf-8")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._doctype

    def feed(self, text: str, trouble: str | None) -> None:
        try:
            self._parser.Parse(text.encode(), True)
        except expat.ExpatError as error:
            raise self._wrong(f"{trouble or expat.ErrorString(error.code)}; expected {self._expected()}") from None

    def _expected(self) -> str:
        innermost = self._open[-1] if self._open else None
        return f"the end of <{innermost.tag}> of line {innermost.line}" if innermost else "<Objs>, as in every export"

    def _wrong(self, message: str) -> ClixmlError:
        return ClixmlError(f"line {self._parser.CurrentLineNumber}: {message}")

    def _doctype(self, *_declaration: object) -> None:
        raise self._wrong("a document type is declared, which no export has; nothing of it is read")

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._count += 1
        if self._count > MAX_VALUES:
            raise self._wrong(f"more than {MAX_VALUES} elements; export fewer objects")
        if len(self._open) == MAX_DEPTH:
            raise self._wrong(f"elements nested more than {MAX_DEPTH} deep; export with a smaller depth")
        if not self._open and tag != "Objs":
            raise self._wrong(f"the root is <{tag[:40]}>, expected <Objs>, as in every export")
        if tag not in _MEANINGS:
            raise self._wrong(f"<{tag[:40]}> is no element of CLIXML")
        if tag == "Obj" and "RefId" in attributes:
            self._referable[attributes["RefId"]] = Object()
        self._open.append(_Element(tag, attributes, self._parser.CurrentLineNumber))

    def _text(self, text: str) -> None:
        if self._open:
            self._open[-1].text.append(text)

    def _end(self, tag: str) -> None:
        element = self._open.pop()
        try:
            value = _MEANINGS[tag](element, self)
        except ValueError as error:
            raise self._wrong(f"<{tag}> {error}") from None
        if self._open:
            self._open[-1].children.append((tag, _unescaped(element.attributes.get("N")), value))
        if len(self._open) == 1 and isinstance(value, Object):
            self.objects.append(value)

    def types(self, element: _Element) -> tuple[str, ...]:
        names = element.values()
        self._types[element.attributes.get("RefId", "")] = names
        return names

    def types_again(self, element: _Element) -> tuple[str, ...]:
        return _again(self._types, element)

    def object_again(self, element: _Element) -> Object:
        return _again(self._referable, element)

    def object(self, element: _Element) -> Object:
        properties: dict[str, Value] = {}
        parts: dict[str, Any] = {}
        for tag, _name, value in element.children:
            if tag in ("Props", "MS"):
                properties.update(value)
            else:
                parts["items" if tag in _LISTS else _PARTS.get(tag, "value")] = value
        made = Object(properties=properties, **parts)
        if "RefId" in element.attributes:
            self._referable[element.attributes["RefId"]] = made
        return made


def _again(known: Mapping[str, _T], element: _Element) -> _T:
    reference = element.attributes.get("RefId", "")
    if reference not in known:
        raise ValueError(f"refers to {reference[:20]!r}, which is not before it")
    return known[reference]


def _unescaped(text: str | None) -> str | None:
    """`_x000D_` stands for the UTF-16 code unit with that number."""
    if text is None or "_x" not in text:
        return text
    text = _ENCODED_UNIT.sub(lambda unit: chr(int(unit[1], 16)), text)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace") if _SURROGATE.search(text) else text


def _string(element: _Element, _reader: _Reader) -> str:
    return _unescaped("".join(element.text)) or ""


def _bool(element: _Element, _reader: _Reader) -> bool:
    text = "".join(element.text).strip().lower()
    if text not in _BOOLEANS:
        raise ValueError(f"holds {text[:40]!r}, expected true or false")
    return _BOOLEANS[text]


def _int(element: _Element, _reader: _Reader) -> int:
    text = "".join(element.text)
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"holds {text[:40]!r}, expected a whole number")
    return int(text)


def _bytes(element: _Element, _reader: _Reader) -> bytes:
    try:
        return binascii.a2b_base64("".join("".join(element.text).split()), strict_mode=True)
    except ValueError as error:
        raise ValueError(f"holds no base64: {error}") from None


def _properties(element: _Element, _reader: _Reader) -> dict[str, Value]:
    named = {name: value for _tag, name, value in element.children if name is not None}
    if len(named) < len(element.children):
        raise ValueError("has properties without a name, or of one name")
    return named


def _entry(element: _Element, _reader: _Reader) -> tuple[Value, Value]:
    parts = {name: value for _tag, name, value in element.children}
    return parts.get("Key"), parts.get("Value")


def _list(element: _Element, _reader: _Reader) -> tuple[Any, ...]:
    return element.values()


def _nothing(_element: _Element, _reader: _Reader) -> None:
    return None


def _secret(_element: _Element, _reader: _Reader) -> Object:
    """A SecureString: that there is one is all that is kept of it."""
    return Object(("System.Security.SecureString",))


_LISTS = ("LST", "IE", "QUE", "STK")
_PARTS = {"TN": "types", "TNRef": "types", "ToString": "text", "DCT": "entries"}
_MEANINGS: Mapping[str, Callable[[_Element, _Reader], Any]] = {
    "Objs": _nothing,
    "Obj": lambda element, reader: reader.object(element),
    "Ref": lambda element, reader: reader.object_again(element),
    "TN": lambda element, reader: reader.types(element),
    "TNRef": lambda element, reader: reader.types_again(element),
    "Props": _properties,
    "MS": _properties,
    "DCT": _list,
    "En": _entry,
    "Nil": _nothing,
    "B": _bool,
    "BA": _bytes,
    "SS": _secret,
    **dict.fromkeys(_LISTS, _list),
    **dict.fromkeys(("C", "By", "SB", "U16", "I16", "U32", "I32", "U64", "I64"), _int),
    **dict.fromkeys(("T", "ToString", "S", "DT", "TS", "Sg", "Db", "D", "G", "URI", "Version", "XD", "SBK"), _string),
}
