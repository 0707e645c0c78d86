"""Action of `anon_tls_facts`: reads the store on the target or here, the directory here, and returns the facts."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.module_utils.common.parameters import env_fallback
from ansible.plugins.action import ActionBase

from ansible_collections.msexchange.transport_tls.plugins.module_utils._facts_options import (
    ARGUMENT_SPEC,
    DIRECTORY_FILES,
    LDAP_ENVIRONMENT,
    LDAP_OPTIONS,
    PARTS,
    PARTS_OF_WINDOWS,
    SENT_TO_THE_TARGET,
)
from ansible_collections.msexchange.transport_tls.plugins.module_utils._sealed_answer import opened
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.entry import DirectoryError
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import Facts, Identity
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._plain_data import to_plain
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._sources import SourceError, settled

MINIMUM_CRYPTOGRAPHY = "42.0.0"

WHAT_WINDOWS_NEEDS = (
    "The host needs Windows PowerShell 5.1 in full language mode; an older server is read from what was exported of "
    "it, with store.remote set to false"
)

_without_cryptography: ImportError | None = None
try:
    from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.exchange_ldap import require_ldap3
    from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.inventory_variable import (
        NAME as VARIABLE,
    )
    from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.ldap_options import LdapOptions
    from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._gathering import (
        Directory,
        DirectoryByHost,
        DirectoryFiles,
        DirectoryInInventory,
        DirectoryOfEdge,
        GatheringError,
        Reading,
        Request,
        StoreFiles,
        gather,
        read_here,
        reading_of_host,
        reading_of_target,
    )
except ImportError as error:
    if (error.name or "").partition(".")[0] != "cryptography":
        raise
    _without_cryptography = error


class ActionModule(ActionBase):
    """Adapter of `_gathering`; it changes nothing, so check mode is no different.

    What needs the facts for more has another name and argument spec, and another `_act`.
    """

    TRANSFERS_FILES = False
    _supports_async = False
    _supports_check_mode = True
    _name = "anon_tls_facts"
    _argument_spec = ARGUMENT_SPEC

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _require_cryptography(self._name)
        _validated, options = self.validate_argument_spec(argument_spec=_with_environment(self._argument_spec))
        return self._act(result, options, task_vars or {})

    def _act(self, result: dict[str, Any], options: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        inventory = self._inventory(task_vars)
        request = self._request(options, inventory)
        answer, reading = self._read(request, options, task_vars)
        if reading is None:
            return {**result, **answer}
        facts = self._facts(request, reading)
        result.update(answer, changed=False)
        # As ansible.builtin.setup does with -v; -vv prints all.
        result["_ansible_verbose_override"] = self._display.verbosity < 2
        result["ansible_facts"] = {**answer.get("ansible_facts", {}), "anon_tls": facts.to_plain()}
        lost = (f"{failure.part} could not be gathered: {failure.reason}" for failure in facts.failures)
        if warnings := [*answer.get("warnings", ()), *facts.warnings, *lost]:
            result["warnings"] = warnings
        return result

    def _read(
        self, request: Request, options: dict[str, Any], task_vars: dict[str, Any]
    ) -> tuple[dict[str, Any], Reading | None]:
        """What core adds to the answer of the target, where it was asked, and what was read, None where that failed."""
        answer = self._ask(request, options, task_vars) if request.needs_the_host else {}
        if answer.get("failed"):
            return answer, None
        try:
            return answer, self._reading(options, answer)
        except GatheringError as error:
            raise self._problem(str(error)) from error

    def _facts(self, request: Request, reading: Reading) -> Facts:
        try:
            return gather(request, reading, datetime.now(UTC).replace(microsecond=0))
        except GatheringError as error:
            raise self._problem(str(error)) from error

    def _request(self, options: dict[str, Any], inventory: DirectoryInInventory | None) -> Request:
        try:
            options.update(settled(options, windows=self._is_windows, inventory=inventory is not None))
        except SourceError as error:
            raise self._problem(str(error)) from error
        names = options["identity"]
        elsewhere = () if self._is_windows and options["store"]["remote"] else PARTS_OF_WINDOWS
        return Request(
            parts=frozenset(options["gather_subset"]).difference(elsewhere),
            live=options["store"]["remote"],
            server_name=_name(options["server_name"]),
            names=Identity(
                fqdn=_name(names["fqdn"]),
                hostname=_name(names["hostname"]),
                physical_fqdn=_name(names["physical_fqdn"]),
                physical_hostname=_name(names["physical_hostname"]),
                cluster_names=tuple(filter(None, map(_name, names["cluster_names"] or ()))),
            ),
            directory=self._directory(options, inventory),
            inventory=inventory,
        )

    def _directory(
        self, options: dict[str, Any], inventory: DirectoryInInventory | None
    ) -> Directory | DirectoryByHost | None:
        directory = options["directory"]
        if "directory" not in options["gather_subset"] or directory["source"] == "none":
            return None
        if directory["source"] in DIRECTORY_FILES:
            return DirectoryFiles(directory["source"], self._on_controller(directory["path"]))
        if directory["source"] == "ldap":
            return self._ldap(directory)
        if directory["source"] == "adlds":
            return DirectoryOfEdge()
        if directory["source"] == "auto":
            return DirectoryByHost(self._ldap(directory) if directory["server"] else None)
        if inventory is None:
            raise self._problem(
                f"directory.source is inventory, and this host has no variable {VARIABLE}; add the "
                "inventory plugin msexchange.transport_tls.exchange_servers, or set directory.source to ldap"
            )
        return inventory

    def _ldap(self, directory: dict[str, Any]) -> LdapOptions:
        given = {name: directory[name] for name in LDAP_OPTIONS}
        for file in ("ca_certificates", "keytab"):
            given[file] = self._on_controller(given[file]) if given[file] else None
        try:
            options = LdapOptions(servers=tuple(given.pop("server") or ()), **given)
            require_ldap3()
        except DirectoryError as error:
            problem = self._problem(str(error))
        else:
            return options
        raise problem

    def _inventory(self, task_vars: dict[str, Any]) -> DirectoryInInventory | None:
        variable = task_vars.get(VARIABLE)
        if isinstance(variable, str):
            variable = self._templar.template(variable)
        return None if variable is None else DirectoryInInventory(variable)

    @property
    def _is_windows(self) -> bool:
        """To Ansible, that is: the modules it sends there are those of PowerShell."""
        return bool(getattr(self._connection._shell, "_IS_WINDOWS", False))

    def _ask(self, request: Request, options: dict[str, Any], task_vars: dict[str, Any] | None) -> dict[str, Any]:
        """The answer of the one module that is run on the host, in one round trip."""
        windows = self._is_windows
        answer: dict[str, Any] = self._execute_module(
            module_name=f"msexchange.transport_tls.{'win_anon_tls_collect' if windows else 'anon_tls_facts'}",
            module_args=_sent_to_windows(request, options["events_days"]) if windows else self._sent_to_posix(),
            task_vars=task_vars,
        )
        if "invocation" in answer:
            answer["invocation"] = {"module_args": without_password(self._task.args)}
        if windows and answer.get("failed"):
            why = answer.get("msg", "no reason came")
            answer["msg"] = f"{self._name}: nothing was collected on the Windows host: {why}. {WHAT_WINDOWS_NEEDS}"
        return answer

    def _sent_to_posix(self) -> dict[str, Any]:
        """The options as the user wrote them, as `~` in a path is the target's."""
        return {name: value for name, value in self._task.args.items() if name in SENT_TO_THE_TARGET}

    def _reading(self, options: dict[str, Any], answer: dict[str, Any]) -> Reading:
        """What was read, the answer of a host taken out of the result."""
        host, target = answer.pop("anon_tls_windows", None), answer.pop("anon_tls_target", None)
        if target is not None:
            return reading_of_target(opened(target))
        if host is not None or (answer and self._is_windows):
            return reading_of_host(host)
        return Reading() if options["store"]["remote"] else self._read_here(options)

    def _read_here(self, options: dict[str, Any]) -> Reading:
        store = options["store"]
        if "store" not in options["gather_subset"]:
            return Reading()
        return read_here(
            StoreFiles(
                source=store["source"],
                path=self._on_controller(store["path"]),
                trusted_roots=self._all_on_controller(store["trusted_roots"]),
                intermediates=self._all_on_controller(store["intermediates"]),
                password=store["password"],
            )
        )

    def _problem(self, text: str) -> AnsibleActionFail:
        return AnsibleActionFail(f"{self._name}: {text}")

    def _all_on_controller(self, paths: list[str] | None) -> list[str] | None:
        return None if paths is None else [self._on_controller(path) for path in paths]

    def _on_controller(self, path: str) -> str:
        """Relative paths are looked for as Ansible looks for files: in `files/` of role and playbook, and beside it."""
        try:
            return str(self._find_needle("files", path))
        except AnsibleError:
            return str(self._loader.path_dwim(path))


def _require_cryptography(name: str) -> None:
    if _without_cryptography:
        raise AnsibleActionFail(
            f"{name} needs the Python package cryptography, version "
            f"{MINIMUM_CRYPTOGRAPHY} or later, on the controller ({_without_cryptography}); install it with: "
            f"{sys.executable} -m pip install 'cryptography>={MINIMUM_CRYPTOGRAPHY}'"
        )


def _with_environment(argument_spec: dict[str, Any]) -> dict[str, Any]:
    """The argument spec, with the environment variables of the controller that stand in for options of LDAP."""
    directory = argument_spec["directory"]
    from_environment = {
        name: {**directory["options"][name], "fallback": (env_fallback, [variable])}
        for name, variable in LDAP_ENVIRONMENT.items()
    }
    return {**argument_spec, "directory": {**directory, "options": {**directory["options"], **from_environment}}}


def _sent_to_windows(request: Request, events_days: int) -> dict[str, Any]:
    """The names are always asked for: they lead to the server object, and Exchange is asked for them."""
    parts = request.parts | {"identity"}
    if not request.asks_the_host_for_its_directory:
        parts -= {"directory"}
    return {
        "gather_subset": [part for part in PARTS if part in parts],
        "identity": {name: value for name, value in to_plain(request.names).items() if value},
        "events_days": events_days,
    }


def without_password(arguments: dict[str, Any]) -> dict[str, Any]:
    """The options as the user wrote them, for the result."""
    return {name: _hidden(value) if name in ("store", "directory") else value for name, value in arguments.items()}


def _hidden(options: object) -> object:
    hidden = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
    match options:
        case dict() if "password" in options:
            return {**options, "password": hidden}
        case str():  # the options of a dict may be written as one text
            return hidden
    return options


def _name(name: str | None) -> str | None:
    """A blank name is none at all, as a variable that is not set often is."""
    return (name or "").strip() or None
