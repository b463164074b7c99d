"""The application server of the recordings: every way to frame an answer, slow answers, errors, cookies.

    app.py LOGFILE [SECONDS]     listens on port 8000; one JSON line a request; closes connections that are idle so long
"""
import gzip
import itertools
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

LOG = sys.argv[1]
numbers, lock = itertools.count(1), threading.Lock()
TEXT = ('the shop has %d things in stock; ' * 40 % tuple(range(40))).encode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    server_version, sys_version = 'app', ''
    disable_nagle_algorithm = True  # the idle time begins with the last byte, not a round trip before it
    timeout = float(sys.argv[2]) if len(sys.argv) > 2 else None

    def setup(self):
        super().setup()
        self.connection_number, self.ordinal = next(numbers), 0

    def log_message(self, *args):
        pass

    def answer(self, status, body=b'', chunked=False, close=False, headers=(), trailers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if chunked:
            self.send_header('Transfer-Encoding', 'chunked')
        elif close:
            self.send_header('Connection', 'close')
        elif status not in (204, 304):
            self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        if self.command != 'HEAD' and status not in (204, 304):
            self.wfile.write(self.chunks(body, trailers) if chunked else body)
        self.note(status, 0 if self.command == 'HEAD' or status in (204, 304) else len(body))

    @staticmethod
    def chunks(body, trailers):
        parts = [body[:100], body[100:1000], body[1000:]]
        out = b''.join(b'%x;part=%d\r\n%s\r\n' % (len(p), i, p) for i, p in enumerate(parts) if p)
        return out + b'0\r\n' + b''.join(b'%s: %s\r\n' % t for t in trailers) + b'\r\n'

    def note(self, status, body):
        self.ordinal += 1
        line = {'server': 'app', 'port': 8000, 'connection': self.connection_number, 'ordinal': self.ordinal, 'method': self.command,
                'target': self.path, 'version': self.request_version, 'status': status, 'body': body, 'coded': '',
                'peer': self.client_address[0]}
        with lock, open(LOG, 'a') as log:
            log.write(json.dumps(line) + '\n')

    def do_GET(self):
        path = urlsplit(self.path).path
        if path == '/chunked':
            self.answer(200, TEXT, chunked=True)
        elif path == '/trailers':
            self.answer(200, TEXT, chunked=True, headers=[('Trailer', 'X-Sum')], trailers=[(b'X-Sum', b'12')])
        elif path == '/gzip':
            self.answer(200, gzip.compress(TEXT, mtime=0), headers=[('Content-Encoding', 'gzip')])
        elif path == '/chunked-gzip':
            self.answer(200, gzip.compress(TEXT * 3, mtime=0), chunked=True, headers=[('Content-Encoding', 'gzip')])
        elif path == '/until-close':
            self.answer(200, TEXT, close=True)
        elif path == '/hints':
            self.send_response_only(103)
            self.send_header('Link', '</style.css>; rel=preload')
            self.end_headers()
            self.answer(200, b'hints\n')
        elif path == '/empty':
            self.answer(204)
        elif path == '/etag':
            same = self.headers.get('If-None-Match') == '"v1"'
            self.answer(304 if same else 200, b'' if same else TEXT, headers=[('ETag', '"v1"')])
        elif path == '/redirect':
            self.answer(302, headers=[('Location', '/gzip')])
        elif path == '/search':
            time.sleep(0.7)
            self.answer(200, b'{"found": 3}\n', headers=[('Content-Type', 'application/json')])
        elif path == '/report':
            self.answer(500, b'out of paper\n')
        elif path == '/endless':
            time.sleep(3)
            self.answer(200, b'late\n')
        else:
            self.answer(200 if path in ('/', '/status', '/cart') else 404, b'ok\n')

    do_HEAD = do_GET

    def do_POST(self):
        self.rfile.read(int(self.headers.get('Content-Length', 0)))
        if self.path == '/cart':
            self.answer(303, headers=[('Location', '/app/cart'), ('Set-Cookie', 'cart=7; Path=/; HttpOnly')])
        else:
            self.answer(201, b'stored\n')

    def do_DELETE(self):
        self.answer(405, b'no\n', headers=[('Allow', 'GET, HEAD, POST')])


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        pass  # a client that went away


Server(('', 8000), Handler).serve_forever()
