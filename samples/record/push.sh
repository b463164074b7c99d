#!/usr/bin/env bash
# Records push.pcap: one feed of news, got by polling, long polling, server-sent events and a WebSocket, each by a client of its
# own, beside health checks, retries, a browser that reloads, and a slow report (push/feed.mjs, with Node.js and ws).
#
#     clients 192.0.2.11 to 192.0.2.25 ── server 192.0.2.1
#
# What server and clients know of it becomes push.expected.json. Needs root, and npm to fetch ws; takes half a minute.
set -euo pipefail
# shellcheck source=samples/record/lab.sh
. "$(dirname "${BASH_SOURCE[0]}")/lab.sh"
needs node npm
seconds=20

push_peers
client_and_server 192.0.2.{10..16} 192.0.2.{21..25}
: >"$work/log"
capture push.pcap "$server" eth0 tcp
in_background ip netns exec "$server" node "$work/feed.mjs" server "$work/log"
wait_for server on "$server" bash -c 'ss -tln | grep --quiet :80'
on "$client" timeout 60 node "$work/feed.mjs" clients "$seconds" "$work/log" "$work/expected.json"
capture_end push.pcap
install -m 644 "$work/expected.json" "$samples/push.expected.json"
