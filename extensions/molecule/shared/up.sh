#!/bin/sh
# up.sh STATE NAME...: for each name a host of its own network, processes and host name, with a real sshd; prints the first
# three numbers of their addresses, of which the last ones are 11, 12 and so on. The file system is the machine's: what a
# host writes can be looked at from outside. Ends with 3, and nothing done, where this user or machine cannot.
#
# Copyright (c) 2026 The msexchange.transport_tls authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

set -eu
state=$1
shift
[ "$(id -u)" = 0 ] || exit 3
for program in ip unshare setsid ssh ssh-keygen /usr/sbin/sshd; do
    command -v "$program" >/dev/null || exit 3
done
unshare --uts --pid --mount --net --fork true 2>/dev/null || exit 3

# Another run may have its hosts at the same time: the bridge is a lock.
number=0
until ip link add "lab$number" type bridge 2>/dev/null; do
    number=$((number + 1))
    [ "$number" -lt 50 ] || exit 3
done
mkdir -p "$state"
chmod 700 "$state"
echo "$number" >"$state/number"
ip addr add "10.99.$number.1/24" dev "lab$number"
ip link set "lab$number" up
ssh-keygen -q -t ed25519 -N '' -f "$state/id"
ssh-keygen -q -t ed25519 -N '' -f "$state/host"

last=10
for name; do
    last=$((last + 1))
    address=10.99.$number.$last
    space=lab$number-$last
    ip netns add "$space"
    ip link add "lab${number}v$last" type veth peer name eth0 netns "$space"
    ip link set "lab${number}v$last" master "lab$number" up
    ip -n "$space" addr add "$address/24" dev eth0
    ip -n "$space" link set eth0 up
    ip -n "$space" link set lo up
    # shellcheck disable=SC2016 # these are arguments of the shell inside
    setsid ip netns exec "$space" unshare --uts --pid --mount --fork --kill-child sh -euc '
        mount -t proc proc /proc
        mount -t tmpfs -o mode=0755 run /run
        mkdir /run/sshd
        hostname "$1"
        exec /usr/sbin/sshd -D -f /dev/null -h "$3/host" -o ListenAddress="$2" -o PidFile=none -o UsePAM=no \
            -o StrictModes=no -o AuthorizedKeysFile="$3/id.pub" -o PermitRootLogin=prohibit-password \
            -o "Subsystem sftp internal-sftp"
    ' sh "$name" "$address" "$state" </dev/null >"$state/$name.log" 2>&1 &
    echo $! >"$state/$name.pid"
    tries=0
    until ssh -n -i "$state/id" -o BatchMode=yes -o ConnectTimeout=2 -o StrictHostKeyChecking=no \
        -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "root@$address" true 2>/dev/null; do
        tries=$((tries + 1))
        [ "$tries" -lt 50 ] || { cat "$state/$name.log" >&2; exit 1; }
        sleep 0.2
    done
done
echo "10.99.$number"
