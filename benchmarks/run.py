"""What the collection costs: ratios within one run, printed as a table; a ratio over its bound is a failure."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import gc
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import directory
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtensionOID, NameOID
from windows import answer_of

from ansible_collections.msexchange.transport_tls.plugins.module_utils._folder_store import read_folder
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._case import Question
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._decision import decide
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._facts import Certificate, Facts, Store, Trust
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.exported import described, one_of_each
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.folder import store_of
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.folder_reading import folder_reading
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.parsing import parse
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._stores.sst import read_sst
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._windows.answer import read_answer
from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._windows.store import store_of as store_of_host
from ansible_collections.msexchange.transport_tls.tests.fixtures.certificates import (
    intermediate_authority,
    root_authority,
    server_certificate,
    shared_rsa_key,
)
from ansible_collections.msexchange.transport_tls.tests.fixtures.exports import write_sst
from ansible_collections.msexchange.transport_tls.tests.fixtures.facts import NOW, hub, pki, self_signed
from ansible_collections.msexchange.transport_tls.tests.fixtures.serialized_certificate import serialize
from ansible_collections.msexchange.transport_tls.tests.fixtures.store import Entry, write_store

HOSTS = 40
ROUNDS = 5
_FLEET = "2,000 servers with their connectors over LDAP"


@dataclass(frozen=True)
class Line:
    """A line of the table; `bound` is the most that the ratio may be, None where the number is only shown."""

    what: str
    measured: str
    ratio: float | None = None
    bound: float | None = None

    @property
    def holds(self) -> bool:
        return self.bound is None or (self.ratio is not None and self.ratio <= self.bound)

    def __str__(self) -> str:
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        bound = "" if self.bound is None else f"at most {self.bound:g}{'' if self.holds else ' EXCEEDED'}"
        return f"| {self.what} | {self.measured} | {ratio} | {bound} |"


def facts_with(count: int) -> Facts:
    """A server with `count` certificates, half of them self-signed, all eligible."""
    certificates = [
        (pki if number % 2 else self_signed)(f"c{number}", days=(-100 - number, 100)) for number in range(count)
    ]
    return hub(certificates, certificates[count // 2])


def seconds(work: Callable[[], object]) -> float:
    """Of the processor, as the wall clock would count what else the machine does."""
    start = time.process_time()
    work()
    return time.process_time() - start


def best_of(rounds: int, *works: Callable[[], object]) -> list[float]:
    """The shortest time of each, taken in turns so that a slow moment of the machine meets them all."""
    times = [[seconds(work) for work in works] for _each in range(rounds)]
    return [min(column) for column in zip(*times, strict=True)]


def decision() -> Iterator[Line]:
    """The pure decision, and whether it is linear in the store."""
    question = Question(NOW, NOW)
    small, large = facts_with(100), facts_with(1000)
    of_100, of_1000 = best_of(
        20, lambda: decide(small, question).to_plain(), lambda: decide(large, question).to_plain()
    )
    yield Line("pure decision over 100 certificates", f"{of_100 * 1e3:.2f} ms")
    yield Line(
        "over 1,000 certificates, against 10 times that over 100", f"{of_1000 * 1e3:.1f} ms", of_1000 / of_100 / 10, 1.5
    )
    fleet = facts_with(10).to_plain()
    total = seconds(lambda: [decide(Facts.from_plain(fleet), question).to_plain() for _each in range(10_000)])
    yield Line("10,000 hosts with 10 certificates, facts read and decided", f"{total:.1f} s")


def memory() -> Iterator[Line]:
    """The facts of a fleet as Ansible keeps them: plain data, one copy per host."""
    text = json.dumps(facts_with(10).to_plain())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    fleet = [json.loads(text) for _each in range(5_000)]
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    yield Line(f"facts of {len(fleet):,} hosts with 10 certificates in memory", f"{grown / 1024:.0f} MB")
    yield Line("facts of a host with 10 certificates as JSON", f"{len(text) / 1024:.1f} KB of 16", len(text) / 16384, 1)


def folder() -> Iterator[Line]:
    """The facts of a folder against a bare loop: the same fields through cryptography, every signature verified."""
    root = root_authority(key=shared_rsa_key(2048, 0))
    issuing = intermediate_authority(root, key=shared_rsa_key(2048, 1))
    issued = [server_certificate(f"ex{n:03}.contoso.com", f"EX{n:03}", issuer=issuing) for n in range(100)]
    with tempfile.TemporaryDirectory() as place:
        path = Path(place)
        entries = [Entry(f"c{n:03}", credential, with_key=False) for n, credential in enumerate(issued)]
        write_store(path, entries, roots=[root], intermediates=[issuing])
        ours, bare = best_of(15, lambda: _ours(path), lambda: bare_loop(path, root.certificate, issuing.certificate))
    yield Line("facts of a folder with 100 certificates, against a bare loop", f"{ours * 1e3:.1f} ms", ours / bare, 1.2)


def serialized_store() -> Iterator[Line]:
    """A serialized store against reading the same fields from the same DER, trust apart, and the memory it takes."""
    root, key = root_authority(key=shared_rsa_key(2048, 0)), shared_rsa_key(2048, 1)
    issued = [server_certificate(f"ex{n:04}.contoso.com", f"EX{n:04}", issuer=root, key=key) for n in range(1000)]
    ders = [credential.der for credential in issued]
    small, large = (write_sst(serialize(der) for der in ders[:count]) for count in (100, 1000))
    ours, bare = best_of(
        30, lambda: _read_store(large), lambda: [_fields(x509.load_der_x509_certificate(der)) for der in ders]
    )
    yield Line("a serialized store of 1,000 certificates, against their DER", f"{ours * 1e3:.0f} ms", ours / bare, 1.3)
    of_100, of_1000 = (_peak(partial(_read_store, data)) for data in (small, large))
    yield Line("its memory, against 10 times that of 100", f"{of_1000 / 1e6:.1f} MB", of_1000 / of_100 / 10, 1.5)


def _read_store(data: bytes) -> list[Certificate]:
    found = parse(one_of_each(read_sst(data, "my.sst").my.certificates)).certificates
    return [described(each, Trust("unknown")) for each in found]


def _peak(work: Callable[[], object]) -> int:
    tracemalloc.start()
    work()
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def _ours(path: Path) -> Store:
    store = store_of(folder_reading(read_folder(str(path)))).store
    assert [certificate.trust.status for certificate in store.certificates] == ["trusted"] * 100
    return store


def bare_loop(path: Path, root: x509.Certificate, issuing: x509.Certificate) -> list[dict[str, object]]:
    """The least that gives the same fields of the certificates in a folder, and checks their path."""
    issuing.verify_directly_issued_by(root)
    read = []
    for file in sorted(path.glob("*.pem")):
        certificate = x509.load_pem_x509_certificate(file.read_bytes())
        certificate.verify_directly_issued_by(issuing)
        read.append(_fields(certificate))
    return read


def _fields(certificate: x509.Certificate) -> dict[str, object]:
    key = certificate.public_key()
    extensions = certificate.extensions
    eku = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    names = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    try:
        template = extensions.get_extension_for_oid(ExtensionOID.MS_CERTIFICATE_TEMPLATE).value
    except x509.ExtensionNotFound:
        template = None
    try:
        algorithm = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        algorithm = None
    return {
        "thumbprint": certificate.fingerprint(hashes.SHA1()).hex().upper(),
        "subject": certificate.subject.rfc4514_string(),
        "issuer": certificate.issuer.rfc4514_string(),
        "serial": f"{certificate.serial_number:X}",
        "version": certificate.version.value + 1,
        "not_before": certificate.not_valid_before_utc,
        "not_after": certificate.not_valid_after_utc,
        "dns_names": names.get_values_for_type(x509.DNSName),
        "common_names": [a.value for a in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)],
        "eku": [usage._name for usage in eku],
        "template": template,
        "key": (type(key).__name__, getattr(key, "key_size", None), getattr(getattr(key, "curve", None), "name", None)),
        "signature_hash": algorithm and algorithm.name,
        "self_signed": _is_self_signed(certificate),
    }


def _is_self_signed(certificate: x509.Certificate) -> bool:
    if certificate.subject != certificate.issuer:
        return False
    try:
        certificate.verify_directly_issued_by(certificate)
    except (InvalidSignature, TypeError, ValueError):
        return False
    return True


PLAYBOOK = """\
- name: Measure
  hosts: all
  connection: local
  gather_facts: false
  tasks:
    - name: facts
      ansible.builtin.set_fact:
        anon_tls: "{{ lookup('ansible.builtin.file', 'facts.json') | from_json }}"
        cacheable: true
"""
ASSERT = """\
    - name: assert
      ansible.builtin.assert: {that: inventory_hostname is defined, quiet: true}
"""
SELECT = """\
    - name: select
      msexchange.transport_tls.anon_tls_select: {}
"""


def action() -> Iterator[Line]:
    """`anon_tls_select` on hosts with 100 certificates against `ansible.builtin.assert` on the same hosts."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place)
        (path / "facts.json").write_text(json.dumps(facts_with(100).to_plain()))
        (path / "play.yml").write_text(PLAYBOOK + (ASSERT + SELECT) * ROUNDS)
        (path / "hosts").write_text("\n".join(f"host{number}" for number in range(HOSTS)))
        environment = {
            **os.environ,
            "ANSIBLE_CALLBACK_PLUGINS": str(Path(__file__).parent / "callback_plugins"),
            "ANSIBLE_CALLBACKS_ENABLED": "task_seconds",
            "ANON_TLS_TASK_SECONDS": str(path / "seconds.json"),
            "ANSIBLE_INJECT_FACT_VARS": "False",
        }
        command = ["ansible-playbook", "--inventory", "hosts", "play.yml"]
        subprocess.run(command, cwd=path, env=environment, check=True, stdout=subprocess.DEVNULL)
        taken = json.loads((path / "seconds.json").read_text())
    of_select, of_assert = (statistics.median(s for name, s in taken if name == task) for task in ("select", "assert"))
    measured = f"{of_select / HOSTS * 1e3:.1f} ms a host"
    yield Line("anon_tls_select with 100 certificates, against assert", measured, of_select / of_assert, 2)


def windows() -> Iterator[Line]:
    """What a Windows host sends of a store, and how long it takes to read that here."""
    answer = answer_of(20)
    size = len(json.dumps(answer, separators=(",", ":")))
    yield Line(
        "bytes sent by a Windows host with 20 certificates", f"{size / 1024:.1f} KB of 256", size / (256 * 1024), 1
    )
    (taken,) = best_of(ROUNDS, lambda: _read_host(answer))
    yield Line("its answer read", f"{taken * 1e3:.1f} ms")


def _read_host(answer: object) -> Store:
    read = read_answer(answer)
    assert read.store is not None
    return store_of_host(read.store, read.exchange).store


def live_directory() -> Iterator[Line]:
    """Reading a live directory, before certificates are parsed, and all of it as an inventory.

    Against `ldapsearch` the bound is that of a domain controller. A slapd answers so much faster that what ldap3 needs
    to decode the answers, in Python, is more than all that `ldapsearch` needs.
    """
    with directory.samba_with(2000) as domain:
        reading, ldapsearch = directory.reading(domain, rounds=5)
        listing = directory.listing(domain, 2000)
    yield Line(f"{_FLEET}, against ldapsearch (Samba)", f"{reading * 1e3:.0f} ms", reading / ldapsearch, 2)
    with directory.slapd_with(2000) as large, directory.slapd_with(200) as small:
        of_2000, ldapsearch = directory.reading(large, rounds=9)
        of_200, _ldapsearch = directory.reading(small, rounds=9)
    yield Line(f"{_FLEET}, against ldapsearch (slapd)", f"{of_2000 * 1e3:.0f} ms", of_2000 / ldapsearch)
    yield Line(f"{_FLEET}, against 200 (slapd)", f"{of_2000 * 1e3:.0f} ms", of_2000 / of_200, 12)
    with directory.slapd_with(10_000) as huge:
        most = directory.memory(huge)
    yield Line(
        "10,000 servers over LDAP, what their reader takes of memory", f"{most / 1e6:.1f} MB of 100", most / 1e8, 1
    )
    yield Line("ansible-inventory --list of 2,000 servers over LDAP (Samba)", f"{listing:.1f} s")


def main() -> int:
    print("| what | measured | ratio | bound |\n| --- | --- | --- | --- |", flush=True)
    held = True
    try:
        for measure in (action, decision, folder, serialized_store, windows, memory, live_directory):
            # What an earlier one has left is none of its garbage collector's business.
            gc.collect()
            gc.freeze()
            for line in measure():
                print(line, flush=True)
                held = held and line.holds
    except RuntimeError as error:
        print(f"Not measured: {error}", file=sys.stderr)
        return 1
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
