"""What differs between two readings of one server, in words: a change is made only where nothing has moved."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ._facts import Facts

_NOT_OF_THE_SERVER = {"collected_at", "warnings"}
_KEYS = ("thumbprint", "name", "part")
_LONGEST = 100
_ABSENT = object()


def differences(earlier: Facts, now: Facts) -> list[str]:
    """Each place that differs, such as `directory.thumbprint was "A", is "B"`; the time of reading does not count."""
    plain = ({k: v for k, v in each.to_plain().items() if k not in _NOT_OF_THE_SERVER} for each in (earlier, now))
    return list(_walk("", *plain))


def _walk(place: str, earlier: Any, now: Any) -> Iterator[str]:
    if earlier == now:
        return
    if now is _ABSENT:
        yield f"{place} is gone"
    elif earlier is _ABSENT:
        yield f"{place} is new"
    elif isinstance(earlier, dict) and isinstance(now, dict):
        for key in dict.fromkeys((*earlier, *now)):
            yield from _walk(f"{place}.{key}".strip("."), earlier.get(key, _ABSENT), now.get(key, _ABSENT))
    elif (before := _by_name(earlier)) is not None and (after := _by_name(now)) is not None:
        for name in dict.fromkeys((*before, *after)):
            yield from _walk(f"{place}[{name}]", before.get(name, _ABSENT), after.get(name, _ABSENT))
    else:
        yield f"{place} was {_short(earlier)}, is {_short(now)}"


def _by_name(entries: Any) -> dict[str, Any] | None:
    """A list of named things by their names; None where it is none, or the names do not tell them apart."""
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return None
    names = [next((entry[key] for key in _KEYS if entry.get(key)), "") for entry in entries]
    return dict(zip(names, entries, strict=True)) if len(set(names)) == len(names) and "" not in names else None


def _short(value: Any) -> str:
    text = "nothing" if value is None or value == [] else str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
