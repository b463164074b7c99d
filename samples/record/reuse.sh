#!/usr/bin/env bash
# File: reuse.pcap
# The same ten requests three times: over one kept-alive connection, over ten that the client asks to close, and over ten
# of HTTP/1.0; then one more client that comes back on its connection after the server's idle timeout (2 s) has passed.
set -euo pipefail
base=http://192.0.2.1
urls=("$base/" "$base/style.css" "$base/shop.js" "$base/img/0.png" "$base/img/1.png" "$base/img/2.png" "$base/img/3.png" "$base/img/4.png" "$base/img/5.png" "$base/nothing")
outputs=()
for _ in "${urls[@]}"; do outputs+=(-o /dev/null); done

curl --silent "${outputs[@]}" "${urls[@]}"
for url in "${urls[@]}"; do curl --silent -o /dev/null -H 'Connection: close' "$url"; done
for url in "${urls[@]}"; do curl --silent -o /dev/null --http1.0 "$url"; done
python3 - <<'PYTHON'
import http.client, time
client = http.client.HTTPConnection('192.0.2.1', 80, timeout=5)
for wait in (0.5, 1.0, 2.6):
    client.request('GET', '/style.css')
    client.getresponse().read()
    time.sleep(wait)
client.close()
PYTHON
