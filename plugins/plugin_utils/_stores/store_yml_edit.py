"""Add SMTP to the services of one certificate in the text of `store.yml`, and leave everything else byte for byte."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import yaml

from .._facts import SERVICES, thumbprint_in
from .store_error import StoreError
from .store_yml import Listed, read_store_yml, root_of

SMTP = "SMTP"


def with_smtp(text: str | None, thumbprint: str, others: Iterable[str] = ()) -> str:
    """The text with SMTP among the services of the certificate; the same text where it is there already.

    `text` is None where there is no `store.yml`: the new one says of the `others`, thumbprints of the store, that their
    services are not known, as a certificate that it did not list would have none. The new text is read again before it
    is returned. Raises StoreError for a text that is wrong, or is written in a way that cannot be edited here.
    """
    if text is None:
        unknown = "".join(f"{other}:\n  services: null\n" for other in others if other != thumbprint)
        return f"{thumbprint}:\n  services: [{SMTP}]\n{unknown}"
    listed = read_store_yml(text)
    said = listed.get(thumbprint, Listed())
    if SMTP in (said.services or ()):
        return text
    services = {*(said.services or ()), SMTP}
    expected = replace(said, services=tuple(service for service in SERVICES if service in services))
    edited = _edit_of(text, thumbprint).applied_to(text)
    if not _reads_as(edited, {**listed, thumbprint: expected}):
        raise StoreError(
            f"store.yml is written in a way that cannot be edited here (such as with anchors); add {SMTP} to the "
            f"services of {thumbprint} by hand"
        )
    return edited


def _reads_as(text: str, expected: dict[str, Listed]) -> bool:
    try:
        return read_store_yml(text) == expected
    except StoreError:
        return False


@dataclass(frozen=True, slots=True)
class _Edit:
    """Puts `new` in the place of the characters from `begin` to `end`."""

    begin: int
    end: int
    new: str

    def applied_to(self, text: str) -> str:
        return text[: self.begin] + self.new + text[self.end :]


def _edit_of(text: str, thumbprint: str) -> _Edit:
    root = root_of(text)
    newline = "\r\n" if "\r\n" in text else "\n"
    if not isinstance(root, yaml.MappingNode):
        return _first_entry(text, root, thumbprint, newline)
    for key, value in root.value:
        if thumbprint_in(key.value) == thumbprint:
            return _in_entry(value, newline)
    return _further_entry(text, root, thumbprint, newline)


def _first_entry(text: str, root: yaml.Node | None, thumbprint: str, newline: str) -> _Edit:
    """Of a file that lists nothing: it holds comments alone, or a null."""
    if root is not None and root.end_mark.index > root.start_mark.index:
        return _instead_of(root, f"{{{thumbprint}: {_FLOW}}}")
    return _at(len(text), _lines(text, "", thumbprint, newline))


def _further_entry(text: str, root: yaml.MappingNode, thumbprint: str, newline: str) -> _Edit:
    entry = f"{thumbprint}: {_FLOW}"
    if not root.flow_style:
        end = root.end_mark.index
        return _at(end, _lines(text[:end], " " * root.value[0][0].start_mark.column, thumbprint, newline))
    if not root.value:
        return _at(root.start_mark.index + 1, entry)
    return _at(root.value[-1][1].end_mark.index, f", {entry}")


def _lines(before: str, indent: str, thumbprint: str, newline: str) -> str:
    begin = newline if before and not before.endswith(("\n", "\r")) else ""
    return f"{begin}{indent}{thumbprint}:{newline}{indent}  services: [{SMTP}]{newline}"


def _in_entry(entry: yaml.Node, newline: str) -> _Edit:
    if not isinstance(entry, yaml.MappingNode):
        return _instead_of(entry, _FLOW)
    for key, value in entry.value:
        if key.value == "services":
            return _in_services(value, newline)
    if not entry.value:
        return _at(entry.start_mark.index + 1, _SERVICES)
    first = entry.value[0][0].start_mark
    follows = ", " if entry.flow_style else newline + " " * first.column
    return _at(first.index, _SERVICES + follows)


def _in_services(services: yaml.Node, newline: str) -> _Edit:
    if not isinstance(services, yaml.SequenceNode):
        return _instead_of(services, f"[{SMTP}]")
    if not services.flow_style:
        begin = services.start_mark
        return _at(begin.index, f"- {SMTP}{newline}{' ' * begin.column}")
    if not services.value:
        return _at(services.start_mark.index + 1, SMTP)
    return _at(services.value[-1].end_mark.index, f", {SMTP}")


_SERVICES = f"services: [{SMTP}]"
_FLOW = f"{{{_SERVICES}}}"


def _at(place: int, new: str) -> _Edit:
    return _Edit(place, place, new)


def _instead_of(node: yaml.Node, new: str) -> _Edit:
    """In the place of a null, which may be written as nothing at all, right behind a colon."""
    begin, end = node.start_mark.index, node.end_mark.index
    return _Edit(begin, end, new if begin < end else f" {new}")
