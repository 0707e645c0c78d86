"""Runs the EXAMPLES of every module on a small laboratory: all but those of Windows hosts and of a live directory."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from textwrap import indent
from typing import Any

import yaml

from ansible_collections.msexchange.transport_tls.tests.fixtures import shell_objects
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import (
    exchange_certificate,
    intermediate_authority,
    root_authority,
    server_certificate,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.exports import (
    SYSTEM,
    write_pkcs12,
    write_registry,
    write_sst,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.ldif import (
    send_connector_entry,
    server_entry,
    write_ldif,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.serialized_certificate import serialize
from ansible_collections.msexchange.transport_tls.tests.fixtures.shell_objects import (
    exchange_server,
    send_connector,
    transport_service,
    write_exports,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.store import Entry, write_store

COLLECTION = "ansible_collections.msexchange.transport_tls"
PASSWORD = "secret"
MODULES = Path(__file__).parents[2] / "plugins" / "modules"
PLAY = """\
- name: The examples of {name}
  hosts: localhost
  connection: local
  gather_facts: false
  vars:
    ansible_python_interpreter: "{{{{ ansible_playbook_python }}}}"
  tasks:
"""


def main() -> int:
    """The number of modules whose examples failed."""
    names = sorted(path.stem for path in MODULES.glob("*.py"))
    with tempfile.TemporaryDirectory() as folder:
        laboratory = Path(folder)
        make_laboratory(laboratory / "files")
        failed = [name for name in names if not runs(name, laboratory)]
    print(f"{len(names) - len(failed)} passed, {len(failed)} failed", *failed)
    return len(failed)


def make_laboratory(files: Path) -> None:
    """What the examples name: files/ex01, a store, files/exchange.ldf, a directory, and exports of both."""
    root = root_authority()
    issuing = intermediate_authority(root)
    issued = server_certificate("ex01.contoso.com", "EX01", issuer=issuing)
    own = exchange_certificate("EX01", "contoso.com")
    write_store(
        files / "ex01",
        [Entry("issued", issued, services=("SMTP", "IIS")), Entry("own", own, services=("SMTP",))],
        roots=[root],
        intermediates=[issuing],
    )
    exported = [(credential, serialize(credential.der)) for credential in (issued, own)]
    (files / "ex01.sst").write_bytes(write_sst(blob for _credential, blob in exported))
    (files / "ex01-registry").mkdir()
    (files / "ex01-registry" / "all.reg").write_bytes(
        write_registry({rf"{SYSTEM}\MY": exported, rf"{SYSTEM}\Root": [(root, serialize(root.der))]})
    )
    (files / "ex01-pkcs12").mkdir()
    (files / "ex01-pkcs12" / "own.pfx").write_bytes(write_pkcs12(own, PASSWORD))
    entries = [
        server_entry("EX01", version=(14, 3, 123), internal_certificate=serialize(own.der)),
        send_connector_entry("to internet", source_servers=["EX01"]),
    ]
    (files / "exchange.ldf").write_text(write_ldif(entries), encoding="utf-8")
    write_exports(
        files / "exports" / "EX01",
        certificates=[shell_objects.exchange_certificate(issued), shell_objects.exchange_certificate(own)],
        servers=[exchange_server("EX01")],
        transport=[transport_service("EX01", own.thumbprint)],
        connectors=[send_connector("to internet", source_servers=["EX01"])],
    )


def runs(name: str, laboratory: Path) -> bool:
    """Whether the module's examples run to their end."""
    examples = yaml.safe_load(importlib.import_module(f"{COLLECTION}.plugins.modules.{name}").EXAMPLES)
    here = yaml.safe_dump([task for task in examples if is_of_the_laboratory(task)], sort_keys=False)
    playbook = laboratory / f"{name}.yml"
    playbook.write_text(PLAY.format(name=name) + indent(here, "    "), encoding="utf-8")
    environment = {
        **os.environ,
        "ANSIBLE_INJECT_FACT_VARS": "False",
        "ANSIBLE_LOCALHOST_WARNING": "False",
        "PKCS12_PASSWORD": PASSWORD,
    }
    command = ["ansible-playbook", "--inventory", "localhost,", str(playbook)]
    return subprocess.run(command, env=environment, check=False).returncode == 0


def is_of_the_laboratory(task: dict[str, Any]) -> bool:
    """Whether an example needs no Windows host and no server of a directory; other tests have these."""
    return "a Windows host" not in task["name"] and "dc1.contoso.com" not in yaml.safe_dump(task)


if __name__ == "__main__":
    sys.exit(main())
