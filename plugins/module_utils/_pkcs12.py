"""Open PKCS#12 files, where `cryptography` is at hand: any version of it, and none is needed for anything else."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import warnings
from typing import NamedTuple

from ._bounded_files import UnreadableFile
from ._pkcs12_cost import Pkcs12CostError, count_iterations, is_pkcs12

__all__ = ["Pkcs12", "Pkcs12Reader", "is_pkcs12"]

MAX_ITERATIONS = 1_000_000  # of one key derivation; files of today have 2,048, the most careful ones 600,000
MAX_ALL_ITERATIONS = 50_000_000  # of one folder: half a minute


class Pkcs12(NamedTuple):
    """The certificate (DER) of the private key (PEM, for no one else to see), and further certificates (DER)."""

    certificate: bytes | None
    key: bytes | None
    others: list[bytes]


class Pkcs12Reader:
    """Opens the PKCS#12 files of one folder with one password; files without a password need none."""

    def __init__(self, password: str | None) -> None:
        self._passwords = [None] if password is None else [password.encode("utf-8"), None]
        self._iterations_left = MAX_ALL_ITERATIONS

    def open(self, data: bytes) -> Pkcs12:
        """Raises UnreadableFile, whose reason never holds the password."""
        try:
            iterations = count_iterations(data)
        except Pkcs12CostError as error:
            raise _unreadable(f"cannot be understood: {error}") from None
        if iterations.most > MAX_ITERATIONS:
            raise _unreadable(f"wants {iterations.most} iterations for a key, at most {MAX_ITERATIONS} are computed")
        for password in self._passwords:
            self._iterations_left -= iterations.total
            if self._iterations_left < 0:
                raise _unreadable(
                    f"was not opened: those before it took the {MAX_ALL_ITERATIONS} iterations that a folder may take"
                )
            found = _opened(data, password)
            if found is not None:
                return found
        if self._passwords == [None]:
            raise _unreadable("needs a password (store.password), or is damaged")
        raise _unreadable("store.password does not open; else it is damaged, or its encryption is not known here")


def _opened(data: bytes, password: bytes | None) -> Pkcs12 | None:
    """What is in it, None where it does not open with this password."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            from cryptography.hazmat.backends import default_backend
            from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12
        except ImportError as error:
            raise _unreadable(f"needs the Python package cryptography where the folder is ({error})") from None
        try:
            # Versions before 3.1 want the backend said.
            key, certificate, others = pkcs12.load_key_and_certificates(data, password, default_backend())
            return Pkcs12(
                None if certificate is None else certificate.public_bytes(Encoding.DER),
                None if key is None else key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
                [other.public_bytes(Encoding.DER) for other in others or ()],
            )
        # Of every kind, from version to version; a wrong password and damage are one.
        except Exception:
            return None


def _unreadable(reason: str) -> UnreadableFile:
    return UnreadableFile(f"is a PKCS#12 file that {reason}", True)
