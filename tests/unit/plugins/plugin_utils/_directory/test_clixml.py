"""What exports of the Management Shell say of a server, and what they leave unknown."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.clixml import read_directory
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.entry import DirectoryError
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.exchange_objects import (
    DirectoryAnswer,
    find_server,
)
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import SendConnector
from ansible_collections.msexchange.transport_tls.tests.fixtures import ldif
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import exchange_certificate
from ansible_collections.msexchange.transport_tls.tests.fixtures.clixml import Made, Value, write_clixml
from ansible_collections.msexchange.transport_tls.tests.fixtures.ldif import ADLDS_CONFIGURATION, server_dn
from ansible_collections.msexchange.transport_tls.tests.fixtures.serialized_certificate import serialize
from ansible_collections.msexchange.transport_tls.tests.fixtures.shell_objects import (
    LEFT_OUT,
    edge_subscription,
    exchange_server,
    send_connector,
    transport_service,
)

ONE = exchange_certificate("EX01", "contoso.com")
Answer = Callable[..., DirectoryAnswer]


@pytest.fixture
def answer(tmp_path: Path) -> Answer:
    """Exports each list of objects, or each object, into a file of its own, and asks for the server."""

    def ask(*files: Made | list[Made], name: str | None = "EX01") -> DirectoryAnswer:
        for number, objects in enumerate(files):
            content = write_clixml(objects if isinstance(objects, list) else [objects])
            (tmp_path / f"{number}.xml").write_bytes(content)
        return read_directory(str(tmp_path), name)

    return ask


def test_it_answers_as_the_same_directory_read_from_ldif_does(answer: Answer) -> None:
    connector = {"source_servers": ["EX01"], "address_spaces": ["SMTP:--;1"], "smart_hosts": ["--", "a.example"]}
    entries = [
        ldif.server_entry("EX01", version=(15, 2, 2562), internal_certificate=ONE.thumbprint.encode()),
        ldif.server_entry("EDGE01", roles=ldif.EDGE),
        ldif.server_entry("EDGE02", roles=ldif.EDGE, site="Branch"),
        ldif.send_connector_entry("To Edge", auth=["BasicAuth", "ExchangeServer"], enabled=False, **connector),
        ldif.send_connector_entry("Other", source_servers=["EX02"]),
    ]
    expected = find_server(entries, "EX01", "clixml")
    found = answer(
        [exchange_server("EX01"), exchange_server("EDGE01", role="Edge")],
        exchange_server("EDGE02", role="Edge", site="Branch"),
        [transport_service("EX01", ONE.thumbprint), transport_service("EDGE01", None)],
        [
            send_connector("To Edge", auth="BasicAuth, ExchangeServer", Enabled=False, **connector),
            send_connector("Other", source_servers=["EX02"]),
        ],
    )
    assert replace(found, newest=None) == expected
    assert found.server.edge_subscriptions == ("EDGE01",)


@pytest.mark.parametrize("name", ["ex01", "EX01.contoso.com.", server_dn("EX01").lower(), " EX01 "])
def test_a_server_is_found_by_every_name_of_its_own(answer: Answer, name: str) -> None:
    found = answer([exchange_server("EX01"), exchange_server("EX02")], transport_service("EX01", "A" * 40), name=name)
    assert (found.server.name, found.value.thumbprint, found.fqdn) == ("EX01", "A" * 40, "ex01.contoso.com")


# The internal certificate.


@pytest.mark.parametrize(
    ("properties", "status", "thumbprint"),
    [
        ({}, "present", ONE.thumbprint),
        ({"InternalTransportCertificateThumbprint": ONE.thumbprint.lower()}, "present", ONE.thumbprint),
        ({"InternalTransportCertificateThumbprint": None}, "null", None),
        ({"InternalTransportCertificateThumbprint": ""}, "null", None),
        ({"InternalTransportCertificateThumbprint": LEFT_OUT}, "unknown", None),
        ({"InternalTransportCertificateThumbprint": "nonsense"}, "corrupt", None),
        ({"InternalTransportCertificate": serialize(ONE.der)}, "present", ONE.thumbprint),
        ({"InternalTransportCertificate": b"\x01\x02\x03"}, "corrupt", None),
        ({"InternalTransportCertificate": None}, "present", ONE.thumbprint),
    ],
    ids=[
        "as exported",
        "a thumbprint in lower case",
        "a thumbprint that is nil",
        "a thumbprint that is empty",
        "no thumbprint",
        "a thumbprint that is none",
        "a certificate",
        "bytes that are no certificate",
        "a certificate that is nil",
    ],
)
def test_present_and_nil_is_null_and_absent_is_unknown(
    answer: Answer, properties: dict[str, Value], status: str, thumbprint: str | None
) -> None:
    value = answer(exchange_server("EX01"), transport_service("EX01", ONE.thumbprint, **properties)).value
    assert (value.status, value.thumbprint, value.source) == (status, thumbprint, "clixml")
    assert (value.reason is None) == (status == "present")


def test_the_whole_certificate_shows_what_it_is(answer: Answer) -> None:
    whole = transport_service("EX01", None, InternalTransportCertificate=serialize(ONE.der))
    certificate = answer(exchange_server("EX01"), whole).value.certificate
    assert certificate is not None
    assert (certificate.subject, certificate.provider) == ("CN=EX01", "csp")


def test_without_an_export_of_the_transport_service_the_value_is_unknown(answer: Answer) -> None:
    value = answer(exchange_server("EX01")).value
    assert value.status == "unknown"
    assert "Get-TransportService" in (value.reason or "")


def test_the_transport_service_alone_is_enough_for_the_value(answer: Answer) -> None:
    found = answer(transport_service("EX01", ONE.thumbprint))
    assert (found.value.thumbprint, found.server.role, found.server.name) == (ONE.thumbprint, "unknown", "EX01")


def test_one_transport_service_exported_twice_is_one(answer: Answer) -> None:
    again = [transport_service("EX01", ONE.thumbprint)] * 2
    assert answer(exchange_server("EX01"), again).value.status == "present"


def test_two_exports_that_disagree_leave_the_value_unknown(answer: Answer) -> None:
    value = answer([transport_service("EX01", "A" * 40), transport_service("EX01", "B" * 40)]).value
    assert (value.status, value.thumbprint) == ("unknown", None)
    assert "keep the newest" in (value.reason or "")


@pytest.mark.parametrize(("configuration", "is_copy"), [(ldif.CONFIGURATION, True), (ADLDS_CONFIGURATION, False)])
def test_the_value_of_an_edge_outside_its_own_directory_is_a_copy(
    answer: Answer, configuration: str, is_copy: bool
) -> None:
    objects = [
        exchange_server("EDGE01", role="Edge", configuration=configuration),
        transport_service("EDGE01", ONE.thumbprint, configuration=configuration),
    ]
    assert answer(objects, name="EDGE01").value.is_copy is is_copy


# The server.


def test_no_server_of_that_name_is_unknown_and_says_which_there_are(answer: Answer) -> None:
    found = answer([exchange_server("EX02"), transport_service("EX02", "A" * 40)])
    assert (found.server.role, found.value.status, found.connectors) == ("unknown", "unknown", None)
    assert "there are: EX02" in (found.value.reason or "")


def test_two_servers_of_one_name_are_unknown_until_the_distinguished_name_is_given(answer: Answer) -> None:
    copy = [exchange_server("EDGE01", role="Edge"), transport_service("EDGE01", "A" * 40)]
    own = [
        exchange_server("EDGE01", role="Edge", configuration=ADLDS_CONFIGURATION),
        transport_service("EDGE01", "B" * 40, configuration=ADLDS_CONFIGURATION),
    ]
    found = answer(copy, own, name="EDGE01")
    assert (found.server.role, found.value.status) == ("unknown", "unknown")
    assert "2 servers are named EDGE01" in (found.value.reason or "")
    found = answer(copy, own, name=server_dn("EDGE01", ADLDS_CONFIGURATION))
    assert (found.server.role, found.value.thumbprint, found.value.is_copy) == ("edge", "B" * 40, False)


def test_without_a_name_nothing_is_guessed(answer: Answer) -> None:
    found = answer([exchange_server("EX01"), transport_service("EX01", "A" * 40)], name=None)
    assert (found.server.name, found.value.status) == (None, "unknown")
    assert "set server_name" in (found.value.reason or "")


ABSENT = {"IsHubTransportServer": LEFT_OUT, "IsEdgeServer": LEFT_OUT}


@pytest.mark.parametrize(
    ("properties", "role"),
    [
        ({}, "hub"),
        ({"IsHubTransportServer": False}, "none"),
        ({"IsHubTransportServer": LEFT_OUT}, "hub"),
        ({"IsHubTransportServer": None, "ServerRole": "ClientAccess"}, "none"),
        ({**ABSENT, "ServerRole": LEFT_OUT}, "unknown"),
        ({**ABSENT, "ServerRole": "Mailbox, ClientAccess, HubTransport"}, "hub"),
        ({**ABSENT, "ServerRole": "Edge"}, "edge"),
        ({**ABSENT, "ServerRole": "Mailbox"}, "hub"),
        ({**ABSENT, "ServerRole": "Mailbox", "AdminDisplayVersion": "Version 14.3 (Build 123.4)"}, "none"),
        ({**ABSENT, "ServerRole": "Mailbox", "AdminDisplayVersion": LEFT_OUT}, "unknown"),
        ({"IsHubTransportServer": "True", "IsEdgeServer": "False", "ServerRole": LEFT_OUT}, "hub"),
    ],
)
def test_the_role_is_what_the_object_says(answer: Answer, properties: dict[str, Value], role: str) -> None:
    assert answer(exchange_server("EX01", **properties)).server.role == role


@pytest.mark.parametrize(
    ("version", "expected", "edition"),
    [
        ("Version 15.2 (Build 1118.7)", "15.2.1118", "2016"),
        ("Version 14.3 (Build 30123.4)", "14.3.123", "2007"),
        ("Version 8.3 (Build 83.6)", "8.3.83", "2007"),
        (LEFT_OUT, None, None),
        (None, None, None),
        ("15.2.1118.7 or so", None, None),
    ],
)
def test_the_version_is_that_of_the_product(
    answer: Answer, version: Value, expected: str | None, edition: str | None
) -> None:
    server = answer(exchange_server("EX01", AdminDisplayVersion=version)).server
    assert (server.version, server.edition) == (expected, edition)


@pytest.mark.parametrize(
    ("site", "expected"),
    [
        ("contoso.com/Configuration/Sites/HQ", "HQ"),
        ("CN=HQ,CN=Sites,CN=Configuration,DC=contoso,DC=com", "HQ"),
        ("HQ", "HQ"),
        (None, None),
        (LEFT_OUT, None),
    ],
)
def test_the_site_is_its_name_however_it_is_written(answer: Answer, site: Value, expected: str | None) -> None:
    assert answer(exchange_server("EX01", Site=site)).server.site == expected


def test_the_name_on_the_network_is_that_of_the_addresses_too(answer: Answer) -> None:
    addresses: list[Value] = [
        Made(["CustomNetworkAddress"], text=f"{kind}:EX01.b.c") for kind in ("netbios", "ncacn_ip_tcp")
    ]
    assert answer(exchange_server("EX01", Fqdn=LEFT_OUT, NetworkAddress=addresses)).fqdn == "EX01.b.c"


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ([], None),
        ([exchange_server("EX02")], ()),
        ([exchange_server("EDGE01", role="Edge"), exchange_server("EDGE02", role="Edge")], ("EDGE01", "EDGE02")),
        ([exchange_server("EDGE01", role="Edge", site="Branch")], ()),
        ([exchange_server("EDGE01", role="Edge", Site=LEFT_OUT)], None),
        ([exchange_server("EX02", ServerRole=LEFT_OUT, IsHubTransportServer=LEFT_OUT)], None),
        ([edge_subscription("EDGE01", "HQ"), edge_subscription("EDGE02", "Branch")], ("EDGE01",)),
        ([edge_subscription("EDGE02", "Branch")], ()),
    ],
)
def test_edge_subscriptions_are_known_where_other_servers_or_subscriptions_were_exported(
    answer: Answer, others: list[Made], expected: tuple[str, ...] | None
) -> None:
    assert answer([exchange_server("EX01"), *others]).server.edge_subscriptions == expected


# Connectors.


def connector(answer: Answer, **properties: Value) -> SendConnector:
    found = answer(exchange_server("EX01"), send_connector("To Edge", source_servers=["EX01"], **properties))
    assert found.connectors is not None
    (one,) = found.connectors
    return one


def test_a_property_that_is_absent_is_not_known_of_a_connector(answer: Answer) -> None:
    absent: dict[str, Value] = dict.fromkeys(
        ("Enabled", "SmartHostAuthMechanism", "AddressSpaces", "SmartHosts", "Fqdn", "TlsCertificateName"), LEFT_OUT
    )
    found = connector(answer, **absent)
    assert found == SendConnector("To Edge", None, None, None, None, ("EX01",), None, None)


@pytest.mark.parametrize(
    ("mechanism", "expected"),
    [
        ("None", ()),
        ("ExchangeServer", ("ExchangeServer",)),
        ("BasicAuth, ExchangeServer", ("BasicAuth", "ExchangeServer")),
    ],
)
def test_mechanisms_are_read_as_names_too(answer: Answer, mechanism: str, expected: tuple[str, ...]) -> None:
    assert connector(answer, SmartHostAuthMechanism=mechanism).smart_host_auth == expected


@pytest.mark.parametrize(
    ("spaces", "expected"),
    [
        ("SMTP:--;1, SMTP:*;5", ("SMTP:--;1", "SMTP:*;5")),
        ("Microsoft.Exchange.Data.MultiValuedProperty`1[[Microsoft.Exchange.Data.AddressSpace]]", None),
        ([], None),
        (None, None),
    ],
)
def test_a_list_that_was_not_exported_deep_enough_is_not_known(
    answer: Answer, spaces: Value, expected: tuple[str, ...] | None
) -> None:
    assert connector(answer, AddressSpaces=spaces).address_spaces == expected


def test_smart_hosts_are_read_of_their_text_where_the_list_is_absent(answer: Answer) -> None:
    found = connector(answer, SmartHosts=LEFT_OUT, SmartHostsString="--, a.example")
    assert found.smart_hosts == ("--", "a.example")


def test_texts_that_are_objects_are_their_text(answer: Answer) -> None:
    name = Made(["Microsoft.Exchange.Data.SmtpX509Identifier"], text="<I>CN=a<S>CN=b")
    found = connector(answer, Fqdn=Made(["Fqdn"], text="mail.contoso.com"), TlsCertificateName=name)
    assert (found.fqdn, found.tls_certificate_name) == ("mail.contoso.com", "<I>CN=a<S>CN=b")


@pytest.mark.parametrize("source", ["EX01", "CN=EX01,CN=Servers,DC=x", "contoso.com/Servers/EX01"])
def test_source_servers_are_names_however_they_are_written(answer: Answer, source: str) -> None:
    assert connector(answer, SourceTransportServers=[source]).source_servers == ("EX01",)


def test_no_connector_among_the_exports_is_not_known(answer: Answer) -> None:
    assert answer(exchange_server("EX01")).connectors is None


def test_connectors_of_others_alone_are_none_of_this_server(answer: Answer) -> None:
    assert answer(exchange_server("EX01"), send_connector("Other", source_servers=["EX02"])).connectors == ()


def test_a_connector_without_its_source_servers_makes_connectors_unknown(answer: Answer) -> None:
    objects = [send_connector("To", source_servers=["EX01"]), send_connector("?", SourceTransportServers=LEFT_OUT)]
    found = answer(exchange_server("EX01"), objects)
    assert found.connectors is None
    assert "SourceTransportServers" in found.warnings[0]


def test_connectors_of_an_edge_s_own_directory_are_its_own(answer: Answer) -> None:
    adlds = {"configuration": ADLDS_CONFIGURATION}
    found = answer(
        exchange_server("EDGE01", role="Edge", **adlds),
        [
            send_connector("Inbound", SourceTransportServers=LEFT_OUT, **adlds),
            send_connector("Inbound", source_servers=["EDGE01"]),
        ],
        name="EDGE01",
    )
    assert found.connectors is not None
    assert [each.source_servers for each in found.connectors] == [None]


# Exports that are not as they should be.


def test_types_and_not_file_names_tell_what_an_export_is(tmp_path: Path) -> None:
    (tmp_path / "connectors.XML").write_bytes(write_clixml([exchange_server("EX01")]))
    (tmp_path / "servers.clixml").write_bytes(write_clixml([transport_service("EX01", "A" * 40)]))
    (tmp_path / "notes.txt").write_text("no export")
    assert read_directory(str(tmp_path), "EX01").value.thumbprint == "A" * 40


def test_one_file_can_be_named(tmp_path: Path) -> None:
    file = tmp_path / "all.out"
    file.write_bytes(write_clixml([exchange_server("EX01"), transport_service("EX01", "A" * 40)]))
    assert read_directory(str(file), "EX01").value.thumbprint == "A" * 40


def test_an_export_that_was_cut_is_told_and_what_it_may_have_held_is_not_known(tmp_path: Path) -> None:
    (tmp_path / "1.xml").write_bytes(write_clixml([exchange_server("EX01"), transport_service("EX01", "A" * 40)]))
    whole = write_clixml([send_connector(name, source_servers=["EX01"]) for name in "ab"], "utf-8")
    (tmp_path / "2.xml").write_bytes(whole[:-100])
    found = read_directory(str(tmp_path), "EX01")
    assert (found.value.thumbprint, found.connectors) == ("A" * 40, None)
    (warning,) = found.warnings
    assert warning.startswith("2.xml: line ")
    assert "expected the end of" in warning


def test_a_cut_export_of_certificates_leaves_the_connectors_known(tmp_path: Path) -> None:
    (tmp_path / "1.xml").write_bytes(
        write_clixml([exchange_server("EX01"), send_connector("a", source_servers=["EX01"])])
    )
    certificates = write_clixml([Made(["Certificate"]), Made(["Certificate"])], "utf-8")
    (tmp_path / "2.xml").write_bytes(certificates[:-20])
    found = read_directory(str(tmp_path), "EX01")
    assert (found.connectors is not None, found.warnings) == (True, ())


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({}, "holds no file that ends in .xml or .clixml"),
        ({"a.xml": b"Name  Site"}, "a.xml: line 1: syntax error; expected <Objs>"),
        ({"a.xml": write_clixml([Made(["System.String"])])}, "holds no export of Get-ExchangeServer"),
        ({"a.xml": write_clixml([])}, "holds no export of Get-ExchangeServer"),
    ],
)
def test_a_folder_without_anything_of_a_directory_is_an_error(
    tmp_path: Path, files: dict[str, bytes], why: str
) -> None:
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DirectoryError, match=why):
        read_directory(str(tmp_path), "EX01")


@pytest.mark.parametrize("path", ["nowhere", "nul\0", ""])
def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path, path: str) -> None:
    with pytest.raises(DirectoryError):
        read_directory(str(tmp_path / path / "deep"), "EX01")


OBJECTS = write_clixml(
    [exchange_server("EX01"), transport_service("EX01", "A" * 40), send_connector("a", source_servers=["EX01"])],
    "utf-8",
)


@settings(deadline=None)
@given(st.integers(0, len(OBJECTS)), st.integers(0, 60), st.binary(max_size=10))
def test_any_damage_is_an_answer_or_an_error(
    tmp_path_factory: pytest.TempPathFactory, begin: int, length: int, instead: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "damaged.xml"
    file.write_bytes(OBJECTS[:begin] + instead + OBJECTS[begin + length :])
    with suppress(DirectoryError):
        read_directory(str(file), "EX01")
