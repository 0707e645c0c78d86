"""The names of a POSIX computer as Windows would tell them: host name and FQDN, without a chance to hang for long."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket
import threading

PATIENCE = 3.0
"""Seconds to wait for a resolver."""


def host_names() -> dict[str, str | None]:
    """`hostname` and `fqdn`, None where not known: `localhost` is no name, and a name without a dot is no FQDN."""
    own = socket.gethostname().rstrip(".")
    fqdn = own if "." in own else _resolved(own)
    return {"hostname": _name(own.partition(".")[0]), "fqdn": _name(fqdn) if "." in fqdn else None}


def _resolved(name: str) -> str:
    answers: list[str] = []

    def ask() -> None:
        try:
            found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM, flags=socket.AI_CANONNAME)
        except (OSError, UnicodeError):
            return
        answers.extend(entry[3].rstrip(".") for entry in found if entry[3])

    # A resolver waits for dead name servers as long as it likes; a daemon thread need not be waited for.
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    return answers[0] if answers else ""


def _name(name: str) -> str | None:
    return None if not name or name.partition(".")[0].lower() == "localhost" else name
