"""Windows' verdict on a chain becomes trust: surely good, surely not, or not known, with the time it holds."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._certificate import load
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import Trust
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._windows.answer import Chain
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._windows.chain import trust_of
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import (
    NOW,
    Credential,
    exchange_certificate,
    intermediate_authority,
    root_authority,
    server_certificate,
)

ROOT = root_authority()
ISSUING = intermediate_authority(ROOT, not_before=NOW - timedelta(days=10))
LEAF = server_certificate("ex01.contoso.com", issuer=ISSUING, not_before=NOW - timedelta(days=100), days=200)
OWN = exchange_certificate("EX01", "contoso.com")
PATH = (LEAF, ISSUING, ROOT)


def judged(status: int, *path: Credential, leaf: Credential = LEAF, known: tuple[Credential, ...] = PATH) -> Trust:
    parsed = load(leaf.der)
    chain = Chain(status, tuple(each.thumbprint for each in path))
    return trust_of(parsed, chain, {each.thumbprint: load(each.der) for each in known})


def test_no_flag_is_trusted_for_the_time_in_which_the_whole_path_is_valid() -> None:
    trust = judged(0, *PATH)
    (interval,) = trust.intervals
    assert (trust.status, trust.reason, trust.evidence) == ("trusted", None, "windows")
    assert interval.begins == load(ISSUING.der).not_before
    assert interval.ends == load(LEAF.der).not_after
    assert interval.path == tuple(each.thumbprint for each in PATH)


@pytest.mark.parametrize("time", [0x1, 0x2, 0x20000, 0x20003])
def test_flags_of_time_are_left_to_the_intervals(time: int) -> None:
    assert judged(time, *PATH) == judged(0, *PATH)


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (0x4, "Revoked"),
        (0x8, "NotSignatureValid"),
        (0x10, "NotValidForUsage"),
        (0x20, "UntrustedRoot"),
        (0x80, "Cyclic"),
        (0x100, "InvalidExtension"),
        (0x400, "InvalidBasicConstraints"),
        (0x800, "InvalidNameConstraints"),
        (0x4000, "HasNotPermittedNameConstraint"),
        (0x8000, "HasExcludedNameConstraint"),
        (0x10000, "PartialChain"),
        (0x4000000, "ExplicitDistrust"),
    ],
)
def test_what_is_surely_no_good_is_untrusted_and_the_reason_names_it(status: int, name: str) -> None:
    for flags in (status, status | 0x1, status | 0x100000):
        trust = judged(flags, *PATH)
        assert (trust.status, trust.evidence, trust.intervals) == ("untrusted", "windows", ())
        assert name in (trust.reason or "")


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (0x40, "RevocationStatusUnknown"),
        (0x200, "InvalidPolicyConstraints"),
        (0x1000, "HasNotSupportedNameConstraint"),
        (0x2000, "HasNotDefinedNameConstraint"),
        (0x40000, "CtlNotSignatureValid"),
        (0x80000, "CtlNotValidForUsage"),
        (0x100000, "HasWeakSignature"),
        (0x1000000, "OfflineRevocation"),
        (0x2000000, "NoIssuanceChainPolicy"),
        (0x8000000, "HasNotSupportedCriticalExtension"),
        (0x10000000, "0x10000000"),
    ],
)
def test_what_windows_could_not_judge_is_not_known_and_the_reason_names_it(status: int, name: str) -> None:
    trust = judged(status, *PATH)
    assert trust.status == "unknown"
    assert trust.reason == f"Windows says {name}"
    assert [interval.reason for interval in trust.intervals] == [trust.reason]


def test_a_self_signed_certificate_that_is_no_root_is_untrusted() -> None:
    trust = judged(0x20, OWN, leaf=OWN)
    assert trust.status == "untrusted"
    assert "CN=EX01 is not among the host's trusted roots" in (trust.reason or "")


def test_a_path_that_windows_may_complete_by_a_download_is_not_known() -> None:
    where = x509.AccessDescription(
        x509.oid.AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier("http://pki.example/ca.crt")
    )
    public = server_certificate(
        "ex01.contoso.com", issuer=ISSUING, extensions=[(x509.AuthorityInformationAccess([where]), False)]
    )
    trust = judged(0x10000, public, leaf=public, known=(public,))
    assert trust.status == "unknown"
    assert "PartialChain: the issuer of CN=ex01.contoso.com is not in the host's stores, which was not downloaded" in (
        trust.reason or ""
    )


def test_an_issuer_that_cannot_be_read_leaves_the_time_unknown() -> None:
    trust = judged(0, *PATH, known=(LEAF, ROOT))
    assert trust.status == "unknown"
    assert f"the validity of {ISSUING.thumbprint} on its path is not known" in (trust.reason or "")


def test_a_verdict_without_a_path_holds_for_the_certificates_own_validity() -> None:
    trust = judged(0)
    (interval,) = trust.intervals
    assert (trust.status, interval.begins, interval.path) == ("trusted", load(LEAF.der).not_before, ())


def test_the_chain_of_another_certificate_says_nothing() -> None:
    trust = judged(0, ISSUING, ROOT)
    assert trust.status == "unknown"
    assert ISSUING.thumbprint in (trust.reason or "")
