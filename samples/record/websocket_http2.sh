#!/usr/bin/env bash
# Records websocket_http2.pcap: WebSockets on streams of HTTP/2, in the clear and inside TLS, between two ends of Node.js
# (push/websocket_http2.mjs), and wss over HTTP/1.1 between two ends of ws (push/websocket.mjs).
#
#     client 192.0.2.10 ── server 192.0.2.1: 80 and 443 HTTP/2, 8443 HTTP/1.1
#
# Beside it the clients' key log, websocket_http2.keys. What both ends logged becomes websocket_http2.expected.json. Needs root,
# and npm to fetch ws; takes 10 seconds.
set -euo pipefail
# shellcheck source=samples/record/lab.sh
. "$(dirname "${BASH_SOURCE[0]}")/lab.sh"
needs node npm openssl python3
address=192.0.2.1

# serve PORT SCRIPT MORE...: until it listens.
serve() {
  local port=$1 script=$2
  shift 2
  in_background ip netns exec "$server" node "$work/$script" server "$address" "$port" "$work/server.$port" "$@"
  wait_for "$script" grep --quiet listening "$work/server.$port"
}

# ask PORT SCRIPT ROLE MORE...
ask() {
  local port=$1 script=$2 role=$3
  shift 3
  on "$client" timeout 60 node --tls-keylog="$work/tls.keys" "$work/$script" "$role" "$address" "$port" "$work/client.$port" "$@" 2>"$work/node.err"
}

push_peers
client_and_server 192.0.2.10
certificate_for "$address"
tls=("$work/own.pem" "$work/own.key")
for port in 80 443 8443; do : >"$work/server.$port" && : >"$work/client.$port"; done
serve 80 websocket_http2.mjs
serve 443 websocket_http2.mjs "${tls[@]}"
serve 8443 websocket.mjs "${tls[@]}"
capture websocket_http2.pcap "$server" eth0 tcp
ask 80 websocket_http2.mjs client
ask 443 websocket_http2.mjs client "$work/own.pem"
ask 8443 websocket.mjs clients "$work/own.pem"
capture_end websocket_http2.pcap
install -m 644 "$work/tls.keys" "$samples/websocket_http2.keys"
cd "$work"
python3 "$here/push/told.py" 80 server.80 client.80 -- 443 server.443 client.443 -- 8443 server.8443 client.8443 \
  >"$samples/websocket_http2.expected.json"
