"""Parse the certificates that a source of a store holds: those that can be, those that cannot, and what is odd."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from .._certificate import CertificateError, ParsedCertificate, load_each, thumbprint_if_whole
from .._facts import Unreadable
from .folder_reading import AuthorityFiles, CertificateFile


class Found(NamedTuple):
    """A certificate, and what its source says of it."""

    file: CertificateFile
    parsed: ParsedCertificate


@dataclass(frozen=True, slots=True)
class Parsed:
    """The certificates that can be parsed, those that cannot, and what is odd about them."""

    certificates: tuple[Found, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def alone(self) -> list[ParsedCertificate]:
        return [found.parsed for found in self.certificates]


def parse(files: Iterable[CertificateFile], unreadable: Iterable[Unreadable] = ()) -> Parsed:
    """What cannot be parsed joins what was unreadable before."""
    certificates, refused, warnings = [], list(unreadable), []
    files = list(files)
    for file, parsed in zip(files, load_each(file.der for file in files), strict=True):
        if isinstance(parsed, CertificateError):
            refused.append(Unreadable(file.files, thumbprint_if_whole(file.der), str(parsed)))
        else:
            certificates.append(Found(file, parsed))
            warnings += [f"{file.files}: {warning}" for warning in parsed.warnings]
    return Parsed(tuple(certificates), tuple(refused), tuple(warnings))


def parse_authorities(files: AuthorityFiles | None) -> Parsed:
    """Each certificate once."""
    if files is None:
        return Parsed()
    once = {file.der: file for file in files.certificates}
    return parse(once.values(), files.unreadable)


def missed(*authorities: Parsed) -> str | None:
    """Why there may be authorities that chains are built without, where some could not be read."""
    names = ", ".join(entry.name for part in authorities for entry in part.unreadable)
    return f"not all roots and intermediates could be read ({names})" if names else None


def warnings_of(authorities: Parsed) -> Iterator[str]:
    """What is odd about roots or intermediates."""
    yield from authorities.warnings
    for entry in authorities.unreadable:
        yield f"{entry.name} could not be read, chains are built without it: {entry.reason}"
