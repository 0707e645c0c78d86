"""A server is found among the entries of a directory, and nothing is said of it that they do not show."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.entry import DirectoryError, Entry
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.exchange_objects import (
    DirectoryAnswer,
    find_server,
)
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import Server
from ansible_collections.msexchange.transport_tls.tests.fixtures.ldif import (
    ADLDS_CONFIGURATION,
    CLIENT_ACCESS,
    EDGE,
    HUB,
    MULTI_ROLE,
    send_connector_entry,
    server_dn,
    server_entry,
)

THUMBPRINT = b"0123456789ABCDEF0123456789ABCDEF01234567"
EX01 = server_entry("EX01", internal_certificate=THUMBPRINT)
EX02 = server_entry("EX02")
EDGE01 = server_entry("EDGE01", roles=EDGE, internal_certificate=THUMBPRINT)


def answer(*entries: Entry, name: str | None = "EX01") -> DirectoryAnswer:
    return find_server(entries, name, "ldif")


def server(*entries: Entry, name: str = "EX01") -> Server:
    return answer(*entries, name=name).server


def changed(entry: Entry, **values: bytes | Iterable[bytes] | None) -> Entry:
    """The entry with these values, and without the attributes that are None."""
    attributes = dict(entry.attributes)
    for name, value in values.items():
        attributes.pop(name, None)
        if value is not None:
            attributes[name] = (value,) if isinstance(value, bytes) else tuple(value)
    return replace(entry, attributes=attributes)


def test_a_server_is_all_that_its_object_says() -> None:
    found = answer(EX01, EX02, EDGE01)
    assert found.server == Server(
        name="EX01",
        role="hub",
        dn=server_dn("EX01"),
        version="15.2.2562",
        edition="2016",
        site="HQ",
        edge_subscriptions=("EDGE01",),
    )
    assert (found.value.status, found.value.thumbprint, found.value.is_copy) == ("present", THUMBPRINT.decode(), False)
    assert found.fqdn == "ex01.contoso.com"
    assert found.warnings == ()


@pytest.mark.parametrize(
    "name",
    ["EX01", "ex01", " EX01 ", "ex01.contoso.com", "EX01.Contoso.COM.", server_dn("EX01"), server_dn("ex01").lower()],
)
def test_a_server_is_found_by_name_fqdn_or_distinguished_name_without_case(name: str) -> None:
    assert server(EX02, EX01, name=name).dn == server_dn("EX01")


def test_a_distinguished_name_is_compared_in_parts() -> None:
    entry = replace(EX01, dn=server_dn("EX01").replace("Group (", r"Group\20\28").replace(",DC=", ", dc="))
    assert server(entry, name=server_dn("EX01")).name == "EX01"


@pytest.mark.parametrize("name", ["EX03", "ex01.fabrikam.com", "CN=EX01,DC=com", "CN=EX01,", "contoso.com"])
def test_a_server_of_another_name_is_not_found(name: str) -> None:
    found = answer(EX01, EX02, name=name)
    assert found.server == Server(name, "unknown")
    assert found.value.status == "unknown"
    assert found.value.reason == (
        f"the directory has no server object (msExchExchangeServer) named {name}: it holds EX01, EX02; "
        "set server_name to one of them"
    )


def test_a_long_list_of_servers_is_not_printed_whole() -> None:
    reason = answer(*(server_entry(f"EX{number:02}") for number in range(2, 10))).value.reason or ""
    assert "it holds EX02, EX03, EX04, EX05, EX06, ...; set" in reason


def test_a_directory_without_servers_says_so() -> None:
    assert "named EX01: it holds none; export them" in (answer().value.reason or "")


@pytest.mark.parametrize("name", [None, "", "  ", "."])
def test_without_a_name_nothing_is_known_and_the_reason_says_what_to_set(name: str | None) -> None:
    found = answer(EX01, send_connector_entry("Edge", source_servers=["EX01"]), name=name)
    assert found.server == Server(None, "unknown")
    assert (found.value.status, found.connectors, found.fqdn) == ("unknown", None, None)
    assert found.value.reason == "the name of the server is not known; set server_name"


def test_two_objects_of_one_name_leave_all_but_the_connectors_unknown() -> None:
    other = replace(EX01, dn=server_dn("EX01").replace("FYDIBOHF23SPDLT", "Second"))
    found = answer(EX01, other, send_connector_entry("Edge", source_servers=["EX01"]))
    assert found.server == Server("EX01", "unknown")
    assert (found.value.status, found.value.thumbprint, found.fqdn) == ("unknown", None, None)
    assert found.value.reason == (
        f"2 server objects are named EX01: {EX01.dn}; {other.dn}; set server_name to the distinguished name of the "
        "right one"
    )
    assert [connector.name for connector in found.connectors or ()] == ["Edge"]
    assert answer(EX01, other, name=other.dn).server.dn == other.dn


def test_the_children_of_a_server_are_no_servers() -> None:
    transport = (b"top", b"server", b"msExchExchangeServer", b"msExchExchangeTransportServer")
    frontend = Entry(f"CN=Frontend,{EX01.dn}", {"objectclass": transport})
    child_of_same_name = Entry(f"CN=EX01,{EX01.dn}", {"objectclass": transport})
    assert server(EX01, frontend, child_of_same_name).dn == EX01.dn
    assert server(EX01, frontend, name="Frontend").role == "unknown"


def test_a_computer_or_domain_controller_of_that_name_is_no_server() -> None:
    computer = Entry("CN=EX01,CN=Computers,DC=contoso,DC=com", {"objectclass": (b"top", b"computer")})
    controller = Entry("CN=EX01,CN=Servers,CN=HQ,CN=Sites,CN=Configuration,DC=contoso,DC=com", {})
    assert server(computer, controller, EX01).dn == EX01.dn


def test_without_classes_a_server_is_known_by_its_place() -> None:
    child = Entry(f"CN=Mailbox,{EX01.dn}", {})
    assert server(changed(EX01, objectclass=None), child).role == "hub"
    assert server(changed(EX01, objectclass=(b"",)), child).role == "hub"


@pytest.mark.parametrize(
    ("roles", "role"),
    [
        (HUB, "hub"),
        (38, "hub"),
        (54, "hub"),
        (MULTI_ROLE, "hub"),
        (EDGE, "edge"),
        (CLIENT_ACCESS, "none"),
        (2, "none"),
        (16385, "none"),
        (0, "none"),
        (None, "unknown"),
    ],
)
def test_the_role_is_read_from_the_roles(roles: int | None, role: str) -> None:
    assert server(server_entry("EX01", roles=roles)).role == role


@pytest.mark.parametrize("roles", [b"Hub", b"", (b"32", b"64")])
def test_roles_that_are_no_number_are_unknown(roles: bytes | tuple[bytes, ...]) -> None:
    found = answer(changed(EX01, msexchcurrentserverroles=roles))
    assert found.server.role == "unknown"
    expected = f"msExchCurrentServerRoles of {EX01.dn} is not one whole number, and passed over"
    assert found.warnings == ((expected,) if roles else ())


@pytest.mark.parametrize(
    ("version", "text", "edition"),
    [
        ((8, 3, 83), "8.3.83", "2007"),
        ((14, 3, 123), "14.3.123", "2007"),
        ((15, 0, 1497), "15.0.1497", "2016"),
        ((15, 1, 2507), "15.1.2507", "2016"),
        ((15, 2, 2562), "15.2.2562", "2016"),
    ],
)
def test_the_version_is_decoded_and_gives_the_edition(version: tuple[int, int, int], text: str, edition: str) -> None:
    for entry in (
        server_entry("EX01", version=version),
        changed(server_entry("EX01", version=version), versionnumber=None),
        changed(server_entry("EX01", version=version), serialnumber=None),
    ):
        assert (server(entry).version, server(entry).edition) == (text, edition)


def test_the_real_numbers_of_a_server_are_decoded() -> None:
    entry = changed(EX01, versionnumber=b"1942061522", serialnumber=b"Version 15.1 (Build 30466.34)")
    assert server(entry).version == "15.1.466"
    assert server(changed(entry, versionnumber=None)).version == "15.1.466"
    assert server(changed(EX01, versionnumber=None, serialnumber=b"Version 6.5 (Build 7638.2)")).version == "6.5.7638"


@pytest.mark.parametrize(
    "serial",
    [None, b"15.02.2562.017", b"Version 15.2 (Build x)", b"\xff", b"Version 15.2 (Build " + b"9" * 9000 + b".1)"],
)
def test_a_version_that_cannot_be_told_is_unknown(serial: bytes | None) -> None:
    entry = changed(EX01, versionnumber=None, serialnumber=serial)
    assert (server(entry).version, server(entry).edition) == (None, None)


def test_null_is_said_only_when_the_version_number_came() -> None:
    assert answer(EX02, name="EX02").value.status == "null"
    assert answer(changed(EX02, msexchserverinternaltlscert=b""), name="EX02").value.status == "null"
    for version_number in (None, b""):
        assert answer(changed(EX02, versionnumber=version_number), name="EX02").value.status == "unknown"


def test_two_values_are_unknown_whatever_they_are() -> None:
    found = answer(changed(EX01, msexchserverinternaltlscert=(THUMBPRINT, THUMBPRINT)))
    assert found.value.status == "unknown"
    assert "has 2 values" in (found.value.reason or "")


def test_a_record_beyond_the_end_is_corrupt() -> None:
    blob = bytes.fromhex("20000000 01000000 ffffffff 3082")
    found = answer(changed(EX01, msexchserverinternaltlscert=blob))
    assert found.value.status == "corrupt"
    assert "says 4294967295 bytes, 2 are there" in (found.value.reason or "")


def test_an_edge_s_object_of_active_directory_is_a_copy_and_its_own_is_not() -> None:
    own = server_entry("EDGE01", roles=EDGE, configuration=ADLDS_CONFIGURATION, internal_certificate=THUMBPRINT)
    assert answer(EDGE01, name="EDGE01").value.is_copy
    assert not answer(own, name="EDGE01").value.is_copy
    assert not answer(EX01).value.is_copy


def test_an_edge_in_both_directories_is_its_own_and_the_other_value_is_the_published_one() -> None:
    own = server_entry("EDGE01", roles=EDGE, internal_certificate=THUMBPRINT[::-1], configuration=ADLDS_CONFIGURATION)
    for entries in ((EDGE01, own), (own, EDGE01)):
        found = answer(*entries, EX01, name="EDGE01")
        assert found.server.dn == own.dn
        assert (found.value.thumbprint, found.value.is_copy) == (THUMBPRINT[::-1].decode(), False)
        assert found.value.published_thumbprint == THUMBPRINT.decode()


def test_a_copy_alone_is_not_published_beside_itself() -> None:
    assert answer(EDGE01, name="EDGE01").value.published_thumbprint is None


@pytest.mark.parametrize(
    ("site", "decoded"), [(b"CN=M\xc3\xbcnchen,CN=Sites", "München"), (b"HQ", None), (b"", None), (None, None)]
)
def test_the_site_is_the_name_of_its_object(site: bytes | None, decoded: str | None) -> None:
    assert server(changed(EX01, msexchserversite=site)).site == decoded


def test_the_subscriptions_of_a_hub_are_the_edges_of_its_site() -> None:
    edges = [server_entry(f"EDGE0{number}", roles=EDGE, site=site) for number, site in ((3, "hq"), (2, "Oslo"))]
    assert server(EX01, *edges, EDGE01, EX02).edge_subscriptions == ("EDGE01", "EDGE03")
    assert server(EX01, EX02).edge_subscriptions == ()


def test_the_container_of_servers_shows_that_there_are_no_others() -> None:
    container = Entry(EX01.dn.partition(",")[2], {"objectclass": (b"top", b"msExchServersContainer")})
    assert server(EX01, container).edge_subscriptions == ()


@pytest.mark.parametrize(
    "entries",
    [
        [EX01],
        [changed(EX01, msexchserversite=None), EX02, EDGE01],
        [EX01, EX02, changed(EDGE01, msexchserversite=None)],
        [EX01, EX02, changed(EDGE01, msexchcurrentserverroles=None)],
        [changed(EX01, msexchcurrentserverroles=None), EX02, EDGE01],
    ],
    ids=["alone", "site unknown", "site of the edge unknown", "a server of unknown role", "role unknown"],
)
def test_subscriptions_are_not_known_where_something_is_missing(entries: list[Entry]) -> None:
    assert server(*entries).edge_subscriptions is None


def test_a_server_that_is_no_hub_has_no_subscriptions() -> None:
    assert server(EX01, EDGE01, name="EDGE01").edge_subscriptions == ()
    assert server(server_entry("EX01", roles=CLIENT_ACCESS), EDGE01).edge_subscriptions == ()


def test_the_fqdn_is_the_tcp_address() -> None:
    assert answer(changed(EX01, networkaddress=(b"netbios:EX01", b"NCACN_IP_TCP:a.com"))).fqdn == "a.com"
    assert answer(changed(EX01, networkaddress=(b"ncacn_ip_tcp:",))).fqdn is None
    assert answer(changed(EX01, networkaddress=None)).fqdn is None


def test_a_doubt_about_the_source_is_a_warning() -> None:
    assert answer(EX01, replace(EX02, doubt="it may have been cut")).warnings == (
        f"it may have been cut (at {EX02.dn})",
    )


def test_an_entry_without_a_name_is_no_object_of_exchange() -> None:
    root = Entry("", {"objectclass": (b"msExchExchangeServer",)})
    assert server(root, EX01).name == "EX01"
    assert answer(root, name=None).value.status == "unknown"


def test_an_entry_whose_dn_is_no_name_is_refused() -> None:
    with pytest.raises(DirectoryError, match="is no distinguished name"):
        answer(EX01, replace(EX02, dn="EX02"))
