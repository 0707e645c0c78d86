"""Whether the key of one certificate made the signature of another: yes, no, or not to be verified here."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa
from cryptography.x509.oid import SignatureAlgorithmOID

# The names of the attributes begin with the kind of key: RSA_WITH_SHA256, ECDSA_WITH_SHA384, ED25519, ...
_KEY_TYPES = {"RSA": "RSA", "RSASSA": "RSA", "ECDSA": "EC", "DSA": "DSA", "ED25519": "Ed25519", "ED448": "Ed448"}
_KEY_TYPE_OF_ALGORITHM = {
    oid: _KEY_TYPES[kind]
    for name, oid in vars(SignatureAlgorithmOID).items()
    for kind in [name.lstrip("_").partition("_")[0]]
    if kind in _KEY_TYPES
}
# `verify_directly_issued_by` refuses them; the keys themselves still verify them.
_OLD_ALGORITHMS = {
    SignatureAlgorithmOID.RSA_WITH_MD5: hashes.MD5(),
    SignatureAlgorithmOID.RSA_WITH_SHA1: hashes.SHA1(),
    SignatureAlgorithmOID._RSA_WITH_SHA1: hashes.SHA1(),
    SignatureAlgorithmOID.ECDSA_WITH_SHA1: hashes.SHA1(),
    SignatureAlgorithmOID.DSA_WITH_SHA1: hashes.SHA1(),
}


def is_signed_by(certificate: x509.Certificate, issuer: x509.Certificate, key_type: str) -> bool | None:
    """Whether the issuer's key, of the type that the facts name, made the certificate's signature.

    The certificate's issuer must be the issuer's subject. None: it cannot be verified, as the key or the algorithm is
    one that `cryptography` does not support.
    """
    algorithm = certificate.signature_algorithm_oid
    if key_type != "unknown" and _KEY_TYPE_OF_ALGORITHM.get(algorithm, key_type) != key_type:
        return False
    try:
        old_hash = _OLD_ALGORITHMS.get(algorithm)
        if old_hash is None:
            certificate.verify_directly_issued_by(issuer)
        else:
            _verify_old(certificate, issuer.public_key(), old_hash)
    except InvalidSignature:
        return False
    # Keys and algorithms that are not supported fail in more ways than are documented.
    except Exception:
        return None
    return True


def _verify_old(certificate: x509.Certificate, key: object, algorithm: hashes.HashAlgorithm) -> None:
    signature, body = certificate.signature, certificate.tbs_certificate_bytes
    match key:
        case rsa.RSAPublicKey():
            key.verify(signature, body, padding.PKCS1v15(), algorithm)
        case ec.EllipticCurvePublicKey():
            key.verify(signature, body, ec.ECDSA(algorithm))
        case dsa.DSAPublicKey():
            key.verify(signature, body, algorithm)
        case _:
            raise TypeError(f"{type(key).__name__} does not sign with {algorithm.name}")
