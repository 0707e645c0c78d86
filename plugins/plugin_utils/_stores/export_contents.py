"""What one exported file of Windows stores holds, sorted by what the stores mean to the computer."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import dataclass, field

from .._facts import Unreadable
from .._serialized_certificate import SerializedCertificate
from .folder_reading import CertificateFile


@dataclass(slots=True)
class Part:
    """The certificates of one meaning, and what is or may be one of them and could not be read."""

    certificates: list[CertificateFile] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)


@dataclass(slots=True)
class ExportContents:
    """A reader fills it as it goes, so that damage later in the file takes nothing away.

    `stores`: which physical stores the file holds as a whole, were they empty.
    """

    my: Part = field(default_factory=Part)
    roots: Part = field(default_factory=Part)
    intermediates: Part = field(default_factory=Part)
    disallowed: Part = field(default_factory=Part)
    stores: set[str] = field(default_factory=set)
    warnings: list[str] = field(default_factory=list)

    @property
    def parts(self) -> tuple[Part, ...]:
        return self.my, self.roots, self.intermediates, self.disallowed

    def add(self, other: ExportContents) -> None:
        """Take what another file of the same export holds."""
        for part, more in zip(self.parts, other.parts, strict=True):
            part.certificates += more.certificates
            part.unreadable += more.unreadable
        self.stores |= other.stores
        self.warnings += other.warnings


def certificate_file(read: SerializedCertificate, place: str) -> CertificateFile:
    return CertificateFile(
        read.der,
        place,
        has_key=read.has_private_key,
        provider=read.provider,
        friendly_name=read.friendly_name,
        archived=read.archived,
    )
