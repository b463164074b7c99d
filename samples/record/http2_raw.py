"""HTTP/2 by hand, where a library would not do what is to be seen: a client that stops reading, and one that cancels at once.

    http2_raw.py HOST PORT slow|rapid [LOG]

The slow reader logs how long it let the server wait each time: from the byte that used its window up to the update that
opened it again, by the clock that captures have, too.
"""
import json
import socket
import struct
import sys
import time

PREFACE = b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
WINDOW = 1000


def frame(kind, flags, stream, payload=b''):
    return struct.pack('>I', len(payload))[1:] + bytes([kind, flags]) + struct.pack('>I', stream) + payload


def get(stream, path):
    literal = lambda text: bytes([len(text)]) + text
    return frame(1, 0x5, stream, b'\x82\x86\x04' + literal(path) + b'\x01' + literal(b'192.0.2.1'))


def frames(connection):
    """(type, flags, stream, payload, when its last byte came) of what the server sends."""
    held = b''
    while True:
        while len(held) < 9 or len(held) < 9 + int.from_bytes(held[:3], 'big'):
            more = connection.recv(65536)
            if not more:
                return
            held, now = held + more, time.time_ns()
        size = int.from_bytes(held[:3], 'big')
        yield held[3], held[4], int.from_bytes(held[5:9], 'big'), held[9:9 + size], now
        held = held[9 + size:]


def settings(*pairs):
    return frame(4, 0, 0, b''.join(struct.pack('>HI', *pair) for pair in pairs))


def slow(connection, log):
    stalls, left, pauses = [], WINDOW, [0.4, 0.25, 0.1]
    connection.sendall(PREFACE + settings((4, WINDOW)) + get(1, b'/body?bytes=4000'))
    for kind, flags, stream, payload, when in frames(connection):
        if kind == 4 and not flags & 1:
            connection.sendall(frame(4, 1, 0))
        if kind != 0:
            continue
        left -= len(payload)
        if flags & 1:
            break
        if left == 0:
            time.sleep(pauses[len(stalls)])
            stalls.append({'stream': stream, 'waited_ns': time.time_ns() - when})
            left = WINDOW
            connection.sendall(frame(8, 0, stream, struct.pack('>I', WINDOW)))
    with open(log, 'w', encoding='utf8') as out:
        json.dump(stalls, out)


def rapid(connection, _):
    connection.sendall(PREFACE + settings())
    for stream in range(1, 201, 2):
        connection.sendall(get(stream, b'/never') + frame(3, 0, stream, struct.pack('>I', 8)))
    time.sleep(0.2)


def main(host, port, what, log=None):
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        {'slow': slow, 'rapid': rapid}[what](connection, log)
        connection.sendall(frame(7, 0, 0, struct.pack('>II', 0, 0)))


main(*sys.argv[1:])
