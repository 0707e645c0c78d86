#!/usr/bin/python
"""Documentation of the action `anon_tls_plan`, which plans on the controller; nothing runs on the target."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: anon_tls_plan
short_description: Plan how the internal transport certificate of an Exchange server would be mended, and what would then be decided
version_added: 0.1.0
author:
  - The msexchange.transport_tls authors (@msexchange)
description:
  - Chooses, from the facts of one server, the certificate that M(msexchange.transport_tls.anon_tls_enable) would have to enable
    or to make the internal one, and decides on the facts as they would be afterwards. What would not make the server
    compliant is refused.
  - First comes what is enabled for SMTP already - the best certificate, if it is inside its validity and nothing speaks against
    it (C(not_desired) of the candidate). Only where there is none it is the C(desired) of the decision.
  - In the V(2016) edition a healthy internal certificate is never touched.
  - It is a pure computation on the controller, which changes nothing. The role P(msexchange.transport_tls.anon_tls_remediate#role)
    carries the plan out.
options:
  enable_desired:
    description:
      - Whether to take the C(desired) of the decision though another would do that is enabled for SMTP already, and though the
        server is compliant. Where it is null, as for a healthy internal certificate in the V(2016) edition, that changes nothing.
    type: bool
    default: false
  thumbprint:
    description:
      - The certificate to take, whatever speaks against it, though the server is compliant; 40 hexadecimal digits, in any case,
        with blanks or colons. It must be in the store and inside its validity, and the server compliant with it.
    type: str
  since:
    description:
      - What an earlier plan was made of. When the facts have moved since, or what is to be done has, the plan is refused, and
        its reason says what has.
    type: dict
    suboptions:
      facts:
        description: The facts of then. The time at which they were collected does not count.
        type: dict
        required: true
      plan:
        description: The plan of then, RV(plan).
        type: dict
        required: true
extends_documentation_fragment:
  - msexchange.transport_tls._attributes
  - msexchange.transport_tls._question
attributes:
  platform:
    description: Target operating systems and families that can be planned for.
    support: full
    platforms: all
    details:
      - Nothing runs on the target, and no connection to it is made.
notes:
  - The guards of M(msexchange.transport_tls.anon_tls_enable), such as those of Edge Subscriptions, are its own; run it in check
    mode to see them.
seealso:
  - module: msexchange.transport_tls.anon_tls_facts
  - module: msexchange.transport_tls.anon_tls_select
  - module: msexchange.transport_tls.anon_tls_enable
"""

EXAMPLES = r"""
- name: Read a copy of the server's certificates and the directory on the controller
  msexchange.transport_tls.anon_tls_facts:
    server_name: EX01
    store:
      source: folder
      path: files/ex01
      remote: false
    directory:
      source: ldif
      path: files/exchange.ldf

- name: Plan
  msexchange.transport_tls.anon_tls_plan:
  register: planned

- name: Show what would be done, and why
  ansible.builtin.debug:
    msg: "{{ planned.plan.action }} {{ planned.plan.certificate }} - {{ planned.plan.reason }}"

- name: Show the lines for the Management Shell
  ansible.builtin.debug:
    msg: "{{ planned.plan.changes | map(attribute='command') }}"

- name: Plan for a certificate of the administrator's choice
  msexchange.transport_tls.anon_tls_plan:
    thumbprint: "{{ ansible_facts.anon_tls.store.certificates[0].thumbprint }}"
  register: of_my_choice

- name: Plan again, and refuse where anything has moved
  msexchange.transport_tls.anon_tls_plan:
    since:
      facts: "{{ ansible_facts.anon_tls }}"
      plan: "{{ planned.plan }}"
"""

RETURN = r"""
plan:
  description: What is to be done.
  returned: success
  type: dict
  contains:
    action:
      description: V(none), nothing is to be changed; V(change); or V(refused), nothing may be changed.
      type: str
    reason:
      description: Why, in a sentence. Where nothing in the store can win it says which certificate is missing.
      type: str
    thumbprint:
      description: The certificate that was chosen, or null.
      type: str
    certificate:
      description: The same for people to read, or null.
      type: str
    internal:
      description: The option O(msexchange.transport_tls.anon_tls_enable#module:internal), V(keep) or V(replace); else null.
      type: str
    changes:
      description: The changes in the order of execution, as C(remedy) of the decision has them; empty unless RV(plan.action=change).
      type: list
      elements: dict
    by_hand:
      description: The same of what an administrator has to do after them, for EdgeSync.
      type: list
      elements: dict
    command:
      description: The line for the Exchange Management Shell with which a refused plan can be mended, or null.
      type: str
    afterwards:
      description: The summary of the decision on the facts as they would be; null unless RV(plan.action=change).
      type: str
    state:
      description: What of the server a change can touch, as it is now.
      type: dict
      contains:
        server:
          description: The name of the server object; null where it is not known.
          type: str
        directory:
          description: The status of the directory's value.
          type: str
        internal:
          description: The thumbprint that the directory names, or null.
          type: str
        services:
          description: The services of every certificate of the store by its thumbprint; null where they are not known.
          type: dict
  sample:
    action: change
    reason: it is the best of those that are enabled for SMTP already
    thumbprint: 89ABCDEF0123456789ABCDEF0123456789ABCDEF
    certificate: 89ABCDEF (CN=ex01.contoso.com)
    internal: replace
    changes:
      - action: replace_internal
        thumbprint: 89ABCDEF0123456789ABCDEF0123456789ABCDEF
        reason: it is the best of those that are enabled for SMTP already
        caution: -Force replaces the internal transport certificate without a question
        command: Enable-ExchangeCertificate -Thumbprint 89ABCDEF0123456789ABCDEF0123456789ABCDEF -Services SMTP -Force
    by_hand: []
    command: null
    afterwards: EX01 - uses 89ABCDEF (CN=ex01.contoso.com) for anonymous TLS; compliant
    state:
      server: EX01
      directory: present
      internal: 0A1B2C3D4E5F60718293A4B5C6D7E8F901234567
      services:
        0A1B2C3D4E5F60718293A4B5C6D7E8F901234567: [SMTP]
        89ABCDEF0123456789ABCDEF0123456789ABCDEF: [IIS, SMTP]
decision:
  description: The decision that the plan is made of, as M(msexchange.transport_tls.anon_tls_select) returns it.
  returned: success
  type: dict
"""
