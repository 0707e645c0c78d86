"""Whatever is written as LDIF is read back, and whatever the bytes are there is an answer or a DirectoryError."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.entry import DirectoryError, Entry
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.exchange_objects import find_server
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.ldif import read_ldif
from ansible_collections.msexchange.transport_tls.tests.fixtures.ldif import (
    send_connector_entry,
    server_dn,
    server_entry,
    write_ldif,
)

NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,9}", fullmatch=True).filter(lambda name: name not in ("dn", "changetype"))
DNS = st.lists(st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters=r"\,+\"<>;= ")), min_size=1)
ENTRIES = st.lists(
    st.builds(
        Entry,
        DNS.map(lambda values: ",".join(f"CN={value}" for value in values)),
        st.dictionaries(NAMES, st.lists(st.binary(max_size=80), min_size=1, max_size=3).map(tuple), max_size=4),
    ),
    max_size=4,
)
EXPORT = write_ldif(
    [
        server_entry("EX01", internal_certificate=bytes(range(256))),
        send_connector_entry("Edge", source_servers=["EX01"]),
    ]
).encode()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ldif") / "export.ldif"


@settings(deadline=None)
@given(
    entries=ENTRIES,
    width=st.integers(2, 90),
    newline=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_entries_come_back_as_they_were_written(
    path: Path, entries: list[Entry], width: int, newline: str, encoding: str
) -> None:
    path.write_bytes(write_ldif(entries, width=width, newline=newline).encode(encoding))
    assert read_ldif(str(path)) == tuple(entries)


def answer_or_error(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with suppress(DirectoryError):
        entries = read_ldif(str(path))
        for name in ("EX01", server_dn("EX01"), None):
            find_server(entries, name, "ldif")


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(path: Path, content: bytes) -> None:
    answer_or_error(path, content)


@settings(deadline=None)
@given(st.lists(st.sampled_from(["dn: CN=a", "cn: a", "cn:: YQ==", " ", "\n", "\r", "# b", "ref:", "version: 1", ":"])))
def test_any_lines_are_read_or_refused(path: Path, lines: list[str]) -> None:
    answer_or_error(path, "\n".join(lines).encode())


@settings(deadline=None)
@given(st.integers(0, len(EXPORT)), st.integers(0, 40), st.binary(max_size=10))
def test_any_damage_to_an_export_is_read_or_refused(path: Path, begin: int, length: int, instead: bytes) -> None:
    answer_or_error(path, EXPORT[:begin] + instead + EXPORT[begin + length :])
