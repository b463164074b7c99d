"""TLS between real peers, openssl s_client and s_server, with every version and suite that OpenSSL speaks here, recorded by a proxy:
what is decrypted is what they sent, byte for byte.

    tls_matrix_test.py PROGRAM
"""
import hashlib
import http.client
import http.server
import os
import random
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

from longwire import SKIPPED, Rows, analyze
from recording_proxy import RecordingProxy

PROGRAM = str(Path(sys.argv[1]).resolve())
SECONDS = 30  # for one program
ANY = 'ALL:COMPLEMENTOFALL:eNULL:@SECLEVEL=0'
PSK = '00112233445566778899aabbccddeeff'
BODY = 40_000  # bytes: three records


def openssl(*arguments):
    done = subprocess.run(['openssl', *map(str, arguments)], capture_output=True, text=True, timeout=SECONDS, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise AssertionError('openssl %s: %s' % (' '.join(map(str, arguments)), done.stderr))
    return done.stdout


def suites(version, *more):
    names = openssl('ciphers', '-s', version, *more, ANY).strip().split(':')
    return [name for name in names if 'DSS' not in name]


def wait_for_port(port):
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        try:
            return socket.create_connection(('127.0.0.1', port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
    raise AssertionError('nobody listens at port %d' % port)


class Server:
    """s_server, and what it prints; a configuration may take extensions away."""

    def __init__(self, folder, *options, config=''):
        with socket.create_server(('127.0.0.1', 0)) as free:
            self.port = free.getsockname()[1]
        environment = dict(os.environ)
        if config:
            file = folder / 'openssl.cnf'
            file.write_text('openssl_conf = top\n[top]\nssl_conf = ssl\n[ssl]\nsystem_default = own\n[own]\n' + config)
            environment['OPENSSL_CONF'] = str(file)
        self.process = subprocess.Popen(['openssl', 's_server', '-accept', str(self.port), *map(str, options)], cwd=folder, env=environment,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.printed = bytearray()
        self.reading = threading.Thread(target=self.read, daemon=True)
        self.reading.start()

    def read(self):
        while piece := os.read(self.process.stdout.fileno(), 65536):
            self.printed += piece

    def wait_for(self, text, seconds=SECONDS):
        until = time.monotonic() + seconds
        while text not in self.printed:
            if time.monotonic() > until:
                raise AssertionError('s_server does not print %r, but %r' % (text, bytes(self.printed[-2000:])))
            time.sleep(0.01)

    def say(self, text):
        self.process.stdin.write(text)
        self.process.stdin.flush()

    def __enter__(self):
        until = time.monotonic() + SECONDS
        while b'ACCEPT' not in self.printed and self.process.poll() is None and time.monotonic() < until:
            time.sleep(0.01)
        if b'ACCEPT' not in self.printed:
            raise AssertionError('s_server does not come up: %r' % bytes(self.printed))
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.reading.join()
        self.process.stdin.close()
        self.process.stdout.close()


class Matrix(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        cls.home = Path(scratch.name)
        for name, key in (('rsa', ['rsa:2048']), ('ecdsa', ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'])):
            openssl('req', '-x509', '-newkey', *key, '-nodes', '-keyout', cls.home / (name + '.key'), '-out', cls.home / (name + '.pem'),
                    '-subj', '/CN=matrix.test', '-days', '30')
        cls.identity = ['-cert', cls.home / 'rsa.pem', '-key', cls.home / 'rsa.key', '-dcert', cls.home / 'ecdsa.pem', '-dkey',
                        cls.home / 'ecdsa.key']

    def setUp(self):
        self.folder = self.home / self.id().rpartition('.')[2]
        self.folder.mkdir()
        self.keys, self.capture = self.folder / 'keys.log', self.folder / 'talk.pcap'
        self.random = random.Random(self.id())

    def server(self, *options, config=''):
        return Server(self.folder, *self.identity, '-cipher', ANY, '-psk', PSK, '-keylogfile', self.keys, *options, config=config)

    def client(self, proxy, text, *options, wait_for=None, server=None, answer=None):
        """s_client says `text`; once the server has it, it says `answer`. What the client printed."""
        command = ['openssl', 's_client', '-connect', 'localhost:%d' % proxy.port, *map(str, options)]
        command += ['-psk', PSK] if 'PSK' in str(options) else []
        command += ['-cipher', ANY] if '-cipher' not in options else []
        if server is None:
            done = subprocess.run([*command, '-ign_eof'], input=text, capture_output=True, timeout=SECONDS)
            return done.stdout + done.stderr
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        printed = b''
        try:
            for piece in text if isinstance(text, list) else [text]:
                process.stdin.write(piece)
                process.stdin.flush()
                time.sleep(0.5)  # what begins with a command's letter must be read alone
            server.wait_for(wait_for)
            server.say(answer)
            while answer.strip()[-8:] not in printed:
                piece = os.read(process.stdout.fileno(), 65536)
                if not piece:
                    raise AssertionError('s_client ended: %r' % printed[-2000:])
                printed += piece
            process.communicate(b'Q\n', timeout=SECONDS)  # a close that the server takes for one, and keeps the session
        finally:
            process.kill()
            process.communicate()
        return printed

    def page(self, name):
        """A file for -WWW to give out, of random bytes."""
        (self.folder / name).write_bytes(self.random.randbytes(BODY))
        return b'GET /%s HTTP/1.0\r\nHost: matrix.test\r\n\r\n' % name.encode()

    def rows(self, *options, capture=None, name='talk', told=''):
        database = self.folder / (name + '.db')
        self.bodies = self.folder / (name + '-bodies')
        self.assertEqual(analyze(PROGRAM, capture or self.capture, database, '--bodies', str(self.bodies), *map(str, options)), (0, told))
        rows = Rows(database)
        self.addCleanup(rows.db.close)
        return rows

    def assert_pages(self, rows, names, what):
        """Each was asked for inside TLS, and came as it lies on the server."""
        exchanges = {e['path']: e for e in rows('http_exchanges')}
        written = {hashlib.sha256(file.read_bytes()).hexdigest() for file in self.bodies.glob('**/*') if file.is_file()}
        for name in names:
            with self.subTest(what, name=name):
                exchange = exchanges.get('/' + name)
                self.assertIsNotNone(exchange)
                self.assertEqual((exchange['scheme'], exchange['method'], exchange['status'], exchange['response_body_bytes'], exchange['complete']),
                                 ('https', 'GET', 200, BODY, 1))
                self.assertIn(hashlib.sha256((self.folder / name).read_bytes()).hexdigest(), written)

    def assert_nothing_odd(self, rows):
        self.assertEqual([a for a in rows('anomalies') if a['code'].startswith(('tls.', 'channel.'))], [])

    def speak_all(self, cases, *server_options, config=''):
        """{page: client options}: one connection each, to one server."""
        with self.server('-WWW', *server_options, config=config) as server, RecordingProxy(server.port, self.capture) as proxy:
            for name, options in cases.items():
                said = self.client(proxy, self.page(name), *options)
                self.assertTrue((self.folder / name).read_bytes() in said, '%s: not spoken, but %r' % (name, said[-1000:]))

    def test_every_suite_of_every_version(self):
        cases = {}
        for version in ('-tls1', '-tls1_1', '-tls1_2'):
            for suite in suites(version, '-psk'):
                if version == '-tls1_2' or re.match(r'(ECDHE-(RSA|PSK)|AES|CAMELLIA|NULL|ADH-AES)', suite):
                    cases['%s_%s' % (version[1:], suite)] = [version, '-cipher', suite + ':@SECLEVEL=0']
        for suite in ('TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_CCM_SHA256',
                      'TLS_AES_128_CCM_8_SHA256'):
            cases['tls1_3_' + suite] = ['-tls1_3', '-ciphersuites', suite]
        self.assertGreater(len(cases), 150)
        every = ':'.join(c[2] for c in cases.values() if c[0] == '-tls1_3')
        self.speak_all(cases, '-ciphersuites', every)
        rows = self.rows('--keylog', self.keys)
        self.assert_pages(rows, cases, 'key log')
        self.assert_nothing_odd(rows)
        for handshake in rows('tls_handshakes'):
            self.assertEqual((handshake['outcome'], handshake['inferred'], handshake['decrypted_by']), ('completed', 0, 'key log'), handshake['cipher'])
        self.assertEqual(rows.everything(), self.rows('--keylog', self.keys, '--threads', 5, name='threads').everything())
        if shutil.which('editcap'):
            with_secrets = self.folder / 'secrets.pcapng'
            subprocess.run(['editcap', '--inject-secrets', 'tls,%s' % self.keys, self.capture, with_secrets], check=True, timeout=SECONDS)
            inside = self.rows(capture=with_secrets, name='secrets')
            self.assert_pages(inside, cases, 'secrets block')
            self.assertEqual({h['decrypted_by'] for h in inside('tls_handshakes')}, {'dsb'})
        by_key = self.rows('--rsa-key', self.home / 'rsa.key', name='rsa')
        self.assertEqual({h['key_exchange'] for h in by_key('tls_handshakes') if h['decrypted_by'] == 'rsa key'}, {'RSA'})
        self.assert_pages(by_key, [n for n in cases if re.fullmatch(r'tls1(_[12])?_(AES|CAMELLIA|ARIA|NULL)[-A-Z0-9]*', n)], 'RSA key')
        self.assert_nothing_odd(by_key)

    def test_without_encrypt_then_mac(self):
        self.speak_all({'v%d_%s' % (n, suite): ['-' + version, '-cipher', suite + ':@SECLEVEL=0']
                        for n, version in enumerate(('tls1', 'tls1_1', 'tls1_2')) for suite in ('AES128-SHA', 'CAMELLIA256-SHA', 'ECDHE-RSA-AES256-SHA')},
                       '-no_etm')
        rows = self.rows('--keylog', self.keys)
        self.assert_pages(rows, [p.name for p in self.folder.glob('v*')], 'mac-then-encrypt')
        self.assert_nothing_odd(rows)

    def test_without_extended_master_secret(self):
        self.speak_all({suite: ['-tls1_2', '-cipher', suite + ':@SECLEVEL=0'] for suite in ('AES128-SHA', 'AES256-GCM-SHA384')},
                       config='Options = -ExtendedMasterSecret\n')
        rows = self.rows('--rsa-key', self.home / 'rsa.key')
        self.assertFalse(any('extended_master_secret' in h['server_extensions'] for h in rows('tls_handshakes')))
        self.assert_pages(rows, ['AES128-SHA', 'AES256-GCM-SHA384'], 'RSA key')

    def resume(self, rows_options, *options, server_options=(), config=''):
        """A session, and the same resumed, and what the rows say of both."""
        session = self.folder / 'session'
        with self.server('-WWW', *server_options, config=config) as server, RecordingProxy(server.port, self.capture) as proxy:
            self.client(proxy, self.page('first'), *options, '-sess_out', session)
            said = self.client(proxy, self.page('second'), *options, '-sess_in', session)
            self.assertTrue(b'Reused' in said)
        rows = self.rows(*rows_options)
        self.assert_pages(rows, ['first', 'second'], 'resumed')
        self.assert_nothing_odd(rows)
        self.assertEqual(rows.everything(), self.rows(*rows_options, '--threads', 6, name='threads').everything())
        return [h['resumed'] for h in rows('tls_handshakes')]

    def test_resumption_by_session_id_with_the_servers_key(self):
        for version in ('-tls1', '-tls1_2'):
            with self.subTest(version):
                self.assertEqual(self.resume(['--rsa-key', self.home / 'rsa.key'], version, '-cipher', 'AES128-SHA:@SECLEVEL=0',
                                             server_options=['-no_ticket']), ['no', 'session_id'])

    def test_resumption_by_ticket_with_the_servers_key(self):
        self.assertEqual(self.resume(['--rsa-key', self.home / 'rsa.key'], '-tls1_2', '-cipher', 'AES128-GCM-SHA256'), ['no', 'ticket'])

    def test_resumption_without_extended_master_secret(self):
        for how, options in (('ticket', []), ('session_id', ['-no_ticket'])):
            with self.subTest(how):
                self.assertEqual(self.resume(['--rsa-key', self.home / 'rsa.key'], '-tls1_2', '-cipher', 'AES128-SHA:@SECLEVEL=0',
                                             server_options=options, config='Options = -ExtendedMasterSecret\n'), ['no', how])

    def test_resumption_of_tls13(self):
        self.assertEqual(self.resume(['--keylog', self.keys], '-tls1_3'), ['no', 'psk'])

    def test_early_data(self):
        for verdict in ('accepted', 'rejected'):
            with self.subTest(verdict):
                session, early = self.folder / 'session', self.folder / 'early'
                early.write_bytes(b'GET /early HTTP/1.1\r\nHost: a\r\n\r\n')
                answer = b'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nearly %s' % verdict[:2].encode()
                options = ['-early_data', '-max_early_data', '1000'] if verdict == 'accepted' else []
                with self.server('-tls1_3', '-early_data', '-max_early_data', '1000') as server, RecordingProxy(server.port, self.folder / 'first.pcap') as proxy:
                    self.client(proxy, b'GET /full HTTP/1.1\r\nHost: a\r\n\r\n', '-tls1_3', '-sess_out', session, server=server, wait_for=b'/full', answer=answer)
                    if verdict == 'accepted':
                        with RecordingProxy(server.port, self.capture) as second:
                            self.client(second, b'', '-tls1_3', '-sess_in', session, '-early_data', early, server=server, wait_for=b'/early', answer=answer)
                if verdict == 'rejected':  # another server, whose tickets are others
                    with self.server('-tls1_3', *options) as server, RecordingProxy(server.port, self.capture) as second:
                        self.client(second, b'GET /late HTTP/1.1\r\nHost: a\r\n\r\n', '-tls1_3', '-sess_in', session, '-early_data', early,
                                    server=server, wait_for=b'/late', answer=answer)
                rows = self.rows('--keylog', self.keys)
                handshake, = rows('tls_handshakes')
                self.assertEqual((handshake['early_data'], handshake['inferred'], handshake['decrypted_by']), (verdict, 0, 'key log'))
                self.assertEqual([(e['path'], e['status'], e['response_body_bytes']) for e in rows('http_exchanges')],
                                 [('/early' if verdict == 'accepted' else '/late', 200, 8)])
                self.assert_nothing_odd(rows)

    def test_a_hello_retry_request(self):
        self.speak_all({'retried': ['-tls1_3', '-groups', 'X25519:P-384']}, '-groups', 'P-384')
        rows = self.rows('--keylog', self.keys)
        self.assert_pages(rows, ['retried'], 'HelloRetryRequest')
        handshake, = rows('tls_handshakes')
        self.assertEqual((handshake['hello_retry'], handshake['named_group'], handshake['inferred']), (1, 'secp384r1', 0))

    def test_client_certificates_and_alpn(self):
        certificate = ['-cert', self.home / 'ecdsa.pem', '-key', self.home / 'ecdsa.key', '-alpn', 'http/1.1,h2']
        self.speak_all({'v' + version: ['-' + version, *certificate, '-cipher', 'ECDHE-RSA-AES128-GCM-SHA256'] for version in ('tls1_2', 'tls1_3')},
                       '-verify', '1', '-alpn', 'http/1.1')
        rows = self.rows('--keylog', self.keys)
        self.assert_pages(rows, ['vtls1_2', 'vtls1_3'], 'client certificate')
        self.assertEqual([(h['client_certificate_requested'], h['alpn']) for h in rows('tls_handshakes')], [(1, 'http/1.1')] * 2)
        self.assertEqual({(c['side'], c['handshake_id']) for c in rows('tls_certificates')},
                         {(side, h['id']) for side in ('client', 'server') for h in rows('tls_handshakes')})

    def converse(self, *options, commands, server_options=()):
        """A request, a command of s_client, a request again."""
        ask = b'GET /%s HTTP/1.1\r\nHost: a\r\n\r\n'
        answer = b'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nanswered' * 2
        with self.server(*server_options) as server, RecordingProxy(server.port, self.capture) as proxy:
            self.client(proxy, [ask % b'before', *commands, ask % b'after'], *options, server=server, wait_for=b'/after', answer=answer + b'\n')
        rows = self.rows('--keylog', self.keys)
        self.assertEqual([(e['path'], e['status']) for e in rows('http_exchanges')], [('/before', 200), ('/after', 200)])
        self.assert_nothing_odd(rows)
        return rows

    def test_key_updates(self):
        rows = self.converse('-tls1_3', commands=[b'k\n', b'K\n', b'K\n'])
        updates = [m['from_client'] for m in rows('tls_messages') if m['type'] == 'key_update']
        self.assertEqual(sorted(updates), [0, 0, 1, 1, 1])

    def test_renegotiation(self):
        rows = self.converse('-tls1_2', commands=[b'R\n'], server_options=['-client_renegotiation'])
        self.assertEqual([(h['outcome'], h['inferred'], h['decrypted_by']) for h in rows('tls_handshakes')], [('completed', 0, 'key log')] * 2)

    def test_authentication_behind_the_handshake(self):
        ask, answer = b'GET /%s HTTP/1.1\r\nHost: a\r\n\r\n', b'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nanswered'
        client = ['-tls1_3', '-enable_pha', '-cert', str(self.home / 'ecdsa.pem'), '-key', str(self.home / 'ecdsa.key')]
        with self.server('-tls1_3') as server, RecordingProxy(server.port, self.capture) as proxy:
            process = subprocess.Popen(['openssl', 's_client', '-connect', 'localhost:%d' % proxy.port, *client], stdin=subprocess.PIPE,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                for path, command in ((b'before', b'c\n'), (b'after', b'')):
                    process.stdin.write(ask % path)
                    process.stdin.flush()
                    server.wait_for(b'/' + path)
                    server.say(answer)
                    time.sleep(0.3)  # a command must be read alone
                    server.say(command)
                    if command:
                        server.wait_for(b'SSL_do_handshake -> 1')
                    time.sleep(0.3)
                process.communicate(b'Q\n', timeout=SECONDS)
            finally:
                process.kill()
                process.communicate()
        rows = self.rows('--keylog', self.keys)
        self.assertEqual([(e['path'], e['status']) for e in rows('http_exchanges')], [('/before', 200), ('/after', 200)])
        self.assert_nothing_odd(rows)
        subjects = {c['id']: c['sha256'] for c in rows('certificates')}
        told = openssl('x509', '-in', self.home / 'ecdsa.pem', '-noout', '-fingerprint', '-sha256').replace(':', '').lower()
        self.assertEqual([subjects[c['certificate_id']] in told for c in rows('tls_certificates') if c['side'] == 'client'], [True])

    def test_both_ways(self):
        """Bodies of random bytes, some of several records, both ways on one connection, by another program than OpenSSL's own."""
        bodies = {}  # {path: (request body, response body)}
        for n, size in enumerate((0, 1, 16_384, 16_385, 300_000)):
            bodies['/%d' % n] = self.random.randbytes(size), self.random.randbytes(300_000 - size)

        class Page(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def do_POST(self):
                received[self.path] = self.rfile.read(int(self.headers['Content-Length']))
                self.send_response(200)
                self.send_header('Content-Length', str(len(bodies[self.path][1])))
                self.end_headers()
                self.wfile.write(bodies[self.path][1])

            def log_message(self, *_):
                pass

        for version in ('TLSv1_2', 'TLSv1_3'):
            with self.subTest(version):
                received, keys = {}, self.folder / (version + '.log')
                near, far = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
                near.load_cert_chain(self.home / 'rsa.pem', self.home / 'rsa.key')
                far.check_hostname, far.verify_mode, far.keylog_filename = False, ssl.CERT_NONE, str(keys)
                far.minimum_version = far.maximum_version = getattr(ssl.TLSVersion, version)
                server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Page)
                server.socket = near.wrap_socket(server.socket, server_side=True)
                threading.Thread(target=server.serve_forever, daemon=True).start()
                with RecordingProxy(server.server_address[1], self.capture) as proxy:
                    client = http.client.HTTPSConnection('localhost', proxy.port, context=far, timeout=SECONDS)
                    for path, (question, answer) in bodies.items():
                        client.request('POST', path, question)
                        self.assertEqual(client.getresponse().read(), answer)
                    client.close()
                server.shutdown()
                server.server_close()
                self.assertEqual(received, {path: question for path, (question, _) in bodies.items()})
                rows = self.rows('--keylog', keys, name=version)
                self.assert_nothing_odd(rows)
                exchanges = rows('http_exchanges')
                self.assertEqual([(e['path'], e['ordinal'], e['request_body_bytes'], e['response_body_bytes'], e['complete']) for e in exchanges],
                                 [(path, n, len(question), len(answer), 1) for n, (path, (question, answer)) in enumerate(bodies.items(), 1)])
                written = {hashlib.sha256(file.read_bytes()).hexdigest() for file in self.bodies.glob('**/*') if file.is_file()}
                sent = {hashlib.sha256(body).hexdigest() for both in bodies.values() for body in both if body}
                self.assertEqual(sent - written, set())

    def test_http2_by_alpn(self):
        if not shutil.which('nghttpd') or not shutil.which('curl'):
            self.skipTest('nghttpd or curl is not installed')
        names = ['one', 'two', 'three']
        for name in names:
            self.page(name)
        with socket.create_server(('127.0.0.1', 0)) as free:
            port = free.getsockname()[1]
        server = subprocess.Popen(['nghttpd', '-d', self.folder, str(port), self.home / 'rsa.key', self.home / 'rsa.pem'],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for_port(port)
            with RecordingProxy(port, self.capture) as proxy:
                for version in ('1.2', '1.3'):
                    outputs = [word for name in names for word in ('https://localhost:%d/%s' % (proxy.port, name), '-o', self.folder / ('got-' + name))]
                    subprocess.run(['curl', '-sk', '--http2', '--tls-max', version, *outputs], check=True, timeout=SECONDS,
                                   env=dict(os.environ, SSLKEYLOGFILE=str(self.keys)))
        finally:
            server.kill()
            server.wait()
        rows = self.rows('--keylog', self.keys)
        self.assert_nothing_odd(rows)
        self.assertEqual([(h['version'], h['alpn']) for h in rows('tls_handshakes')], [('TLS 1.2', 'h2'), ('TLS 1.3', 'h2')])
        self.assertEqual([c['layers'] for c in rows('connections')], ['tls/http2'] * 2)
        self.assertEqual([(e['path'], e['version'], e['status'], e['response_body_bytes']) for e in rows('http_exchanges')],
                         [('/' + name, '2', 200, BODY) for name in names * 2])
        self.assert_pages(rows, names, 'HTTP/2')

    def test_a_key_log_that_is_a_pipe(self):
        self.speak_all({'page': ['-tls1_3']})
        for cut in (0, 100):  # the writer may be slow
            read, write = os.pipe()
            def put():
                with os.fdopen(write, 'wb') as pipe:
                    text = self.keys.read_bytes()
                    for part in (text[:cut], text[cut:]):
                        pipe.write(part)
                        pipe.flush()
                        time.sleep(0.2)
            writer = threading.Thread(target=put)
            writer.start()
            database = self.folder / 'piped.db'
            done = subprocess.run([PROGRAM, 'analyze', self.capture, '-o', database, '--quiet', '--force', '--keylog', '/dev/fd/%d' % read],
                                  pass_fds=[read], capture_output=True, text=True, timeout=SECONDS)
            os.close(read)
            writer.join()
            self.assertEqual((done.returncode, done.stderr), (0, ''))
            with Rows(database) as rows:
                self.assertEqual([(e['path'], e['status']) for e in rows('http_exchanges')], [('/page', 200)])

    def test_a_key_of_another_server(self):
        self.speak_all({'page': ['-tls1_2', '-cipher', 'AES128-SHA:@SECLEVEL=0']})
        openssl('genrsa', '-out', self.folder / 'other.key', '2048')
        rows = self.rows('--rsa-key', self.folder / 'other.key',
                         told='longwire: --rsa-key decrypted nothing: it fits none of the handshakes that exchanged keys by RSA (1 in all); '
                              "it must be the private key of the server's certificate\n")
        self.assertEqual((rows('http_exchanges'), rows('anomalies')), ([], []))
        self.assertEqual([(h['outcome'], h['decrypted_by']) for h in rows('tls_handshakes')], [('completed', None)])
        self.assertEqual(len(rows('tls_turns')), 1)

    def test_a_pre_shared_key_is_a_pre_master_secret(self):
        """As the README says it is given: RFC 4279 section 2."""
        self.speak_all({suite: ['-tls1_2', '-cipher', suite] for suite in ('PSK-AES128-GCM-SHA256', 'PSK-AES128-CBC-SHA')})
        random = [h['client_random'] for h in self.rows(name='closed')('tls_handshakes')]
        own = self.folder / 'own.log'
        own.write_text(''.join('PMS_CLIENT_RANDOM %s 0010%s0010%s\n' % (each, '00' * 16, PSK) for each in random))
        rows = self.rows('--keylog', own)
        self.assert_pages(rows, ['PSK-AES128-GCM-SHA256', 'PSK-AES128-CBC-SHA'], 'pre-shared key')
        self.assert_nothing_odd(rows)

    def test_a_private_key_where_keys_are_exchanged_otherwise(self):
        self.speak_all({'page': ['-tls1_3']})
        self.rows('--rsa-key', self.home / 'rsa.key',
                  told='longwire: --rsa-key decrypted nothing: no handshake in the capture exchanged keys by RSA alone; '
                       'a key log (--keylog) decrypts the others\n')

    def test_wrong_keys_make_no_rows(self):
        self.speak_all({'page': ['-tls1_3'], 'other': ['-tls1_2', '-cipher', 'AES128-SHA:@SECLEVEL=0']})
        wrong = self.folder / 'wrong.log'
        wrong.write_text(re.sub(r' [0-9a-f]+$', lambda m: ' ' + 'ab' * (len(m.group()) // 2), self.keys.read_text(), flags=re.M))
        rows = self.rows('--keylog', wrong)
        self.assertEqual(rows('http_exchanges'), [])
        self.assertEqual({a['code'] for a in rows('anomalies')}, {'tls.decrypt.failed'})
        self.assertEqual({(h['outcome'], h['inferred'], h['decrypted_by']) for h in rows('tls_handshakes')}, {('completed', 1, None)})
        self.assertEqual([(c['layers'], c['exchanges']) for c in rows('connections')], [('tls', 0)] * 2)
        self.assertEqual([k['encrypted'] for k in rows('connection_kinds')], [1, 1])
        self.assertEqual([t['ordinal'] for t in rows('tls_turns')], [1, 1])

    def test_keys_that_cannot_be_read(self):
        (self.folder / 'no.key').write_text('no key\n')
        (self.folder / 'talk.pcap').write_bytes(b'')
        openssl('rsa', '-in', self.home / 'rsa.key', '-aes128', '-passout', 'pass:secret', '-out', self.folder / 'locked.key')
        openssl('rsa', '-in', self.home / 'rsa.key', '-pubout', '-out', self.folder / 'public.key')
        for option, file in (('--rsa-key', self.folder), ('--rsa-key', self.folder / 'locked.key'), ('--rsa-key', self.folder / 'public.key'),
                             ('--rsa-key', self.home / 'rsa.pem'),
                             ('--keylog', '/nowhere/keys'), ('--keylog', self.folder), ('--rsa-key', '/nowhere/key'),
                             ('--rsa-key', self.folder / 'no.key'), ('--rsa-key', self.home / 'ecdsa.key')):
            done = subprocess.run([PROGRAM, 'analyze', self.capture, option, str(file)], capture_output=True, text=True, cwd=self.folder, timeout=SECONDS)
            self.assertEqual((done.returncode, str(file) in done.stderr, done.stderr.count('\n')), (2, True, 1), done.stderr)


if __name__ == '__main__':
    if not shutil.which('openssl'):
        print('skipped: openssl is not installed')
        sys.exit(SKIPPED)
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
