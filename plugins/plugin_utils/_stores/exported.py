"""Make the store of the exports of a Windows store: one entry per certificate, its trust judged, distrust included."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from .._certificate import describe, thumbprint_of
from .._facts import Certificate, Store, Trust, Unreadable
from .._trust import ChainBuilder
from .folder_reading import AuthorityFiles, CertificateFile
from .gathered_store import GatheredStore
from .parsing import Found, missed, parse, parse_authorities, warnings_of


@dataclass(frozen=True, slots=True)
class ExportReading:
    """What was read of exports.

    `lacking`: why there may be roots and intermediates that they do not hold. `distrusted`: the thumbprints that the
    computer is told to distrust, and where. `newest`: the time of the newest file in seconds since 1970.
    """

    source: str
    certificates: tuple[CertificateFile, ...]
    unreadable: tuple[Unreadable, ...]
    roots: AuthorityFiles
    intermediates: AuthorityFiles
    lacking: tuple[str, ...]
    distrusted: Mapping[str, str]
    warnings: tuple[str, ...]
    newest: float | None


def store_of(reading: ExportReading) -> GatheredStore:
    """The store; services are not known, as nothing in such an export tells them."""
    own = parse(one_of_each(reading.certificates), reading.unreadable)
    roots = parse_authorities(reading.roots)
    intermediates = parse_authorities(reading.intermediates)
    unread = "; ".join(filter(None, (*reading.lacking, missed(roots, intermediates)))) or None
    chains = ChainBuilder(roots.alone, [*intermediates.alone, *own.alone], unread)
    certificates = (
        described(found, with_distrust(chains.judge(found.parsed), found.parsed.thumbprint, reading.distrusted))
        for found in own.certificates
    )
    return GatheredStore(
        Store(reading.source, tuple(certificates), own.unreadable),
        (*reading.warnings, *own.warnings, *warnings_of(roots), *warnings_of(intermediates)),
        reading.newest,
    )


def one_of_each(files: Iterable[CertificateFile]) -> list[CertificateFile]:
    """One for each certificate, however often it was exported: with its key if one of them has it.

    Archived only if all of them are, as a search then finds another.
    """
    found: dict[bytes, CertificateFile] = {}
    for file in files:
        known = found.get(file.der)
        found[file.der] = file if known is None else _joined(known, file)
    return list(found.values())


def _joined(one: CertificateFile, other: CertificateFile) -> CertificateFile:
    with_key, without = (other, one) if other.has_key and not one.has_key else (one, other)
    return replace(
        with_key,
        files=f"{one.files}, {other.files}",
        friendly_name=with_key.friendly_name or without.friendly_name,
        archived=one.archived and other.archived,
    )


def with_distrust(trust: Trust, thumbprint: str, distrusted: Mapping[str, str]) -> Trust:
    """The trust without the paths that go through a certificate which the computer is told to distrust."""
    if thumbprint in distrusted:
        return Trust("untrusted", f"it is explicitly distrusted ({distrusted[thumbprint]})", "built")
    stopped = [found for interval in trust.intervals for found in interval.path if found in distrusted]
    if not stopped:
        return trust
    intervals = tuple(interval for interval in trust.intervals if distrusted.keys().isdisjoint(interval.path))
    if not intervals:
        where = distrusted[stopped[0]]
        return Trust(
            "untrusted", f"its path goes through {stopped[0]}, which is explicitly distrusted ({where})", "built"
        )
    reason = intervals[0].reason
    return Trust("trusted" if reason is None else "unknown", reason, "built", intervals)


def distrusted_by(files: Iterable[CertificateFile]) -> dict[str, str]:
    """The thumbprints of these certificates, and where each is distrusted."""
    return {thumbprint_of(file.der): file.files for file in files}


def described(found: Found, trust: Trust) -> Certificate:
    """The facts of a certificate as its export has it."""
    file = found.file
    return describe(
        found.parsed,
        has_private_key=file.has_key,
        services=None,
        services_evidence=None,
        provider=file.provider,
        friendly_name=file.friendly_name,
        archived=file.archived,
        trust=trust,
    )
