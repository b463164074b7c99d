"""A server whose answers mean something: redirects, conditions, log-ins, cookies.

    meaning.py LOGFILE       listens on ports 80 and 8080, two origins; one JSON line a request, with what it brought
"""
import base64
import hashlib
import json
import re
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

LOG = sys.argv[1]
USER, WORD, NONCE = 'ann', 'right', 'f2c1a9'
TEXT = b'what has not changed need not be sent again; ' * 20
TAG, DATE = '"v1"', 'Sun, 06 Nov 1994 08:49:37 GMT'
lock = threading.Lock()


def digest_is_right(method, credentials):
    told = dict(re.findall(r'(\w+)="?([^",]*)"?', credentials))
    md5 = lambda *parts: hashlib.md5(':'.join(parts).encode()).hexdigest()
    secret, asked = md5(USER, 'shop', WORD), md5(method, told.get('uri', ''))
    return told.get('response') == md5(secret, told.get('nonce', ''), told.get('nc', ''), told.get('cnonce', ''), told.get('qop', ''), asked)


def ntlm_challenge():
    """[MS-NLMP] section 2.2.1.2, in Unicode, with an empty name and no information of the target."""
    unicode, ntlm, information, end = 0x1, 0x200, 0x800000, struct.pack('<HH', 0, 0)
    message = b'NTLMSSP\0' + struct.pack('<IHHII', 2, 0, 0, 48, unicode | ntlm | information) + b'nonce of' + bytes(8)
    return base64.b64encode(message + struct.pack('<HHI', len(end), len(end), 48) + end).decode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    server_version, sys_version = 'meaning', ''
    disable_nagle_algorithm = True
    known = False  # of the connection: who is there was told by NTLM

    def log_message(self, *args):
        pass

    def answer(self, status, body=b'', *headers):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        bodiless = status in (204, 304)
        if not bodiless:
            self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        if not bodiless and self.command != 'HEAD':
            self.wfile.write(body)
        cookies = [pair.strip().split('=')[0] for pair in self.headers.get('Cookie', '').split(';') if pair.strip()]
        line = {'run': self.headers.get('User-Agent'), 'port': self.server.server_address[1], 'host': self.headers.get('Host'),
                'method': self.command, 'target': self.path, 'status': status, 'sent': self.sent, 'body': 0 if bodiless else len(body),
                'scheme': self.headers.get('Authorization', '').split(' ')[0].lower() or None, 'cookies': cookies,
                'validator': self.headers.get('If-None-Match') or self.headers.get('If-Modified-Since'), 'client_port': self.client_address[1]}
        with lock, open(LOG, 'a', encoding='utf8') as log:
            log.write(json.dumps(line) + '\n')

    def authenticate(self, scheme):
        credentials = self.headers.get('Authorization', '')
        if scheme == 'digest':
            right = credentials.startswith('Digest ') and digest_is_right(self.command, credentials)
            challenge = 'Digest realm="shop", nonce="%s", qop="auth", algorithm=MD5' % NONCE
        else:
            right = credentials == 'Basic ' + base64.b64encode(('%s:%s' % (USER, WORD)).encode()).decode()
            challenge = 'Basic realm="shop"'
        return self.answer(200, b'welcome\n') if right else self.answer(401, b'who?\n', ('WWW-Authenticate', challenge))

    def authenticate_connection(self):
        """Whoever says to be the user: nobody here knows the word."""
        token = base64.b64decode(self.headers.get('Authorization', '').removeprefix('NTLM '))
        step = struct.unpack_from('<I', token, 8)[0] if token else 0
        self.known = self.known or (step == 3 and USER.encode('utf-16-le') in token)
        if self.known:
            return self.answer(200, b'welcome\n')
        return self.answer(401, b'who?\n', ('WWW-Authenticate', 'NTLM ' + ntlm_challenge() if step == 1 else 'NTLM'))

    def any_method(self):
        self.sent = len(self.rfile.read(int(self.headers.get('Content-Length', 0))))
        url = urlsplit(self.path)
        asked = parse_qs(url.query)
        if url.path == '/redirect':
            return self.answer(int(asked['status'][0]), b'', ('Location', asked['to'][0]))
        if url.path.startswith('/loop/'):
            return self.answer(302, b'', ('Location', 'b' if url.path == '/loop/a' else 'a'))
        if url.path in ('/basic', '/digest'):
            return self.authenticate(url.path[1:])
        if url.path == '/ntlm':
            return self.authenticate_connection()
        if url.path == '/silent':
            return self.answer(401, b'no\n')
        if url.path == '/forbidden':
            return self.answer(403 if 'Authorization' in self.headers else 401, b'no\n', ('WWW-Authenticate', 'Basic realm="shop"'))
        if url.path == '/tagged':
            same = self.headers.get('If-None-Match') == TAG
            return self.answer(304 if same else 200, TEXT, ('ETag', TAG))
        if url.path == '/dated':
            same = self.headers.get('If-Modified-Since') == DATE
            return self.answer(304 if same else 200, TEXT, ('Last-Modified', DATE))
        if url.path == '/stubborn':
            return self.answer(200, TEXT, ('ETag', TAG))
        if url.path == '/changed':
            return self.answer(200, TEXT, ('ETag', '"v2"'))
        if url.path == '/set':
            return self.answer(200, b'ok\n', *[('Set-Cookie', value) for value in asked['cookie']])
        return self.answer(200, b'ok\n')

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = any_method


def serve(port):
    server = ThreadingHTTPServer(('', port), Handler)
    server.daemon_threads = True
    server.serve_forever()


threading.Thread(target=serve, args=(8080,), daemon=True).start()
serve(80)
