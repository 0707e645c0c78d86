"""Tell which certificates have their private key at hand, with the standard library alone: OpenSSL compares the two."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import ssl
import tempfile
from collections.abc import Callable, Iterable, Sequence
from typing import IO, NamedTuple

MAX_TRIES = 20_000

_MISMATCH = ("KEY_VALUES_MISMATCH", "KEY_TYPE_MISMATCH", "NO_CERTIFICATE_ASSIGNED")
_NOT_JUDGED = "has_private_key of the certificates without a key is not known: "


class KeyFile(NamedTuple):
    """A private key as PEM and the file it lies in."""

    pem: bytes
    file: str


class CertificateFiles(NamedTuple):
    """A certificate as DER and the files it lies in."""

    der: bytes
    files: list[str]


class Matches(NamedTuple):
    """`has_key`, one answer for each certificate, in their order: None where it is not known."""

    has_key: list[bool | None]
    warnings: list[str]


def match_keys(certificates: Sequence[CertificateFiles], keys: Sequence[KeyFile]) -> Matches:
    """Tries each key with the certificates of its own file and of the same stem, then with those still without a key.

    At most MAX_TRIES pairs are compared; one matching certificate per key is enough, as the controller knows which
    others have the same public key.
    """
    search = _Search(certificates)
    if not keys:
        return Matches(search.has_key, [])
    try:
        with tempfile.TemporaryFile() as certificate_file, tempfile.TemporaryFile() as key_file:
            search.run(keys, _Comparison(certificate_file, key_file))
    except OSError as error:
        search.give_up(f"private keys cannot be compared on this machine ({error})")
    except _TooManyTries:
        search.give_up(f"more than {MAX_TRIES} pairs of a certificate and a key to compare")
    return Matches(search.has_key, search.warnings)


class _TooManyTries(Exception):
    pass


class _KeyProblem(Exception):
    pass


class _CertificateProblem(Exception):
    pass


class _Search:
    def __init__(self, certificates: Sequence[CertificateFiles]) -> None:
        self.has_key: list[bool | None] = [False] * len(certificates)
        self.warnings: list[str] = []
        self._certificates = certificates
        self._without_key = dict.fromkeys(range(len(certificates)))
        self._tries_left = MAX_TRIES
        self._by_file = _index(certificates, str)
        self._by_stem = _index(certificates, _stem)

    def run(self, keys: Sequence[KeyFile], compare: _Comparison) -> None:
        unmatched = []
        for key in keys:
            near = dict.fromkeys(self._by_file.get(key.file, []) + self._by_stem.get(_stem(key.file), []))
            if self._find(key, near, compare) is False:
                unmatched.append((key, near))
        for key, near in unmatched:
            self._find(key, (index for index in self._without_key if index not in near), compare)

    def _find(self, key: KeyFile, indexes: Iterable[int], compare: _Comparison) -> bool | None:
        """Whether one of these certificates has this key; None when the key cannot be used."""
        try:
            compare.take_key(key.pem)
            for index in indexes:
                if self._matches(index, compare):
                    self.has_key[index] = True
                    self._without_key.pop(index, None)
                    return True
        except _KeyProblem:
            self.warnings.append(f"{key.file}: the private key cannot be used, it counts as no key")
            return None
        return False

    def _matches(self, index: int, compare: _Comparison) -> bool:
        if not self._tries_left:
            raise _TooManyTries
        self._tries_left -= 1
        try:
            return compare.matches(self._certificates[index].der)
        except _CertificateProblem:
            self.has_key[index] = self.has_key[index] or None
            return False

    def give_up(self, reason: str) -> None:
        self.has_key = [has_key or None for has_key in self.has_key]
        self.warnings.append(_NOT_JUDGED + reason)


class _Comparison:
    """OpenSSL wants files: these have no name, so that no copy of a key stays behind whatever happens."""

    def __init__(self, certificate_file: IO[bytes], key_file: IO[bytes]) -> None:
        self._certificate_file = certificate_file
        self._key_file = key_file

    def take_key(self, pem: bytes) -> None:
        _put(self._key_file, pem)

    def matches(self, der: bytes) -> bool:
        _put(self._certificate_file, ssl.DER_cert_to_PEM_cert(der).encode("ascii"))
        context = _context()
        try:
            context.load_cert_chain(_path(self._certificate_file), _path(self._key_file), password=_no_passphrase)
        except ssl.SSLError as error:
            if error.reason in _MISMATCH:
                return False
            raise _KeyProblem if _is_loadable(der) else _CertificateProblem from None
        return True


def _context() -> ssl.SSLContext:
    # A new one for every pair: one that has seen a pair remembers it.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def _is_loadable(der: bytes) -> bool:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=der)
    except ssl.SSLError:
        return False
    return True


def _no_passphrase() -> bytes:
    return b""


def _put(file: IO[bytes], data: bytes) -> None:
    file.seek(0)
    file.truncate()
    file.write(data)
    file.flush()
    file.seek(0)


def _path(file: IO[bytes]) -> str:
    return f"/dev/fd/{file.fileno()}"


def _stem(file: str) -> str:
    return os.path.splitext(file)[0].casefold()


def _index(certificates: Sequence[CertificateFiles], key_of: Callable[[str], str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for index, certificate in enumerate(certificates):
        for file in certificate.files:
            found.setdefault(key_of(file), []).append(index)
    return found
