# Namespaces, cables and captures of a recording: sourced by the scripts beside it.
#
# Everything made here is gone when the script ends, however it ends. `samples` is where the captures go: the folder
# $LONGWIRE_RECORD_INTO, else samples/ itself.
# shellcheck shell=bash
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
samples=${LONGWIRE_RECORD_INTO:-$(dirname "$here")}
work=$(mktemp -d)
export here work
started=() namespaces=()

skip() {
  echo "${0##*/}: skipped: $1" >&2
  exit 77
}

lab_down() {
  local pid namespace
  for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  for namespace in "${namespaces[@]}"; do ip netns del "$namespace" 2>/dev/null || true; done
  rm -rf "$work"
}
trap lab_down EXIT

# needs PROGRAM...: root and these programs, or the script is skipped.
needs() {
  local program
  [[ $EUID -eq 0 ]] || skip 'needs root to make network namespaces'
  for program in ip tcpdump dumpcap timeout "$@"; do
    command -v "$program" >/dev/null || skip "needs $program"
  done
}

# namespace NAME: a new one, with nothing on its wires but what the scenario sends.
namespace() {
  ip netns add "$1" || skip 'cannot make network namespaces here'
  namespaces+=("$1")
  on "$1" sysctl --quiet -w net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1 || true
  ip -n "$1" link set lo up
}

on() { ip netns exec "$@"; }

# cable NAMESPACE INTERFACE MAC NAMESPACE INTERFACE MAC: segments stand on it as they would on a wire.
cable() {
  ip link add "$2" netns "$1" address "$3" type veth peer name "$5" netns "$4" address "$6"
  local ends=("$1" "$2" "$4" "$5") i
  for i in 0 2; do
    command -v ethtool >/dev/null && on "${ends[i]}" ethtool -K "${ends[i + 1]}" tso off gso off gro off tx off rx off >/dev/null 2>&1
    ip -n "${ends[i]}" link set "${ends[i + 1]}" up
  done
}

# client_and_server CLIENT_ADDRESS...: the namespaces $client and $server (192.0.2.1), both with eth0, and a cable between them.
client_and_server() {
  local address
  client=lw-client-$$ server=lw-server-$$
  namespace "$server"
  namespace "$client"
  cable "$client" eth0 02:00:00:00:00:0a "$server" eth0 02:00:00:00:00:01
  ip -n "$server" address add 192.0.2.1/24 dev eth0
  for address in "$@"; do ip -n "$client" address add "$address/24" dev eth0; done
}

# wait_for WHAT COMMAND...: polls, 5 seconds at most.
wait_for() {
  local what=$1 i
  shift
  for ((i = 0; i < 100; i++)); do
    "$@" >/dev/null 2>&1 && return
    sleep 0.05
  done
  echo "${0##*/}: $what did not come up" >&2
  exit 1
}

# in_background COMMAND...: until the script ends, 100 seconds at most.
in_background() {
  timeout 100 "$@" &
  started+=($!)
}

# capture FILE NAMESPACE INTERFACE [FILTER]: in the background, until capture_end. The file's ending says which program writes it.
# In immediate mode the ring has room for as many packets as fit with the largest size that each may have, 256 KiB: of 2 MiB,
# the default, that were 8.
capture() {
  local file=$1 where=$2 interface=$3 program=(tcpdump --immediate-mode -U -B 65536)
  [[ $file == *.pcapng ]] && program=(dumpcap -q)
  on "$where" timeout 100 "${program[@]}" -i "$interface" -w "$work/$file" ${4:+-f "$4"} 2>"$work/capture.err" &
  capturing=$!
  started+=("$capturing")
  wait_for capture grep --quiet --extended-regexp 'listening on|Capturing on|File:' "$work/capture.err"
  sleep 0.3
}

# capture_end FILE: the capture is complete, and stands among the samples.
capture_end() {
  sleep 0.5
  pkill -INT -P "$capturing" || kill -INT "$capturing"
  wait "$capturing" || true
  if grep --quiet --extended-regexp '^[1-9][0-9]* packets? dropped' "$work/capture.err"; then
    echo "${0##*/}: packets were lost while $1 was recorded: try again" >&2
    exit 1
  fi
  mkdir -p "$samples"
  install -m 644 "$work/$1" "$samples/$1"
  echo "$1: $(stat -c %s "$samples/$1") bytes"
}

# push_peers: the scripts of push/, and the npm packages that they need, stand in the folder of work.
push_peers() {
  install -m 644 "$here"/push/*.mjs "$here"/push/*.json "$work"
  (cd "$work" && npm ci --no-audit --no-fund) >"$work/npm.out" 2>&1 || skip 'npm cannot fetch ws'
}

# certificate_for ADDRESS: own.pem and own.key, in the folder of work.
certificate_for() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/own.key" -out "$work/own.pem" -days 3650 \
    -subj /O=Longwire/CN=sockets -addext "subjectAltName=IP:$1" 2>"$work/openssl.err"
}
