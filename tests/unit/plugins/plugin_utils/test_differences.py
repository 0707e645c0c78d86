"""What has moved between two readings of one server is said by its place, with what was and what is."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._differences import differences
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import (
    DirectoryValue,
    Facts,
    Failure,
    Store,
    Unreadable,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.facts import NOW, TO_INTERNET, hub, self_signed

OWN = self_signed("own")
NEWER = self_signed("newer")
FACTS = hub([OWN, NEWER], OWN)
DOWN = DirectoryValue("unknown", "it is down", "ldif")


def test_the_time_of_reading_and_what_is_odd_are_no_difference() -> None:
    assert differences(FACTS, replace(FACTS, collected_at=NOW + timedelta(hours=1), warnings=("odd",))) == []


def test_the_order_of_the_certificates_is_no_difference() -> None:
    assert differences(FACTS, hub([NEWER, OWN], OWN)) == []


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (hub([OWN], OWN), [f"store.certificates[{NEWER.thumbprint}] is gone"]),
        (hub([OWN, NEWER, self_signed("x")], OWN), [f"store.certificates[{self_signed('x').thumbprint}] is new"]),
        (hub([OWN, NEWER], NEWER), [f"directory.thumbprint was {OWN.thumbprint}, is {NEWER.thumbprint}"]),
        (
            hub([OWN, replace(NEWER, services=("SMTP", "IIS"))], OWN),
            [f"store.certificates[{NEWER.thumbprint}].services was ['SMTP'], is ['SMTP', 'IIS']"],
        ),
        (
            hub([OWN, replace(NEWER, has_private_key=False)], OWN),
            [f"store.certificates[{NEWER.thumbprint}].has_private_key was True, is False"],
        ),
        (replace(FACTS, connectors=()), ["connectors[to internet] is gone"]),
        (
            replace(FACTS, directory=DOWN, failures=(Failure("directory", "it is down"),)),
            [
                "directory.status was present, is unknown",
                "directory.reason was nothing, is it is down",
                f"directory.thumbprint was {OWN.thumbprint}, is nothing",
                "failures[directory] is new",
            ],
        ),
    ],
    ids=["gone", "new", "directory", "services", "key", "connector", "down"],
)
def test_what_has_moved_is_said(now: Facts, said: list[str]) -> None:
    assert differences(FACTS, now) == said


def test_entries_that_have_no_name_of_their_own_are_told_as_a_whole() -> None:
    unreadable = (Unreadable("a.cer", None, "cut"), Unreadable("a.cer", None, "cut " + "x" * 200))
    (said,) = differences(FACTS, replace(FACTS, store=Store("folder", (OWN, NEWER), unreadable)))
    assert said.startswith("store.unreadable was nothing, is [{'name': 'a.cer'")
    assert said.endswith("...")


def test_connectors_that_are_not_known_any_more_are_said() -> None:
    (said,) = differences(FACTS, replace(FACTS, connectors=None))
    assert said.startswith(f"connectors was [{{'name': '{TO_INTERNET.name}'")
    assert said.endswith("is nothing")
