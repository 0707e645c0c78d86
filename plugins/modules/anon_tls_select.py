#!/usr/bin/python
"""Documentation of the action `anon_tls_select`, which decides on the controller; nothing runs on the target."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: anon_tls_select
short_description: Decide which certificate an Exchange server uses for outbound anonymous TLS, and why
version_added: 0.1.0
author:
  - The msexchange.transport_tls authors (@msexchange)
description:
  - Runs the documented selection procedure of Exchange on the facts of one server and returns a decision - the outcome,
    the evidence of every step, the events Exchange would log, findings, and what must change, with the literal
    Exchange Management Shell lines.
  - It is a pure computation on the controller. It needs no connection to the host and works on a fact cache as well.
  - The facts are those of M(msexchange.transport_tls.anon_tls_facts).
options:
  at:
    description:
      - The moment to decide for, in ISO 8601; without an offset it is UTC. By default now.
    type: str
  max_age:
    description:
      - Facts older than so many hours at the moment of the run (not at O(at)) give the finding C(facts_stale).
    type: int
    default: 24
  verify:
    description:
      - Whether to compare the decision with what Exchange itself said on the host, where the facts carry it - see
        RV(decision.verified).
    type: bool
    default: true
extends_documentation_fragment:
  - msexchange.transport_tls._attributes
  - msexchange.transport_tls._question
attributes:
  platform:
    description: Target operating systems and families that can be decided on.
    support: full
    platforms: all
    details:
      - Nothing runs on the target, and no connection to it is made.
notes:
  - The procedure is the one of the product documentation "Selection of Outbound Anonymous TLS Certificates"; the steps
    carry its numbers. What that topic leaves open is settled as follows. A step whose result would differ without a
    point marked I(assumed) has the verdict C(assumed), or says so in its evidence where it does not pass.
  - B(The attribute.) C(msExchServerInternalTLSCert) holds a serialized certificate; DER and a thumbprint of 40
    hexadecimal digits are accepted too. Empty or absent is null, anything else corrupt, and both fail step 3. Null is
    said only when C(versionNumber) of the same object came back in the same answer.
  - B(Could not be read.) A server that is down, a right that is missing, a file that is cut is our failure and not
    Exchange's - the fact is unknown, and unknown never turns into yes or no.
  - B(Edge, step 2.) Both conditions must hold. C(--) and C(- -) are recognised, also as the domain of a typed address
    space such as C(SMTP:--;1); smart hosts do not count.
  - B(Step 2 on a whole server.) It passes when one connector passes both conditions; else, one being unknown, it is
    unknown; else it fails. The implicit connector of a Hub is in no directory, and its 2a is I(assumed). Disabled
    connectors never decide.
  - B(No private key.) Step 4 passes for a certificate without a private key; the finding C(internal_no_private_key) is
    an error all the same.
  - B(Clusters.) Every non-empty C(ClusterName) takes the place of the FQDN, I(assumed) where the host is not known to
    be a cluster or under Network Load Balancing. A cluster or NLB server without one keeps its FQDN (I(assumed)).
  - B(Archived certificates) are found neither by step 4 nor by step 7 (I(assumed)).
  - B(An Edge of which only Active Directory's copy is known) is decided by that copy (I(assumed)).
  - B(A server that is neither Hub nor Edge) fails step 1.
  - B(Services told by a key.) Where Exchange itself was not asked, a certificate of a Windows host counts as enabled for
    SMTP if NETWORK SERVICE may read its private key (I(assumed)).
  - B(Names.) Any name of the list of step 6 counts, short ones too; common name and dNSNames are one set. Names compare
    without case, as A-labels, without a trailing dot.
  - B(PKI and self-signed) are disjoint. A certificate whose subject is its issuer and whose own key verifies its
    signature is self-signed and never a PKI one, wherever it lies. An issued certificate that is not valid is neither
    - eligible perhaps, best never.
  - B(A valid PKI certificate) has a chain to a trusted root of the machine, and the moment lies inside the validity of
    every certificate of one such chain. Both ends are inside, to the second. Nothing is fetched from the network.
  - B(Self-signed and outside its validity) is passed over while an eligible one inside its validity is there
    (I(assumed)). When none is, the latest of them is best, with the finding C(best_expired).
  - B(Equal Valid from) - the latest Valid to, then the lowest thumbprint.
  - B(None eligible, or none that step 8 could take) - the outcome is C(no_eligible_certificate), and the certificate of
    step 4 stays loaded.
  - B(A mismatch in step 9) does not make anonymous TLS fail. The event is 1037, as the topic prints; a receiving server
    logs 1037, a sending one 2019 in other documentation of Exchange 2007.
seealso:
  - module: msexchange.transport_tls.anon_tls_facts
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

- name: Decide
  msexchange.transport_tls.anon_tls_select:
  register: anon_tls_selected

- name: Show the decision in one line
  ansible.builtin.debug:
    msg: "{{ anon_tls_selected.decision.summary }}"

- name: Show why
  ansible.builtin.debug:
    msg: "{{ item.step }} {{ item.verdict }} - {{ item.evidence }}"
  loop: "{{ anon_tls_selected.decision.steps }}"
  loop_control:
    label: "step {{ item.step }}"

- name: Ask what would be selected at another moment
  msexchange.transport_tls.anon_tls_select:
    facts: "{{ ansible_facts.anon_tls }}"
    at: "2027-01-31T22:00:00Z"
  register: anon_tls_at_month_end

- name: Ask as the 2007 edition of the procedure would decide, wildcard names allowed
  msexchange.transport_tls.anon_tls_select:
    procedure: '2007'
    wildcards: true
  register: anon_tls_as_2007
"""

RETURN = r"""
decision:
  description: The decision on one server.
  returned: success
  type: dict
  contains:
    server:
      description: The name of the server object; null where it is not known.
      type: str
      sample: EX01
    edition:
      description: The edition of the procedure that was followed, V(2007) or V(2016).
      type: str
      sample: "2007"
    at:
      description: The moment decided for.
      type: str
      sample: "2026-11-23T23:40:00Z"
    outcome:
      description:
        - V(selected) - the internal transport certificate is used.
        - V(selected_mismatch) - it is used, and another one is the best of the store.
        - V(no_eligible_certificate) - it stays loaded, and no certificate of the store can be selected.
        - V(not_advertised) - the directory names none, or the store does not hold it; no certificate is loaded.
        - V(not_used) - no session of this server uses anonymous TLS.
        - V(undetermined) - something that matters is not known; see RV(decision.missing).
      type: str
      sample: selected_mismatch
    compliant:
      description:
        - Whether no finding has the severity V(error).
        - Null for V(not_used) and V(undetermined), and where no error stands but it is not known whether the internal
          transport certificate has its private key.
      type: bool
      sample: false
    missing:
      description: What was not known and mattered.
      type: list
      elements: str
      sample: []
    stopped_at:
      description: The step at which the procedure stopped; null where it came to its end or the outcome is undetermined.
      type: str
      sample: null
    internal:
      description: The thumbprint of the internal transport certificate as the directory names it, or null.
      type: str
      sample: 0A1B2C3D4E5F60718293A4B5C6D7E8F901234567
    best:
      description: The thumbprint of step 8, or null where that step was not run or gave none.
      type: str
      sample: 89ABCDEF0123456789ABCDEF0123456789ABCDEF
    desired:
      description:
        - What step 8 would give if every certificate that fails 7d alone were enabled for SMTP, or null.
        - Certificates with a reason in RV(decision.candidates[].not_desired) are passed over.
        - In the 2016 edition set only while the internal transport certificate is surely not in order.
      type: str
      sample: 89ABCDEF0123456789ABCDEF0123456789ABCDEF
    thumbprint_match:
      description: Whether the best certificate is the internal one (step 9); null where that is not known or not asked.
      type: bool
      sample: false
    steps:
      description: The steps, each once and in order. A failed step ends the procedure, save 5 and 9.
      type: list
      elements: dict
      contains:
        step:
          description: One of 1, 2a, 2b, 3, 4, 5, 6, 7, 8, 9.
          type: str
        verdict:
          description: V(pass), V(fail), V(unknown), V(assumed) (passed on an assumption) or V(skip) (not run).
          type: str
        evidence:
          description: The values that decided, and where an administrator sees them on the server.
          type: str
      sample:
        - step: "9"
          verdict: fail
          evidence: >-
            The best certificate is 89ABCDEF0123456789ABCDEF0123456789ABCDEF, the internal one
            0A1B2C3D4E5F60718293A4B5C6D7E8F901234567. On the server: compare InternalTransportCertificateThumbprint
            (step 3) with the list of step 8
    candidates:
      description: All certificates of the store that are not archived, by rank, then latest Valid from first.
      type: list
      elements: dict
      contains:
        thumbprint:
          description: SHA-1 of the DER.
          type: str
        eligible:
          description: Whether 7a to 7d hold; null where that is not known.
          type: bool
        failed:
          description: The conditions of step 7 that fail.
          type: list
          elements: str
        class:
          description: V(pki), V(self_signed), V(neither) or V(unknown).
          type: str
        rank:
          description: Its place in the order in which step 8 would take it; null when it never would or that is not known.
          type: int
        not_desired:
          description: Why RV(decision.desired) passes over it.
          type: list
          elements: str
      sample:
        - thumbprint: 89ABCDEF0123456789ABCDEF0123456789ABCDEF
          eligible: true
          failed: []
          class: pki
          rank: 1
          not_desired: []
    connectors:
      description: The verdict of step 2 for every Send connector of the server, V(implicit) among them on a Hub.
      type: list
      elements: dict
      contains:
        name:
          description: The connector's name.
          type: str
        anonymous_tls:
          description: Whether its sessions use anonymous TLS; null where that is not known.
          type: bool
        failed:
          description: The conditions that fail, 2a and 2b.
          type: list
          elements: str
      sample:
        - name: EdgeSync - HQ to Internet
          anonymous_tls: true
          failed: []
    expected_events:
      description: The events Exchange would log in the log Application, provider MSExchangeTransport.
      type: list
      elements: dict
      contains:
        id:
          description: The event's number.
          type: int
        step:
          description: The step that logs it.
          type: str
        when:
          description: V(startup) for an event that is logged only when the transport service starts, else V(session).
          type: str
        message:
          description: What it says.
          type: str
      sample:
        - id: 1037
          step: "9"
          when: session
          message: >-
            The internal transport certificate 0A1B2C3D4E5F60718293A4B5C6D7E8F901234567 is not the best one;
            89ABCDEF0123456789ABCDEF0123456789ABCDEF is.
    findings:
      description:
        - What is wrong (V(error)), what may become so (V(warning)), and why anonymous TLS is not used (V(info)).
        - Errors are C(internal_missing), C(internal_corrupt), C(internal_not_in_store), C(internal_no_private_key),
          C(internal_expired), C(no_eligible), C(best_expired), C(not_best), C(edge_copy_differs), C(key_not_readable).
          Warnings are C(internal_expires_soon), C(internal_is_auth_certificate), C(key_cng), C(edition_assumed),
          C(facts_stale), C(exchange_disagrees). Infos are C(connector_auth), C(not_relayed_to_edge).
      type: list
      elements: dict
      contains:
        code:
          description: A fixed code.
          type: str
        severity:
          description: V(error), V(warning) or V(info).
          type: str
        step:
          description: The step it belongs to.
          type: str
        thumbprint:
          description: The certificate it is about, or null.
          type: str
        message:
          description: The finding in a sentence.
          type: str
      sample:
        - code: not_best
          severity: error
          step: "9"
          thumbprint: 0A1B2C3D4E5F60718293A4B5C6D7E8F901234567
          message: >-
            the internal transport certificate is 0A1B2C3D4E5F60718293A4B5C6D7E8F901234567, the best one 89ABCDEF
            (CN=ex01.contoso.com)
    remedy:
      description: What must change, in the order of execution; empty for V(not_used) and V(undetermined).
      type: list
      elements: dict
      contains:
        action:
          description: V(enable_smtp), V(replace_internal), V(renew), V(import), V(new_self_signed) or V(resubscribe_edge).
          type: str
        thumbprint:
          description: The certificate it is about, or null.
          type: str
        reason:
          description: Why.
          type: str
        caution:
          description: What speaks against the certificate, and what the change touches besides.
          type: str
        command:
          description: The literal line for the Exchange Management Shell on the server.
          type: str
      sample:
        - action: replace_internal
          thumbprint: 89ABCDEF0123456789ABCDEF0123456789ABCDEF
          reason: it is the best certificate of the store, and the directory names another
          caution: -Force replaces the internal transport certificate without a question
          command: >-
            Enable-ExchangeCertificate -Thumbprint 89ABCDEF0123456789ABCDEF0123456789ABCDEF -Services SMTP -Force
    verified:
      description:
        - What Exchange itself said on the host, against this decision. Null with O(verify=false).
        - Compared are the internal transport certificate of C(Get-TransportService); for each name the first certificate of
          C(Get-ExchangeCertificate -DomainName) with the candidate of the lowest rank that holds the name; the events 12013
          and 12015 about the present internal certificate with steps 4 and 5; in the 2007 edition 1037 or 2019 with step
          9. An event that was not logged is never compared.
        - Each that disagrees gives the finding C(exchange_disagrees), which asks for a report.
      type: dict
      contains:
        status:
          description:
            - V(agrees), V(disagrees), or V(not_possible) - O(at) is another moment than now, the outcome is undetermined, or
              the facts hold nothing to compare.
          type: str
        details:
          description: Every comparison in a sentence, those that disagree first; else why there is none.
          type: list
          elements: str
      sample:
        status: agrees
        details:
          - >-
            Get-TransportService and the directory name the internal transport certificate
            0A1B2C3D4E5F60718293A4B5C6D7E8F901234567
    summary:
      description: One line a person can read.
      type: str
      sample: >-
        EX01: uses 0A1B2C3D (CN=EX01) for anonymous TLS, but 89ABCDEF (CN=ex01.contoso.com) is the best of its store;
        not compliant (not_best)
"""
