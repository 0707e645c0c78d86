"""What Exchange's own cmdlets said on the host: of each certificate, and for the comparison with the decision."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from .._certificate import thumbprint_of
from .._exchange_certificate import ExchangeCertificateError, read_exchange_certificate
from .._facts import ExchangeAnswers
from .._serialized_certificate import SerializedCertificateError, read_serialized_certificate
from .._stores.exchange_says import ROOT_CA_TYPES, STATUSES, name_of, services_of
from .answer import SaidByExchange, SaidOfCertificate

_THUMBPRINT = re.compile(r"[0-9A-Fa-f]{40}")


class Said(NamedTuple):
    """What is said of one certificate; None: not known."""

    services: tuple[str, ...] | None = None
    status: str | None = None
    root_ca_type: str | None = None


def said_of_each(certificates: Iterable[SaidOfCertificate]) -> tuple[Mapping[str, Said], tuple[str, ...]]:
    """By thumbprint, and warnings about what could not be read."""
    said: dict[str, Said] = {}
    warnings: list[str] = []
    for number, each in enumerate(certificates, 1):
        thumbprint, read, problem = _read(each)
        place = f"Get-ExchangeCertificate, certificate {number}"
        if problem:
            warnings.append(f"{place}: its SerializationData cannot be read: {problem}")
        if thumbprint is None:
            warnings.append(f"{place}: no thumbprint came, and it is left out")
        else:
            said[thumbprint] = read
    return said, tuple(warnings)


def answers_of(said: SaidByExchange) -> tuple[ExchangeAnswers, tuple[str, ...]]:
    """The facts, and warnings about answers that are no thumbprints, which are left out with all they stand among."""
    warnings = []
    internal = _thumbprint(said.internal_thumbprint)
    if said.internal_thumbprint and internal is None:
        warnings.append(f"Get-TransportService names {said.internal_thumbprint[:60]!r}, which is no thumbprint")
    order = {}
    for name, listed in said.order.items():
        thumbprints = [_thumbprint(each) for each in listed]
        if None in thumbprints:
            warnings.append(f"Get-ExchangeCertificate -DomainName {name} listed what is no thumbprint, and is left out")
        else:
            order[name] = tuple(each for each in thumbprints if each)
    return ExchangeAnswers(internal, order), tuple(warnings)


def _read(each: SaidOfCertificate) -> tuple[str | None, Said, str | None]:
    """The thumbprint, what is said, and what is wrong with the stream that fills the gaps."""
    services = None if each.services is None else services_of(each.services)
    said = Said(services, each.status, each.root_ca_type)
    thumbprint = _thumbprint(each.thumbprint)
    if thumbprint is None and each.raw_data:
        thumbprint = thumbprint_of(each.raw_data)
    if each.serialization_data is None:
        return thumbprint, said, None
    try:
        stream = read_exchange_certificate(each.serialization_data)
        der = read_serialized_certificate(stream.cert_data).der
    except (ExchangeCertificateError, SerializedCertificateError) as error:
        return thumbprint, said, str(error)
    return (
        thumbprint or thumbprint_of(der),
        Said(
            services_of(stream.services) if services is None else services,
            each.status or name_of(stream.status, STATUSES),
            each.root_ca_type or name_of(stream.root_ca_type, ROOT_CA_TYPES),
        ),
        None,
    )


def _thumbprint(text: str | None) -> str | None:
    return text.upper() if text and _THUMBPRINT.fullmatch(text) else None
