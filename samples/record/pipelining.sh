#!/usr/bin/env bash
# File: pipelining.pcap
# Requests sent without waiting for the answers: eight in one segment, six cut at odd places with pauses, and one connection
# where the third request asks to close, so that the fourth gets no answer.
set -euo pipefail
python3 - <<'PYTHON'
import socket, time

def request(path, *fields, method='GET'):
    return ('%s %s HTTP/1.1\r\nHost: shop.example\r\n%s\r\n' % (method, path, ''.join(f + '\r\n' for f in fields))).encode()

def talk(pieces, pause=0.0):
    s = socket.create_connection(('192.0.2.1', 80), timeout=5)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for piece in pieces:
        s.sendall(piece)
        time.sleep(pause)
    try:
        s.shutdown(socket.SHUT_WR)
        while s.recv(65536):
            pass
    except OSError:
        pass  # the server closed first
    s.close()

images = ['/img/%d.png' % i for i in range(6)]
talk([b''.join(request(p) for p in images + ['/', '/nothing'])])
whole = b''.join(request(p, method='HEAD' if i % 2 else 'GET') for i, p in enumerate(images))
talk([whole[i:i + 37] for i in range(0, len(whole), 37)], pause=0.01)
talk([request('/style.css'), request('/shop.js'), request('/', 'Connection: close'), request('/img/0.png')], pause=0.05)
PYTHON
