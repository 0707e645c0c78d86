"""A session with a directory over LDAP: bound, verified, paged, and over in time. All that imports ldap3.

Which of ldap3's defaults are not taken, and why: it follows referrals with the password, verifies no certificate, sends
a password in clear, waits for ever, takes a truncated answer for a whole one, and guesses at the types of values.
"""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import math
import os
import re
import socket
import ssl
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, Literal, TypeVar
from uuid import uuid4

with warnings.catch_warnings():
    # ldap3 2.9.1 uses names of pyasn1 that newer versions deprecate.
    warnings.simplefilter("ignore", DeprecationWarning)
    import ldap3
    from ldap3.core.exceptions import LDAPSessionTerminatedByServerError
    from ldap3.utils.conv import escape_filter_chars

from .entry import DirectoryError, Entry
from .ldap_entries import entry_of, take_raw_values_alone
from .ldap_options import MINIMUM_LDAP3, Address, Deadline, LdapOptions
from .ldap_problems import SUCCESS, ServerUnavailable, refused, refused_bind, refused_certificate


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"[0-9]+", version)[:3]]


if _numbers(ldap3.__version__) < _numbers(MINIMUM_LDAP3):
    raise ImportError(f"there is version {ldap3.__version__}", name="ldap3")

T = TypeVar("T")
Scope = Literal["base", "level", "subtree"]

PAGE = 500
"""Entries of one page; Active Directory gives at most 1,000."""

_MOST_BYTES_OF_A_PAGE = 256 * 1024 * 1024
_PAGED_RESULTS = "1.2.840.113556.1.4.319"
_SCOPES = {"base": ldap3.BASE, "level": ldap3.LEVEL, "subtree": ldap3.SUBTREE}
_ERRNO = re.compile(r"^.*\[Errno -?\d+\] ")


def escaped(text: str) -> str:
    """The text as a filter may hold it, whatever it holds (RFC 4515)."""
    escape: Callable[[str], str] = escape_filter_chars
    return escape(text)


@contextmanager
def session(
    options: LdapOptions, clock: Callable[[], float] = time.monotonic, *, writes: bool = False
) -> Iterator[Session]:
    """A session with the first of the servers that can be used, all of it within the one time limit.

    A server that is down, or whose certificate is refused, is followed by the next; one that refuses the user is not,
    as every try counts towards locking the account. Raises DirectoryError.
    """
    opened = _first_usable(options, Deadline.after(options.timeout, clock), writes)
    try:
        yield opened
    finally:
        opened.close()


def _first_usable(options: LdapOptions, whole: Deadline, writes: bool) -> Session:
    problems = []
    for position, address in enumerate(options.addresses):
        try:
            share = whole.share(len(options.addresses) - position)
            return Session(address, options, whole, share, writes)
        except ServerUnavailable as error:
            problems.append(str(error))
        except TimeoutError:
            problems.append(f"no time was left for {address}; raise directory.timeout")
    raise ServerUnavailable("; ".join(problems))


class Session:
    """A bound connection to one server; `session` makes it."""

    def __init__(self, address: Address, options: LdapOptions, whole: Deadline, share: Deadline, writes: bool) -> None:
        self.server = str(address)
        self._writes = writes
        self.deadline = share
        self.received = 0
        self._tls = _Tls(self, address, options)
        self._connection = self._attempt(lambda: self._connected(address, options))
        try:
            self._bind(options)
        except BaseException:
            self.close()
            raise
        self.deadline = whole

    def search(
        self, base: str, condition: str, attributes: Sequence[str], *, what: str, scope: Scope = "subtree"
    ) -> Iterator[Entry]:
        """The entries, page by page, as they come; `what` is named in the errors.

        Raises DirectoryError, be it in the middle, for every page that is not whole; references to other servers are
        passed over.
        """
        cookie: bytes | None = None
        while True:
            self.received = 0
            ask = partial(
                self._connection.search,
                base,
                condition,
                _SCOPES[scope],
                attributes=list(attributes),
                paged_size=None if scope == "base" else PAGE,
                paged_cookie=cookie,
            )
            self._attempt(ask)
            result, response = self._connection.result, self._connection.response
            if result["result"] != SUCCESS:
                raise refused(self.server, result["result"], str(result["message"] or ""), what)
            yield from (entry_of(item) for item in response or () if item["type"] == "searchResEntry")
            cookie = (result.get("controls") or {}).get(_PAGED_RESULTS, {}).get("value", {}).get("cookie")
            if not cookie:
                return

    def swap(self, dn: str, attribute: str, old: bytes | None, new: bytes) -> tuple[int, str]:
        """Takes the old value away, where there is one, and adds the new, both or none (RFC 4511, section 4.6).

        Returns the result's code and the server's words. Raises DirectoryError where no answer came: whether it was
        done is not known then.
        """
        removal = [(ldap3.MODIFY_DELETE, [old])] if old is not None else []
        changes = {attribute: [*removal, (ldap3.MODIFY_ADD, [new])]}
        self.received = 0
        self._attempt(lambda: self._connection.modify(dn, changes))
        result = self._connection.result
        return result["result"], str(result["message"] or "")

    def close(self) -> None:
        # The answers are read: what goes wrong now matters to nobody.
        with suppress(Exception):
            self._connection.unbind()
        _close_socket(self._connection)

    def _connected(self, address: Address, options: LdapOptions) -> Any:
        server = _Server(self, address, self._tls)
        connection = server.connection = ldap3.Connection(
            server,
            **_credentials(address, options),
            # One thread has the connection; SAFE_SYNC would copy every answer, a third of the time.
            client_strategy=ldap3.SYNC,
            auto_referrals=False,
            raise_exceptions=False,
            check_names=False,
            read_only=not self._writes,
            return_empty_attributes=False,
            receive_timeout=math.ceil(self.deadline.left()),
        )
        take_raw_values_alone(connection.strategy)
        try:
            connection.open(read_server_info=False)
            # Or a bind waits until the end of the handshake is acknowledged, 40 ms.
            connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if not isinstance(connection.socket, _TimedSocket):
                connection.socket = _TimedSocket(self, connection.socket)
            if options.start_tls and not address.tls:
                self._start_tls(connection)
        except BaseException:
            _close_socket(connection)
            raise
        return connection

    def _start_tls(self, connection: Any) -> None:
        try:
            connection.start_tls(read_server_info=False)
        except Exception:
            result = connection.result or {}
            if self._tls.problem or not result.get("result"):
                raise
        if not connection.tls_started:
            said = str((connection.result or {}).get("message") or "no reason given")
            raise DirectoryError(f"{self.server} does not do StartTLS ({said[:200]}); use ldaps://")

    def _bind(self, options: LdapOptions) -> None:
        self._attempt(lambda: self._connection.bind(read_server_info=False))
        result = self._connection.result
        if not result or result["result"] != SUCCESS:
            code, message = (result["result"], str(result["message"] or "")) if result else (0, "no answer")
            raise refused_bind(self.server, code, message, options.bind)

    def _attempt(self, action: Callable[[], T]) -> T:
        """What ldap3 does with the network; whatever it raises becomes a DirectoryError with nothing in its chain."""
        try:
            return action()
        except DirectoryError:
            raise
        except Exception as error:  # ldap3 lets out struct.error, KeyError, IndexError and the like
            problem = self._problem(error)
        raise problem

    def _problem(self, error: Exception) -> DirectoryError:
        said = _ERRNO.sub("", str(error).splitlines()[0] if str(error) else "")[:200]
        if self._tls.problem:
            return self._tls.problem
        if self.deadline.over or isinstance(error, TimeoutError):
            seconds = f"{self.deadline.seconds:.3g} seconds"
            return ServerUnavailable(f"{self.server} is down or slow: no whole answer within {seconds}")
        if type(error).__module__.startswith("gssapi"):
            if "Preauthentication failed" in said:
                return DirectoryError(
                    f"{self.server}: Kerberos refuses the bind: wrong password; check directory.password"
                )
            return DirectoryError(
                f"{self.server}: Kerberos failed ({said}); is there a ticket (kinit), is directory.server the name "
                "that the server has in the domain, and do the clocks agree?"
            )
        if "invalid server address" in said:
            return ServerUnavailable(f"{self.server} is down: there is no host of that name; check directory.server")
        if isinstance(error, (OSError, EOFError)):
            return ServerUnavailable(f"{self.server} is down or closed the connection: {said or 'no reason given'}")
        if isinstance(error, LDAPSessionTerminatedByServerError):
            return ServerUnavailable(f"{self.server} ended the session")
        # Not its text: nobody knows what it holds.
        return ServerUnavailable(f"{self.server} gave no answer of LDAP that can be read ({type(error).__name__})")


class _Server(ldap3.Server):  # type: ignore[misc]
    """A server each address of which gets what is left of the time."""

    def __init__(self, session: Session, address: Address, tls: _Tls) -> None:
        super().__init__(
            address.host,
            port=address.port,
            use_ssl=address.tls,
            tls=tls,
            get_info=ldap3.NONE,
            allowed_referral_hosts=[],
            connect_timeout=math.ceil(session.deadline.left()),
        )
        self.connection: Any = None
        self._session = session

    def candidate_addresses(self) -> Iterator[Any]:
        for address in super().candidate_addresses():
            self.connect_timeout = self._session.deadline.left()
            yield address
            _close_socket(self.connection)


class _Tls(ldap3.Tls):  # type: ignore[misc]
    """TLS as the standard library does it: the host name, or address, is checked within the handshake."""

    def __init__(self, session: Session, address: Address, options: LdapOptions) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED if options.verify else ssl.CERT_NONE)
        self.problem: DirectoryError | None = None
        self._session = session
        self._host = address.host
        self._context = _context(options) if address.tls or options.start_tls else None

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:
        plain = connection.socket
        plain = plain.plain if isinstance(plain, _TimedSocket) else plain
        if self._context is None:
            raise AssertionError("TLS that was not asked for")
        try:
            plain.settimeout(self._session.deadline.left())
            secured = self._context.wrap_socket(plain, server_hostname=self._host)
        except ssl.SSLCertVerificationError as error:
            self.problem = refused_certificate(self._session.server, error)
            raise
        except ssl.SSLError as error:
            reason = (error.reason or "the connection was closed").lower().replace("_", " ")
            self.problem = ServerUnavailable(f"TLS with {self._session.server} failed ({reason}); does it speak LDAPS?")
            raise
        connection.socket = _TimedSocket(self._session, secured)


class _TimedSocket:
    """A socket whose every wait ends with the session's time, and which takes in no more than a page may have."""

    def __init__(self, session: Session, plain: Any) -> None:
        self.plain = plain
        self._session = session

    def recv(self, size: int) -> bytes:
        self.plain.settimeout(self._session.deadline.left())
        data: bytes = self.plain.recv(size)
        if not data:
            raise ConnectionResetError("it was closed")
        self._session.received += len(data)
        if self._session.received > _MOST_BYTES_OF_A_PAGE:
            raise DirectoryError(f"{self._session.server} sends more than {_MOST_BYTES_OF_A_PAGE} bytes for one page")
        return data

    def sendall(self, data: bytes) -> None:
        self.plain.settimeout(self._session.deadline.left())
        self.plain.sendall(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.plain, name)


def _context(options: LdapOptions) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=options.ca_certificates)
    except OSError as error:
        why = "it holds no certificate in PEM" if isinstance(error, ssl.SSLError) else (error.strerror or "unreadable")
        problem = DirectoryError(f"directory.ca_certificates {options.ca_certificates} cannot be read: {why}")
    else:
        if not options.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context
    raise problem


def _credentials(address: Address, options: LdapOptions) -> dict[str, Any]:
    if options.bind == "anonymous":
        return {"authentication": ldap3.ANONYMOUS}
    if options.bind == "simple":
        return {"authentication": ldap3.SIMPLE, "user": options.username, "password": options.password}
    return {
        "authentication": ldap3.SASL,
        "sasl_mechanism": ldap3.GSSAPI,
        "sasl_credentials": (address.host,),
        **_kerberos(address, options),
    }


def _kerberos(address: Address, options: LdapOptions) -> dict[str, Any]:
    """The ticket cache, a principal's password, or its keytab."""
    try:
        import gssapi
        import gssapi.raw
    except (ImportError, OSError) as error:
        missing = DirectoryError(
            f"directory.bind gssapi needs the Python package gssapi ({type(error).__name__}), which is built with the "
            "system package libkrb5-dev (Debian, Ubuntu) or krb5-devel (Red Hat) and a C compiler; install it with: "
            f"{sys.executable} -m pip install gssapi"
        )
    else:
        if options.password:
            name = gssapi.Name(options.username, gssapi.NameType.kerberos_principal)
            acquired = gssapi.raw.acquire_cred_with_password(
                name, options.password.encode(), usage="initiate", mechs=[gssapi.MechType.kerberos]
            )
            return {"sasl_credentials": (address.host, None, acquired.creds)}
        if options.keytab:
            if not os.access(options.keytab, os.R_OK):
                raise DirectoryError(
                    f"directory.keytab: {options.keytab} is not there, or cannot be read by this user; name the "
                    f"keytab of {options.username}"
                )
            # Of one cache for the whole process, the tickets of another user would be taken.
            store = {"client_keytab": f"FILE:{options.keytab}", "ccache": f"MEMORY:{uuid4()}"}
            return {"user": options.username, "cred_store": store}
        return {"user": options.username}
    raise missing


def _close_socket(connection: Any) -> None:
    with suppress(OSError, AttributeError):
        connection.socket.close()
