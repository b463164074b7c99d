#!/usr/bin/env bash
# Records race.pcap: requests that cross the server's close, because the proxy keeps idle connections longer than the server;
# and healthy.pcap: the same server behind a proxy that closes first.
#
#     proxy 192.0.2.10: nginx ── 100 ms ── server 192.0.2.1: app.py on 8000, which closes after a second of silence
#
# Captured at the proxy. What nginx logged becomes NAME.expected.json. Needs root; takes half a minute.
set -euo pipefail
# shellcheck source=samples/record/lab.sh
. "$(dirname "${BASH_SOURCE[0]}")/lab.sh"
needs nginx curl python3
proxy=lw-proxy-$$ wire=lw-wire-$$ server=lw-server-$$
one_way=0.1  # seconds
idle=1       # seconds until app.py closes

lab_up() {
  namespace "$proxy"
  namespace "$wire"
  namespace "$server"
  cable "$proxy" eth0 02:00:00:00:00:0a "$wire" near 02:00:00:00:01:0a
  cable "$wire" far 02:00:00:00:01:01 "$server" eth0 02:00:00:00:00:01
  ip -n "$proxy" address add 192.0.2.10/24 dev eth0
  ip -n "$server" address add 192.0.2.1/24 dev eth0
  in_background ip netns exec "$wire" python3 "$here/delay.py" near far "$one_way"
}

# ask PAUSE,METHOD,PATH...: one client of the proxy, in this order, with that many seconds before each request.
ask() {
  on "$proxy" timeout 60 python3 - "$@" <<'PYTHON'
import http.client, sys, time
for word in sys.argv[1:]:
    pause, method, path = word.split(',')
    time.sleep(float(pause))
    client = http.client.HTTPConnection('127.0.0.1', 80, timeout=5)
    client.request(method, path, body='thing=7' if method == 'POST' else None)
    client.getresponse().read()
    client.close()
PYTHON
}

record() {
  local name=$1
  : >"$work/access.log"
  : >"$work/app.log"
  capture "$name.pcap" "$proxy" eth0 tcp
  "$name"
  capture_end "$name.pcap"
  python3 "$here/expected.py" "$work/app.log" --proxy "$work/access.log" >"$samples/$name.expected.json"
}

# Each second request leaves the proxy while the server's FIN is on its way: a round trip is long for that.
race() {
  local late=0.9 rest=1.5 # seconds: idle - one_way; long enough for everything to be closed
  ask "0,GET,/status" "$late,POST,/upload" \
    "$rest,GET,/status" "$late,GET,/status?again" \
    "$rest,GET,/status" "$late,GET,/once/status?once" \
    "$rest,GET,/status" "$late,POST,/upload"
  sleep "$rest"
}

healthy() {
  ask 0,GET,/healthy/status 0.2,GET,/healthy/status 0.3,POST,/healthy/upload 0.9,GET,/healthy/status 0.4,GET,/healthy/status
  sleep 1.5
}

lab_up
mkdir -p "$work/tmp"
in_background ip netns exec "$server" python3 "$here/app.py" "$work/app.log" "$idle"
in_background ip netns exec "$proxy" nginx -p "$work" -c "$here/race.conf" -g 'daemon off;' 2>"$work/nginx.err"
wait_for app.py on "$proxy" curl --silent --fail --output /dev/null http://127.0.0.1/status
sleep 2 # until that connection is gone, too
record race
record healthy
