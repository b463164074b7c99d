#!/usr/bin/env bash
# File: shop.pcapng
# A small shop on a busy day: browsers that reuse their connections, a script that does not, a poller,
# slow searches, errors, a redirect, a form with a cookie, an upload, a client that gives up, a health check that sends
# nothing, a closed port.
set -euo pipefail
base=http://shop.example
curl() { command curl --silent --max-time 8 --resolve shop.example:80:192.0.2.1 --resolve shop.example:81:192.0.2.1 "$@" || true; }
quiet() {
  local arguments=() argument
  for argument in "$@"; do
    [[ $argument == http://* ]] && arguments+=(-o /dev/null)
    arguments+=("$argument")
  done
  curl "${arguments[@]}"
}

browser() {
  local jar
  jar=$(mktemp)
  quiet --compressed -A 'Browser/1' -b "$jar" -c "$jar" "$base/" "$base/style.css" "$base/shop.js" "$base/img/0.png" "$base/img/1.png" "$base/img/2.png"
  quiet --compressed -A 'Browser/1' -b "$jar" -c "$jar" --location -d 'thing=7&count=1' "$base/app/cart"
  quiet --compressed -A 'Browser/1' -b "$jar" "$base/app/search?q=packet" "$base/old" "$base/app/missing"
  rm -f "$jar"
}

script() {
  local i
  for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
    quiet -A 'nightly-script/2' -H 'Connection: close' "$base/app/status?run=$i"
    sleep 0.1
  done
}

poller() { quiet -A 'poller/3' --rate 120/m "$base/app/status" "$base/app/status" "$base/app/status" "$base/app/status" "$base/app/status" "$base/app/status"; }

health_check() {
  local i
  for i in 1 2 3; do
    exec 9<>/dev/tcp/192.0.2.1/80
    exec 9>&-
    sleep 0.4
  done
}

browser & browser & script & poller & health_check &
sleep 0.3
quiet --http1.0 -A 'old-client/1' "$base/img/5.png"
quiet -A 'printer/1' "$base/app/report" "$base/app/report"
quiet -A 'impatient/1' --max-time 0.5 "$base/app/endless"
head -c 30000 /dev/zero | tr '\0' y | quiet -A 'uploader/1' -H 'Expect: 100-continue' --data-binary @- "$base/app/upload"
quiet http://shop.example:81/
browser &
wait
sleep 2.5
