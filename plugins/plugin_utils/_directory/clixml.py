"""The directory as the Management Shell shows it, exported: Get-ExchangeServer, Get-TransportService and the like.

The exports are told apart by their classes, which Microsoft documents in the namespaces
`Microsoft.Exchange.Data.Directory.Management` and `...SystemConfiguration`. A property that an object lacks is not
known; one that is there and null is null.
"""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ...module_utils._bounded_files import FolderError
from .._clixml import Object
from .._clixml_files import Exports, read_exports
from .._editions import edition_name
from .._facts import DirectoryValue, Role, Server
from .entry import DirectoryError
from .exchange_objects import DirectoryAnswer, version_in
from .internal_certificate import read_internal_certificate
from .shell_connectors import SEND_CONNECTOR, connectors_of
from .shell_objects import directory_of, is_named, last_part, name_of, one_of_each, texts_of

_NAMESPACE = "Microsoft.Exchange.Data.Directory.Management"
EXCHANGE_SERVER = f"{_NAMESPACE}.ExchangeServer"
TRANSPORT_SERVER = f"{_NAMESPACE}.TransportServer"
EDGE_SUBSCRIPTION = f"{_NAMESPACE}.EdgeSubscription"
_CLASSES = (EXCHANGE_SERVER, TRANSPORT_SERVER, EDGE_SUBSCRIPTION, SEND_CONNECTOR)

_CERTIFICATE = "InternalTransportCertificate"
_THUMBPRINT = "InternalTransportCertificateThumbprint"
_SOURCE = "clixml"
_TCP = "ncacn_ip_tcp:"
_MAILBOX_IS_HUB_SINCE = 15
_MOST_NAMES_IN_A_MESSAGE = 5


def read_directory(path: str, server_name: str | None) -> DirectoryAnswer:
    """The server of that name, FQDN or distinguished name, upper and lower case aside, in a folder of exports.

    As `exchange_objects.find_server` answers: with no such server, more than one, or no name, the value is `unknown`
    and its reason says what to do. Raises DirectoryError when there is no such folder, or nothing of a directory in it.
    """
    try:
        exports = read_exports(path)
    except FolderError as error:
        raise DirectoryError(str(error)) from None
    if not any(True for _found in exports.of(*_CLASSES)):
        raise DirectoryError(_why_nothing(exports, path))
    answer = _Directory.of(exports).answer((server_name or "").strip().rstrip("."))
    return replace(answer, newest=exports.newest)


@dataclass(frozen=True, slots=True)
class _Directory:
    """The objects by their kinds, each once, and what may be missing of them."""

    servers: tuple[Object, ...]
    transports: tuple[Object, ...]
    subscriptions: tuple[Object, ...]
    connectors: tuple[Object, ...]
    servers_missing: bool
    connectors_missing: bool
    warnings: tuple[str, ...]

    @classmethod
    def of(cls, exports: Exports) -> _Directory:
        return cls(
            servers=one_of_each(exports.of(EXCHANGE_SERVER)),
            transports=tuple(each for _place, each in exports.of(TRANSPORT_SERVER)),
            subscriptions=one_of_each(exports.of(EDGE_SUBSCRIPTION)),
            connectors=one_of_each(exports.of(SEND_CONNECTOR)),
            servers_missing=bool(exports.damaged(EXCHANGE_SERVER)),
            connectors_missing=bool(exports.damaged(SEND_CONNECTOR)),
            warnings=tuple(
                f"{file.name}: {file.damage}; what it held behind is not known" for file in exports.damaged(*_CLASSES)
            ),
        )

    def answer(self, wanted: str) -> DirectoryAnswer:
        found = [server for server in self.servers if is_named(server, wanted)]
        server = found[0] if len(found) == 1 else None
        name = name_of(server) if server else None
        facts = self._facts(server) if server else Server(wanted or None, "unknown")
        connectors, notes = connectors_of(
            self.connectors,
            server_name=name or wanted,
            directory=directory_of(server) if server else None,
            server_known=server is not None,
            all_came=not self.connectors_missing,
        )
        if len(found) > 1 or not wanted:
            value = DirectoryValue("unknown", _why_not_one(wanted, found), _SOURCE)
        else:
            value = self._value(facts, name or wanted)
        return DirectoryAnswer(facts, value, connectors, _fqdn(server), (*self.warnings, *notes))

    def _facts(self, server: Object) -> Server:
        version = version_in(server.text_of("AdminDisplayVersion") or "")
        role = _role(server, version)
        return Server(
            name=name_of(server),
            role=role,
            dn=server.text_of("DistinguishedName"),
            version=version,
            edition=edition_name(version),
            site=last_part(server.properties.get("Site")),
            edge_subscriptions=self._edge_subscriptions(server, role),
        )

    def _edge_subscriptions(self, server: Object, role: Role) -> tuple[str, ...] | None:
        """The Edge servers of a Hub's site, of the other servers or of the subscriptions, whichever were exported."""
        if role != "hub":
            return None if role == "unknown" else ()
        others = [
            other for other in self.servers if other is not server and directory_of(other) == directory_of(server)
        ]
        roles = [_role(other, version_in(other.text_of("AdminDisplayVersion") or "")) for other in others]
        edges = [other for other, its_role in zip(others, roles, strict=True) if its_role == "edge"]
        if not others or "unknown" in roles or self.servers_missing:
            edges = list(self.subscriptions)
        elif not edges:
            return ()
        site = last_part(server.properties.get("Site"))
        sites = {name_of(edge): last_part(edge.properties.get("Site")) for edge in edges}
        if site is None or not sites or None in sites.values():
            return None
        here = [name for name, its_site in sites.items() if (its_site or "").casefold() == site.casefold()]
        return tuple(sorted(name for name in here if name))

    def _value(self, facts: Server, name: str) -> DirectoryValue:
        """What the transport service of that name says; the server's own object would do where it has the property."""
        own = [each for each in (*self.transports, *self.servers) if is_named(each, name)]
        if facts.dn is not None:
            own = [each for each in own if (each.text_of("DistinguishedName") or facts.dn).lower() == facts.dn.lower()]
        dn = facts.dn or next(filter(None, (each.text_of("DistinguishedName") for each in own)), None)
        is_copy = facts.role == "edge" and directory_of(dn) is None
        said = {value for each in own for value in _values(each)}
        if len(said) > 1:
            reason = f"exports say different things of {_THUMBPRINT} of {name}; keep the newest of them alone"
            return DirectoryValue("unknown", reason, _SOURCE, is_copy=is_copy)
        if not said:
            return DirectoryValue("unknown", self._why_no_value(name, own), _SOURCE, is_copy=is_copy)
        (value,) = said
        if not value:
            return DirectoryValue("null", f"{_THUMBPRINT} is null", _SOURCE, is_copy=is_copy)
        return read_internal_certificate([value], version_came=True, source=_SOURCE, is_copy=is_copy)

    def _why_no_value(self, name: str, own: Sequence[Object]) -> str:
        export = "export with Get-TransportService (Get-TransportServer in 2007 and 2010)"
        if any(each in self.transports for each in own):
            return f"the exported transport service of {name} has no property {_THUMBPRINT}; {export}, all properties"
        there = _listed(name_of(each) for each in (self.transports or self.servers))
        return f"no exported transport service is named {name}, there are: {there}; set server_name, or {export}"


def _values(each: Object) -> tuple[bytes, ...]:
    """What an object says of its certificate: the whole, else the thumbprint; empty bytes for null."""
    whole = each.properties.get(_CERTIFICATE)
    if isinstance(whole, bytes) and whole:
        return (whole,)
    if _THUMBPRINT not in each.properties:
        return ()
    value = each.properties[_THUMBPRINT]
    return ((each.text_of(_THUMBPRINT) or "").upper().encode(),) if value is None or isinstance(value, str) else ()


def _role(server: Object, version: str | None) -> Role:
    """By what the object says of itself; in 2013 and later a Mailbox server holds Hub Transport."""
    hub, edge = server.flag_of("IsHubTransportServer"), server.flag_of("IsEdgeServer")
    if hub or edge:
        return "hub" if hub else "edge"
    if hub is False and edge is False:
        return "none"
    roles = texts_of(server, "ServerRole")
    if roles is None:
        return "unknown"
    names = {name.lower() for name in roles}
    if names & {"hubtransport", "edge"}:
        return "hub" if "hubtransport" in names else "edge"
    if "mailbox" not in names:
        return "none"
    if version is None:
        return "unknown"
    return "hub" if int(version.partition(".")[0]) >= _MAILBOX_IS_HUB_SINCE else "none"


def _fqdn(server: Object | None) -> str | None:
    if server is None:
        return None
    addresses = texts_of(server, "NetworkAddress") or ()
    of_tcp = (address[len(_TCP) :] for address in addresses if address.lower().startswith(_TCP))
    return server.text_of("Fqdn") or next(filter(None, of_tcp), None)


def _why_not_one(wanted: str, found: Sequence[Object]) -> str:
    if not wanted:
        return "the name of the server is not known; set server_name"
    dns = "; ".join(each.text_of("DistinguishedName") or "?" for each in found)
    return f"{len(found)} servers are named {wanted}: {dns}; set server_name to the distinguished name of the right one"


def _why_nothing(exports: Exports, path: str) -> str:
    if damaged := exports.damaged(*_CLASSES):
        reasons = "; ".join(f"{file.name}: {file.damage}" for file in damaged)
        return f"no server and no connector of {path} can be read: {reasons}; export them again"
    return (
        f"{path} holds no export of Get-ExchangeServer, Get-TransportService (Get-TransportServer in 2007 and 2010) or "
        "Get-SendConnector; export them with Export-Clixml"
    )


def _listed(names: Iterable[str | None]) -> str:
    known = list(filter(None, names))
    more = ", ..." if len(known) > _MOST_NAMES_IN_A_MESSAGE else ""
    return ", ".join(known[:_MOST_NAMES_IN_A_MESSAGE]) + more or "none"
