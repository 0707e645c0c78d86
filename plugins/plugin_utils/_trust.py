"""Which certificates chain to a trusted root, and over which paths; time is left aside, every path tells its interval.

The checks are those of RFC 5280, section 6.1, as far as neither a time, a purpose, a host name, a policy nor revocation
is asked about. Where it is silent they are those of `openssl verify` (no strict mode, no partial chains), which accepts
a version 1 root. `cryptography`'s own verifier cannot help: it wants a moment in time and refuses SHA-1 and version 1.

A path ends only at a self-signed certificate among the roots, as in Windows, which ends a chain at nothing else in its
Root store; any other certificate among the roots serves as an intermediate.
"""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from cryptography import x509

from ._certificate import ParsedCertificate
from ._certificate_signature import is_signed_by
from ._facts import Interval, Trust

# The search is breadth first, so that the short paths are found before a bound stops it.
MAX_LENGTH = 10  # certificates in a path, both ends counted; real hierarchies have two to four, cross-signed a few more
MAX_EXAMINED = 500  # issuers looked at for one certificate: some 50 ms of signatures; real stores need fewer than ten
MAX_PATHS = 16  # paths kept of one certificate, as all of them travel in the facts

_BASIC_CONSTRAINTS = x509.BasicConstraints.oid.dotted_string
_KEY_USAGE = x509.KeyUsage.oid.dotted_string
_NAME_CONSTRAINTS = x509.NameConstraints.oid.dotted_string


class _Path(NamedTuple):
    """Certificates from the judged one upwards, each signed by the next, and what cannot be judged about them.

    `authorities`: how many count against a path length (RFC 5280, section 4.2.1.9); `begins` and `ends` bound the time
    in which all are valid.
    """

    certificates: tuple[ParsedCertificate, ...]
    authorities: int
    begins: datetime
    ends: datetime
    doubts: tuple[str, ...]


class _Issuer(NamedTuple):
    """What a certificate is as an issuer, whomever it issues.

    `missing`: why it may surely not issue certificates. `limit`: how many authorities may stand below it.
    """

    certificate: ParsedCertificate
    missing: str | None
    limit: int | None
    doubts: tuple[str, ...]


class _Failure(NamedTuple):
    """Why a path went no further; the greatest tells most: of the longest path, of one issuer rather than of none."""

    length: int
    weight: int
    reason: str


@dataclass(slots=True)
class _Search:
    """What came out of the search for the paths of one certificate; `gaps` says why there may be more of them."""

    ended: list[_Path] = field(default_factory=list)
    dead_ends: list[_Path] = field(default_factory=list)
    refusals: list[_Failure] = field(default_factory=list)
    gaps: set[str] = field(default_factory=set)
    examined: int = 0

    def failure(self) -> str:
        return max([*self.refusals, *map(_dead_end, self.dead_ends)]).reason


class ChainBuilder:
    """Builds the chains of one store; what is verified once is remembered for all its certificates.

    `others` are the intermediates and the store itself. `unread` says why there may be roots or intermediates that are
    not among them: nothing is surely untrusted then. The order of the inputs does not matter.
    """

    def __init__(
        self, roots: Iterable[ParsedCertificate], others: Iterable[ParsedCertificate], unread: str | None = None
    ) -> None:
        trusted = {root.thumbprint: root for root in roots}
        known = trusted | {other.thumbprint: other for other in others}
        self._trusted = frozenset(trusted)
        self._unread = unread
        self._by_subject: dict[str, list[ParsedCertificate]] = {}
        for certificate in sorted(known.values(), key=lambda one: (one.thumbprint not in trusted, one.thumbprint)):
            self._by_subject.setdefault(_folded(certificate.subject), []).append(certificate)
        self._issuers: dict[str, _Issuer] = {}
        self._issued: dict[tuple[str, str], bool | None] = {}
        self.examined = 0
        """How many issuers were looked at, for all certificates judged so far."""

    def judge(self, parsed: ParsedCertificate) -> Trust:
        """Trusted over a path that is surely good, unknown when all that there are are unsure, else untrusted.

        Every path gives an interval, from the latest `not_before` to the earliest `not_after` on it: one that ends
        before it begins holds at no moment. One without a path is the certificate's own, for paths not looked at.
        """
        search = self._search(parsed)
        gap = "; ".join(sorted(search.gaps))
        if not search.ended:
            failure = search.failure()
            if not gap:
                return Trust("untrusted", failure, "built")
            gap = f"{failure}; {gap}"
        intervals = sorted(map(_interval, search.ended), key=_is_unsure)
        if gap:
            intervals.append(Interval(parsed.not_before, parsed.not_after, (), gap))
        reason = intervals[0].reason
        return Trust("trusted" if reason is None else "unknown", reason, "built", tuple(intervals))

    def _search(self, parsed: ParsedCertificate) -> _Search:
        search = _Search()
        paths = deque([_Path((parsed,), 0, parsed.not_before, parsed.not_after, _own_doubts(parsed))])
        while paths:
            path = paths.popleft()
            if not self._is_root(path.certificates[-1]):
                search.dead_ends.append(path)
                paths.extend(self._longer(path, search))
            elif len(search.ended) < MAX_PATHS:
                search.ended.append(path)
            else:
                search.gaps.add(f"there are more than {MAX_PATHS} paths, the others were not looked at")
                break
        self.examined += search.examined
        if self._unread is not None:
            search.gaps.add(self._unread)
        if parsed.self_signature is None and not search.ended:
            search.gaps.add("whether it is self-signed cannot be verified")
        return search

    def _is_root(self, certificate: ParsedCertificate) -> bool:
        # A self-issued one whose signature cannot be verified ends a path too: a doubtful one.
        return certificate.thumbprint in self._trusted and certificate.self_signature is not False

    def _longer(self, path: _Path, search: _Search) -> Iterator[_Path]:
        top = path.certificates[-1]
        if top.self_signed:
            return
        for certificate in self._by_subject.get(_folded(top.issuer), ()):
            if _is_in(path, certificate):
                continue
            if len(path.certificates) == MAX_LENGTH:
                search.gaps.add(f"paths of more than {MAX_LENGTH} certificates were not looked at")
                return
            if search.examined == MAX_EXAMINED:
                search.gaps.add(f"the search stopped after {MAX_EXAMINED} issuers")
                return
            search.examined += 1
            issuer = self._issuer(certificate)
            is_issued = self._is_issued(top, certificate)
            refusal = _refusal(path, issuer, is_issued)
            if refusal is None:
                yield _extended(path, issuer, is_issued)
            else:
                search.refusals.append(refusal)

    def _issuer(self, certificate: ParsedCertificate) -> _Issuer:
        known = self._issuers.get(certificate.thumbprint)
        if known is None:
            known = _as_issuer(certificate, self._is_root(certificate))
            self._issuers[certificate.thumbprint] = known
        return known

    def _is_issued(self, child: ParsedCertificate, issuer: ParsedCertificate) -> bool | None:
        pair = (child.thumbprint, issuer.thumbprint)
        if pair not in self._issued:
            self._issued[pair] = _is_meant(child, issuer) and _is_signed(child, issuer)
        return self._issued[pair]


def _refusal(path: _Path, issuer: _Issuer, is_issued: bool | None) -> _Failure | None:
    """Why the issuer surely does not continue the path."""
    length = len(path.certificates)
    if is_issued is False:
        name = _name(issuer.certificate)
        return _Failure(
            length, 1, f"{name} did not issue {_name(path.certificates[-1])}: its key or its serial number is another"
        )
    if issuer.missing is not None:
        return _Failure(length, 3, f"{_name(issuer.certificate)} may not issue certificates: {issuer.missing}")
    if issuer.limit is not None and issuer.limit < path.authorities:
        return _Failure(length, 3, f"{_name(issuer.certificate)} allows {issuer.limit} authorities below it, not more")
    return None


def _extended(path: _Path, issuer: _Issuer, is_issued: bool | None) -> _Path:
    certificate = issuer.certificate
    doubts = path.doubts + issuer.doubts
    if is_issued is None:
        doubts += (f"that {_name(certificate)} issued {_name(path.certificates[-1])} cannot be verified",)
    return _Path(
        (*path.certificates, certificate),
        path.authorities + (not certificate.self_issued),
        max(path.begins, certificate.not_before),
        min(path.ends, certificate.not_after),
        doubts,
    )


def _dead_end(path: _Path) -> _Failure:
    top = path.certificates[-1]
    length = len(path.certificates)
    if not top.self_signed:
        return _Failure(length, 0, f"no issuer with the name {top.issuer} among the roots, intermediates and the store")
    return _Failure(length, 2, f"{_name(top)} is self-signed and not among the trusted roots")


def _as_issuer(certificate: ParsedCertificate, is_root: bool) -> _Issuer:
    name = _name(certificate)
    doubts = [*_own_doubts(certificate)]
    if not certificate.broken.keys().isdisjoint((_BASIC_CONSTRAINTS, _KEY_USAGE, _NAME_CONSTRAINTS)):
        doubts.append(f"what {name} may issue cannot be read")
    if certificate.extension(x509.NameConstraints) is not None:
        doubts.append(f"{name} has name constraints, which are not judged")
    constraints = certificate.extension(x509.BasicConstraints)
    limit = None if constraints is None else constraints.path_length
    return _Issuer(certificate, _missing_authority(certificate, is_root), limit, tuple(doubts))


def _own_doubts(certificate: ParsedCertificate) -> tuple[str, ...]:
    """What cannot be judged about a certificate wherever it stands in a path."""
    doubts = []
    if certificate.unjudged:
        oids = ", ".join(certificate.unjudged)
        doubts.append(f"{_name(certificate)} has a critical extension that cannot be judged ({oids})")
    if certificate.self_signature is None:
        doubts.append(f"whether {_name(certificate)} is self-signed cannot be verified")
    return tuple(doubts)


def _is_in(path: _Path, issuer: ParsedCertificate) -> bool:
    """The same authority twice, were it by another certificate for its key, would make a loop."""
    for below in path.certificates:
        if below.key_info == issuer.key_info and below.subject_name == issuer.subject_name:
            return True
    return False


def _is_meant(child: ParsedCertificate, issuer: ParsedCertificate) -> bool:
    """The child's authority key identifier says nothing against the issuer.

    One that does is a refusal for `openssl`, and Windows looks for no other issuer than the one it names.
    """
    named = child.extension(x509.AuthorityKeyIdentifier)
    if named is None:
        return True
    own = issuer.extension(x509.SubjectKeyIdentifier)
    if named.key_identifier is not None and own is not None and named.key_identifier != own.digest:
        return False
    serial = named.authority_cert_serial_number
    if serial is not None and serial != issuer.serial_number:
        return False
    names = [name.value for name in named.authority_cert_issuer or () if isinstance(name, x509.DirectoryName)]
    return not names or names[0].rfc4514_string() == issuer.issuer


def _is_signed(child: ParsedCertificate, issuer: ParsedCertificate) -> bool | None:
    if child.issuer_name != issuer.subject_name:
        return None  # The same name in other letters: for RFC 5280 and `openssl` it is the same, for Windows it is not.
    return is_signed_by(child.certificate, issuer.certificate, issuer.key.type)


def _missing_authority(issuer: ParsedCertificate, is_root: bool) -> str | None:
    """What keeps it from issuing certificates, if anything does; version 1 has no extensions to say so.

    As in `openssl`, a root without basicConstraints is one by its keyUsage too, or by being of version 1.
    """
    usage = issuer.extension(x509.KeyUsage)
    if usage is not None and not usage.key_cert_sign:
        return "keyUsage lacks keyCertSign"
    constraints = issuer.extension(x509.BasicConstraints)
    if constraints is not None:
        return None if constraints.ca else "basicConstraints does not make it a CA"
    if _BASIC_CONSTRAINTS in issuer.broken or (is_root and (usage is not None or issuer.version == 1)):
        return None
    return "it has no basicConstraints"


def _interval(path: _Path) -> Interval:
    thumbprints = tuple([certificate.thumbprint for certificate in path.certificates])
    return Interval(path.begins, path.ends, thumbprints, "; ".join(dict.fromkeys(path.doubts)) or None)


def _is_unsure(interval: Interval) -> bool:
    return interval.reason is not None


def _folded(name: str) -> str:
    """The name without differences in case, blanks and encoding (RFC 5280, section 7.1)."""
    return " ".join(name.casefold().split())


def _name(certificate: ParsedCertificate) -> str:
    return certificate.subject or f"the certificate {certificate.thumbprint}"
