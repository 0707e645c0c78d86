"""The Windows hosts of these tests: one that is whole, and one for everything that can be amiss."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import (
    Credential,
    exchange_certificate,
    intermediate_authority,
    make_certificate,
    root_authority,
    server_certificate,
    shared_rsa_key,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.ldif import (
    ADLDS_CONFIGURATION,
    EDGE,
    MULTI_ROLE,
    send_connector_entry,
    server_entry,
    write_ldif,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.serialized_certificate import SOFTWARE_KSP, serialize
from ansible_collections.msexchange.transport_tls.tests.fixtures.windows_host import (
    BROKEN,
    DENIED,
    DOMAIN,
    DOUBLE_HOP,
    HANGS,
    WITHOUT_NETWORK_SERVICE,
    Event,
    Fault,
    Stored,
    WindowsHost,
    bare_server,
    edge_server,
    load_balanced,
    mailbox_server,
)

MOMENT = datetime.now(UTC).replace(microsecond=0)
BEGUN = MOMENT - timedelta(days=30)
ROOT = root_authority(not_before=MOMENT - timedelta(days=900))
ISSUING = intermediate_authority(ROOT, not_before=MOMENT - timedelta(days=800))
UNTRUSTED_ROOT, NOT_TIME_VALID = 0x20, 0x1
ALL = ["identity", "store", "directory", "exchange", "events"]


@dataclass(frozen=True)
class Target:
    """A host with its faults, and what is asked of it: the module alone (`collect`), or the facts as a user would.

    One that was exported is not asked itself: a serialized store on the controller stands for it. `timeout` is how long
    the module alone waits for Exchange, in seconds; whoever hangs does so for longer.
    """

    host: WindowsHost
    faults: Mapping[str, Fault] = field(default_factory=dict)
    collect: list[str] | None = None
    facts: list[str] | None = None
    exported: bool = False
    timeout: int = 120


def setup_certificate(name: str) -> Credential:
    return exchange_certificate(name, DOMAIN, not_before=BEGUN)


def issued_certificate(name: str, **details: Any) -> Credential:
    names = (f"{name.lower()}-mail.{DOMAIN}", f"mail.{DOMAIN}")
    return server_certificate(*names, issuer=ISSUING, not_before=BEGUN, **details)


def usual_store(name: str) -> list[Stored]:
    """The one that setup made, one of the authority's that only web clients see, and one that was archived."""
    return [
        Stored(setup_certificate(name), friendly_name="Microsoft Exchange"),
        Stored(
            issued_certificate(name),
            key_sddl=WITHOUT_NETWORK_SERVICE,
            issuers=(ISSUING, ROOT),
            services=("IMAP", "IIS"),
            root_ca_type="Enterprise",
        ),
        Stored(
            make_certificate(f"CN={name}", not_before=MOMENT - timedelta(days=900)),
            archived=True,
            chain_status=UNTRUSTED_ROOT | NOT_TIME_VALID,
        ),
    ]


def usual_edge(name: str, stored: Stored, **more: Any) -> WindowsHost:
    """Its AD LDS names the certificate, and the connector that EdgeSync makes."""
    value = serialize(stored.credential.der, key_provider=stored.provider)
    entries = [
        server_entry(name, roles=EDGE, internal_certificate=value, configuration=ADLDS_CONFIGURATION),
        send_connector_entry(
            "EdgeSync - Inbound to HQ",
            source_servers=[name],
            address_spaces=("SMTP:--;1",),
            configuration=ADLDS_CONFIGURATION,
        ),
    ]
    internal = stored.credential.thumbprint
    return edge_server(
        name, [stored], internal=internal, adlds=entries, adlds_configuration=ADLDS_CONFIGURATION, **more
    )


def internal_of(host: WindowsHost) -> str:
    return host.certificates[0].credential.thumbprint


WHOLE = usual_store("WHOLE")
EDGE_STORED = Stored(setup_certificate("EDGE01"), key=SOFTWARE_KSP)
EVENTS = [
    Event(12014, MOMENT - timedelta(days=2), ("mail.contoso.com", "Internet", "mail.contoso.com")),
    Event(12014, MOMENT - timedelta(days=1), ("mail.contoso.com", "Internet", "mail.contoso.com")),
    Event(12014, MOMENT - timedelta(hours=1), ("smtp.contoso.com", "Partner", "smtp.contoso.com")),
    Event(12018, MOMENT - timedelta(hours=2), ("mail.contoso.com",), "MSExchangeFrontEndTransport"),
    Event(12013, MOMENT - timedelta(days=40), ("OLD",)),
    Event(1000, MOMENT, ("something else",)),
]
DENIED_EVERYWHERE = (
    "Get-AnonTlsRegistryValue",
    "Get-AnonTlsRegistrySubkey",
    "Get-AnonTlsStoreCertificate",
    "Get-AnonTlsEvent",
)
TWENTY = [Stored(setup_certificate("TWENTY"))] + [
    Stored(issued_certificate(f"n{number}", key=shared_rsa_key()), issuers=(ISSUING, ROOT)) for number in range(19)
]
UNEXPORTED, UNJUDGED, UNREAD_KEY = (TWENTY[place].credential.thumbprint for place in (5, 6, 7))
TWENTY[8] = Stored(TWENTY[8].credential, element=b"\x03\x00\x00\x00\x01\x00\x00\x00\xff\xff\xff\xff")
UNPARSED = TWENTY[8].credential.thumbprint


def _mailbox(name: str, **more: Any) -> WindowsHost:
    store = usual_store(name)
    return mailbox_server(name, store, **{"internal": store[0].credential.thumbprint, **more})


_BROKEN_EDGE = usual_edge("EDGE02", Stored(setup_certificate("EDGE02")))

TARGETS: dict[str, Target] = {
    "whole": Target(
        mailbox_server(
            "WHOLE",
            WHOLE,
            internal=WHOLE[0].credential.thumbprint,
            edge_subscriptions=(("EDGE01", "contoso.com/Configuration/Sites/HQ"),),
            registry=load_balanced(
                {"ClusterName": "smtp.contoso.com", "HostState": 1, "ClusterIPAddress": "192.0.2.9"},
                {"ClusterName": ""},
            ),
            events=EVENTS,
        ),
        collect=ALL,
        facts=ALL,
    ),
    "edge01": Target(usual_edge("EDGE01", EDGE_STORED), collect=ALL, facts=["identity", "store", "directory"]),
    "twenty": Target(
        mailbox_server("TWENTY", TWENTY, internal=TWENTY[0].credential.thumbprint),
        {
            "Export-AnonTlsCertificate": BROKEN.of(UNEXPORTED),
            "Get-AnonTlsChain": BROKEN.of(UNJUDGED),
            "Get-AnonTlsKeySddl": DENIED.of("*MachineKeys*"),
        },
        collect=["store"],
        facts=["identity", "store"],
    ),
    "denied": Target(_mailbox("DENIED", events=EVENTS), dict.fromkeys(DENIED_EVERYWHERE, DENIED), facts=ALL),
    "doublehop": Target(
        _mailbox("DOUBLEHOP"),
        {"Open-AnonTlsExchangeShell": DOUBLE_HOP},
        facts=["identity", "store", "directory", "exchange"],
    ),
    "cmdlet": Target(_mailbox("CMDLET"), {"Get-EdgeSubscription": BROKEN}, facts=["store", "exchange"]),
    "hangs": Target(_mailbox("HANGS"), {"Open-AnonTlsExchangeShell": HANGS}, collect=["store", "exchange"], timeout=3),
    "hangslate": Target(_mailbox("HANGSLATE"), {"Get-TransportService": HANGS}, collect=["exchange"], timeout=15),
    "empty": Target(bare_server("EMPTY"), facts=ALL),
    "disagrees": Target(_mailbox("DISAGREES", internal="0" * 40), facts=["identity", "store", "directory", "exchange"]),
    "rawobjects": Target(_mailbox("RAWOBJECTS", objects="raw"), facts=["store", "exchange"]),
    "brokenedge": Target(
        _BROKEN_EDGE,
        {
            "Get-AnonTlsComputerName": BROKEN,
            "Search-AnonTlsAdLds": BROKEN,
            "Get-AnonTlsEvent": BROKEN,
            "Get-AnonTlsFileVersion": BROKEN,
            "Get-AnonTlsChain": BROKEN,
            "Export-AnonTlsCertificate": BROKEN,
            "Get-ExchangeCertificate": DENIED,
        },
        facts=ALL,
    ),
    "narrow": Target(_mailbox("NARROW"), facts=["store"]),
    "exported": Target(_mailbox("EXPORTED"), facts=["store"], exported=True),
}


def directory_ldif() -> str:
    """The servers of the organisation as Active Directory has them, each with its own internal certificate."""
    entries = [
        server_entry(
            target.host.names["physical_hostname"] or "",
            roles=MULTI_ROLE,
            internal_certificate=serialize(target.host.certificates[0].credential.der),
        )
        for target in TARGETS.values()
        if target.host.exchange and not target.host.edge
    ]
    return write_ldif(entries)
