#!/usr/bin/env bash
# Records websocket.pcap: WebSockets between two ends of the npm package ws (push/websocket.mjs): every kind of message, with and
# without compression, and every way to end; at last a client that is killed, and two that are not reached any more: the server
# talks to one of them, and lets TCP keepalive ask for the other.
#
#     client 192.0.2.10 ── server 192.0.2.1
#
# What both ends logged becomes websocket.expected.json. Needs root, and npm to fetch ws; takes half a minute.
set -euo pipefail
# shellcheck source=samples/record/lab.sh
. "$(dirname "${BASH_SOURCE[0]}")/lab.sh"
needs node npm
address=192.0.2.1

peer() { node "$work/websocket.mjs" "$@"; }

# client_of PATH LOG: opens it, in the background; `child` is its process.
client_of() {
  ip netns exec "$client" node "$work/websocket.mjs" one "$1" "$address" 80 "$work/$2" &
  child=$!
  started+=("$child")
  wait_for "$1" grep --quiet ready "$work/$2"
}

push_peers
client_and_server 192.0.2.10
touch "$work"/{server,clients,killed,dropped,watched}.log
in_background ip netns exec "$server" node "$work/websocket.mjs" server "$address" 80 "$work/server.log"
wait_for server grep --quiet listening "$work/server.log"
capture websocket.pcap "$server" eth0 tcp
on "$client" timeout 60 node "$work/websocket.mjs" clients "$address" 80 "$work/clients.log"
client_of /killed killed.log
kill -KILL "$child"
sleep 0.3
client_of /watched watched.log
client_of /dropped dropped.log
sleep 1
ip -n "$client" address del 192.0.2.10/24 dev eth0 # nobody answers any more, not even that nobody is there
sleep 13 # until TCP keepalive of /watched gives up: after a second 10 probes, one a second (Node.js)
capture_end websocket.pcap
peer told "$work"/{server,clients,killed,dropped,watched}.log >"$samples/websocket.expected.json"
