"""The store of a Windows host: what Windows and Exchange say of each certificate, and what could not be had of it."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import Certificate, Facts
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._gathering import (
    Request,
    gather,
    reading_of_host,
)
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.gathered_store import GatheredStore
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._windows.answer import read_answer
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._windows.store import store_of
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import (
    NOW,
    exchange_certificate,
    make_certificate,
    root_authority,
    server_certificate,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.exchange_certificate import Certificate as Stream
from ansible_collections.msexchange.transport_tls.tests.fixtures.exchange_certificate import write_stream
from ansible_collections.msexchange.transport_tls.tests.fixtures.serialized_certificate import (
    SOFTWARE_KSP,
    UNNAMED_PROVIDER,
    serialize,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.windows_answer import (
    FQDN,
    PARTIAL_CHAIN,
    UNREADABLE,
    UNTRUSTED_ROOT,
    Stored,
    certificate,
    encoded,
    failed,
    hub_answer,
    unreadable,
)

ROOT = root_authority()
ISSUED = Stored(server_certificate(FQDN, issuer=ROOT), (ROOT,), friendly_name="mail", services="IIS, SMTP")
OWN = Stored(exchange_certificate("EX01", "contoso.com"), status=UNTRUSTED_ROOT)


def gathered(answer: dict[str, Any]) -> GatheredStore:
    read = read_answer(answer)
    assert read.store is not None
    return store_of(read.store, read.exchange)


def only(answer: dict[str, Any]) -> Certificate:
    (found,) = gathered(answer).store.certificates
    return found


def only_stored(stored: Stored, **fields: Any) -> Certificate:
    answer = hub_answer([stored])
    answer["store"]["certificates"] = [certificate(stored, **fields)]
    return only(answer)


def test_each_certificate_has_what_its_properties_say() -> None:
    issued, own = gathered(hub_answer([ISSUED, OWN])).store.certificates
    assert (issued.thumbprint, issued.friendly_name, issued.key.provider) == (ISSUED.thumbprint, "mail", "csp")
    assert (issued.has_private_key, issued.archived, issued.self_signed) == (True, False, False)
    assert (issued.trust.status, issued.trust.evidence) == ("trusted", "windows")
    assert issued.trust.intervals[0].path == (ISSUED.thumbprint, ROOT.thumbprint)
    assert (own.trust.status, own.self_signed) == ("untrusted", True)


@pytest.mark.parametrize(
    ("provider", "expected", "has_key"),
    [(SOFTWARE_KSP, "cng", True), (UNNAMED_PROVIDER, None, True), (None, None, False)],
)
def test_the_key_is_where_its_provider_is(provider: Any, expected: str | None, has_key: bool) -> None:
    found = only_stored(Stored(ISSUED.credential, (ROOT,), key_provider=provider))
    assert (found.key.provider, found.has_private_key) == (expected, has_key)


def test_an_archived_certificate_stays_and_is_marked() -> None:
    assert only_stored(Stored(ISSUED.credential, (ROOT,), archived=True)).archived


def test_without_its_properties_a_certificate_is_read_by_its_der() -> None:
    found = only_stored(Stored(ISSUED.credential, (ROOT,), element=False))
    assert (found.thumbprint, found.has_private_key, found.key.provider) == (ISSUED.thumbprint, True, None)
    assert (
        only_stored(ISSUED, element=None, der=encoded(ISSUED.credential.der), has_private_key=None).has_private_key
        is None
    )


def test_an_element_that_cannot_be_read_leaves_the_der() -> None:
    broken = certificate(ISSUED, element=encoded(b"junk"), der=encoded(ISSUED.credential.der))
    answer = hub_answer([ISSUED])
    answer["store"]["certificates"] = [broken]
    assert only(answer).thumbprint == ISSUED.thumbprint


def test_one_broken_certificate_among_twenty_takes_nothing_from_the_others() -> None:
    stored = [Stored(make_certificate(f"CN={number}"), status=UNTRUSTED_ROOT) for number in range(19)]
    answer = hub_answer(stored)
    answer["store"]["certificates"].insert(7, unreadable("B" * 40, "The data is invalid."))
    store = gathered(answer).store
    assert len(store.certificates) == 19
    assert [(each.name, each.thumbprint, each.reason) for each in store.unreadable] == [
        ("B" * 40, "B" * 40, "The data is invalid.")
    ]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"element": encoded(b"\x20\0\0\0")}, "its serialized form cannot be read"),
        ({"element": encoded(serialize(b"junk"))}, "not a certificate"),
        ({"element": None, "der": encoded(b"0")}, "truncated"),
        ({"element": None, "der": None, "reason": None}, "nothing came of it"),
    ],
)
def test_what_cannot_be_read_is_unreadable_and_says_why(fields: dict[str, Any], reason: str) -> None:
    answer = hub_answer([ISSUED])
    answer["store"]["certificates"] = [certificate(ISSUED, **fields)]
    store = gathered(answer).store
    assert store.certificates == ()
    assert reason in store.unreadable[0].reason


def test_what_windows_gives_no_thumbprint_may_be_any_certificate() -> None:
    answer = hub_answer([])
    answer["store"]["certificates"] = [unreadable("certificate 1")]
    assert [each.thumbprint for each in gathered(answer).store.unreadable] == [None]


def test_a_certificate_of_two_physical_stores_is_one() -> None:
    answer = hub_answer([])
    answer["store"]["certificates"] = [
        certificate(ISSUED, chain=None, key=None),
        certificate(ISSUED, archived=False),
    ]
    answer["store"]["chain_certificates"] = {ROOT.thumbprint: encoded(ROOT.der)}
    found = only(answer)
    assert (found.trust.status, found.key.network_service_can_read) == ("trusted", True)


def test_an_empty_store_is_a_store() -> None:
    assert gathered(hub_answer([])).store.certificates == ()


def test_services_are_what_exchange_says() -> None:
    found = only_stored(Stored(ISSUED.credential, (ROOT,), services="IIS, SMTP", sddl=UNREADABLE))
    assert (found.services, found.services_evidence) == (("IIS", "SMTP"), "exchange")
    assert found.key.network_service_can_read is False
    assert only_stored(Stored(ISSUED.credential, (ROOT,), services=0)).services == ()
    assert only_stored(Stored(ISSUED.credential, (ROOT,), services="1040")).services == ("SMTP",)


@pytest.mark.parametrize(
    ("sddl", "services", "evidence"),
    [
        ("D:(A;;FR;;;NS)", ("SMTP",), "key_acl"),
        (UNREADABLE, (), "key_acl"),
        ("D:(XA;;FR;;;NS;(exists x))", None, None),
        (None, None, None),
    ],
)
def test_without_exchange_services_are_told_by_who_may_read_the_key(
    sddl: str | None, services: tuple[str, ...] | None, evidence: str | None
) -> None:
    found = only(failed(hub_answer([Stored(ISSUED.credential, (ROOT,), sddl=sddl)]), "exchange"))
    assert (found.services, found.services_evidence) == (services, evidence)


def test_a_certificate_that_exchange_does_not_list_is_judged_by_its_key() -> None:
    found = only_stored(Stored(ISSUED.credential, (ROOT,), said=None))
    assert found.services_evidence == "key_acl"


def test_who_may_read_a_key_is_not_known_where_its_file_could_not_be_asked() -> None:
    answer = hub_answer([ISSUED])
    key = {"path": "x", "sddl": None, "reason": "access is denied: connect as an administrator"}
    answer["store"]["certificates"] = [certificate(ISSUED, key=key)]
    store = gathered(answer)
    assert store.store.certificates[0].key.network_service_can_read is None
    assert any("access is denied: connect as an administrator" in warning for warning in store.warnings)


SUBSTITUTES: list[dict[str, Any]] = [
    {"thumbprint": None, "raw_data": encoded(ISSUED.credential.der)},
    {"thumbprint": ISSUED.thumbprint.lower()},
    {
        "thumbprint": None,
        "services": None,
        "status": None,
        "root_ca_type": None,
        "serialization_data": encoded(
            write_stream(Stream(serialize(ISSUED.credential.der), self_signed=False, services=24))
        ),
    },
]


@pytest.mark.parametrize("fields", SUBSTITUTES, ids=["raw data", "lower case", "stream"])
def test_objects_that_came_deserialized_say_the_same(fields: dict[str, Any]) -> None:
    answer = hub_answer([ISSUED])
    answer["exchange"]["certificates"][0].update(fields)
    assert only(answer).services == ("IIS", "SMTP")


@pytest.mark.parametrize(
    ("fields", "warning"),
    [
        ({"thumbprint": None}, "no thumbprint came"),
        ({"thumbprint": "twelve"}, "no thumbprint came"),
        ({"serialization_data": encoded(b"junk")}, "its SerializationData cannot be read"),
    ],
)
def test_an_object_that_cannot_be_read_is_a_warning(fields: dict[str, Any], warning: str) -> None:
    answer = hub_answer([ISSUED])
    answer["exchange"]["certificates"][0].update(fields)
    assert any(warning in each for each in gathered(answer).warnings)


def test_trust_is_windows_word_before_that_of_exchange() -> None:
    found = only_stored(Stored(ISSUED.credential, (ROOT,), status=UNTRUSTED_ROOT, said="Valid"))
    assert (found.trust.status, found.trust.evidence) == ("untrusted", "windows")


def test_where_windows_does_not_know_exchange_is_asked() -> None:
    weak = Stored(ISSUED.credential, (ROOT,), status=0x100000, said="Valid")
    assert (only_stored(weak).trust.status, only_stored(weak).trust.evidence) == ("trusted", "exchange")
    doubtful = only_stored(Stored(ISSUED.credential, (ROOT,), status=0x100000, said="Unknown"))
    assert (doubtful.trust.status, doubtful.trust.evidence) == ("unknown", "windows")


def test_a_chain_that_windows_did_not_judge_is_built_from_the_roots_that_others_end_in() -> None:
    other = Stored(server_certificate("ex02.contoso.com", issuer=ROOT), (ROOT,), said=None)
    answer = failed(hub_answer([ISSUED, other]), "exchange")
    answer["store"]["certificates"][1].update(chain=None, chain_reason="CertGetCertificateChain: 0x80070057")
    trust = gathered(answer).store.certificates[1].trust
    assert (trust.status, trust.evidence) == ("trusted", "built")
    answer["store"]["certificates"][0].update(chain=None)
    trust = gathered(answer).store.certificates[1].trust
    assert trust.status == "unknown"
    assert "CertGetCertificateChain: 0x80070057" in (trust.reason or "")


def test_an_issuer_that_cannot_be_read_is_a_warning() -> None:
    answer = hub_answer([ISSUED])
    answer["store"]["chain_certificates"] = {ROOT.thumbprint: encoded(b"junk")}
    store = gathered(answer)
    assert store.store.certificates[0].trust.status == "trusted"  # as Exchange says
    assert any(f"the issuer {ROOT.thumbprint} of a chain cannot be read" in warning for warning in store.warnings)


def test_a_partial_chain_is_surely_not_trusted_where_nothing_can_complete_it() -> None:
    assert only_stored(Stored(ISSUED.credential, status=PARTIAL_CHAIN)).trust.status == "untrusted"


def test_facts_of_a_host_come_back_from_their_plain_data() -> None:
    reading = reading_of_host(hub_answer([ISSUED, OWN]))
    facts = gather(Request(frozenset({"store", "exchange"}), live=True), reading, NOW)
    assert Facts.from_plain(facts.to_plain()) == facts
