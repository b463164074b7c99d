#!/usr/bin/env bash
# Records tls.pcap: handshakes of TLS that are completed, resumed, refused and failed, and what goes on inside, encrypted.
#
#     client 192.0.2.10: curl, openssl s_client ──veth── server 192.0.2.1: nginx on 443 and 4431 to 4433 (tls.conf)
#
# Beside the capture: tls.ca.pem, the root that the client trusts, and tls.keys, the key log. What nginx logged becomes
# tls.expected.json. Needs root; takes a few seconds.
set -euo pipefail
# shellcheck source=samples/record/lab.sh
. "$(dirname "${BASH_SOURCE[0]}")/lab.sh"
needs nginx curl openssl python3

# sign NAME ISSUER EXTENSIONS [OPTION...]: makes NAME.pem and NAME.key; ISSUER may be NAME itself.
sign() {
  local name=$1 issuer=$2 extensions=$3
  shift 3
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$name.key" -subj "/O=Longwire/CN=$name" -out request.pem
  if [[ $name == "$issuer" ]]; then set -- "$@" -selfsign; else set -- "$@" -cert "$issuer.pem"; fi
  openssl ca -batch -notext -config ca.cnf -extensions "$extensions" -keyfile "$issuer.key" -in request.pem -out "$name.pem" "$@"
}

certificates() (
  cd "$work"
  cat >ca.cnf <<'CONFIGURATION'
[ca]
default_ca = own
[own]
dir = .
new_certs_dir = .
database = index.txt
rand_serial = yes
default_md = sha256
policy = anything
unique_subject = no
[anything]
organizationName = supplied
commonName = supplied
[authority]
basicConstraints = critical,CA:TRUE
[shop]
basicConstraints = CA:FALSE
subjectAltName = DNS:shop.example,DNS:*.shop.example
CONFIGURATION
  touch index.txt
  local long=(-days 3650)
  sign root root authority "${long[@]}"
  sign intermediate root authority "${long[@]}"
  sign good intermediate shop "${long[@]}"
  sign expired intermediate shop -startdate 20200101000000Z -enddate 20210101000000Z
  sign strange strange shop "${long[@]}"
  cat good.pem intermediate.pem >good.chain
  cat expired.pem intermediate.pem >expired.chain
) >"$work/certificates.log" 2>&1

# get OPTION... URL...: what fails is meant to.
get() {
  on "$client" env SSLKEYLOGFILE="$work/tls.keys" timeout 10 curl --silent --output /dev/null --output /dev/null --output /dev/null \
    --cacert "$work/root.pem" --resolve '*:443:192.0.2.1' --resolve '*:4431:192.0.2.1' --resolve '*:4432:192.0.2.1' \
    --resolve '*:4433:192.0.2.1' "$@" || true
}

# session PORT OPTION...: one request of s_client, with a session kept or offered.
session() {
  local port=$1
  shift
  printf 'GET / HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n' |
    on "$client" timeout 10 openssl s_client -quiet -ign_eof -connect "192.0.2.1:$port" -servername shop.example -tls1_2 \
      -keylogfile "$work/tls.keys" "$@" >/dev/null 2>&1
}

scenario() {
  local shop=https://shop.example
  get --http1.1 --tls-max 1.2 "$shop/" "$shop/style.css" "$shop/shop.js"  # a connection for three requests
  for path in / /style.css /shop.js; do get --http1.1 --tls-max 1.2 "$shop$path"; done  # and one each
  session 443 -sess_out "$work/session.pem"
  session 443 -sess_in "$work/session.pem"  # resumed
  session 443 -sess_in "$work/session.pem"
  session 4431 -sess_in "$work/session.pem"  # that server knows nothing of the session
  get --http1.1 "$shop/" "$shop/style.css"  # TLS 1.3
  get --http2 "$shop/" "$shop/shop.js"
  get --http1.1 --tls-max 1.2 --insecure https://bank.example/  # a name that the certificate is not for
  get --http1.1 --tls-max 1.2 https://www.shop.example/         # one of its wildcard
  get --http1.1 --tls-max 1.2 https://shop.example:4431/        # expired
  get --http1.1 --tls-max 1.2 https://shop.example:4432/        # of an authority that the client does not trust
  get --http1.1 --tls-max 1.2 --ciphers ECDHE-ECDSA-AES128-GCM-SHA256 https://shop.example:4433/  # no cipher in common
  on "$client" timeout 20 python3 - "$work/root.pem" <<'PYTHON'  # idle until the server closes
import http.client, socket, ssl, sys, time
context = ssl.create_default_context(cafile=sys.argv[1])
context.maximum_version = ssl.TLSVersion.TLSv1_2
client = http.client.HTTPSConnection('192.0.2.1', 443, timeout=5, context=context)
client.sock = context.wrap_socket(socket.create_connection(('192.0.2.1', 443)), server_hostname='shop.example')
for wait in (0.4, 0.6, 1.6):
    client.request('GET', '/style.css', headers={'Host': 'shop.example'})
    client.getresponse().read()
    time.sleep(wait)
PYTHON
}

client_and_server 192.0.2.10
certificates
mkdir -p "$work/tmp" "$work/www/img"
python3 "$here/content.py" "$work/www"
cp "$here/tls.conf" "$work" # it looks for certificates beside its configuration
in_background ip netns exec "$server" nginx -p "$work" -c "$work/tls.conf" -g 'daemon off;' 2>"$work/nginx.err"
wait_for nginx on "$server" curl --silent --insecure --output /dev/null https://192.0.2.1/
: >"$work/access.log"
capture tls.pcap "$server" eth0 tcp
scenario
capture_end tls.pcap
install -m 644 "$work/root.pem" "$samples/tls.ca.pem"
install -m 644 "$work/tls.keys" "$samples/tls.keys"
python3 - "$work/access.log" >"$samples/tls.expected.json" <<'PYTHON'
import json, sys
last = {}  # of each connection, the line that counts all its requests
for line in open(sys.argv[1], encoding='utf8'):
    told = json.loads(line)
    last[told['client_port'], told['server_port']] = told
print('{"connections": [],\n"tls": [\n  %s\n]}' % ',\n  '.join(json.dumps(told) for told in last.values()))
PYTHON
