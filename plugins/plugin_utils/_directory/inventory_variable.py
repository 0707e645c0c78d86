"""The host variable `anon_tls_directory`: what the directory says of one server, as plain data."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .._facts import DirectoryValue, SendConnector, Server
from .._plain_data import PlainDataError, from_plain, to_plain
from .entry import DirectoryError
from .exchange_objects import DirectoryAnswer

NAME = "anon_tls_directory"
SOURCE = "inventory"
VERSION = 1


@dataclass(frozen=True, slots=True)
class _Variable:
    """As it is written; the fields but the first two are those of DirectoryAnswer."""

    schema_version: int
    read_at: datetime
    server: Server
    directory: DirectoryValue
    connectors: tuple[SendConnector, ...] | None
    fqdn: str | None
    warnings: tuple[str, ...]


def variable_of(answer: DirectoryAnswer, read_at: datetime) -> dict[str, Any]:
    """The variable for an answer that was read at that moment."""
    plain: dict[str, Any] = to_plain(
        _Variable(VERSION, read_at, answer.server, answer.value, answer.connectors, answer.fqdn, answer.warnings)
    )
    return plain


def answer_of(variable: object) -> DirectoryAnswer:
    """The answer that a variable holds; `newest` is the moment at which the directory was read.

    Raises DirectoryError for anything but a variable that this version of the collection wrote.
    """
    try:
        read = from_plain(_Variable, variable)
        if read.schema_version != VERSION:
            raise PlainDataError(f"is {read.schema_version}, and this version reads {VERSION}", ".schema_version")
        if (read.directory.status == "present") != (read.directory.thumbprint is not None):
            raise PlainDataError("must be given if and only if the status is present", ".directory.thumbprint")
    except PlainDataError as error:
        raise DirectoryError(
            f"{error.inside(NAME)}; read the directory again with the inventory plugin "
            "msexchange.transport_tls.exchange_servers of this version, its cache flushed (--flush-cache)"
        ) from None
    return DirectoryAnswer(
        read.server, read.directory, read.connectors, read.fqdn, read.warnings, newest=read.read_at.timestamp()
    )
