"""What holds of every decision, whatever the facts: order, ineligible certificates, age, steps, unknown facts."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._case import Question
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._decision import decide
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import (
    Certificate,
    DirectoryValue,
    ExchangeAnswers,
    Facts,
    Identity,
    Interval,
    Key,
    ObservedEvent,
    SendConnector,
    Server,
    Store,
    Trust,
    Unreadable,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.facts import FQDN, NOW, self_signed, thumbprint

NAMES = (FQDN, "EX01", "*.contoso.com", "other.example")
STEPS = ["1", "2a", "2b", "3", "4", "5", "6", "7", "8", "9"]


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


@st.composite
def trusts(draw: st.DrawFn, begins: int, ends: int) -> Trust:
    status = draw(st.sampled_from(["trusted", "trusted", "untrusted", "unknown"]))
    if status == "untrusted":
        return Trust("untrusted", "no issuer", "built")
    intervals = [
        Interval(
            NOW + timedelta(days=draw(st.integers(begins, 0))),
            NOW + timedelta(days=draw(st.integers(-5, ends))),
            reason=draw(st.sampled_from([None, "a name constraint"] if status == "trusted" else ["a name constraint"])),
        )
        for _each in range(draw(st.integers(1 if status == "trusted" else 0, 2)))
    ]
    return Trust(status, None, "built", tuple(intervals))


@st.composite
def certificates(draw: st.DrawFn, name: str = "c") -> Certificate:
    begins, ends = draw(st.integers(-20, 3)), draw(st.integers(-3, 20))
    is_self_signed = draw(st.booleans())
    return replace(
        self_signed(name, days=(begins, ends)),
        version=draw(st.sampled_from([3, 3, 3, 1])),
        dns_names=tuple(draw(st.lists(st.sampled_from(NAMES), max_size=2))),
        common_names=(draw(st.sampled_from((*NAMES, "Microsoft Exchange Server Auth Certificate"))),),
        self_signed=is_self_signed,
        trust=draw(trusts(min(begins, 0), max(ends, 0))),
        has_private_key=draw(st.sampled_from([True, True, False, None])),
        services=draw(st.sampled_from([("SMTP",), ("SMTP", "IIS"), (), None])),
        eku=draw(st.sampled_from([None, ("serverAuth",), ("clientAuth",)])),
        template=draw(st.sampled_from([None, None, "WebServer"])),
        services_evidence=draw(st.sampled_from(["exchange", "key_acl"])),
        key=Key(
            "RSA", 2048, None, draw(st.sampled_from([None, "csp", "cng"])), draw(st.sampled_from([None, True, False]))
        ),
        archived=draw(st.sampled_from([False, False, False, True])),
    )


@st.composite
def stores(draw: st.DrawFn) -> Store:
    count = draw(st.integers(0, 4))
    unreadable = draw(st.lists(st.sampled_from([None, thumbprint("c0"), thumbprint("elsewhere")]), max_size=1))
    return Store(
        "folder",
        tuple(draw(certificates(name=f"c{index}")) for index in range(count)),
        tuple(Unreadable("x.cer", digits, "broken") for digits in unreadable),
    )


@st.composite
def connectors(draw: st.DrawFn) -> SendConnector:
    return SendConnector(
        draw(st.sampled_from(["a", "b"])),
        draw(st.sampled_from([True, True, False, None])),
        draw(maybe(st.sampled_from([(), ("ExchangeServer",)]))),
        draw(maybe(st.sampled_from([("*",), ("SMTP:--;1",)]))),
    )


@st.composite
def directory_values(draw: st.DrawFn) -> DirectoryValue:
    status = draw(st.sampled_from(["present", "present", "present", "null", "corrupt", "unknown", "not_gathered"]))
    if status != "present":
        return DirectoryValue(status)
    return DirectoryValue(status, thumbprint=thumbprint(draw(st.sampled_from(["c0", "c1", "elsewhere"]))))


THUMBPRINTS = st.sampled_from([thumbprint(name) for name in ("c0", "c1", "elsewhere")])
ORDERS = st.lists(THUMBPRINTS, max_size=2).map(tuple)
exchange_answers = st.builds(
    ExchangeAnswers, maybe(THUMBPRINTS), st.dictionaries(st.sampled_from(NAMES), ORDERS, max_size=2)
)
events = st.builds(
    ObservedEvent,
    st.sampled_from([12012, 12013, 12015, 1037, 2019]),
    st.sampled_from(["MSExchangeTransport", "MSExchangeFrontEndTransport"]),
    st.just(1),
    st.just(NOW),
    st.just(NOW),
    st.tuples(ORDERS),
)


@st.composite
def facts_of_a_server(draw: st.DrawFn) -> Facts:
    return Facts(
        collected_at=NOW,
        server=Server(
            "EX01",
            draw(st.sampled_from(["hub", "edge", "hub", "edge", "none", "unknown"])),
            version=draw(st.sampled_from(["8.3.1", "14.3.1", "15.0.1", "15.2.1"])),
            edge_subscriptions=draw(st.sampled_from([(), ("EDGE01",), None])),
        ),
        identity=Identity(
            draw(maybe(st.just(FQDN))),
            draw(maybe(st.just("EX01"))),
            draw(maybe(st.just(FQDN))),
            draw(maybe(st.just("EX01"))),
            draw(st.sampled_from(["none", "nlb", None])),
            draw(st.sampled_from([(), ("other.example",)])),
        ),
        store=draw(st.one_of(*[stores()] * 9, st.none())),
        directory=draw(directory_values()),
        connectors=draw(maybe(st.lists(connectors(), max_size=2).map(tuple))),
        exchange=draw(maybe(exchange_answers)),
        observed_events=draw(maybe(st.lists(events, max_size=2).map(tuple))),
    )


questions = st.builds(
    Question,
    at=st.integers(-25, 25).map(lambda days: NOW + timedelta(days=days)),
    now=st.just(NOW),
    wildcards=st.booleans(),
    delivery_type=st.sampled_from(["SmtpRelayWithinAdSiteToEdge", "SmtpRelayWithinAdSiteToEdge", "MapiDelivery"]),
)
some = settings(max_examples=200, deadline=None)


@some
@given(facts_of_a_server(), questions, st.randoms(use_true_random=False))
def test_the_order_of_the_store_does_not_matter(facts: Facts, question: Question, random: Any) -> None:
    if facts.store is None:
        return
    shuffled = list(facts.store.certificates)
    random.shuffle(shuffled)
    other = replace(facts, store=replace(facts.store, certificates=tuple(shuffled)))
    assert decide(other, question).to_plain() == decide(facts, question).to_plain()


@some
@given(facts_of_a_server(), questions, certificates(name="added"), st.sampled_from(["7a", "7b", "7c", "7d"]))
def test_an_ineligible_certificate_changes_neither_outcome_nor_best(
    facts: Facts, question: Question, added: Certificate, failing: str
) -> None:
    if facts.store is None:
        return
    ineligible = replace(added, archived=False, **_INELIGIBLE[failing])
    store = replace(facts.store, certificates=(*facts.store.certificates, ineligible))
    before, after = (decide(f, question).to_plain() for f in (facts, replace(facts, store=store)))
    assert (after["outcome"], after["best"]) == (before["outcome"], before["best"])


_INELIGIBLE: dict[str, dict[str, Any]] = {
    "7a": {"version": 1},
    "7b": {"has_private_key": False},
    "7c": {"dns_names": (), "common_names": ()},
    "7d": {"services": ("IIS",)},
}


@some
@given(facts_of_a_server(), questions)
def test_an_older_one_of_the_same_class_never_wins_while_both_are_valid(facts: Facts, question: Question) -> None:
    decision = decide(facts, question)
    if decision.best is None:
        return
    best = decision.best
    rivals = [
        candidate
        for candidate in decision.case.candidates
        if candidate.eligible
        and candidate.inside_validity
        and best.inside_validity
        and candidate.certificate_class == best.certificate_class
    ]
    assert best.certificate.not_before >= max(
        (r.certificate.not_before for r in rivals), default=best.certificate.not_before
    )


@some
@given(facts_of_a_server(), questions)
def test_every_step_appears_once_and_in_order_and_nothing_runs_after_a_stop(facts: Facts, question: Question) -> None:
    steps = decide(facts, question).steps
    assert [step.step for step in steps] == STEPS
    stops = [index for index, step in enumerate(steps) if step.stops]
    assert all(step.verdict == "skip" for step in steps[stops[0] + 1 :]) if stops else True


@some
@given(facts_of_a_server(), questions)
def test_the_same_input_gives_the_same_answer_also_by_way_of_plain_data(facts: Facts, question: Question) -> None:
    assert decide(Facts.from_plain(facts.to_plain()), question).to_plain() == decide(facts, question).to_plain()


@some
@given(facts_of_a_server(), questions)
def test_no_remedy_names_a_certificate_outside_its_validity(facts: Facts, question: Question) -> None:
    decision = decide(facts, question)
    inside = {c.certificate.thumbprint for c in decision.case.candidates if c.inside_validity}
    for remedy in decision.remedy:
        assert remedy.action in ("import", "renew") or remedy.thumbprint is None or remedy.thumbprint in inside


@some
@given(facts_of_a_server(), questions)
def test_an_undetermined_server_says_what_is_missing(facts: Facts, question: Question) -> None:
    decision = decide(facts, question)
    assert bool(decision.missing) == (
        decision.outcome == "undetermined" or (decision.outcome != "not_used" and decision.compliant is None)
    )


@some
@given(facts_of_a_server(), questions)
def test_what_exchange_said_changes_nothing_but_what_is_said_of_it(facts: Facts, question: Question) -> None:
    told = decide(facts, question).to_plain()
    untold = decide(facts, replace(question, verify=False)).to_plain()
    disagreeing = [finding for finding in told["findings"] if finding["code"] == "exchange_disagrees"]
    assert untold["verified"] is None
    assert not disagreeing or told["verified"]["status"] == "disagrees"
    assert [finding for finding in told["findings"] if finding not in disagreeing] == untold["findings"]
    for answer in untold.keys() - {"verified", "findings", "summary"}:
        assert told[answer] == untold[answer]


def _one_certificate(change: Callable[[Certificate], Certificate]) -> Callable[[Facts, int], Facts]:
    def damage(facts: Facts, which: int) -> Facts:
        if facts.store is None or not facts.store.certificates:
            return facts
        certificates = list(facts.store.certificates)
        certificates[which % len(certificates)] = change(certificates[which % len(certificates)])
        return replace(facts, store=replace(facts.store, certificates=tuple(certificates)))

    return damage


def _one_connector(**fields: None) -> Callable[[Facts, int], Facts]:
    def damage(facts: Facts, which: int) -> Facts:
        if not facts.connectors:
            return facts
        connectors = list(facts.connectors)
        connectors[which % len(connectors)] = replace(connectors[which % len(connectors)], **fields)
        return replace(facts, connectors=tuple(connectors))

    return damage


def _one_name(facts: Facts, which: int) -> Facts:
    name = ("fqdn", "hostname", "physical_fqdn", "physical_hostname")[which % 4]
    return replace(facts, identity=replace(facts.identity, **{name: None}))


FORGET: dict[str, Callable[[Facts, int], Facts]] = {
    "services": _one_certificate(lambda certificate: replace(certificate, services=None)),
    "private key": _one_certificate(lambda certificate: replace(certificate, has_private_key=None)),
    "trust": _one_certificate(lambda certificate: replace(certificate, trust=Trust("unknown"))),
    "directory": lambda facts, _which: replace(facts, directory=DirectoryValue("unknown")),
    "connectors": lambda facts, _which: replace(facts, connectors=None),
    "authentication": _one_connector(smart_host_auth=None),
    "address spaces": _one_connector(address_spaces=None),
    "enabled": _one_connector(enabled=None),
    "role": lambda facts, _which: replace(facts, server=replace(facts.server, role="unknown")),
    "one name": _one_name,
    "names": lambda facts, _which: replace(facts, identity=Identity(cluster_names=facts.identity.cluster_names)),
    "store": lambda facts, _which: replace(facts, store=None),
    "cluster": lambda facts, _which: replace(facts, identity=replace(facts.identity, cluster=None)),
    "subscriptions": lambda facts, _which: replace(facts, server=replace(facts.server, edge_subscriptions=None)),
}
NOT_DETERMINED = (None, "undetermined")


@settings(max_examples=1500, deadline=None)
@given(
    facts_of_a_server(), questions, st.lists(st.tuples(st.sampled_from(sorted(FORGET)), st.integers(0, 3)), max_size=3)
)
def test_a_fact_replaced_by_unknown_never_gives_another_determined_answer(
    facts: Facts, question: Question, forgotten: list[tuple[str, int]]
) -> None:
    known = decide(facts, question).to_plain()
    for what, which in forgotten:
        facts = FORGET[what](facts, which)
    unknown = decide(facts, question).to_plain()
    for answer in ("outcome", "best", "thumbprint_match", "compliant"):
        if known[answer] not in NOT_DETERMINED and unknown[answer] not in NOT_DETERMINED:
            assert unknown[answer] == known[answer], (answer, forgotten)
