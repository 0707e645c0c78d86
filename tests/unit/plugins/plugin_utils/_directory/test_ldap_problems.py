"""Every way in which a directory refuses has a text of its own, with what to do."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ssl

import pytest

from ansible_collections.msexchange.transport_tls.plugins.plugin_utils._directory.ldap_problems import (
    ServerUnavailable,
    refused,
    refused_bind,
    refused_certificate,
    refused_change,
)

DC = "ldaps://dc1:636"


@pytest.mark.parametrize(
    ("code", "message", "text"),
    [
        (49, "80090308: LdapErr: DSID-0C090, comment: AcceptSecurityContext, data 52e, v2580", "wrong user name or"),
        (49, "80090308: LdapErr: DSID-0C090, data 775, v2580", "the account is locked out"),
        (49, "data 533", "the account is disabled"),
        (49, "", "wrong user name or password"),
        (49, "80090346: LdapErr: DSID-0C0905, data 80090346, v4563", "channel binding failed"),
        (8, "Transport encryption required.", "demands encryption"),
        (13, "confidentiality required", "demands encryption"),
        (34, "invalid DN", "directory.username as a distinguished name"),
        (48, "anonymous bind disallowed", "offers no bind of the kind simple"),
        (51, "", "is busy"),
    ],
)  # fmt: skip
def test_a_refused_bind_says_why(code: int, message: str, text: str) -> None:
    problem = str(refused_bind(DC, code, message, "simple"))
    assert DC in problem
    assert text in problem


@pytest.mark.parametrize(
    ("code", "message", "text"),
    [
        (3, "", "truncated the answer to the servers by the time limit"),
        (4, "", "truncated the answer to the servers by the size limit"),
        (11, "", "truncated the answer to the servers by an administrative limit"),
        (10, "", "referrals are not followed"),
        (50, "", "no right to read the servers"),
        (1, "000004DC: LdapErr: In order to perform this operation a successful bind must be done", "no right to read"),
        (1, "00002020: Operation unavailable without authentication", "no right to read"),
        (1, "something else", "refuses the servers"),
        (32, "", "check directory.base"),
        (53, "no\nway\x00", r"refuses the servers (result 53: no way)"),
        (8, "", "demands encryption"),
    ],
)  # fmt: skip
def test_a_refused_question_says_why(code: int, message: str, text: str) -> None:
    assert text in str(refused(DC, code, message, "the servers"))


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (50, "no right to change the value (result 50: why); bind as a user who may write it"),
        (32, "has no such object"),
        (10, "refers to another server for the change of the value"),
        (53, "refuses the change of the value (result 53: why)"),
    ],
)
def test_a_refused_change_says_why(code: int, text: str) -> None:
    assert text in str(refused_change(DC, code, "why", "the value"))


def test_only_what_another_server_may_do_better_is_tried_there() -> None:
    assert isinstance(refused(DC, 51, "", "x"), ServerUnavailable)
    assert not isinstance(refused_bind(DC, 49, "", "simple"), ServerUnavailable)
    assert not isinstance(refused(DC, 10, "", "x"), ServerUnavailable)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (10, "has expired"),
        (9, "is not yet valid"),
        (62, "is for another name"),
        (64, "is for another name"),
        (20, "is not trusted"),
        (18, "directory.ca_certificates"),
    ],
)
def test_a_refused_certificate_says_why(code: int, text: str) -> None:
    error = ssl.SSLCertVerificationError(1, "no")
    error.verify_code, error.verify_message = code, "whatever OpenSSL says"
    assert text in str(refused_certificate(DC, error))
