"""Names with every special character reach real servers as filters and come back as they are."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.exchange_ldap import read_entries
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.exchange_objects import find_server
from ansible_collections.msexchange.transport_tls.tests.fixtures.forest import exchange, forest
from ansible_collections.msexchange.transport_tls.tests.fixtures.ldif import server_dn, server_entry
from ansible_collections.msexchange.transport_tls.tests.fixtures.samba_ad import samba_ad
from ansible_collections.msexchange.transport_tls.tests.fixtures.slapd import slapd

from .conftest import Ask, Authority, Small

NAMES = (*(f"EX{character}01" for character in ',+"\\<>;=#*()&|!~/ \u00fc\u4e2d\U0001f600'), "x)(objectClass=*", "\\2a")


@pytest.fixture(scope="module", params=["slapd", "samba"])
def special(
    request: pytest.FixtureRequest, authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Small]:
    servers = [server_entry(name, fqdn=f"host{number}.contoso.com") for number, name in enumerate(NAMES)]
    if request.param == "samba":
        with samba_ad(exchange(servers), certificate=authority.certificate) as controller:
            yield controller
    else:
        place: Path = tmp_path_factory.mktemp("special") / "slapd"
        with slapd(place, forest(servers), certificate=authority.certificate()) as server:
            yield server


@pytest.mark.parametrize("name", NAMES)
def test_a_name_with_special_characters_is_found(special: Small, ask: Ask, name: str) -> None:
    # What has an equals sign is taken for a distinguished name.
    for wanted in (name, server_dn(name)) if "=" not in name else (server_dn(name),):
        found = find_server(read_entries(ask(special.ldaps), wanted), wanted, "ldap")
        assert (found.server.name, found.server.role) == (name, "hub")


SPECIAL = st.text(st.sampled_from(',+"\\<>;=#*()&|!~/: \u00fc\u4e2d01aE') | st.characters(exclude_categories=("C",)))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=SPECIAL.filter(lambda name: name not in NAMES))
def test_a_name_that_nobody_has_finds_nobody(special: Small, ask: Ask, name: str) -> None:
    for wanted in (name, server_dn(f"{name}-nobody")):
        found = find_server(read_entries(ask(special.ldaps), wanted), wanted, "ldap")
        assert found.value.status == "unknown"
        assert found.server.role == "unknown" or name.casefold().strip() in map(str.casefold, NAMES)
