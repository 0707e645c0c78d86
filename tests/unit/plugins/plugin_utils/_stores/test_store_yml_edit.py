"""SMTP is added to one certificate of `store.yml`, however that is written, and every other byte stays."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import SERVICES
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.store_error import StoreError
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.store_yml import Listed, read_store_yml
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.store_yml_edit import with_smtp

ONE = "0123456789ABCDEF0123456789ABCDEF01234567"
TWO = "F" * 40
BLANKS = "01 23 45 67 89 ab cd ef 01 23 45 67 89 ab cd ef 01 23 45 67"
COLONS = BLANKS.replace(" ", ":")
ODD = "{friendly_name: '\U0001f600\u2028'}"
ADDED = f"{ONE}:\n  services: [SMTP]\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # An entry that is there, its services in a list of one line, or of several.
        (f"{ONE}: {{services: [IIS]}}\n", f"{ONE}: {{services: [IIS, SMTP]}}\n"),
        (f"{ONE}:\n  services: [ IIS, POP, ] # é\n", f"{ONE}:\n  services: [ IIS, POP, SMTP, ] # é\n"),
        (f"{ONE}: {{services: [IIS # web\n]}}", f"{ONE}: {{services: [IIS, SMTP # web\n]}}"),
        (f"{ONE}:\n  services: []\n", f"{ONE}:\n  services: [SMTP]\n"),
        (f"{ONE}: {{services: [ # none\n]}}", f"{ONE}: {{services: [SMTP # none\n]}}"),
        (f"{ONE}:\n  services:\n  - IIS # web\n", f"{ONE}:\n  services:\n  - SMTP\n  - IIS # web\n"),
        (f"{ONE}:\n  services:\n      - IIS\n", f"{ONE}:\n  services:\n      - SMTP\n      - IIS\n"),
        (f"{ONE}:\n  services:\n  # web\n  - IIS\n", f"{ONE}:\n  services:\n  # web\n  - SMTP\n  - IIS\n"),
        # Its services are not known, or not named.
        (f"{ONE}:\n  services:\n{TWO}: {{}}\n", f"{ONE}:\n  services: [SMTP]\n{TWO}: {{}}\n"),
        (f"{ONE}:\n  services: ~ # why\n", f"{ONE}:\n  services: [SMTP] # why\n"),
        (f"{ONE}: {{provider: csp}}", f"{ONE}: {{services: [SMTP], provider: csp}}"),
        (f"{ONE}:\n  # a\n  provider: csp\n", f"{ONE}:\n  # a\n  services: [SMTP]\n  provider: csp\n"),
        # It says nothing.
        (f"{ONE}:", f"{ONE}: {{services: [SMTP]}}"),
        (f"{ONE}: # c\n", f"{ONE}: {{services: [SMTP]}} # c\n"),
        (f"{ONE}: null\n", f"{ONE}: {{services: [SMTP]}}\n"),
        (f"{ONE}: {{}}\n", f"{ONE}: {{services: [SMTP]}}\n"),
        (f"? {ONE}\n: {{}}\n", f"? {ONE}\n: {{services: [SMTP]}}\n"),
        # Its key, as people write it.
        (f"{ONE.lower()}: {{}}", f"{ONE.lower()}: {{services: [SMTP]}}"),
        (f"'{COLONS}': {{}}", f"'{COLONS}': {{services: [SMTP]}}"),
        (f'"{BLANKS}":\r\n  services:\r\n    - POP\r\n', f'"{BLANKS}":\r\n  services:\r\n    - SMTP\r\n    - POP\r\n'),
        (f"{ONE}:\r\n  provider: csp\r\n", f"{ONE}:\r\n  services: [SMTP]\r\n  provider: csp\r\n"),
        # It is not there.
        ("", ADDED),
        ("# nothing\n", f"# nothing\n{ADDED}"),
        ("# nothing", f"# nothing\n{ADDED}"),
        ("---\n", f"---\n{ADDED}"),
        ("{}\n", f"{{{ONE}: {{services: [SMTP]}}}}\n"),
        ("--- null # c\n", f"--- {{{ONE}: {{services: [SMTP]}}}} # c\n"),
        (f"{TWO}: {{}}\n# end\n", f"{TWO}: {{}}\n# end\n{ADDED}"),
        (f"{TWO}: {{}}", f"{TWO}: {{}}\n{ADDED}"),
        (f"{TWO}: {{}}\r\n", f"{TWO}: {{}}\r\n" + ADDED.replace("\n", "\r\n")),
        (f"  {TWO}:\n    provider: csp\n...\n", f"  {TWO}:\n    provider: csp\n  {ONE}:\n    services: [SMTP]\n...\n"),
        (f"{{{TWO}: {{}}}}", f"{{{TWO}: {{}}, {ONE}: {{services: [SMTP]}}}}"),
        (f"{{{TWO}: {{}},\n}}\n", f"{{{TWO}: {{}}, {ONE}: {{services: [SMTP]}},\n}}\n"),
        (f"{TWO}:\n  friendly_name: |+\n    a\n\n", f"{TWO}:\n  friendly_name: |+\n    a\n\n{ADDED}"),
        (f"{TWO}: {ODD}\n{ONE}: {{}}\n", f"{TWO}: {ODD}\n{ONE}: {{services: [SMTP]}}\n"),
    ],
    ids=lambda text: text[-40:],
)
def test_smtp_is_added_where_it_belongs(text: str, expected: str) -> None:
    assert with_smtp(text, ONE) == expected
    assert "SMTP" in (read_store_yml(expected)[ONE].services or ())
    assert with_smtp(expected, ONE) == expected


@pytest.mark.parametrize("text", [f"{ONE}: {{services: [smtp]}}", f"{ONE}:\n  services:\n  - Smtp # c\n"])
def test_where_it_is_there_the_text_stays(text: str) -> None:
    assert with_smtp(text, ONE) == text


def test_a_new_file_leaves_the_services_of_the_others_unknown() -> None:
    text = with_smtp(None, ONE, [TWO, ONE])
    assert read_store_yml(text) == {ONE: Listed(("SMTP",)), TWO: Listed(None)}


@pytest.mark.parametrize(
    "text",
    [
        f"{TWO}: &a {{services: [IIS]}}\n{ONE}: *a\n",
        f"{TWO}: {{services: &s [IIS]}}\n{ONE}: {{services: *s}}\n",
        f"? {ONE}\n",
        f"{ONE}: !!map {{}}",
        "---\n...\n",
        f"{TWO}:\n  friendly_name: |\n    two\n    lines",
    ],
)
def test_what_cannot_be_edited_is_refused_with_what_to_do(text: str) -> None:
    read_store_yml(text)
    with pytest.raises(StoreError, match=f"add SMTP to the services of {ONE} by hand"):
        with_smtp(text, ONE)


@pytest.mark.parametrize("text", ["- a", "EX01: {}", "a: [b", f"{ONE}: {{services: [SMPT]}}"])
def test_a_file_that_is_wrong_stays_wrong(text: str) -> None:
    with pytest.raises(StoreError, match=r"store\.yml"):
        with_smtp(text, ONE)


thumbprints = st.text("0123456789ABCDEF", min_size=40, max_size=40)
comments = st.sampled_from(["", " # note", " # é: [x], {y}", "   "])
names = st.sampled_from(["Microsoft Exchange", "'a: b # c'", '"\\u00e9"', "\U0001f600", "|\n    two\n    lines"])
keys = st.sampled_from([str, str.lower, "'{}'".format, lambda text: ":".join(text[i : i + 2] for i in range(0, 40, 2))])


@st.composite
def entries(draw: st.DrawFn, thumbprint: str) -> str:
    key = draw(keys)(thumbprint)
    services = draw(st.none() | st.lists(st.sampled_from(SERVICES), max_size=3, unique=True))
    note = draw(comments)
    if draw(st.booleans()):
        fields = [f"services: [{', '.join(services)}]"] if services is not None else []
        fields += draw(st.sampled_from([[], ["provider: csp"], ["has_private_key: true"]]))
        return f"{key}: {{{', '.join(draw(st.permutations(fields)))}}}{note}\n"
    blocks = [f"  friendly_name: {draw(names)}\n", f"  provider: cng{note}\n"]
    if services and draw(st.booleans()):
        blocks.append("  services:\n" + "".join(f"  - {service}{note}\n" for service in services))
    elif services is not None:
        blocks.append(f"  services: [{', '.join(services)}]{note}\n")
    return f"{key}:{note}\n" + "".join(draw(st.permutations(blocks)))


@st.composite
def files(draw: st.DrawFn) -> tuple[str, str]:
    """A `store.yml` and the thumbprint of one certificate, which may be in it or not."""
    listed = draw(st.lists(thumbprints, min_size=1, max_size=5, unique=True))
    parts = [draw(st.sampled_from(["", "---\n", "# head\n\n"]))]
    for thumbprint in listed[draw(st.integers(0, 1)) :]:
        parts.append(draw(st.sampled_from(["", "\n", "# between\n"])))
        parts.append(draw(entries(thumbprint)))
    text = "".join(parts)
    # A text block that ends with the file would get a line end of its own, as is refused above.
    if draw(st.booleans()) and not text.endswith("|\n    two\n    lines\n"):
        text = text.rstrip("\n")
    return text.replace("\n", draw(st.sampled_from(["\n", "\r\n"]))), draw(st.sampled_from(listed))


@given(files())
def test_only_the_one_entry_changes_and_nothing_is_taken_away(file: tuple[str, str]) -> None:
    text, thumbprint = file
    before = read_store_yml(text)
    edited = with_smtp(text, thumbprint)
    said = before.get(thumbprint, Listed())
    services = tuple(service for service in SERVICES if service in {*(said.services or ()), "SMTP"})
    assert read_store_yml(edited) == {**before, thumbprint: replace(said, services=services)}
    pieces = [piece for piece in SequenceMatcher(None, text, edited, False).get_opcodes() if piece[0] != "equal"]
    assert {kind for kind, *_places in pieces} <= {"insert"}
