"""The two editions of the procedure: each a tuple of steps and, per role, the conditions of step 2."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from . import _procedure as procedure
from ._facts import Role
from ._sessions import Gate, delivery_to_edge, edge_address_space, exchange_server_authentication


@dataclass(frozen=True)
class Edition:
    """One edition: its steps in order, the conditions of step 2 per role, and the cmdlet that shows step 3's value."""

    name: str
    steps: tuple[procedure.StepFunction, ...]
    gates: Mapping[Role, Gate]
    compares_with_best: bool
    transport_cmdlet: str


_TO_THE_INTERNAL_CERTIFICATE = (
    procedure.step_1,
    procedure.step_2a,
    procedure.step_2b,
    procedure.step_3,
    procedure.step_4,
    procedure.step_5,
)
_EDGE_GATE: Gate = {"2a": exchange_server_authentication, "2b": edge_address_space}

EDITION_2007 = Edition(
    "2007",
    (
        *_TO_THE_INTERNAL_CERTIFICATE,
        procedure.step_6,
        procedure.step_7,
        procedure.step_8,
        procedure.step_9,
    ),
    {
        "hub": {"2a": exchange_server_authentication, "2b": delivery_to_edge},
        "edge": _EDGE_GATE,
    },
    compares_with_best=True,
    transport_cmdlet="Get-TransportServer",
)

EDITION_2016 = Edition(
    "2016",
    (
        *_TO_THE_INTERNAL_CERTIFICATE,
        procedure.absent("6"),
        procedure.absent("7"),
        procedure.absent("8"),
        procedure.absent("9"),
    ),
    {
        "hub": {"2b": delivery_to_edge},
        "edge": _EDGE_GATE,
    },
    compares_with_best=False,
    transport_cmdlet="Get-TransportService",
)

EDITIONS = {edition.name: edition for edition in (EDITION_2007, EDITION_2016)}

_VERSION = re.compile(r"(\d+)\.(\d+)(?:\.\d+)*")
_DOCUMENTED_2016 = ((15, 1), (15, 2))


def _edition_of(version: str | None) -> tuple[Edition | None, bool]:
    """The edition a version follows, None where that cannot be told, and whether it is only assumed."""
    match = _VERSION.fullmatch(version or "")
    if not match:
        return None, True
    major, minor = int(match[1]), int(match[2])
    if major in (8, 14):
        return EDITION_2007, False
    if major < 15:
        return None, True
    return EDITION_2016, (major, minor) not in _DOCUMENTED_2016


def edition_name(version: str | None) -> str | None:
    """`2007` (Exchange 8.x and 14.x) or `2016` (15.x) for a version such as `15.2.2562`; None where it is not known."""
    edition, _assumed = _edition_of(version)
    return edition.name if edition else None


def edition_for(version: str | None) -> tuple[Edition, bool]:
    """The edition to decide with, and whether it is assumed: an unknown version means 2007, 15.0 means 2016."""
    edition, assumed = _edition_of(version)
    return edition or EDITION_2007, assumed
