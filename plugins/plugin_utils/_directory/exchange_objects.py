"""One Exchange server among the entries of a directory, whatever source they come from: its facts."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from .._editions import edition_name
from .._facts import DirectoryValue, Role, SendConnector, Server
from .distinguished_name import Rdn, same_dn, split_dn
from .entry import DirectoryError, Entry
from .internal_certificate import ATTRIBUTE, read_internal_certificate
from .located import Located
from .send_connectors import SendConnectors

_ROLES = "msExchCurrentServerRoles"
_VERSION = "versionNumber"
_HUB = 32
_EDGE = 64

_TCP = "ncacn_ip_tcp:"
_SERIAL_NUMBER = re.compile(r"Version ([0-9]{1,2})\.([0-9]{1,2}) \(Build ([0-9]{1,5})\.[0-9]+\)")
_SERIAL_BUILDS_BEGIN = 30000
_MOST_NAMES_IN_A_MESSAGE = 5


@dataclass(frozen=True)
class DirectoryAnswer:
    """What a directory says of one server; `connectors` is None where they are not known, `fqdn` likewise.

    `newest`: the time of the newest file that was read, in seconds since 1970, where files were.
    """

    server: Server
    value: DirectoryValue
    connectors: tuple[SendConnector, ...] | None
    fqdn: str | None
    warnings: tuple[str, ...]
    newest: float | None = None


def find_server(entries: Sequence[Entry], server_name: str | None, source: str) -> DirectoryAnswer:
    """The server of that name, FQDN or distinguished name, upper and lower case aside; `source` is named in the value.

    No such server, more than one, or no name: the value is `unknown` and its reason says what to do; role and version
    are unknown too, connectors may be known. `edge_subscriptions` of a Hub are the Edge servers of its site; they are
    None where nothing shows that other servers were read too, and empty for a server that is no Hub: the subscription
    is the Hub's. Raises DirectoryError for an entry whose dn is no distinguished name.
    """
    return ExchangeObjects(entries, source).named(server_name)


class ExchangeObjects:
    """The objects of a directory, each looked at once, however many servers are asked about.

    Raises DirectoryError for an entry whose dn is no distinguished name.
    """

    def __init__(self, entries: Iterable[Entry], source: str) -> None:
        read = tuple(entries)
        self.doubts = tuple(f"{entry.doubt} (at {entry.dn})" for entry in read if entry.doubt)
        self._source = source
        self._objects = [Located(entry, dn) for entry in read if (dn := split_dn(entry.dn))]
        self._servers = [candidate for candidate in self._objects if candidate.is_server]
        self._connectors = SendConnectors(self._objects)

    def named(self, server_name: str | None) -> DirectoryAnswer:
        """As `find_server` says."""
        wanted = _Wanted.named((server_name or "").strip().rstrip("."))
        found = [server for server in self._servers if wanted.is_name_of(server)]
        if len(found) == 1:
            answer = self._answer(found[0])
        elif _are_one_edge(found):
            answer = self._answer_of_edge(*found)
        else:
            answer = self._no_answer(wanted, found)
        return replace(answer, warnings=(*self.doubts, *answer.warnings))

    def each(self) -> Iterator[DirectoryAnswer]:
        """Every server, by its object; what may be missing of all of them is in `doubts` alone."""
        return map(self._answer, self._servers)

    def _answer_of_edge(self, one: Located, other: Located) -> DirectoryAnswer:
        """What the Edge's own AD LDS says, with what Active Directory has as a copy."""
        own, copy = (one, other) if one.adlds else (other, one)
        answer = self._answer(own)
        published = self._answer(copy).value.thumbprint
        return replace(answer, value=replace(answer.value, published_thumbprint=published))

    def _no_answer(self, wanted: _Wanted, found: Sequence[Located]) -> DirectoryAnswer:
        connectors, notes = self._connectors.of(None, wanted.object_name)
        value = DirectoryValue("unknown", _why_not_one(wanted, found, self._servers, self._source), self._source)
        return DirectoryAnswer(Server(wanted.text or None, "unknown"), value, connectors, None, notes)

    def _answer(self, server: Located) -> DirectoryAnswer:
        connectors, notes = self._connectors.of(server, server.name)
        facts = self._facts_of(server)
        value = read_internal_certificate(
            server.entry.values(ATTRIBUTE),
            version_came=bool(server.entry.values(_VERSION)),
            source=self._source,
            is_copy=facts.role == "edge" and server.adlds is None,
        )
        warnings = (*server.unreadable_numbers(_ROLES, _VERSION), *notes)
        return DirectoryAnswer(facts, value, connectors, next(iter(_fqdns(server)), None), warnings)

    def _facts_of(self, server: Located) -> Server:
        role = _role(server)
        version = _version(server.entry)
        return Server(
            name=server.name,
            role=role,
            dn=server.entry.dn,
            version=version,
            edition=edition_name(version),
            site=_site(server),
            edge_subscriptions=self._edge_subscriptions(server, role),
        )

    def _edge_subscriptions(self, server: Located, role: Role) -> tuple[str, ...] | None:
        if role != "hub":
            return None if role == "unknown" else ()
        site, all_servers = _site(server), self._fleets[server.adlds]
        others_came = all_servers.count > 1 or any(same_dn(each.dn, server.dn[1:]) for each in self._objects)
        if site is None or not others_came or not all_servers.edges_are_known:
            return None
        return tuple(sorted(all_servers.edges_of_site.get(_folded(site), ())))

    @cached_property
    def _fleets(self) -> Mapping[str | None, _Fleet]:
        """By directory: Active Directory's, and that of each AD LDS."""
        fleets: defaultdict[str | None, _Fleet] = defaultdict(_Fleet)
        for server in self._servers:
            fleets[server.adlds].add(server)
        return fleets


@dataclass
class _Fleet:
    """The servers of one directory, as far as Edge Subscriptions are concerned."""

    count: int = 0
    edges_are_known: bool = True
    edges_of_site: dict[str, set[str]] = field(default_factory=dict)

    def add(self, server: Located) -> None:
        self.count += 1
        role = _role(server)
        site = _site(server) if role == "edge" else None
        if site is not None:
            self.edges_of_site.setdefault(_folded(site), set()).add(server.name)
        elif role in ("edge", "unknown"):
            self.edges_are_known = False


@dataclass(frozen=True)
class _Wanted:
    """The name asked for; `dn` is empty where it is none."""

    text: str
    dn: tuple[Rdn, ...]

    @classmethod
    def named(cls, text: str) -> _Wanted:
        try:
            return cls(text, split_dn(text) if "=" in text else ())
        except DirectoryError:
            return cls(text, ())

    @property
    def object_name(self) -> str | None:
        """What a connector would call the server that has no object; no server is called by its FQDN."""
        return self.dn[0].value if self.dn else self.text or None

    def is_name_of(self, server: Located) -> bool:
        if self.dn:
            return same_dn(server.dn, self.dn)
        return bool(self.text) and _folded(self.text) in map(_folded, (server.name, *_fqdns(server)))


def _folded(name: str) -> str:
    return name.rstrip(".").casefold()


def _fqdns(server: Located) -> tuple[str, ...]:
    addresses = server.entry.texts("networkAddress")
    return tuple(address[len(_TCP) :] for address in addresses if address.lower().startswith(_TCP) and address != _TCP)


def _why_not_one(wanted: _Wanted, found: Sequence[Located], servers: Sequence[Located], source: str) -> str:
    if not wanted.text:
        return "the name of the server is not known; set server_name"
    if found:
        names = "; ".join(server.entry.dn for server in found)
        return (
            f"{len(found)} server objects are named {wanted.text}: {names}; set server_name to the distinguished name "
            "of the right one"
        )
    names = ", ".join(server.name for server in servers[:_MOST_NAMES_IN_A_MESSAGE])
    more = ", ..." if len(servers) > _MOST_NAMES_IN_A_MESSAGE else ""
    none = "it shows none to this user" if source == "ldap" else "it holds none; export them"
    present = f"it holds {names}{more}; set server_name to one of them" if servers else none
    return f"the directory has no server object (msExchExchangeServer) named {wanted.text}: {present}"


def _are_one_edge(found: Sequence[Located]) -> bool:
    """Whether it is an Edge in its own AD LDS and the same one in Active Directory."""
    if len(found) != 2 or any(_role(each) != "edge" for each in found):
        return False
    return [each.adlds for each in found].count(None) == 1


def _role(server: Located) -> Role:
    """By the roles alone: a Mailbox server of 2013 and later holds Hub Transport among them (54, 16439)."""
    roles = server.entry.number(_ROLES)
    if roles is None:
        return "unknown"
    if roles & _HUB:
        return "hub"
    return "edge" if roles & _EDGE else "none"


def _version(entry: Entry) -> str | None:
    """`15.2.2562`: from versionNumber (major in the bits 22-27, minor 16-21, build 0-14), else from serialNumber."""
    number = entry.number(_VERSION)
    if number:
        return f"{number >> 22 & 0x3F}.{number >> 16 & 0x3F}.{number & 0x7FFF}"
    return version_in(entry.text("serialNumber") or "")


def version_in(text: str) -> str | None:
    """`15.2.2562`, of `Version 15.2 (Build 2562.17)` or, as the directory has it, `Version 15.2 (Build 32562.17)`."""
    found = _SERIAL_NUMBER.fullmatch(text)
    if not found:
        return None
    build = int(found[3])
    return f"{found[1]}.{found[2]}.{build - _SERIAL_BUILDS_BEGIN if build >= _SERIAL_BUILDS_BEGIN else build}"


def _site(server: Located) -> str | None:
    try:
        parts = split_dn(server.entry.text("msExchServerSite") or "")
    except DirectoryError:
        return None
    return parts[0].value if parts else None
