"""WebSockets between real peers, recorded on the loopback as the test runs: what is found is what both ends logged.

    websocket_peers_test.py PROGRAM     needs Node.js, and npm to fetch ws; else it is skipped

Over HTTP/1.1 and on streams of HTTP/2 the npm package ws speaks at both ends (samples/record/push/).
"""
import collections
import contextlib
import hashlib
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from longwire import HOUSE, SKIPPED, Rows, analyze
from recording_proxy import RecordingProxy

PROGRAM = sys.argv[1]
PEERS = HOUSE / 'samples/record/push'
SECONDS = 60  # that a peer may take


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding='utf8').splitlines()] if path.exists() else []


class Peers(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)
        self.capture = self.folder / 'talk.pcap'

    @contextlib.contextmanager
    def server(self, script, *more):
        port, log = free_port(), self.folder / 'server.log'
        command = ['node', WORK / script, 'server', '127.0.0.1', str(port), log, *more]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
            try:
                for end in (time.monotonic() + SECONDS,):
                    while not any('listening' in line for line in lines(log)):
                        self.assertLess(time.monotonic(), end, 'the server does not come up')
                        time.sleep(0.05)
                yield port
            finally:
                process.kill()

    def talk(self, script, role, server_options=()):
        """Rows of a recording, and what both ends told."""
        with self.server(script, *server_options) as port, RecordingProxy(port, self.capture) as proxy:
            subprocess.run(['node', WORK / script, role, '127.0.0.1', str(proxy.port), self.folder / 'client.log'], check=True,
                           capture_output=True, timeout=SECONDS)
        database = self.folder / 'rows.db'
        self.assertEqual(analyze(PROGRAM, self.capture, database, '--websocket-payload', '1M'), (0, ''))
        rows = Rows(database)
        self.addCleanup(rows.db.close)
        told = collections.defaultdict(lambda: {'client': [], 'server': []})
        for line in lines(self.folder / 'server.log') + lines(self.folder / 'client.log'):
            if 'sent' in line:
                told[line['path']][line['by']].append(line['sent'])
            told[line['path']].update({key: line[key] for key in ('opened', 'client_saw', 'server_saw', 'pings', 'status') if key in line})
        told.pop(None, None)
        return rows, told

    def check_messages(self, rows, told):
        paths = {e['id']: e['path'] for e in rows('http_exchanges')}
        found = collections.defaultdict(lambda: {'client': [], 'server': []})
        for m in sorted(rows('websocket_messages'), key=lambda m: m['id']):
            if m['opcode'] in ('text', 'binary'):
                bytes_ = m['payload'].encode() if m['opcode'] == 'text' else bytes.fromhex(m['payload'])
                found[paths[m['websocket_id']]]['client' if m['from_client'] else 'server'].append(
                    [m['opcode'], m['bytes'], hashlib.sha256(bytes_).hexdigest()[:16]])
        sent = {path: {side: w[side] for side in ('client', 'server')} for path, w in told.items() if w['client'] or w['server']}
        self.assertEqual({path: dict(w) for path, w in found.items()}, sent)

    def test_over_http2(self):
        rows, told = self.talk('websocket_http2.mjs', 'client')
        self.check_messages(rows, told)
        paths = {e['id']: e['path'] for e in rows('http_exchanges')}
        sockets = {paths[w['exchange_id']]: w for w in rows('websockets')}
        self.assertEqual(set(sockets), {'/one', '/two'})
        for path, w in sockets.items():
            with self.subTest(path):
                self.assertEqual((w['version'], w['subprotocol'], w['origin'], w['accept_valid']), ('13', 'echo', 'http://socket.example', None))
                self.assertEqual([w['close_code'], w['close_reason']], told[path]['server_saw'])
                self.assertEqual((w['closed_by'], w['end_cause'], w['close_answered']), ('client', 'close', 1))
        self.assertEqual(len({w['stream_id'] for w in sockets.values()}), 2)
        self.assertEqual(len({w['connection_id'] for w in sockets.values()}), 1)
        self.assertEqual({h['path']: h['outcome'] for h in rows('websocket_handshakes')},
                         {'/one': 'opened', '/two': 'opened', '/refused': 'unauthorized'})
        pongs = [m for m in rows('websocket_messages') if m['opcode'] == 'pong' and m['answers_id'] is not None]
        self.assertEqual(len(pongs), 2)
        self.assertEqual(rows('anomalies'), [])

    def test_over_http1(self):
        rows, told = self.talk('websocket.mjs', 'clients')
        self.check_messages(rows, told)
        self.assertEqual(rows('anomalies'), [])


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
        unittest.main(argv=sys.argv[:1])
