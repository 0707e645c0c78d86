"""Action of `anon_tls_enable`: reads as `anon_tls_facts` does, asks the guards, and changes store and directory."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from ansible_collections.msexchange.transport_tls.plugins.action.anon_tls_facts import ActionModule as Gathering
from ansible_collections.msexchange.transport_tls.plugins.action.anon_tls_facts import without_password
from ansible_collections.msexchange.transport_tls.plugins.module_utils._enable_options import ARGUMENT_SPEC, CHANGE
from ansible_collections.msexchange.transport_tls.plugins.module_utils._facts_options import PARTS
from ansible_collections.msexchange.transport_tls.plugins.module_utils._sealed_answer import opened
from ansible_collections.msexchange.transport_tls.plugins.module_utils._store_yml_file import (
    StoreYmlError,
    write_store_yml,
)
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.entry import DirectoryError
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.ldap_options import LdapOptions
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._enabling import (
    WINDOWS,
    Change,
    EnablingError,
    State,
    Wish,
    change_of,
)
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.store_error import StoreError

# Without cryptography the action that is inherited says what to do.
try:
    from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.internal_swap import (
        ChangeUnknown,
        Held,
        read_held,
        replace_value,
    )
    from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._enabling_in_folder import (
        internal_value,
        store_yml_change,
    )
    from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._enabling_on_windows import (
        outcome_of,
        outcome_without_answer,
        request_of,
    )
    from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._gathering import Reading, Request
except ImportError as error:
    if (error.name or "").partition(".")[0] != "cryptography":
        raise


@dataclass(frozen=True, slots=True)
class _Plan:
    """The change, and what it writes: None where that stays as it is."""

    change: Change
    store_yml: dict[str, Any] | None
    directory: _Swap | None


@dataclass(frozen=True, slots=True)
class _Swap:
    options: LdapOptions
    held: Held
    new: bytes


class ActionModule(Gathering):
    """Adapter of `_enabling` for a Windows host, and for a store that is a folder, on the target or here."""

    _name = "anon_tls_enable"
    _argument_spec = ARGUMENT_SPEC

    def _act(self, result: dict[str, Any], options: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        self._check_host(options)
        # Events say nothing for or against a change.
        options.update(gather_subset=[part for part in PARTS if part != "events"], events_days=1)
        # What the inventory knows of the directory is never used for a change.
        request = self._request(options, None)
        answer, reading = self._read(request, options, task_vars)
        result = _joined(result, answer)
        if reading is None:
            return result
        windows = options["store"]["source"] == WINDOWS
        enable = self._enable_on_windows if windows else self._enable_in_folder
        try:
            before, done = enable(options, request, reading, task_vars)
        except (EnablingError, StoreError, DirectoryError) as error:
            raise self._problem(str(error)) from error
        result = _joined(result, done)
        result["before"] = before.to_plain()
        if self._task.diff:
            result["diff"] = {"before": result["before"], "after": result["after"]}
        return result

    def _enable_in_folder(
        self, options: dict[str, Any], request: Request, reading: Reading, task_vars: dict[str, Any]
    ) -> tuple[State, dict[str, Any]]:
        plan = self._plan(options, request, reading)
        return plan.change.before, self._carry_out(plan, options, task_vars)

    def _enable_on_windows(
        self, options: dict[str, Any], request: Request, reading: Reading, task_vars: dict[str, Any]
    ) -> tuple[State, dict[str, Any]]:
        """By one module, which reads before and after what it changes by Exchange's cmdlets."""
        facts, wish, check_mode = self._facts(request, reading), _wish(options), self._task.check_mode
        change = change_of(facts, wish, _now())
        answer: dict[str, Any] = self._execute_module(
            module_name="msexchange.transport_tls.win_anon_tls_enable",
            module_args=request_of(facts, wish, change),
            task_vars=task_vars,
        )
        if "invocation" in answer:
            answer["invocation"] = {"module_args": without_password(self._task.args)}
        said = answer.pop("anon_tls_windows", None)
        if said is None:
            why = str(answer.get("msg", "no reason came"))
            outcome = outcome_without_answer(facts, wish, change, why, check_mode=check_mode)
        else:
            outcome = outcome_of(facts, wish, change, said, check_mode=check_mode)
        failed = {} if outcome.problem is None else self._failed(outcome.problem, changed=outcome.changed)
        return change.before, {**answer, **_result(outcome.after, changed=outcome.changed), **failed}

    def _check_host(self, options: dict[str, Any]) -> None:
        store, directory = options["store"], options["directory"]
        if store["source"] not in ("auto", "folder", WINDOWS):
            raise self._problem(
                f"store.source {store['source']} is an export, and changing an export changes no server; name the "
                "folder that is the store"
            )
        if directory["source"] == "inventory":
            raise self._problem(
                "directory.source inventory is what was read some time ago, and never used for a change; set "
                "directory.source to ldap"
            )

    def _plan(self, options: dict[str, Any], request: Request, reading: Reading) -> _Plan:
        facts = self._facts(request, reading)
        change = change_of(facts, _wish(options), _now())
        swap = None
        if change.replaces_internal:
            directory = cast(LdapOptions, request.directory)
            held = read_held(directory, cast(str, facts.server.dn), facts.directory)
            swap = _Swap(directory, held, internal_value(reading, change))
        return _Plan(change, store_yml_change(reading, change) if change.enables_smtp else None, swap)

    def _carry_out(self, plan: _Plan, options: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """SMTP first, then the directory; what is returned says how far it came."""
        change, done = plan.change, _result(plan.change.before, changed=False)
        if plan.store_yml is not None:
            answer = self._write_store(plan.store_yml, options, task_vars)
            if answer.get("failed"):
                return {**done, **answer}
            done = {**answer, **_result(change.after_smtp, changed=True)}
        if plan.directory is None:
            return done
        if self._task.check_mode:
            return _joined(done, {**_result(change.after, changed=True), **_unjudged(plan.directory)})
        return _joined(done, self._write_directory(plan.directory, change))

    def _write_store(
        self, store_yml: dict[str, Any], options: dict[str, Any], task_vars: dict[str, Any]
    ) -> dict[str, Any]:
        store, check_mode = options["store"], self._task.check_mode
        if not store["remote"]:
            try:
                write_store_yml(self._on_controller(store["path"]), store["password"], store_yml, check_mode=check_mode)
            except StoreYmlError as error:
                return self._failed(str(error), changed=error.written)
            return {}
        sent = {name: value for name, value in self._task.args.items() if name in ("thumbprint", "store")}
        answer: dict[str, Any] = self._execute_module(
            module_name="msexchange.transport_tls.anon_tls_enable",
            module_args={**sent, CHANGE: store_yml},
            task_vars=task_vars,
        )
        if "invocation" in answer:
            answer["invocation"] = {"module_args": without_password(self._task.args)}
        if answer.get("failed"):
            return answer
        said = opened(answer.pop("anon_tls_target"))
        if said["problem"] is None:
            return answer
        return {**answer, **self._failed(said["problem"], changed=said["written"])}

    def _write_directory(self, swap: _Swap, change: Change) -> dict[str, Any]:
        kept = "" if not change.enables_smtp else ". SMTP was enabled before that, and stays so in store.yml"
        try:
            warning = replace_value(swap.options, swap.held, swap.new)
        except ChangeUnknown as error:
            return self._failed(f"{error}{kept}", changed=True)
        except DirectoryError as error:
            return self._failed(f"{error}{kept}", changed=change.enables_smtp)
        done = _result(change.after, changed=True)
        if swap.held.value is not None and change.before.internal.status == "present":
            done["replaced_value"] = base64.b64encode(swap.held.value).decode("ascii")
        return {**done, "warnings": [warning]} if warning else done

    def _failed(self, problem: str, *, changed: bool) -> dict[str, Any]:
        return {"failed": True, "msg": f"{self._name}: {problem}", "changed": changed}


def _wish(options: dict[str, Any]) -> Wish:
    return Wish(options["thumbprint"], options["internal"], options["allow_edge_resubscribe"], options["allow_cng"])


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _joined(earlier: dict[str, Any], later: dict[str, Any]) -> dict[str, Any]:
    """What the later answer says counts; the warnings of both stay."""
    warnings = [*earlier.get("warnings", ()), *later.get("warnings", ())]
    return {**earlier, **later, **({"warnings": list(dict.fromkeys(warnings))} if warnings else {})}


def _result(after: State, *, changed: bool) -> dict[str, Any]:
    return {"changed": changed, "after": after.to_plain()}


def _unjudged(swap: _Swap) -> dict[str, Any]:
    if swap.held.may_write is not None:
        return {}
    return {
        "warnings": [
            f"whether this user may change {swap.held.dn} is not known, as the server does not tell; the change shows"
        ]
    }
