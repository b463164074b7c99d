#!/usr/bin/env bash
# Records the captures of samples/ again, from real servers and clients in two network namespaces of their own:
#
#     client 192.0.2.10 ──veth── server 192.0.2.1: nginx on 80, app.py on 8000
#
# samples/record/record.sh [NAME...]   all scenarios, or those named (samples/record/NAME.sh). Needs root. A scenario takes
# less than a minute; everything it starts is gone afterwards. The servers' own logs become NAME.expected.json.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
samples=$(dirname "$here")
export client=lw-client-$$ server=lw-server-$$ here
work=$(mktemp -d)
export work
started=()

skip() {
  echo "record.sh: skipped: $1" >&2
  exit 77
}

[[ $EUID -eq 0 ]] || skip 'needs root to make network namespaces'
for program in ip tcpdump dumpcap nginx curl python3 timeout; do
  command -v "$program" >/dev/null || skip "needs $program"
done

lab_down() {
  local pid
  for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  ip netns del "$client" 2>/dev/null || true
  ip netns del "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap lab_down EXIT

lab_up() {
  ip netns add "$server" || skip 'cannot make network namespaces here'
  ip netns add "$client"
  ip link add eth0 netns "$client" address 02:00:00:00:00:0a type veth peer name eth0 netns "$server" address 02:00:00:00:00:01
  local namespace
  for namespace in "$client" "$server"; do
    # Nothing but what the scenario sends; segments as they would stand on a wire.
    ip netns exec "$namespace" sysctl --quiet -w net.ipv6.conf.all.disable_ipv6=1 || true
    command -v ethtool >/dev/null && ip netns exec "$namespace" ethtool -K eth0 tso off gso off gro off tx off rx off >/dev/null 2>&1
    ip -n "$namespace" link set lo up
    ip -n "$namespace" link set eth0 up
  done
  ip -n "$server" address add 192.0.2.1/24 dev eth0
  ip -n "$client" address add 192.0.2.10/24 dev eth0
}

# wait_for WHAT COMMAND...: polls, 5 seconds at most.
wait_for() {
  local what=$1 i
  shift
  for ((i = 0; i < 100; i++)); do
    "$@" >/dev/null 2>&1 && return
    sleep 0.05
  done
  echo "record.sh: $what did not come up" >&2
  exit 1
}

on_server() { ip netns exec "$server" "$@"; }

servers_up() {
  mkdir -p "$work/www/img"
  python3 "$here/content.py" "$work/www"
  on_server timeout 100 python3 "$here/app.py" "$work/app.log" &
  started+=($!)
  on_server timeout 100 nginx -p "$work" -c "$here/nginx.conf" -g 'daemon off;' 2>"$work/nginx.err" &
  started+=($!)
  wait_for nginx on_server curl --silent --output /dev/null http://192.0.2.1/
  wait_for app.py on_server curl --silent --output /dev/null http://192.0.2.1:8000/
}

# capture FILE: in the background, until capture_end. The file's ending says which program writes it.
capture() {
  : >"$work/access.log"
  : >"$work/app.log"
  if [[ $1 == *.pcapng ]]; then
    on_server timeout 100 dumpcap -q -i eth0 -w "$work/$1" 2>"$work/capture.err" &
  else
    on_server timeout 100 tcpdump --immediate-mode -U -i eth0 -w "$work/$1" 2>"$work/capture.err" &
  fi
  capturing=$!
  started+=("$capturing")
  wait_for capture grep --quiet --extended-regexp 'listening on|Capturing on|File:' "$work/capture.err"
  sleep 0.3
}

capture_end() {
  sleep 0.5
  pkill -INT -P "$capturing" || kill -INT "$capturing"
  wait "$capturing" || true
}

record() {
  local name=$1 file
  file=$(sed -n 's/^# File: //p' "$here/$name.sh")
  capture "$file"
  ip netns exec "$client" timeout 60 bash "$here/$name.sh" >"$work/client.out" 2>&1 || {
    cat "$work/client.out" >&2
    exit 1
  }
  capture_end
  python3 "$here/expected.py" "$work/access.log" "$work/app.log" >"$samples/$name.expected.json"
  install -m 644 "$work/$file" "$samples/$file"
  echo "$file: $(stat -c %s "$samples/$file") bytes"
}

scenarios=("$@")
((${#scenarios[@]})) || scenarios=(reuse pipelining framing shop)
lab_up
servers_up
for scenario in "${scenarios[@]}"; do record "$scenario"; done
