"""What Export-Clixml wrote is read as plain values, within bounds, and nothing outside of the file is opened."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._clixml import (
    MAX_DEPTH,
    MAX_VALUES,
    Document,
    Object,
    Value,
    read_clixml,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.clixml import (
    NAMESPACE,
    Enumeration,
    Made,
    write_clixml,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.clixml import Value as Written

SERVER = "Microsoft.Exchange.Data.Directory.Management.ExchangeServer"
EXPORT = write_clixml(
    [
        Made([SERVER, "System.Object"], {"Name": "EX01", "Roles": ["a", None, b"\x00\xff"]}, "EX01", {"Edge": False}),
        Made([SERVER, "System.Object"], {"Role": Enumeration("Role", "Mailbox", 2), "Site": Made(["Site"], text="HQ")}),
    ],
    "utf-8-sig",
)


def document(inside: str) -> Document:
    return read_clixml(f'<Objs Version="1.1.0.1" xmlns="{NAMESPACE}">{inside}</Objs>'.encode())


def one(inside: str) -> Object:
    """The only object of a whole document."""
    read = document(inside)
    assert read.damage is None
    (found,) = read.objects
    return found


def value_of(inside: str) -> Value:
    return one(f"<Obj><Props>{inside}</Props></Obj>").properties["a"]


def damage(content: bytes) -> str:
    read = read_clixml(content)
    assert read.damage is not None
    return read.damage


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-8", "utf-16-le", "utf-16-be"])
def test_objects_are_read_in_every_encoding(encoding: str) -> None:
    read = read_clixml(EXPORT.decode("utf-8-sig").encode(encoding))
    assert read.damage is None
    first, second = read.objects
    assert (first.types, first.text) == ((SERVER, "System.Object"), "EX01")
    assert (first.properties["Name"], first.properties["Edge"]) == ("EX01", False)
    assert first.texts_of("Name") == ("EX01",)
    assert second.types == first.types
    assert (second.text_of("Role"), second.text_of("Site")) == ("Mailbox", "HQ")
    role = second.properties["Role"]
    assert isinstance(role, Object)
    assert role.value == 2


@pytest.mark.parametrize("encoding", ["UTF-8", "utf-8", "UTF-16", "utf-16LE"])
def test_a_declaration_that_agrees_is_no_matter(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>\n' + EXPORT.decode("utf-8-sig")
    assert read_clixml(text.encode("utf-16" if "16" in encoding else "utf-8")).damage is None


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [("UTF-16", "utf-8"), ("utf-8", "utf-16"), ("windows-1252", "utf-8"), ("utf-7", "utf-8-sig"), ("", "utf-8")],
)
def test_a_wrong_declaration_is_an_error(declared: str, encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?>\n' + EXPORT.decode("utf-8-sig")
    assert f"line 1: it declares the encoding {declared!r}" in damage(text.encode(encoding))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('<S N="a">x_x000D__x000A_y</S>', "x\r\ny"),
        ('<S N="a">_x005F_x000D_</S>', "_x000D_"),
        ('<S N="a">_xD83D__xDE00_ _xD83D_</S>', "\U0001f600 \ufffd"),
        ('<S N="a">&lt;I&gt;CN=a &amp; b</S>', "<I>CN=a & b"),
        ('<S N="a"></S>', ""),
        ('<S N="a">12<!-- x -->34</S>', "1234"),
        ('<B N="a">true</B>', True),
        ('<I32 N="a">-5</I32>', -5),
        ('<U64 N="a">18446744073709551615</U64>', 2**64 - 1),
        ('<BA N="a">AAEC\n  AwQ=</BA>', b"\x00\x01\x02\x03\x04"),
        ('<Nil N="a" />', None),
        ('<DT N="a">2022-03-23T18:00:30+01:00</DT>', "2022-03-23T18:00:30+01:00"),
        ('<G N="a">d398c9b6-186f-4d8c-8786-e01a01448917</G>', "d398c9b6-186f-4d8c-8786-e01a01448917"),
        ('<URI N="a">http://a/</URI>', "http://a/"),
        ('<Version N="a">15.2.1118.7</Version>', "15.2.1118.7"),
        ('<Db N="a">INF</Db>', "INF"),
    ],
)
def test_a_value_is_what_it_stands_for(written: str, expected: Value) -> None:
    assert value_of(written) == expected


@pytest.mark.parametrize("tag", ["LST", "IE", "QUE", "STK"])
def test_lists_of_every_kind_are_tuples(tag: str) -> None:
    value = value_of(f'<Obj N="a"><{tag}><S>x</S><Nil /><I32>1</I32></{tag}></Obj>')
    assert isinstance(value, Object)
    assert value.items == ("x", None, 1)


def test_a_dictionary_is_its_entries() -> None:
    value = value_of('<Obj N="a"><DCT><En><S N="Key">k</S><I32 N="Value">1</I32></En></DCT></Obj>')
    assert isinstance(value, Object)
    assert value.entries == (("k", 1),)


def test_a_secure_string_is_not_kept() -> None:
    value = value_of('<SS N="a">01000000d08c9ddf</SS>')
    assert isinstance(value, Object)
    assert "01000000d08c9ddf" not in repr(value)
    assert value.text is None


def test_a_reference_is_the_object_itself() -> None:
    found = one('<Obj><Props><Obj N="a" RefId="7"><ToString>x</ToString></Obj><Ref N="b" RefId="7" /></Props></Obj>')
    assert found.properties["a"] is found.properties["b"]


def test_an_object_inside_itself_says_nothing_there() -> None:
    found = one('<Obj RefId="0"><ToString>x</ToString><Props><Ref N="a" RefId="0" /></Props></Obj>')
    inner = found.properties["a"]
    assert isinstance(inner, Object)
    assert (inner.text, dict(inner.properties), found.text) == (None, {}, "x")


@pytest.mark.parametrize("tag", ["Ref", "TNRef"])
def test_a_reference_to_nothing_is_an_error(tag: str) -> None:
    assert "refers to '7', which is not before it" in (document(f'<Obj><{tag} N="a" RefId="7" /></Obj>').damage or "")


@pytest.mark.parametrize("prefix", ["", "Deserialized.", "Selected.", "Selected.Deserialized."])
def test_a_type_is_recognised_as_a_copy_too(prefix: str) -> None:
    assert one(f"<Obj><TN><T>{prefix}{SERVER}</T><T>System.Object</T></TN></Obj>").is_a(SERVER)


def test_absent_is_not_null_and_null_is_an_empty_list() -> None:
    found = one('<Obj><Props><Nil N="null" /><Obj N="mute" /></Props></Obj>')
    assert (found.texts_of("absent"), found.texts_of("null"), found.texts_of("mute")) == (None, (), None)
    assert (found.text_of("absent"), found.text_of("null"), found.flag_of("absent")) == (None, None, None)


@pytest.mark.parametrize(
    ("content", "line", "why"),
    [
        (b"", 1, "no element found; expected <Objs>"),
        (b"Thumbprint  Services\n", 1, "syntax error; expected <Objs>"),
        (b"<Objs>\n<Obj>\n", 3, "no element found; expected the end of <Obj> of line 2"),
        (b"<Objs><S>\n", 2, "expected the end of <S> of line 1"),
        (b"<Objs>\n<S>\xff</S></Objs>", 2, "no UTF-8 from byte 10 on (invalid start byte)"),
        (b"<html></html>", 1, "the root is <html>, expected <Objs>"),
        (b"<Objs>\n<Thing/></Objs>", 2, "<Thing> is no element of CLIXML"),
        (b"<Objs>\n<B>maybe</B></Objs>", 2, "<B> holds 'maybe', expected true or false"),
        (b"<Objs>\n<I32>1e3</I32></Objs>", 2, "<I32> holds '1e3', expected a whole number"),
        (b"<Objs><I32>" + b"9" * 5000 + b"</I32></Objs>", 1, "expected a whole number"),
        (b"<Objs>\n<BA>AAE</BA></Objs>", 2, "<BA> holds no base64"),
        (b"<Objs><Obj>\n<Props><S>x</S></Props></Obj></Objs>", 2, "has properties without a name"),
        (b"<Objs></Objs><Objs></Objs>", 1, "junk after document element"),
    ],
)
def test_damage_is_told_with_its_line_and_what_was_expected(content: bytes, line: int, why: str) -> None:
    message = damage(content)
    assert message.startswith(f"line {line}: ")
    assert why in message


def test_what_stands_before_the_damage_is_read() -> None:
    read = read_clixml(EXPORT[: EXPORT.rindex(b"Mailbox")])
    assert [each.text for each in read.objects] == ["EX01"]
    assert "expected the end of" in (read.damage or "")


def test_an_export_cut_anywhere_tells_its_damage() -> None:
    whole = EXPORT.rindex(b">") + 1
    assert all(read_clixml(EXPORT[:end]).damage for end in range(3, whole))


LAUGHS = "".join(f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' for number in range(1, 12))


@pytest.mark.parametrize(
    "doctype",
    [
        f'<!DOCTYPE Objs [<!ENTITY l0 "ha">{LAUGHS}]>',
        '<!DOCTYPE Objs [<!ENTITY l11 SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE Objs SYSTEM "http://127.0.0.1:1/x.dtd">',
        '<!DOCTYPE Objs [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x"> %p;]>',
        "<!DOCTYPE Objs>",
    ],
)
def test_a_document_type_is_refused_and_no_entity_grows(doctype: str) -> None:
    tracemalloc.start()
    message = damage(f"{doctype}<Objs><S>&l11;</S></Objs>".encode())
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "a document type is declared" in message
    assert most < 1_000_000


def test_an_entity_that_is_not_declared_is_an_error() -> None:
    assert "undefined entity" in damage(b"<Objs><S>&nothing;</S></Objs>")


def test_elements_nested_too_deep_are_refused() -> None:
    assert f"more than {MAX_DEPTH} deep" in damage(b"<Objs>" + b"<Obj><LST>" * 100_000)


def test_too_many_elements_are_refused() -> None:
    assert f"more than {MAX_VALUES} elements" in damage(b"<Objs>" + b"<S/>" * (MAX_VALUES + 1))


VALUES: st.SearchStrategy[Written] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**31), 2**31 - 1) | st.binary(max_size=9) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.builds(
            Made,
            st.lists(st.text(max_size=5), min_size=1, max_size=2),
            st.dictionaries(st.text(min_size=1, max_size=5), inner, max_size=3),
        )
    ),
    max_leaves=8,
)


def plain(value: Written | Value) -> object:
    """A written and a read value in one form."""
    match value:
        case list():
            return [plain(each) for each in value]
        case Object() if value.items is not None:
            return [plain(each) for each in value.items]
        case Made() | Object():
            return [*value.types], {name: plain(each) for name, each in value.properties.items()}
    return value


@settings(deadline=None)
@given(st.lists(VALUES, max_size=3), st.sampled_from(["utf-16", "utf-8", "utf-8-sig"]))
def test_values_come_back_as_they_were_written(values: list[Written], encoding: str) -> None:
    read = read_clixml(write_clixml([values], encoding))
    assert read.damage is None
    (found,) = read.objects
    assert plain(found) == plain(values)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_an_answer(content: bytes) -> None:
    assert isinstance(read_clixml(content), Document)
    assert isinstance(read_clixml(b"<Objs>" + content), Document)


@settings(deadline=None)
@given(st.integers(0, len(EXPORT)), st.integers(0, 40), st.binary(max_size=10))
def test_any_damage_is_an_answer(begin: int, length: int, instead: bytes) -> None:
    assert isinstance(read_clixml(EXPORT[:begin] + instead + EXPORT[begin + length :]), Document)
