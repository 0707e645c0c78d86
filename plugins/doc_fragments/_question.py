"""The options of what is asked of the facts of one server; private to this collection."""

# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    # Those of every action that decides.
    DOCUMENTATION = r"""
options:
  facts:
    description:
      - The facts to decide from.
      - By default the host's own C(ansible_facts.anon_tls), gathered in this run or held by a fact cache.
    type: dict
  role:
    description:
      - The transport role of the server.
      - V(auto) takes the role from the facts. A role that is not known leaves step 2 unknown.
    type: str
    choices: [auto, hub, edge]
    default: auto
  connector:
    description:
      - Which Send connector's sessions are asked about in step 2.
      - V(auto) considers every enabled connector that the server is a source of, and on a Hub Transport or Mailbox
        server the implicit connector between servers of the organisation.
      - V(implicit) asks about that one alone; it is an error on an Edge Transport server.
      - Any other value is the name of one of the server's connectors, which is then judged as if enabled.
    type: str
    default: auto
  delivery_type:
    description:
      - The delivery type of the message that is sent, as C(Get-Queue) shows it. Only a Hub Transport or Mailbox server
        is asked for it. Case does not matter.
    type: str
    default: SmtpRelayWithinAdSiteToEdge
  procedure:
    description:
      - The edition of the procedure.
      - V(auto) follows the server's version - 8.x and 14.x (Exchange 2007, 2010) V(2007); 15.1 and 15.2 (Exchange 2016,
        2019, SE) V(2016); 15.0 (Exchange 2013) V(2016), assumed. A version that is not known means V(2007), with the
        finding C(edition_assumed).
      - In V(2016) a Hub or Mailbox server has no step 2a, and there are no steps 6 to 9 - the internal transport
        certificate is used as it is.
    type: str
    choices: [auto, '2007', '2016']
    default: auto
  wildcards:
    description:
      - Whether a name such as C(*.contoso.com) of a certificate covers C(mail.contoso.com) in step 7c. One label only.
      - Nothing is documented for this list, so it is off by default, and a step that rests on it says C(assumed).
    type: bool
    default: false
  warn_days:
    description:
      - The internal transport certificate gives C(internal_expires_soon) when it expires within so many days of the moment decided for.
    type: int
    default: 30
"""
