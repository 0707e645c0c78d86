"""What is written of a folder: the text for `store.yml`, and a value that the directory's reader reads again."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.msexchange.transport_tls.plugins.module_utils._store_yml_file import digest_of
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.internal_certificate import (
    read_internal_certificate,
)
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._enabling import Change, Wish, change_of
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._enabling_in_folder import (
    internal_value,
    store_yml_change,
)
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import DirectoryValue
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._gathering import Reading, StoreFiles, read_here
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._serialized_certificate import (
    read_serialized_certificate,
)
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.store_error import StoreError
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import exchange_certificate
from ansible_collections.msexchange.transport_tls.tests.fixtures.facts import NOW, hub
from ansible_collections.msexchange.transport_tls.tests.fixtures.store import Entry, write_store

ONE, TWO = exchange_certificate("EX01", "contoso.com"), exchange_certificate("EX02", "contoso.com")


def read(folder: Path) -> tuple[Reading, Change]:
    reading = read_here(StoreFiles("folder", str(folder)))
    assert reading.store
    facts = hub((), DirectoryValue("null", source="ldap"), store=reading.store.store)
    return reading, change_of(facts, Wish(ONE.thumbprint, "replace"), NOW)


def test_the_text_is_that_of_the_folder_with_smtp(tmp_path: Path) -> None:
    write_store(tmp_path, [Entry("one", ONE), Entry("two", TWO)])
    old = f"# mine\n{ONE.thumbprint}: {{}}\n"
    (tmp_path / "store.yml").write_text(old, encoding="utf-8-sig")
    assert store_yml_change(*read(tmp_path)) == {
        "thumbprint": ONE.thumbprint,
        "has_key": True,
        "digest": digest_of(old),
        "text": old.replace("{}", "{services: [SMTP]}"),
    }


def test_a_key_that_store_yml_alone_tells_of_need_not_be_at_hand(tmp_path: Path) -> None:
    write_store(tmp_path, [Entry("one", ONE, with_key=False, has_private_key=True)])
    assert store_yml_change(*read(tmp_path))["has_key"] is False


def test_without_a_store_yml_there_is_no_digest_and_the_others_are_named(tmp_path: Path) -> None:
    write_store(tmp_path, [Entry("one", ONE), Entry("two", TWO)], store_yml=False)
    written = store_yml_change(*read(tmp_path))
    assert written["digest"] is None
    assert TWO.thumbprint in written["text"]


def test_the_value_is_the_certificate_without_a_key_provider(tmp_path: Path) -> None:
    write_store(tmp_path, [Entry("one", ONE), Entry("two", TWO)])
    value = internal_value(*read(tmp_path))
    assert read_serialized_certificate(value).properties == (3, 32)
    assert read_serialized_certificate(value).der == ONE.der
    found = read_internal_certificate([value], version_came=True, source="ldap", is_copy=False)
    assert (found.status, found.thumbprint) == ("present", ONE.thumbprint)
    assert found.certificate
    assert found.certificate.provider is None


def test_a_store_that_is_no_folder_is_not_written(tmp_path: Path) -> None:
    write_store(tmp_path, [Entry("one", ONE)])
    _reading, change = read(tmp_path)
    with pytest.raises(StoreError, match="is no folder"):
        store_yml_change(Reading(), change)
