"""Chains to trusted roots: every verdict stands beside the one of `openssl verify`."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._certificate import load, thumbprint_of
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import Trust
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._trust import ChainBuilder
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import new_key, shared_rsa_key
from ansible_collections.msexchange.transport_tls.tests.fixtures.hierarchies import (
    authority,
    leaf,
    openssl_chain_length,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.raw_certificate import (
    BEGIN,
    PrivateKey,
    Raw,
    ec_key,
    extension,
    name_of,
    raw_certificate,
    raw_extension,
)


@dataclass(frozen=True)
class Case:
    """What is judged among what, with what result; `said` is part of the reason.

    `astray`: `openssl` follows the first issuer that it finds, into a dead end.
    """

    judged: Raw
    roots: Sequence[Raw]
    others: Sequence[Raw] = ()
    status: str = "trusted"
    said: str = ""
    paths: int = 1
    astray: bool = False


def untrusted(judged: Raw, roots: Sequence[Raw], others: Sequence[Raw], said: str) -> Case:
    return Case(judged, roots, others, "untrusted", said, 0)


def unknown(judged: Raw, roots: Sequence[Raw], others: Sequence[Raw], said: str) -> Case:
    return Case(judged, roots, others, "unknown", said)


def judge(judged: Raw, roots: Sequence[Raw], others: Sequence[Raw] = (), unread: str | None = None) -> Trust:
    builder = ChainBuilder([load(root.der) for root in roots], [load(other.der) for other in others], unread)
    return builder.judge(load(judged.der))


ROOT = authority("Root", key=1)
ISSUING = authority("Issuing", ROOT, key=2)
SERVER = leaf(ISSUING)


def without_extensions(name: str, issuer: Raw | None = None, *, key: int, version: bytes) -> Raw:
    return raw_certificate(name, issuer=issuer, key=ec_key(key), version=version)


def of_old_days(**parts: Any) -> Case:
    root = authority("Old root", key=shared_rsa_key(1024, 1), **parts)
    issuing = authority("Old issuing", root, key=shared_rsa_key(1024, 2), **parts)
    return Case(leaf(issuing, key=shared_rsa_key(1024, 3), **parts), [root], [issuing])


def of_keys(*keys: PrivateKey) -> Case:
    root = authority("Root", key=keys[0])
    issuing = authority("Issuing", root, key=keys[1])
    return Case(leaf(issuing, key=keys[2]), [root], [issuing])


def constrained(*, permitted: str | None = None, excluded: str | None = None, above: bool = False) -> Case:
    constraints = x509.NameConstraints(
        permitted_subtrees=[x509.DNSName(permitted)] if permitted else None,
        excluded_subtrees=[x509.DNSName(excluded)] if excluded else None,
    )
    more = [extension(constraints, critical=True)]
    names = [extension(x509.SubjectAlternativeName([x509.DNSName("ex01.contoso.com")]))]
    root = authority("Root", key=1, more=more if above else ())
    issuing = authority("Issuing", root, key=2, more=() if above else more)
    said = f"CN={'Root' if above else 'Issuing'} has name constraints, which are not judged"
    return unknown(leaf(issuing, more=names), [root], [issuing], said)


def limited(length: int, authorities: int, *, self_issued: bool = False) -> Case:
    """A root with a path length, and authorities below it; self-issued ones, which roll its key over, do not count."""
    root = authority("Root", key=1, path_length=length)
    others: list[Raw] = []
    issuer = root
    for number in range(authorities):
        issuer = authority("Root" if self_issued else f"Issuing {number}", issuer, key=10 + number)
        others.append(issuer)
    if self_issued or authorities <= length:
        return Case(leaf(issuer), [root], others)
    return untrusted(leaf(issuer), [root], others, f"CN=Root allows {length} authorities below it, not more")


def with_critical(where: str, oid: str = "1.3.6.1.4.1.311.21.99", *, value: bytes = b"\x05\x00") -> Case:
    more = {where: [raw_extension(oid, value, critical=True)]}
    root = authority("Root", key=1, more=more.get("root", ()))
    issuing = authority("Issuing", root, key=2, more=more.get("issuing", ()))
    judged = leaf(issuing, more=more.get("leaf", ()))
    return unknown(judged, [root], [issuing], f"has a critical extension that cannot be judged ({oid})")


def harmless_critical() -> Case:
    root = authority("Root", key=1)
    policies = x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier("1.2.3"), None)])
    points = x509.CRLDistributionPoints(
        [x509.DistributionPoint([x509.UniformResourceIdentifier("http://a/")], None, None, None)]
    )
    usages = x509.ExtendedKeyUsage([x509.ObjectIdentifier("1.2.3")])
    names = x509.SubjectAlternativeName([x509.DNSName("a")])
    issuing = authority(
        "Issuing", root, key=2, more=[extension(one, critical=True) for one in (policies, points, usages, names)]
    )
    return Case(leaf(issuing), [root], [issuing])


def named_issuer(*, identifier: bytes | None = None, name: str | None = None, serial: int | None = None) -> Raw:
    """A server's certificate of `ISSUING` whose authority key identifier says this."""
    named = x509.AuthorityKeyIdentifier(
        identifier, None if name is None else [x509.DirectoryName(common_name(name))], serial
    )
    return raw_certificate("ex01", issuer=ISSUING, key=ec_key(), extensions=[extension(named)])


def common_name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


OTHER_ROOT = authority("Other root", key=3)
CROSS = authority("Root", OTHER_ROOT, key=1)
TWIN = authority("Issuing", ROOT, key=4)
NO_CA = "CN=Issuing may not issue certificates: "
LONG_AGO: dict[str, Any] = {"not_before": BEGIN - timedelta(9000), "not_after": BEGIN - timedelta(8000)}

CASES = {
    "two intermediates": Case(
        leaf(issuing := authority("Issuing", policy := authority("Policy", ROOT, key=5), key=2)),
        [ROOT],
        [issuing, policy],
    ),
    "directly below the root": Case(leaf(ROOT), [ROOT]),
    "the intermediate is missing": untrusted(
        SERVER, [ROOT], [], "no issuer with the name CN=Issuing among the roots, intermediates and the store"
    ),
    "the root is missing": untrusted(SERVER, [], [ISSUING], "no issuer with the name CN=Root among"),
    "the root is not trusted": untrusted(
        SERVER, [OTHER_ROOT], [ISSUING, ROOT], "CN=Root is self-signed and not among the trusted roots"
    ),
    "cross-signed by the trusted root": Case(SERVER, [OTHER_ROOT], [ISSUING, ROOT, CROSS], astray=True),
    "cross-signed, both roots trusted": Case(SERVER, [OTHER_ROOT, ROOT], [ISSUING, CROSS], paths=2),
    "cross-signed by one another": untrusted(
        leaf(first := authority("A", second := authority("B", key=7), key=6)),
        [],
        [first, authority("B", first, key=7)],
        "no issuer with the name",
    ),
    "the intermediate may not sign certificates": untrusted(
        leaf(issuing := authority("Issuing", ROOT, key=2, cert_sign=False)), [ROOT], [issuing], NO_CA + "keyUsage lacks"
    ),
    "the root may not sign certificates": untrusted(
        leaf(root := authority("Root", key=1, cert_sign=False)), [root], [], "CN=Root may not issue certificates"
    ),
    "the intermediate is no CA": untrusted(
        leaf(issuing := authority("Issuing", ROOT, key=2, ca=False)),
        [ROOT],
        [issuing],
        NO_CA + "basicConstraints does not",
    ),
    "the intermediate has no basicConstraints": untrusted(
        leaf(issuing := authority("Issuing", ROOT, key=2, ca=None)),
        [ROOT],
        [issuing],
        NO_CA + "it has no basicConstraints",
    ),
    "the intermediate has no keyUsage": Case(
        leaf(issuing := authority("Issuing", ROOT, key=2, cert_sign=None)), [ROOT], [issuing]
    ),
    "the root has keyUsage alone": Case(leaf(root := authority("Root", key=1, ca=None)), [root]),
    "the root has basicConstraints alone": Case(leaf(root := authority("Root", key=1, cert_sign=None)), [root]),
    "the root has neither": untrusted(
        leaf(root := authority("Root", key=1, ca=None, cert_sign=None)), [root], [], "it has no basicConstraints"
    ),
    "the root is no CA": untrusted(leaf(root := authority("Root", key=1, ca=False)), [root], [], "may not issue"),
    "path length 0, none below": limited(0, 0),
    "path length 0, one below": limited(0, 1),
    "path length 1, one below": limited(1, 1),
    "path length 1, two below": limited(1, 2),
    "path length 0, self-issued ones below": limited(0, 2, self_issued=True),
    "the path length of the intermediate": untrusted(
        leaf(issuing := authority("Issuing", policy := authority("Policy", ROOT, key=5, path_length=0), key=2)),
        [ROOT],
        [issuing, policy],
        "CN=Policy allows 0 authorities below it",
    ),
    "names permitted": constrained(permitted="contoso.com"),
    "names not permitted": constrained(permitted="fabrikam.com"),
    "names excluded": constrained(excluded="contoso.com"),
    "names constrained by the root": constrained(excluded="contoso.com", above=True),
    "names constrained by the judged one itself": Case(
        leaf(ISSUING, more=[extension(x509.NameConstraints([x509.DNSName("a")], None), critical=True)]),
        [ROOT],
        [ISSUING],
    ),
    "the intermediate has expired": Case(
        leaf(issuing := authority("Issuing", ROOT, key=2, **LONG_AGO)), [ROOT], [issuing]
    ),
    "the root has expired": Case(leaf(root := authority("Root", key=1, **LONG_AGO)), [root]),
    "SHA-1, RSA 1024": of_old_days(digest="sha1"),
    "MD5, RSA 1024": of_old_days(digest="md5"),
    "RSA 1024": of_old_days(),
    "ECDSA with SHA-1": Case(leaf(root := authority("Root", key=1, digest="sha1"), digest="sha1"), [root]),
    "P-384": of_keys(new_key("p384"), new_key("p384"), new_key("p384")),
    "Ed25519": of_keys(new_key("ed25519"), new_key("ed25519"), new_key("ed25519")),
    "keys of all kinds": of_keys(new_key("ed25519"), shared_rsa_key(1024), new_key("p384")),
    "a root of version 1": Case(
        leaf(root := without_extensions("Root", key=1, version=b""), identifiers=False), [root]
    ),
    "an intermediate of version 1": untrusted(
        leaf(issuing := without_extensions("Issuing", ROOT, key=2, version=b""), identifiers=False),
        [ROOT],
        [issuing],
        "it has no basicConstraints",
    ),
    "a server of version 1": Case(without_extensions("ex01", ISSUING, key=0, version=b""), [ROOT], [ISSUING]),
    "self-signed among the roots": Case(single := leaf(None), [single]),
    "self-signed elsewhere": untrusted(leaf(None), [ROOT], [], "is self-signed and not among the trusted roots"),
    "self-signed of version 1 among the roots": Case(
        single := without_extensions("ex01", key=0, version=b""), [single]
    ),
    "self-signed beside its own cross-signed twin": untrusted(
        ROOT, [OTHER_ROOT], [CROSS], "is self-signed and not among the trusted roots"
    ),
    "two authorities of one name": Case(SERVER, [ROOT], [ISSUING, TWIN]),
    "another authority of that name": untrusted(SERVER, [ROOT], [TWIN], "CN=Issuing did not issue CN=ex01.contoso.com"),
    "another authority of that name, without identifiers": untrusted(
        leaf(authority("Issuing", ROOT, key=2, identifiers=False), identifiers=False),
        [ROOT],
        [authority("Issuing", ROOT, key=4, identifiers=False)],
        "CN=Issuing did not issue CN=ex01.contoso.com",
    ),
    "authorities of one name and two kinds of keys": Case(
        leaf(issuing := authority("Issuing", ROOT, key=shared_rsa_key(1024), identifiers=False), identifiers=False),
        [ROOT],
        [authority("Issuing", ROOT, key=4, identifiers=False), issuing],
    ),
    "one authority with two certificates": Case(
        SERVER, [ROOT], [ISSUING, authority("Issuing", ROOT, key=2, serial=b"\x06")], paths=2
    ),
    "another key identifier": untrusted(
        named_issuer(identifier=b"another"), [ROOT], [ISSUING], "CN=Issuing did not issue"
    ),
    "the serial number of another certificate": untrusted(
        named_issuer(name="Root", serial=99), [ROOT], [ISSUING], "CN=Issuing did not issue CN=ex01"
    ),
    "the issuer of another certificate": untrusted(
        named_issuer(name="Nobody", serial=5), [ROOT], [ISSUING], "CN=Issuing did not issue CN=ex01"
    ),
    "issuer and serial number named": Case(named_issuer(name="Root", serial=5), [ROOT], [ISSUING]),
    "self-issued, by an authority of that name": Case(
        authority("Root", ROOT, key=8), [ROOT], [authority("Root", ROOT, key=9)]
    ),
    "the issuer in other letters": unknown(
        leaf(Raw(ISSUING.der, ISSUING.key, name_of("ISSUING"))),
        [ROOT],
        [ISSUING],
        "that CN=Issuing issued CN=ex01.contoso.com cannot be verified",
    ),
    "an intermediate among the roots": untrusted(SERVER, [ISSUING], [], "no issuer with the name CN=Root"),
    "an intermediate among the roots, with its root": Case(SERVER, [ISSUING, ROOT]),
    "the judged one among the roots": untrusted(SERVER, [SERVER], [], "no issuer with the name CN=Issuing"),
    "an unknown critical extension": with_critical("leaf"),
    "an unknown critical extension of the intermediate": with_critical("issuing"),
    "an unknown critical extension of the root": with_critical("root"),
    "a critical policy constraint": with_critical("issuing", "2.5.29.36", value=bytes.fromhex("3003800100")),
    "critical extensions that say nothing here": harmless_critical(),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_the_verdict_is_the_one_of_openssl(case: Case, tmp_path: Path) -> None:
    trust = judge(case.judged, case.roots, case.others)
    assert trust.status == case.status
    assert case.said in (trust.reason or "")
    assert len(trust.intervals) == case.paths
    assert trust.evidence == "built"
    if case.status != "unknown":
        is_accepted = case.status == "trusted" and not case.astray
        assert (openssl_chain_length(case.judged, case.roots, case.others, tmp_path) > 0) == is_accepted


TRUSTED = {name: case for name, case in CASES.items() if case.status == "trusted"}


@pytest.mark.parametrize("case", TRUSTED.values(), ids=TRUSTED.keys())
def test_openssl_accepts_every_path_that_is_surely_good(case: Case, tmp_path: Path) -> None:
    by_thumbprint = {thumbprint_of(raw.der): raw for raw in (case.judged, *case.roots, *case.others)}
    for interval in judge(case.judged, case.roots, case.others).intervals:
        assert interval.reason is None
        judged, *others = (by_thumbprint[thumbprint] for thumbprint in interval.path)
        root = others.pop() if others else judged
        assert openssl_chain_length(judged, [root], others, tmp_path) == len(interval.path)
