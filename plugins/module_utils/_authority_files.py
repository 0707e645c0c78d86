"""Read trusted roots and intermediates: PEM and DER files, and folders of them, as plain data."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
from typing import Any

from ._bounded_files import Files, FolderError, UnreadableFile, names_in, shown
from ._certificate_files import Contents, contents_of

CERTIFICATE_ENDINGS = (".cer", ".crt", ".pem", ".der")


def read_authorities(
    what: str, sources: Sequence[tuple[str, str]], files: Files, warnings: list[str]
) -> dict[str, Any]:
    """{`certificates`: [{`der`: base64, `file`}], `unreadable`: [{`name`, `reason`}]}, as plain data for JSON.

    `what` they are, and what to call each of the files and folders besides its path. Raises FolderError where there is
    none.
    """
    found: dict[str, Any] = {"certificates": [], "unreadable": []}
    for printed, source in sources:
        if os.path.isdir(source):
            for name in names_in(source, CERTIFICATE_ENDINGS):
                _add(found, os.path.join(printed, name), os.path.join(source, name), files, warnings)
        elif os.path.lexists(source):
            _add(found, printed, source, files, warnings)
        else:
            raise FolderError(f"there is no file or folder {shown(source)}; name the {what} or leave the option out")
    return found


def _add(found: dict[str, Any], name: str, path: str, files: Files, warnings: list[str]) -> None:
    name = shown(name)
    try:
        contents = contents_of(files.read(path))
    except UnreadableFile as error:
        found["unreadable"].append({"name": name, "reason": error.reason})
        return
    if not contents.blobs:
        warnings.append(nothing_in(name, contents))
    for number, blob in enumerate(contents.blobs, 1):
        place = place_of(name, number, contents)
        if blob.der is None:
            found["unreadable"].append({"name": place, "reason": blob.reason})
        else:
            found["certificates"].append({"der": base64_of(blob.der), "file": place})


def nothing_in(name: str, contents: Contents) -> str:
    seen = f", only {', '.join(dict.fromkeys(contents.others))}" if contents.others else ""
    return f"{name} holds nothing like a certificate{seen}"


def place_of(name: str, number: int, contents: Contents) -> str:
    return name if len(contents.blobs) == 1 else f"{name} (certificate {number})"


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
