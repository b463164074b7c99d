"""WebSockets between real peers, recorded by a proxy as the test runs: what is found is what both ends logged.

    websocket_peers_test.py PROGRAM     needs Node.js, and npm to fetch ws, else it is skipped; the browser's part needs Chromium

The peers are those of samples/record/push/: the npm package ws at both ends, over HTTP/1.1 and on streams of HTTP/2, in the
clear and inside TLS; and Chromium with a page that opens WebSockets.
"""
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from longwire import HOUSE, SKIPPED, Rows, analyze
from recording_proxy import RecordingProxy
from websocket_told import WebSocketsAsTold

sys.path.insert(0, str(HOUSE / 'samples/record/push'))
from told import told  # noqa: E402  what the peers logged

PROGRAM = sys.argv[1]
PEERS = HOUSE / 'samples/record/push'
SECONDS = 60  # that a peer may take
BROWSER = shutil.which('chromium') or shutil.which('chromium-browser')
PORT = 443  # of the server, as the proxy writes it down


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def wait_until(log, word):
    """A peer has logged it."""
    end = time.monotonic() + SECONDS
    while not (log.exists() and any(word in json.loads(line) for line in log.read_text(encoding='utf8').splitlines())):
        if time.monotonic() > end:
            raise AssertionError('%s: nobody logs that it is %s' % (log, word))
        time.sleep(0.05)


class Peers(WebSocketsAsTold, unittest.TestCase):
    maxDiff = None

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)
        self.capture = self.folder / 'talk.pcap'
        self.keys = self.folder / 'tls.keys'
        self.server_log, self.client_log = self.folder / 'server.log', self.folder / 'client.log'

    @contextlib.contextmanager
    def server(self, script, *words):
        port = free_port()
        with subprocess.Popen(['node', WORK / script, *(str(port) if word == 'PORT' else word for word in words)], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:
            try:
                wait_until(self.server_log, 'listening')
                yield port
            finally:
                process.kill()

    def read(self):
        options = ['--keylog', str(self.keys)] if self.keys.exists() else []
        database = self.folder / 'rows.db'
        self.assertEqual(analyze(PROGRAM, self.capture, database, '--websocket-payload', '1M', *options), (0, ''))
        self.rows = Rows(database)
        self.addCleanup(self.rows.db.close)
        logs = [log for log in (self.server_log, self.client_log) if log.exists()]
        self.told = [{'server_port': PORT, **one} for one in told(logs).values()]
        self.assertGreater(len(self.told), 4)

    def talk(self, script, role, tls):
        """Both ends are Node's."""
        certificate = [WORK / 'own.pem', WORK / 'own.key'] if tls else []
        with self.server(script, 'server', '127.0.0.1', 'PORT', self.server_log, *certificate) as port, RecordingProxy(port, self.capture, PORT) as proxy:
            subprocess.run(['node', *(['--tls-keylog=%s' % self.keys] if tls else []), WORK / script, role, '127.0.0.1', str(proxy.port), self.client_log,
                            *certificate[:1]], check=True, capture_output=True, timeout=SECONDS)
        self.read()

    def browse(self, *more):
        scheme = 'https' if more else 'http'
        with self.server('browser.mjs', '127.0.0.1', 'PORT', self.server_log, *more) as port, RecordingProxy(port, self.capture, PORT) as proxy:
            browser = subprocess.Popen([BROWSER, '--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-extensions',
                                        '--disable-background-networking', '--disable-component-update', '--ignore-certificate-errors',
                                        '--user-data-dir=%s' % (self.folder / 'profile'), '--ssl-key-log-file=%s' % self.keys,
                                        '%s://127.0.0.1:%d/' % (scheme, proxy.port)],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
            try:
                wait_until(self.server_log, 'done')
            finally:
                os.killpg(browser.pid, signal.SIGKILL)
                browser.wait()
        self.read()

    def check(self, over_http2):
        self.check_messages()
        self.check_handshakes({PORT} if over_http2 else set())
        self.check_compression()
        self.check_pings()
        self.check_ends()
        self.assertEqual([(h['path'], h['status']) for h in self.rows('websocket_handshakes') if h['outcome'] == 'unauthorized'], [('/refused', 403)])
        odd = {a['code'] for a in self.rows('anomalies')}
        self.assertEqual(odd, {'websocket.rsv'} if (PORT, '/broken') in self.sockets else set())

    def test_over_http1(self):
        self.talk('websocket.mjs', 'clients', tls=False)
        self.check(over_http2=False)

    def test_over_http1_inside_tls(self):
        self.talk('websocket.mjs', 'clients', tls=True)
        self.check(over_http2=False)

    def test_over_http2(self):
        self.talk('websocket_http2.mjs', 'client', tls=False)
        self.check(over_http2=True)

    def test_over_http2_inside_tls(self):
        self.talk('websocket_http2.mjs', 'client', tls=True)
        self.check(over_http2=True)
        self.assertEqual({(t['version'], t['alpn'], t['decrypted_by']) for t in self.rows('tls_handshakes')}, {('TLS 1.3', 'h2', 'key log')})

    @unittest.skipUnless(BROWSER, 'needs Chromium')
    def test_a_browser_over_http1(self):
        self.browse()
        self.check(over_http2=False)

    @unittest.skipUnless(BROWSER, 'needs Chromium')
    def test_a_browser_over_http1_inside_tls(self):
        self.browse(WORK / 'own.pem', WORK / 'own.key')
        self.check(over_http2=False)

    @unittest.skipUnless(BROWSER, 'needs Chromium')
    def test_a_browser_over_http2_inside_tls(self):
        self.browse(WORK / 'own.pem', WORK / 'own.key', 'h2')
        self.check(over_http2=True)


if __name__ == '__main__':
    if shutil.which('node') is None or shutil.which('npm') is None:
        print('skipped: needs node and npm')
        sys.exit(SKIPPED)
    with tempfile.TemporaryDirectory() as work:
        WORK = Path(work)
        for file in PEERS.iterdir():
            if file.suffix in ('.mjs', '.json'):
                shutil.copy(file, WORK)
        fetched = subprocess.run(['npm', 'ci', '--no-audit', '--no-fund'], cwd=WORK, capture_output=True, timeout=120)
        if fetched.returncode != 0:
            print('skipped: npm cannot fetch ws')
            sys.exit(SKIPPED)
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', WORK / 'own.key', '-out',
                        WORK / 'own.pem', '-days', '30', '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'], check=True, capture_output=True)
        unittest.main(argv=sys.argv[:1])
