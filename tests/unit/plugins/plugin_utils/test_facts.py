"""Facts to and from plain data: a round trip, and errors that name the field."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import (
    DirectoryCertificate,
    ExchangeAnswers,
    Facts,
    FactsError,
    Failure,
    Identity,
    ObservedEvent,
    Unreadable,
)
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._plain_data import moment_of, text_of
from ansible_collections.msexchange.transport_tls.tests.fixtures.facts import NOW, hub, pki, present, self_signed

ISSUED = pki("issued")
FULL = replace(
    hub([ISSUED, self_signed("own")], present(ISSUED, certificate=DirectoryCertificate("CN=x", NOW, NOW, "csp"))),
    exchange=ExchangeAnswers(ISSUED.thumbprint, {"ex01.contoso.com": (ISSUED.thumbprint,)}),
    observed_events=(ObservedEvent(12015, "MSExchangeTransport", 2, NOW, NOW, (("a", "b"), ())),),
    failures=(Failure("directory", "cut in the middle"),),
    warnings=("a file holds nothing like a certificate",),
)
FULL = replace(FULL, store=replace(FULL.store, unreadable=(Unreadable("x.cer", None, "cut"),)))


def places(plain: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(plain, dict):
        for key, value in plain.items():
            yield (*path, key)
            # The keys of `order` are names, and no fields.
            yield from () if key == "order" else places(value, (*path, key))
    elif isinstance(plain, list):
        for index, value in enumerate(plain):
            yield from places(value, (*path, index))


def text_of_place(path: tuple[Any, ...]) -> str:
    return "anon_tls" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)


def changed(path: tuple[Any, ...], value: Any = None, *, remove: bool = False) -> Any:
    plain = FULL.to_plain()
    inner = plain
    for part in path[:-1]:
        inner = inner[part]
    if remove:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return plain


def test_facts_survive_the_way_through_json() -> None:
    assert Facts.from_plain(json.loads(json.dumps(FULL.to_plain()))) == FULL


@pytest.mark.parametrize("path", list(places(FULL.to_plain())), ids=text_of_place)
def test_a_missing_key_is_named_with_its_place(path: tuple[Any, ...]) -> None:
    with pytest.raises(FactsError) as error:
        Facts.from_plain(changed(path, remove=True))
    assert f"{text_of_place(path)} is missing" in str(error.value)
    assert "gather the facts again" in str(error.value)


@pytest.mark.parametrize("path", list(places(FULL.to_plain())), ids=text_of_place)
def test_a_value_of_another_kind_is_named_with_its_place(path: tuple[Any, ...]) -> None:
    with pytest.raises(FactsError) as error:
        Facts.from_plain(changed(path, value=3.5))
    assert f"{text_of_place(path)} is 3.5, expected" in str(error.value)


@pytest.mark.parametrize("version", [0, 2, 99])
def test_another_schema_version_is_refused(version: int) -> None:
    with pytest.raises(FactsError, match=f"schema_version is {version}.* reads 1"):
        Facts.from_plain(changed(("schema_version",), version))


@pytest.mark.parametrize("plain", [None, [], "facts", 7])
def test_facts_that_are_no_dictionary_are_refused(plain: Any) -> None:
    with pytest.raises(FactsError, match="expected a dictionary"):
        Facts.from_plain(plain)


@pytest.mark.parametrize(
    ("order", "message"),
    [
        ({"ex01": 7}, r"exchange\.order\['ex01'\] is 7, expected a list"),
        ({"ex01": ["7"]}, r"exchange\.order\['ex01'\]\[0\] is '7', expected a thumbprint"),
        ({7: []}, r"exchange\.order is 7, expected a text for each key"),
    ],
)
def test_an_order_of_another_kind_is_named_with_its_name(order: Any, message: str) -> None:
    with pytest.raises(FactsError, match=message):
        Facts.from_plain(changed(("exchange", "order"), order))


def test_a_thumbprint_twice_is_refused() -> None:
    plain = FULL.to_plain()
    plain["store"]["certificates"].append(plain["store"]["certificates"][0])
    with pytest.raises(FactsError, match=r"anon_tls\.store\.certificates holds a thumbprint twice"):
        Facts.from_plain(plain)


@pytest.mark.parametrize(("status", "thumbprint"), [("present", None), ("null", ISSUED.thumbprint)])
def test_a_directory_that_contradicts_itself_is_refused(status: str, thumbprint: str | None) -> None:
    plain = FULL.to_plain()
    plain["directory"].update(status=status, thumbprint=thumbprint)
    with pytest.raises(FactsError, match=r"anon_tls.directory.thumbprint must be given if and only if"):
        Facts.from_plain(plain)


def test_keys_of_later_versions_are_passed_over() -> None:
    assert Facts.from_plain(changed(("later",), [])) == FULL


def test_thumbprints_are_read_in_any_case() -> None:
    plain = changed(("store", "certificates", 0, "thumbprint"), ISSUED.thumbprint.lower())
    assert Facts.from_plain(plain) == FULL


def test_a_blank_name_is_one_that_is_not_known() -> None:
    assert Facts.from_plain(changed(("identity", "fqdn"), "")).identity == replace(FULL.identity, fqdn=None)


def test_an_identity_that_was_not_gathered_is_all_unknown() -> None:
    assert Facts.from_plain(replace(FULL, identity=Identity()).to_plain()).identity.cluster is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-23T23:40:00Z", datetime(2026, 11, 23, 23, 40, tzinfo=UTC)),
        ("2026-11-23T23:40:00", datetime(2026, 11, 23, 23, 40, tzinfo=UTC)),
        ("2026-11-24T01:40:00+02:00", datetime(2026, 11, 23, 23, 40, tzinfo=UTC)),
        ("2026-11-23", datetime(2026, 11, 23, tzinfo=UTC)),
        ("1950-01-01T00:00:00Z", datetime(1950, 1, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59Z", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_moments_are_utc(text: str, moment: datetime) -> None:
    assert moment_of(text) == moment
    assert moment_of(text_of(moment)) == moment


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "9999-12-31T23:59:59-01:00", "0001-01-01T00:00+01:00"])
def test_what_is_no_moment_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever its text
        moment_of(text)
