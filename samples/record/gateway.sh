#!/usr/bin/env bash
# Records gateway.pcap: a gateway whose servers refuse, reset, close, are silent, are not there, or fail themselves.
#
#     client 192.0.2.10: curl ──veth── gateway 192.0.2.1: nginx ──veth── servers 198.51.100.1: faulty.py
#
# Captured at the gateway, on both sides. It has one address: nginx asks from 192.0.2.1, too. What it logged becomes
# gateway.expected.json. Needs root; takes ten seconds.
set -euo pipefail
# shellcheck source=samples/record/lab.sh
. "$(dirname "${BASH_SOURCE[0]}")/lab.sh"
needs nginx curl python3
client=lw-client-$$ gateway=lw-gateway-$$ servers=lw-servers-$$

namespace "$client"
namespace "$gateway"
namespace "$servers"
cable "$client" eth0 02:00:00:00:00:0a "$gateway" near 02:00:00:00:00:01
cable "$gateway" far 02:00:00:00:01:01 "$servers" eth0 02:00:00:00:01:0a
ip -n "$client" address add 192.0.2.10/24 dev eth0
ip -n "$gateway" address add 192.0.2.1/24 dev near
ip -n "$gateway" route add 198.51.100.0/24 dev far src 192.0.2.1
ip -n "$servers" address add 198.51.100.1/24 dev eth0
ip -n "$servers" route add 192.0.2.1 dev eth0
ip -n "$gateway" neighbour add 198.51.100.9 lladdr 02:00:00:00:01:09 dev far # nobody has it
mkdir -p "$work/tmp"
in_background ip netns exec "$servers" python3 "$here/faulty.py"
in_background ip netns exec "$gateway" nginx -p "$work" -c "$here/gateway.conf" -g 'daemon off;' 2>"$work/nginx.err"
wait_for nginx on "$client" curl --silent --fail --output /dev/null http://192.0.2.1/well/
: >"$work/access.log"
capture gateway.pcap "$gateway" any tcp
for path in well reset closed silent refused nobody failing well; do
  on "$client" curl --silent --output /dev/null --max-time 5 -H "X-Request-Id: of-$path" "http://192.0.2.1/$path/thing"
done
printf 'GET /well/thing HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n' | on "$client" timeout 5 bash -c 'exec 9<>/dev/tcp/192.0.2.1/80; cat >&9; cat <&9' >/dev/null
capture_end gateway.pcap
{
  echo '{"answers": ['
  sed 's/^/  /; $!s/$/,/' "$work/access.log"
  echo ']}'
} >"$samples/gateway.expected.json"
