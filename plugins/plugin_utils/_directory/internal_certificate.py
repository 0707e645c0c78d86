"""The internal transport certificate, out of the values of `msExchServerInternalTLSCert` (procedure, step 3)."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from collections.abc import Sequence

from .._certificate import CertificateError, load, thumbprint_of
from .._der import INTEGER, SEQUENCE, DerError, element_at, elements_of
from .._facts import DirectoryCertificate, DirectoryValue
from .._serialized_certificate import SerializedCertificateError, read_serialized_certificate

ATTRIBUTE = "msExchServerInternalTLSCert"

_THUMBPRINT_TEXT = re.compile(rb"[0-9A-Fa-f]{40}")
_EXPLICIT_VERSION = 0xA0
_BLANKS_AND_COLONS = re.compile(rb"[\s:]+")


def read_internal_certificate(
    values: Sequence[bytes], *, version_came: bool, source: str, is_copy: bool
) -> DirectoryValue:
    """What the values say; `version_came`: `versionNumber` of the object came in the same answer.

    A value is a serialized certificate, DER or a thumbprint in hexadecimal digits; anything else is `corrupt`. None is
    `null` only where `versionNumber` proves that the object could be read, else `unknown`; so is more than one.
    """
    if len(values) > 1:
        reason = f"{ATTRIBUTE} has {len(values)} values, it can have one; which is in use cannot be told"
        return DirectoryValue("unknown", reason, source, is_copy=is_copy)
    if values:
        return _read(values[0], source, is_copy)
    if version_came:
        return DirectoryValue("null", f"{ATTRIBUTE} has no value", source, is_copy=is_copy)
    reason = (
        f"neither {ATTRIBUTE} nor versionNumber came with a value: they were not asked for or may not be read; read "
        "the object with both"
    )
    return DirectoryValue("unknown", reason, source, is_copy=is_copy)


def _read(value: bytes, source: str, is_copy: bool) -> DirectoryValue:
    digits = _BLANKS_AND_COLONS.sub(b"", value)
    if _THUMBPRINT_TEXT.fullmatch(digits):
        return DirectoryValue("present", None, source, digits.decode().upper(), is_copy)
    der, provider = value, None
    try:
        if not _begins_as_der(value):
            serialized = read_serialized_certificate(value)
            der, provider = serialized.der, serialized.provider
        certificate = load(der)
    except (SerializedCertificateError, CertificateError) as error:
        if _has_the_shape_of_a_certificate(der):
            # Not readable by us is not yet corrupt: Exchange reads it by its thumbprint alone.
            reason = f"the certificate that {ATTRIBUTE} holds cannot be read: {error}"
            return DirectoryValue("present", reason, source, thumbprint_of(der), is_copy)
        seen = f"{len(value)} bytes, the first {value[:8].hex(' ')}"
        return DirectoryValue("corrupt", f"{ATTRIBUTE} holds no certificate ({seen}): {error}", source, is_copy=is_copy)
    shown = DirectoryCertificate(certificate.subject, certificate.not_before, certificate.not_after, provider)
    return DirectoryValue("present", None, source, certificate.thumbprint, is_copy, shown)


def _begins_as_der(value: bytes) -> bool:
    # A record with the property id 48 begins with the byte of a sequence too, but no certificate is an empty sequence.
    return value[:1] == b"\x30" and value[1:2] != b"\x00"


def _has_the_shape_of_a_certificate(der: bytes) -> bool:
    """One sequence, its first element a TBSCertificate by the kinds of its elements (RFC 5280, section 4.1)."""
    try:
        tag, _start, content, end = element_at(der, 0, len(der))
        body = element_at(der, content, end)
        kinds = [kind for kind, *_offsets in elements_of(der, body)]
    except DerError:
        return False
    if kinds[:1] == [_EXPLICIT_VERSION]:
        del kinds[0]
    return tag == body[0] == SEQUENCE and end == len(der) and kinds[:6] == [INTEGER, *[SEQUENCE] * 5]
