"""Step 6: the candidate domains of a computer, and how a certificate's names are compared with them."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from ._facts import Certificate, Identity

_FULL_STOP = "."


def comparable(name: str) -> str:
    """The name as names are compared: lower case, A-labels, no trailing dot; as text where `idna` refuses it."""
    if not name.isascii():
        with suppress(UnicodeError):
            name = name.encode("idna").decode("ascii")
    return name.lower().removesuffix(_FULL_STOP)


@dataclass(frozen=True)
class CandidateDomains:
    """The list of step 6.

    `names` are the known ones in the order of the topic, each once; `unknown` says which of the list are not known.
    `without_assumption` is the list as it would be without the row *Clusters*, None where that row changes nothing;
    `assumption` says then what was assumed.
    """

    names: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    assumption: str | None = None
    without_assumption: tuple[str, ...] | None = None

    @cached_property
    def _comparable(self) -> frozenset[str]:
        return frozenset(map(comparable, self.names))

    @cached_property
    def _covering(self) -> frozenset[str]:
        """The wildcards that cover a name of the list, one label each."""
        parts = (name.partition(_FULL_STOP) for name in self._comparable)
        return frozenset(f"*.{parent}" for label, _dot, parent in parts if label and parent)

    def matches(self, certificate: Certificate, *, wildcards: bool) -> bool | None:
        """Condition 7c: whether a common name or dNSName of the certificate is on the list."""
        held = {comparable(name) for name in (*certificate.common_names, *certificate.dns_names)}
        if not held.isdisjoint(self._comparable) or (wildcards and not held.isdisjoint(self._covering)):
            return True
        return None if self.unknown and held else False


def candidate_domains(identity: Identity) -> CandidateDomains:
    """The list of step 6 for a computer, cluster names in place of the FQDN as procedure.md settles it."""
    cluster_names = tuple(name for name in identity.cluster_names if name.strip())
    kept = {
        "host name": identity.hostname,
        "physical FQDN": identity.physical_fqdn,
        "physical host name": identity.physical_hostname,
    }
    others = tuple(name for name in kept.values() if name)
    unknown = tuple(label for label, name in kept.items() if not name)
    with_fqdn = each_once(((identity.fqdn,) if identity.fqdn else ()) + others)
    clustered = identity.cluster in ("nlb", "failover")
    if cluster_names:
        names, otherwise = each_once(cluster_names + others), with_fqdn
        assumption = None if clustered else _CLUSTER_NAMES_TAKEN
    else:
        names, otherwise = with_fqdn, each_once(others)
        unknown = unknown if identity.fqdn else ("FQDN", *unknown)
        assumption = _FQDN_KEPT if clustered else None
    if assumption is None or set(map(comparable, names)) == set(map(comparable, otherwise)):
        return CandidateDomains(names, unknown)
    return CandidateDomains(names, unknown, assumption, otherwise)


_CLUSTER_NAMES_TAKEN = (
    "ClusterName takes the place of the FQDN, although the host is not known to be a cluster or under NLB"
)
_FQDN_KEPT = "a cluster or NLB server without a ClusterName keeps its FQDN"


def each_once(names: Iterable[str]) -> tuple[str, ...]:
    """The names without those that compare as one before them."""
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(comparable(name), name)
    return tuple(first.values())
