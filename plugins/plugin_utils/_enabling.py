"""What enabling one certificate for SMTP would change on a server, or why it must not be done: pure, from the facts.

The guards are those of the contract's `anon_tls_enable`. They are all asked before anything changes, and hold for a
request that would change nothing as well. On a Windows host Exchange's own cmdlets change, elsewhere the directory.
"""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from ._facts import SERVICES, Certificate, DirectoryStatus, Facts, thumbprint_in
from ._plain_data import text_of, to_plain

SMTP = "SMTP"
DIRECTORY_THAT_CAN_BE_CHANGED = "ldap"
WINDOWS = "windows"
"""The source of a store that is a Windows host's own."""

_UNKNOWN_DIRECTORY = ("unknown", "not_gathered")


class EnablingError(ValueError):
    """It must not be done: the message says what stands against it, where, and what to do."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for; `thumbprint` as people write it. The two permissions are those of the module's options."""

    thumbprint: str
    internal: Literal["keep", "replace"] = "keep"
    allow_edge_resubscribe: bool = False
    allow_cng: bool = False


@dataclass(frozen=True, slots=True)
class Internal:
    """The internal transport certificate, as far as it is known."""

    status: DirectoryStatus
    thumbprint: str | None
    subject: str | None = None
    dns_names: tuple[str, ...] | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None


@dataclass(frozen=True, slots=True)
class State:
    """The certificate that was asked for and the internal one; `services` is None where they are not known."""

    thumbprint: str
    subject: str
    dns_names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    services: tuple[str, ...] | None
    internal: Internal

    def to_plain(self) -> dict[str, Any]:
        plain: dict[str, Any] = to_plain(self)
        return plain


@dataclass(frozen=True, slots=True)
class Change:
    """What it would be before and afterwards; `enables_smtp` comes first, then `replaces_internal`."""

    before: State
    after: State

    @property
    def enables_smtp(self) -> bool:
        return self.before.services != self.after.services

    @property
    def replaces_internal(self) -> bool:
        return self.before.internal != self.after.internal

    @property
    def after_smtp(self) -> State:
        """When the first of the two is done."""
        return replace(self.after, internal=self.before.internal)


def change_of(facts: Facts, wish: Wish, at: datetime) -> Change:
    """The change that the facts allow at that moment. Raises EnablingError."""
    chosen = _chosen(facts, wish)
    _check_chosen(chosen, at)
    if on_windows(facts):
        internal = _internal_on_windows(facts)
    else:
        internal = _internal_of(facts)
        if wish.internal == "replace":
            _check_directory(facts)
    if chosen.thumbprint != internal.thumbprint:
        if wish.internal == "keep":
            _check_old(facts, internal, at)
        _check_edge(facts, wish, chosen)
    before = _state_of(chosen, chosen.services, internal)
    services = {*(chosen.services or ()), SMTP}
    after = _state_of(chosen, tuple(service for service in SERVICES if service in services), internal)
    if wish.internal == "replace" and chosen.thumbprint != internal.thumbprint:
        after = replace(after, internal=as_internal(chosen))
    return Change(before, after)


def on_windows(facts: Facts) -> bool:
    return facts.store is not None and facts.store.source == WINDOWS


def _chosen(facts: Facts, wish: Wish) -> Certificate:
    thumbprint = thumbprint_in(wish.thumbprint)
    if thumbprint is None:
        raise EnablingError(f"thumbprint {wish.thumbprint[:60]!r} is none; give the 40 hexadecimal digits of one")
    if facts.store is None:
        reasons = [failure.reason for failure in facts.failures if failure.part == "store"]
        raise EnablingError(f"the store cannot be read: {'; '.join(reasons) or 'it was not gathered'}")
    for certificate in facts.store.certificates:
        if certificate.thumbprint == thumbprint:
            if certificate.archived:
                raise EnablingError(
                    f"{_named(certificate)} is archived, and so not in the store for Exchange; take the mark away, or "
                    "choose another"
                )
            return certificate
    for entry in facts.store.unreadable:
        if entry.thumbprint == thumbprint:
            raise EnablingError(f"{thumbprint} ({entry.name}) cannot be read: {entry.reason}; mend or replace it")
    doubt = ", ".join(entry.name for entry in facts.store.unreadable if entry.thumbprint is None)
    raise EnablingError(
        f"{thumbprint} is not in the store; import it with its private key, or choose one that is there"
        + (f" (it may be what cannot be read: {doubt})" if doubt else "")
    )


def _check_chosen(chosen: Certificate, at: datetime) -> None:
    if chosen.has_private_key is False:
        raise EnablingError(f"{_named(chosen)} has no private key in the store; import it with its key")
    if chosen.has_private_key is None:
        raise EnablingError(
            f"whether {_named(chosen)} has its private key is not known, and without one it is of no use; see the "
            "warnings of anon_tls_facts and put the key where it can be found"
        )
    if chosen.not_after < at:
        raise EnablingError(f"{_named(chosen)} expired at {text_of(chosen.not_after)}; renew it, or choose another")
    if at < chosen.not_before:
        raise EnablingError(
            f"{_named(chosen)} is not valid before {text_of(chosen.not_before)}; wait, check the clock, or choose "
            "another"
        )


def _check_directory(facts: Facts) -> None:
    """That the internal certificate can be replaced where it was read."""
    directory, server = facts.directory, facts.server.name or "the server"
    if directory.source != DIRECTORY_THAT_CAN_BE_CHANGED:
        raise EnablingError(
            f"internal replace changes the directory, and that of {server} is read from "
            f"{directory.source or 'nowhere'}; set directory.source to {DIRECTORY_THAT_CAN_BE_CHANGED} and name its "
            "server in directory.server"
        )
    if directory.status in _UNKNOWN_DIRECTORY:
        raise EnablingError(
            f"the internal transport certificate of {server} is not known ({directory.reason}); what was not read is "
            "not replaced"
        )
    if directory.is_copy:
        raise EnablingError(
            f"this directory has no more than a copy of {server}, an Edge, whose own AD LDS counts; name that in "
            "directory.server"
        )


def _check_edge(facts: Facts, wish: Wish, chosen: Certificate) -> None:
    who = _edge_sync(facts)
    if who is None:
        return
    if not wish.allow_edge_resubscribe:
        raise EnablingError(
            f"{who}: a change of the internal transport certificate breaks Edge Subscriptions, whose credentials are "
            "encrypted to it; set allow_edge_resubscribe to true, and subscribe again afterwards (New-EdgeSubscription)"
        )
    if wish.internal == "replace" and chosen.key.provider == "cng" and not wish.allow_cng:
        raise EnablingError(
            f"{who}, and the key of {_named(chosen)} is a CNG key, with which EdgeSync fails; choose a certificate "
            "whose key a CSP keeps, or set allow_cng to true"
        )


def _edge_sync(facts: Facts) -> str | None:
    """Why Edge Subscriptions must be thought of, None where there are none."""
    server = facts.server
    name = server.name or "the server"
    if server.role == "edge":
        return f"{name} is an Edge Transport server"
    if server.edge_subscriptions is None:
        return f"whether {name} has Edge Subscriptions is not known, which counts as some"
    if server.edge_subscriptions:
        return f"{name} has Edge Subscriptions ({', '.join(server.edge_subscriptions)})"
    return None


def _check_old(facts: Facts, internal: Internal, at: datetime) -> None:
    """That the internal certificate is one that can be kept."""
    if internal.status in _UNKNOWN_DIRECTORY:
        reason = facts.directory.reason or "no directory is read; name one in directory.source"
        raise EnablingError(f"the internal transport certificate, which is to be kept, is not known: {reason}")
    instead = "set internal to replace"
    if internal.thumbprint is None:
        why = (facts.directory.status == internal.status and facts.directory.reason) or internal.status
        raise EnablingError(f"there is no internal transport certificate to keep ({why}); {instead}")
    old = in_store(facts, internal.thumbprint)
    which = f"the internal transport certificate {internal.thumbprint}, which is to be kept,"
    if old is None or old.archived:
        raise EnablingError(f"{which} is not in the store; {instead}")
    if old.has_private_key is False:
        raise EnablingError(f"{which} has no private key; {instead}")
    if old.has_private_key is None:
        raise EnablingError(f"{which} may lack its private key, which is not known; {instead}")
    if old.not_after < at:
        raise EnablingError(f"{which} expired at {text_of(old.not_after)}; {instead}")


def _internal_on_windows(facts: Facts) -> Internal:
    """Where the directory does not tell, what Exchange's cmdlets say; nothing is changed where the two disagree."""
    server, directory = facts.server.name or "the server", facts.directory
    lost = "; ".join(failure.reason for failure in facts.failures if failure.part == "exchange")
    if facts.exchange is None:
        raise EnablingError(
            f"Exchange's own cmdlets, which make the change on {server}, cannot be asked: "
            f"{lost or 'there is no Exchange server'}"
        )
    said = facts.exchange.internal_thumbprint
    told = not directory.is_copy and directory.status not in _UNKNOWN_DIRECTORY
    if told and directory.status != "corrupt" and said not in (None, directory.thumbprint):
        raise EnablingError(
            f"the internal transport certificate of {server} is {directory.thumbprint or 'none'} in the directory, and "
            f"{said} to Exchange on the host; wait until the change is replicated to every domain controller, and run "
            "again"
        )
    if told:
        return _internal_of(facts)
    if said is None and lost:
        raise EnablingError(f"the internal transport certificate of {server} is not known: {lost}")
    if said is None:
        return Internal("null", None)
    held = in_store(facts, said)
    return Internal("present", said) if held is None else as_internal(held)


def in_store(facts: Facts, thumbprint: str) -> Certificate | None:
    certificates = facts.store.certificates if facts.store else ()
    return next((each for each in certificates if each.thumbprint == thumbprint), None)


def _internal_of(facts: Facts) -> Internal:
    """What the store has of it, else what the directory's value shows."""
    directory = facts.directory
    held = in_store(facts, directory.thumbprint) if directory.thumbprint else None
    if held is not None:
        return as_internal(held)
    shown = directory.certificate
    if shown is None:
        return Internal(directory.status, directory.thumbprint)
    return Internal(directory.status, directory.thumbprint, shown.subject, None, shown.not_before, shown.not_after)


def as_internal(held: Certificate) -> Internal:
    return Internal("present", held.thumbprint, held.subject, held.dns_names, held.not_before, held.not_after)


def _state_of(chosen: Certificate, services: tuple[str, ...] | None, internal: Internal) -> State:
    return State(
        chosen.thumbprint,
        chosen.subject,
        chosen.dns_names,
        chosen.not_before,
        chosen.not_after,
        services,
        internal,
    )


def _named(certificate: Certificate) -> str:
    return f"{certificate.thumbprint} ({certificate.subject[:100]})"
