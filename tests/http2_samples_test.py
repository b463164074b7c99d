"""What the program finds of HTTP/2 in our own samples is what the peers did, and what they logged.

    http2_samples_test.py PROGRAM
"""
import collections
import json
import sys
import tempfile
import unittest
from pathlib import Path

from longwire import HOUSE, Rows, analyze

PROGRAM = sys.argv[1]
MILLISECOND = 1_000_000  # ns


class Http2Samples(unittest.TestCase):
    def analyzed(self, name, *options):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        database = Path(scratch.name) / 'rows.db'
        self.assertEqual(analyze(PROGRAM, HOUSE / ('samples/%s.pcap' % name), database, *options), (0, ''))
        self.told = json.loads((HOUSE / ('samples/%s.expected.json' % name)).read_text(encoding='utf8'))
        return Rows(database)

    def frames(self, rows):
        """Of all connections: side and type -> frames."""
        counts = collections.Counter()
        for c in rows('http2_connections'):
            for side, types in json.loads(c['frames']).items():
                counts.update({(side, kind): n for kind, n in types.items()})
        return counts

    def test_how_each_connection_began(self):
        with self.analyzed('http2') as rows:
            how = collections.Counter(c['how'] for c in rows('http2_connections'))
            upgraded = [e for e in rows('http_exchanges') if e['upgraded_to']]
        self.assertEqual(how['upgrade'], 2)
        self.assertEqual(how['prior-knowledge'], len(self.told['connections']) - 2)
        self.assertEqual([(e['version'], e['stream_id'], e['status'], e['interim_statuses'], e['upgraded_to']) for e in upgraded],
                         [('2', 1, 200, '[101]', 'h2c')] * 2)

    def test_a_hundred_streams_at_once(self):
        with self.analyzed('http2') as rows:
            most = max(c['max_concurrent_streams_seen'] for c in rows('http2_connections'))
            busiest = max(rows('http2_multiplexing'), key=lambda m: m['open_at_once_max'])
        self.assertEqual(most, 100)
        self.assertEqual((busiest['streams'], busiest['limit_announced']), (100, 128))

    def test_resets_as_logged(self):
        for name in ('http2', 'http2_flow'):
            with self.subTest(name), self.analyzed(name) as rows:
                paths = {e['id']: e['path'] for e in rows('http_exchanges')}
                found = collections.Counter((paths[s['exchange_id']], s['reset_code']) for s in rows('http2_streams') if s['reset_code'] is not None)
                self.assertEqual(found, collections.Counter(map(tuple, self.told['resets'])))

    def test_the_push_and_who_promised_it(self):
        with self.analyzed('http2') as rows:
            push, = rows('server_push')
            page, = [e for e in rows('http_exchanges') if e['path'] == '/index.html']
        self.assertEqual((push['path'], push['outcome'], push['bytes'], push['asked_again']), ('/style.css', 'used', 22, 0))
        self.assertEqual(push['promised_by'], page['stream_id'])

    def test_trailers_hints_continuations_and_priorities(self):
        with self.analyzed('http2') as rows:
            exchanges = rows('http_exchanges')
            frames = self.frames(rows)
            streams = rows('http2_streams')
            upload, = [e for e in exchanges if e['path'] == '/upload' and 'u=5' in e['request_headers']]
        by_path = {e['path']: e for e in exchanges}
        self.assertIn(['x-sum', '9'], json.loads(by_path['/trailers']['response_trailers']))
        self.assertEqual(json.loads(by_path['/hints']['interim_statuses']), [103])
        self.assertIn('x-checked', {f[0] for e in exchanges for f in json.loads(e['request_trailers'] or '[]')})
        self.assertEqual(frames['client', 'CONTINUATION'], 2)
        self.assertEqual([(s['urgency'], s['incremental']) for s in streams if s['exchange_id'] == upload['id']], [(5, 1)])
        self.assertIn(200, {s['weight'] for s in streams})
        self.assertEqual(upload['request_body_bytes'], 3000)

    def test_a_shutdown_in_two_phases(self):
        with self.analyzed('http2') as rows:
            goaways = [g for g in rows('http2_goaways') if g['debug'] == 'restarting']
            first, = goaways
            after = [g['last_stream'] for g in rows('http2_goaways') if g['connection_id'] == first['connection_id'] and not g['from_client']]
        self.assertEqual((first['last_stream'], first['error'], first['from_client']), (2 ** 31 - 1, 'NO_ERROR', 0))
        self.assertLess(after[-1], 2 ** 31 - 1)

    def test_a_ping_and_its_answer(self):
        with self.analyzed('http2') as rows:
            ping, = rows('http2_pings')
        self.assertEqual(ping['from_client'], 1)
        self.assertGreater(ping['answer_ns'], ping['time_ns'])

    def test_stalls_are_as_long_as_the_client_let_the_server_wait(self):
        with self.analyzed('http2_flow') as rows:
            stalls = rows('http2_stalls')
        self.assertEqual(len(stalls), len(self.told['stalls']))
        for found, told in zip(stalls, self.told['stalls']):
            self.assertEqual((found['stream_id'], found['side'], found['ended_by']), (told['stream'], 'server', 'window_update'))
            self.assertAlmostEqual(found['end_ns'] - found['start_ns'], told['waited_ns'], delta=MILLISECOND)

    def test_streams_cancelled_at_once_are_a_sign_of_abuse(self):
        with self.analyzed('http2_flow') as rows:
            signs = {(a['sign'], a['value']) for a in rows('http2_abuse')}
        self.assertEqual(signs, {('rapid_reset', 100), ('resets', 100)})
        with self.analyzed('http2') as rows:
            self.assertEqual(rows('http2_abuse'), [])

    def test_grpc_calls_end_as_their_client_was_told(self):
        with self.analyzed('grpc') as rows:
            calls = rows('grpc_calls')
        deadline_exceeded = 4  # which the client tells itself: it resets the stream, and no status comes
        self.assertEqual([[c['method'], deadline_exceeded if c['reset_error'] == 'CANCEL' else c['grpc_status']] for c in calls], self.told['grpc'])

    def test_what_tls_carries_is_read_with_its_keys(self):
        with self.analyzed('http2_tls', '--keylog', HOUSE / 'samples/http2_tls.keys') as rows:
            if not any(h['decrypted_by'] for h in rows('tls_handshakes')):
                self.skipTest('TLS is not decrypted')
            connections = rows('http2_connections')
            exchanges = collections.defaultdict(list)
            for e in rows('http_exchanges'):
                exchanges[e['connection_id']].append([e['method'], e['path'], e['status'], e['response_body_bytes']])
        self.assertEqual([c['how'] for c in connections], ['alpn', 'alpn'])
        self.assertEqual(list(exchanges.values()), [c['exchanges'] for c in self.told['connections']])

    def test_nothing_was_lost_of_the_compression(self):
        for name in ('http2', 'http2_flow', 'grpc'):
            with self.subTest(name), self.analyzed(name) as rows:
                for c in rows('http2_connections'):
                    self.assertEqual((c['hpack_damaged'], c['midstream'], c['limited']), (0, 0, 0))
                    self.assertLessEqual(c['client_header_wire_bytes'], c['client_header_plain_bytes'])


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
