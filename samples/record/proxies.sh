#!/usr/bin/env bash
# Records socks.pcap: curl behind SOCKS proxies, by each of the protocol's versions; and proxy_protocol.pcap: a web server that is
# told by the PROXY protocol who asks, in its text (curl) and its binary form (HAProxy).
#
#     client 192.0.2.10: curl, HAProxy ──veth── server 192.0.2.1: microsocks on 1080 and 1082, Dante on 1081, nginx
#
# Captured at the server. The proxies ask nginx, each at another port, over loopback, which is not in the capture. What nginx
# logged becomes NAME.expected.json. Needs root; takes ten seconds.
set -euo pipefail
# shellcheck source=samples/record/lab.sh
. "$(dirname "${BASH_SOURCE[0]}")/lab.sh"
needs nginx curl python3 microsocks danted haproxy

dante_conf() {
  cat <<CONF
logoutput: $work/danted.log
internal: eth0 port = 1081
external: lo
external: eth0
external.rotation: route
clientmethod: none
socksmethod: none
user.unprivileged: nobody
client pass {
  from: 0.0.0.0/0 to: 0.0.0.0/0
}
socks pass {
  from: 0.0.0.0/0 to: 0.0.0.0/0
}
CONF
}

haproxy_conf() {
  cat <<'CONF'
defaults
  mode http
  timeout connect 5s
  timeout client 5s
  timeout server 5s
frontend near
  bind 127.0.0.1:8080
  default_backend far
backend far
  server nginx 192.0.2.1:81 send-proxy-v2
CONF
}

# ask OPTION... URL...: curl at the client, all over one connection.
ask() { on "$client" curl --silent --fail --max-time 5 --output /dev/null "$@"; }
# The options that ask one connection for several: each but the last with an --output of its own.
of_one() { for path in "${@:2}"; do printf -- "%s --output /dev/null " "$1$path"; done; }

socks() {
  # shellcheck disable=SC2046
  {
    ask --socks5 192.0.2.1:1080 $(of_one http://192.0.2.1 / /style.css /img/1.png)
    ask --socks5-hostname 192.0.2.1:1080 $(of_one http://localhost / /img/2.png)
    ask --socks4 192.0.2.1:1081 $(of_one http://192.0.2.1:82 / /style.css)
    ask --socks5 192.0.2.1:1081 http://192.0.2.1:82/img/4.png
    ask --socks5 me:secret@192.0.2.1:1082 $(of_one http://192.0.2.1:83 / /img/5.png)
  }
}

proxy_protocol() {
  # shellcheck disable=SC2046
  ask --haproxy-protocol $(of_one http://192.0.2.1:81 / /style.css)
  # shellcheck disable=SC2046
  ask $(of_one http://127.0.0.1:8080 / /style.css /img/1.png)
  ask http://127.0.0.1:8080/img/2.png
  sleep 3 # until nginx closes what HAProxy keeps
}

record() {
  local name=$1
  : >"$work/access.log"
  capture "$name.pcap" "$server" eth0 tcp
  "$name"
  capture_end "$name.pcap"
  python3 "$here/expected.py" "$work/access.log" >"$samples/$name.expected.json"
}

client_and_server 192.0.2.10
mkdir -p "$work/www/img"
python3 "$here/content.py" "$work/www"
dante_conf >"$work/danted.conf"
haproxy_conf >"$work/haproxy.cfg"
in_background ip netns exec "$server" nginx -p "$work" -c "$here/nginx.conf" -g 'daemon off;' 2>"$work/nginx.err"
in_background ip netns exec "$server" microsocks -i 192.0.2.1 -p 1080 2>"$work/microsocks.log"
in_background ip netns exec "$server" microsocks -i 192.0.2.1 -p 1082 -u me -P secret 2>/dev/null
in_background ip netns exec "$server" danted -f "$work/danted.conf"
in_background ip netns exec "$client" haproxy -f "$work/haproxy.cfg"
wait_for nginx ask http://192.0.2.1/
wait_for microsocks ask --socks5 192.0.2.1:1080 http://192.0.2.1/
wait_for Dante ask --socks4 192.0.2.1:1081 http://192.0.2.1:82/
wait_for HAProxy ask http://127.0.0.1:8080/
sleep 3 # until these connections are gone
record socks
# The client spoke with the proxies, which spoke with nginx.
sed -i 's/"server_port": 80,/"server_port": 1080,/; s/"server_port": 82,/"server_port": 1081,/; s/"server_port": 83,/"server_port": 1082,/' "$samples/socks.expected.json"
record proxy_protocol
