#!/usr/bin/python
# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The part of `anon_tls_enable` that writes on a POSIX target, and the documentation of the whole."""

from __future__ import annotations

DOCUMENTATION = r"""
module: anon_tls_enable
short_description: Enable a certificate of an Exchange server for SMTP
version_added: 0.1.0
author:
  - The msexchange.transport_tls authors (@msexchange)
description:
  - Enables SMTP, and SMTP only, for one certificate of a server, and keeps or replaces the internal transport certificate.
  - The facts are read again immediately before the change, as M(msexchange.transport_tls.anon_tls_facts) reads them, and
    everything that stands against the change is asked before anything is changed. What is written is written only where
    nobody else has written meanwhile.
  - Nothing is ever deleted, and no service is taken away.
  - M(msexchange.transport_tls.anon_tls_select) names the certificate, as RV(msexchange.transport_tls.anon_tls_select#module:decision.best)
    or RV(msexchange.transport_tls.anon_tls_select#module:decision.desired).
options:
  thumbprint:
    description:
      - The certificate. Blanks and colons among its 40 hexadecimal digits, and upper and lower case, make no difference.
    type: str
    required: true
  internal:
    description:
      - What becomes of the internal transport certificate.
      - V(keep) leaves it the one it is. It is refused where that one is missing, has no private key or has expired, as
        nothing would be kept.
      - V(replace) makes O(thumbprint) the internal transport certificate. For a folder it needs O(directory.source=ldap), and
        writes the attribute C(msExchServerInternalTLSCert) of the server object. On a Windows host Exchange's own cmdlet does it,
        and no directory need be named.
      - Where O(thumbprint) is the internal transport certificate already, both leave it so.
    type: str
    choices: [keep, replace]
    default: keep
  allow_edge_resubscribe:
    description:
      - Allows the change on an Edge Transport server, and on a server with Edge Subscriptions. Where it is not known whether
        there are any, that counts as some.
      - A new internal transport certificate breaks them. They must be made anew afterwards, with C(New-EdgeSubscription).
    type: bool
    default: false
  allow_cng:
    description:
      - Allows a certificate whose private key is a CNG key to become the internal transport certificate there. EdgeSync fails
        with such a key.
    type: bool
    default: false
  _change:
    description:
      - What the target is to write. It is set by the action alone, and refused of a playbook.
    type: dict
    suboptions:
      thumbprint:
        description: The certificate that must be in the folder.
        type: str
        required: true
      has_key:
        description: Whether its private key must be at hand.
        type: bool
        required: true
      digest:
        description: The SHA-256 of the text of C(store.yml) that is to be replaced. Left out where there is no such file.
        type: str
      text:
        description: The new text.
        type: str
        required: true
requirements:
  - cryptography 42.0.0 or later for the Python that runs Ansible on the controller; nothing on the target but Python, or
    Windows PowerShell 5.1, so Windows Server 2016 or later
  - ldap3 2.9.1 or later there for O(directory.source=ldap), and gssapi for V(gssapi) of O(directory.bind)
extends_documentation_fragment:
  - msexchange.transport_tls._gathering
  - msexchange.transport_tls._attributes.enabling
notes:
  - The store is that of a Windows host, O(store.source=windows) or V(auto) there, or a folder, O(store.source=folder) or V(auto)
    elsewhere, on the target or, with O(store.remote=false), on the controller. A folder stands for the store of a server in
    a laboratory.
  - On a Windows host C(Enable-ExchangeCertificate) is run with C(-Services SMTP -Force), in the Exchange Management Shell that
    M(msexchange.transport_tls.anon_tls_facts) reads with, and needs the role Organization Management, on an Edge Transport server a
    local administrator. C(-Force) answers the question whether to replace the internal transport certificate, so with
    O(internal=keep) the earlier one is enabled again after O(thumbprint), also with C(-Force), and gets SMTP if it lacked that.
    Where nothing is to be done neither is run. No other service is ever named.
  - There, services and internal transport certificate are read before the change, where they must be as the facts have them, and
    afterwards, whatever a cmdlet reports. A cmdlet that reports an error is a failure, also where all is as it was asked for. What
    somebody else has made the internal transport certificate meanwhile is left so. A shell that hangs is given up after 300
    seconds; where a change was begun then, the message says that what came of it is not known, and what to look at.
  - There, it is refused where Exchange's own cmdlets cannot be asked, and where they and the directory name different internal
    transport certificates, as until a change is replicated to every domain controller.
  - It is refused, with the reason and what to do, where the certificate is not in the store, cannot be read, is archived, has
    no private key or one that is not known to be there, has expired or is not yet valid; on an Edge Transport server, or a
    server with Edge Subscriptions, without O(allow_edge_resubscribe=true); there, with O(internal=replace), for a CNG key
    without O(allow_cng=true); and with O(internal=keep) where the internal transport certificate is missing, not known, not in
    the store, without a private key that is known to be there, or expired. The last three of these are not asked where
    O(thumbprint) is the internal transport certificate already.
  - O(directory.source=inventory) is refused, and V(auto) of O(directory.source) is V(adlds) on a Windows host that is an Edge
    Transport server, V(ldap) where O(directory.server) is given, else V(none). What an inventory read some time ago is never
    used for a change.
  - In C(store.yml), V(SMTP) is added to the C(services) of the certificate; every other byte stays, comments and order too. The
    new text is read again before it is written. A file that uses anchors or the like is refused, with what to write by hand.
    Where there is no C(store.yml), the new one says of every other certificate of the folder that its services are not
    known, as was so before.
  - The new C(store.yml) takes the place of the old one in one step, with its mode and owner. Where that is not possible, such as
    on a full disk, the old one stays whole and nothing else is left behind. The folder is locked meanwhile. Of two runs
    at once one is told that another was faster; so is a run whose C(store.yml), certificate or private key is another one than
    was read.
  - In the directory the old value is deleted and the new one added in one modification, which fails where the old one is no
    longer there. It is never tried again; the value is read again, and the message tells what is there now. Where the
    connection breaks before the answer, the value is read over a new one.
  - The new value is a serialized certificate with its SHA-1 hash (property 3) and the certificate (property 32). A folder knows no
    key container, so it has no key provider information (property 2). The value that was replaced is returned in
    RV(replaced_value). Calling the module for the earlier certificate puts that certificate back, in a value of
    this form.
  - The directory is read twice before it is changed. O(directory.timeout) bounds the two and the change, each for itself.
  - Whether this user may write the attribute is read first, from C(allowedAttributesEffective) of the object, in check mode too.
    A directory without that, such as OpenLDAP, is not judged; check mode warns then.
  - With O(internal=replace) SMTP is enabled first, then the directory is changed. Where the second fails, the task fails with
    RV(ignore:changed) being true, and RV(after) tells what is so now.
seealso:
  - module: msexchange.transport_tls.anon_tls_facts
  - module: msexchange.transport_tls.anon_tls_select
"""

EXAMPLES = r"""
- name: On a Windows host, make a certificate the internal transport certificate
  msexchange.transport_tls.anon_tls_enable:
    thumbprint: 6A1F0CBE3F2D9F0E5A6C7B8D9E0F1A2B3C4D5E6F
    internal: replace
  become: true
  become_method: ansible.builtin.runas
  become_user: CONTOSO\exchange-admin
  vars:
    ansible_become_password: "{{ vault_exchange_password }}"

- name: Enable SMTP for a certificate, the internal transport certificate stays what it is
  msexchange.transport_tls.anon_tls_enable:
    thumbprint: 6A1F0CBE3F2D9F0E5A6C7B8D9E0F1A2B3C4D5E6F
    store:
      path: /srv/ex01
    directory:
      server: dc1.contoso.com
      username: audit@contoso.com
      password: "{{ lookup('ansible.builtin.env', 'LDAP_PASSWORD') }}"
    server_name: EX01

- name: Make the best certificate of the store the internal transport certificate
  msexchange.transport_tls.anon_tls_enable:
    thumbprint: "{{ anon_tls_selected.decision.best }}"
    internal: replace
    store:
      path: /srv/ex01
    directory:
      source: ldap
      server:
        - ldaps://dc1.contoso.com
        - ldaps://dc2.contoso.com
      username: exchange-admin@contoso.com
      password: "{{ lookup('ansible.builtin.env', 'LDAP_PASSWORD') }}"
    server_name: EX01
    allow_edge_resubscribe: true

- name: Read a copy of a store that lies on the controller
  msexchange.transport_tls.anon_tls_facts: &copy
    store:
      path: files/ex01
      remote: false
    directory:
      source: ldif
      path: files/exchange.ldf
    server_name: EX01

- name: Decide
  msexchange.transport_tls.anon_tls_select:
  register: anon_tls_selected

- name: Enable SMTP for the internal transport certificate in that copy
  msexchange.transport_tls.anon_tls_enable:
    <<: *copy
    thumbprint: "{{ anon_tls_selected.decision.internal }}"
  register: enabled

- name: Show the services it had before
  ansible.builtin.debug:
    var: enabled.before.services
"""

RETURN = r"""
before:
  description: The certificate and the internal transport certificate as they were read.
  returned: success, and failure of the change itself
  type: dict
  sample:
    thumbprint: 6A1F0CBE3F2D9F0E5A6C7B8D9E0F1A2B3C4D5E6F
    subject: CN=ex01.contoso.com
    dns_names: [ex01.contoso.com, mail.contoso.com]
    not_before: "2026-01-15T08:00:00Z"
    not_after: "2028-01-15T08:00:00Z"
    services: [IIS]
    internal:
      status: present
      thumbprint: 0D1C2B3A49586776859403F2E1D0C9B8A7968574
      subject: CN=EX01
      dns_names: [EX01, ex01.contoso.com]
      not_before: "2021-05-02T09:30:00Z"
      not_after: "2026-05-02T09:30:00Z"
  contains: &contains
    thumbprint:
      description: The thumbprint of the certificate that was asked for.
      returned: always
      type: str
      sample: 6A1F0CBE3F2D9F0E5A6C7B8D9E0F1A2B3C4D5E6F
    subject:
      description: Its subject as RFC 4514 writes it.
      returned: always
      type: str
      sample: CN=ex01.contoso.com
    dns_names:
      description: The DNS names of its subject alternative name.
      returned: always
      type: list
      elements: str
      sample: [ex01.contoso.com, mail.contoso.com]
    not_before:
      description: The first moment of its validity, in UTC.
      returned: always
      type: str
      sample: "2026-01-15T08:00:00Z"
    not_after:
      description: The last moment of its validity, in UTC.
      returned: always
      type: str
      sample: "2028-01-15T08:00:00Z"
    services:
      description: The services of Exchange that it is enabled for. Null where they are not known.
      returned: always
      type: list
      elements: str
      sample: [IIS]
    internal:
      description: The internal transport certificate. What is not known of it is null.
      returned: always
      type: dict
      sample:
        status: present
        thumbprint: 0D1C2B3A49586776859403F2E1D0C9B8A7968574
        subject: CN=EX01
        dns_names: [EX01, ex01.contoso.com]
        not_before: "2021-05-02T09:30:00Z"
        not_after: "2026-05-02T09:30:00Z"
      contains:
        status:
          description:
            - As RV(msexchange.transport_tls.anon_tls_facts#module:ansible_facts.anon_tls.directory.status).
          returned: always
          type: str
          sample: present
        thumbprint:
          description: Its thumbprint.
          returned: always
          type: str
          sample: 0D1C2B3A49586776859403F2E1D0C9B8A7968574
        subject:
          description: Its subject.
          returned: always
          type: str
          sample: CN=EX01
        dns_names:
          description: The DNS names of its subject alternative name, where it is in the store.
          returned: always
          type: list
          elements: str
          sample: [EX01, ex01.contoso.com]
        not_before:
          description: The first moment of its validity, in UTC.
          returned: always
          type: str
          sample: "2021-05-02T09:30:00Z"
        not_after:
          description: The last moment of its validity, in UTC.
          returned: always
          type: str
          sample: "2026-05-02T09:30:00Z"
after:
  description:
    - The same, as it is afterwards; what was written has been read again. In check mode, as it would be. Where the change itself
      fails, what is known to be so.
  returned: success, and failure of the change itself
  type: dict
  sample:
    thumbprint: 6A1F0CBE3F2D9F0E5A6C7B8D9E0F1A2B3C4D5E6F
    subject: CN=ex01.contoso.com
    dns_names: [ex01.contoso.com, mail.contoso.com]
    not_before: "2026-01-15T08:00:00Z"
    not_after: "2028-01-15T08:00:00Z"
    services: [IIS, SMTP]
    internal:
      status: present
      thumbprint: 0D1C2B3A49586776859403F2E1D0C9B8A7968574
      subject: CN=EX01
      dns_names: [EX01, ex01.contoso.com]
      not_before: "2021-05-02T09:30:00Z"
      not_after: "2026-05-02T09:30:00Z"
  contains: *contains
replaced_value:
  description:
    - The value of C(msExchServerInternalTLSCert) that was replaced, byte for byte, in base64. It holds a certificate and no
      private key. Left out where there was none, and where it was no certificate, as nobody knows what that holds.
  returned: when the directory was changed
  type: str
  sample: AwAAAAEAAAAUAAAA
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.msexchange.transport_tls.plugins.module_utils._enable_options import CHANGE, TARGET_SPEC
from ansible_collections.msexchange.transport_tls.plugins.module_utils._sealed_answer import sealed
from ansible_collections.msexchange.transport_tls.plugins.module_utils._store_yml_file import (
    StoreYmlError,
    write_store_yml,
)


def main() -> None:
    module = AnsibleModule(argument_spec=TARGET_SPEC, supports_check_mode=True)
    store, change = module.params["store"], module.params[CHANGE]
    if change is None:
        module.fail_json(
            msg="anon_tls_enable runs by way of its action; call it as msexchange.transport_tls.anon_tls_enable"
        )
    answer: dict[str, Any] = {"problem": None, "written": not module.check_mode}
    try:
        write_store_yml(store["path"], store["password"], change, check_mode=module.check_mode)
    except StoreYmlError as error:
        answer = {"problem": str(error), "written": error.written}
    # For the action alone, which makes the result of it.
    module.exit_json(changed=answer["written"], anon_tls_target=sealed(answer, store["password"]))


if __name__ == "__main__":
    main()
