"""The inventory plugin: hosts, groups, variables that are no templates, cache, strict, and its one message."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible import constants
from ansible.errors import AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.doc_fragments import constructed, inventory_cache
from ansible.template import Templar

from ansible_collections.msexchange.transport_tls.plugins.doc_fragments import _directory
from ansible_collections.msexchange.transport_tls.plugins.inventory import exchange_servers
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory import exchange_ldap
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.entry import DirectoryError, Entry
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.ldap_options import LdapOptions
from ansible_collections.msexchange.transport_tls.tests.fixtures.ldif import EDGE, server_dn, server_entry

PLUGIN = "msexchange.transport_tls.exchange_servers"
TEMPLATE = "{{ 6 * 7 }}"


@dataclass
class Lab:
    """A directory and the file of an inventory source that reads it."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    entries: Sequence[Entry] = (server_entry("EX01"), server_entry("EDGE01", roles=EDGE))
    problem: str | None = None
    asked: list[LdapOptions] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def read(self, options: LdapOptions) -> Iterator[Entry]:
        self.asked.append(options)
        if self.problem:
            raise DirectoryError(self.problem)
        yield from self.entries

    def parse(self, *hosts: str, flushed: bool = False, **settings: Any) -> InventoryData:
        """The inventory of that source, behind one that has the hosts."""
        file = self.folder / "lab.exchange_servers.yml"
        file.write_text(yaml.safe_dump({"plugin": PLUGIN, "server": "dc1.contoso.com", "bind": "anonymous"} | settings))
        plugin = loaded()
        self.monkeypatch.setattr(exchange_servers, "read_forest", self.read)
        self.monkeypatch.setattr(plugin.display, "warning", self.warnings.append)
        inventory = InventoryData()
        for host in hosts:
            inventory.add_host(host)
        assert plugin.verify_file(str(file))
        plugin.parse(inventory, DataLoader(), str(file), cache=not flushed)
        if plugin.get_option("cache"):
            plugin.update_cache_if_changed()
        inventory.reconcile_inventory()
        return inventory


def loaded() -> Any:
    """The plugin as Ansible's loader makes it."""
    fragments = (constructed.ModuleDocFragment, inventory_cache.ModuleDocFragment, _directory.ModuleDocFragment)
    documents = (exchange_servers.DOCUMENTATION, *(fragment.DOCUMENTATION for fragment in fragments))
    options = {name: option for text in documents for name, option in yaml.safe_load(text)["options"].items()}
    constants.config.initialize_plugin_configuration_definitions("inventory", PLUGIN, options)
    plugin = exchange_servers.InventoryModule()
    plugin._load_name = plugin.ansible_name = PLUGIN
    plugin._redirected_names = [PLUGIN]
    return plugin


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    return Lab(tmp_path, monkeypatch)


def caching(lab: Lab) -> dict[str, Any]:
    return {"cache": True, "cache_plugin": "jsonfile", "cache_connection": str(lab.folder / "cache")}


def groups(inventory: InventoryData, host: str) -> set[str]:
    return {group.name for group in inventory.hosts[host].get_groups()}


def test_every_server_is_a_host_with_its_groups_and_what_the_directory_says_of_it(lab: Lab) -> None:
    inventory = lab.parse()
    assert sorted(inventory.hosts) == ["edge01.contoso.com", "ex01.contoso.com"]
    assert groups(inventory, "ex01.contoso.com") == {
        "all",
        "exchange_servers",
        "exchange_role_hub",
        "exchange_edition_2016",
        "exchange_site_HQ",
        "exchange_edge_subscribed",
    }
    variable = inventory.hosts["edge01.contoso.com"].get_vars()["anon_tls_directory"]
    assert variable["server"]["dn"] == server_dn("EDGE01")
    assert not lab.warnings


def test_a_group_has_no_character_that_groups_cannot_have(lab: Lab) -> None:
    lab.entries = [server_entry("EX01", site="São Paulo-1 {{ 1 }}")]
    assert "exchange_site_São_Paulo_1____1___" in groups(lab.parse(), "ex01.contoso.com")


@pytest.mark.parametrize("name", ["web.yml", "exchange_servers.ini", "exchange_servers.yml.bak"])
def test_a_file_of_another_name_is_not_ours(lab: Lab, name: str) -> None:
    (lab.folder / name).touch()
    assert not loaded().verify_file(str(lab.folder / name))


@pytest.mark.parametrize("name", ["exchange_servers.yml", "audit.exchange_servers.yaml"])
def test_a_file_of_the_documented_name_is_ours(lab: Lab, name: str) -> None:
    (lab.folder / name).touch()
    assert loaded().verify_file(str(lab.folder / name))


def test_hosts_that_are_there_keep_their_names_and_what_did_not_match_is_told(lab: Lab) -> None:
    inventory = lab.parse("ex01", "web01")
    assert sorted(inventory.hosts) == ["edge01.contoso.com", "ex01", "web01"]
    assert inventory.hosts["ex01"].get_vars()["anon_tls_directory"]["server"]["name"] == "EX01"
    assert lab.warnings == [
        "exchange_servers: hosts that no Exchange server of the directory is named like: web01; "
        "servers that were added, as no host is named like them: edge01.contoso.com"
    ]


def test_variables_and_groups_can_be_composed(lab: Lab) -> None:
    inventory = lab.parse(
        host_name="name",
        strict=True,
        compose={"ansible_host": "anon_tls_directory.fqdn"},
        groups={"no_certificate": "anon_tls_directory.directory.status == 'null'"},
        keyed_groups=[{"prefix": "version", "key": "anon_tls_directory.server.version"}],
    )
    assert inventory.hosts["EX01"].get_vars()["ansible_host"] == "ex01.contoso.com"
    assert {"no_certificate", "version_15_2_2562"} <= groups(inventory, "EX01")


@pytest.mark.parametrize(
    "settings",
    [
        {"compose": {"x": "no.such.variable"}},
        {"groups": {"x": "no.such.variable"}},
        {"keyed_groups": [{"key": "no.such.variable"}]},
    ],
)
def test_what_cannot_be_composed_is_an_error_with_strict_alone(lab: Lab, settings: dict[str, Any]) -> None:
    assert "ex01.contoso.com" in lab.parse(**settings).hosts
    with pytest.raises(Exception, match=r"host edge01\.contoso\.com"):
        lab.parse(strict=True, **settings)


@pytest.mark.parametrize("cached", [False, True])
def test_a_value_of_the_directory_is_never_a_template(lab: Lab, cached: bool) -> None:
    lab.entries = [server_entry("EX01", site=TEMPLATE)]
    settings = {"compose": {"site": "anon_tls_directory.server.site"}, **(caching(lab) if cached else {})}
    if cached:
        lab.parse(**settings)
        lab.problem = "down"
    inventory = lab.parse(**settings)
    host = inventory.hosts["ex01.contoso.com"]
    variables = host.get_vars()
    templar = Templar(DataLoader(), variables)
    assert templar.template(variables["site"]) == TEMPLATE
    assert templar.template(variables["anon_tls_directory"])["server"]["site"] == TEMPLATE


def test_options_come_from_the_file_or_the_environment_and_may_be_templates(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANON_TLS_LDAP_PASSWORD", "of the environment")
    monkeypatch.setenv("ANON_TLS_LDAP_TIMEOUT", "7")
    lab.parse(server=["dc1", "dc2"], bind="simple", username="{{ 'svc' ~ '-audit' }}")
    (options,) = lab.asked
    assert options.servers == ("dc1", "dc2")
    assert (options.username, options.password, options.timeout) == ("svc-audit", "of the environment", 7)
    assert "of the environment" not in repr(options)


def test_a_problem_is_one_message_that_names_the_options_of_the_file(lab: Lab) -> None:
    lab.problem = "ldaps://dc1 is down; check directory.server, or directory.start_tls"
    with pytest.raises(AnsibleParserError) as raised:
        lab.parse()
    assert str(raised.value) == "exchange_servers: ldaps://dc1 is down; check server, or start_tls"


def test_without_ldap3_the_message_says_what_to_install(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    package = exchange_ldap.__spec__.parent
    monkeypatch.setitem(sys.modules, "ldap3", None)
    monkeypatch.delitem(sys.modules, f"{package}.ldap", raising=False)
    monkeypatch.delattr(sys.modules[package], "ldap", raising=False)
    monkeypatch.setattr(lab, "read", exchange_ldap.read_forest)
    with pytest.raises(AnsibleParserError, match=r"exchange_servers: .*needs the Python package ldap3.*pip install"):
        lab.parse()


def test_a_cache_answers_for_a_directory_that_is_down(lab: Lab) -> None:
    lab.parse(**caching(lab))
    lab.problem = "the directory is down"
    inventory = lab.parse(**caching(lab))
    assert sorted(inventory.hosts) == ["edge01.contoso.com", "ex01.contoso.com"]
    assert len(lab.asked) == 1


def test_a_flushed_cache_is_written_anew(lab: Lab) -> None:
    lab.parse(**caching(lab))
    lab.entries = [server_entry("EX02")]
    assert list(lab.parse(flushed=True, **caching(lab)).hosts) == ["ex02.contoso.com"]
    assert list(lab.parse(**caching(lab)).hosts) == ["ex02.contoso.com"]
    assert len(lab.asked) == 2


def test_a_cache_holds_no_password(lab: Lab) -> None:
    lab.parse(**caching(lab), bind="simple", username="svc", password="Pa55-of-the-lab")
    files = [file.read_text() for file in (lab.folder / "cache").iterdir()]
    assert files
    assert not any("Pa55-of-the-lab" in text for text in files)


def test_what_a_directory_may_not_have_shown_is_a_warning(lab: Lab) -> None:
    lab.entries = [replace(server_entry("EX01"), doubt="cut")]
    lab.parse()
    assert lab.warnings == [f"exchange_servers: cut (at {server_dn('EX01')})"]
