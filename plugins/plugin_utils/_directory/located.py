"""An entry by its place and class: whether it is an Exchange server, a Send connector, and in which directory."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from dataclasses import dataclass

from .distinguished_name import Rdn
from .entry import Entry

_GUID = re.compile(r"\{[^{}]+\}")


@dataclass(frozen=True)
class Located:
    """An entry with its distinguished name in parts, at least one, the object's own first."""

    entry: Entry
    dn: tuple[Rdn, ...]

    @property
    def name(self) -> str:
        return self.dn[0].value

    @property
    def adlds(self) -> str | None:
        """The `{GUID}` of the AD LDS that the object lies in (an Edge's own directory), None in Active Directory."""
        root = self.dn[-1].value.casefold()
        return root if _GUID.fullmatch(root) else None

    @property
    def is_server(self) -> bool:
        """An Exchange server; without an objectClass whatever lies below `CN=Servers`, the domain controllers' aside.

        The children Frontend and Mailbox of a server of 2013 and later are of a subclass, and no servers.
        """
        classes = self._classes
        if classes:
            return "msexchexchangeserver" in classes and "msexchexchangetransportserver" not in classes
        return self._ancestor(1) == "servers" and self._ancestor(3) != "sites"

    @property
    def is_send_connector(self) -> bool:
        classes = self._classes
        return "msexchroutingsmtpconnector" in classes if classes else self._ancestor(1) == "connections"

    @property
    def is_connectors_container(self) -> bool:
        return self._ancestor(0) == "connections"

    def unreadable_numbers(self, *names: str) -> tuple[str, ...]:
        """A warning for each attribute that has a value but not one whole number of 32 bits."""
        return tuple(
            f"{name} of {self.entry.dn} is not one whole number, and passed over"
            for name in names
            if self.entry.values(name) and self.entry.number(name) is None
        )

    @property
    def _classes(self) -> frozenset[str]:
        return frozenset(text.casefold() for text in self.entry.texts("objectClass"))

    def _ancestor(self, generation: int) -> str | None:
        return self.dn[generation].value.casefold() if generation < len(self.dn) else None
