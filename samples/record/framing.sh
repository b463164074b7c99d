#!/usr/bin/env bash
# File: framing.pcap
# Every way in which the end of a message is told: Content-Length, chunks with extensions and trailers, the close, no body
# at all (HEAD, 204, 304); interim answers (100, 103); content codings.
set -euo pipefail
base=http://192.0.2.1:8000
get() { curl --silent -o /dev/null "$@"; }

get "$base/chunked" -o /dev/null "$base/trailers" -o /dev/null "$base/gzip" -o /dev/null "$base/chunked-gzip" -o /dev/null "$base/hints" -o /dev/null "$base/empty"
get "$base/until-close"
get --head "$base/gzip" -o /dev/null "$base/chunked"
get -H 'If-None-Match: "v1"' "$base/etag"
get "$base/etag"
get --location "$base/redirect"
head -c 20000 /dev/zero | tr '\0' x | get -H 'Expect: 100-continue' --data-binary @- "$base/upload"
get -X DELETE "$base/upload"
get "$base/nothing"
