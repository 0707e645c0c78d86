"""Read exports of Windows stores on the controller: one file, or all of a folder, and the roots that are named."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from ...module_utils._authority_files import read_authorities
from ...module_utils._bounded_files import Files, UnreadableFile, names_in, shown
from .._facts import Unreadable
from .export_contents import ExportContents, Part
from .exported import ExportReading, distrusted_by
from .folder_reading import AuthorityFiles, authority_files
from .registry import DISALLOWED, INTERMEDIATES, ROOTS, read_registry
from .sst import read_sst
from .store_error import StoreError


class _Kind(NamedTuple):
    """A kind of export: how its files end, who reads one, and the physical stores that hold all of a meaning."""

    ending: str
    read: Callable[[bytes, str], ExportContents]
    roots: tuple[str, ...] = ()
    intermediates: tuple[str, ...] = ()
    disallowed: tuple[str, ...] = ()


_KINDS = {
    "sst": _Kind(".sst", read_sst),
    "registry": _Kind(".reg", read_registry, ROOTS, INTERMEDIATES, DISALLOWED),
}


def read_exports(
    source: str, path: str, trusted_roots: Sequence[str] | None, intermediates: Sequence[str] | None
) -> ExportReading:
    """The file, or all files of the folder whose names end as those of the `source`, `sst` or `registry`, do.

    Roots and intermediates are those of the paths that are named, else what the exports hold. Raises StoreError when
    not one file can be read, FolderError for paths that are not there or hold too much.
    """
    kind = _KINDS[source]
    files = Files()
    contents = _contents(kind, path, files)
    warnings = contents.warnings
    lacking: list[str] = []
    if trusted_roots is None:
        roots = _authorities(contents.roots)
        lacking += _lacking("trusted roots", "store.trusted_roots", kind.roots, contents.stores)
        if roots.certificates and not contents.stores.issuperset(kind.disallowed):
            missing = ", ".join(store for store in kind.disallowed if store not in contents.stores)
            warnings.append(
                f"the export lacks {missing}: what the server explicitly distrusts may be more than is known"
            )
    else:
        roots = _named("trusted roots", trusted_roots, files, warnings)
    if intermediates is None:
        above = _authorities(contents.intermediates)
        lacking += _lacking("intermediates", "store.intermediates", kind.intermediates, contents.stores)
    else:
        above = _named("intermediates", intermediates, files, warnings)
    disallowed = contents.disallowed
    return ExportReading(
        source=source,
        certificates=tuple(contents.my.certificates),
        unreadable=tuple(contents.my.unreadable),
        roots=roots,
        # The distrusted ones too: a path through one must be found to be known as such.
        intermediates=replace(above, certificates=(*above.certificates, *disallowed.certificates)),
        lacking=tuple(lacking),
        distrusted=_distrusted(disallowed, warnings),
        warnings=tuple(warnings),
        newest=files.newest,
    )


def _contents(kind: _Kind, path: str, files: Files) -> ExportContents:
    contents = ExportContents()
    refused: list[Unreadable] = []
    found = _files(kind, path)
    for name, file in found:
        try:
            contents.add(kind.read(files.read(file), name))
        except UnreadableFile as error:
            refused.append(Unreadable(name, None, error.reason))
        except StoreError as error:
            refused.append(Unreadable(name, None, str(error)))
    if len(refused) == len(found):
        seen = "; ".join(f"{entry.name} {entry.reason}" for entry in refused[:3])
        where = shown(os.path.abspath(path))
        raise StoreError(f"nothing can be read of {where}: {seen or f'it holds no file that ends in {kind.ending}'}")
    contents.my.unreadable += refused
    return contents


def _files(kind: _Kind, path: str) -> list[tuple[str, str]]:
    """What to call each file, and its path."""
    if os.path.isdir(path):
        return [(shown(name), os.path.join(path, name)) for name in names_in(path, (kind.ending,))]
    return [(shown(os.path.basename(path)), path)]


def _authorities(part: Part) -> AuthorityFiles:
    return AuthorityFiles(tuple(part.certificates), tuple(part.unreadable))


def _named(what: str, paths: Sequence[str], files: Files, warnings: list[str]) -> AuthorityFiles:
    return authority_files(read_authorities(what, [(path, path) for path in paths], files, warnings))


def _lacking(what: str, option: str, wanted: Sequence[str], there: set[str]) -> Iterator[str]:
    """Why there may be more of them than the export holds."""
    missing = [store for store in wanted if store not in there]
    if len(missing) == len(wanted):
        yield f"no {what} are known: name them in {option}"
    elif missing:
        yield f"not all {what} are known: the export lacks {', '.join(missing)}"


def _distrusted(disallowed: Part, warnings: list[str]) -> dict[str, str]:
    """The thumbprints that are explicitly distrusted, and where: of what is damaged, the one that its key is named."""
    found = {}
    for entry in disallowed.unreadable:
        counts = "the name of its key counts" if entry.thumbprint else "it is left out"
        warnings.append(f"{entry.name}, a distrusted certificate, could not be read, {counts}: {entry.reason}")
        if entry.thumbprint:
            found[entry.thumbprint] = entry.name
    return found | distrusted_by(disallowed.certificates)
