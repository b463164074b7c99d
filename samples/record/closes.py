"""Every way in which a connection can end, or not begin.

    closes.py server             in the server's namespace
    closes.py client EXPECTED    one connection a way; writes what a reader of the capture must find, and holds on to what
                                 is to stay open
"""
import json
import socket
import struct
import sys
import threading
import time

SERVER, NOBODY = '192.0.2.1', '192.0.2.9'
CLEAN, UNREAD, ABORTED, REFUSED, HALF_CLOSED, LOST, UNANSWERED = range(7101, 7108)
SENT = 1000     # bytes that the server never reads
TOO_LATE = 100  # bytes that the server sends to a client that is gone
TRIES = 4       # seconds: SYNs a second apart, and on older kernels each wait twice the one before
held = []       # sockets that stay open


def answer(s, port):
    if port == UNREAD:
        time.sleep(0.5)
        return s.close()
    try:
        while said := s.recv(100):
            s.sendall(said)
    except ConnectionResetError:
        pass
    if port == HALF_CLOSED:
        return held.append(s)
    if port == LOST:
        s.sendall(b'x' * TOO_LATE)
        time.sleep(0.5)
    s.close()


def serve(port):
    listener = socket.create_server(('', port))
    while True:
        s, _ = listener.accept()
        threading.Thread(target=answer, args=(s, port), daemon=True).start()


def talk(port):
    s = socket.create_connection((SERVER, port), timeout=10)
    if port == UNREAD:
        s.sendall(b'x' * SENT)
        try:
            s.recv(1)
        except ConnectionResetError:
            return s.close()
    s.sendall(b'hello')
    s.recv(100)
    if port == HALF_CLOSED:
        s.shutdown(socket.SHUT_WR)
        return held.append(s)
    if port == ABORTED:
        s.sendall(b'once more')
        s.recv(100)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    s.close()


def nobody(address, port):
    try:
        socket.create_connection((address, port), timeout=TRIES).close()
    except OSError:
        pass


def expected():
    told = lambda port, verdict, first, lost=0, unread=None: {
        'server_port': port, 'verdict': verdict, 'closed_first': first, 'lost_bytes': lost, 'unread_bytes': unread}
    return [told(CLEAN, 'clean', 'client'), told(UNREAD, 'aborted', 'server', unread=SENT),
            # what was echoed last had been read, and what came to UNREAD had not; the wire shows the same
            told(ABORTED, 'aborted', 'client', unread=len('once more')), told(REFUSED, 'refused', 'server'),
            told(HALF_CLOSED, 'half_closed', 'client', lost=None), told(LOST, 'lost_data', 'client', lost=TOO_LATE),
            told(UNANSWERED, 'unanswered', None, lost=None)]


def client(path):
    talks = [threading.Thread(target=talk, args=(port,)) for port in (CLEAN, UNREAD, ABORTED, HALF_CLOSED, LOST)]
    talks += [threading.Thread(target=nobody, args=place) for place in ((SERVER, REFUSED), (NOBODY, UNANSWERED))]
    for one in talks:
        one.start()
    for one in talks:
        one.join()
    with open(path, 'w', encoding='utf8') as out:
        out.write('{"connections": [],\n"closes": [\n  %s\n]}\n' % ',\n  '.join(json.dumps(row) for row in expected()))
    time.sleep(60)


if sys.argv[1] == 'server':
    for port in (CLEAN, UNREAD, ABORTED, HALF_CLOSED, LOST):
        threading.Thread(target=serve, args=(port,)).start()
else:
    client(sys.argv[2])
