"""The answer of `win_anon_tls_collect` on a Windows host: from its plain data to typed values, every size bounded."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from .._facts import Failure, ObservedEvent, Thumbprint
from .._plain_data import PlainDataError, from_plain, read_text

MOST_VALUES = 500_000  # 2,000 certificates, the most that the module sends, have less than 60,000
MOST_CHARACTERS = 64 * 1024 * 1024
DEEPEST = 12


class HostAnswerError(ValueError):
    """An answer that is not of the form that this version's module gives: the message names the place."""


def _read_base64(value: object) -> bytes:
    text = read_text(value, "bytes in base64")
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise PlainDataError(f"is no base64: {error}") from None


def _read_services(value: object) -> int | str | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    return read_text(value, "the number or the names of services")


Bytes = Annotated[bytes, _read_base64]
OptionalBytes = Annotated[bytes | None, lambda value: None if value is None else _read_base64(value)]
Services = Annotated[int | str | None, _read_services]


@dataclass(frozen=True, slots=True)
class Names:
    """The names of GetComputerNameEx."""

    fqdn: str | None
    hostname: str | None
    physical_fqdn: str | None
    physical_hostname: str | None


@dataclass(frozen=True, slots=True)
class LoadBalancedInterface:
    """A key of an interface under WLBS, which stays when Network Load Balancing is taken from the interface."""

    interface: str
    cluster_name: str | None
    cluster_address: str | None
    host_state: int | None


@dataclass(frozen=True, slots=True)
class FailoverCluster:
    """`running`: the key HKLM\\Cluster is there. `service_start`: Start of ClusSvc, None without such a service."""

    running: bool
    service_start: int | None


@dataclass(frozen=True, slots=True)
class Setup:
    """What the setup of Exchange wrote into the registry; `unfinished` are roles with an Action or a Watermark."""

    version: str
    file_version: str | None
    roles: tuple[str, ...]
    unfinished: tuple[str, ...]
    management_tools_only: bool
    adlds_port: int | None


@dataclass(frozen=True, slots=True)
class Chain:
    """Windows' verdict on one certificate: the flags of X509ChainStatusFlags without those of time, and the path."""

    status: int
    elements: tuple[Thumbprint, ...]


@dataclass(frozen=True, slots=True)
class KeyFile:
    """The file of the private key; `reason` says why its `sddl` could not be read."""

    path: str | None
    sddl: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class StoredCertificate:
    """One certificate of LocalMachine\\My; `der` is there where the serialized `element` could not be exported."""

    name: str
    element: OptionalBytes
    der: OptionalBytes
    reason: str | None
    archived: bool | None
    has_private_key: bool | None
    chain: Chain | None
    chain_reason: str | None
    key: KeyFile | None


@dataclass(frozen=True, slots=True)
class HostStore:
    """The store; `chain_certificates` are the DER, by thumbprint, of issuers that are not in it."""

    certificates: tuple[StoredCertificate, ...]
    chain_certificates: Mapping[str, Bytes]


@dataclass(frozen=True, slots=True)
class AdLdsEntry:
    """An object of the AD LDS of an Edge."""

    dn: str
    attributes: Mapping[str, tuple[Bytes, ...]]


@dataclass(frozen=True, slots=True)
class AdLds:
    """What the AD LDS of an Edge holds of it; `truncated`: there is more than came."""

    port: int
    configuration: str | None
    entries: tuple[AdLdsEntry, ...]
    truncated: bool


@dataclass(frozen=True, slots=True)
class SaidOfCertificate:
    """What Get-ExchangeCertificate says of one; the bytes are there where the other properties are missing."""

    thumbprint: str | None
    services: Services
    status: str | None
    root_ca_type: str | None
    raw_data: OptionalBytes
    serialization_data: OptionalBytes


@dataclass(frozen=True, slots=True)
class EdgeSubscription:
    name: str
    site: str | None


@dataclass(frozen=True, slots=True)
class SaidByExchange:
    """What Exchange's own cmdlets answered; `edge_subscriptions` is None where they were not asked for them."""

    shell: str
    certificates: tuple[SaidOfCertificate, ...]
    order: Mapping[str, tuple[str, ...]]
    internal_thumbprint: str | None
    edge_subscriptions: tuple[EdgeSubscription, ...] | None


@dataclass(frozen=True, slots=True)
class HostAnswer:
    """The whole answer; a part is None where it was not asked for, is not there, or failed (see `failures`)."""

    names: Names
    network_load_balancing: tuple[LoadBalancedInterface, ...] | None
    failover_cluster: FailoverCluster | None
    setup: Setup | None
    store: HostStore | None
    directory: AdLds | None
    exchange: SaidByExchange | None
    events: tuple[ObservedEvent, ...] | None
    failures: tuple[Failure, ...]
    limits: tuple[str, ...]

    def failure_of(self, part: str) -> str | None:
        """Why the part failed, in whole or in part; None where it did not."""
        return "; ".join(failure.reason for failure in self.failures if failure.part == part) or None


def read_answer(plain: object) -> HostAnswer:
    """The answer of the module. Raises HostAnswerError for anything of another form, and for more than any host has."""
    try:
        _check_size(plain)
        return from_plain(HostAnswer, plain)
    except PlainDataError as error:
        raise HostAnswerError(
            f"the answer of the Windows host cannot be understood: {error.inside('anon_tls_windows')}; run it again, "
            "and see that the host runs the module of this version of the collection"
        ) from None


def _check_size(plain: object) -> None:
    """Before anything is made of it."""
    values, characters = 0, 0
    level: list[object] = [plain]
    for _depth in range(DEEPEST):
        below: list[object] = []
        for value in level:
            if isinstance(value, Mapping):
                below += [*value, *value.values()]
            elif isinstance(value, (list, tuple)):
                below += value
            elif isinstance(value, str):
                characters += len(value)
        values += len(below)
        if values > MOST_VALUES or characters > MOST_CHARACTERS:
            raise PlainDataError(
                f"holds more than {MOST_VALUES} values or {MOST_CHARACTERS} characters, more than any host has"
            )
        if not below:
            return
        level = below
    raise PlainDataError(f"is nested more than {DEEPEST} deep")
