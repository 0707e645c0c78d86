"""The Send connectors of one server, as Get-SendConnector shows them."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Sequence

from .._clixml import Object
from .._facts import SendConnector
from .shell_objects import directory_of, last_part, name_of, texts_of

SEND_CONNECTOR = "Microsoft.Exchange.Data.Directory.SystemConfiguration.SmtpSendConnectorConfig"

_SOURCES = "SourceTransportServers"


def connectors_of(
    connectors: Sequence[Object], *, server_name: str, directory: str | None, server_known: bool, all_came: bool
) -> tuple[tuple[SendConnector, ...] | None, tuple[str, ...]]:
    """The connectors that the server is a source of, by name, and warnings; `directory`: an Edge's own one.

    None where they are not known: there is none among the exports, an export was cut, one lacks its source servers, or
    the server has no object and no connector names it. Those of an Edge's own directory are the Edge's without, too.
    """
    candidates = [each for each in connectors if not server_known or directory_of(each) == directory]
    sources = [_sources(each) for each in candidates]
    if not all_came or not candidates:
        return None, ()
    if directory is None and None in sources:
        return None, (f"a Send connector came without {_SOURCES}, so whose it is is not known; export all properties",)
    own = [
        _connector(each, its_sources)
        for each, its_sources in zip(candidates, sources, strict=True)
        if its_sources is None or server_name.casefold() in map(str.casefold, its_sources)
    ]
    if not own and not server_known:
        return None, ()
    return tuple(sorted(own, key=lambda connector: connector.name.casefold())), ()


def _connector(each: Object, sources: tuple[str, ...] | None) -> SendConnector:
    mechanisms = texts_of(each, "SmartHostAuthMechanism")
    smart_hosts = texts_of(each, "SmartHosts")
    return SendConnector(
        name=name_of(each) or "(unnamed)",
        enabled=each.flag_of("Enabled"),
        smart_host_auth=None if mechanisms is None else tuple(name for name in mechanisms if name != "None"),
        # Every connector has an address space: none means that the property was not exported.
        address_spaces=texts_of(each, "AddressSpaces") or None,
        smart_hosts=texts_of(each, "SmartHostsString") if smart_hosts is None else smart_hosts,
        source_servers=sources,
        fqdn=each.text_of("Fqdn"),
        tls_certificate_name=each.text_of("TlsCertificateName"),
    )


def _sources(each: Object) -> tuple[str, ...] | None:
    value = each.properties.get(_SOURCES)
    if isinstance(value, Object) and value.items is not None:
        return tuple(name for item in value.items if (name := last_part(item))) or None
    return texts_of(each, _SOURCES) or None
