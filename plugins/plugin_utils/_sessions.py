"""Step 2 on a whole server: which of its Send connectors start sessions with anonymous TLS."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from ._facts import SendConnector

Verdict = Literal["pass", "fail", "unknown", "assumed", "skip"]

IMPLICIT = "implicit"
TO_EDGE = "SmtpRelayWithinAdSiteToEdge"
_EXCHANGE_SERVER = "exchangeserver"
_EDGE_ADDRESS_SPACES = ("--", "- -")


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict of one condition on one connector, with the sentence that says why."""

    verdict: Verdict
    evidence: str


@dataclass(frozen=True, slots=True)
class Session:
    """What a session needs to be judged: the connector (None: the implicit one) and the message's delivery type."""

    connector: SendConnector | None
    delivery_type: str

    @property
    def name(self) -> str:
        return IMPLICIT if self.connector is None else self.connector.name

    @property
    def title(self) -> str:
        return "the implicit connector" if self.connector is None else f"Send connector {self.connector.name!r}"


ConditionId = Literal["2a", "2b"]
Condition = Callable[[Session], Judged]
Gate = Mapping[ConditionId, Condition]


def exchange_server_authentication(session: Session) -> Judged:
    """Condition 2a: `ExchangeServer` among the connector's SmartHostAuthMechanism."""
    if session.connector is None:
        evidence = f"{session.title} between servers is in no directory; assumed: it uses ExchangeServer authentication"
        return Judged("assumed", evidence)
    mechanisms = session.connector.smart_host_auth
    if mechanisms is None:
        return Judged("unknown", f"{session.title}: SmartHostAuthMechanism is not known")
    found = any(mechanism.lower() == _EXCHANGE_SERVER for mechanism in mechanisms)
    evidence = f"{session.title}: SmartHostAuthMechanism is {', '.join(mechanisms) or 'None'}"
    return Judged("pass" if found else "fail", evidence)


def delivery_to_edge(session: Session) -> Judged:
    """Condition 2b of a Hub: the message's DeliveryType is SmtpRelayWithinAdSiteToEdge."""
    relayed = session.delivery_type.lower() == TO_EDGE.lower()
    wanted = "" if relayed else f", not {TO_EDGE}"
    return Judged("pass" if relayed else "fail", f"the DeliveryType asked about is {session.delivery_type}{wanted}")


def edge_address_space(session: Session) -> Judged:
    """Condition 2b of an Edge: the connector's address space holds `--`."""
    spaces = None if session.connector is None else session.connector.address_spaces
    if spaces is None:
        return Judged("unknown", f"{session.title}: the address spaces are not known")
    found = any(_domain_of(space) in _EDGE_ADDRESS_SPACES for space in spaces)
    evidence = f"{session.title}: the address spaces are {', '.join(spaces) or 'empty'}"
    return Judged("pass" if found else "fail", evidence)


def _domain_of(space: str) -> str:
    """The domain of `--`, `SMTP:--` or `SMTP:--;1`."""
    typed, colon, rest = space.partition(":")
    return (rest if colon else typed).partition(";")[0].strip()


@dataclass(frozen=True, slots=True)
class ConnectorVerdict:
    """One connector judged by the gate of its server; `conditions` in the order of the gate, all of them judged."""

    name: str
    enabled: bool | None
    conditions: Mapping[ConditionId, Judged]

    @property
    def anonymous_tls(self) -> bool | None:
        """Whether its sessions use anonymous TLS; None as soon as 2a is not known, whatever 2b says."""
        for judged in self.conditions.values():
            if judged.verdict == "fail":
                return False
            if judged.verdict == "unknown":
                return None
        return True if self.conditions else None

    @property
    def failed(self) -> list[str]:
        return [step for step, judged in self.conditions.items() if judged.verdict == "fail"]

    @property
    def decides(self) -> bool | None:
        """`anonymous_tls`, unknown where it is not known whether a passing connector is enabled."""
        return None if self.anonymous_tls and self.enabled is None else self.anonymous_tls

    @property
    def precedence(self) -> tuple[int, int, str, str]:
        """The order in which connectors decide: pass, assumed, unknown, fail; then who came furthest; then the name."""
        verdicts = [judged.verdict for judged in self.conditions.values()]
        came = next((i for i, verdict in enumerate(verdicts) if verdict in ("fail", "unknown")), len(verdicts))
        kind = {True: 1 if "assumed" in verdicts else 0, None: 2, False: 3}[self.decides]
        return kind, -came, self.name.lower(), self.name


@dataclass(frozen=True, slots=True)
class Sessions:
    """All connectors of a server judged, and the one that decides step 2 (None: there is none)."""

    verdicts: tuple[ConnectorVerdict, ...]
    decider: ConnectorVerdict | None
    passes: bool | None


def judge_sessions(
    gate: Gate,
    connectors: tuple[SendConnector, ...] | None,
    *,
    implicit: bool,
    delivery_type: str,
    named: str | None,
) -> Sessions:
    """Step 2 on a whole server (procedure.md, section of that name).

    `implicit`: the server is a Hub and has the implicit connector. `named`: judge this one alone, as if enabled.
    """
    sessions = [Session(None, delivery_type)] if implicit else []
    sessions += [Session(connector, delivery_type) for connector in connectors or ()]
    verdicts = tuple(
        ConnectorVerdict(
            session.name,
            True if session.connector is None else session.connector.enabled,
            {step: condition(session) for step, condition in gate.items()},
        )
        for session in sessions
    )
    if named is not None:
        considered = [replace(verdict, enabled=True) for verdict in verdicts if verdict.name.lower() == named.lower()]
    else:
        considered = [verdict for verdict in verdicts if verdict.enabled is not False]
    if not considered and connectors is None:
        return Sessions(verdicts, None, None)
    decider = min(considered, key=lambda verdict: verdict.precedence, default=None)
    return Sessions(verdicts, decider, decider.decides if decider else False)
