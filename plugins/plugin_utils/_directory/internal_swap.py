"""Replace the internal transport certificate in a live directory: compare and swap, never tried again blindly."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .._facts import DirectoryValue
from .entry import DirectoryError, Entry
from .exchange_ldap import ldap_module
from .internal_certificate import ATTRIBUTE, read_internal_certificate
from .ldap_options import LdapOptions
from .ldap_problems import SUCCESS, refused_change

if TYPE_CHECKING:
    from .ldap import Session

# Constructed attributes of Active Directory and Samba: what the class may have, and what this user may write of it
# (MS-ADTS, sections 3.1.1.4.5.18 and 3.1.1.4.5.21).
_ALLOWED = "allowedAttributes"
_WRITABLE = "allowedAttributesEffective"

# noSuchAttribute, constraintViolation, attributeOrValueExists (RFC 4511, appendix A): the old value is gone, or one is
# there already. The first is also said of an attribute that the schema lacks.
_LOST = (16, 19, 20)


class ChangeUnknown(DirectoryError):
    """Whether the directory was changed is not known: the message says what to look at."""


@dataclass(frozen=True, slots=True)
class Held:
    """What the object holds; `value` is None where it has none, `may_write` where the server does not say."""

    dn: str
    value: bytes | None
    may_write: bool | None


def read_held(options: LdapOptions, dn: str, expected: DirectoryValue) -> Held:
    """The value, which must be the one that the facts have.

    Raises DirectoryError, also for a value that is another one now, and for more than one.
    """
    with ldap_module().session(options) as session:
        entry = _entry(session, dn)
        values = entry.values(ATTRIBUTE)
        now = read_internal_certificate(values, version_came=True, source="ldap", is_copy=False)
        if now.status == "unknown":
            raise DirectoryError(f"{session.server}: {now.reason}, at {dn}; mend that first")
        if (now.status, now.thumbprint) != (expected.status, expected.thumbprint):
            raise _moved(session.server, dn, values)
        allowed, writable = (_folded(entry, name) for name in (_ALLOWED, _WRITABLE))
        may_write = ATTRIBUTE.lower() in writable if allowed or writable else None
        if may_write is False:
            raise DirectoryError(
                f"{session.server}: no right to change {ATTRIBUTE} of {dn}; bind as a user who may write it"
            )
        return Held(dn, values[0] if values else None, may_write)


def replace_value(options: LdapOptions, held: Held, new: bytes) -> str | None:
    """Puts the new value in the place of the one that was read; returns a warning, if there is one.

    Raises DirectoryError where nothing was changed, and ChangeUnknown, after the value was read again.
    """
    with ldap_module().session(options, writes=True) as session:
        try:
            code, message = session.swap(held.dn, ATTRIBUTE, held.value, new)
        except DirectoryError as error:
            return _after_the_break(options, held, new, str(error))
        if code == SUCCESS:
            return _confirm(session, held.dn, new)
        now = _values(session, held.dn) if code in _LOST else _as_values(held.value)
        if now != _as_values(held.value):
            raise _moved(session.server, held.dn, now)
        raise refused_change(session.server, code, message, f"{ATTRIBUTE} of {held.dn}")


def _confirm(session: Session, dn: str, new: bytes) -> str | None:
    """The modify was a success; what is read behind it may already be another writer's."""
    try:
        now = _values(session, dn)
    except DirectoryError as error:
        return f"{ATTRIBUTE} was written, and could not be read again to see it: {error}"
    if now != (new,):
        raise ChangeUnknown(
            f"{ATTRIBUTE} of {dn} was written, and {session.server} now has {_shown(now)} there: another writer came "
            "right behind; find out who"
        )
    return None


def _after_the_break(options: LdapOptions, held: Held, new: bytes, broken: str) -> str:
    """No answer came to the change: it is read again what became of it."""
    try:
        with ldap_module().session(options) as session:
            now, server = _values(session, held.dn), session.server
    except DirectoryError as error:
        raise ChangeUnknown(
            f"{broken}, when {ATTRIBUTE} of {held.dn} was to be changed; whether it was is not known, as it cannot be "
            f"read again ({error}); read it before anything else is done"
        ) from None
    if now == (new,):
        return f"{broken}, but {server} holds the new value of {ATTRIBUTE}"
    if now == _as_values(held.value):
        raise DirectoryError(
            f"{broken}, when {ATTRIBUTE} of {held.dn} was to be changed; {server} still has the old value. Run again"
        )
    raise _moved(server, held.dn, now)


def _entry(session: Session, dn: str) -> Entry:
    wanted = (ATTRIBUTE, _ALLOWED, _WRITABLE)
    entries = list(session.search(dn, "(objectClass=*)", wanted, what="the server object", scope="base"))
    return entries[0] if entries else Entry(dn, {})


def _values(session: Session, dn: str) -> tuple[bytes, ...]:
    return _entry(session, dn).values(ATTRIBUTE)


def _as_values(value: bytes | None) -> tuple[bytes, ...]:
    return () if value is None else (value,)


def _folded(entry: Entry, name: str) -> frozenset[str]:
    return frozenset(text.lower() for text in entry.texts(name))


def _moved(server: str, dn: str, values: tuple[bytes, ...]) -> DirectoryError:
    return DirectoryError(
        f"another writer has changed {ATTRIBUTE} of {dn} since it was read: {server} now has {_shown(values)}. "
        "Nothing was written there; gather the facts and decide again"
    )


def _shown(values: tuple[bytes, ...]) -> str:
    value = read_internal_certificate(values, version_came=True, source="ldap", is_copy=False)
    return value.thumbprint or f"no certificate ({value.reason})"
