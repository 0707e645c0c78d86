"""The options of where one server's store, names and directory are read; private to this collection."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    # Of every module that reads the server itself.
    DOCUMENTATION = r"""
options:
  store:
    description:
      - Where the certificates of the server are.
    type: dict
    suboptions:
      source:
        description:
          - What kind of store it is.
          - V(auto) is V(windows) on a Windows target, V(folder) elsewhere and with O(store.remote=false).
          - "V(windows): the store C(LocalMachine\\My) of the Windows host itself, with Windows' own verdict on each chain.
            It takes none of the options below but O(store.remote=true)."
          - "V(folder): a folder of files, described in the notes."
          - "V(clixml): what the Exchange Management Shell wrote with C(Get-ExchangeCertificate | Export-Clixml), or Windows
            PowerShell with C(Get-ChildItem Cert:\\LocalMachine\\My | Export-Clixml), described in the notes."
          - "V(sst): a serialized store, as C(Export-Certificate -Type SST) and the certificate manager of Windows write it."
          - "V(registry): C(.reg) files, exports of the registry keys that hold the stores of the computer, described in
            the notes."
          - V(clixml), V(sst) and V(registry) are read on the controller, and need O(store.remote=false).
        type: str
        choices: [auto, windows, folder, clixml, sst, registry]
        default: auto
      path:
        description:
          - The folder. Of V(clixml), V(sst) and V(registry) it is the file, or a folder of which all files that end in
            C(.xml) or C(.clixml), C(.sst), or C(.reg) are read as one store. Needed where the store is read, and refused with
            O(store.source=windows).
          - On the target it should be an absolute path. On the controller, with O(store.remote=false), a relative path is
            looked for as Ansible looks for files - in the folder C(files) of the role and of the playbook, and in the
            folder of the playbook itself.
        type: path
      remote:
        description:
          - Whether the store is on the target. It must be V(false) for V(clixml), V(sst) and V(registry), and for a folder
            when the target is a Windows host.
          - V(false) reads it on the controller, as one does with files that were exported from a server. The target is not
            contacted then, Windows host or not.
        type: bool
        default: true
      password:
        description:
          - The password of PKCS#12 files in a folder. It is needed where the folder is, and goes nowhere else.
          - Files that have no password are opened too.
        type: str
      trusted_roots:
        description:
          - PEM or DER files of the trusted root certificates, or folders of them, instead of the folder C(roots) of the
            store or the root certificates of an export. They are read where the store is.
          - With none of them, whether a certificate is trusted is unknown. An empty list, like an empty folder
            C(roots), says that no root is trusted.
        type: list
        elements: path
      intermediates:
        description:
          - PEM or DER files of intermediate certificates, or folders of them, instead of the folder C(intermediates) of the
            store or the intermediate certificates of an export. They are read where the store is.
          - An export may lack intermediate certificates that the server has, so without the option a certificate of
            which no chain is found is not called untrusted. An empty list says that there are none.
        type: list
        elements: path
  directory:
    description:
      - Where the directory of the Exchange organisation is read. It is read from the controller, but for V(adlds) of
        O(directory.source). None of these options is ever sent to a target.
    type: dict
    suboptions:
      source:
        description:
          - V(auto) is V(inventory) if the host has the variable C(anon_tls_directory), else V(adlds) on a Windows host that
            proves to be an Edge Transport server, else V(ldap) if O(directory.server) is given, else V(none).
          - "V(adlds): the AD LDS of an Edge Transport server, read on the Windows host itself as the user of the connection,
            on the port that the registry names."
          - "V(ldap): a live directory - Active Directory for Mailbox and Hub Transport servers, its own AD LDS for an Edge
            Transport server."
          - "V(inventory): what the inventory plugin P(msexchange.transport_tls.exchange_servers#inventory) read, the host
            variable C(anon_tls_directory). For an Edge Transport server that is the copy in Active Directory. With V(adlds),
            V(ldap), V(ldif) and V(clixml) it is compared with the Edge's own value."
          - "V(ldif): an export of the directory, as C(ldifde), C(ldapsearch) and C(ldbsearch) write it. It should hold the
            objects of the classes C(msExchExchangeServer) and C(msExchRoutingSMTPConnector) with all their attributes, of
            Active Directory for Mailbox and Hub Transport servers and of its own AD LDS for an Edge Transport server."
          - "V(clixml): what the Exchange Management Shell wrote with C(Export-Clixml) of C(Get-ExchangeServer),
            C(Get-TransportService) (C(Get-TransportServer) in 2007 and 2010) and C(Get-SendConnector), described in the
            notes."
          - "V(none): no directory is read."
        type: str
        choices: [auto, ldap, inventory, adlds, ldif, clixml, none]
        default: auto
      path:
        description:
          - The LDIF file on the controller, or the folder of exports, of which all files that end in C(.xml) or C(.clixml)
            are read, or one of them. A relative path is looked for as in O(store.path).
          - Needed with O(directory.source=ldif) and O(directory.source=clixml), and refused without them.
        type: path
      server:
        description:
          - The servers of the directory, V(ldaps://dc1.contoso.com), V(ldap://dc1.contoso.com:389), or a host, which means
            LDAPS. With several, the next is asked where one is down or its certificate is refused, not where it refuses the
            user. An AD LDS of an Edge Transport server is V(ldaps://edge01.contoso.com:50636).
          - Where it is not given, the environment variable E(ANON_TLS_LDAP_SERVER) of the controller is used, values
            separated by commas; likewise E(ANON_TLS_LDAP_BASE) and so on for the options below.
        type: list
        elements: str
      base:
        description:
          - The distinguished name to search below. By default the Exchange organisations of the forest, which the root DSE
            leads to. Else E(ANON_TLS_LDAP_BASE).
        type: str
      bind:
        description:
          - V(simple) with O(directory.username) and O(directory.password), over TLS alone unless
            O(directory.allow_plaintext) is set.
          - V(gssapi) is Kerberos over TLS - with the tickets at hand, or with O(directory.username) and either
            O(directory.password) or O(directory.keytab). It needs the Python package C(gssapi), which needs the system package
            C(libkrb5-dev) or C(krb5-devel), and the server's name as the domain has it.
          - V(anonymous) shows nothing in Active Directory, unless that was changed.
          - NTLM is not offered. Else E(ANON_TLS_LDAP_BIND).
        type: str
        choices: [simple, gssapi, anonymous]
        default: simple
      username:
        description:
          - The user, V(user@domain) or a distinguished name; with V(gssapi) the principal. Else E(ANON_TLS_LDAP_USERNAME).
        type: str
      password:
        description:
          - The password of O(directory.username). It goes to the server of the directory and nowhere else. Else
            E(ANON_TLS_LDAP_PASSWORD).
        type: str
      keytab:
        description:
          - A file on the controller with the keys of O(directory.username), for V(gssapi). Else E(ANON_TLS_LDAP_KEYTAB).
        type: path
      start_tls:
        description:
          - Whether a connection of C(ldap://) is encrypted before anything else is sent. Else E(ANON_TLS_LDAP_START_TLS).
        type: bool
        default: false
      ca_certificates:
        description:
          - A PEM file on the controller with the authorities that the server's certificate is trusted by, instead of the
            system's. Else E(ANON_TLS_LDAP_CA_CERTIFICATES).
        type: path
      verify:
        description:
          - Whether the server's certificate must be trusted, in its time, and for the name or address in
            O(directory.server). Else E(ANON_TLS_LDAP_VERIFY).
        type: bool
        default: true
      allow_plaintext:
        description:
          - Whether a simple bind may send the password in clear. For laboratories. Else E(ANON_TLS_LDAP_ALLOW_PLAINTEXT).
        type: bool
        default: false
      timeout:
        description:
          - Seconds that reading the directory may take in total, over all servers. Else E(ANON_TLS_LDAP_TIMEOUT).
        type: int
        default: 30
  server_name:
    description:
      - Which server object of the directory is meant - its name, fully qualified domain name or distinguished name. Upper
        and lower case are the same.
      - By default the physical host name - of O(identity.physical_hostname) or O(identity.physical_fqdn), else of the host
        that was read. With O(store.remote=false) no host is read; the name is the one that O(store.source=clixml) tells,
        and never that of the controller.
    type: str
  identity:
    description:
      - Names of the computer that beat those that were found.
      - On a target, the names that are not given here are those of the target; on a Windows host those of C(GetComputerNameEx)
        and the values C(ClusterName) of its registry. With O(store.remote=false) they are made of
        the C(Identity) of the certificates (O(store.source=clixml)), else of C(networkAddress) or C(Fqdn) of the server
        object, where the directory has it, and are unknown elsewhere. They are never those of the controller.
      - A blank name counts as one that is not given.
    type: dict
    suboptions:
      fqdn:
        description: The fully qualified domain name, such as V(mail.contoso.com).
        type: str
      hostname:
        description: The host name, such as V(EX01).
        type: str
      physical_fqdn:
        description: The fully qualified domain name of the machine itself. It differs from O(identity.fqdn) in a cluster.
        type: str
      physical_hostname:
        description: The host name of the machine itself. It differs from O(identity.hostname) in a cluster.
        type: str
      cluster_names:
        description:
          - The values C(ClusterName) of Windows Network Load Balancing, in the registry under
            C(HKLM\SYSTEM\CurrentControlSet\Services\WLBS\Parameters\Interface). They take the place of the fully qualified
            domain name.
        type: list
        elements: str
"""
