"""What Exchange says of a certificate: the values of its enumerations, and what they mean here.

The names are those that Microsoft documents for Get-ExchangeCertificate (`Status`, `RootCAType`, `Services`); numbers
stand in the stream of an export. Those of `Status` follow the order in which the HealthChecker of CSS-Exchange lists
the names, those of `RootCAType` the order of that documentation; exports of real servers have 1 for Valid, 0 for a
self-signed certificate of the servers' own (None) and 3 for one that lies among the registry's roots (Registry).
"""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import datetime

from .._facts import SERVICES, Interval, Trust

STATUSES = (
    "Unknown",
    "Valid",
    "Revoked",
    "DateInvalid",
    "Untrusted",
    "Invalid",
    "RevocationCheckFailure",
    "PendingRequest",
)
ROOT_CA_TYPES = ("None", "ThirdParty", "Enterprise", "Registry", "GroupPolicy", "Unknown")

PENDING_REQUEST = "PendingRequest"
"""The status of a request that no authority has answered: no certificate of the store."""

_LONGEST_NUMBER = 10

_TRUSTED = ("Valid",)
_UNTRUSTED = ("Untrusted", "Revoked", "Invalid")


def name_of(number: int, names: tuple[str, ...]) -> str:
    """The name of an enumeration's value; the number itself where it has none that is known here."""
    return names[number] if 0 <= number < len(names) else str(number)


def services_of(said: int | str) -> tuple[str, ...]:
    """The services, of their flags (IMAP 1, POP 2, UM 4, IIS 8, SMTP 16, Federation 32, UMCallRouter 64) or names.

    Flags of which one has no name are written as a number, were it in a text.
    """
    if isinstance(said, str) and said.isdecimal() and len(said) <= _LONGEST_NUMBER:
        said = int(said)
    if isinstance(said, int):
        return tuple(service for place, service in enumerate(SERVICES) if said >> place & 1)
    named = {name.strip().lower() for name in said.split(",")}
    return tuple(service for service in SERVICES if service.lower() in named)


def trust_of(status: str, root_ca_type: str | None, not_before: datetime, not_after: datetime) -> Trust:
    """The trust that a status is evidence of, within the certificate's own validity, as it tells of no chain."""
    if status in _TRUSTED:
        return Trust("trusted", None, "exchange", (Interval(not_before, not_after),))
    root = f", its root of the type {root_ca_type}" if root_ca_type else ""
    reason = f"Exchange gives it the status {status}{root}"
    if status in _UNTRUSTED:
        return Trust("untrusted", reason, "exchange")
    return Trust("unknown", reason, "exchange", (Interval(not_before, not_after, (), reason),))
