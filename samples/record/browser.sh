#!/usr/bin/env bash
# Records browser.pcap: Chromium, headless, and the WebSockets that a page of ours opens in it (push/browser.mjs): over HTTP/1.1
# in the clear and inside TLS, and on streams of HTTP/2.
#
#     client 192.0.2.10 ── server 192.0.2.1: 80 ws, 443 wss over HTTP/1.1, 8443 wss over HTTP/2
#
# Beside it the browser's key log, browser.keys. What page and server told becomes browser.expected.json. Needs root, Chromium,
# and npm to fetch ws; takes 20 seconds.
set -euo pipefail
# shellcheck source=samples/record/lab.sh
. "$(dirname "${BASH_SOURCE[0]}")/lab.sh"
needs node npm openssl python3 chromium
address=192.0.2.1

# serve PORT MORE...: until it listens.
serve() {
  local port=$1
  shift
  : >"$work/log.$port"
  in_background ip netns exec "$server" node "$work/browser.mjs" "$address" "$port" "$work/log.$port" "$@"
  wait_for server grep --quiet listening "$work/log.$port"
}

# look SCHEME PORT: until the page has done all that it does, 30 seconds at most.
look() {
  local i
  in_background ip netns exec "$client" chromium --headless=new --no-sandbox --disable-gpu --no-first-run --disable-extensions \
    --disable-background-networking --disable-component-update --ignore-certificate-errors --user-data-dir="$work/profile.$2" \
    --unsafely-treat-insecure-origin-as-secure="http://$address" --ssl-key-log-file="$work/tls.keys" "$1://$address:$2/" 2>"$work/chromium.err"
  for ((i = 0; i < 300; i++)); do
    grep --quiet '"done"' "$work/log.$2" && break
    sleep 0.1
  done
  kill "${started[-1]}"
  wait "${started[-1]}" 2>/dev/null || true
}

push_peers
client_and_server 192.0.2.10
certificate_for "$address"
serve 80
serve 443 "$work/own.pem" "$work/own.key"
serve 8443 "$work/own.pem" "$work/own.key" h2
capture browser.pcap "$server" eth0 tcp
look http 80
look https 443
look https 8443
capture_end browser.pcap
install -m 644 "$work/tls.keys" "$samples/browser.keys"
cd "$work"
python3 "$here/push/told.py" 80 log.80 -- 443 log.443 -- 8443 log.8443 >"$samples/browser.expected.json"
