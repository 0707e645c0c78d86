"""The store as the Management Shell exported it: services, keys and trust as Exchange says, the rest as it is."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.msexchange.transport_tls.plugins.module_utils._bounded_files import FolderError
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._clixml_files import MAX_SIZE
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import Certificate, Interval
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.clixml import read_store, store_of
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.gathered_store import GatheredStore
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.store_error import StoreError
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import (
    intermediate_authority,
    make_certificate,
    root_authority,
    server_certificate,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.clixml import Enumeration, Made, Value, write_clixml
from ansible_collections.msexchange.transport_tls.tests.fixtures.exchange_certificate import Certificate as Stream
from ansible_collections.msexchange.transport_tls.tests.fixtures.exchange_certificate import write_stream
from ansible_collections.msexchange.transport_tls.tests.fixtures.serialized_certificate import (
    SCHANNEL_CSP,
    SOFTWARE_KSP,
    UNNAMED_PROVIDER,
    KeyProvider,
    join_records,
    serialize,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.shell_objects import (
    LEFT_OUT,
    exchange_certificate,
    exchange_server,
    plain_certificate,
    store_certificate,
)

ROOT = root_authority()
ISSUING = intermediate_authority(ROOT)
ISSUED = server_certificate("mail.contoso.com", issuer=ISSUING)
OWN = make_certificate("CN=EX01")
Store = Callable[..., GatheredStore]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Exports each list of objects, or each object, into a file of its own, and reads the folder."""

    def gathered(*files: Made | list[Made], trusted_roots: list[str] | None = None) -> GatheredStore:
        for number, objects in enumerate(files):
            content = write_clixml(objects if isinstance(objects, list) else [objects])
            (tmp_path / f"{number}.xml").write_bytes(content)
        return store_of(read_store(str(tmp_path), trusted_roots, None))

    return gathered


def only(gathered: GatheredStore) -> Certificate:
    (certificate,) = gathered.store.certificates
    return certificate


@pytest.mark.parametrize("signed", [False, True])
def test_everything_comes_out_of_the_stream(store: Store, signed: bool) -> None:
    gathered = store(
        exchange_certificate(ISSUED, services=["SMTP", "IIS"], friendly_name="Mail", signed=signed, RawData=LEFT_OUT)
    )
    certificate = only(gathered)
    assert (certificate.thumbprint, certificate.friendly_name) == (ISSUED.thumbprint, "Mail")
    assert (certificate.services, certificate.services_evidence) == (("IIS", "SMTP"), "exchange")
    assert (certificate.has_private_key, certificate.key.provider, certificate.archived) == (True, "csp", False)
    assert (gathered.store.source, gathered.store.unreadable, gathered.warnings) == ("clixml", (), ())


@pytest.mark.parametrize(
    ("provider", "has_key", "kind"),
    [(SCHANNEL_CSP, True, "csp"), (SOFTWARE_KSP, True, "cng"), (UNNAMED_PROVIDER, True, None), (None, False, None)],
)
def test_the_key_is_what_property_2_says(
    store: Store, provider: KeyProvider | None, has_key: bool, kind: str | None
) -> None:
    certificate = only(store(exchange_certificate(OWN, key_provider=provider)))
    assert (certificate.has_private_key, certificate.key.provider) == (has_key, kind)


@pytest.mark.parametrize(
    "services", [(), ("IMAP",), ("POP",), ("UM",), ("IIS",), ("SMTP",), ("Federation",), ("UMCallRouter",)]
)
def test_services_are_the_flags(store: Store, services: tuple[str, ...]) -> None:
    assert only(store(exchange_certificate(OWN, services=services))).services == services


@pytest.mark.parametrize(
    ("services", "expected"),
    [
        ("IMAP, POP, SMTP", ("IMAP", "POP", "SMTP")),
        ("None", ()),
        (Enumeration("AllowedServices", "IIS, SMTP", 24), ("IIS", "SMTP")),
        (24, ("IIS", "SMTP")),
        (None, None),
        (LEFT_OUT, None),
    ],
)
def test_services_are_read_of_a_plain_property_too(
    store: Store, services: Value, expected: tuple[str, ...] | None
) -> None:
    certificate = only(store(plain_certificate(OWN, Services=services)))
    assert certificate.services == expected
    assert certificate.services_evidence == (None if expected is None else "exchange")


def test_plain_properties_are_used_where_there_is_no_stream(store: Store) -> None:
    certificate = only(
        store(plain_certificate(OWN, HasPrivateKey=False, FriendlyName="Old", Archived=True, Status="Revoked"))
    )
    assert (certificate.has_private_key, certificate.friendly_name, certificate.archived) == (False, "Old", True)
    assert certificate.trust.status == "untrusted"


def test_raw_data_alone_leaves_services_key_and_trust_unknown(store: Store) -> None:
    certificate = only(store(plain_certificate(OWN)))
    assert (certificate.services, certificate.has_private_key, certificate.trust.status) == (None, None, "unknown")
    assert "store.trusted_roots" in (certificate.trust.reason or "")


# Trust.


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("Valid", "trusted"),
        ("Untrusted", "untrusted"),
        ("Revoked", "untrusted"),
        ("Invalid", "untrusted"),
        ("DateInvalid", "unknown"),
        ("Unknown", "unknown"),
        ("RevocationCheckFailure", "unknown"),
    ],
)
@pytest.mark.parametrize("form", ["stream", "text", "enumeration"])
def test_the_status_is_evidence_of_trust(store: Store, status: str, expected: str, form: str) -> None:
    match form:
        case "stream":
            made = exchange_certificate(ISSUED, status=status)
        case "text":
            made = plain_certificate(ISSUED, Status=status)
        case _:
            made = plain_certificate(ISSUED, Status=Enumeration("CertificateStatus", status, 0))
    certificate = only(store(made))
    trust = certificate.trust
    assert (trust.status, trust.evidence) == (expected, "exchange")
    validity = (certificate.not_before, certificate.not_after)
    assert [(each.begins, each.ends) for each in trust.intervals] == ([] if expected == "untrusted" else [validity])
    assert (trust.reason is None) == (expected == "trusted")
    assert trust.reason is None or status in trust.reason


def test_a_status_that_nobody_knows_leaves_trust_unknown(store: Store) -> None:
    stream = write_stream(Stream(serialize(OWN.der), status=42, root_ca_type=9))
    trust = only(store(plain_certificate(OWN, SerializationData=stream))).trust
    assert trust.status == "unknown"
    assert "the status 42, its root of the type 9" in (trust.reason or "")


def test_a_pending_request_is_left_out_with_a_warning(store: Store) -> None:
    gathered = store([exchange_certificate(OWN), exchange_certificate(ISSUED, status="PendingRequest")])
    assert only(gathered).thumbprint == OWN.thumbprint
    assert "0.xml (object 2) is a pending request" in gathered.warnings[0]


def test_pending_requests_alone_are_an_empty_store(store: Store) -> None:
    assert store(exchange_certificate(ISSUED, status="PendingRequest")).store.certificates == ()


def test_without_a_status_trust_is_built_with_named_roots(store: Store, tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_bytes(ROOT.pem)
    gathered = store(
        [plain_certificate(ISSUED), plain_certificate(ISSUING)], trusted_roots=[str(tmp_path / "root.pem")]
    )
    trust = gathered.store.certificates[0].trust
    assert (trust.status, trust.evidence) == ("trusted", "built")
    assert trust.intervals[0].path == (ISSUED.thumbprint, ISSUING.thumbprint, ROOT.thumbprint)


def test_what_exchange_says_beats_what_could_be_built(store: Store, tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_bytes(ROOT.pem)
    gathered = store(exchange_certificate(ROOT, status="Untrusted"), trusted_roots=[str(tmp_path / "root.pem")])
    assert only(gathered).trust.status == "untrusted"


# The certificate provider of Windows.


def test_the_certificate_provider_knows_of_keys_and_not_of_services(store: Store) -> None:
    certificate = only(store(store_certificate(OWN, FriendlyName="Own", Archived=True)))
    assert (certificate.has_private_key, certificate.services, certificate.services_evidence) == (True, None, None)
    assert (certificate.friendly_name, certificate.archived) == ("Own", True)


def test_exported_roots_and_intermediates_build_chains_and_are_no_part_of_the_store(store: Store) -> None:
    gathered = store(
        [store_certificate(ISSUED), store_certificate(ROOT, "Root"), store_certificate(ISSUING, "CA")],
        store_certificate(OWN, "TrustedPeople"),
    )
    certificate = only(gathered)
    assert (certificate.trust.status, certificate.trust.evidence) == ("trusted", "built")
    assert "TrustedPeople" in gathered.warnings[0]


def test_one_certificate_in_two_exports_is_one_with_what_both_know(store: Store) -> None:
    gathered = store(store_certificate(OWN, FriendlyName="Own"), plain_certificate(OWN, Services="SMTP"))
    certificate = only(gathered)
    assert (certificate.services, certificate.friendly_name, certificate.has_private_key) == (("SMTP",), "Own", True)


# The name of the server.


@pytest.mark.parametrize(("server", "expected"), [("EX01.contoso.com", "EX01.contoso.com"), (None, None)])
def test_the_identity_names_the_server(tmp_path: Path, server: str | None, expected: str | None) -> None:
    (tmp_path / "a.xml").write_bytes(write_clixml([exchange_certificate(OWN, server=server)]))
    assert read_store(str(tmp_path), None, None).server == expected


def test_a_plain_identity_names_it_too(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(write_clixml([plain_certificate(OWN, Identity=r"EX01.contoso.com\AB")]))
    assert read_store(str(tmp_path), None, None).server == "EX01.contoso.com"


def test_certificates_of_several_servers_are_an_error(store: Store) -> None:
    with pytest.raises(StoreError, match=r"several servers \(ex01.contoso.com, ex02.contoso.com\)"):
        store(exchange_certificate(OWN), exchange_certificate(ISSUED, server="ex02.contoso.com"))


# Bad input.


@pytest.mark.parametrize(
    ("stream", "why"),
    [
        (b"", "does not begin with its header|is left|are left"),
        (write_stream(Stream(b"\x01\x02"))[:-1], "without its last record"),
        (write_stream(Stream(b"")), "no property 32"),
        (write_stream(Stream(join_records([(32, b"x"), (32, b"y")]))), "more than once"),
        (write_stream(Stream(serialize(OWN.der)), more=b"\x15" + bytes(9)), "record type 21"),
    ],
)
def test_a_stream_that_cannot_be_read_leaves_the_other_properties(store: Store, stream: bytes, why: str) -> None:
    gathered = store([plain_certificate(OWN, SerializationData=stream), exchange_certificate(ISSUED)])
    assert {each.thumbprint: each.services for each in gathered.store.certificates} == {
        OWN.thumbprint: None,
        ISSUED.thumbprint: ("SMTP",),
    }
    (warning,) = gathered.warnings
    assert warning.startswith("0.xml (object 1): its SerializationData cannot be read: ")
    assert re.search(why, warning)


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (plain_certificate(OWN, RawData=LEFT_OUT), "neither SerializationData nor RawData"),
        (plain_certificate(OWN, RawData=LEFT_OUT, SerializationData=b"x"), "its SerializationData cannot be read"),
        (plain_certificate(OWN, RawData=b"no certificate"), "not a certificate"),
        (store_certificate(OWN, RawData=LEFT_OUT), "it has no RawData"),
        (
            plain_certificate(OWN, RawData=LEFT_OUT, SerializationData=write_stream(Stream(serialize(b"x")))),
            "not a cert",
        ),
    ],
)
def test_an_object_that_holds_no_certificate_is_unreadable_and_the_others_stay(
    store: Store, made: Made, why: str
) -> None:
    gathered = store([exchange_certificate(ISSUED), made, exchange_certificate(ROOT)])
    assert [each.thumbprint for each in gathered.store.certificates if each.thumbprint != OWN.thumbprint] == [
        ISSUED.thumbprint,
        ROOT.thumbprint,
    ]
    (unreadable,) = gathered.store.unreadable
    assert (unreadable.name, unreadable.thumbprint) == ("0.xml (object 2)", None)
    assert why in unreadable.reason


def test_a_cut_export_is_unreadable_and_what_stands_before_stays(tmp_path: Path) -> None:
    whole = write_clixml([exchange_certificate(OWN), exchange_certificate(ISSUED)], "utf-8")
    (tmp_path / "a.xml").write_bytes(whole[:-400])
    gathered = store_of(read_store(str(tmp_path), None, None))
    assert only(gathered).thumbprint == OWN.thumbprint
    (unreadable,) = gathered.store.unreadable
    assert (unreadable.name, unreadable.thumbprint) == ("a.xml", None)
    assert "expected the end of" in unreadable.reason


def test_a_damaged_export_of_something_else_does_not_touch_the_store(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(write_clixml([exchange_certificate(OWN)]))
    (tmp_path / "b.xml").write_bytes(write_clixml([exchange_server("EX01"), exchange_server("EX02")], "utf-8")[:-300])
    assert store_of(read_store(str(tmp_path), None, None)).store.unreadable == ()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (write_clixml([exchange_server("EX01")]), "holds no certificate, only objects of these classes: Microsoft"),
        (write_clixml([]), "only objects of these classes: none"),
        (b"Thumbprint  Services", "a.xml: line 1: syntax error"),
    ],
)
def test_exports_without_a_certificate_are_an_error(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "a.xml").write_bytes(content)
    with pytest.raises(StoreError, match=why):
        read_store(str(tmp_path), None, None)


def test_a_file_that_cannot_be_read_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(write_clixml([exchange_certificate(OWN)]))
    os.mkfifo(tmp_path / "b.xml")
    (tmp_path / "c.xml").mkdir()
    gathered = store_of(read_store(str(tmp_path), None, None))
    assert [entry.name for entry in gathered.store.unreadable] == ["b.xml", "c.xml"]


def test_a_file_that_is_too_large_is_unreadable_and_never_opened(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(write_clixml([exchange_certificate(OWN)]))
    with (tmp_path / "b.xml").open("wb") as file:
        file.truncate(MAX_SIZE + 1)
    (unreadable,) = read_store(str(tmp_path), None, None).unreadable
    assert f"is too large: {MAX_SIZE + 1} bytes" in unreadable.reason


def test_a_folder_of_five_thousand_files_is_read_and_one_more_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(write_clixml([exchange_certificate(OWN)]))
    for number in range(4_999):
        (tmp_path / f"{number}.xml").write_bytes(b"<Objs/>")
    assert len(read_store(str(tmp_path), None, None).certificates) == 1
    (tmp_path / "more.XML").touch()
    with pytest.raises(FolderError, match="more than 5000 exports"):
        read_store(str(tmp_path), None, None)


def test_roots_that_are_not_there_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(write_clixml([exchange_certificate(OWN)]))
    with pytest.raises(StoreError, match="there is no file or folder /nowhere"):
        read_store(str(tmp_path), ["/nowhere"], None)


def test_the_newest_file_dates_the_store(store: Store, tmp_path: Path) -> None:
    (tmp_path / "old.xml").write_bytes(b"<Objs/>")
    os.utime(tmp_path / "old.xml", (1, 1))
    (tmp_path / "new.xml").write_bytes(b"<Objs/>")
    os.utime(tmp_path / "new.xml", (9e9, 9e9))
    assert store(exchange_certificate(OWN)).newest == 9e9


def test_the_interval_of_a_status_tells_no_chain(store: Store) -> None:
    certificate = only(store(exchange_certificate(ISSUED)))
    assert certificate.trust.intervals == (Interval(certificate.not_before, certificate.not_after),)


EXPORT = write_clixml([exchange_certificate(OWN)], "utf-8")


@settings(deadline=None)
@given(st.integers(0, len(EXPORT)), st.integers(0, 60), st.binary(max_size=10))
def test_any_damage_is_a_store_or_an_error(
    tmp_path_factory: pytest.TempPathFactory, begin: int, length: int, instead: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "damaged.xml"
    file.write_bytes(EXPORT[:begin] + instead + EXPORT[begin + length :])
    with suppress(StoreError):
        store_of(read_store(str(file), None, None))
