"""Make the store of what was read of a folder: parse its certificates, judge their trust, add what `store.yml` says."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from .._certificate import CertificateError, ParsedCertificate, describe, load, public_key_bytes, thumbprint_if_whole
from .._facts import Certificate, Store, Trust, Unreadable
from .._trust import ChainBuilder
from .folder_reading import AuthorityFiles, CertificateFile, FolderReading
from .store_yml import Listed, read_store_yml

_NO_ROOTS = "no trusted roots are known: put them into roots/ of the folder, or name them in store.trusted_roots"


@dataclass(frozen=True, slots=True)
class FolderStore:
    """A folder as the facts have it, and what its reader should know."""

    store: Store
    warnings: tuple[str, ...]


class _Found(NamedTuple):
    """A certificate of a file."""

    file: CertificateFile
    parsed: ParsedCertificate


@dataclass(frozen=True, slots=True)
class _Parsed:
    """The certificates that can be parsed, those that cannot, and what is odd about them."""

    certificates: tuple[_Found, ...]
    unreadable: tuple[Unreadable, ...]
    warnings: tuple[str, ...] = ()

    @property
    def alone(self) -> list[ParsedCertificate]:
        return [found.parsed for found in self.certificates]


def store_of(reading: FolderReading) -> FolderStore:
    """The store; raises StoreError for a `store.yml` that is wrong."""
    own = _parse(reading.certificates, reading.unreadable)
    roots = None if reading.roots is None else _parse_authorities(reading.roots)
    intermediates = _parse_authorities(reading.intermediates or AuthorityFiles((), ()))
    listed = None if reading.store_yml is None else read_store_yml(reading.store_yml)

    chains = ChainBuilder(
        roots.alone if roots else (), [*intermediates.alone, *own.alone], _unread(roots, intermediates)
    )
    certificates = tuple(
        _described(found.parsed, has_key, listed, chains.judge(found.parsed))
        for found, has_key in zip(own.certificates, _has_key(own), strict=True)
    )
    store = Store("folder", certificates, own.unreadable)
    return FolderStore(
        store,
        (
            *reading.warnings,
            *own.warnings,
            *(warning for part in (roots, intermediates) if part for warning in _missed(part)),
            *_listed_in_vain(listed or (), store),
        ),
    )


def _parse(files: Iterable[CertificateFile], unreadable: Iterable[Unreadable]) -> _Parsed:
    certificates, refused, warnings = [], list(unreadable), []
    for file in files:
        try:
            parsed = load(file.der)
        except CertificateError as error:
            refused.append(Unreadable(file.files, thumbprint_if_whole(file.der), str(error)))
        else:
            certificates.append(_Found(file, parsed))
            warnings += [f"{file.files}: {warning}" for warning in parsed.warnings]
    return _Parsed(tuple(certificates), tuple(refused), tuple(warnings))


def _parse_authorities(files: AuthorityFiles) -> _Parsed:
    once = {file.der: file for file in files.certificates}
    return _parse(once.values(), files.unreadable)


def _has_key(own: _Parsed) -> list[bool | None]:
    """For each certificate: a key is at hand for all of its public key; else not known where that is so of one."""
    matched = [found.file.has_key for found in own.certificates]
    if len(set(matched)) < 2:
        return matched
    keys = [public_key_bytes(parsed) or parsed.key_info for parsed in own.alone]
    answers: dict[bytes, set[bool | None]] = {}
    for key, has_key in zip(keys, matched, strict=True):
        answers.setdefault(key, set()).add(has_key)
    return [True if True in answers[key] else None if None in answers[key] else False for key in keys]


def _unread(roots: _Parsed | None, intermediates: _Parsed) -> str | None:
    """Why there may be authorities that chains are built without: none of the certificates is untrusted then."""
    if roots is None:
        return _NO_ROOTS
    names = ", ".join(entry.name for entry in (*roots.unreadable, *intermediates.unreadable))
    return f"not all roots and intermediates could be read ({names})" if names else None


def _described(
    parsed: ParsedCertificate, has_key: bool | None, listed: dict[str, Listed] | None, trust: Trust
) -> Certificate:
    said = Listed(services=None) if listed is None else listed.get(parsed.thumbprint, Listed())
    return describe(
        parsed,
        has_private_key=has_key if has_key or said.has_private_key is None else said.has_private_key,
        services=said.services,
        services_evidence=None if said.services is None else "file",
        provider=said.provider,
        friendly_name=said.friendly_name,
        archived=False,
        trust=trust,
    )


def _missed(authorities: _Parsed) -> Iterator[str]:
    yield from authorities.warnings
    for entry in authorities.unreadable:
        yield f"{entry.name} could not be read, chains are built without it: {entry.reason}"


def _listed_in_vain(thumbprints: Iterable[str], store: Store) -> Iterator[str]:
    there = {certificate.thumbprint for certificate in store.certificates}
    there.update(entry.thumbprint for entry in store.unreadable if entry.thumbprint)
    for thumbprint in thumbprints:
        if thumbprint not in there:
            yield f"store.yml lists {thumbprint}, which is in no file of the folder"
