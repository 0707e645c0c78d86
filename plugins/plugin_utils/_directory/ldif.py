"""Reads an LDIF export of the directory (RFC 2849), as `ldifde`, `ldapsearch` and `ldbsearch` write it."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import binascii
import codecs
import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import NamedTuple

from .distinguished_name import split_dn
from .entry import DirectoryError, Entry

MAX_SIZE = 64 * 1024 * 1024
"""Bytes an export may have: about 20,000 servers with their connectors and certificates."""
MAX_LINES = 2_000_000
"""Lines it may have: a large one has about 60 bytes in each."""

_DESCRIPTION = re.compile(rb"(?P<name>[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)*)(?P<options>(?:;[A-Za-z0-9=*-]+)*)")
_WHOLE_VALUE_OPTIONS = re.compile(r";(?:binary|range=0-\*)(?=;|$)")
_EXPORT_LESS = "export only servers and Send connectors (msExchExchangeServer, msExchRoutingSMTPConnector)"


class _LineError(Exception):
    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


class _Line(NamedTuple):
    """A line, unfolded; `number` is that of its first part in the file."""

    number: int
    text: bytes


class _Attribute(NamedTuple):
    line: int
    name: str
    value: bytes


def read_ldif(path: str) -> tuple[Entry, ...]:
    """The entries of an export, in its order; `changetype: add`, which ldifde writes, is an entry as well.

    UTF-8 with or without a byte order mark, UTF-16 with one. Nothing that the file refers to (`cn:< file:...`) is
    opened.

    Raises DirectoryError, with file and line, for what cannot be read whole. A cut export is told by a last line
    without its newline, a broken base64 value, a last line as long as those that are continued, or ldapsearch's
    comment `# search result` missing; a search that failed or met a limit by its result. Where no empty line closes
    the last entry, or ldbsearch's last line is missing, that entry carries a `doubt`. A cut exactly between two entries
    of ldifde or of `ldapsearch -LLL` shows in nothing.
    """
    content = _as_utf8(_content(path), path)
    if (lines := content.count(b"\n")) > MAX_LINES:
        raise DirectoryError(f"{path} has {lines} lines, an export may have {MAX_LINES}; {_EXPORT_LESS}")
    try:
        return _entries(content)
    except _LineError as error:
        raise DirectoryError(f"{path}, line {error.line}: {error}") from None


def _content(path: str) -> bytes:
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise DirectoryError(f"{path} is no regular file; name the LDIF export itself")
            if status.st_size > MAX_SIZE:
                raise DirectoryError(
                    f"{path} has {status.st_size} bytes, an export may have {MAX_SIZE}; {_EXPORT_LESS}"
                )
            return file.read(MAX_SIZE)
    except DirectoryError:
        raise
    except OSError as error:
        raise DirectoryError(f"{path} cannot be read: {error.strerror}; name a readable LDIF export") from None
    except ValueError as error:
        raise DirectoryError(f"{path!r} is no path of a file: {error}; name an LDIF export") from None


def _without_waiting(path: str, flags: int) -> int:
    # The opening of a FIFO would wait for a writer.
    return os.open(path, flags | os.O_NONBLOCK)


def _as_utf8(content: bytes, path: str) -> bytes:
    if content.startswith(codecs.BOM_UTF8):
        return content[len(codecs.BOM_UTF8) :]
    if not content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content
    try:
        return content.decode("utf-16").encode()
    except UnicodeDecodeError as error:
        raise DirectoryError(
            f"{path} is no whole UTF-16 text ({error.reason} at byte {error.start}), perhaps cut; export it again"
        ) from None


@dataclass
class _Progress:
    """How far the output of ldapsearch and ldbsearch has come, by what their comments say."""

    search_begun: bool = False
    records_begun: bool = False
    finished: bool = False

    def comment(self, text: bytes) -> None:
        if text == b"# LDAPv3":
            self.search_begun = True
        elif text.startswith(b"# record "):
            self.records_begun = True
        elif text == b"# search result" or text.startswith(b"# returned "):
            self.search_begun, self.records_begun, self.finished = False, False, True

    def entry(self) -> None:
        self.finished = False


def _entries(content: bytes) -> tuple[Entry, ...]:
    entries: list[Entry] = []
    progress = _Progress()
    last = None
    for block in _blocks(content, progress):
        last = _entry_of(block)
        if last:
            entries.append(last)
            progress.entry()
    _refuse_cut(content, progress, within_entry=last is not None)
    if last:
        sign = "no empty line follows its last entry, as the tools write one"
    elif entries and progress.records_begun:
        sign = "it has no line '# returned ... records' at its end, as ldbsearch writes one"
    else:
        return tuple(entries)
    return (*entries[:-1], replace(entries[-1], doubt=f"the LDIF may have been cut: {sign}"))


def _blocks(content: bytes, progress: _Progress) -> Iterator[list[_Line]]:
    """The lines between empty lines, without comments; last those that no empty line follows."""
    block: list[_Line] = []
    for line in _unfolded(content):
        if line.text.startswith(b"#"):
            progress.comment(line.text)
        elif line.text:
            block.append(line)
        else:
            yield block
            block = []
    yield block


def _refuse_cut(content: bytes, progress: _Progress, *, within_entry: bool) -> None:
    last_line = content.count(b"\n") + (not content.endswith(b"\n"))
    if progress.search_begun:
        raise _LineError(
            last_line, "the file ends without '# search result': ldapsearch's output was cut; export it again"
        )
    if content and not content.endswith(b"\n") and not progress.finished:
        raise _LineError(
            last_line, "the file ends within this line: it was cut; export it again, or add a newline if it is whole"
        )
    if within_entry and _ends_where_lines_are_folded(content):
        raise _LineError(
            last_line,
            "the file ends with a line as long as those that are continued: it was cut; export it again, or add an "
            "empty line if it is whole",
        )


def _ends_where_lines_are_folded(content: bytes) -> bool:
    previous = b""
    longest_folded = 0
    for line in BytesIO(content):
        if line.startswith(b" "):
            longest_folded = max(longest_folded, len(previous))
        previous = line
    return 0 < longest_folded <= len(previous)


def _unfolded(content: bytes) -> Iterator[_Line]:
    parts: list[bytes] = []
    first = 0
    for number, ended in enumerate(BytesIO(content), 1):
        line = ended.rstrip(b"\r\n")
        if line.startswith(b" ") and parts and parts[0]:
            parts.append(line[1:])
            continue
        if parts:
            yield _Line(first, b"".join(parts))
        parts, first = [line.rstrip(b" ") and line], number
    if parts:
        yield _Line(first, b"".join(parts))


def _entry_of(block: Sequence[_Line]) -> Entry | None:
    """The entry of a block of lines; None for the version, and for what ldapsearch writes besides entries."""
    attributes = list(_attributes(block))
    if attributes and attributes[0].name == "version":
        version = attributes.pop(0)
        if version.value.strip() != b"1":
            raise _LineError(version.line, f"LDIF version {_shown(version.value)} is not known; export as version 1")
    if not attributes:
        return None
    first, *others = attributes
    second_dn = next((attribute for attribute in others if attribute.name == "dn"), None)
    if second_dn:
        raise _LineError(second_dn.line, "a second dn: within one record; records are separated by an empty line")
    if first.name == "dn":
        return _entry(first, others)
    if first.name == "search":
        _refuse_failed_search(others)
    elif any(attribute.name != "ref" for attribute in attributes):
        raise _LineError(first.line, f"the record begins with {first.name}:, not with dn:; export the file again")
    return None


def _entry(dn: _Attribute, attributes: Sequence[_Attribute]) -> Entry:
    values: dict[str, list[bytes]] = {}
    for attribute in attributes:
        values.setdefault(attribute.name, []).append(attribute.value)
    try:
        text = dn.value.decode()
        split_dn(text)
    except UnicodeDecodeError:
        raise _LineError(dn.line, "the dn is not UTF-8; export as UTF-8 or as Unicode (ldifde -u)") from None
    except DirectoryError as error:
        raise _LineError(dn.line, str(error)) from None
    return Entry(text, {name: tuple(several) for name, several in values.items()})


def _refuse_failed_search(attributes: Sequence[_Attribute]) -> None:
    for attribute in attributes:
        if attribute.name == "result" and not re.match(rb"0(?!\d)", attribute.value):
            raise _LineError(
                attribute.line,
                f"the search ended with {_shown(attribute.value)}, so the export is not whole; export it again (past a "
                "limit of the server: in pages, ldapsearch -E pr=500/noprompt)",
            )


def _attributes(block: Sequence[_Line]) -> Iterator[_Attribute]:
    for line in block:
        attribute = _attribute(line)
        if attribute.name != "changetype":
            yield attribute
        elif attribute.value.strip().lower() != b"add":
            raise _LineError(
                line.number,
                f"a change record (changetype: {_shown(attribute.value)}), which is no entry of the directory; give an "
                "export of ldifde -f, ldapsearch or ldbsearch",
            )


def _attribute(line: _Line) -> _Attribute:
    for character, what in ((b"\0", "a NUL (UTF-16 without a byte order mark?)"), (b"\r", "a carriage return")):
        if character in line.text:
            raise _LineError(line.number, f"the line holds {what}; export the file again as UTF-8")
    described, colon, value = line.text.partition(b":")
    description = _DESCRIPTION.fullmatch(described)
    if not colon or not description:
        raise _LineError(line.number, f"{_shown(line.text)} is not of the form name: value; export the file again")
    options = _WHOLE_VALUE_OPTIONS.sub("", description["options"].decode().lower())
    name = description["name"].decode().lower() + options
    if value.startswith(b"<"):
        raise _LineError(
            line.number,
            f"the value of {name} is a reference ({_shown(value[1:].strip())}), which is never opened; export with the "
            "values in the file (ldapsearch without -t)",
        )
    if value.startswith(b":"):
        return _Attribute(line.number, name, _from_base64(value[1:], name, line.number))
    return _Attribute(line.number, name, value.lstrip(b" "))


def _from_base64(encoded: bytes, name: str, line: int) -> bytes:
    try:
        return binascii.a2b_base64(encoded.strip(b" "), strict_mode=True)
    except binascii.Error as error:
        raise _LineError(
            line, f"the base64 value of {name} is broken, perhaps cut ({error}); export the file again"
        ) from None


def _shown(value: bytes) -> str:
    text = value[:60].decode("utf-8", "backslashreplace")
    return ascii(text) + ("..." if len(value) > 60 else "")
