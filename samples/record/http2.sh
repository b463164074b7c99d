#!/usr/bin/env bash
# Records the captures of HTTP/2 again, from real peers in two network namespaces:
#
#     client 192.0.2.10 ──veth── server 192.0.2.1: nghttpd on 8080 (pushes), a Node server on 8000, nghttpx before it on 8081
#                                                  (upgrades), gRPC on 50051 and 50052, SPDY on 8200 and 8201
#
# http2.pcap       curl, nghttp, h2load and Node as clients: prior knowledge, upgrade, priorities, CONTINUATION, push, trailers,
#                  100 streams at once, resets, a shutdown in two phases
# http2_flow.pcap  a client that stops reading, and one that cancels at once, by hand
# http2_tls.pcap   curl with nghttpd inside TLS 1.2 and 1.3, with a key log: http2_tls.keys
# grpc.pcap        calls of @grpc/grpc-js, fetched from npm; those to 50052 all end well
# spdy.pcap        SPDY 2, 3 and 3.1 as spdy-transport speaks it, from npm, too; what is asked of 8201 is waited for
#
# samples/record/http2.sh [NAME...]   all of them, or those named. Needs root. The peers' own logs become NAME.expected.json.
set -euo pipefail
# shellcheck source=samples/record/lab.sh
. "$(dirname "${BASH_SOURCE[0]}")/lab.sh"
needs nghttp nghttpd nghttpx h2load curl openssl node npm python3
at_once=(chrt --fifo 50)  # so that what the client logs is when it happened
"${at_once[@]}" true 2>/dev/null || at_once=()

servers_up() {
  mkdir -p "$work/www"
  printf '<link rel=stylesheet href=style.css>\n' >"$work/www/index.html"
  printf 'body { color: black }\n' >"$work/www/style.css"
  head -c 17000 /dev/zero | tr '\0' z >"$work/www/large.txt"
  in_background ip netns exec "$server" nghttpd --no-tls --verbose --htdocs="$work/www" --trailer='x-sum: 1' \
    --push=/index.html=/style.css 8080 >"$work/nghttpd.log"
  in_background ip netns exec "$server" node "$here/http2_server.js" 8000 "$work/node.log"
  in_background ip netns exec "$server" nghttpx --conf=/dev/null --workers=1 --frontend='192.0.2.1,8081;no-tls' --backend='127.0.0.1,8000;;proto=h2' \
    --accesslog-file="$work/nghttpx.log" --accesslog-format='{"port": $remote_port, "request": "$request", "status": $status, "body": $body_bytes_sent}' \
    --errorlog-file="$work/nghttpx.err"
  wait_for nghttpd on "$server" curl --silent --http2-prior-knowledge --output /dev/null http://192.0.2.1:8080/style.css
  wait_for node on "$server" curl --silent --http2-prior-knowledge --output /dev/null http://192.0.2.1:8000/small
  wait_for nghttpx on "$server" curl --silent --fail --output /dev/null http://192.0.2.1:8081/small
}

logs_begin() {
  : >"$work/node.log"
  nghttpx_from=$(($(wc -l <"$work/nghttpx.log") + 1))
  nghttpd_from=$(($(wc -l <"$work/nghttpd.log") + 1))
}

# expect NAME [STALLS]: what the servers logged since logs_begin.
expect() {
  sleep 0.3
  tail -n "+$nghttpd_from" "$work/nghttpd.log" >"$work/nghttpd.part"
  tail -n "+$nghttpx_from" "$work/nghttpx.log" >"$work/nghttpx.part"
  python3 "$here/http2_expected.py" "$work/nghttpd.part" "$work/nghttpx.part" "$work/node.log" ${2:+"$2"} >"$samples/$1.expected.json"
}

record_http2() {
  logs_begin
  capture http2.pcap "$server" eth0
  local pages=http://192.0.2.1:8080 node=http://192.0.2.1:8000 proxy=http://192.0.2.1:8081
  on "$client" curl --silent --http2-prior-knowledge --output /dev/null "$node/body?bytes=9000"
  on "$client" curl --silent --http2 --output /dev/null "$proxy/body?bytes=5000"                                # asks for an upgrade
  on "$client" nghttp --null-out --upgrade --no-push $proxy/small $proxy/trailers
  on "$client" nghttp --null-out --get-assets $pages/index.html                                                 # with a push, and idle streams
  on "$client" nghttp --null-out --no-dep --continuation --header='x-long: continued' $pages/large.txt $pages/style.css
  on "$client" nghttp --null-out --no-push --padding=30 --weight=200 $pages/large.txt
  on "$client" nghttp --null-out --no-push --data="$work/www/large.txt" --trailer='x-checked: yes' $node/upload
  on "$client" h2load --requests=100 --clients=1 --max-concurrent-streams=100 $node/small >/dev/null
  on "$client" node "$here/http2_client.js" $node
  capture_end http2.pcap
  expect http2
}

record_http2_flow() {
  logs_begin
  capture http2_flow.pcap "$server" eth0
  on "$client" "${at_once[@]}" python3 "$here/http2_raw.py" 192.0.2.1 8000 slow "$work/stalls.json"
  on "$client" python3 "$here/http2_raw.py" 192.0.2.1 8000 rapid
  capture_end http2_flow.pcap
  expect http2_flow "$work/stalls.json"
}

record_http2_tls() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj '/CN=shop.example/O=Longwire' \
    -addext 'subjectAltName=DNS:shop.example' -keyout "$work/key.pem" -out "$work/certificate.pem" 2>/dev/null
  in_background ip netns exec "$server" nghttpd --verbose --htdocs="$work/www" --push=/index.html=/style.css \
    8443 "$work/key.pem" "$work/certificate.pem" >"$work/nghttpd_tls.log"
  wait_for 'nghttpd with TLS' on "$server" curl --silent --insecure --output /dev/null https://192.0.2.1:8443/style.css
  local from version
  from=$(($(wc -l <"$work/nghttpd_tls.log") + 1))
  capture http2_tls.pcap "$server" eth0
  for version in 1.2 1.3; do
    on "$client" env SSLKEYLOGFILE="$work/http2_tls.keys" curl --silent --http2 --tls-max "$version" --cacert "$work/certificate.pem" \
      --resolve shop.example:8443:192.0.2.1 --output /dev/null --output /dev/null --output /dev/null \
      https://shop.example:8443/index.html https://shop.example:8443/style.css https://shop.example:8443/large.txt
  done
  capture_end http2_tls.pcap
  install -m 644 "$work/http2_tls.keys" "$samples/http2_tls.keys"
  tail -n "+$from" "$work/nghttpd_tls.log" >"$work/nghttpd.part"
  python3 "$here/http2_expected.py" "$work/nghttpd.part" /dev/null /dev/null | sed 's/"server_port": 8080/"server_port": 8443/' >"$samples/http2_tls.expected.json"
}

record_grpc() {
  npm install --silent --no-save --prefix "$work" @grpc/grpc-js@1.14.7 >/dev/null || skip 'cannot fetch @grpc/grpc-js'
  export NODE_PATH=$work/node_modules
  in_background ip netns exec "$server" env NODE_PATH="$NODE_PATH" node "$here/grpc.js" server 50051 50052
  wait_for grpc on "$server" bash -c 'exec 3<>/dev/tcp/192.0.2.1/50052'
  capture grpc.pcap "$server" eth0
  local calls
  for calls in '50051 Echo Missing Late Watch' '50052 Echo Watch' '50052 Watch Echo Echo'; do
    # shellcheck disable=SC2086
    on "$client" env NODE_PATH="$NODE_PATH" timeout 30 node "$here/grpc.js" client 192.0.2.1:$calls >>"$work/grpc.log"
  done
  capture_end grpc.pcap
  printf '{"connections": [], "grpc": [%s]}\n' "$(paste -sd, "$work/grpc.log")" >"$samples/grpc.expected.json"
}

record_spdy() {
  npm install --silent --no-save --prefix "$work" spdy-transport@3.0.0 >/dev/null || skip 'cannot fetch spdy-transport'
  export NODE_PATH=$work/node_modules
  in_background ip netns exec "$server" env NODE_PATH="$NODE_PATH" node "$here/spdy.js" server "$work/spdy.log" 8200 8201
  wait_for spdy on "$server" bash -c 'exec 3<>/dev/tcp/192.0.2.1/8201'
  capture spdy.pcap "$server" eth0
  on "$client" env NODE_PATH="$NODE_PATH" timeout 30 node "$here/spdy.js" client 192.0.2.1 8200 8201
  capture_end spdy.pcap
  python3 "$here/http2_expected.py" --spdy "$work/spdy.log" >"$samples/spdy.expected.json"
}

recordings=("$@")
((${#recordings[@]})) || recordings=(http2 http2_flow http2_tls grpc spdy)
client_and_server 192.0.2.10
servers_up
for recording in "${recordings[@]}"; do "record_$recording"; done
