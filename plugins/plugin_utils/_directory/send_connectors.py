"""The Send connectors of one server: which of them it is a source of, and what their attributes mean."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from .._facts import SendConnector
from .distinguished_name import split_dn
from .entry import DirectoryError
from .located import Located

_SOURCES = "msExchSourceBridgeheadServersDN"
_FLAGS = "msExchSmtpSendFlags"

_MECHANISMS_BEGIN = 20
_MECHANISMS = {2: "BasicAuth", 4: "BasicAuthRequireTLS", 8: "ExchangeServer", 16: "ExternalAuthoritative"}
_ENABLED = {None: True, "TRUE": True, "FALSE": False}


class SendConnectors:
    """The Send connectors among the objects of a directory, found by the servers that are their sources."""

    def __init__(self, objects: Sequence[Located]) -> None:
        # By directory (its AD LDS, None for Active Directory) and source; without source servers under None.
        self._by_source: defaultdict[tuple[str | None, str | None], list[_Read]] = defaultdict(list)
        # Whether the source servers of any connector there are known.
        self._directories: dict[str | None, bool] = {}
        self._container_came = any(candidate.is_connectors_container for candidate in objects)
        for connector in (candidate for candidate in objects if candidate.is_send_connector):
            read = _Read.of(connector)
            sources: set[str | None] = {source.casefold() for source in read.facts.source_servers or ()}
            for source in sources or {None}:
                self._by_source[connector.adlds, source].append(read)
            self._directories[connector.adlds] = self._directories.get(connector.adlds, False) or bool(sources)

    def of(self, server: Located | None, name: str | None) -> tuple[tuple[SendConnector, ...] | None, tuple[str, ...]]:
        """Those that the server is a source of, by name, and warnings; `server` is its object, where known.

        None where that is not known: there is no connector and no container of connectors among the objects (nothing
        shows that they were read), none has its source servers, or the server has no object and no connector names it.
        An Edge's own AD LDS holds its own connectors: those without source servers are the Edge's too.
        """
        directories = [d for d in self._directories if server is None or d == server.adlds]
        keys: list[tuple[str | None, str | None]] = [(d, name.casefold()) for d in directories if name is not None]
        if server and server.adlds:
            keys.append((server.adlds, None))
        if own := [read for key in keys for read in self._by_source.get(key, ())]:
            warnings = [warning for read in own for warning in read.warnings]
            return tuple(read.facts for read in sorted(own, key=lambda read: read.order)), tuple(warnings)
        if directories and not any(self._directories[d] for d in directories):
            return None, (f"no Send connector came with {_SOURCES}, so whose they are is not known; read them with it",)
        return () if server and (directories or self._container_came) else None, ()


class _Read(NamedTuple):
    """A connector, once for all its source servers, and where it stands among others."""

    facts: SendConnector
    warnings: tuple[str, ...]
    order: tuple[str, str]

    @classmethod
    def of(cls, connector: Located) -> _Read:
        order = connector.name.casefold(), connector.entry.dn
        return cls(_connector(connector), connector.unreadable_numbers(_FLAGS), order)


def _connector(connector: Located) -> SendConnector:
    entry = connector.entry
    enabled = entry.text("msExchSmtpSendEnabled")
    smart_hosts = (host.strip() for value in entry.texts("msExchSmtpSmartHost") for host in value.split(","))
    return SendConnector(
        name=connector.name,
        enabled=_ENABLED.get(enabled.upper() if enabled else None),
        smart_host_auth=_smart_host_auth(entry.number(_FLAGS)),
        # Every connector has an address space: none means that the attribute was not read.
        address_spaces=entry.texts("routingList") or None,
        smart_hosts=tuple(host for host in smart_hosts if host),
        source_servers=_source_servers(connector),
        fqdn=entry.text("msExchSMTPSendConnectorFQDN"),
        tls_certificate_name=entry.text("msExchSmtpTLSCertificate"),
    )


def _smart_host_auth(flags: int | None) -> tuple[str, ...] | None:
    """SmartHostAuthMechanism, the bits from 20 up of `msExchSmtpSendFlags`; None where those are not known."""
    if flags is None:
        return None
    return tuple(name for bit, name in _MECHANISMS.items() if flags >> _MECHANISMS_BEGIN & bit)


def _source_servers(connector: Located) -> tuple[str, ...] | None:
    return tuple(_server_of(source) for source in connector.entry.texts(_SOURCES)) or None


def _server_of(source: str) -> str:
    """The server's name in `CN=Microsoft MTA,CN=EX01,CN=Servers,...`; a value that is no such name as it is."""
    try:
        values = [part.value for part in split_dn(source)] or [source]
    except DirectoryError:
        return source
    above_servers = next((above for above, value in pairwise(values) if value.casefold() == "servers"), None)
    return above_servers or values[0]
