"""What the program finds in our own samples is what the servers logged when they were recorded.

    samples_test.py PROGRAM [Samples|Questions]
"""
import collections
import contextlib
import json
import re
import sqlite3
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from longwire import HOUSE, SAMPLES, Rows, analyze

PROGRAM = sys.argv[1]
TRUSTED = ['--ca-file', str(HOUSE / 'samples/tls.ca.pem')]
GONE = 499  # nginx's word for a client that went away unanswered


# What a person should look at in each: what it was recorded for. The others are healthy.
FINDINGS = {
    'browser': {'data_lost', 'malformed', 'websocket_died'},
    'closes': {'connection_refused', 'connection_unanswered', 'data_lost'},
    'conditions': {'missed_304'},
    'cookies': {'cookie_barred', 'cookie_repeated'},
    'gateway': {'gateway_error', 'request_reset', 'request_unanswered', 'request_abandoned', 'connection_refused', 'malformed', 'bad_request'},
    'grpc': {'grpc_failed', 'request_abandoned'},
    'http2': {'request_abandoned', 'stream_reset'},
    'http2_flow': {'http2_attack', 'request_abandoned'},
    'http2_tls': {'certificate_untrusted'},
    'keepalive': {'peer_lost', 'receiver_stalled'},
    'logins': {'challenge_missing', 'credentials_rejected', 'password_in_clear'},
    'pipelining': {'malformed', 'request_reset'},
    'push': {'gateway_error', 'no_keep_alive', 'polling_empty'},
    'race': {'idle_timeout_race'},
    'redirects': {'credentials_elsewhere', 'redirect_loop', 'redirect_violation', 'password_in_clear'},
    'reuse': {'no_keep_alive'},
    'shop': {'server_error', 'connection_refused', 'handshakes_avoidable', 'request_abandoned', 'no_keep_alive'},
    'spdy': {'request_abandoned'},
    'tls': {'certificate_name', 'certificate_untrusted', 'tls_failed'},
    'websocket': {'peer_lost', 'websocket_died', 'websocket_timer'},
    'websocket_http2': {'websocket_died'},
}
# Conversations of the samples that went as they should, by protocol: nothing is to be found in them.
HEALTHY = {
    'HTTP/1.1': ('healthy', 'tcp'),
    'framing of HTTP/1.x': ('framing', 'tcp'),
    'HTTP/2': ('http2', 'not port 48106 and not port 48114'),  # /abort, /never
    'SPDY': ('spdy', 'port 8201'),
    'gRPC': ('grpc', 'port 50052'),
    'TLS': ('tls', 'port 443 and not port 38162'),  # a certificate for another name
    'WebSocket': ('websocket', 'portrange 51584-51628 or port 51650'),  # closed in order
    'SOCKS': ('socks', 'tcp'),
    'the PROXY protocol': ('proxy_protocol', 'tcp'),
    'TCP keepalive': ('keepalive', 'port 7001 or port 7005 or port 7006 or port 7008'),  # whose peers answer
    'polling, long polling, server-sent events': ('push', 'host 192.0.2.13 or host 192.0.2.14 or host 192.0.2.15'),
}
LOGGED = [sample for sample in SAMPLES if '"connections"' in (sample.parent / (sample.stem + '.expected.json')).read_text(encoding='utf8')]


def logged(sample):
    """Answered exchanges of each connection, as the servers saw them: a Counter of tuples."""
    told = json.loads((HOUSE / 'samples' / (sample.stem + '.expected.json')).read_text(encoding='utf8'))
    answered = lambda c: tuple((m, t, s, b) for m, t, s, b in c['exchanges'] if s not in (GONE, None))
    return collections.Counter((c['server_port'],) + answered(c) for c in told['connections'] if answered(c))


def found(rows, expected):
    """The same from the database. Body sizes that the servers do not know (null) are not asked for."""
    unknown = {(m, t) for connection in expected for m, t, s, b in connection[1:] if b is None}
    method = lambda e: ('PUSH ' if e['pushed'] else '') + e['method']
    exchanges = collections.defaultdict(list)
    for e in sorted(rows('http_exchanges'), key=lambda e: e['ordinal']):
        if e['status'] is None:
            continue
        body = None if (e['method'], e['path']) in unknown else e['response_body_bytes']
        exchanges[e['connection_id']].append((method(e), e['path'], e['status'], body))
    ports = {c['id']: c['server_port'] for c in rows('connections')}
    return collections.Counter((ports[i],) + tuple(list_of) for i, list_of in exchanges.items())


class Samples(unittest.TestCase):
    maxDiff = None

    def analyzed(self, sample):
        database = Path(self.folder) / (sample.stem + '.db')
        self.assertEqual(analyze(PROGRAM, sample, database, *TRUSTED), (0, ''))
        return Rows(database)

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = scratch.name

    def test_every_exchange_that_the_servers_logged(self):
        self.assertEqual(len(LOGGED), 18)
        for sample in LOGGED:
            if sample.stem in ('grpc', 'http2_tls'):  # see http2_samples_test.py
                continue
            with self.subTest(sample.name), self.analyzed(sample) as rows:
                expected = logged(sample)
                self.assertEqual(found(rows, expected), expected)

    def test_requests_that_nobody_answered(self):
        unanswered = {'pipelining': ['/img/0.png'], 'shop': ['/app/endless'],  # sent after `close`; the client gave up
                      'race': ['/upload', '/status?again', '/status?once', '/upload'],  # crossed the server's FIN
                      'http2': ['/abort', '/never'], 'http2_flow': ['/never'] * 100,  # reset by the server, by the client
                      'grpc': ['/shop.Stock/Late'], 'spdy': ['/never'] * 3,
                      'gateway': ['/reset/thing', '/closed/thing', '/silent/thing']}  # by the servers behind
        for sample in SAMPLES:
            with self.subTest(sample.name), self.analyzed(sample) as rows:
                found = [e['path'] for e in rows('http_exchanges') if e['status'] is None]
                self.assertEqual(found, unanswered.get(sample.stem, []))

    def test_nothing_is_odd_about_them(self):
        for sample in SAMPLES:
            with self.subTest(sample.name), self.analyzed(sample) as rows:
                odd = [(a['code'], a['detail']) for a in rows('anomalies')]
                # a request after one that asked to close (RFC 9112 section 9.6), two Hosts: that is what they are about
                # a frame that the browser gives up for
                if sample.stem not in ('pipelining', 'gateway', 'browser'):
                    self.assertEqual(odd, [])
                for c in rows('connections'):
                    nobody_there = int(c['server_ip'] in ('192.0.2.9', '198.51.100.9'))
                    self.assertEqual((c['midstream'], c['one_way'], c['cut'], c['limited']), (0, nobody_there, 0, 0))
                    self.assertEqual((c['client_missing_bytes'], c['server_missing_bytes']), (0, 0))

    def test_reuse_tells_short_connections_from_long_ones(self):
        with self.analyzed(HOUSE / 'samples/reuse.pcap') as rows:
            kinds = collections.Counter((k['kind'], k['why']) for k in rows('connection_kinds'))
        # ten of HTTP/1.1 with `close` and ten of HTTP/1.0; one of ten exchanges, one of three
        self.assertEqual(kinds[('short', 'negotiated')], 20)
        self.assertEqual(sum(n for (kind, _), n in kinds.items() if kind == 'long'), 2)
        self.assertEqual(sum(kinds.values()), 22)

    def test_framing_counts_content_and_not_its_framing(self):
        with self.analyzed(HOUSE / 'samples/framing.pcap') as rows:
            by_path = {e['path']: e for e in rows('http_exchanges') if e['method'] == 'GET'}
        plain = by_path['/chunked']['response_body_bytes']
        self.assertEqual(by_path['/until-close']['response_body_bytes'], plain)
        self.assertEqual(by_path['/gzip']['response_decoded_bytes'], plain)
        self.assertEqual(by_path['/chunked-gzip']['response_decoded_bytes'], 3 * plain)
        self.assertEqual(json.loads(by_path['/trailers']['response_trailers']), [['X-Sum', '12']])
        self.assertEqual(json.loads(by_path['/hints']['interim_statuses']), [103])
        self.assertEqual(by_path['/until-close']['persistent'], 0)
        self.assertEqual(by_path['/empty']['persistent'], 1)

    def test_expect_continue_belongs_to_its_exchange(self):
        with self.analyzed(HOUSE / 'samples/framing.pcap') as rows:
            upload, = [e for e in rows('http_exchanges') if e['method'] == 'POST']
        self.assertEqual((upload['interim_statuses'], upload['request_body_bytes'], upload['status']), ('[100]', 20000, 201))

    def test_what_curl_asked_socks_proxies_for(self):
        with self.analyzed(HOUSE / 'samples/socks.pcap') as rows:
            asked = [(s['version'], s['host'], s['port'], s['authentication'], s['reply']) for s in rows('socks_requests')]
            self.assertEqual({c['layers'] for c in rows('connections')}, {'socks/http1'})
        self.assertEqual(asked, [('5', '192.0.2.1', 80, 'none', 'granted'), ('5', 'localhost', 80, 'none', 'granted'),
                                 ('4', '192.0.2.1', 82, None, 'granted'), ('5', '192.0.2.1', 82, 'none', 'granted'),
                                 ('5', '192.0.2.1', 83, 'password', 'granted')])

    def test_what_stands_behind_a_header_of_the_proxy_protocol_is_read(self):
        with self.analyzed(HOUSE / 'samples/proxy_protocol.pcap') as rows:
            self.assertEqual([c['layers'] for c in rows('connections')], ['proxy/http1'] * 3)

    def test_tls_is_what_nginx_logged_without_a_key(self):
        told = json.loads((HOUSE / 'samples/tls.expected.json').read_text(encoding='utf8'))['tls']
        with self.analyzed(HOUSE / 'samples/tls.pcap') as rows:
            connections = {(c['client_port'], c['server_port']): c['id'] for c in rows('connections')}
            handshakes = {h['connection_id']: h for h in rows('tls_handshakes')}
            turns = collections.Counter(t['connection_id'] for t in rows('tls_turns'))
            kinds = {k['connection_id']: k for k in rows('connection_kinds')}
        for log in told:
            with self.subTest(log):
                i = connections.pop((log['client_port'], log['server_port']))
                handshake = handshakes[i]
                self.assertEqual((handshake['version'], handshake['sni'], handshake['outcome']),
                                 (log['version'].replace('v', ' '), log['sni'], 'completed'))
                self.assertEqual(handshake['resumed'] != 'no', log['reused'] == 'r')
                if log['http'] == 'HTTP/1.1':
                    self.assertEqual(turns[i], log['requests'])
                    self.assertEqual(kinds[i]['kind'], 'short' if log['requests'] == 1 else 'long')
        refused = sorted((h['alert_by'], h['alert'], h['chain_status']) for h in handshakes.values() if h['outcome'] == 'failed')
        self.assertEqual(refused, [('client', 'certificate_expired', 'cert_has_expired'),
                                   ('client', 'unknown_ca', 'depth_zero_self_signed_cert'),
                                   ('server', 'handshake_failure', None)])
        self.assertEqual(sorted(connections.values()), sorted(i for i, h in handshakes.items() if h['outcome'] == 'failed'))

    def test_a_server_that_closes_idle_tls_connections_is_found_out(self):
        with self.analyzed(HOUSE / 'samples/tls.pcap') as rows:
            timeout, = [t for t in rows('idle_timeouts') if t['effective_s'] is not None]
        self.assertAlmostEqual(timeout['effective_s'], 1, delta=0.05)  # tls.conf
        self.assertEqual(timeout['encrypted'], 1)

    def test_findings_are_what_each_was_recorded_for(self):
        for sample in SAMPLES:
            with self.subTest(sample.name), self.analyzed(sample) as rows:
                self.assertEqual({f['kind'] for f in rows('findings')}, FINDINGS.get(sample.stem, set()))

    def test_a_healthy_recording_of_any_protocol_has_no_findings(self):
        for protocol, (sample, filter) in HEALTHY.items():
            with self.subTest(protocol):
                database = Path(self.folder) / 'healthy.db'
                self.assertEqual(analyze(PROGRAM, HOUSE / 'samples' / (sample + '.pcap'), database, '--filter', filter, *TRUSTED), (0, ''))
                with Rows(database) as rows:
                    self.assertGreaterEqual(len(rows('connections')), 2)
                    self.assertEqual([f['summary'] for f in rows('findings')], [])

    def test_readme_shows_what_the_program_prints(self):
        readme = (HOUSE / 'README.md').read_text(encoding='utf8')
        examples = re.findall(r'^\$ longwire query (\w+)\.db "((?:[^"\\]|\\.)+)"\n(.*?)^```', readme, re.M | re.S)
        self.assertEqual(collections.Counter(name for name, _, _ in examples), {
            'shop': 5, 'redirects': 1, 'gateway': 1, 'cookies': 1, 'conditions': 1, 'logins': 1, 'push': 2, 'websocket': 1, 'keepalive': 1, 'race': 2, 'http2': 1,
            'http2_flow': 2, 'grpc': 1, 'tls': 4})
        for name, sql, shown in examples:
            with self.subTest(sql):
                sample, = HOUSE.glob('samples/%s.pcap*' % name)
                database = Path(self.folder) / (name + '.db')
                analyze(PROGRAM, sample, database, *TRUSTED)
                printed = subprocess.run([PROGRAM, 'query', database, sql.replace('\\"', '"'), '--format', 'table'], capture_output=True, text=True, timeout=60)
                trimmed = ''.join(line.rstrip() + '\n' for line in printed.stdout.splitlines())
                self.assertEqual((trimmed, printed.stderr), (shown, ''))


class Questions(unittest.TestCase):
    def test_every_named_question_has_an_answer(self):
        listed = subprocess.run([PROGRAM, 'query', '--list', '--format', 'json'], capture_output=True, text=True, timeout=60)
        names = [question['name'] for question in json.loads(listed.stdout)]
        self.assertLessEqual({'connection_reuse', 'findings', 'finding_redirect_loop'}, set(names))
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        for sample in SAMPLES:
            database = Path(scratch.name) / (sample.stem + '.db')
            analyze(PROGRAM, sample, database)
            with contextlib.closing(sqlite3.connect(database)) as db:
                for name in names:
                    with self.subTest(sample.name, question=name):
                        db.execute('SELECT * FROM ' + name).fetchall()
        # By the program itself, which takes longer to begin than to answer, those of one.
        for name in names:
            with self.subTest(question=name):
                asked = subprocess.run([PROGRAM, 'query', database, name], capture_output=True, text=True, timeout=60)
                self.assertEqual((asked.returncode, asked.stderr), (0, ''))


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
