"""Read `store.yml`: what the files of a folder cannot tell of its certificates, such as their services in Exchange."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar, get_args

import yaml

from .._facts import SERVICES, Provider, thumbprint_in
from .store_error import StoreError

Answer = TypeVar("Answer")

_SERVICE_OF = {service.lower(): service for service in SERVICES}
_FLAG_OF = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_PROVIDER_OF: dict[str, Provider] = {provider: provider for provider in get_args(Provider)}
_FIELDS = ("services", "provider", "friendly_name", "has_private_key")
_NULL = ("", "~", "null", "Null", "NULL")

# It leaves every scalar a text: a thumbprint of digits alone, or one like 1E40, is no number.
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True, slots=True)
class Listed:
    """What `store.yml` says of one certificate; `services` is None where it says that they are not known."""

    services: tuple[str, ...] | None = ()
    provider: Provider | None = None
    friendly_name: str | None = None
    has_private_key: bool | None = None


def read_store_yml(text: str) -> dict[str, Listed]:
    """Thumbprints, in upper case, and what is said of them.

    Raises StoreError, naming the line, for anything but the documented fields and values.
    """
    listed: dict[str, Listed] = {}
    for key, value in _pairs(root_of(text), "a mapping of thumbprints"):
        thumbprint = thumbprint_in(_text(key))
        if thumbprint is None:
            raise _wrong(key, "a thumbprint of 40 hexadecimal digits")
        if thumbprint in listed:
            raise StoreError(f"store.yml, line {_line(key)}: {thumbprint} is listed twice; keep one of the two")
        listed[thumbprint] = _listed(value)
    return listed


def root_of(text: str) -> yaml.Node | None:
    """The node of the whole file, None of one that is empty; raises StoreError for what is no YAML."""
    try:
        return yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise StoreError(f"store.yml{line}: no valid YAML: {error.problem or error.context}; mend it") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise StoreError(f"store.yml: no valid YAML: {' '.join(str(error).split())}; mend it") from None


def _listed(node: yaml.Node) -> Listed:
    fields: dict[str, yaml.Node] = {}
    for key, value in _pairs(node, "a mapping such as {services: [SMTP]}"):
        name = _text(key)
        if name not in _FIELDS:
            raise _wrong(key, f"one of {', '.join(_FIELDS)}")
        if name in fields:
            raise StoreError(f"store.yml, line {_line(key)}: {name} is there twice; keep one of the two")
        fields[name] = value
    return Listed(
        services=_services(fields["services"]) if "services" in fields else (),
        provider=_one_of(fields.get("provider"), _PROVIDER_OF, "csp or cng"),
        friendly_name=_text_or_none(fields.get("friendly_name")),
        has_private_key=_one_of(fields.get("has_private_key"), _FLAG_OF, "true or false"),
    )


def _services(node: yaml.Node) -> tuple[str, ...] | None:
    if _is_null(node):
        return None
    if not isinstance(node, yaml.SequenceNode):
        raise _wrong(node, "a list such as [SMTP, IIS]")
    enabled = set()
    for item in node.value:
        service = _SERVICE_OF.get(_text(item).lower())
        if service is None:
            raise _wrong(item, f"a service of Exchange: {', '.join(SERVICES)}")
        enabled.add(service)
    return tuple(service for service in SERVICES if service in enabled)


def _one_of(node: yaml.Node | None, answers: Mapping[str, Answer], expected: str) -> Answer | None:
    text = _text_or_none(node)
    if node is None or text is None:
        return None
    if text.lower() not in answers:
        raise _wrong(node, expected)
    return answers[text.lower()]


def _pairs(node: yaml.Node | None, expected: str) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    if node is None or _is_null(node):
        return
    if not isinstance(node, yaml.MappingNode):
        raise _wrong(node, expected)
    yield from node.value


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and not node.style and node.value in _NULL


def _text(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise _wrong(node, "a text")
    return str(node.value)


def _text_or_none(node: yaml.Node | None) -> str | None:
    return None if node is None or _is_null(node) else _text(node)


def _wrong(node: yaml.Node, expected: str) -> StoreError:
    if isinstance(node, yaml.ScalarNode):
        seen = repr(node.value)
    else:
        seen = "a list" if isinstance(node, yaml.SequenceNode) else "a mapping"
    if len(seen) > 60:
        seen = seen[:57] + "..."
    return StoreError(f"store.yml, line {_line(node)}: {seen} is not {expected}")


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
