"""What a Windows host sends: an answer with many certificates, keys and chains of the size that real ones have."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import (
    Credential,
    exchange_certificate,
    intermediate_authority,
    root_authority,
    server_certificate,
    shared_rsa_key,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.windows_answer import (
    FQDN,
    UNTRUSTED_ROOT,
    Stored,
    event,
    exchange,
    hub_answer,
)

_NAMES = ("mail.contoso.com", "autodiscover.contoso.com", "smtp.contoso.com", "owa.contoso.com", "mail.fabrikam.com")


def answer_of(certificates: int) -> dict[str, Any]:
    """Of a Mailbox server: a quarter self-signed, the others of two authorities with three certificates to a chain.

    Everything was asked for, and Exchange lists every certificate for each of four names.
    """
    paths = [_path(name, number) for number, name in enumerate(("Contoso", "Public Trust"))]
    stored = [_stored(number, paths[number % 2]) for number in range(certificates)]
    answer = hub_answer(stored, internal=stored[0].credential)
    answer["exchange"] = exchange(stored, stored[0].credential, FQDN, "EX01", *_NAMES[:2])
    answer["events"] = [
        event(number, *([each.thumbprint] for each in stored)) for number in (12013, 12014, 12015, 12017, 12018)
    ]
    return answer


def _stored(number: int, path: tuple[Credential, ...]) -> Stored:
    key = shared_rsa_key(2048, 10 + number)
    if number % 4 == 0:
        return Stored(
            exchange_certificate("EX01", "contoso.com", key=key),
            status=UNTRUSTED_ROOT,
            friendly_name="Microsoft Exchange",
        )
    issued = server_certificate(f"ex{number:02}.contoso.com", *_NAMES, issuer=path[0], key=key, extensions=_published())
    return Stored(issued, path, services="IMAP, POP, IIS, SMTP", friendly_name=f"mail.contoso.com {number}")


def _path(name: str, number: int) -> tuple[Credential, ...]:
    root = root_authority(f"{name} Root CA", key=shared_rsa_key(4096, number))
    policy = intermediate_authority(root, f"{name} Policy CA", path_length=1, key=shared_rsa_key(4096, 2 + number))
    return intermediate_authority(policy, f"{name} Issuing CA", key=shared_rsa_key(4096, 4 + number)), policy, root


def _published() -> list[tuple[x509.ExtensionType, bool]]:
    """Where revocation lists and issuers are published, as every authority writes it."""
    place = "pki.contoso.com/CertEnroll/Contoso%20Issuing%20CA%201"
    lists = [x509.UniformResourceIdentifier(f"http://{place}.crl"), x509.UniformResourceIdentifier(f"ldap:///{place}")]
    access = [
        x509.AccessDescription(
            AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(f"http://{place}.crt")
        ),
        x509.AccessDescription(
            AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier("http://ocsp.contoso.com")
        ),
    ]
    return [
        (x509.CRLDistributionPoints([x509.DistributionPoint(lists, None, None, None)]), False),
        (x509.AuthorityInformationAccess(access), False),
    ]
