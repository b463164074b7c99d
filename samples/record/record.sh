#!/usr/bin/env bash
# Records the captures of HTTP again, from real servers and clients in two network namespaces of their own (those of TCP's
# life come from keepalive.sh, closes.sh and race.sh):
#
#     client 192.0.2.10 ──veth── server 192.0.2.1: nginx on 80, app.py on 8000
#
# samples/record/record.sh [NAME...]   all scenarios, or those named (samples/record/NAME.sh). Needs root. A scenario takes
# less than a minute; everything it starts is gone afterwards. The servers' own logs become NAME.expected.json.
set -euo pipefail
# shellcheck source=samples/record/lab.sh
. "$(dirname "${BASH_SOURCE[0]}")/lab.sh"
needs nginx curl python3

servers_up() {
  mkdir -p "$work/www/img"
  python3 "$here/content.py" "$work/www"
  in_background ip netns exec "$server" python3 "$here/app.py" "$work/app.log"
  in_background ip netns exec "$server" nginx -p "$work" -c "$here/nginx.conf" -g 'daemon off;' 2>"$work/nginx.err"
  wait_for nginx on "$server" curl --silent --output /dev/null http://192.0.2.1/
  wait_for app.py on "$server" curl --silent --output /dev/null http://192.0.2.1:8000/
}

record() {
  local name=$1 file
  file=$(sed -n 's/^# File: //p' "$here/$name.sh")
  : >"$work/access.log"
  : >"$work/app.log"
  capture "$file" "$server" eth0
  on "$client" timeout 60 bash "$here/$name.sh" >"$work/client.out" 2>&1 || {
    cat "$work/client.out" >&2
    exit 1
  }
  capture_end "$file"
  python3 "$here/expected.py" "$work/access.log" "$work/app.log" >"$samples/$name.expected.json"
}

scenarios=("$@")
((${#scenarios[@]})) || scenarios=(reuse pipelining framing shop)
client_and_server 192.0.2.10
servers_up
for scenario in "${scenarios[@]}"; do record "$scenario"; done
