"""The Send connectors of one server: which of them it is a source of, and what their attributes mean."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from .._facts import SendConnector
from .distinguished_name import split_dn
from .entry import DirectoryError
from .located import Located

_SOURCES = "msExchSourceBridgeheadServersDN"
_FLAGS = "msExchSmtpSendFlags"

_MECHANISMS_BEGIN = 20
_MECHANISMS = {2: "BasicAuth", 4: "BasicAuthRequireTLS", 8: "ExchangeServer", 16: "ExternalAuthoritative"}
_ENABLED = {None: True, "TRUE": True, "FALSE": False}


def connectors_of(
    server: Located | None, name: str | None, objects: Sequence[Located]
) -> tuple[tuple[SendConnector, ...] | None, tuple[str, ...]]:
    """The Send connectors that the server is a source of, by name, and warnings; `server` is its object, where known.

    None where that is not known: there is no connector and no container of connectors among the objects (nothing shows
    that they were read), none has its source servers, or the server has no object and no connector names it. An Edge's
    own AD LDS holds its own connectors: those without source servers are the Edge's too.
    """
    connectors = [
        candidate
        for candidate in objects
        if candidate.is_send_connector and (server is None or candidate.adlds == server.adlds)
    ]
    own_directory = server is not None and server.adlds is not None
    own = [connector for connector in connectors if _is_source(name, connector, own_directory)]
    if own:
        warnings = [warning for connector in own for warning in connector.unreadable_numbers(_FLAGS)]
        return tuple(_connector(connector) for connector in sorted(own, key=_by_name)), tuple(warnings)
    if connectors and not any(connector.entry.values(_SOURCES) for connector in connectors):
        return None, (f"no Send connector came with {_SOURCES}, so whose they are is not known; read them with it",)
    were_read = connectors or any(candidate.is_connectors_container for candidate in objects)
    return () if server and were_read else None, ()


def _by_name(connector: Located) -> tuple[str, str]:
    return connector.name.casefold(), connector.entry.dn


def _is_source(name: str | None, connector: Located, own_directory: bool) -> bool:
    sources = _source_servers(connector)
    if sources is None:
        return own_directory
    return name is not None and name.casefold() in (source.casefold() for source in sources)


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
