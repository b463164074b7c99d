"""Secrets in every place where HTTP has them, also where they do not belong: none is in a database, none in any output.

    secrets_stay_home_test.py PROGRAM
"""
import re
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from longwire import Rows, analyze

PROGRAM = sys.argv[1]


class Capture:
    """A pcap file of TCP connections, made packet by packet."""

    def __init__(self):
        self.packets = []
        self.ports = 40000

    def packet(self, source, destination, flags, seq, ack, payload=b''):
        tcp = struct.pack('>HHIIBBHHH', source[1], destination[1], seq, ack, 0x50, flags, 65535, 0, 0) + payload
        ip = struct.pack('>BBHHHBBH4s4s', 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0, bytes(source[0]), bytes(destination[0]))
        self.packets.append(ip + tcp)

    def connection(self, *turns):
        """Client and server speak in turns."""
        self.ports += 1
        client, server = ((10, 0, 0, 1), self.ports), ((192, 0, 2, 1), 80)
        seqs = {client: 1001, server: 5001}
        self.packet(client, server, 0x02, 1000, 0)
        self.packet(server, client, 0x12, 5000, 1001)
        self.packet(client, server, 0x10, 1001, 5001)
        for n, payload in enumerate(turns):
            source, destination = (client, server) if n % 2 == 0 else (server, client)
            self.packet(source, destination, 0x18, seqs[source], seqs[destination], payload)
            seqs[source] += len(payload)
        for source, destination in ((client, server), (server, client)):
            self.packet(source, destination, 0x11, seqs[source], seqs[destination])
            seqs[source] += 1
        self.packet(client, server, 0x10, seqs[client], seqs[server])

    def write(self, path):
        with open(path, 'wb') as out:
            out.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 262144, 101))
            for n, packet in enumerate(self.packets):
                out.write(struct.pack('<IIII', 1700000000, n * 1000, len(packet), len(packet)) + packet)


def request(*fields, target=b'/', method=b'GET', body=b''):
    return b'\r\n'.join([method + b' ' + target + b' HTTP/1.1', b'Host: shop.example', *fields, b'', body])


def response(*fields, status=b'200 OK', body=b'ok'):
    return b'\r\n'.join([b'HTTP/1.1 ' + status, b'Content-Length: %d' % len(body), *fields, b'', body])


def frame(kind, flags, stream, payload):
    return struct.pack('>I', len(payload))[1:] + struct.pack('>BBI', kind, flags, stream) + payload


def fields(*pairs):
    """Literal header fields (RFC 7541 section 6.2): without, and with, a place in the table."""
    return b''.join(bytes([0x40 if i % 2 else 0]) + bytes([len(n)]) + n + bytes([len(v)]) + v for i, (n, v) in enumerate(pairs))


def http1(capture):
    secret = iter(b'S3CRET%02d' % n for n in range(100))
    for made in (
        lambda s: request(b'Authorization: Basic ' + s),
        lambda s: request(b'authorization:' + s),
        lambda s: request(b'AUTHORIZATION: Digest username="me", response="' + s + b'"'),
        lambda s: request(b'Authorization: Basic\t' + s),
        lambda s: request(b'Authorization : Basic ' + s),  # RFC 9112 section 5.1: a server must refuse it
        lambda s: request(b'Authorization: Bearer\r\n ' + s),  # folded
        lambda s: request(b'Authorization:\r\n Basic\r\n\t' + s),
        lambda s: request(b'Authorization: Digest username="me",\r\n  response="' + s + b'",\r\n  cnonce="' + s + b'"'),
        lambda s: request(b'Proxy-Authorization:\r\n\tBasic ' + s),
        lambda s: request(b'Cookie: a=1;\r\n b=' + s + b';\r\n c=' + s),
        lambda s: request(b'Cookie:\r\n ' + s),
        lambda s: request(b'Referer:\r\n http://me:' + s + b'@shop.example/'),
        lambda s: b'GET / HTTP/1.1\r\n Authorization: Basic ' + s + b'\r\nHost: x\r\n\r\n',  # continues no field
        lambda s: request(b'Authorization;Basic ' + s),  # no colon: no field
        lambda s: request(b'Proxy-Authorization: NTLM ' + s),
        lambda s: request(b'Cookie: a=' + s + b'; b="' + s + b'"'),
        lambda s: request(b'Cookie: ' + s),
        lambda s: request(b'Cookie: \xff=' + s),
        lambda s: request(target=b'http://me:' + s + b'@shop.example/'),
        lambda s: request(target=b'me:' + s + b'@shop.example:443', method=b'CONNECT'),
        lambda s: request(b'Referer: http://me:' + s + b'@shop.example/'),
        lambda s: request(b'Transfer-Encoding: chunked', method=b'POST', body=b'0\r\nAuthorization: Basic ' + s + b'\r\nCookie: a=' + s + b'\r\n\r\n'),
        lambda s: b'GET / HTTP/1.1\nHost: x\nAuthorization: Basic ' + s + b'\n\n',
        lambda s: request(b'Authorization: Basic ' + s)[:-4],  # cut short
        lambda s: request(b'Upgrade: websocket', b'Connection: Upgrade', b'Sec-WebSocket-Version: 13', b'Authorization: Basic ' + s),
        lambda s: request(b'Cookie2: a=' + s),
        lambda s: request(b'Destination: https://me:' + s + b'@shop.example/moved', method=b'MOVE'),  # RFC 4918 section 10.3
        lambda s: request(b'User-Agent: crawler (+http://me:' + s + b'@shop.example/; me@shop.example)'),
        lambda s: b'GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Basic ' + s + b'\n\r\n',
        lambda s: b'GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Basic\r\n ' + s + b'\n\r\n',
        lambda s: request(b'Cookie a=' + s + b'; t=12:30'),  # the colon comes too late
        lambda s: request(b'Authorization Digest response="' + s + b'", uri="http://shop.example/"'),
        lambda s: request(target=b'http://me:' + s + b'@shop.example/a b'),
        lambda s: request(target=b'  http://me:' + s + b'@shop.example/'),
        lambda s: request(target=b'me:' + s + b'@shop.example:443 b', method=b'CONNECT'),
        lambda s: b'GET http://me:' + s + b'@shop.example/ HTTP/1.1\nHost: x\n\n',
        lambda s: b'GET http://me:' + s + b'@shop.example/ HTTP/3.1\r\nHost: x\r\n\r\n',
        lambda s: b'GET http://me:' + s + b'@shop.example/\r\n\r\n',  # HTTP/0.9
        lambda s: b'GET / HTTP/1.1\r\nHost: me:' + s + b'@shop.example\r\n\r\n',
        lambda s: request(b'Host: me:' + s + b'@other.example'),  # repeated
        lambda s: request(target=b'ftp://me:' + s + b'@shop.example/file'),
        lambda s: request(b'Origin: http://me:' + s + b'@shop.example', b'Upgrade: websocket', b'Connection: Upgrade',
                          b'Sec-WebSocket-Version: 13', b'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='),
    ):
        capture.connection(made(next(secret)), response())
    for made in (
        lambda s: response(b'Set-Cookie: a=' + s + b'; Path=/x'),
        lambda s: response(b'set-cookie:' + s),
        lambda s: response(b'Set-Cookie: a=\r\n ' + s),
        lambda s: response(b'Set-Cookie : a=' + s),
        lambda s: response(b'Location: http://me:' + s + b'@other.example/next', status=b'302 Found'),
        lambda s: response(b'Location: //' + s + b'@other.example/next', status=b'302 Found'),
        lambda s: response(b'Content-Location: http://' + s + b'@shop.example/'),
        lambda s: response(b'Set-Cookie: a=1; Path=/,\r\n b=' + s),
        lambda s: response(b'Set-Cookie: a=1; Path=/; b=' + s + b'; HttpOnly'),
        lambda s: response(b'Location:\r\n http://me:' + s + b'@other.example/next', status=b'302 Found'),
        lambda s: response(b'Location: http://me:' + s + b'@', status=b'302 Found'),
        lambda s: response(b'Location: http:\\\\me:' + s + b'@other.example/', status=b'302 Found'),  # as browsers read it
        lambda s: response(b'Location: http:///me:' + s + b'@other.example/', status=b'302 Found'),
        lambda s: response(b'Location: http:me:' + s + b'@other.example/', status=b'302 Found'),
        lambda s: response(b'Location: /\\me:' + s + b'@other.example/', status=b'302 Found'),
        lambda s: response(b'Location:  \thttp://me:' + s + b'@other.example/', status=b'302 Found'),
        lambda s: response(b'Set-Cookie2: a=' + s + b'; Version=1; Path=/'),  # RFC 2965
        lambda s: response(b'Link: <http://me:' + s + b'@shop.example/style.css>; rel=preload, </x>; rel=next, <//me:' + s + b'@other.example>; rel=x'),
        lambda s: response(b'Refresh: 5; url=http://me:' + s + b'@shop.example/'),
        lambda s: response(b"Refresh: 0;URL='https://" + s + b"@shop.example/'"),
        lambda s: response(b'Content-Security-Policy: default-src https:; report-uri https://me:' + s + b'@shop.example/report'),
        lambda s: response(b'X-Accel-Redirect: http://me:' + s + b'@shop.example:8080/?mail=me@shop.example'),
        lambda s: b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nSet-Cookie: a=' + s + b'\r\n\r\n',
        lambda s: b'HTTP/1.1 103 Early Hints\r\nSet-Cookie: a=' + s + b'\r\n\r\n' + response(),
    ):
        capture.connection(request(), made(next(secret)))
    s = next(secret)  # carried to another origin: a finding of its own
    capture.connection(request(b'Authorization: Bearer ' + s), response(b'Location: http://me:' + s + b'@other.example/next', status=b'302 Found'),
                       request(b'Authorization: Bearer ' + s, target=b'/next').replace(b'shop.example', b'other.example'),
                       response(status=b'401 No'))


def http2(capture):
    s = b'S3CRETh2'
    pseudo = ((b':method', b'GET'), (b':scheme', b'http'), (b':authority', b'me:' + s + b'@shop.example'), (b':path', b'/'))
    asked = fields(*pseudo, (b'authorization', b'Bearer ' + s), (b'cookie', b'a=' + s), (b'cookie', s), (b'proxy-authorization', b'Basic ' + s),
                   (b'referer', b'http://me:' + s + b'@shop.example/'), (b'host', b'me:' + s + b'@shop.example'))
    answered = fields((b':status', b'302'), (b'set-cookie', b'a=' + s + b'; Secure'), (b'location', b'http://me:' + s + b'@shop.example/x'),
                      (b'link', b'<http://me:' + s + b'@shop.example/>; rel=next'))
    trailers = fields((b'authorization', b'Basic ' + s), (b'set-cookie', b'b=' + s))
    promised = struct.pack('>I', 2) + fields(*pseudo, (b'authorization', b'Bearer ' + s), (b'cookie', b'a=' + s))
    in_parts = frame(1, 1, 3, asked[:90]) + frame(9, 0, 3, asked[90:131]) + frame(9, 4, 3, asked[131:])
    capture.connection(
        b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' + frame(4, 0, 0, b'') + frame(1, 4, 1, asked) + frame(0, 0, 1, b'body') + frame(1, 5, 1, trailers) + in_parts,
        frame(4, 0, 0, b'') + frame(4, 1, 0, b'') + frame(5, 4, 1, promised) + frame(1, 4, 1, answered) + frame(0, 0, 1, b'body') +
        frame(1, 5, 1, trailers) + frame(1, 5, 3, answered) + frame(1, 5, 2, answered))


def upgrade_to_http2(capture):
    """The fields of a request of HTTP/1.1 become those of stream 1 (RFC 7540 section 3.2)."""
    s = b'S3CRETup'
    capture.connection(
        request(b'Connection: Upgrade, HTTP2-Settings', b'Upgrade: h2c', b'HTTP2-Settings: AAMAAABkAAQAAP__', b'Authorization: Basic ' + s,
                b'Cookie: a=' + s + b';\r\n b=' + s, b'Referer: http://me:' + s + b'@shop.example/', target=b'http://me:' + s + b'@shop.example/'),
        b'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nSet-Cookie: a=' + s + b'\r\n\r\n' + frame(4, 0, 0, b'') +
        frame(1, 5, 1, fields((b':status', b'200'), (b'set-cookie', b'a=' + s))),
        b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' + frame(4, 0, 0, b''))


class SecretsStayHome(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)
        capture = Capture()
        http1(capture)
        http2(capture)
        upgrade_to_http2(capture)
        self.capture = self.folder / 'secrets.pcap'
        capture.write(self.capture)
        self.database = self.folder / 'secrets.db'

    def said(self, *arguments):
        done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, timeout=120)
        self.assertEqual((done.returncode, done.stderr), (0, b''))
        return done.stdout

    def secrets_in(self, text):
        return sorted({m.decode() for m in re.findall(rb'S3CRET\w\w', text)})

    def test_the_database_has_none(self):
        _, errors = analyze(PROGRAM, self.capture, self.database)
        self.assertEqual(self.secrets_in(self.database.read_bytes()), [])
        self.assertEqual(errors, '')
        with Rows(self.database) as rows:
            self.assertEqual(len(rows('connections')), 69)
            self.assertIn('h2c', str(rows('http2_connections')) + str(rows('http_exchanges')))
            self.assertGreater(len(rows('http_exchanges')), 25)
            self.assertGreater(sum('token:' in str(e) for e in rows('http_exchanges')), 20)  # else this tests nothing

    def test_reports_and_findings_have_none_where_the_database_was_told_to_keep_them(self):
        analyze(PROGRAM, self.capture, self.database, '--keep-secrets')
        self.assertGreater(len(self.secrets_in(self.database.read_bytes())), 20)
        kinds = {f.split(b',')[0] for f in self.said('query', self.database, 'SELECT kind FROM findings').split()}
        self.assertLessEqual({b'credentials_elsewhere', b'cookie_barred', b'malformed', b'password_in_clear', b'websocket_refused'}, kinds)
        self.assertEqual(self.secrets_in(self.said('report', self.database)), [])
        self.assertEqual(self.secrets_in(self.said('report', self.database, '--format', 'json')), [])
        for output_format in ('table', 'csv', 'json', 'ndjson', 'markdown'):
            self.assertEqual(self.secrets_in(self.said('query', self.database, 'findings', '--format', output_format)), [])


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
