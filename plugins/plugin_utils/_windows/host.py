"""The computer itself: its names, whether it is clustered, and what the setup of Exchange made of it."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

from .._directory.distinguished_name import split_dn
from .._directory.entry import DirectoryError
from .._directory.exchange_objects import DirectoryAnswer
from .._domain_names import each_once
from .._editions import edition_name
from .._facts import Cluster, Identity, Role, Server
from .answer import EdgeSubscription, HostAnswer, Setup

# Neither is documented by Microsoft; both are as administrators have published them.
_MEMBER = 2  # Start of ClusSvc on a member of a cluster: automatic; 4, disabled, where only the feature is installed
_STARTED = 1  # HostState of an interface whose host takes part in Network Load Balancing


def identity_of(answer: HostAnswer) -> Identity:
    """The names and the state of clustering.

    A ClusterName alone does not show that Network Load Balancing is still bound: the cluster is then not known.
    """
    names = answer.names
    listed = ((each.cluster_name or "").strip() for each in answer.network_load_balancing or ())
    return Identity(
        fqdn=names.fqdn or None,
        hostname=names.hostname or None,
        physical_fqdn=names.physical_fqdn or None,
        physical_hostname=names.physical_hostname or None,
        cluster=_cluster(answer),
        cluster_names=each_once(filter(None, listed)),
    )


def _cluster(answer: HostAnswer) -> Cluster | None:
    failover, interfaces = answer.failover_cluster, answer.network_load_balancing
    if failover and (failover.running or failover.service_start == _MEMBER):
        return "failover"
    named = [each for each in interfaces or () if (each.cluster_name or "").strip()]
    if any(each.host_state == _STARTED for each in named):
        return "nlb"
    return None if failover is None or interfaces is None or named else "none"


def completed(directory: DirectoryAnswer, answer: HostAnswer) -> DirectoryAnswer:
    """What no directory says of the server - role, version, Edge Subscriptions - as the host itself has it."""
    server, warnings = directory.server, list(directory.warnings)
    setup = answer.setup
    if setup is not None:
        server = _with_setup(server, setup)
        warnings += [f"the setup of the role {role} is not finished on this host" for role in setup.unfinished]
    elif answer.failure_of("identity") is None and server.role == "unknown":
        server = replace(server, role="none")
        warnings.append("Exchange is not installed on this host: the registry has no key of its setup")
    subscriptions = answer.exchange.edge_subscriptions if answer.exchange else None
    if server.edge_subscriptions is None and server.role == "hub" and subscriptions is not None:
        server = replace(server, edge_subscriptions=_of_the_site(server.site, subscriptions))
    return replace(directory, server=server, warnings=tuple(warnings))


def is_edge(setup: Setup | None) -> bool:
    return setup is not None and "edgetransportrole" in map(str.casefold, setup.roles)


def _with_setup(server: Server, setup: Setup) -> Server:
    if server.role == "unknown":
        server = replace(server, role=_role(setup))
    if server.version is None:
        version = ".".join(setup.version.split(".")[:3])
        server = replace(server, version=version, edition=edition_name(version))
    return server


def _role(setup: Setup) -> Role:
    """Of 2013 and later a Mailbox server is the Hub, before that the role of its own."""
    roles = {role.casefold() for role in setup.roles}
    if is_edge(setup):
        return "edge"
    if "hubtransportrole" in roles or ("mailboxrole" in roles and setup.version.startswith("15.")):
        return "hub"
    return "none"


def _of_the_site(site: str | None, subscriptions: tuple[EdgeSubscription, ...]) -> tuple[str, ...] | None:
    """Those of the server's site; None where a site is not known, as one of them may then be."""
    if not subscriptions:
        return ()
    sites = {each.name: _site_name(each.site) for each in subscriptions}
    if site is None or None in sites.values():
        return None
    return tuple(sorted(name for name, of in sites.items() if of is not None and of.casefold() == site.casefold()))


def _site_name(site: str | None) -> str | None:
    """The last part of `contoso.com/Configuration/Sites/HQ`, or the first of a distinguished name."""
    try:
        parts = split_dn(site) if site and "=" in site else ()
    except DirectoryError:
        return None
    return parts[0].value if parts else (site or "").rpartition("/")[2].strip() or None
