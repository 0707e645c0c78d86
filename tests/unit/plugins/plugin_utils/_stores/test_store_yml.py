"""`store.yml` is read as people write it, and a mistake in it is named with its line."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.store_error import StoreError
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.store_yml import Listed, read_store_yml

THUMBPRINT = "0123456789ABCDEF0123456789ABCDEF01234567"


@pytest.mark.parametrize("text", ["", "---\n", "# nothing yet\n", "{}", "~", "null"])
def test_an_empty_file_lists_nothing(text: str) -> None:
    assert read_store_yml(text) == {}


@pytest.mark.parametrize(
    ("key", "thumbprint"),
    [
        (THUMBPRINT, THUMBPRINT),
        (THUMBPRINT.lower(), THUMBPRINT),
        (f"'{THUMBPRINT}'", THUMBPRINT),
        ("01 23 45 67 89 ab cd ef 01 23 45 67 89 ab cd ef 01 23 45 67", THUMBPRINT),
        ("'01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67'", THUMBPRINT),
        ("01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67", THUMBPRINT),
        (f"\u200e{THUMBPRINT}", THUMBPRINT),
        ("1" * 40, "1" * 40),
        ("0" * 40, "0" * 40),
        ("1E" + "2" * 38, "1E" + "2" * 38),
        ("12345678901234567890123456789012345678E1", "12345678901234567890123456789012345678E1"),
    ],
)
def test_a_thumbprint_is_one_however_it_is_written(key: str, thumbprint: str) -> None:
    assert list(read_store_yml(f"{key}: {{services: [SMTP]}}")) == [thumbprint]


def test_all_fields_are_read() -> None:
    text = (
        f"{THUMBPRINT}:\n  services: [smtp, umcallrouter, IIS, SMTP]\n  provider: CSP\n"
        "  friendly_name: null and void\n  has_private_key: no\n"
    )
    assert read_store_yml(text) == {
        THUMBPRINT: Listed(("IIS", "SMTP", "UMCallRouter"), "csp", "null and void", False),
    }


@pytest.mark.parametrize(
    "value", ["", "~", "{}", "{services: []}", "{provider: , friendly_name: null, has_private_key: ~}"]
)
def test_a_certificate_listed_without_services_has_none(value: str) -> None:
    assert read_store_yml(f"{THUMBPRINT}: {value}") == {THUMBPRINT: Listed(())}


def test_services_of_null_are_not_known() -> None:
    assert read_store_yml(f"{THUMBPRINT}: {{services: null}}") == {THUMBPRINT: Listed(None)}


def test_a_text_that_reads_null_is_a_text_in_quotes() -> None:
    assert read_store_yml(f"{THUMBPRINT}: {{friendly_name: 'null'}}")[THUMBPRINT].friendly_name == "null"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("EX01: {}", "line 1: 'EX01' is not a thumbprint of 40 hexadecimal digits"),
        (f"\n{THUMBPRINT}A: {{}}", "line 2: .* is not a thumbprint"),
        ("[a]: {}", "line 1: a list is not a text"),
        ("- a", "line 1: a list is not a mapping of thumbprints"),
        ("a", "line 1: 'a' is not a mapping of thumbprints"),
        (f"{THUMBPRINT}: [SMTP]", "line 1: a list is not a mapping such as"),
        (f"{THUMBPRINT}: SMTP", "'SMTP' is not a mapping such as"),
        (f"{THUMBPRINT}:\n  service: [SMTP]", "line 2: 'service' is not one of services, provider, friendly_name"),
        (f"{THUMBPRINT}:\n  services: [SMPT]", "line 2: 'SMPT' is not a service of Exchange: IMAP, POP, UM, IIS, SMTP"),
        (f"{THUMBPRINT}: {{services: SMTP}}", r"'SMTP' is not a list such as \[SMTP, IIS\]"),
        (f"{THUMBPRINT}: {{services: [[SMTP]]}}", "a list is not a text"),
        (f"{THUMBPRINT}: {{provider: ksp}}", "'ksp' is not csp or cng"),
        (f"{THUMBPRINT}: {{has_private_key: maybe}}", "'maybe' is not true or false"),
        (f"{THUMBPRINT}: {{friendly_name: [a]}}", "a list is not a text"),
        (f"{THUMBPRINT}: {{}}\n{THUMBPRINT.lower()}: {{}}", "line 2: .* is listed twice"),
        (f"{THUMBPRINT}:\n  provider: csp\n  provider: cng", "line 3: provider is there twice"),
        ("a: [b", "no valid YAML"),
        ("a: *b", "line 1: no valid YAML"),
        ("\ta", "line 1: no valid YAML"),
        ("a: 1\n---\nb: 1", "no valid YAML"),
        ("\0", "no valid YAML"),
        (f"{THUMBPRINT}: &a [*a]", "is not a mapping"),
        ("[" * 20_000, "no valid YAML|is not a mapping"),
        ("x" * 200 + ": {}", r"'x{56}\.\.\. is not a thumbprint"),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, message: str) -> None:
    with pytest.raises(StoreError, match=message):
        read_store_yml(text)
