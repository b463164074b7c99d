"""WebSockets and push techniques as recorded from real peers: what is found is what both ends logged.

    websocket_samples_test.py PROGRAM           the samples
    websocket_samples_test.py PROGRAM --anew    the same of new recordings (samples/record/): needs root, Node.js and npm, else
                                                it is skipped
"""
import collections
import hashlib
import json
import sys
import tempfile
import unittest
from pathlib import Path

from longwire import HOUSE, Rows, analyze, record_anew
from websocket_told import WebSocketsAsTold

PROGRAM = sys.argv[1]
ANEW = '--anew' in sys.argv[2:]
RECORDED = HOUSE / 'samples'  # or, anew, a folder of our own
DATA, CONTROL = ('text', 'binary'), ('ping', 'pong', 'close')
NO_CODE, LOST = 1005, 1006  # what ws says of a Close frame without a code, and of none (RFC 6455 section 7.1.5)
QUIET_S = 1.5               # the server of /quiet gives up after so long (push/websocket.mjs)
AGED_S = 2.5                # and that of /aged


class Recording(unittest.TestCase):
    maxDiff = None

    def read(self, name, *options):
        """(what both ends told, rows) of a recording."""
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        database = Path(scratch.name) / (name + '.db')
        if ANEW and not (RECORDED / (name + '.pcap')).exists():
            self.skipTest('not among what is recorded anew: samples/record/%s.sh does it' % name)
        self.assertEqual(analyze(PROGRAM, RECORDED / (name + '.pcap'), database, *options), (0, ''))
        rows = Rows(database)
        self.addCleanup(rows.db.close)
        return json.loads((RECORDED / (name + '.expected.json')).read_text(encoding='utf8')), rows


class WebSockets(Recording):
    def setUp(self):
        told, self.rows = self.read('websocket', '--websocket-payload', '1M')
        self.told = {w['path']: w for w in told['websockets']}
        paths = {e['id']: e['path'] for e in self.rows('http_exchanges')}
        self.sockets = {paths[w['exchange_id']]: w for w in self.rows('websockets')}
        self.lives = {paths[v['websocket_id']]: v for v in self.rows('websocket_lifetimes')}
        self.messages = collections.defaultdict(list)
        for m in sorted(self.rows('websocket_messages'), key=lambda m: m['id']):
            self.messages[paths[m['websocket_id']]].append(m)

    def sent(self, path, from_client, opcodes):
        return [m for m in self.messages[path] if m['from_client'] == from_client and m['opcode'] in opcodes]

    def test_each_is_there(self):
        self.assertEqual(set(self.sockets), set(self.told))
        self.assertGreater(len(self.told), 12)

    def test_handshakes(self):
        for path, told in self.told.items():
            with self.subTest(path):
                found = self.sockets[path]
                self.assertEqual((found['version'], found['subprotocol'], found['accept_valid']), (told['version'], told['subprotocol'], 1))
                agreed = (found['extensions'] or '').split(';')[0] or None
                self.assertEqual(agreed, told['extensions'])
        self.assertEqual(self.sockets['/chat']['offered_subprotocols'], 'chat.v1,chat.v2')
        self.assertEqual((self.sockets['/chat']['origin'], self.sockets['/chat']['cookie']), ('http://chat.example', 1))
        self.assertEqual((self.sockets['/plain']['origin'], self.sockets['/plain']['cookie']), (None, 0))

    def test_refusals(self):
        outcomes = {h['path']: (h['outcome'], h['status']) for h in self.rows('websocket_handshakes')}
        self.assertEqual(outcomes.pop('/refused'), ('unauthorized', 403))
        self.assertEqual(outcomes, {path: ('opened', 101) for path in self.told})

    def test_every_message_is_what_was_sent(self):
        digest = lambda m: hashlib.sha256(m['payload'].encode() if m['opcode'] == 'text' else bytes.fromhex(m['payload'])).hexdigest()[:16]
        for path, told in self.told.items():
            for side in ('client', 'server'):
                with self.subTest(path, side=side):
                    found = self.sent(path, side == 'client', DATA)
                    # what was sent into the void is not all there
                    expected = told[side][:len(found)] if path == '/dropped' else told[side]
                    self.assertEqual([[m['opcode'], m['bytes'], digest(m)] for m in found], expected)
                    self.assertTrue(all(m['complete'] and m['valid_utf8'] == (1 if m['opcode'] == 'text' else None) for m in found))
                    self.assertEqual((self.sockets[path][side + '_messages'], self.sockets[path][side + '_bytes']),
                                     (len(found), sum(m['bytes'] for m in found)))
        self.assertGreater(len(self.messages['/dropped']), 2)

    def test_compressed_where_it_was_agreed(self):
        for path, told in self.told.items():
            with self.subTest(path):
                compressed = {m['compressed'] for m in self.messages[path] if m['opcode'] in DATA and m['bytes'] > 0}
                self.assertLessEqual(compressed, {int(told['extensions'] is not None)})
        sizes = lambda path: sum(m['wire_bytes'] for m in self.sent(path, True, ('text',)))
        self.assertLess(sizes('/deflate') * 5, sizes('/plain'))
        feed = [m for m in self.sent('/deflate', True, ('text',)) if 'the same feed' in m['payload']]
        self.assertLess(feed[-1]['wire_bytes'] * 2, feed[-1]['bytes'], 'it refers to those before')

    def test_fragments_with_a_ping_between(self):
        fragmented, = [m for m in self.messages['/plain'] if m['fragments'] > 1]
        ping, = [m for m in self.messages['/plain'] if m['opcode'] == 'ping']
        self.assertEqual((fragmented['fragments'], fragmented['from_client']), (4, 1))
        self.assertTrue(fragmented['start_ns'] <= ping['start_ns'] <= fragmented['end_ns'])

    def test_pings_and_pongs(self):
        for path, told in self.told.items():
            with self.subTest(path):
                pings = {m['id']: m for m in self.sent(path, 1, ('ping',))}
                self.assertEqual(len(pings), told['pings'])
                answers = [m for m in self.sent(path, 0, ('pong',))]
                self.assertEqual([m['answers_id'] for m in answers], list(pings))
                self.assertTrue(all(pings[m['answers_id']]['payload'] == m['payload'] and 0 <= m['rtt_ns'] < 1e9 for m in answers))
        unasked, = [m for m in self.messages['/chat'] if m['opcode'] == 'pong' and m['answers_id'] is None]
        self.assertEqual((bytes.fromhex(unasked['payload']), unasked['from_client']), (b'nobody asked', 1))
        self.assertEqual(self.lives['/chat']['unsolicited_pongs'], 1)

    def test_close_codes_are_those_that_both_ends_saw(self):
        for path, told in self.told.items():
            with self.subTest(path):
                found = self.lives[path]
                if found['end_cause'] == 'open' or 'server_saw' not in told:
                    self.assertEqual(path, '/dropped')
                elif found['end_cause'] == 'close':
                    # Each end reports the frame that it got; the first one is the one that counts.
                    saw = told['server_saw' if found['closed_by'] == 'client' else 'client_saw']
                    self.assertEqual([found['close_code'], found['close_reason']], saw)
                    self.assertEqual(found['close_answered'], 1)
                else:
                    self.assertEqual((told['server_saw'], found['close_code'], found['close_reason']), ([LOST, ''], None, None))
        self.assertEqual(self.lives['/deflate']['close_code'], NO_CODE)

    def test_causes_of_death(self):
        causes = {path: (v['end_cause'], v['closed_by']) for path, v in self.lives.items()}
        by_client = dict.fromkeys(['/plain', '/deflate', '/fresh', '/window', '/chat', '/old'], ('close', 'client'))
        self.assertEqual(causes, {
            **by_client, '/push': ('close', 'server'), '/policy': ('close', 'server'), '/terminate': ('fin', 'server'),
            '/reset': ('rst', 'server'), '/gone': ('fin', 'client'), '/killed': ('fin', 'client'), '/dropped': ('silence', None),
            '/watched': ('silence', 'server'),
            **dict.fromkeys(['/quiet/1', '/quiet/2', '/quiet/3'], ('fin', 'server')),
            **dict.fromkeys(['/aged/1', '/aged/2', '/aged/3'], ('close', 'server'))})

    def test_keepalive_tells_of_the_silence(self):
        self.assertEqual({path: v['keepalive_verdict'] for path, v in self.lives.items() if v['keepalive_verdict']}, {'/watched': 'crashed'})

    def test_timers_are_pointed_out(self):
        timed = {path: (v['timer'], v['timer_websockets']) for path, v in self.lives.items() if v['timer']}
        self.assertEqual(timed, {**dict.fromkeys(['/quiet/1', '/quiet/2', '/quiet/3'], ('idle', 3)),
                                 **dict.fromkeys(['/aged/1', '/aged/2', '/aged/3'], ('age', 3))})
        for path in timed:
            self.assertAlmostEqual(self.lives[path]['timer_s'], QUIET_S if 'quiet' in path else AGED_S, delta=0.2)
        for path in ('/quiet/1', '/quiet/2', '/quiet/3'):
            self.assertEqual(self.lives[path]['idle_at_end_ms'], self.lives[path]['longest_silence_ms'])

    def test_what_the_server_pushes(self):
        paths = {w['id']: path for path, w in self.sockets.items()}
        pushes = {paths[v['websocket_id']]: v['pushes'] for v in self.rows('websocket_traffic')}
        self.assertEqual({path: n for path, n in pushes.items() if n > 0},
                         {'/push': 5, '/dropped': self.sockets['/dropped']['server_messages']})


class Http2AndTls(WebSocketsAsTold, Recording):
    """Streams of HTTP/2 in the clear (80) and inside TLS (443), and wss over HTTP/1.1 (8443), between peers of Node.js."""
    NAME, OVER_HTTP2 = 'websocket_http2', (80, 443)

    def setUp(self):
        told, self.rows = self.read(self.NAME, '--websocket-payload', '1M', '--keylog', str(RECORDED / (self.NAME + '.keys')))
        self.told = told['websockets']

    def test_each_is_what_both_ends_logged(self):
        self.check_messages()
        self.check_handshakes(self.OVER_HTTP2)
        self.check_compression()
        self.check_pings()
        self.check_ends()

    def test_refusals(self):
        found = {(h['server_port'], h['path'], h['status']) for h in self.rows('websocket_handshakes') if h['outcome'] == 'unauthorized'}
        self.assertEqual(found, {(port, '/refused', 403) for port in (80, 443, 8443)})

    def test_causes_of_death(self):
        self.find()
        causes = {key: (v['end_cause'], v['closed_by']) for key, v in self.lives.items()}
        for port in (80, 443):  # Node's http2 ends a stream before it resets it
            self.assertEqual({path: causes[port, path] for path in ('/plain', '/deflate', '/fresh', '/cut')},
                             {**dict.fromkeys(['/plain', '/deflate', '/fresh'], ('close', 'client')), '/cut': ('fin', 'server')})
        self.assertEqual({path: causes[8443, path] for path in ('/push', '/terminate', '/gone')},
                         {'/push': ('close', 'server'), '/terminate': ('fin', 'server'), '/gone': ('fin', 'client')})

    def test_streams_beside_one_another(self):
        self.find()
        for port in (80, 443):
            streams = [w for key, w in self.sockets.items() if key[0] == port]
            self.assertEqual((len({w['stream_id'] for w in streams}), len({w['connection_id'] for w in streams})), (4, 1))
        self.assertEqual({c['layers'] for c in self.rows('connections')}, {'http2', 'tls/http2', 'tls/http1/websocket', 'tls/http1'})


class Browser(WebSocketsAsTold, Recording):
    """Chromium: ws (80), wss over HTTP/1.1 (443) and over HTTP/2 (8443)."""

    def setUp(self):
        told, self.rows = self.read('browser', '--websocket-payload', '1M', '--keylog', str(RECORDED / 'browser.keys'))
        self.told = told['websockets']

    def test_each_is_what_page_and_server_logged(self):
        self.check_messages()
        self.check_handshakes({8443})
        self.check_compression()
        self.check_pings()
        self.check_ends()

    def test_what_a_browser_says(self):
        self.find()
        for key, w in self.sockets.items():
            with self.subTest(key):
                self.assertEqual(w['origin'], {80: 'http://192.0.2.1', 443: 'https://192.0.2.1', 8443: 'https://192.0.2.1:8443'}[key[0]])
                self.assertEqual(w['offered_extensions'], 'permessage-deflate; client_max_window_bits')
        self.assertEqual({self.sockets[port, '/chat']['offered_subprotocols'] for port in (80, 443, 8443)}, {'chat.v1, chat.v2'})

    def test_a_bit_that_nothing_explains_is_what_it_gave_up_for(self):
        self.find()
        self.assertEqual([(a['code'], a['side']) for a in self.rows('anomalies') if a['code'].startswith('websocket.')], [('websocket.rsv', 'server')] * 3)
        self.assertEqual({self.lives[port, '/broken']['closed_by'] for port in (80, 443, 8443)}, {'client'})


class Push(Recording):
    def setUp(self):
        self.expected, self.rows = self.read('push')
        self.found = {(p['client_ip'], p['path']): p for p in self.rows('push_techniques')}

    def test_each_client_is_classified_and_nothing_else(self):
        self.assertEqual({key: p['technique'] for key, p in self.found.items()},
                         {(t['client_ip'], t['path']): t['technique'] for t in self.expected['push']})
        clients = {c['client_ip'] for c in self.rows('connections')}
        self.assertEqual(len(clients), len(self.found) + 5, 'health checks, retries, a browser, a slow report')

    def test_requests_period_and_empty_answers(self):
        for told in self.expected['push']:
            with self.subTest(told):
                found = self.found[told['client_ip'], told['path']]
                self.assertEqual(found['requests'], told['requests'])
                if 'period_s' in told:
                    self.assertAlmostEqual(found['period_s'], told['period_s'], delta=0.05 * told['period_s'])
                    self.assertAlmostEqual(found['empty_share'] * told['requests'], told['empty'], delta=0.01)

    def test_news_cost_least_where_they_are_pushed(self):
        cost = {key[0]: p['wire_bytes_per_body_byte'] for key, p in self.found.items()}
        techniques = {key[0]: p['technique'] for key, p in self.found.items()}
        pushed = [c for client, c in cost.items() if techniques[client] in ('sse', 'websocket')]
        asked = [c for client, c in cost.items() if techniques[client] == 'short-polling']
        self.assertLess(max(pushed), min(asked))
        delays = {p['technique']: p['delay_bound_s'] for p in self.found.values()}
        self.assertLess(delays['long-polling'], delays['short-polling'])

    def test_the_websocket_brought_the_messages_that_its_client_counted(self):
        told, = [t for t in self.expected['push'] if t['technique'] == 'websocket']
        self.assertEqual(self.found[told['client_ip'], told['path']]['news'], told['messages'])


if __name__ == '__main__':
    with tempfile.TemporaryDirectory() as folder:
        if ANEW:
            record_anew(('websocket.sh', 'push.sh'), folder)
            RECORDED = Path(folder)
        unittest.main(argv=sys.argv[:1])
