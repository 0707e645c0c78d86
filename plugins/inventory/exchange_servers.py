"""Inventory of the Exchange servers of a forest: an adapter of `_fleet` and of the LDAP session."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: exchange_servers
short_description: The Exchange servers of an Active Directory forest
version_added: 0.1.0
author:
  - The msexchange.transport_tls authors (@msexchange)
description:
  - Makes a host of every Exchange server that Active Directory knows, with one bind and one paged search for each kind of
    object, however many servers there are.
  - Every host gets the variable C(anon_tls_directory), all that M(msexchange.transport_tls.anon_tls_facts) needs of the
    directory. It is used there with O(msexchange.transport_tls.anon_tls_facts#module:directory.source=inventory), and by
    default where the host has the variable, so that an audit of a fleet asks the directory once.
  - The servers are members of the groups C(exchange_servers); C(exchange_role_hub), C(exchange_role_edge),
    C(exchange_role_none) or C(exchange_role_unknown); C(exchange_edition_2007), C(exchange_edition_2016) or
    C(exchange_edition_unknown), the edition of the procedure that the version follows; C(exchange_site_) with the name of
    the Active Directory site; and C(exchange_edge_subscribed), C(exchange_not_edge_subscribed) or C(exchange_edge_unknown),
    whether an Edge Transport server is subscribed to the site, or is the server itself. Characters that a group's name
    cannot have become underscores.
  - A host of an inventory source that comes before this one, and that is called like a server, by its short name or its
    fully qualified domain name, without regard to case, gets the variable and the groups instead of a new host. A warning
    says which hosts are called like no server, and which servers were added.
  - Values of the directory are never templates; Jinja2 expressions in them stay as they are.
extends_documentation_fragment:
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
  - msexchange.transport_tls._directory
options:
  plugin:
    description:
      - Must be V(msexchange.transport_tls.exchange_servers).
    type: str
    required: true
    choices: [msexchange.transport_tls.exchange_servers]
  host_name:
    description:
      - How a server that is not yet a host is called. V(fqdn) is its fully qualified domain name in lower case, or the name
        of its object where the directory does not say it. V(name) is the name of its object.
    type: str
    choices: [fqdn, name]
    default: fqdn
notes:
  - The name of the file must end in C(exchange_servers.yml) or C(exchange_servers.yaml).
  - Ansible goes on without an inventory source that it cannot read, and lets its other inventory plugins try the file, each
    with a warning of its own. Set C(ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED=true) so that it stops. With
    C(ANSIBLE_INVENTORY_ENABLED=msexchange.transport_tls.exchange_servers) this plugin's message is the only one.
  - Sources that are to be matched must come first, with C(-i) or, in a folder, by the order of their names.
  - A cache holds what the directory said, never the password. C(--flush-cache) reads anew.
requirements:
  - ldap3 2.9.1 or later and cryptography 42.0.0 or later for the Python that runs Ansible
seealso:
  - module: msexchange.transport_tls.anon_tls_facts
"""

EXAMPLES = r"""
# exchange_servers.yml, the password in the environment variable ANON_TLS_LDAP_PASSWORD
plugin: msexchange.transport_tls.exchange_servers
server:
  - ldaps://dc1.contoso.com
  - ldaps://dc2.contoso.com
username: svc-audit@contoso.com

---
# audit.exchange_servers.yml: short names, a cache, variables and groups of one's own
plugin: msexchange.transport_tls.exchange_servers
server: dc1.contoso.com
bind: gssapi
host_name: name
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: .cache/exchange
strict: true
compose:
  ansible_host: anon_tls_directory.fqdn
groups:
  exchange_without_internal_certificate: anon_tls_directory.directory.status == 'null'
keyed_groups:
  - prefix: exchange_version
    key: anon_tls_directory.server.version
"""

import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from ansible.errors import AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.entry import DirectoryError

_missing: ImportError | None = None
try:
    from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.exchange_ldap import read_forest
    from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.inventory_variable import NAME
    from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.ldap_options import LdapOptions
    from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._fleet import (
        Member,
        fleet_of,
        members_of,
        placed,
    )
except ImportError as error:
    if (error.name or "").partition(".")[0] != "cryptography":
        raise
    _missing = error

_OPTION = re.compile(r"\bdirectory\.(?:source )?(?=[a-z])")
_TEMPLATES = ("server", "base", "username", "password", "keytab", "ca_certificates")


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """Asks the directory or the cache, and makes hosts of the answer."""

    NAME = "msexchange.transport_tls.exchange_servers"
    trusted_by_default = False  # A value of the directory is never a template.

    def verify_file(self, path: str) -> bool:
        return path.endswith(("exchange_servers.yml", "exchange_servers.yaml")) and bool(super().verify_file(path))

    def parse(self, inventory: InventoryData, loader: DataLoader, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        if _missing:
            raise AnsibleParserError(
                f"exchange_servers needs the Python package cryptography on the controller ({_missing}); install it "
                f"with: {sys.executable} -m pip install 'cryptography>=42.0.0'"
            )
        self._read_config_data(path)
        try:
            members = members_of(self._variables(path, cache), self.get_option("host_name"))
        except DirectoryError as error:
            # The options of anon_tls_facts' `directory` are this file's own.
            raise AnsibleParserError(f"exchange_servers: {_OPTION.sub('', str(error))}") from None
        placement = placed(members, tuple(inventory.hosts))
        if placement.notice:
            self.display.warning(f"exchange_servers: {placement.notice}")
        for host, member in placement.hosts:
            self._add(inventory, host, member)

    def _variables(self, path: str, cache: bool) -> list[dict[str, Any]]:
        """One for each server, of the cache where it is used and holds them, else of the directory."""
        key = self.get_cache_key(path)
        caching = self.get_option("cache")
        if caching and cache:
            try:
                cached: list[dict[str, Any]] = self._cache[key]
            except KeyError:
                pass
            else:
                return cached
        fleet = fleet_of(read_forest(self._ldap_options()), datetime.now(UTC).replace(microsecond=0))
        for doubt in fleet.doubts:
            self.display.warning(f"exchange_servers: {doubt}")
        if caching:
            self._cache[key] = list(fleet.variables)
        return list(fleet.variables)

    def _ldap_options(self) -> LdapOptions:
        options = dict(self._given())
        servers = options.pop("server") or ()
        return LdapOptions(servers=tuple(servers), **options)

    def _given(self) -> Iterator[tuple[str, Any]]:
        self.templar.available_variables = self._vars or {}
        for name in ("bind", "start_tls", "verify", "allow_plaintext", "timeout"):
            yield name, self.get_option(name)
        for name in _TEMPLATES:
            yield name, self.templar.template(self.get_option(name))

    def _add(self, inventory: Any, host: str, member: Member) -> None:
        inventory.add_host(host)
        inventory.set_variable(host, NAME, member.variable)
        for name in member.groups:
            group = inventory.add_group(self._sanitize_group_name(name))
            inventory.add_child(group, host)
        variables = {**inventory.get_host(host).get_vars(), NAME: member.variable}
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), variables, host, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), variables, host, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, host, strict=strict)
