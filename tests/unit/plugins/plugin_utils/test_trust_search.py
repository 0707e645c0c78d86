"""The search for paths: what it finds whatever the order, when it stops, and what it says of what it did not see."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pytest
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils import _trust
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._certificate import load, thumbprint_of
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._certificate_signature import is_signed_by
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import Interval, Trust
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._trust import (
    MAX_EXAMINED,
    MAX_LENGTH,
    MAX_PATHS,
    ChainBuilder,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.hierarchies import (
    authority,
    leaf,
    openssl_chain_length,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.raw_certificate import (
    Raw,
    raw_extension,
)

ROOT = authority("Root", key=1)
OTHER_ROOT = authority("Other root", key=3)
ISSUING = authority("Issuing", ROOT, key=2)
SERVER = leaf(ISSUING)

# The identifier of an algorithm that is not supported: RSA with MD2.
UNSUPPORTED = bytes.fromhex("300d06092a864886f70d0101020500")


def builder(roots: Sequence[Raw], others: Sequence[Raw] = (), unread: str | None = None) -> ChainBuilder:
    return ChainBuilder([load(root.der) for root in roots], [load(other.der) for other in others], unread)


def judge(judged: Raw, roots: Sequence[Raw], others: Sequence[Raw] = (), unread: str | None = None) -> Trust:
    return builder(roots, others, unread).judge(load(judged.der))


def path_of(*certificates: Raw) -> tuple[str, ...]:
    return tuple(thumbprint_of(certificate.der) for certificate in certificates)


def own_validity(certificate: Raw, reason: str) -> Interval:
    parsed = load(certificate.der)
    return Interval(parsed.not_before, parsed.not_after, (), reason)


def year(number: int) -> datetime:
    return datetime(number, 1, 1, tzinfo=UTC)


# --- intervals


def test_a_path_holds_while_all_its_certificates_are_valid() -> None:
    root = authority("Root", key=1, not_before=year(2001), not_after=year(2021))
    issuing = authority("Issuing", root, key=2, not_before=year(2005), not_after=year(2015))
    server = leaf(issuing, not_before=year(2003), not_after=year(2018))
    trust = judge(server, [root], [issuing])
    assert trust == Trust("trusted", None, "built", (Interval(year(2005), year(2015), path_of(server, issuing, root)),))


def test_a_path_that_is_valid_at_no_moment_is_trusted_and_never_holds() -> None:
    issuing = authority("Issuing", ROOT, key=2, not_before=year(2021), not_after=year(2022))
    trust = judge(leaf(issuing, not_before=year(2025), not_after=year(2030)), [ROOT], [issuing])
    assert trust.status == "trusted"
    assert [(interval.begins, interval.ends) for interval in trust.intervals] == [(year(2025), year(2022))]
    assert not any(trust.intervals[0].holds(year(number)) for number in range(2020, 2031))


def test_every_path_has_its_interval() -> None:
    cross = authority("Root", OTHER_ROOT, key=1, not_after=year(2025))
    trust = judge(SERVER, [ROOT, OTHER_ROOT], [ISSUING, cross])
    assert [interval.path for interval in trust.intervals] == [
        path_of(SERVER, ISSUING, ROOT),
        path_of(SERVER, ISSUING, cross, OTHER_ROOT),
    ]
    assert [interval.ends for interval in trust.intervals] == [year(2040), year(2025)]


def test_a_sure_path_comes_before_an_unsure_one() -> None:
    odd_root = authority("Root", key=1, more=[raw_extension("1.2.3", b"", critical=True)])
    trust = judge(SERVER, [odd_root, ROOT], [ISSUING])
    assert trust.status == "trusted"
    assert [interval.path[-1:] for interval in trust.intervals] == [path_of(ROOT), path_of(odd_root)]
    assert trust.intervals[1].reason == "CN=Root has a critical extension that cannot be judged (1.2.3)"


# --- what is not known is not untrusted


def test_an_algorithm_that_cannot_be_verified_is_unknown() -> None:
    trust = judge(leaf(ISSUING, algorithm=UNSUPPORTED), [ROOT], [ISSUING])
    assert trust.status == "unknown"
    assert trust.reason == "that CN=Issuing issued CN=ex01.contoso.com cannot be verified"
    assert trust.intervals[0].path[1:] == path_of(ISSUING, ROOT)


def test_an_issuing_key_that_cannot_be_read_is_unknown() -> None:
    issuing = authority("Issuing", ROOT, key=2, key_info=bytes.fromhex("3009300406022a03030100"))
    assert judge(SERVER, [ROOT], [issuing]).reason == "that CN=Issuing issued CN=ex01.contoso.com cannot be verified"


def test_a_root_whose_own_signature_cannot_be_verified_is_unknown() -> None:
    root = authority("Root", key=1, algorithm=UNSUPPORTED)
    trust = judge(SERVER, [root], [ISSUING])
    assert trust.status == "unknown"
    assert trust.reason == "whether CN=Root is self-signed cannot be verified"


def test_a_certificate_that_may_be_self_signed_is_not_untrusted() -> None:
    trust = judge(leaf(None, algorithm=UNSUPPORTED), [ROOT])
    assert trust.status == "unknown"
    assert trust.reason is not None
    assert trust.reason.endswith("; whether it is self-signed cannot be verified")


@pytest.mark.parametrize("oid", ["2.5.29.19", "2.5.29.15", "2.5.29.30"])
def test_an_issuer_whose_authority_cannot_be_read_is_unknown(oid: str) -> None:
    ca = None if oid == "2.5.29.19" else True
    cert_sign = None if oid == "2.5.29.15" else True
    broken = raw_extension(oid, b"\x05\x00")
    issuing = authority("Issuing", ROOT, key=2, ca=ca, cert_sign=cert_sign, more=[broken])
    assert judge(SERVER, [ROOT], [issuing]) == Trust(
        "unknown",
        "what CN=Issuing may issue cannot be read",
        "built",
        (Interval(year(2020), year(2040), path_of(SERVER, issuing, ROOT), "what CN=Issuing may issue cannot be read"),),
    )


def test_with_roots_that_could_not_be_read_nothing_is_untrusted() -> None:
    reason = "no issuer with the name CN=Root among the roots, intermediates and the store; roots/a.cer cannot be read"
    assert judge(SERVER, [], [ISSUING], "roots/a.cer cannot be read") == Trust(
        "unknown", reason, "built", (own_validity(SERVER, reason),)
    )


def test_with_roots_that_could_not_be_read_there_may_be_more_paths() -> None:
    trust = judge(SERVER, [ROOT], [ISSUING], "roots/a.cer cannot be read")
    assert trust.status == "trusted"
    assert trust.intervals[1:] == (own_validity(SERVER, "roots/a.cer cannot be read"),)


# --- bounds


def test_cross_signing_without_end_is_searched_within_the_bound() -> None:
    roots = [authority(f"CA {number}", key=number) for number in range(30)]
    cross = [
        authority(f"CA {number}", roots[signer], key=number)
        for number, signer in product(range(30), range(30))
        if number != signer
    ]
    server = leaf(roots[0], key=40)
    chains = builder([], [*roots, *cross])
    trust = chains.judge(load(server.der))
    assert chains.examined == MAX_EXAMINED
    assert trust.status == "unknown"
    assert trust.intervals == (own_validity(server, trust.reason or ""),)
    assert trust.reason is not None
    assert f"the search stopped after {MAX_EXAMINED} issuers" in trust.reason


def test_the_short_paths_are_found_before_the_bound() -> None:
    roots = [authority(f"CA {number}", key=number) for number in range(30)]
    cross = [authority(f"CA {number}", roots[signer], key=number) for number, signer in product(range(30), range(30))]
    chains = builder(roots, cross)
    trust = chains.judge(load(leaf(roots[0], key=40).der))
    assert chains.examined <= MAX_EXAMINED
    assert trust.status == "trusted"
    assert len(trust.intervals) == MAX_PATHS + 1
    assert [len(interval.path) for interval in trust.intervals] == [2] + [3] * (MAX_PATHS - 1) + [0]
    assert f"there are more than {MAX_PATHS} paths" in (trust.intervals[-1].reason or "")


@pytest.mark.parametrize(("length", "status"), [(MAX_LENGTH, "trusted"), (MAX_LENGTH + 1, "unknown")])
def test_a_path_longer_than_the_bound_is_unknown(length: int, status: str) -> None:
    chain = [ROOT]
    for number in range(length - 2):
        chain.append(authority(f"Issuing {number}", chain[-1], key=10 + number))
    trust = judge(leaf(chain[-1]), [ROOT], chain)
    assert trust.status == status
    assert len(trust.intervals) == 1
    assert (trust.reason is None) == (status == "trusted")


def test_an_ordinary_store_examines_one_issuer_for_each_step() -> None:
    chains = builder([ROOT, OTHER_ROOT], [ISSUING, SERVER])
    chains.judge(load(SERVER.der))
    assert chains.examined == 2


def test_a_shared_intermediate_is_verified_once(monkeypatch: pytest.MonkeyPatch) -> None:
    verified = []

    def counted(certificate: x509.Certificate, issuer: x509.Certificate, key_type: str) -> bool | None:
        verified.append((certificate, issuer))
        return is_signed_by(certificate, issuer, key_type)

    monkeypatch.setattr(_trust, "is_signed_by", counted)
    servers = [leaf(ISSUING, f"ex{number}.contoso.com") for number in range(10)]
    chains = builder([ROOT], [ISSUING, *servers])
    assert {chains.judge(load(server.der)).status for server in servers} == {"trusted"}
    assert len(verified) == len(servers) + 1


def test_an_empty_store_trusts_nothing() -> None:
    assert judge(SERVER, []).status == "untrusted"


def test_an_issuer_without_a_name_is_an_issuer() -> None:
    root = authority(b"\x30\x00", key=1)
    nameless = f"the certificate {thumbprint_of(root.der)}"
    server = leaf(root)
    assert judge(server, [root]).status == "trusted"
    assert judge(server, [], [root]).reason == f"{nameless} is self-signed and not among the trusted roots"


# --- random hierarchies


@st.composite
def hierarchies(draw: st.DrawFn) -> tuple[Raw, list[Raw], list[Raw]]:
    """A server's certificate, some roots and some others: few authorities, often of one name, signing one another."""
    names = draw(st.lists(st.sampled_from(["A", "B", "C"]), min_size=2, max_size=4))
    limits = st.sampled_from([None, None, None, 0, 1])
    flags = st.sampled_from([True] * 10 + [False, None])

    def certificate(number: int, issuer: Raw | None) -> Raw:
        ca = draw(flags)
        limit = draw(limits) if ca else None
        return authority(names[number], issuer, key=20 + number, ca=ca, path_length=limit, cert_sign=draw(flags))

    numbers = st.integers(0, len(names) - 1)
    roots = [certificate(number, None) for number in range(len(names))]
    ladder = [certificate(number, roots[number + 1]) for number in range(len(names) - 1)]
    crossed = [certificate(draw(numbers), roots[draw(numbers)]) for _each in range(draw(st.integers(0, 3)))]
    trusted = draw(st.lists(st.sampled_from(roots[1:]), min_size=1, max_size=2, unique_by=id))
    return leaf(roots[0], key=0), trusted, [*roots, *ladder, *crossed]


def possible_paths(judged: Raw, roots: Sequence[Raw], others: Sequence[Raw]) -> Iterator[list[Raw]]:
    """Every way up by names and key identifiers alone, for `openssl` to judge one by one."""
    longer = [[judged]]
    while longer:
        path = longer.pop()
        if path[-1] in roots:
            yield path
            continue
        for issuer in others:
            is_new = all((issuer.name, issuer.key) != (below.name, below.key) for below in path)
            if is_new and links_of(issuer)[0] == links_of(path[-1])[1]:
                longer.append([*path, issuer])


def links_of(certificate: Raw) -> tuple[tuple[bytes, bytes], tuple[bytes, bytes]]:
    """Its own name and key identifier, and the ones of its issuer."""
    parsed = load(certificate.der)
    own = parsed.extension(x509.SubjectKeyIdentifier)
    issuing = parsed.extension(x509.AuthorityKeyIdentifier)
    assert own is not None
    assert issuing is not None
    assert issuing.key_identifier is not None
    return (parsed.subject_name, own.digest), (parsed.issuer_name, issuing.key_identifier)


@settings(max_examples=100, deadline=None)
@given(hierarchies())
def test_random_hierarchies_are_judged_as_by_openssl(hierarchy: tuple[Raw, list[Raw], list[Raw]]) -> None:
    judged, roots, others = hierarchy
    trust = judge(judged, roots, others)
    with tempfile.TemporaryDirectory() as folder:
        accepted = {
            path_of(*path)
            for path in possible_paths(judged, roots, others)
            if openssl_chain_length(judged, path[-1:], path[1:-1], Path(folder)) == len(path)
        }
    assert {interval.path for interval in trust.intervals} == accepted
    assert trust.status == ("trusted" if accepted else "untrusted")


@settings(max_examples=40, deadline=None)
@given(hierarchies(), st.data())
def test_the_order_of_the_inputs_does_not_matter(
    hierarchy: tuple[Raw, list[Raw], list[Raw]], data: st.DataObject
) -> None:
    judged, roots, others = hierarchy
    shuffled = data.draw(st.permutations(roots)), data.draw(st.permutations(others))
    assert judge(judged, roots, others) == judge(judged, *shuffled)
