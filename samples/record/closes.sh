#!/usr/bin/env bash
# Records closes.pcap: every way in which a connection can end, or not begin (closes.py).
#
#     client 192.0.2.10 ──veth── server 192.0.2.1; nobody is 192.0.2.9, though the client believes to know the way there
#
# Needs root; takes 6 seconds.
set -euo pipefail
# shellcheck source=samples/record/lab.sh
. "$(dirname "${BASH_SOURCE[0]}")/lab.sh"
needs python3
client=lw-client-$$ server=lw-server-$$

namespace "$server"
namespace "$client"
cable "$client" eth0 02:00:00:00:00:0a "$server" eth0 02:00:00:00:00:01
ip -n "$server" address add 192.0.2.1/24 dev eth0
ip -n "$client" address add 192.0.2.10/24 dev eth0
ip -n "$client" neighbour add 192.0.2.9 lladdr 02:00:00:00:00:09 dev eth0
in_background ip netns exec "$server" python3 "$here/closes.py" server
for port in 7101 7102 7103 7105 7106; do wait_for server on "$server" bash -c "exec 9<>/dev/tcp/127.0.0.1/$port"; done
capture closes.pcap "$client" eth0 tcp
in_background ip netns exec "$client" python3 "$here/closes.py" client "$work/expected.json"
sleep 5
wait_for client test -s "$work/expected.json"
capture_end closes.pcap
install -m 644 "$work/expected.json" "$samples/closes.expected.json"
