"""What an LDAP server's refusals mean: each kind a text of its own, with what to do."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import ssl

from .entry import DirectoryError

SUCCESS = 0
NO_SUCH_OBJECT = 32

_LONGEST_MESSAGE = 200
# "a successful bind must be completed" (Windows), "unavailable without authentication" (Samba).
_UNBOUND = re.compile(r"successful bind|without authentication")
_DATA = re.compile(r"data ([0-9a-fA-F]+)")
_BAD_BINDINGS = "80090346"

# The sub-codes of invalidCredentials that Active Directory gives (MS-ADTS, section 3.1.1.3.4.3: Windows error codes).
_WHY_REFUSED = {
    "525": "there is no such user",
    "52e": "wrong user name or password",
    "530": "the user may not log on at this time",
    "531": "the user may not log on from this computer",
    "532": "the password has expired",
    "533": "the account is disabled",
    "701": "the account has expired",
    "773": "the password must be changed first",
    "775": "the account is locked out",
}

# X509_verify_cert_error of OpenSSL.
_NOT_YET_VALID = 9
_EXPIRED = 10
_WRONG_NAMES = (62, 64)

_CUT = {3: "the time limit", 4: "the size limit", 11: "an administrative limit"}
_DOWN = (51, 52)
_NEEDS_ENCRYPTION = (8, 13)
_NO_RIGHT = 50
_OPERATIONS_ERROR = 1
_REFERRAL = 10
_INVALID_DN = 34
_INVALID_CREDENTIALS = 49
_NO_SIMPLE_BIND = (7, 48)


class ServerUnavailable(DirectoryError):
    """This server cannot be used, another of the same directory may do."""


def refused_bind(server: str, code: int, message: str, bind: str) -> DirectoryError:
    """Of the result of a bind that is no success; a wrong password is not tried with the next server."""
    if code == _INVALID_CREDENTIALS:
        if _BAD_BINDINGS in message:
            return DirectoryError(f"{server} refuses the bind: channel binding failed; is there a proxy on the way?")
        found = _DATA.search(message)
        why = _WHY_REFUSED.get(found[1].lower() if found else "", "wrong user name or password")
        return DirectoryError(f"{server} refuses the bind: {why}; check directory.username and directory.password")
    if code in _NEEDS_ENCRYPTION:
        return DirectoryError(
            f"{server} demands encryption ({_clean(message)}); use ldaps:// or set directory.start_tls"
        )
    if code == _INVALID_DN:
        return DirectoryError(
            f"{server} takes no such user name; give directory.username as a distinguished name "
            "(Active Directory also takes user@domain)"
        )
    if code in _NO_SIMPLE_BIND:
        return DirectoryError(f"{server} offers no bind of the kind {bind} ({_clean(message)}); set another")
    return refused(server, code, message, "the bind")


def refused(server: str, code: int, message: str, what: str) -> DirectoryError:
    """Of the result of anything else; `what` is what was asked for."""
    said = f"result {code}: {_clean(message)}" if message else f"result {code}"
    if code in _CUT:
        return DirectoryError(
            f"{server} truncated the answer to {what} by {_CUT[code]} ({said}); what came is not used. Raise the limit "
            "of the server, or set directory.base to the organisation's container"
        )
    if code in _DOWN:
        return ServerUnavailable(f"{server} is busy or shutting down ({said})")
    if code in _NEEDS_ENCRYPTION:
        return refused_bind(server, code, message, "")
    if code == _REFERRAL:
        return DirectoryError(
            f"{server} refers to another server for {what}, and referrals are not followed, as they would take the "
            "password along; name a server that holds the configuration itself in directory.server"
        )
    if code == _NO_RIGHT or (code == _OPERATIONS_ERROR and _UNBOUND.search(message)):
        return DirectoryError(
            f"{server}: no right to read {what} ({said}); bind as a user who may read the configuration"
        )
    if code == NO_SUCH_OBJECT:
        return DirectoryError(
            f"{server} has no such object, or this user has no right to see it ({said}), asked for {what}; "
            "check directory.base and the user's rights"
        )
    return DirectoryError(f"{server} refuses {what} ({said})")


def refused_change(server: str, code: int, message: str, what: str) -> DirectoryError:
    """Of the result of a modify that is no success; nothing was changed."""
    if code == _NO_RIGHT:
        return DirectoryError(
            f"{server}: no right to change {what} (result {code}: {_clean(message)}); bind as a user who may write it"
        )
    return refused(server, code, message, f"the change of {what}")


def refused_certificate(server: str, error: ssl.SSLCertVerificationError) -> ServerUnavailable:
    """Of the certificate that a server showed and OpenSSL did not accept."""
    why = _clean(error.verify_message or str(error))
    if error.verify_code == _EXPIRED:
        return ServerUnavailable(f"the certificate of {server} has expired; renew it on the server")
    if error.verify_code == _NOT_YET_VALID:
        return ServerUnavailable(f"the certificate of {server} is not yet valid; check the clocks")
    if error.verify_code in _WRONG_NAMES:
        return ServerUnavailable(
            f"the certificate of {server} is for another name ({why}); write the server's name in directory.server as "
            "the certificate has it"
        )
    return ServerUnavailable(
        f"the certificate of {server} is not trusted ({why}); name the file of its authority in "
        "directory.ca_certificates"
    )


def _clean(message: str) -> str:
    """A server's own words, in one line."""
    return re.sub(r"[^\x20-\x7e\xa0-\U0010ffff]+", " ", message).strip()[:_LONGEST_MESSAGE]
