"""Step 6: the list of candidate domains, and the comparison of names."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._domain_names import (
    candidate_domains,
    comparable,
)
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import Identity
from ansible_collections.msexchange.transport_tls.tests.fixtures.facts import self_signed

IDENTITY = Identity("mail.contoso.com", "EDGE01", "edge01.contoso.com", "EDGE01")


def matches(*held: str, identity: Identity = IDENTITY, wildcards: bool = False) -> bool | None:
    certificate = replace(self_signed("x"), dns_names=held, common_names=())
    return candidate_domains(identity).matches(certificate, wildcards=wildcards)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("mail.contoso.com", "MAIL.Contoso.COM"),
        ("mail.contoso.com", "mail.contoso.com."),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example.", "XN--BCHER-KVA.example"),
    ],
)
def test_names_that_are_the_same(one: str, other: str) -> None:
    assert comparable(one) == comparable(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("mail.contoso.com", "mail.contoso.com.."),
        ("mail.contoso.com", "mail.contoso.com\x00.evil.example"),
        ("mail.contoso.com", " mail.contoso.com"),
        ("straße.example", "strassen.example"),
    ],
)
def test_names_that_differ(one: str, other: str) -> None:
    assert comparable(one) != comparable(other)


@given(st.text(max_size=300))
def test_any_text_can_be_compared_and_case_does_not_matter_in_ascii(name: str) -> None:
    assert comparable(name) == comparable(name)
    if name.isascii():
        assert comparable(name.upper()) == comparable(name)


def test_a_name_that_idna_refuses_compares_as_text() -> None:
    too_long = "ü" * 64 + ".example"
    assert comparable(too_long.upper()) == too_long
    assert matches(too_long, identity=replace(IDENTITY, fqdn=too_long)) is True


def test_the_list_has_the_order_of_the_topic_and_each_name_once() -> None:
    assert candidate_domains(IDENTITY).names == ("mail.contoso.com", "EDGE01", "edge01.contoso.com")


@pytest.mark.parametrize("name", ["mail.contoso.com", "edge01", "edge01.contoso.com"])
def test_one_match_is_enough(name: str) -> None:
    assert matches("other.example", name) is True


def test_without_a_match_7c_fails_when_every_name_is_known() -> None:
    assert matches("other.example") is False


@pytest.mark.parametrize("name", ["fqdn", "hostname", "physical_fqdn", "physical_hostname"])
def test_without_a_match_7c_is_unknown_when_a_name_is_not_known(name: str) -> None:
    assert matches("other.example", identity=replace(IDENTITY, **{name: None})) is None


def test_a_certificate_without_names_never_matches() -> None:
    assert matches(identity=Identity()) is False


def test_a_wildcard_covers_one_label_only() -> None:
    assert matches("*.contoso.com") is False
    assert matches("*.contoso.com", wildcards=True) is True
    assert matches("*.com", wildcards=True) is False
    assert matches("*.mail.contoso.com", wildcards=True) is False
    assert matches("m*.contoso.com", wildcards=True) is False
    assert (
        matches("*.contoso.com", identity=replace(IDENTITY, fqdn="a.b.contoso.com", physical_fqdn="x"), wildcards=True)
        is False
    )


def test_a_wildcard_does_not_cover_the_domain_itself() -> None:
    only = Identity("contoso.com", "contoso.com", "contoso.com", "contoso.com")
    assert matches("*.contoso.com", identity=only, wildcards=True) is False


def test_cluster_names_make_an_unknown_fqdn_irrelevant() -> None:
    clustered = replace(IDENTITY, fqdn=None, cluster="nlb", cluster_names=("nlb.contoso.com",))
    assert candidate_domains(clustered).unknown == ()
    assert matches("other.example", identity=clustered) is False


def test_blank_cluster_names_are_none() -> None:
    assert candidate_domains(replace(IDENTITY, cluster_names=("", " "))).names[0] == "mail.contoso.com"
