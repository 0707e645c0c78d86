"""The Exchange objects of a live directory: what is asked for one server, and for a whole forest."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import TYPE_CHECKING

from .distinguished_name import split_dn
from .entry import DirectoryError, Entry
from .internal_certificate import ATTRIBUTE
from .ldap_options import MINIMUM_LDAP3, LdapOptions, refusal_of

if TYPE_CHECKING:
    from .ldap import Session

SERVER_ATTRIBUTES = (
    "objectClass",
    "networkAddress",
    "msExchCurrentServerRoles",
    "versionNumber",
    "serialNumber",
    "msExchServerSite",
    ATTRIBUTE,
)
CONNECTOR_ATTRIBUTES = (
    "objectClass",
    "routingList",
    "msExchSmtpSendFlags",
    "msExchSmtpSmartHost",
    "msExchSourceBridgeheadServersDN",
    "msExchSmtpSendEnabled",
    "msExchSMTPSendConnectorFQDN",
    "msExchSmtpTLSCertificate",
)
_EDGE_ATTRIBUTES = ("objectClass", "msExchCurrentServerRoles", "msExchServerSite")

_SERVER = "(objectClass=msExchExchangeServer)"
# The containers show that what is not below them is not there.
_CONNECTORS = "(|(objectClass=msExchRoutingSMTPConnector)(cn=Connections))"
_EDGES = f"(&{_SERVER}(msExchCurrentServerRoles:1.2.840.113556.1.4.803:=64))"
_TRANSPORT = "msExchExchangeTransportServer"


def require_ldap3() -> None:
    """Raises DirectoryError, with the line to run, where ldap3 is missing or too old."""
    ldap_module()


def read_entries(options: LdapOptions, server_name: str | None) -> Sequence[Entry]:
    """What `exchange_objects.find_server` needs of one server: its object, the Send connectors, the Edge servers.

    Where no object has the name, all servers, for the message that says so; without a name nothing. Raises
    DirectoryError for everything that keeps the answer from being whole.
    """
    name = _object_name((server_name or "").strip().rstrip("."))
    if not name:
        return ()
    ldap = ldap_module()
    with ldap.session(options) as session:
        found: dict[str, Entry] = {}
        wanted = ldap.escaped(name)
        named = f"(&{_SERVER}(|(cn={wanted})(networkAddress=ncacn_ip_tcp:{wanted})))"
        for root in _organisations(session, options):
            servers = list(_servers(session, root, f"(|{named}(cn=Servers))"))
            if not any(entry.values("networkAddress") or entry.values("versionNumber") for entry in servers):
                servers += session.search(root, _SERVER, ("objectClass",), what="the names of the servers")
            servers += session.search(root, _EDGES, _EDGE_ATTRIBUTES, what="the Edge servers")
            for entry in (*servers, *_connectors(session, root)):
                found.setdefault(entry.dn, entry)
    return tuple(found.values())


def read_forest(options: LdapOptions) -> Iterator[Entry]:
    """Every server, then every Send connector, of every organisation, as they come from the directory.

    The session is open, and its time runs, until the iterator is at its end or closed. Raises DirectoryError, be it
    after entries have come: what came is not the whole then.
    """
    with ldap_module().session(options) as session:
        for root, schema in [(root, _schema(session)) for root in _organisations(session, options)]:
            # Of a class that its schema lacks, a server evaluates no filter (RFC 4511, section 4.5.1.7).
            servers = f"(&{_SERVER}(!(objectClass={_TRANSPORT})))" if _TRANSPORT in schema else _SERVER
            yield from _servers(session, root, f"(|{servers}(cn=Servers))")
            yield from _connectors(session, root)


def _servers(session: Session, root: str, condition: str) -> Iterator[Entry]:
    return session.search(root, condition, SERVER_ATTRIBUTES, what="the server objects")


def _connectors(session: Session, root: str) -> Iterator[Entry]:
    return session.search(root, _CONNECTORS, CONNECTOR_ATTRIBUTES, what="the Send connectors")


def _organisations(session: Session, options: LdapOptions) -> list[str]:
    """The names of the organisations' containers; the base, where it is given."""
    if options.base:
        return [options.base]
    base = _root_dse(session).text("configurationNamingContext")
    if base is None:
        raise DirectoryError(
            f"{session.server} names no configuration naming context: it is no Active Directory or AD LDS, or does not "
            "show it to this user; set directory.base"
        )
    condition = "(objectClass=msExchOrganizationContainer)"
    found = [entry.dn for entry in session.search(base, condition, ("objectClass",), what="the organisation")]
    if found:
        return found
    if not _schema(session):
        raise DirectoryError(
            f"{session.server} has no Exchange schema: no attribute is called {ATTRIBUTE}; name a server of the forest "
            "that Exchange is installed in"
        )
    raise DirectoryError(
        f"{session.server} shows no Exchange organisation below {base}: there is none, or no right to read it; bind as "
        "a user who may read the configuration"
    )


def _schema(session: Session) -> frozenset[str]:
    """Which of the names that matter are in the schema."""
    base = _root_dse(session).text("schemaNamingContext")
    if base is None:
        return frozenset()
    condition = f"(|(lDAPDisplayName={ATTRIBUTE})(lDAPDisplayName={_TRANSPORT}))"
    entries = session.search(base, condition, ("lDAPDisplayName",), what="the schema", scope="level")
    return frozenset(text for entry in entries for text in entry.texts("lDAPDisplayName"))


def _root_dse(session: Session) -> Entry:
    attributes = ("configurationNamingContext", "schemaNamingContext")
    entries = list(session.search("", "(objectClass=*)", attributes, what="the root DSE", scope="base"))
    return entries[0] if entries else Entry("", {})


def _object_name(name: str) -> str:
    """What `cn` of the object would be, or its FQDN; the directory is asked for no distinguished name."""
    if refusal := refusal_of(name):
        raise DirectoryError(f"server_name {refusal}")
    try:
        parts = split_dn(name) if "=" in name else ()
    except DirectoryError:
        parts = ()
    return parts[0].value if parts else name


def ldap_module() -> ModuleType:
    """The module that imports ldap3: only those who read over LDAP need that."""
    try:
        from . import ldap
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("ldap3", "pyasn1"):
            raise
        why = str(error)
    else:
        return ldap
    raise DirectoryError(
        f"directory.source ldap needs the Python package ldap3, version {MINIMUM_LDAP3} or later, on the controller "
        f"({why}); install it with: {sys.executable} -m pip install 'ldap3>={MINIMUM_LDAP3}'"
    )
