#!/bin/sh
# down.sh STATE: ends the hosts that up.sh has started; with the first process of a host its mounts go as well.
#
# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

set -u
state=$1
number=$(cat "$state/number") || exit 0
for file in "$state"/*.pid; do
    [ -e "$file" ] && kill -KILL "$(cat "$file")" 2>/dev/null
done
for space in /run/netns/lab"$number"-*; do
    [ -e "$space" ] || continue
    ip link del "lab${number}v${space##*-}" 2>/dev/null
    ip netns del "${space##*/}"
done
ip link del "lab$number"
rm -rf "$state"
