"""The extensions of a certificate, also of one in which some cannot be read."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from ._der import BOOLEAN, SEQUENCE, Element, content_of, elements_of, encoded, oid_text, whole_of

EXTENSIONS_TAG = 0xA3

_LONGEST_WORDS = 200

# Critical extensions that a path can be judged with: those that the path builder looks at, and those that say nothing
# about a path as long as neither a purpose nor a policy nor revocation is asked about. Any other makes a path unsure.
_JUDGED: frozenset[type[x509.ExtensionType]] = frozenset(
    (
        x509.BasicConstraints,
        x509.KeyUsage,
        x509.NameConstraints,
        x509.SubjectAlternativeName,
        x509.ExtendedKeyUsage,
        x509.CertificatePolicies,
        x509.CRLDistributionPoints,
    )
)

KnownExtensions = Mapping[type[x509.ExtensionType], Any]
"""Extensions by their class; each value is an instance of its key."""

_Found = x509.Extension[x509.ExtensionType]


class Extensions(NamedTuple):
    """What was found: by class the ones that `cryptography` knows, by OID the bytes of the others.

    `unjudged`: the OIDs of critical ones that cannot be judged. `broken`: why, by OID, for those that cannot be read.
    """

    known: KnownExtensions
    others: Mapping[str, bytes]
    unjudged: tuple[str, ...]
    broken: Mapping[str, str]


class _Slice(NamedTuple):
    """One extension as it stands in the certificate."""

    oid: str
    critical: bool
    der: bytes


def read_extensions(certificate: x509.Certificate, der: bytes, body: Element, tagged: Element | None) -> Extensions:
    """The extensions of the certificate with this DER; `body` is its to-be-signed part, `tagged` their element in it.

    Raises DerError for extensions of which not even the outer shape can be read.
    """
    try:
        return _sorted(certificate.extensions, (), {})
    # One that cannot be read, or that is there twice, makes `cryptography` refuse them all, in undocumented ways too.
    except Exception:
        if tagged is None:
            raise
        return _one_by_one(der, body, tagged)


def _one_by_one(der: bytes, body: Element, tagged: Element) -> Extensions:
    sequence, *_nothing = elements_of(der, tagged)
    slices = [_slice(der, element) for element in elements_of(der, sequence)]
    before = der[body[2] : tagged[1]]
    behind = der[body[3] :]
    times = Counter(part.oid for part in slices)
    readable: list[_Found] = []
    broken: dict[str, str] = {}
    for part in slices:
        if times[part.oid] > 1:
            broken[part.oid] = f"it is there {times[part.oid]} times"
            continue
        try:
            readable.extend(_alone(before, part.der, behind))
        except Exception as error:
            broken[part.oid] = said(error)
    return _sorted(readable, (part.oid for part in slices if part.critical and part.oid in broken), broken)


def _slice(der: bytes, extension: Element) -> _Slice:
    oid, second, *_value = elements_of(der, extension)
    return _Slice(oid_text(content_of(der, oid)), second[0] == BOOLEAN, whole_of(der, extension))


def _alone(before: bytes, extension: bytes, behind: bytes) -> Iterable[_Found]:
    """The extension, read out of a copy of the certificate that has no other one."""
    only = encoded(EXTENSIONS_TAG, encoded(SEQUENCE, extension))
    copy = encoded(SEQUENCE, encoded(SEQUENCE, before + only) + behind)
    return x509.load_der_x509_certificate(copy).extensions


def _sorted(readable: Iterable[_Found], unjudged: Iterable[str], broken: Mapping[str, str]) -> Extensions:
    known: dict[type[x509.ExtensionType], Any] = {}
    others: dict[str, bytes] = {}
    not_judged = list(unjudged)
    for extension in readable:
        value = extension.value
        kind = type(value)
        if kind is x509.UnrecognizedExtension:
            others[extension.oid.dotted_string] = value.public_bytes()
        else:
            known[kind] = value
        if extension.critical and kind not in _JUDGED:
            not_judged.append(extension.oid.dotted_string)
    return Extensions(known, others, tuple(not_judged), broken)


def said(error: Exception) -> str:
    """The words of an error, which may have none, or many."""
    words = " ".join(str(error).split())[:_LONGEST_WORDS]
    return words if isinstance(error, ValueError) and words else f"{type(error).__name__}: {words}"


def says_where_its_issuer_is(extensions: KnownExtensions) -> bool:
    """Whether the authority information access names a place to download the issuer's certificate from."""
    access: x509.AuthorityInformationAccess | None = extensions.get(x509.AuthorityInformationAccess)
    return access is not None and any(each.access_method == AuthorityInformationAccessOID.CA_ISSUERS for each in access)
