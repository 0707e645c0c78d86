"""What enabling a certificate would change, and every guard with the remedy in its message."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._enabling import (
    Change,
    EnablingError,
    Wish,
    change_of,
)
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import (
    Certificate,
    DirectoryCertificate,
    DirectoryValue,
    Facts,
    Failure,
    Key,
    Store,
    Unreadable,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.facts import NOW, edge, hub, present, self_signed

CHOSEN = self_signed("chosen", services=("IIS",))
OLD = self_signed("old")
CNG = Key("RSA", 2048, None, "cng")


def ldap(internal: Certificate, **fields: Any) -> DirectoryValue:
    return present(internal, **{"source": "ldap", **fields})


def server(chosen: Certificate = CHOSEN, old: Certificate = OLD, **fields: Any) -> Facts:
    return hub([chosen, old], ldap(old), **fields)


def without(status: Any, reason: str | None = "a reason", **fields: Any) -> DirectoryValue:
    return DirectoryValue(status, reason, **{"source": "ldap", **fields})


def ask(facts: Facts, internal: Any = "keep", thumbprint: str = CHOSEN.thumbprint, **permissions: bool) -> Change:
    return change_of(facts, Wish(thumbprint, internal, **permissions), NOW)


def refusal(facts: Facts, internal: Any = "keep", thumbprint: str = CHOSEN.thumbprint, **permissions: bool) -> str:
    with pytest.raises(EnablingError) as caught:
        ask(facts, internal, thumbprint, **permissions)
    return str(caught.value)


def with_subscription(facts: Facts, *edges: str) -> Facts:
    return replace(facts, server=replace(facts.server, edge_subscriptions=edges))


def of_unknown_subscriptions(facts: Facts) -> Facts:
    return replace(facts, server=replace(facts.server, edge_subscriptions=None))


def test_keep_adds_smtp_and_nothing_else() -> None:
    change = ask(server())
    assert (change.enables_smtp, change.replaces_internal) == (True, False)
    assert change.before.services == ("IIS",)
    assert change.after == replace(change.before, services=("IIS", "SMTP"))


def test_replace_changes_the_internal_certificate_too() -> None:
    change = ask(server(), "replace")
    assert (change.enables_smtp, change.replaces_internal) == (True, True)
    assert change.before.internal.thumbprint == OLD.thumbprint
    assert change.after.internal.thumbprint == CHOSEN.thumbprint
    assert change.after_smtp == replace(change.after, internal=change.before.internal)


def test_what_is_so_already_is_not_changed() -> None:
    enabled = replace(CHOSEN, services=("SMTP",))
    assert ask(server(enabled)).before == ask(server(enabled)).after
    facts = hub([enabled], ldap(enabled))
    assert ask(facts, "replace").before == ask(facts, "replace").after


def test_after_a_change_the_same_request_changes_nothing() -> None:
    for internal in ("keep", "replace"):
        first = ask(server(), internal)
        chosen = replace(CHOSEN, services=first.after.services)
        now = CHOSEN if first.replaces_internal else OLD
        again = ask(hub([chosen, OLD], ldap(now)), internal)
        assert again.before == again.after == first.after


def test_services_that_are_not_known_become_smtp() -> None:
    change = ask(server(replace(CHOSEN, services=None)))
    assert (change.before.services, change.after.services) == (None, ("SMTP",))


def test_the_order_of_services_is_exchanges() -> None:
    assert ask(server(replace(CHOSEN, services=("IIS", "Federation")))).after.services == ("IIS", "SMTP", "Federation")


@pytest.mark.parametrize(
    "text", [CHOSEN.thumbprint.lower(), ":".join(CHOSEN.thumbprint), f"\u200e{CHOSEN.thumbprint} "]
)
def test_a_thumbprint_is_taken_as_people_write_it(text: str) -> None:
    assert ask(server(), thumbprint=text).before.thumbprint == CHOSEN.thumbprint


def test_the_state_is_plain_data_without_a_key() -> None:
    plain = json.dumps(ask(server(), "replace").after.to_plain())
    assert json.loads(plain) == {
        "thumbprint": CHOSEN.thumbprint,
        "subject": "CN=chosen",
        "dns_names": ["ex01.contoso.com", "EX01"],
        "not_before": "2026-08-15T12:00:00Z",
        "not_after": "2027-03-03T12:00:00Z",
        "services": ["IIS", "SMTP"],
        "internal": {
            "status": "present",
            "thumbprint": CHOSEN.thumbprint,
            "subject": "CN=chosen",
            "dns_names": ["ex01.contoso.com", "EX01"],
            "not_before": "2026-08-15T12:00:00Z",
            "not_after": "2027-03-03T12:00:00Z",
        },
    }


def test_an_internal_certificate_outside_the_store_is_shown_as_its_value_shows_it() -> None:
    shown = DirectoryCertificate("CN=gone", OLD.not_before, OLD.not_after)
    internal = ask(hub([CHOSEN], ldap(OLD, certificate=shown)), "replace").before.internal
    assert (internal.subject, internal.dns_names, internal.not_after) == ("CN=gone", None, OLD.not_after)


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        (server(self_signed("another")), "is not in the store; import it with its private key"),
        (server(replace(CHOSEN, archived=True)), "is archived.*take the mark away"),
        (server(replace(CHOSEN, has_private_key=False)), "has no private key.*import it with its key"),
        (server(replace(CHOSEN, has_private_key=None)), "private key is not known.*put the key where it can be found"),
        (server(self_signed("chosen", days=(-9, -1))), "expired at 2026-11-22T12:00:00Z; renew it"),
        (server(self_signed("chosen", days=(1, 9))), "is not valid before 2026-11-24T12:00:00Z; wait"),
        (server(store=None, failures=(Failure("store", "there is no folder"),)), "cannot be read: there is no folder"),
        (server(store=None), "was not gathered"),
        (
            server(store=Store("folder", (), (Unreadable("a.cer", CHOSEN.thumbprint, "was cut"),))),
            r"\(a.cer\) cannot be read: was cut; mend",
        ),
        (
            server(store=Store("folder", (), (Unreadable("b.cer", None, "was cut"),))),
            r"is not in the store.*may be what cannot be read: b\.cer",
        ),
    ],
    ids=lambda value: value[:25] if isinstance(value, str) else "",
)
@pytest.mark.parametrize("internal", ["keep", "replace"])
def test_a_certificate_that_cannot_serve_is_refused(facts: Facts, message: str, internal: str) -> None:
    with pytest.raises(EnablingError, match=message):
        ask(facts, internal)


@pytest.mark.parametrize("text", ["", "EX01", "0" * 39, "0" * 41])
def test_a_thumbprint_that_is_none_is_refused(text: str) -> None:
    assert "give the 40 hexadecimal digits" in refusal(server(), thumbprint=text)


def test_the_ends_of_its_validity_are_inside() -> None:
    for at in (CHOSEN.not_before, CHOSEN.not_after):
        change_of(server(old=self_signed("old", days=(-500, 500))), Wish(CHOSEN.thumbprint), at)
    for at in (CHOSEN.not_before - timedelta(seconds=1), CHOSEN.not_after + timedelta(seconds=1)):
        with pytest.raises(EnablingError):
            change_of(server(), Wish(CHOSEN.thumbprint), at)


KEPT_IN_VAIN = {
    "null": (hub([CHOSEN, OLD], without("null")), "there is no internal transport certificate to keep"),
    "corrupt": (hub([CHOSEN, OLD], without("corrupt")), r"to keep \(a reason\)"),
    "not in the store": (hub([CHOSEN], ldap(OLD)), "is not in the store"),
    "archived": (server(old=replace(OLD, archived=True)), "is not in the store"),
    "without a key": (server(old=replace(OLD, has_private_key=False)), "has no private key"),
    "perhaps without a key": (server(old=replace(OLD, has_private_key=None)), "may lack its private key"),
    "expired": (server(old=self_signed("old", days=(-9, -1))), "expired at 2026-11-22T12:00:00Z"),
}


@pytest.mark.parametrize("case", KEPT_IN_VAIN)
def test_what_cannot_be_kept_can_be_replaced(case: str) -> None:
    facts, message = KEPT_IN_VAIN[case]
    with pytest.raises(EnablingError, match=f"{message}.*set internal to replace"):
        ask(facts)
    assert ask(facts, "replace").replaces_internal


@pytest.mark.parametrize("status", ["unknown", "not_gathered"])
def test_what_is_not_known_is_neither_kept_nor_replaced(status: str) -> None:
    facts = hub([CHOSEN, OLD], without(status))
    assert "is to be kept, is not known: a reason" in refusal(facts)
    assert "what was not read is not replaced" in refusal(facts, "replace")


def test_without_a_directory_the_message_asks_for_one() -> None:
    assert "name one in directory.source" in refusal(hub([CHOSEN], without("not_gathered", None, source=None)))


@pytest.mark.parametrize("source", ["ldif", "clixml", "inventory", "adlds", None])
def test_only_a_live_directory_can_be_changed(source: str | None) -> None:
    facts = hub([CHOSEN, OLD], replace(ldap(OLD), source=source))
    assert f"is read from {source or 'nowhere'}; set directory.source to ldap" in refusal(facts, "replace")
    assert ask(facts).enables_smtp


def test_the_copy_of_an_edges_value_is_not_replaced() -> None:
    facts = edge([CHOSEN, OLD], ldap(OLD, is_copy=True))
    assert "whose own AD LDS counts" in refusal(facts, "replace", allow_edge_resubscribe=True)


BEHIND_EDGE_SYNC = {
    "an Edge": (edge([CHOSEN, OLD], ldap(OLD)), "EX01 is an Edge Transport server"),
    "a server with subscriptions": (with_subscription(server(), "EDGE01", "EDGE02"), r"\(EDGE01, EDGE02\)"),
    "a server of which they are not known": (of_unknown_subscriptions(server()), "not known, which counts as some"),
}


@pytest.mark.parametrize("internal", ["keep", "replace"])
@pytest.mark.parametrize("case", BEHIND_EDGE_SYNC)
def test_edge_subscriptions_need_a_permission(case: str, internal: str) -> None:
    facts, message = BEHIND_EDGE_SYNC[case]
    with pytest.raises(EnablingError, match=f"{message}.*set allow_edge_resubscribe to true"):
        ask(facts, internal)
    assert ask(facts, internal, allow_edge_resubscribe=True).enables_smtp


@pytest.mark.parametrize("case", BEHIND_EDGE_SYNC)
def test_a_cng_key_there_needs_another_one(case: str) -> None:
    facts, message = BEHIND_EDGE_SYNC[case]
    facts = replace(facts, store=Store("folder", (replace(CHOSEN, key=CNG), OLD)))
    with pytest.raises(EnablingError, match=f"{message}.*is a CNG key.*set allow_cng to true"):
        ask(facts, "replace", allow_edge_resubscribe=True)
    assert ask(facts, "replace", allow_edge_resubscribe=True, allow_cng=True).replaces_internal
    assert ask(facts, "keep", allow_edge_resubscribe=True).enables_smtp


def test_a_cng_key_is_no_matter_elsewhere() -> None:
    assert ask(server(replace(CHOSEN, key=CNG)), "replace").replaces_internal


@pytest.mark.parametrize("internal", ["keep", "replace"])
def test_the_internal_certificate_itself_needs_no_permission(internal: str) -> None:
    change = ask(edge([replace(CHOSEN, key=CNG)], ldap(CHOSEN)), internal)
    assert (change.enables_smtp, change.replaces_internal) == (True, False)


facts_at_random = st.builds(
    lambda chosen, old, status, source, role, edges: replace(
        hub(
            [chosen, old],
            ldap(old, source=source) if status == "present" else without(status, source=source),
        ),
        server=replace(server().server, role=role, edge_subscriptions=edges),
    ),
    st.builds(
        lambda key, days, archived, provider: self_signed(
            "chosen", days=days, has_private_key=key, archived=archived, key=Key("RSA", 2048, None, provider)
        ),
        st.sampled_from([True, False, None]),
        st.sampled_from([(-9, 9), (-9, -1), (1, 9)]),
        st.booleans(),
        st.sampled_from(["csp", "cng", None]),
    ),
    st.builds(
        lambda key, days: self_signed("old", days=days, has_private_key=key),
        st.sampled_from([True, False, None]),
        st.sampled_from([(-9, 9), (-9, -1)]),
    ),
    st.sampled_from(["present", "null", "corrupt", "unknown", "not_gathered"]),
    st.sampled_from(["ldap", "ldif", "inventory"]),
    st.sampled_from(["hub", "edge", "none", "unknown"]),
    st.sampled_from([None, (), ("EDGE01",)]),
)


@given(facts=facts_at_random, internal=st.sampled_from(["keep", "replace"]), resubscribe=st.booleans())
def test_what_is_allowed_is_safe(facts: Facts, internal: Any, resubscribe: bool) -> None:
    try:
        change = change_of(facts, Wish(CHOSEN.thumbprint, internal, resubscribe), NOW)
    except EnablingError:
        return
    assert facts.store is not None
    chosen, old = facts.store.certificates
    assert (chosen.has_private_key, chosen.archived) == (True, False)
    assert chosen.not_before <= NOW <= chosen.not_after
    assert set(change.after.services or ()) == {*(change.before.services or ()), "SMTP"}
    assert change.replaces_internal == (internal == "replace")
    assert not change.replaces_internal or facts.directory.source == "ldap"
    assert resubscribe or (facts.server.role != "edge" and facts.server.edge_subscriptions == ())
    assert internal == "replace" or (old.has_private_key is True and old.not_after >= NOW)
