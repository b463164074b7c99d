"""curl behind a SOCKS proxy, recorded between the two: what it asked the proxy for, and what it spoke through it.

    socks_peers_test.py PROGRAM
"""
import http.server
import shutil
import socket
import socketserver
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

from longwire import SKIPPED, Rows, analyze
from recording_proxy import RecordingProxy

PROGRAM = sys.argv[1]
SECONDS = 20  # for one program


class SocksServer(socketserver.BaseRequestHandler):
    """SOCKS 4, 4a and 5 (RFC 1928, RFC 1929), as far as curl asks for it. Whatever is asked for, it leads to `self.server.target`."""

    def take(self, count):
        taken = b''
        while len(taken) < count:
            piece = self.request.recv(count - len(taken))
            if not piece:
                raise ConnectionError
            taken += piece
        return taken

    def text(self):
        taken = b''
        while (byte := self.take(1)) != b'\0':
            taken += byte
        return taken

    def handle(self):
        try:
            refused = b'refused' in (self.version4() if self.take(1) == b'\x04' else self.version5())
            if refused:
                return
            with socket.create_connection(self.server.target) as far:
                back = threading.Thread(target=self.relay, args=(far, self.request))
                back.start()
                self.relay(self.request, far)
                back.join()
        except ConnectionError:
            pass

    def version4(self):
        self.take(3)
        address = self.take(4)
        self.text()
        name = self.text() if address[:3] == b'\0\0\0' else b''
        self.request.sendall(struct.pack('>BBHI', 0, 91 if b'refused' in name else 90, 0, 0))
        return name

    def version5(self):
        methods = self.take(self.take(1)[0])
        method = 2 if 2 in methods else 0
        self.request.sendall(bytes([5, method]))
        if method == 2:
            self.take(1)
            self.take(self.take(1)[0])
            self.take(self.take(1)[0])
            self.request.sendall(b'\1\0')
        kind = self.take(4)[3]
        name = self.take({1: 4, 4: 16}.get(kind) or self.take(1)[0])
        self.take(2)
        self.request.sendall(bytes([5, 5 if b'refused' in name else 0, 0, 1]) + bytes(6))
        return name

    @staticmethod
    def relay(source, target):
        try:
            while piece := source.recv(65536):
                target.sendall(piece)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


class Page(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def do_GET(self):
        self.send_response(200)
        self.send_header('Content-Length', '5')
        self.end_headers()
        self.wfile.write(b'hello')

    def log_message(self, *_):
        pass


class Socks(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)

    def serve(self, server):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server.server_address

    def rows(self, page, proxies, url, *options, status=0):
        """Rows of one curl each."""
        socketserver.ThreadingTCPServer.daemon_threads = True
        proxy = socketserver.ThreadingTCPServer(('127.0.0.1', 0), SocksServer)
        proxy.target = page
        port = self.serve(proxy)[1]
        capture, database = self.folder / 'talk.pcap', self.folder / 'talk.db'
        with RecordingProxy(port, capture, as_port=1080) as recorded:
            for each in proxies:
                done = subprocess.run(['curl', '-sk', '--noproxy', '', '--proxy', each % recorded.port, *options, url, url], capture_output=True, timeout=SECONDS)
                self.assertEqual((done.returncode, done.stdout), (status, b'' if status else b'hellohello'), each)
        self.assertEqual(analyze(PROGRAM, capture, database), (0, ''))
        rows = Rows(database)
        self.addCleanup(rows.db.close)
        self.assertEqual(rows('anomalies'), [])
        return rows

    PROXIES = ['socks4://127.0.0.1:%d', 'socks4a://127.0.0.1:%d', 'socks5://127.0.0.1:%d', 'socks5h://127.0.0.1:%d', 'socks5h://name:word@127.0.0.1:%d']

    def asked(self, rows):
        keys = ('version', 'command', 'host', 'port', 'authentication', 'reply')
        return [tuple(r[k] for k in keys) for r in sorted(rows('socks_requests'), key=lambda r: r['connection_id'])]

    def test_http(self):
        page = self.serve(http.server.ThreadingHTTPServer(('127.0.0.1', 0), Page))
        rows = self.rows(page, self.PROXIES, 'http://localhost:8123/')
        self.assertEqual(self.asked(rows), [('4', 'connect', '127.0.0.1', 8123, None, 'granted'), ('4a', 'connect', 'localhost', 8123, None, 'granted'),
                                            ('5', 'connect', '127.0.0.1', 8123, 'none', 'granted'), ('5', 'connect', 'localhost', 8123, 'none', 'granted'),
                                            ('5', 'connect', 'localhost', 8123, 'password', 'granted')])
        self.assertEqual([c['layers'] for c in rows('connections')], ['socks/http1'] * 5)
        self.assertEqual([(e['method'], e['authority'], e['status'], e['ordinal']) for e in rows('http_exchanges')],
                         [('GET', 'localhost:8123', 200, n) for _ in range(5) for n in (1, 2)])
        self.assertEqual([k['kind'] for k in rows('connection_kinds')], ['long'] * 5)

    def test_https(self):
        if not shutil.which('openssl'):
            self.skipTest('openssl is not installed')
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'key.pem', '-out', 'cert.pem', '-subj', '/CN=localhost'],
                       cwd=self.folder, check=True, capture_output=True, timeout=SECONDS)
        server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Page)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / 'cert.pem', self.folder / 'key.pem')
        server.socket = context.wrap_socket(server.socket, server_side=True)
        rows = self.rows(self.serve(server), self.PROXIES, 'https://localhost:8123/')
        self.assertEqual([c['layers'] for c in rows('connections')], ['socks/tls'] * 5)
        self.assertEqual([(h['sni'], h['outcome']) for h in rows('tls_handshakes')], [('localhost', 'completed')] * 5)
        self.assertEqual([(k['kind'], k['encrypted']) for k in rows('connection_kinds')], [('long', 1)] * 5)

    def test_what_is_refused(self):
        rows = self.rows(('127.0.0.1', 1), ['socks4a://127.0.0.1:%d', 'socks5h://127.0.0.1:%d'], 'http://refused.test/', status=97)
        self.assertEqual([r[-1] for r in self.asked(rows)], ['rejected'] * 2 + ['connection_refused'] * 2)


if __name__ == '__main__':
    if shutil.which('curl') is None:
        print('skipped: curl is not installed')
        sys.exit(SKIPPED)
    unittest.main(argv=sys.argv[:1])
