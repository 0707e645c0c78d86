"""Exports of real Exchange 2016 servers, in the folder that ANON_TLS_EXPORTS names, come out as they are known to be.

They are those of the test data of the CSS-Exchange project; no part of this collection.
"""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._case import Question
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._decision import decide
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import Facts, Identity
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._gathering import (
    Request,
    StoreFiles,
    gather,
    read_here,
)

EXPORTS = Path(os.environ["ANON_TLS_EXPORTS"])
EIGHT = "e16-eight-certificates.xml"
THREE = "e16-three-certificates.xml"
AUTH = "Microsoft Exchange Server Auth Certificate"
NOW = datetime(2023, 6, 1, tzinfo=UTC)


def facts_of(file: str) -> Facts:
    reading = read_here(StoreFiles("clixml", str(EXPORTS / file)))
    return gather(Request(frozenset({"store", "identity"}), live=False), reading, NOW)


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (
            EIGHT,
            {
                **dict.fromkeys(("D0D6BAA2", "8763DA18", "BC6BF924", "976D2AD9", "E1BDF9AE"), (AUTH, ("SMTP",))),
                "D003810E": ("E2k16-1", ("IMAP", "IIS", "SMTP")),
                "2759456D": ("mail.contoso.lab", ("IIS",)),
                "FE0FAE93": ("WMSvc-SHA2-E2k16-1", ()),
            },
        ),
        (
            THREE,
            {
                "92E196F3": (AUTH, ("SMTP",)),
                "823884A3": ("Solo-E16A", ("IMAP", "POP", "IIS", "SMTP")),
                "A60C6E62": ("WMSvc-WIN-9UC94ETVM30", ()),
            },
        ),
    ],
)
def test_every_certificate_and_its_services_come_out(file: str, expected: dict[str, tuple[str, tuple[str]]]) -> None:
    store = facts_of(file).store
    assert store is not None
    found = {each.thumbprint[:8]: (each.common_names[0], each.services) for each in store.certificates}
    assert found == expected
    assert store.unreadable == ()
    for certificate in store.certificates:
        assert certificate.services_evidence == "exchange"
        assert (certificate.trust.status, certificate.trust.evidence) == ("trusted", "exchange")
        assert certificate.has_private_key is True


@pytest.mark.parametrize(
    ("file", "host", "fqdn"),
    [(EIGHT, "E2k16-1", "E2k16-1.Contoso.lab"), (THREE, "Solo-E16A", "Solo-E16A.Solo.local")],
)
def test_the_identity_of_the_certificates_names_the_server(file: str, host: str, fqdn: str) -> None:
    assert facts_of(file).identity == Identity(fqdn, host, fqdn, host)


def test_by_the_procedure_of_2007_one_of_the_eight_is_eligible() -> None:
    decision = decide(facts_of(EIGHT), Question(at=NOW, now=NOW), "2007").to_plain()
    eligible = [each["thumbprint"][:8] for each in decision["candidates"] if each["eligible"]]
    assert eligible == ["D003810E"]
    assert decision["best"][:8] == "D003810E"
