"""How the directory is reached over LDAP: servers, bind, TLS and time, checked before anything is sent."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from .entry import DirectoryError

Bind = Literal["simple", "gssapi", "anonymous"]

MINIMUM_LDAP3 = "2.9.1"

DEFAULT_TIMEOUT = 30
LONGEST_TIMEOUT = 86400

_PORTS = {"ldaps": 636, "ldap": 389}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_HOST = re.compile(r"[^\s/?#@,\[\]]+")


@dataclass(frozen=True, slots=True)
class Address:
    """One server; `tls`: encrypted from the first byte on."""

    host: str
    port: int
    tls: bool

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'ldaps' if self.tls else 'ldap'}://{host}:{self.port}"

    @classmethod
    def of(cls, text: str) -> Address:
        """`ldaps://host:port`, `ldap://host` or a bare host, which means LDAPS. Raises DirectoryError."""
        expected = "expected ldaps://host, ldap://host, either with :port, or a host"
        scheme, mark, rest = text.strip().rpartition("://")
        scheme = scheme.lower() if mark else "ldaps"
        if scheme not in _PORTS or refusal_of(text) or (rest.count(":") > 1 and "[" not in rest):
            raise DirectoryError(f"directory.server {text[:100]!r} is no server of a directory; {expected}")
        try:
            parts = urlsplit(f"//{rest.rstrip('/')}")
            host, port = parts.hostname or "", parts.port
        except ValueError:
            host, port = "", None
        if not _HOST.fullmatch(host) or parts.path or parts.query or parts.fragment or "@" in rest or port == 0:
            raise DirectoryError(f"directory.server {text[:100]!r} is no server of a directory; {expected}")
        return cls(host.rstrip("."), port or _PORTS[scheme], scheme == "ldaps")


@dataclass(frozen=True, slots=True)
class LdapOptions:
    """The options of `directory` for LDAP; `timeout` is in seconds and bounds everything together.

    Raises DirectoryError for what cannot work, and for a password that would cross the network in clear.
    """

    servers: tuple[str, ...]
    base: str | None = None
    bind: Bind = "simple"
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    keytab: str | None = None
    start_tls: bool = False
    ca_certificates: str | None = None
    verify: bool = True
    allow_plaintext: bool = False
    timeout: int = DEFAULT_TIMEOUT

    def __post_init__(self) -> None:
        if not self.addresses:
            raise DirectoryError("directory.server is missing; name a domain controller, or the Edge's own AD LDS")
        if not 1 <= self.timeout <= LONGEST_TIMEOUT:
            raise DirectoryError(f"directory.timeout is {self.timeout}; it must be from 1 to {LONGEST_TIMEOUT} seconds")
        for name in ("base", "username", "keytab", "ca_certificates"):
            if refusal := refusal_of(getattr(self, name) or ""):
                raise DirectoryError(f"directory.{name} {refusal}")
        plain = [str(address) for address in self.addresses if not address.tls and not self.start_tls]
        if self.bind == "simple":
            self._check_simple(plain)
        if self.bind == "gssapi" and plain:
            raise DirectoryError(
                f"directory.bind gssapi needs TLS, and {plain[0]} has none; use ldaps:// or set directory.start_tls"
            )
        if self.bind == "gssapi" and (self.password or self.keytab) and not self.username:
            raise DirectoryError("directory.username is missing; name the principal of the password or the keytab")
        if self.bind == "anonymous" and (self.username or self.password):
            raise DirectoryError("directory.bind anonymous takes neither username nor password; set it to simple")

    def _check_simple(self, plain: list[str]) -> None:
        # A bind with a name and no password is anonymous, and succeeds (RFC 4513, section 5.1.2).
        if not self.username or not self.password:
            raise DirectoryError(
                "directory.bind simple needs directory.username and directory.password; set both, or another bind"
            )
        if "\x00" in self.password:
            raise DirectoryError("directory.password holds a NUL character, which no password has")
        if plain and not self.allow_plaintext:
            raise DirectoryError(
                f"a simple bind with {plain[0]} would send the password in clear; use ldaps://, or set "
                "directory.start_tls"
            )

    @property
    def addresses(self) -> tuple[Address, ...]:
        return tuple(Address.of(server) for server in self.servers if server.strip())


def refusal_of(name: str) -> str | None:
    """Why a name is sent to no directory: characters that none has and that filters and names hide things in."""
    return "holds a control character, which no name has" if _CONTROL.search(name) else None


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment that nothing may outlast; `seconds` is the time there was."""

    seconds: float
    ends: float
    clock: Callable[[], float] = time.monotonic

    @classmethod
    def after(cls, seconds: float, clock: Callable[[], float] = time.monotonic) -> Deadline:
        return cls(seconds, clock() + seconds, clock)

    @property
    def over(self) -> bool:
        return self.clock() >= self.ends

    def left(self) -> float:
        """Seconds, more than none. Raises TimeoutError."""
        left = self.ends - self.clock()
        if left <= 0:
            raise TimeoutError
        return left

    def share(self, parts: int) -> Deadline:
        """An equal part of what is left, the first of so many. Raises TimeoutError."""
        return Deadline.after(self.left() / parts, self.clock)
