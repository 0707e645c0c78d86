"""Frozen data classes to and from plain data (dictionaries, lists, texts, numbers); an error names its field."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
Reader = Callable[[Any], Any]


class PlainDataError(ValueError):
    """Plain data of another shape than expected: `place` is the path to the field, `problem` what is wrong there."""

    def __init__(self, problem: str, place: str = "") -> None:
        super().__init__(problem, place)
        self.problem = problem
        self.place = place

    def __str__(self) -> str:
        return f"{self.place.removeprefix('.')} {self.problem}"

    def inside(self, place: str) -> PlainDataError:
        return PlainDataError(self.problem, place + self.place)


def moment_of(text: str) -> datetime:
    """An ISO 8601 moment as an aware UTC datetime; a moment without an offset is UTC.

    Raises ValueError for anything that is no such moment.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{text!r} lies outside the years 1 to 9999 in UTC") from None


def text_of(moment: datetime) -> str:
    """The moment as the facts and decisions write it: `2026-11-23T23:40:00Z`, whole seconds, always UTC."""
    return moment.replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def to_plain(value: Any) -> Any:
    """The plain data of a value: data classes and mappings as dictionaries, tuples as lists, moments as texts."""
    if isinstance(value, tuple):
        return [to_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: to_plain(item) for key, item in value.items()}
    if isinstance(value, datetime):
        return text_of(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {key: to_plain(getattr(value, name)) for name, key, _reader in _fields(type(value))}
    return value


def from_plain(cls: type[T], plain: object) -> T:
    """The data class of plain data; keys it does not know are passed over. Raises PlainDataError.

    A field's key is its name, unless its metadata name another `key`, such as `from`.
    """
    if not isinstance(plain, Mapping):
        raise _wrong(plain, "a dictionary")
    values = {}
    for name, key, reader in _fields(cast(Any, cls)):
        if key not in plain:
            raise PlainDataError("is missing", f".{key}")
        try:
            values[name] = reader(plain[key])
        except PlainDataError as error:
            raise error.inside(f".{key}") from None
    return cls(**values)


@cache
def _fields(cls: Any) -> tuple[tuple[str, str, Reader], ...]:
    hints = get_type_hints(cls, include_extras=True)
    return tuple((f.name, f.metadata.get("key", f.name), _reader(hints[f.name])) for f in fields(cls))


def _reader(hint: Any) -> Reader:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        read: Reader = arguments[1]
        return read
    if origin in (UnionType, Union):
        (inner,) = (_reader(argument) for argument in arguments if argument is not NoneType)
        return lambda value: None if value is None else inner(value)
    if origin is tuple:
        return _list_of(_reader(arguments[0]))
    if origin is Mapping:
        return _named(_reader(arguments[1]))
    if origin is Literal:
        return _choice(arguments)
    if is_dataclass(hint):
        return lambda value: from_plain(cast(type, hint), value)
    readers: dict[Any, Reader] = {str: read_text, bool: _flag, int: _number, datetime: _moment}
    return readers[hint]


def _wrong(value: object, expected: str) -> PlainDataError:
    return PlainDataError(f"is {_kind(value)}, expected {expected}")


def _kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        return "a dictionary"
    if isinstance(value, (list, tuple)):
        return "a list"
    text = repr(str(value)) if isinstance(value, str) else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def read_text(value: object, expected: str = "a text") -> str:
    if not isinstance(value, str):
        raise _wrong(value, expected)
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise _wrong(value, "true or false")
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _wrong(value, "a whole number")
    return value


def _moment(value: object) -> datetime:
    expected = "a moment in ISO 8601, such as 2026-11-23T23:40:00Z"
    try:
        return moment_of(read_text(value, expected))
    except PlainDataError:
        raise
    except ValueError:
        raise _wrong(value, expected) from None


def _choice(choices: tuple[str, ...]) -> Reader:
    def read(value: object) -> str:
        if value not in choices:
            raise _wrong(value, "one of " + ", ".join(choices))
        return str(value)

    return read


def _list_of(reader: Reader) -> Reader:
    def read(value: object) -> tuple[Any, ...]:
        if not isinstance(value, (list, tuple)):
            raise _wrong(value, "a list")
        items = []
        for index, item in enumerate(value):
            try:
                items.append(reader(item))
            except PlainDataError as error:
                raise error.inside(f"[{index}]") from None
        return tuple(items)

    return read


def _named(reader: Reader) -> Reader:
    """Of a dictionary whose keys are names that are not known beforehand."""

    def read(value: object) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise _wrong(value, "a dictionary")
        items = {}
        for name, item in value.items():
            key = read_text(name, "a text for each key")
            try:
                items[key] = reader(item)
            except PlainDataError as error:
                raise error.inside(f"[{key[:60]!r}]") from None
        return items

    return read
