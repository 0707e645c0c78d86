"""The options of LDAP are the same for the task and for the inventory, with the same environment variables."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
import yaml

from ansible_collections.msexchange.transport_tls.plugins.doc_fragments._directory import ModuleDocFragment
from ansible_collections.msexchange.transport_tls.plugins.module_utils._facts_options import (
    LDAP_ENVIRONMENT,
    LDAP_OPTIONS,
    SENT_TO_THE_TARGET,
)
from ansible_collections.msexchange.transport_tls.plugins.modules import anon_tls_facts
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.ldap_options import LdapOptions
from ansible_collections.msexchange.transport_tls.tests.fixtures.documentation import options_of

FRAGMENT: dict[str, Any] = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]
SHAPE = ("type", "elements", "choices", "default")


@pytest.mark.parametrize("name", LDAP_OPTIONS)
def test_an_option_is_the_same_in_the_inventory(name: str) -> None:
    assert {key: FRAGMENT[name].get(key) for key in SHAPE} == {key: LDAP_OPTIONS[name].get(key) for key in SHAPE}
    assert FRAGMENT[name]["env"] == [{"name": LDAP_ENVIRONMENT[name]}]


@pytest.mark.parametrize("name", LDAP_OPTIONS)
def test_the_documentation_names_the_environment_variable(name: str) -> None:
    option = options_of(anon_tls_facts)["directory"]["suboptions"][name]
    assert f"E({LDAP_ENVIRONMENT[name]})" in " ".join(option["description"])


def test_there_are_no_other_options() -> None:
    assert set(FRAGMENT) == set(LDAP_OPTIONS)
    assert {"server" if field.name == "servers" else field.name for field in fields(LdapOptions)} == set(LDAP_OPTIONS)


def test_a_default_is_that_of_the_session() -> None:
    for field in fields(LdapOptions):
        if field.name != "servers":
            assert field.default == LDAP_OPTIONS[field.name].get("default")


def test_no_option_of_the_directory_is_sent_and_the_password_is_not_logged() -> None:
    assert "directory" not in SENT_TO_THE_TARGET
    assert [name for name, option in LDAP_OPTIONS.items() if option.get("no_log")] == ["password"]
