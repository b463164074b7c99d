#!/usr/bin/env bash
# Records what HTTP means by what curl does: redirects.pcap, conditions.pcap, logins.pcap, cookies.pcap.
#
#     client 192.0.2.10: curl ──veth── server 192.0.2.1: meaning.py, the origins shop.example:80 and other.example:8080
#
# samples/record/meaning.sh [NAME...]   all of them, or those named. What the server logged becomes NAME.expected.json; each call
# of curl has a name of its own (User-Agent). Needs root; takes half a minute.
set -euo pipefail
# shellcheck source=samples/record/lab.sh
. "$(dirname "${BASH_SOURCE[0]}")/lab.sh"
needs curl python3
run=0
shop=http://shop.example other=http://other.example:8080

# ask ARGUMENT...: one run of curl; its output is thrown away.
ask() {
  run=$((run + 1))
  on "$client" curl --silent --output /dev/null --max-time 8 -A "run-$run" --resolve '*:80:192.0.2.1' --resolve '*:8080:192.0.2.1' "$@" || true
}

redirects() {
  local status
  for status in 301 302 303 307 308; do
    ask --location "$shop/redirect?status=$status&to=/after"
    ask --location -d 'thing=7' "$shop/redirect?status=$status&to=/after"
    ask --location --post301 --post302 --post303 -d 'thing=7' "$shop/redirect?status=$status&to=/after"
    ask -d 'thing=7' "$shop/redirect?status=$status&to=/nowhere/$status" # not followed
  done
  ask --location -X PUT -d 'thing=7' "$shop/redirect?status=302&to=after/../relative"
  ask --location "$shop/redirect?status=302&to=/redirect?status=301%26to=/two"
  ask --location --max-redirs 4 "$shop/loop/a"
  ask --location -u ann:right "$shop/redirect?status=302&to=$other/taken"
  ask --location-trusted -u ann:right "$shop/redirect?status=302&to=$other/taken"
}

conditions() {
  local path
  for path in tagged stubborn changed; do
    ask "$shop/$path"
    ask -H 'If-None-Match: "v1"' "$shop/$path"
  done
  ask -H 'If-None-Match: "v0"' "$shop/tagged"
  ask "$shop/dated"
  ask -H 'If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT' "$shop/dated"
  ask -H 'If-None-Match: "v1"' --head "$shop/tagged"
}

logins() {
  ask -u ann:right "$shop/basic"
  ask -u ann:wrong "$shop/basic"
  ask "$shop/basic"
  ask --anyauth -u ann:right "$shop/basic"
  ask --digest -u ann:right "$shop/digest"
  ask --digest -u ann:wrong "$shop/digest"
  ask -u ann:right "$shop/forbidden"
  ask "$shop/silent"
  ask --ntlm -u ann:right --output /dev/null "$shop/ntlm" --output /dev/null "$shop/ntlm" "$shop/ntlm" # of the connection, once
  ask --ntlm -u bob:right "$shop/ntlm"
}

cookies() {
  local jar=$work/jar
  : >"$jar"
  ask -b "$jar" -c "$jar" "$shop/set?cookie=sid=1%3B+Path=/&cookie=admin=2%3B+Path=/admin"
  ask -b "$jar" -c "$jar" "$shop/list"
  ask -b "$jar" -c "$jar" "$shop/list"
  ask -b "$jar" -c "$jar" "$shop/set?cookie=sid=3%3B+Path=/"
  ask -b "$jar" -c "$jar" "$shop/list"
  ask -b "$jar" -c "$jar" "$shop/set?cookie=secret=4%3B+Path=/%3B+Secure"
  ask -b "$jar" -c "$jar" "$shop/set?cookie=foreign=5%3B+Domain=other.example"
  ask -b "$jar" -c "$jar" "$shop/set?cookie=short=6%3B+Path=/%3B+Max-Age=1"
  sleep 2
  ask -b "$jar" -c "$jar" "$shop/list"
  ask -b "$jar" -c "$jar" "$shop/set?cookie=sid=%3B+Path=/%3B+Expires=Thu,+01+Jan+1970+00:00:00+GMT"
  ask -b "$jar" -c "$jar" "$shop/list"
  ask -b 'given=7; given=8' "$shop/list"
}

record() {
  local name=$1
  : >"$work/log"
  capture "$name.pcap" "$server" eth0 tcp
  "$name"
  capture_end "$name.pcap"
  python3 - "$work/log" <<'PYTHON' >"$samples/$name.expected.json"
import json, sys
lines = [line.strip() for line in open(sys.argv[1], encoding='utf8')]
print('{"requests": [\n  %s\n]}' % ',\n  '.join(lines))
PYTHON
}

client_and_server 192.0.2.10
in_background ip netns exec "$server" python3 "$here/meaning.py" "$work/log"
wait_for meaning.py on "$server" curl --silent --output /dev/null http://192.0.2.1/
scenarios=("$@")
((${#scenarios[@]})) || scenarios=(redirects conditions logins cookies)
for scenario in "${scenarios[@]}"; do record "$scenario"; done
