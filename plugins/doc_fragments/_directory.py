"""The options of reading a directory over LDAP, each with its environment variable; private to this collection."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    # Of a plugin, whose options are read by name and from the environment.
    DOCUMENTATION = r"""
options:
  server:
    description:
      - The directory servers, V(ldaps://dc1.contoso.com), V(ldap://dc1.contoso.com:389), or a host, which means LDAPS. With
        several, the next is asked when one cannot be used. Separated by commas in the environment variable.
    type: list
    elements: str
    required: true
    env:
      - name: ANON_TLS_LDAP_SERVER
  base:
    description:
      - The distinguished name to search below. By default every Exchange organisation of the forest, which the server's root
        DSE leads to.
    type: str
    env:
      - name: ANON_TLS_LDAP_BASE
  bind:
    description:
      - V(simple) with O(username) and O(password), only with TLS unless O(allow_plaintext) is set.
      - V(gssapi) is Kerberos over TLS, with the tickets at hand, or with O(username) and either O(password) or O(keytab). It
        needs the Python package C(gssapi).
      - V(anonymous) shows nothing in Active Directory, as it is by default.
    type: str
    choices: [simple, gssapi, anonymous]
    default: simple
    env:
      - name: ANON_TLS_LDAP_BIND
  username:
    description:
      - The user, V(user@domain) or a distinguished name; with V(gssapi) the principal.
    type: str
    env:
      - name: ANON_TLS_LDAP_USERNAME
  password:
    description:
      - The password. Better in the environment variable than in a file.
    type: str
    env:
      - name: ANON_TLS_LDAP_PASSWORD
  keytab:
    description:
      - The keytab of O(username), with V(gssapi).
    type: path
    env:
      - name: ANON_TLS_LDAP_KEYTAB
  start_tls:
    description:
      - Whether to turn a connection that begins in plain text, V(ldap://), into an encrypted one before anything is sent.
    type: bool
    default: false
    env:
      - name: ANON_TLS_LDAP_START_TLS
  ca_certificates:
    description:
      - A file of certificates, in PEM, of the authorities that the server's certificate is trusted by; the system's
        authorities by default.
    type: path
    env:
      - name: ANON_TLS_LDAP_CA_CERTIFICATES
  verify:
    description:
      - Whether the server's certificate must be trusted and bear its name.
    type: bool
    default: true
    env:
      - name: ANON_TLS_LDAP_VERIFY
  allow_plaintext:
    description:
      - Whether a simple bind may send the password in clear. For laboratories.
    type: bool
    default: false
    env:
      - name: ANON_TLS_LDAP_ALLOW_PLAINTEXT
  timeout:
    description:
      - Seconds that reading the directory may take in total, over all servers.
    type: int
    default: 30
    env:
      - name: ANON_TLS_LDAP_TIMEOUT
"""
