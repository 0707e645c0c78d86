"""Make the store of what was read of a folder: parse its certificates, judge their trust, add what `store.yml` says."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .._certificate import ParsedCertificate, describe, public_key_bytes
from .._facts import Certificate, Store, Trust
from .._trust import ChainBuilder
from .folder_reading import FolderReading
from .gathered_store import GatheredStore
from .parsing import Parsed, missed, parse, parse_authorities, warnings_of
from .store_yml import Listed, read_store_yml

_NO_ROOTS = "no trusted roots are known: put them into roots/ of the folder, or name them in store.trusted_roots"


def store_of(reading: FolderReading) -> GatheredStore:
    """The store; raises StoreError for a `store.yml` that is wrong."""
    own = parse(reading.certificates, reading.unreadable)
    roots = parse_authorities(reading.roots)
    intermediates = parse_authorities(reading.intermediates)
    listed = None if reading.store_yml is None else read_store_yml(reading.store_yml)

    unread = _NO_ROOTS if reading.roots is None else missed(roots, intermediates)
    chains = ChainBuilder(roots.alone, [*intermediates.alone, *own.alone], unread)
    certificates = tuple(
        _described(found.parsed, has_key, listed, chains.judge(found.parsed))
        for found, has_key in zip(own.certificates, _has_key(own), strict=True)
    )
    store = Store("folder", certificates, own.unreadable)
    return GatheredStore(
        store,
        (
            *reading.warnings,
            *own.warnings,
            *warnings_of(roots),
            *warnings_of(intermediates),
            *_listed_in_vain(listed or (), store),
        ),
        reading.newest,
        folder=reading,
    )


def _has_key(own: Parsed) -> list[bool | None]:
    """For each certificate: a key is at hand for all of its public key; else not known where that is so of one."""
    matched = [found.file.has_key for found in own.certificates]
    if len(set(matched)) < 2:
        return matched
    keys = [public_key_bytes(parsed) or parsed.key_info for parsed in own.alone]
    answers: dict[bytes, set[bool | None]] = {}
    for key, has_key in zip(keys, matched, strict=True):
        answers.setdefault(key, set()).add(has_key)
    return [True if True in answers[key] else None if None in answers[key] else False for key in keys]


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


def _listed_in_vain(thumbprints: Iterable[str], store: Store) -> Iterator[str]:
    there = {certificate.thumbprint for certificate in store.certificates}
    there.update(entry.thumbprint for entry in store.unreadable if entry.thumbprint)
    for thumbprint in thumbprints:
        if thumbprint not in there:
            yield f"store.yml lists {thumbprint}, which is in no file of the folder"
