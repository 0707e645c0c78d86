#!/usr/bin/python
# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The part of `anon_tls_facts` that runs on a POSIX target, and the documentation of the whole."""

from __future__ import annotations

DOCUMENTATION = r"""
module: anon_tls_facts
short_description: Gather what decides on the certificate for outbound anonymous TLS
version_added: 0.1.0
author:
  - The msexchange.transport_tls authors (@msexchange)
description:
  - Gathers, for one Exchange server, everything that decides which certificate it uses for outbound anonymous TLS - the
    certificates of its store, the names of the computer, and what the directory says of the server - and returns it as
    C(ansible_facts.anon_tls).
  - The facts are plain data. They hold no private key, no certificate as a whole and no root store, so they can be kept in
    a fact cache. M(msexchange.transport_tls.anon_tls_select) decides from them.
  - Nothing is changed anywhere, and no revocation list or other data is fetched from anywhere.
  - What could not be read is said to be unknown, and why. It never counts as missing on the server.
  - A Windows host is read itself, with one call of a PowerShell module that only reads. C(docs/windows.md) of the collection
    says what runs there, as whom, and with which rights.
options:
  gather_subset:
    description:
      - Which parts to gather.
      - "V(identity): the names of the computer."
      - "V(store): the certificates of its store."
      - "V(directory): the server object with the thumbprint of the internal transport certificate, and the Send connectors
        that the server is a source of."
      - "V(exchange): what Exchange's own cmdlets say on a Windows host - the services and the status of each certificate, the
        one that Exchange picks for each name, the internal transport certificate, and the Edge Subscriptions. It takes
        seconds, and on a Mailbox server a logon that can authenticate onward, as with C(become) and C(runas), CredSSP or
        Kerberos delegation. When it fails, RV(ansible_facts.anon_tls.failures) says so, and services are told by who may
        read the private keys."
      - "V(events): the events of the transport service in the log Application of a Windows host."
      - V(exchange) and V(events) are only on a Windows host. Of a POSIX target, and with O(store.remote=false), they are not
        gathered and null, which is no failure.
    type: list
    elements: str
    choices: [identity, store, directory, exchange, events]
    default: [identity, store, directory, exchange]
  events_days:
    description:
      - How many days V(events) of O(gather_subset) looks back, 1 to 3650.
    type: int
    default: 30
requirements:
  - cryptography 42.0.0 or later for the Python that runs Ansible on the controller; nothing on the target but Python, on a
    Windows host nothing but Windows PowerShell 5.1 in full language mode, that is Windows Server 2016 or later
  - ldap3 2.9.1 or later there for O(directory.source=ldap), and gssapi for V(gssapi) of O(directory.bind)
extends_documentation_fragment:
  - msexchange.transport_tls._gathering
  - msexchange.transport_tls._attributes
  - msexchange.transport_tls._attributes.facts
notes:
  - A folder stands for the local computer's certificate store. Files whose names end in C(.cer), C(.crt), C(.pem) or C(.der)
    are read as certificates, in PEM or DER as their content says; every certificate of a PEM file is one of the store.
    Files that end in C(.key) are read as private keys in PEM. Files that end in C(.p12) or C(.pfx) are read as PKCS#12;
    the certificate of the private key is one of the store, further ones are intermediates. Capital letters in an ending
    make no difference.
  - PKCS#12 files are opened on the machine that the folder is on, which needs the Python package C(cryptography) for
    them and for nothing else. A file that cannot be opened there is listed as unreadable, and as it may hold a private
    key, that of the certificates without one is unknown. So is a file that wants more than 1,000,000 iterations for a
    key, and what follows when all files of a folder have taken 50,000,000.
  - A private key belongs to the certificate with its public key, in whatever file it lies, C(.key) or PEM. It is compared on
    the machine that it is on, and never leaves it. An encrypted private key counts as none, with a warning. When more than
    20,000 pairs would have to be compared, or a file that may hold a key cannot be read, RV(ansible_facts.anon_tls.store.certificates[].has_private_key)
    is null for the certificates that no key was found for.
  - The file C(store.yml) of the folder says what the files cannot. It maps thumbprints to C(services), a list of C(IMAP),
    C(POP), C(UM), C(IIS), C(SMTP), C(Federation) and C(UMCallRouter); C(provider), C(csp) or C(cng); C(friendly_name); and
    C(has_private_key), for a certificate whose key is not at hand. A certificate that it does not list has no services.
    Without the file, services are unknown.
  - The folder C(roots) holds the trusted root certificates, the folder C(intermediates) further certificates that chains are
    built with. Chains are also built with the certificates of the store itself, as Windows does.
  - Files that C(Export-Clixml) wrote are told apart by the classes of the objects in them, never by their names, so one
    folder can hold all exports of a server and be the path of O(store.path) and O(directory.path) alike. They can be
    UTF-16 or UTF-8. A property that an object lacks is unknown, one that is there and null is null. An export that was
    cut is said to be so; the objects before the cut count, and Send connectors are then unknown if it held some.
  - Of C(Get-ExchangeCertificate) the services are what Exchange itself says, and the private key, the kind of its
    provider and the friendly name are those of the certificate's properties in C(SerializationData), a stream that only
    its one class is read of. The signature that newer servers put around it cannot be checked and is left alone. Where
    there is no such stream, or it cannot be read, the other properties count as far as they go, such as C(Services),
    C(HasPrivateKey) and C(Status). Of C(Cert:\LocalMachine\My) services are unknown; exports of C(Cert:\LocalMachine\Root)
    and C(Cert:\LocalMachine\CA) beside it are the trusted roots and the intermediates.
  - The C(Status) of an exported Exchange certificate is taken for its trust, within its own validity - V(Valid) is trusted;
    V(Untrusted), V(Revoked) and V(Invalid) are untrusted; V(DateInvalid), V(Unknown) and V(RevocationCheckFailure) leave it
    unknown. A V(PendingRequest) is no certificate yet and left out, with a warning. The reason names C(RootCAType), which is
    V(None), V(ThirdParty), V(Enterprise), V(Registry), V(GroupPolicy) or V(Unknown). Microsoft documents these values for
    C(Get-ExchangeCertificate); as numbers they are 0 to 5 for C(RootCAType) in this order, and for C(Status) 0 V(Unknown),
    1 V(Valid), 2 V(Revoked), 3 V(DateInvalid), 4 V(Untrusted), 5 V(Invalid), 6 V(RevocationCheckFailure), 7 V(PendingRequest),
    the order in which the HealthChecker of the CSS-Exchange project lists them.
  - A store that was exported, V(sst) or V(registry), tells of each certificate whether it has a private key, the kind
    of provider, the friendly name and whether it is archived, but nothing of the services of Exchange, which are
    unknown. What is damaged is listed in RV(ansible_facts.anon_tls.store.unreadable) with its place in the file;
    certificates before and behind it are read all the same.
  - The C(.reg) files should be exports of the three keys C(HKLM\SOFTWARE\Microsoft\SystemCertificates),
    C(HKLM\SOFTWARE\Microsoft\EnterpriseCertificates) and C(HKLM\SOFTWARE\Policies\Microsoft\SystemCertificates). C(MY)
    is the store, C(Root) and C(AuthRoot) hold the trusted roots, C(CA) the intermediate certificates, and C(Disallowed)
    those that are explicitly distrusted. Where the export lacks one of these keys, a certificate of which no chain is
    found is not called untrusted. Keys of a user are passed over with a warning.
  - On a Windows host, services are what Exchange says (RV(ansible_facts.anon_tls.store.certificates[].services_evidence) is
    V(exchange)). Where it did not answer, a certificate counts as enabled for SMTP if NETWORK SERVICE may read the file of
    its private key, and as not enabled for anything if it may not (V(key_acl)). That is how the service comes about in
    practice and no documented rule; a decision that rests on it says so.
  - On a Windows host, trust is what Windows says of the chain, nothing downloaded for it. V(Revoked), V(NotSignatureValid),
    V(NotValidForUsage), V(UntrustedRoot), V(Cyclic), V(InvalidExtension), V(InvalidBasicConstraints),
    V(InvalidNameConstraints), V(HasNotPermittedNameConstraint), V(HasExcludedNameConstraint) and V(ExplicitDistrust) are
    untrusted, as is a self-signed certificate that is not among the trusted roots. V(PartialChain) is untrusted where the
    certificate does not say where its issuer can be downloaded, else unknown, as Windows may find it when Exchange asks.
    Every other flag, V(HasWeakSignature) among them, leaves it unknown. Where Windows leaves it unknown, the C(Status) that
    Exchange gives counts, if that is known; where it did not judge a chain at all, one is built of what came.
  - A Windows host is under Network Load Balancing when an interface with a C(ClusterName) has started (C(HostState) 1). A
    C(ClusterName) alone stays behind when it is unbound, and RV(ansible_facts.anon_tls.identity.cluster) is null then.
  - Where no directory tells the role, the version and the Edge Subscriptions, those are the ones of the setup of Exchange
    in the registry of the Windows host, and of C(Get-EdgeSubscription).
  - Reading over LDAP asks for the organisation, the server object, the Edge Transport servers and the Send connectors, page
    by page, and counts no page that is not whole. Referrals are not followed. A server that is down, a certificate that is
    refused, a wrong password and a missing right are failures of the part V(directory), each with its own text, and the
    value is then V(unknown).
  - A file that holds nothing like a certificate is a warning. A certificate that cannot be parsed, and a file that cannot be
    opened, are listed in RV(ansible_facts.anon_tls.store.unreadable). Files of more than 16 MiB (64 MiB of
    what C(Export-Clixml) wrote), FIFOs and devices are not opened.
  - When one part fails and others do not, the facts of the others are returned, and RV(ansible_facts.anon_tls.failures) and
    a warning say what is missing. The task fails when nothing can be read of what was asked for, the names aside.
seealso:
  - module: msexchange.transport_tls.anon_tls_select
"""

EXAMPLES = r"""
# files/ex01/store.yml says what the certificate files beside it cannot say:
#
#   6A1F0CBE3F2D9F0E5A6C7B8D9E0F1A2B3C4D5E6F:
#     services: [IIS, SMTP]
#     provider: csp
#     friendly_name: Microsoft Exchange
#     has_private_key: true

- name: Read a Windows host, an Edge Transport server or one whose directory the inventory has read
  msexchange.transport_tls.anon_tls_facts:

- name: Read a Windows host, a Mailbox server with what Exchange itself says, by a logon that can authenticate onward
  msexchange.transport_tls.anon_tls_facts:
    gather_subset: [identity, store, directory, exchange, events]
    events_days: 90
    directory:
      server: ldaps://dc1.contoso.com
      username: audit@contoso.com
      password: "{{ vault_audit_password }}"
  become: true
  become_method: ansible.builtin.runas
  become_user: CONTOSO\audit
  vars:
    ansible_become_password: "{{ vault_audit_password }}"

- name: Read a Windows host without Exchange's own cmdlets, in less time
  msexchange.transport_tls.anon_tls_facts:
    gather_subset: [identity, store, directory]

- name: Read certificates and a directory that were exported to the controller
  msexchange.transport_tls.anon_tls_facts:
    store:
      path: files/ex01
      remote: false
    directory:
      source: ldif
      path: files/exchange.ldf
    server_name: EX01

- name: Stop where a certificate could not be read
  ansible.builtin.assert:
    that: ansible_facts.anon_tls.store.unreadable == []

- name: Show the certificates that are enabled for SMTP
  ansible.builtin.debug:
    msg: "{{ ansible_facts.anon_tls.store.certificates | selectattr('services', 'contains', 'SMTP') | map(attribute='subject') }}"

- name: Read the copy of a store that lies on the host itself, a laboratory
  msexchange.transport_tls.anon_tls_facts:
    store:
      path: "{{ playbook_dir }}/files/ex01"
    identity:
      fqdn: ex01.contoso.com
      hostname: EX01
      physical_fqdn: ex01.contoso.com
      physical_hostname: EX01

- name: Read a server under Network Load Balancing, its trusted roots from elsewhere
  msexchange.transport_tls.anon_tls_facts:
    store:
      path: files/ex01
      remote: false
      trusted_roots:
        - files/ex01/roots
    directory:
      source: ldif
      path: files/exchange.ldf
    identity:
      physical_hostname: EX01
      cluster_names:
        - mail.contoso.com

- name: Read all that the Exchange Management Shell exported of a server, its names too
  msexchange.transport_tls.anon_tls_facts:
    store:
      source: clixml
      path: files/exports/EX01
      remote: false
    directory:
      source: clixml
      path: files/exports/EX01

- name: Read a serialized store, in which nothing but the certificates of the server is, with its roots from elsewhere
  msexchange.transport_tls.anon_tls_facts:
    store:
      source: sst
      path: files/ex01.sst
      remote: false
      trusted_roots:
        - files/ex01/roots
      intermediates:
        - files/ex01/intermediates
    directory:
      source: ldif
      path: files/exchange.ldf
    server_name: EX01

# files/ex01-registry holds what these lines write on the server:
#
#   reg export HKLM\SOFTWARE\Microsoft\SystemCertificates system.reg
#   reg export HKLM\SOFTWARE\Microsoft\EnterpriseCertificates enterprise.reg
#   reg export HKLM\SOFTWARE\Policies\Microsoft\SystemCertificates policies.reg

- name: Read exports of the registry
  msexchange.transport_tls.anon_tls_facts:
    store:
      source: registry
      path: files/ex01-registry
      remote: false
    directory:
      source: ldif
      path: files/exchange.ldf
    server_name: EX01

- name: Read a folder with PKCS#12 files
  msexchange.transport_tls.anon_tls_facts:
    store:
      path: files/ex01-pkcs12
      remote: false
      password: "{{ lookup('ansible.builtin.env', 'PKCS12_PASSWORD') }}"
    server_name: EX01

- name: Read the directory alone
  msexchange.transport_tls.anon_tls_facts:
    gather_subset:
      - directory
    directory:
      source: ldif
      path: files/exchange.ldf
    server_name: EX01
"""

RETURN = r"""
ansible_facts:
  description: The facts of the host, to be found there as C(ansible_facts.anon_tls).
  returned: success
  type: dict
  contains:
    anon_tls:
      description:
        - The facts of one Exchange server. Each field is there always; null means that it is not known, or as its
          description says.
      returned: success
      type: dict
      contains:
        schema_version:
          description: The version of the form of these facts.
          returned: success
          type: int
          sample: 1
        collected_at:
          description:
            - When the facts were read, in UTC. With O(store.remote=false), the time of the newest file read. With
              O(directory.source=inventory) no later than the inventory read the directory.
          returned: success
          type: str
          sample: "2026-11-23T23:40:00Z"
        server:
          description: The server object, as far as the directory was read.
          returned: success
          type: dict
          sample:
            name: EX01
            role: hub
            dn: CN=EX01,CN=Servers,CN=Exchange Administrative Group (FYDIBOHF23SPDLT),CN=Administrative Groups,CN=Contoso,CN=Microsoft
              Exchange,CN=Services,CN=Configuration,DC=contoso,DC=com
            version: 15.2.2562
            edition: "2016"
            site: HQ
            edge_subscriptions: [EDGE01]
          contains:
            name:
              description: The name of the object, else the name that was looked for.
              returned: success
              type: str
              sample: EX01
            role:
              description: V(hub) for Hub Transport and Mailbox, V(edge) for Edge Transport, V(none) for other roles, V(unknown).
              returned: success
              type: str
              sample: hub
            dn:
              description: The distinguished name of the object.
              returned: success
              type: str
              sample: CN=EX01,CN=Servers,CN=Exchange Administrative Group (FYDIBOHF23SPDLT),CN=Administrative Groups,CN=Contoso,CN=Microsoft
                Exchange,CN=Services,CN=Configuration,DC=contoso,DC=com
            version:
              description: Major version, minor version and build.
              returned: success
              type: str
              sample: 15.2.2562
            edition:
              description: The edition of the procedure that this version follows.
              returned: success
              type: str
              sample: "2016"
            site:
              description: The Active Directory site.
              returned: success
              type: str
              sample: HQ
            edge_subscriptions:
              description: The Edge Transport servers that are subscribed to the site of a Hub Transport server.
              returned: success
              type: list
              elements: str
              sample: [EDGE01]
        identity:
          description: The names of the computer. All are null where O(gather_subset) lacks V(identity).
          returned: success
          type: dict
          sample:
            fqdn: ex01.contoso.com
            hostname: ex01
            physical_fqdn: ex01.contoso.com
            physical_hostname: ex01
            cluster: null
            cluster_names: []
          contains:
            fqdn:
              description: The fully qualified domain name.
              returned: success
              type: str
              sample: ex01.contoso.com
            hostname:
              description: The host name.
              returned: success
              type: str
              sample: ex01
            physical_fqdn:
              description: The fully qualified domain name of the machine itself.
              returned: success
              type: str
              sample: ex01.contoso.com
            physical_hostname:
              description: The host name of the machine itself.
              returned: success
              type: str
              sample: ex01
            cluster:
              description: V(none), V(nlb) or V(failover), as a Windows host tells. Null where that is not known.
              returned: success
              type: str
              sample: null
            cluster_names:
              description: The values C(ClusterName) of Network Load Balancing.
              returned: success
              type: list
              elements: str
              sample: [mail.contoso.com]
        store:
          description: The certificate store of the local computer. Null where it was not gathered.
          returned: success
          type: dict
          contains:
            source:
              description: The kind of store that was read.
              returned: success
              type: str
              sample: folder
            certificates:
              description: The certificates, one entry for each thumbprint.
              returned: success
              type: list
              elements: dict
              contains:
                thumbprint:
                  description: The SHA-1 of the certificate in 40 hexadecimal digits, upper case.
                  returned: success
                  type: str
                  sample: 6A1F0CBE3F2D9F0E5A6C7B8D9E0F1A2B3C4D5E6F
                subject:
                  description: The subject as RFC 4514 writes it.
                  returned: success
                  type: str
                  sample: CN=ex01.contoso.com
                issuer:
                  description: The issuer as RFC 4514 writes it.
                  returned: success
                  type: str
                  sample: CN=Contoso Issuing CA 1,O=Contoso
                serial:
                  description: The serial number in hexadecimal digits.
                  returned: success
                  type: str
                  sample: 4F00000007C5B1A2D3E4F5A6B7000000000007
                friendly_name:
                  description: The friendly name, which is no part of the certificate but kept beside it.
                  returned: success
                  type: str
                  sample: Microsoft Exchange
                version:
                  description: The X.509 version.
                  returned: success
                  type: int
                  sample: 3
                not_before:
                  description: The first moment of its validity, in UTC.
                  returned: success
                  type: str
                  sample: "2026-01-15T08:00:00Z"
                not_after:
                  description: The last moment of its validity, in UTC.
                  returned: success
                  type: str
                  sample: "2028-01-15T08:00:00Z"
                dns_names:
                  description: The DNS names of the subject alternative name.
                  returned: success
                  type: list
                  elements: str
                  sample: [ex01.contoso.com, mail.contoso.com]
                common_names:
                  description: The common names of the subject.
                  returned: success
                  type: list
                  elements: str
                  sample: [ex01.contoso.com]
                self_signed:
                  description: Whether subject and issuer are equal and its own key verifies its signature.
                  returned: success
                  type: bool
                  sample: false
                has_private_key:
                  description: Whether its private key is there. Null where that is not known.
                  returned: success
                  type: bool
                  sample: true
                services:
                  description: The services of Exchange that it is enabled for. Null where they are not known.
                  returned: success
                  type: list
                  elements: str
                  sample: [IIS, SMTP]
                services_evidence:
                  description:
                    - Where the services are known from. V(file) is C(store.yml), V(exchange) Exchange itself, V(key_acl) who may
                      read the private key.
                  returned: success
                  type: str
                  sample: file
                eku:
                  description: The extended key usages by name, or by OID where they have none. Null where there is no such extension.
                  returned: success
                  type: list
                  elements: str
                  sample: [serverAuth]
                template:
                  description: The certificate template of an enterprise authority, its name or its OID. Null where there is none.
                  returned: success
                  type: str
                  sample: WebServer
                key:
                  description: The public key.
                  returned: success
                  type: dict
                  sample: {type: RSA, bits: 2048, curve: null, provider: csp, network_service_can_read: true}
                  contains:
                    type:
                      description: The algorithm.
                      returned: success
                      type: str
                      sample: RSA
                    bits:
                      description: Its size, where the algorithm has one.
                      returned: success
                      type: int
                      sample: 2048
                    curve:
                      description: Its curve, where the algorithm has one.
                      returned: success
                      type: str
                      sample: null
                    provider:
                      description: Who keeps the private key on the server, V(csp) or V(cng). Null where that is not known.
                      returned: success
                      type: str
                      sample: csp
                    network_service_can_read:
                      description:
                        - Whether NETWORK SERVICE, the account of the transport service, may read the file of the private key,
                          by its access control list. Null where that is not known, as with everything but a Windows host.
                      returned: success
                      type: bool
                      sample: true
                signature_hash:
                  description: The hash algorithm of its signature.
                  returned: success
                  type: str
                  sample: sha256
                trust:
                  description: Whether the certificate chains to a trusted root. The moment is left out of this verdict.
                  returned: success
                  type: dict
                  contains:
                    status:
                      description: V(trusted), V(untrusted) or V(unknown).
                      returned: success
                      type: str
                      sample: trusted
                    reason:
                      description: Why it is not trusted, or why that is not known. Null for V(trusted).
                      returned: success
                      type: str
                      sample: null
                    evidence:
                      description:
                        - Who says so. V(windows) - Windows' own chain engine; V(exchange) - Exchange itself; V(built) - chains were
                          built here. Null where nobody does.
                      returned: success
                      type: str
                      sample: built
                    intervals:
                      description:
                        - The times when it is valid, one for each chain to a trusted root. It is valid at a moment that lies
                          inside any of them.
                      returned: success
                      type: list
                      elements: dict
                      sample:
                        - from: "2026-01-15T08:00:00Z"
                          to: "2028-01-15T08:00:00Z"
                          path:
                            - 6A1F0CBE3F2D9F0E5A6C7B8D9E0F1A2B3C4D5E6F
                            - 0D1C2B3A49586776859403F2E1D0C9B8A7968574
                          reason: null
                      contains:
                        from:
                          description: The latest first moment of the certificates of the chain.
                          returned: success
                          type: str
                          sample: "2026-01-15T08:00:00Z"
                        to:
                          description: The earliest last moment of the certificates of the chain.
                          returned: success
                          type: str
                          sample: "2028-01-15T08:00:00Z"
                        path:
                          description: The thumbprints of the chain, from the certificate to the root.
                          returned: success
                          type: list
                          elements: str
                          sample:
                            - 6A1F0CBE3F2D9F0E5A6C7B8D9E0F1A2B3C4D5E6F
                            - 0D1C2B3A49586776859403F2E1D0C9B8A7968574
                        reason:
                          description:
                            - Why it is not sure that the chain is good, such as a critical extension that nobody here can
                              judge. Null for a chain that surely is.
                          returned: success
                          type: str
                          sample: null
                archived:
                  description: Whether it is marked as archived in the store.
                  returned: success
                  type: bool
                  sample: false
            unreadable:
              description: What is or may be a certificate and could not be read.
              returned: success
              type: list
              elements: dict
              sample:
                - name: old.cer
                  thumbprint: null
                  reason: "was cut: 512 of 1187 bytes are there"
              contains:
                name:
                  description: The file.
                  returned: success
                  type: str
                  sample: old.cer
                thumbprint:
                  description: The SHA-1 of its bytes, where they are whole all the same. Else null.
                  returned: success
                  type: str
                  sample: null
                reason:
                  description: Why it could not be read.
                  returned: success
                  type: str
                  sample: "was cut: 512 of 1187 bytes are there"
        directory:
          description: The internal transport certificate, as the server object names it in C(msExchServerInternalTLSCert).
          returned: success
          type: dict
          contains:
            status:
              description:
                - "V(present): there is a certificate or a thumbprint."
                - "V(null): there is none."
                - "V(corrupt): there is something else."
                - "V(unknown): it could not be read."
                - "V(not_gathered): it was not asked for."
              returned: success
              type: str
              sample: present
            reason:
              description: Why, for every status but V(present).
              returned: success
              type: str
              sample: null
            source:
              description: The source that was read. Null where none was.
              returned: success
              type: str
              sample: ldif
            thumbprint:
              description: The thumbprint of the internal transport certificate. Null for every status but V(present).
              returned: success
              type: str
              sample: 6A1F0CBE3F2D9F0E5A6C7B8D9E0F1A2B3C4D5E6F
            is_copy:
              description: Whether this is the value of an Edge Transport server as Active Directory has it, its own not read.
              returned: success
              type: bool
              sample: false
            certificate:
              description: What the value itself shows of the certificate. Null where it holds none, as a thumbprint does.
              returned: success
              type: dict
              sample:
                subject: CN=ex01.contoso.com
                not_before: "2026-01-15T08:00:00Z"
                not_after: "2028-01-15T08:00:00Z"
                provider: csp
              contains:
                subject:
                  description: The subject as RFC 4514 writes it.
                  returned: success
                  type: str
                  sample: CN=ex01.contoso.com
                not_before:
                  description: The first moment of its validity, in UTC.
                  returned: success
                  type: str
                  sample: "2026-01-15T08:00:00Z"
                not_after:
                  description: The last moment of its validity, in UTC.
                  returned: success
                  type: str
                  sample: "2028-01-15T08:00:00Z"
                provider:
                  description: Who keeps the private key, V(csp) or V(cng). Null where that is not known.
                  returned: success
                  type: str
                  sample: csp
            published_thumbprint:
              description:
                - Of an Edge Transport server whose own value this is, the thumbprint that Active Directory has as a copy.
                  Null where that is not known.
              returned: success
              type: str
              sample: null
        connectors:
          description:
            - The Send connectors that the server is a source of, disabled ones too. Null where they are not known.
            - Each of their fields is null where it is not known.
          returned: success
          type: list
          elements: dict
          contains:
            name:
              description: The name of the connector.
              returned: success
              type: str
              sample: EdgeSync - HQ to Internet
            enabled:
              description: Whether it is enabled.
              returned: success
              type: bool
              sample: true
            smart_host_auth:
              description: Its C(SmartHostAuthMechanism).
              returned: success
              type: list
              elements: str
              sample: [ExchangeServer]
            address_spaces:
              description: Its address spaces.
              returned: success
              type: list
              elements: str
              sample: ["SMTP:--;1"]
            smart_hosts:
              description: Its smart hosts.
              returned: success
              type: list
              elements: str
              sample: ["--"]
            source_servers:
              description: The servers it is a connector of.
              returned: success
              type: list
              elements: str
              sample: [EDGE01]
            fqdn:
              description: The name it gives in HELO and EHLO. Null where none is set.
              returned: success
              type: str
              sample: mail.contoso.com
            tls_certificate_name:
              description: Its C(TlsCertificateName). Null where none is set.
              returned: success
              type: str
              sample: null
        exchange:
          description: What Exchange's own cmdlets answered on a Windows host. Null where they were not asked, or did not answer.
          returned: success
          type: dict
          sample:
            internal_thumbprint: 6A1F0CBE3F2D9F0E5A6C7B8D9E0F1A2B3C4D5E6F
            order:
              ex01.contoso.com:
                - 6A1F0CBE3F2D9F0E5A6C7B8D9E0F1A2B3C4D5E6F
          contains:
            internal_thumbprint:
              description: The C(InternalTransportCertificateThumbprint) of C(Get-TransportService). Null where it named none.
              returned: success
              type: str
              sample: 6A1F0CBE3F2D9F0E5A6C7B8D9E0F1A2B3C4D5E6F
            order:
              description:
                - For each name of the computer, the thumbprints of C(Get-ExchangeCertificate -DomainName) in its order. The
                  first is the one that Exchange picks.
              returned: success
              type: dict
              sample:
                ex01.contoso.com:
                  - 6A1F0CBE3F2D9F0E5A6C7B8D9E0F1A2B3C4D5E6F
        observed_events:
          description: The events that Exchange logged on a Windows host, by number and provider. Null where they were not gathered.
          returned: success
          type: list
          elements: dict
          contains:
            id:
              description: The number of the event.
              returned: success
              type: int
              sample: 12015
            provider:
              description: Its provider.
              returned: success
              type: str
              sample: MSExchangeTransport
            count:
              description: How often it was logged.
              returned: success
              type: int
              sample: 12
            first:
              description: The first time, in UTC.
              returned: success
              type: str
              sample: "2026-11-01T04:00:00Z"
            last:
              description: The last time, in UTC.
              returned: success
              type: str
              sample: "2026-11-23T04:00:00Z"
            parameters:
              description: The distinct lists of its insertion strings, newest first. They are never rendered to a text.
              returned: success
              type: list
              elements: list
              sample: [[6A1F0CBE3F2D9F0E5A6C7B8D9E0F1A2B3C4D5E6F]]
        failures:
          description: The parts that could not be gathered. They are null or unknown in these facts.
          returned: success
          type: list
          elements: dict
          sample: []
          contains:
            part:
              description: A value of O(gather_subset).
              returned: success
              type: str
              sample: store
            reason:
              description: Why it could not be gathered, and what to do.
              returned: success
              type: str
              sample: there is no folder /srv/ex01; name the folder that holds the certificates
        warnings:
          description: What is odd about what was read, though it could be read.
          returned: success
          type: list
          elements: str
          sample: ["notes.pem holds nothing like a certificate"]
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.msexchange.transport_tls.plugins.module_utils._bounded_files import FolderError
from ansible_collections.msexchange.transport_tls.plugins.module_utils._facts_options import ARGUMENT_SPEC
from ansible_collections.msexchange.transport_tls.plugins.module_utils._folder_store import read_folder
from ansible_collections.msexchange.transport_tls.plugins.module_utils._host_names import host_names
from ansible_collections.msexchange.transport_tls.plugins.module_utils._sealed_answer import sealed


def main() -> None:
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    # For the action alone, which makes the facts of it on the controller.
    answer = sealed({"names": host_names(), **_folder(module.params)}, module.params["store"]["password"])
    module.exit_json(changed=False, anon_tls_target=answer)


def _folder(options: dict[str, Any]) -> dict[str, Any]:
    store = options["store"]
    if "store" not in options["gather_subset"]:
        return {"folder": None, "failure": None}
    try:
        folder = read_folder(store["path"], store["trusted_roots"], store["intermediates"], store["password"])
    except FolderError as error:
        return {"folder": None, "failure": str(error)}
    return {"folder": folder, "failure": None}


if __name__ == "__main__":
    main()
