"""An enabling by Exchange's own cmdlets on a Windows host: what the host is asked, and what came of it.

The answer is that of `win_anon_tls_enable`. Nothing is believed of a cmdlet's word: what was read afterwards counts.
"""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ._enabling import SMTP, Change, Internal, State, Wish, as_internal, in_store
from ._exchange_certificate import ExchangeCertificateError, read_exchange_certificate
from ._facts import SERVICES, Facts
from ._management_shell import replace_internal, show_internal, show_services
from ._plain_data import PlainDataError, from_plain
from ._stores.exchange_says import services_of
from ._windows.answer import OptionalBytes


@dataclass(frozen=True, slots=True)
class HostState:
    """`services` is None where the object of the shell was bytes alone; `serialization_data` then holds them."""

    services: tuple[str, ...] | None
    serialization_data: OptionalBytes
    internal_thumbprint: str | None


@dataclass(frozen=True, slots=True)
class HostAnswer:
    """`ran`: the lines that change, as far as they were begun. `after` is None where it is not known."""

    before: HostState | None
    after: HostState | None
    changed: bool
    ran: tuple[str, ...]
    problem: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """`problem` is None where all is as it was asked for, and no cmdlet has said otherwise."""

    after: State
    changed: bool
    problem: str | None


def request_of(facts: Facts, wish: Wish, change: Change) -> dict[str, Any]:
    """The options of the module. What the cmdlet itself said is compared with what it says then, where it did."""
    said = facts.exchange and facts.exchange.internal_thumbprint
    return {
        "thumbprint": change.before.thumbprint,
        "internal": wish.internal,
        "expected_internal": said or change.before.internal.thumbprint,
        "expected_services": None if change.before.services is None else list(change.before.services),
    }


def outcome_of(facts: Facts, wish: Wish, change: Change, plain: object, *, check_mode: bool) -> Outcome:
    """What is so afterwards, in check mode what would be. Never raises: an answer that cannot be read is a problem."""
    try:
        answer = from_plain(HostAnswer, plain)
    except PlainDataError as error:
        unread = f"the answer of the host cannot be understood: {error.inside('anon_tls_windows')}."
        return _not_known(facts, wish, change, unread, check_mode=check_mode)
    if not answer.ran:
        return _nothing_begun(facts, change, answer, check_mode=check_mode)
    if answer.after is None:
        return _not_known(facts, wish, change, answer.problem or "", check_mode=check_mode)
    after = _state(facts, change, answer.after)
    if not answer.changed:
        return Outcome(after, False, f"{answer.problem} Nothing was changed, as was read afterwards.")
    problems = list(_differences(wish, change, after))
    if answer.problem and not problems:
        problems.append("All the same everything is as it was asked for, as was read afterwards.")
    return Outcome(after, True, " ".join(filter(None, (answer.problem, *problems))) or None)


def outcome_without_answer(facts: Facts, wish: Wish, change: Change, why: str, *, check_mode: bool) -> Outcome:
    """Of a module that came to no end."""
    problem = f"the module ended without an answer: {why.rstrip('.')}."
    return _not_known(facts, wish, change, problem, check_mode=check_mode)


def _nothing_begun(facts: Facts, change: Change, answer: HostAnswer, *, check_mode: bool) -> Outcome:
    if answer.problem:
        return Outcome(change.before, False, f"{answer.problem} Nothing was changed.")
    if check_mode and answer.changed:
        return Outcome(change.after, True, None)
    return Outcome(change.before if answer.after is None else _state(facts, change, answer.after), False, None)


def _not_known(facts: Facts, wish: Wish, change: Change, problem: str, *, check_mode: bool) -> Outcome:
    if check_mode:
        return Outcome(change.before, False, f"{problem} Nothing was changed.")
    thumbprint, old = change.before.thumbprint, change.before.internal.thumbprint
    look = f"{show_internal(facts.server.name or '')} and {show_services(thumbprint)}"
    text = f"{problem} What was changed is not known. On the server, look with {look}"
    if wish.internal == "keep" and old is not None and old != thumbprint:
        text += f"; where the internal transport certificate is not {old}, put it back with {replace_internal(old)}"
    after = replace(change.before, services=None, internal=Internal("unknown", None))
    return Outcome(after, True, text.strip() + ".")


def _differences(wish: Wish, change: Change, after: State) -> Iterator[str]:
    """What is not as it was asked for, with the line that makes it so."""
    wanted, now = change.after.internal.thumbprint, after.internal.thumbprint
    if now != wanted and wanted is not None:
        ours = (None, change.before.thumbprint, change.before.internal.thumbprint)
        who = "" if now in ours else ", by somebody else"
        kept = ", which was to be kept" if wish.internal == "keep" else ""
        yield (
            f"The internal transport certificate is {now or 'none'} now{who}, and not {wanted}{kept}. To make it so, "
            f"run on the server: {replace_internal(wanted)}."
        )
    if after.services is not None and SMTP not in after.services:
        yield f"{after.thumbprint} is not enabled for SMTP."


def _state(facts: Facts, change: Change, read: HostState) -> State:
    return replace(change.before, services=_services(read), internal=_internal(facts, change, read.internal_thumbprint))


def _services(read: HostState) -> tuple[str, ...] | None:
    if read.services is not None:
        return tuple(service for service in SERVICES if service in read.services)
    if read.serialization_data is None:
        return None
    try:
        return services_of(read_exchange_certificate(read.serialization_data).services)
    except ExchangeCertificateError:
        return None


def _internal(facts: Facts, change: Change, thumbprint: str | None) -> Internal:
    if thumbprint == change.before.internal.thumbprint:
        return change.before.internal
    if thumbprint is None:
        return Internal("null", None)
    held = in_store(facts, thumbprint)
    return Internal("present", thumbprint) if held is None else as_internal(held)
