"""The Exchange servers of a forest as hosts: their names, their groups, and what the directory says of each."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from ._directory.entry import DirectoryError, Entry
from ._directory.exchange_objects import DirectoryAnswer, ExchangeObjects
from ._directory.inventory_variable import SOURCE, answer_of, variable_of

Naming = Literal["fqdn", "name"]

EVERY_SERVER = "exchange_servers"
"""The group of all servers."""

_SUBSCRIPTION = {True: "exchange_edge_subscribed", False: "exchange_not_edge_subscribed", None: "exchange_edge_unknown"}
_MOST_NAMES_IN_A_MESSAGE = 5


@dataclass(frozen=True)
class Fleet:
    """The variables of every server, and what may be missing of all of them."""

    variables: tuple[dict[str, Any], ...]
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Member:
    """One server: `host` is what a new host is called, `known_as` all names by which a host may be there already."""

    host: str
    known_as: frozenset[str]
    groups: tuple[str, ...]
    variable: dict[str, Any]


@dataclass(frozen=True)
class Placement:
    """The hosts that the servers are: hosts that are there already, or a new one.

    `strangers`: hosts that are there and are no server; `added`: servers that no host was there for.
    """

    hosts: tuple[tuple[str, Member], ...]
    strangers: tuple[str, ...]
    added: tuple[str, ...]

    @property
    def notice(self) -> str | None:
        """What did not match; None where there was nothing to match with, or all did."""
        parts = []
        if self.strangers:
            parts.append(f"hosts that no Exchange server of the directory is named like: {_listed(self.strangers)}")
        if self.added and len(self.added) < len(self.hosts) + len(self.strangers):
            parts.append(f"servers that were added, as no host is named like them: {_listed(self.added)}")
        return "; ".join(parts) or None


def fleet_of(entries: Iterable[Entry], read_at: datetime) -> Fleet:
    """Every Exchange server among the entries of a forest, in time that grows with their number alone.

    Raises DirectoryError for an entry whose dn is no distinguished name.
    """
    objects = ExchangeObjects(entries, SOURCE)
    return Fleet(tuple(variable_of(answer, read_at) for answer in objects.each()), objects.doubts)


def members_of(variables: Sequence[object], naming: Naming) -> tuple[Member, ...]:
    """The members by host name, of variables as `fleet_of` makes them, or as a cache has kept them.

    Raises DirectoryError for other variables, and for two servers that would be one host.
    """
    members = [_member(answer_of(variable), variable, naming) for variable in variables]
    by_host: defaultdict[str, list[Member]] = defaultdict(list)
    for member in members:
        by_host[_folded(member.host)].append(member)
    for namesakes in by_host.values():
        if len(namesakes) > 1:
            names = "; ".join(str(member.variable["server"]["dn"]) for member in namesakes)
            raise DirectoryError(
                f"{len(namesakes)} servers of the directory would be the host {namesakes[0].host}: {names}; choose "
                f"other names with host_name: {'name' if naming == 'fqdn' else 'fqdn'}, or narrow the search with base"
            )
    return tuple(sorted(members, key=lambda member: _folded(member.host)))


def placed(members: Sequence[Member], hosts: Iterable[str]) -> Placement:
    """Which hosts the members are, of those that are there; names compare without case and trailing dot.

    A name that two servers have matches neither.
    """
    bearers = Counter(name for member in members for name in member.known_as)
    there: defaultdict[str, list[str]] = defaultdict(list)
    for host in hosts:
        there[_folded(host)].append(host)
    found: list[tuple[str, Member]] = []
    added = []
    for member in members:
        same = [host for name in member.known_as if bearers[name] == 1 for host in there.pop(name, ())]
        found.extend((host, member) for host in sorted(same) or [member.host])
        if not same:
            added.append(member.host)
    strangers = sorted(host for names in there.values() for host in names)
    return Placement(tuple(found), tuple(strangers), tuple(added))


def _member(answer: DirectoryAnswer, variable: Any, naming: Naming) -> Member:
    server = answer.server
    name = server.name or ""
    host = answer.fqdn.rstrip(".").lower() if naming == "fqdn" and answer.fqdn else name
    known_as = frozenset(_folded(each) for each in (name, answer.fqdn) if each)
    return Member(host, known_as, tuple(_groups(answer)), dict(variable))


def _groups(answer: DirectoryAnswer) -> Iterable[str]:
    server = answer.server
    yield EVERY_SERVER
    yield f"exchange_role_{server.role}"
    yield f"exchange_edition_{server.edition or 'unknown'}"
    yield f"exchange_site_{server.site or 'unknown'}"
    if server.role == "edge":
        # Active Directory holds an Edge Transport server because it is subscribed.
        yield _SUBSCRIPTION[True]
    else:
        edges = server.edge_subscriptions
        yield _SUBSCRIPTION[None if edges is None else bool(edges)]


def _folded(name: str) -> str:
    return name.rstrip(".").casefold()


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES_IN_A_MESSAGE} more" if len(names) > _MOST_NAMES_IN_A_MESSAGE else ""
    return ", ".join(names[:_MOST_NAMES_IN_A_MESSAGE]) + more
