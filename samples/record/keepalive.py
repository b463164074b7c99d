"""Connections that are silent while TCP asks whether the peer is still there.

    keepalive.py server             in the server's namespace: keeps connections open and answers what is said on them
    keepalive.py client EXPECTED    opens one connection a scenario, and writes what a reader of the capture must find

Each scenario has a port of its own. Timers are short because Linux fires longer ones up to an eighth late (its timer wheel
is coarser the further ahead it looks); up to 2 s it is late by 80 ms at most.
"""
import json
import socket
import sys
import threading
import time

IDLE, INTERVAL, COUNT = 2, 1, 3  # seconds, seconds, probes: TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT
SERVER_IDLE = 1                  # seconds, of the one server that asks, too
SILENCE = 9                      # seconds: an idle connection is probed four times

# Server address, port, and what becomes of the peer: the verdict of the client's episodes.
ALIVE = ('198.51.100.2', 7001, 'alive')
CRASHED = ('198.51.100.3', 7002, 'crashed')
UNREACHABLE = ('198.51.100.4', 7003, 'unreachable')
UNREACHABLE6 = ('2001:db8:2::4', 7003, 'unreachable')
REBOOTED = ('203.0.113.2', 7004, 'rebooted')
BOTH = ('198.51.100.2', 7005, 'alive')
HALF_CLOSED = ('198.51.100.2', 7006, 'alive')
ZERO_WINDOW = ('198.51.100.2', 7007, None)
HTTP = ('198.51.100.2', 7008, 'alive')
STALLED = 20000  # bytes sent to a reader that does not read


def watch(s, idle):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, idle)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, INTERVAL)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, COUNT)


# --- server

def answer(s, port):
    """Says back what it hears; on HTTP's port two bytes of content."""
    if port == ZERO_WINDOW[1]:
        time.sleep(SILENCE - 1)
    while said := s.recv(65536):
        if port == HTTP[1]:
            s.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
        elif port != ZERO_WINDOW[1]:
            s.sendall(said)
    time.sleep(SILENCE if port == HALF_CLOSED[1] else 0)
    s.close()


def serve(port):
    listener = socket.socket(socket.AF_INET6)
    listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if port == ZERO_WINDOW[1]:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    listener.bind(('::', port))
    listener.listen(8)
    while True:
        s, _ = listener.accept()
        if port == BOTH[1]:
            watch(s, SERVER_IDLE)
        threading.Thread(target=answer, args=(s, port), daemon=True).start()


def server():
    ports = {place[1] for place in (ALIVE, CRASHED, UNREACHABLE, REBOOTED, BOTH, HALF_CLOSED, ZERO_WINDOW, HTTP)}
    threads = [threading.Thread(target=serve, args=(port,)) for port in ports]
    for thread in threads:
        thread.start()


# --- client

def silent(place):
    """A word before the silence, and one after it where the peer is still there."""
    s = socket.create_connection(place[:2], timeout=30)
    watch(s, IDLE)
    s.sendall(b'hello')
    s.recv(100)
    if place is HALF_CLOSED:
        s.shutdown(socket.SHUT_WR)
    if place[2] == 'alive':
        time.sleep(SILENCE)
        if place is not HALF_CLOSED:
            s.sendall(b'bye')
            s.recv(100)
    else:
        try:
            s.recv(100)  # until the kernel gives up
        except OSError:
            pass
    s.close()


def stalled():
    s = socket.create_connection(ZERO_WINDOW[:2], timeout=30)
    watch(s, SERVER_IDLE)  # would ask often if there were nothing to send
    s.sendall(b'x' * STALLED)
    s.close()


def http():
    s = socket.create_connection(HTTP[:2], timeout=30)
    watch(s, IDLE)
    for pause in (2 * IDLE + 1, 0):
        s.sendall(b'GET /status HTTP/1.1\r\nHost: quiet.example\r\n\r\n')
        s.recv(1000)
        time.sleep(pause)
    s.close()


def expected():
    told = []
    for place in (ALIVE, CRASHED, UNREACHABLE, UNREACHABLE6, REBOOTED, BOTH, HALF_CLOSED, HTTP):
        gives_up = place[2] in ('crashed', 'unreachable')
        told.append({'server_ip': place[0], 'server_port': place[1], 'prober': 'client', 'idle_s': IDLE, 'verdict': place[2],
                     'interval_s': INTERVAL if gives_up else None, 'count': COUNT if gives_up else None})
    told.append({**told[5], 'prober': 'server', 'idle_s': SERVER_IDLE})
    exchange = ['GET', '/status', 200, 2]
    return {'connections': [{'server_port': HTTP[1], 'exchanges': [exchange, exchange]}], 'keepalive': told}


def client(path):
    talks = [threading.Thread(target=silent, args=(place,))
             for place in (ALIVE, CRASHED, UNREACHABLE, UNREACHABLE6, REBOOTED, BOTH, HALF_CLOSED)]
    talks += [threading.Thread(target=stalled), threading.Thread(target=http)]
    for talk in talks:
        talk.start()
    for talk in talks:
        talk.join()
    with open(path, 'w', encoding='utf8') as out:
        rows = lambda key: ',\n  '.join(json.dumps(row) for row in expected()[key])
        out.write('{"connections": [\n  %s\n],\n"keepalive": [\n  %s\n]}\n' % (rows('connections'), rows('keepalive')))


if sys.argv[1] == 'server':
    server()
else:
    client(sys.argv[2])
