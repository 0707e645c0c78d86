"""LDIF is read as the tools write it, and what is not whole is refused or doubted."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.entry import DirectoryError, Entry
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.ldif import (
    MAX_LINES,
    MAX_SIZE,
    read_ldif,
)

Read = Callable[[str | bytes], tuple[Entry, ...]]

SAMPLES = Path(__file__).parent / "samples"
"""Output of OpenLDAP's ldapsearch and Samba's ldbsearch, both with a server and a Send connector."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "export.ldif"


@pytest.fixture
def read(path: Path) -> Read:
    def written_and_read(content: str | bytes) -> tuple[Entry, ...]:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_ldif(str(path))

    return written_and_read


@pytest.mark.parametrize("sample", sorted(path.name for path in SAMPLES.iterdir()))
def test_every_output_of_the_real_tools_holds_the_same_two_entries(sample: str) -> None:
    entries = {entry.text("cn"): entry for entry in read_ldif(str(SAMPLES / sample))}
    assert set(entries) == {"EX01", "Ext, Authoritative #1"}
    assert all(entry.doubt is None for entry in entries.values())
    server, connector = entries["EX01"], entries["Ext, Authoritative #1"]
    assert server.dn.lower().startswith("cn=ex01,cn=servers,cn=exchange administrative group (fydibohf23spdlt),")
    assert server.number("versionNumber") == 1942129154
    assert server.text("msExchServerSite") == "CN=München,CN=Sites,CN=Configuration,DC=contoso,DC=com"
    assert [len(value) for value in server.values("msExchServerInternalTLSCert")] == [696]
    assert connector.texts("routingList") == ("SMTP:--;1", "SMTP:*.contoso.com;10")


LDIFDE = """\
dn: CN=EX01,CN=Servers,CN=Exchange Administrative Group (FYDIBOHF23SPDLT),CN=Administ
 rative Groups,CN=Contoso,DC=com
changetype: add
objectClass: top
objectClass: server
objectClass: msExchExchangeServer
cn: EX01
msExchServerSite: CN=München,CN=Sites,CN=Configuration,DC=contoso,DC=com
objectGUID:: 2lxxm8ce5sNhJmSsDHcVcQ==
msExchServerInternalTLSCert::{blank}
 AwAAAAEAAAAUAAAAkBu5Rc3HsrHYpIfhGX8Ej6o9ICYC
 AAAAAQAAAMIAAAA=

""".format(blank=" ").replace("\n", "\r\n")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_the_form_of_ldifde_is_read_in_each_of_its_encodings(read: Read, encoding: str) -> None:
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    (entry,) = read(mark + LDIFDE.encode(encoding))
    assert entry.dn.endswith("CN=Administrative Groups,CN=Contoso,DC=com")
    assert entry.text("msExchServerSite") == "CN=München,CN=Sites,CN=Configuration,DC=contoso,DC=com"
    assert entry.values("msExchServerInternalTLSCert")[0][-4:] == b"\xc2\0\0\0"
    assert "changetype" not in entry.attributes
    assert entry.doubt is None


def test_a_dn_in_base64_is_decoded(read: Read) -> None:
    dn = base64.b64encode("CN=München,DC=com".encode()).decode()
    assert read(f"dn:: {dn}\ncn: x\n\n")[0].dn == "CN=München,DC=com"


def test_comments_are_passed_over_folded_ones_too(read: Read) -> None:
    (entry,) = read("# one\n  and more\nversion: 1\n# two\ndn: CN=a\ncn: a\n# three\n :: four\nsn: b\n\n# five\n")
    assert entry.attributes == {"cn": (b"a",), "sn": (b"b",)}


def test_the_lines_of_one_attribute_are_its_values_in_order(read: Read) -> None:
    assert read("dn: CN=a\nroutingList: b\nROUTINGLIST: a\n\n")[0].values("routinglist") == (b"b", b"a")


def test_an_attribute_without_a_value_is_listed_and_empty(read: Read) -> None:
    (entry,) = read("dn: CN=a\ncn:\nsn::\n\n")
    assert entry.attributes == {"cn": (b"",), "sn": (b"",)}
    assert entry.values("cn") == ()


def test_options_that_take_nothing_away_are_no_part_of_the_name(read: Read) -> None:
    (entry,) = read("dn: CN=a\nuserCertificate;binary: x\nmember;range=0-*: y\nmember;range=0-1499: z\n\n")
    assert entry.attributes == {"usercertificate": (b"x",), "member": (b"y",), "member;range=0-1499": (b"z",)}


def test_blanks_before_a_value_are_not_part_of_it_and_those_behind_are(read: Read) -> None:
    assert read("dn:   CN=a\ncn:  b \n\n")[0].values("cn") == (b"b ",)


def test_bytes_beyond_ascii_are_kept_as_they_are(read: Read) -> None:
    assert read(b"dn: CN=a\ncn: \xff\xfe\n\n")[0].values("cn") == (b"\xff\xfe",)


def test_search_references_are_no_entries(read: Read) -> None:
    assert read("ref: ldap://dc2.contoso.com/DC=com??sub\n\ndn: CN=a\ncn: a\n\n")[0].dn == "CN=a"


def test_an_export_without_an_object_is_read_as_that(read: Read) -> None:
    assert read("# extended LDIF\n#\n# LDAPv3\n#\n\n# search result\nsearch: 2\nresult: 0 Success\n\n") == ()
    assert read("") == ()


def test_lines_of_blanks_between_records_are_empty(read: Read) -> None:
    assert [entry.dn for entry in read("dn: CN=a\ncn: a\n\n  \ndn: CN=b\ncn: b\n\n \n")] == ["CN=a", "CN=b"]


def test_a_large_export_is_read(read: Read) -> None:
    value = base64.b64encode(bytes(3_000_000)).decode()
    folded = "\n ".join(value[start : start + 75] for start in range(0, len(value), 75))
    assert len(read(f"dn: CN=a\ncn:: {folded}\n\n")[0].values("cn")[0]) == 3_000_000


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        ("dn: CN=a\ncn:: AAA\n\n", 2, "the base64 value of cn is broken, perhaps cut"),
        ("dn: CN=a\ncn:: AA==AA==\n\n", 2, "the base64 value of cn is broken"),
        ("dn: CN=a\ncn:: A!==\n\n", 2, "the base64 value of cn is broken"),
        ("dn: CN=a\nsn: a\nmsExchSer\n\n", 3, "'msExchSer' is not of the form name: value"),
        ("dn: CN=a\n-: a\n\n", 2, "'-: a' is not of the form name: value"),
        ("dn: CN=a,CN=Serv,C\ncn: a\n\n", 1, "is no distinguished name"),
        ("dn:: /w==\ncn: a\n\n", 1, "the dn is not UTF-8"),
        ("dn: CN=a\ncn: a\ndn: CN=b\ncn: b\n\n", 3, "a second dn"),
        ("cn: a\nsn: b\n\n", 1, "the record begins with cn:, not with dn:"),
        ("dn: CN=a\ncn: a\n\nsn: b\n\n", 4, "the record begins with sn:"),
        ("ref: ldap://a\nsn: b\n\n", 1, "the record begins with ref:"),
        ("version: 2\n\ndn: CN=a\ncn: a\n\n", 1, "version '2' is not known"),
        ("dn: CN=a\nchangetype: modify\nreplace: cn\ncn: b\n-\n\n", 2, "a change record (changetype: 'modify')"),
        ("dn: CN=a\nchangetype: delete\n\n", 2, "a change record (changetype: 'delete')"),
        ("dn: CN=a\ncn:< file:///etc/passwd\n\n", 2, "is a reference ('file:///etc/passwd'), which is never opened"),
        ("dn: CN=a\ncn: a\0b\n\n", 2, "a NUL (UTF-16 without a byte order mark?)"),
        ("dn: CN=a\rcn: a\r", 1, "a carriage return"),
        ("\n\n b\n", 3, "' b' is not of the form name: value"),
        ("search: 2\nresult: 4 Size limit exceeded\n\n", 2, "the search ended with '4 Size limit exceeded'"),
        ("search: 2\nresult: 32 No such object\nmatchedDN: DC=com\n\n", 2, "export it again"),
        ("Press [size] Enter for the next {1|size} entries.\n\n", 1, "is not of the form name: value"),
    ],
)
def test_what_cannot_be_read_is_an_error_with_file_and_line(
    read: Read, path: Path, content: str, line: int, message: str
) -> None:
    with pytest.raises(DirectoryError) as refused:
        read(content)
    assert str(refused.value).startswith(f"{path}, line {line}: ")
    assert message in str(refused.value)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32"])
def test_an_encoding_that_nothing_announces_is_refused(read: Read, encoding: str) -> None:
    with pytest.raises(DirectoryError, match=r"line 1: .* NUL"):
        read("dn: CN=a\ncn: a\n\n".encode(encoding))


def test_half_a_character_of_utf16_is_refused(read: Read) -> None:
    with pytest.raises(DirectoryError, match=r"no whole UTF-16 text .* at byte 24"):
        read("dn: CN=a\nc: a\n\n".encode("utf-16")[:25])


def test_an_export_cut_within_a_line_is_refused(read: Read) -> None:
    with pytest.raises(DirectoryError, match="line 3: the file ends within this line"):
        read("dn: CN=a\ncn: a\nmsExchCurrentServerRoles: 3")


def test_an_export_cut_at_a_fold_of_its_last_value_is_refused(read: Read) -> None:
    with pytest.raises(DirectoryError, match=r"line 4: .* as long as those that are continued"):
        read("dn: CN=a,\n CN=bcdefg\ncn:: AAAA\n AAAAAAAAAAAA\n")


def test_an_export_that_ends_right_after_its_last_entry_is_doubted(read: Read) -> None:
    first, last = read("dn: CN=a\ncn: a\n\ndn: CN=b\ncn: b\n")
    assert first.doubt is None
    assert last.doubt == ("the LDIF may have been cut: no empty line follows its last entry, as the tools write one")


def test_output_of_ldbsearch_without_its_last_line_is_doubted(read: Read) -> None:
    (entry,) = read("# record 1\ndn: CN=a\ncn: a\n\n")
    assert entry.doubt is not None
    assert "'# returned ... records'" in entry.doubt


def test_a_newline_stripped_from_the_end_of_whole_output_does_not_matter(read: Read) -> None:
    for sample in ("ldapsearch.ldif", "ldbsearch.ldif"):
        assert len(read((SAMPLES / sample).read_bytes().rstrip())) == 2


def _cuts(content: bytes, begin: int, end: int) -> list[int]:
    """Where to cut: around every end of a line, and at every seventh byte besides."""
    return [at for at in range(begin, end) if at % 7 == 0 or b"\n" in content[at - 1 : at + 1]]


@pytest.mark.parametrize("sample", ["ldapsearch.ldif", "ldapsearch-L.ldif", "ldapsearch-paged.ldif"])
def test_output_of_ldapsearch_cut_anywhere_before_its_end_is_refused(read: Read, sample: str) -> None:
    content = (SAMPLES / sample).read_bytes()
    for end in _cuts(content, content.index(b"# LDAPv3\n") + len(b"# LDAPv3\n"), content.index(b"# search result\n")):
        with pytest.raises(DirectoryError):
            read(content[:end])


@pytest.mark.parametrize("sample", ["ldapsearch-LLL.ldif", "ldapsearch-nowrap.ldif", "ldbsearch.ldif"])
def test_output_without_a_sign_at_its_end_shows_any_cut_but_one_between_entries(read: Read, sample: str) -> None:
    content = (SAMPLES / sample).read_bytes()
    for end in _cuts(content, 1, content.rindex(b"\n\n") + 1):
        try:
            entries = read(content[:end])
        except DirectoryError:
            continue
        assert content[:end].endswith(b"\n\n") or content[:end] == b"# record 1\n" or entries[-1].doubt


def test_a_file_that_is_too_large_is_not_read(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(MAX_SIZE + 1)
    with pytest.raises(DirectoryError, match=f"{MAX_SIZE + 1} bytes, an export may have {MAX_SIZE}; export only"):
        read_ldif(str(path))


def test_a_file_of_too_many_lines_is_not_read(read: Read) -> None:
    with pytest.raises(DirectoryError, match=f"{MAX_LINES + 1} lines, an export may have {MAX_LINES}; export only"):
        read(b"\n" * (MAX_LINES + 1))


def test_a_fifo_is_refused_and_does_not_hang(path: Path) -> None:
    os.mkfifo(path)
    with pytest.raises(DirectoryError, match="is no regular file"):
        read_ldif(str(path))


def test_a_missing_file_a_folder_a_loop_and_an_impossible_path_are_refused(path: Path) -> None:
    path.symlink_to(path)
    for wrong in (f"{path}.missing", str(path.parent), str(path), "a\0b", "/dev/null", "\udc80"):
        with pytest.raises(DirectoryError):
            read_ldif(wrong)
