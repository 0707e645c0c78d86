"""The trust that Windows' own verdict on a chain is evidence of: its status flags, and the validity on its path.

The flags are those of X509ChainStatusFlags, the bits of CERT_TRUST_STATUS (wincrypt.h). Nothing was downloaded for the
verdict and no purpose asked for, so a path that only lacks an issuer may still be completed by Windows itself.
"""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .._certificate import ParsedCertificate
from .._certificate_extensions import says_where_its_issuer_is
from .._facts import Interval, Trust
from .answer import Chain

_TIME = 0x1 | 0x2 | 0x20000  # NotTimeValid, NotTimeNested, CtlNotTimeValid: the intervals say when
_PARTIAL_CHAIN = 0x10000

# With one of these the chain is surely no good, whatever else is said of it.
_UNTRUSTED = {
    0x4: "Revoked",
    0x8: "NotSignatureValid",
    0x10: "NotValidForUsage",
    0x20: "UntrustedRoot",
    0x80: "Cyclic",
    0x100: "InvalidExtension",
    0x400: "InvalidBasicConstraints",
    0x800: "InvalidNameConstraints",
    0x4000: "HasNotPermittedNameConstraint",
    0x8000: "HasExcludedNameConstraint",
    0x4000000: "ExplicitDistrust",
}
# With one of these alone Windows could not judge, or judges by a policy that Exchange may not ask for.
_UNSURE = {
    0x40: "RevocationStatusUnknown",
    0x200: "InvalidPolicyConstraints",
    0x1000: "HasNotSupportedNameConstraint",
    0x2000: "HasNotDefinedNameConstraint",
    _PARTIAL_CHAIN: "PartialChain",
    0x40000: "CtlNotSignatureValid",
    0x80000: "CtlNotValidForUsage",
    0x100000: "HasWeakSignature",
    0x1000000: "OfflineRevocation",
    0x2000000: "NoIssuanceChainPolicy",
    0x8000000: "HasNotSupportedCriticalExtension",
}
_NAMES = dict(sorted({**_UNTRUSTED, **_UNSURE}.items()))


def trust_of(parsed: ParsedCertificate, chain: Chain, known: Mapping[str, ParsedCertificate]) -> Trust:
    """The trust of a certificate, its evidence `windows`; `known` are all certificates that came, by thumbprint.

    The interval is from the latest `not_before` to the earliest `not_after` on the path, without a path the
    certificate's own. PartialChain is surely untrusted only where the last certificate does not say where its issuer
    can be downloaded: else Windows may find it when Exchange asks.
    """
    path = chain.elements or (parsed.thumbprint,)
    if path[0] != parsed.thumbprint:
        other = f"the chain that came with it is that of {path[0]}"
        return Trust("unknown", other, "windows", (Interval(parsed.not_before, parsed.not_after, (), other),))
    status = chain.status & 0xFFFFFFFF & ~_TIME
    members = {thumbprint: known.get(thumbprint) for thumbprint in path} | {parsed.thumbprint: parsed}
    last = members[path[-1]]
    if any(status & flag for flag in _UNTRUSTED) or (status & _PARTIAL_CHAIN and last and not _may_be_completed(last)):
        return Trust("untrusted", _said(status, last), "windows")
    reason = _said(status, last) if status else None
    unread = [thumbprint for thumbprint, member in members.items() if member is None]
    if reason is None and unread:
        reason = f"the validity of {', '.join(unread)} on its path is not known, as the certificate cannot be read"
    read = [member for member in members.values() if member is not None]
    interval = Interval(
        max(member.not_before for member in read), min(member.not_after for member in read), chain.elements, reason
    )
    return Trust("trusted" if reason is None else "unknown", reason, "windows", (interval,))


def _may_be_completed(last: ParsedCertificate) -> bool:
    return says_where_its_issuer_is(last.extensions)


def _said(status: int, last: ParsedCertificate | None) -> str:
    said = f"Windows says {', '.join(_names_in(status))}"
    if status & _PARTIAL_CHAIN and last is not None:
        downloaded = ", which was not downloaded" if _may_be_completed(last) else ""
        return f"{said}: the issuer of {last.subject or last.thumbprint} is not in the host's stores{downloaded}"
    if status & 0x20 and last is not None:
        return f"{said}: {last.subject or last.thumbprint} is not among the host's trusted roots"
    return said


def _names_in(status: int) -> Iterator[str]:
    yield from (name for flag, name in _NAMES.items() if status & flag)
    if rest := status & ~sum(_NAMES):
        yield f"{rest:#x}"
