#!/usr/bin/env bash
# Records keepalive.pcap: what becomes of silent connections, with the kernel's own keepalive (keepalive.py).
#
#     client 192.0.2.10 ── router ── server 198.51.100.2, .3, .4 and 2001:db8:2::4
#                                └── other 203.0.113.2
#
# A second after all are connected the router drops what is for .3 without a word, answers what is for .4 that the host is
# unreachable, and the other server is another one at the same address. Needs root; takes 15 seconds.
set -euo pipefail
# shellcheck source=samples/record/lab.sh
. "$(dirname "${BASH_SOURCE[0]}")/lab.sh"
needs python3
[[ -e /proc/net/if_inet6 ]] || skip 'needs IPv6'
client=lw-client-$$ router=lw-router-$$ server=lw-server-$$ other=lw-other-$$

addresses() {
  local namespace=$1 interface=$2 address
  shift 2
  for address in "$@"; do
    local flags=()
    [[ $address == *:* ]] && flags=(nodad)
    ip -n "$namespace" address add "$address" dev "$interface" "${flags[@]}"
  done
}

# The other server's namespace and its cable to the router.
other_up() {
  namespace "$other"
  cable "$router" other 02:00:00:00:02:01 "$other" eth0 02:00:00:00:02:02
  addresses "$router" other 203.0.113.1/24
  addresses "$other" eth0 203.0.113.2/24
  ip -n "$other" route add default via 203.0.113.1
}

# Its cable is pulled first: nothing that its sockets still say gets out.
other_again() {
  ip -n "$router" link delete other
  kill "$1"
  ip netns del "$other"
  other_up
}

lab_up() {
  local each
  for each in "$client" "$router" "$server"; do
    namespace "$each"
    on "$each" sysctl --quiet -w net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=0 net.ipv6.conf.default.accept_ra=0
  done
  on "$router" sysctl --quiet -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
  cable "$client" eth0 02:00:00:00:00:0a "$router" client 02:00:00:00:00:01
  cable "$router" server 02:00:00:00:01:01 "$server" eth0 02:00:00:00:01:02
  addresses "$client" eth0 192.0.2.10/24 2001:db8:1::10/64
  addresses "$router" client 192.0.2.1/24 2001:db8:1::1/64
  addresses "$router" server 198.51.100.1/24 2001:db8:2::1/64
  addresses "$server" eth0 198.51.100.2/24 198.51.100.3/24 198.51.100.4/24 2001:db8:2::4/64
  ip -n "$client" route add default via 192.0.2.1
  ip -n "$client" route add default via 2001:db8:1::1
  ip -n "$server" route add default via 198.51.100.1
  ip -n "$server" route add default via 2001:db8:2::1
  other_up
}

lab_up
in_background ip netns exec "$server" python3 "$here/keepalive.py" server
in_background ip netns exec "$other" python3 "$here/keepalive.py" server
other_server=$!
wait_for server on "$client" bash -c 'exec 9<>/dev/tcp/198.51.100.2/7001'
wait_for IPv6 on "$client" bash -c 'exec 9<>/dev/tcp/2001:db8:2::4/7001'
wait_for other on "$client" bash -c 'exec 9<>/dev/tcp/203.0.113.2/7004'
capture keepalive.pcap "$client" eth0 'tcp or icmp or (icmp6 and ip6[40] < 128)'
on "$client" timeout 60 python3 "$here/keepalive.py" client "$work/expected.json" &
talking=$!
sleep 1
ip -n "$router" route add blackhole 198.51.100.3/32
ip -n "$router" route add unreachable 198.51.100.4/32
ip -n "$router" route add unreachable 2001:db8:2::4/128
other_again "$other_server"
wait "$talking"
capture_end keepalive.pcap
install -m 644 "$work/expected.json" "$samples/keepalive.expected.json"
