"""TCP's life as recorded from real kernels: what the views conclude is what the socket options and nginx's log say.

    tcp_life_test.py PROGRAM           the samples
    tcp_life_test.py PROGRAM --anew    the same of new recordings (samples/record/): needs root, else it is skipped
"""
import collections
import json
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from longwire import HOUSE, Rows, analyze, record_anew

PROGRAM = sys.argv[1]
ANEW = '--anew' in sys.argv[2:]
RECORDED = HOUSE / 'samples'  # or, anew, a folder of our own
ACCURACY = 0.05               # of a recovered timer
WINDOW_CLOSED_FOR = 7         # seconds at least, in keepalive.pcap


class Recording(unittest.TestCase):
    maxDiff = None

    def read(self, name):
        """(expected, rows) of a recording."""
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        database = Path(scratch.name) / (name + '.db')
        self.assertEqual(analyze(PROGRAM, RECORDED / (name + '.pcap'), database), (0, ''))
        rows = Rows(database)
        self.addCleanup(rows.db.close)
        return json.loads((RECORDED / (name + '.expected.json')).read_text(encoding='utf8')), rows


class Keepalive(Recording):
    def setUp(self):
        self.expected, self.rows = self.read('keepalive')
        self.connections = {c['id']: c for c in self.rows('connections')}
        self.place = lambda row: (self.connections[row['connection_id']]['server_ip'], self.connections[row['connection_id']]['server_port'])

    def at(self, view, *place):
        return [row for row in self.rows(view) if self.place(row) == place]

    def test_timers_are_those_of_the_socket_options(self):
        found = {(*self.place(s), s['prober']): s for s in self.rows('keepalive_settings')}
        self.assertEqual(len(found), len(self.expected['keepalive']))
        for told in self.expected['keepalive']:
            with self.subTest(told):
                settings = found[told['server_ip'], told['server_port'], told['prober']]
                for timer in ('idle_s', 'interval_s'):
                    if told[timer] is None:
                        self.assertIsNone(settings[timer])
                    else:
                        self.assertAlmostEqual(settings[timer], told[timer], delta=ACCURACY * told[timer])
                self.assertEqual(settings['count'], told['count'])
                if told['count'] is not None:
                    detection = told['idle_s'] + told['interval_s'] * told['count']
                    self.assertAlmostEqual(settings['detection_s'], detection, delta=ACCURACY * detection)

    def test_verdicts_are_what_became_of_the_peer(self):
        verdicts = collections.defaultdict(set)
        for episode in self.rows('keepalive_episodes'):
            verdicts[(*self.place(episode), episode['prober'])].add(episode['verdict'])
        self.assertEqual(verdicts, {(t['server_ip'], t['server_port'], t['prober']): {t['verdict']} for t in self.expected['keepalive']})

    def test_the_probers_own_reset_belongs_to_the_episode(self):
        for told in self.expected['keepalive']:
            if told['verdict'] in ('crashed', 'unreachable'):
                with self.subTest(told):
                    episode, = self.at('keepalive_episodes', told['server_ip'], told['server_port'])
                    reset, = [e for e in self.at('tcp_events', told['server_ip'], told['server_port']) if e['kind'] == 'rst']
                    self.assertEqual((episode['ended_by'], episode['probes'], episode['end_ns'], episode['last_frame']),
                                     ('rst', told['count'], reset['time_ns'], reset['frame']))

    def test_a_closed_window_is_probed_but_not_by_keepalive(self):
        stalled = [c for c in self.connections.values() if c['server_zero_windows'] > 0]
        self.assertEqual(len(stalled), 1)
        place = stalled[0]['server_ip'], stalled[0]['server_port']
        self.assertEqual(self.at('keepalive_probes', *place), [])
        self.assertGreaterEqual(stalled[0]['window_probes'], 3)
        episode, = self.at('zero_window_episodes', *place)
        self.assertEqual((episode['side'], episode['reopened']), ('server', 1))
        self.assertGreater(episode['stalled_ms'], WINDOW_CLOSED_FOR * 1000)

    def test_each_probe_of_a_peer_that_is_there_is_answered(self):
        alive = {(t['server_ip'], t['server_port']) for t in self.expected['keepalive'] if t['verdict'] == 'alive'}
        answers = [p['answer'] for p in self.rows('keepalive_probes') if self.place(p) in alive]
        self.assertGreater(len(answers), 15)
        self.assertEqual(set(answers), {'ack'})

    def test_closes(self):
        verdicts = collections.Counter(c['verdict'] for c in self.rows('close_audit'))
        fates = collections.Counter(t['verdict'] for t in self.expected['keepalive'] if t['prober'] == 'client')
        self.assertEqual(verdicts, {'peer_lost': fates['crashed'] + fates['unreachable'], 'peer_rebooted': fates['rebooted'],
                                    'clean': fates['alive'] + 1})  # and the one with the closed window
        longest = max(c['half_closed_ms'] or 0 for c in self.rows('close_audit'))
        self.assertAlmostEqual(longest, 9000, delta=500)  # the server closes 9 s after the client has

    def test_tshark_calls_the_same_probes_so_but_for_the_closed_window(self):
        if shutil.which('tshark') is None:
            self.skipTest('no tshark')
        flagged = lambda flag: {int(n) for n in subprocess.run(
            ['tshark', '-r', RECORDED / 'keepalive.pcap', '-Y', 'tcp.analysis.' + flag, '-T', 'fields', '-e', 'frame.number'],
            capture_output=True, text=True, check=True, timeout=60).stdout.split()}
        window_probes = sum(c['window_probes'] for c in self.connections.values())
        ours = {p['frame'] for p in self.rows('keepalive_probes')}
        self.assertEqual(len(flagged('keep_alive') - ours), window_probes)
        self.assertEqual(ours - flagged('keep_alive'), set())
        answered = [p for p in self.rows('keepalive_probes') if p['answer'] == 'ack']
        # tshark knows an answer only while the probe is the last that the prober has sent. Where both sides ask at once, the
        # prober's own answer to the other's probe may lie between.
        crossed = {p['answer_frame'] for p in answered for other in answered
                   if other['connection_id'] == p['connection_id'] and other['prober'] != p['prober']
                   and p['frame'] < other['answer_frame'] < p['answer_frame']}
        self.assertEqual(flagged('keep_alive_ack'), {p['answer_frame'] for p in answered} - crossed)


class Closes(Recording):
    def setUp(self):
        self.expected, self.rows = self.read('closes')
        ports = {c['id']: c['server_port'] for c in self.rows('connections')}
        self.audit = {ports[c['connection_id']]: c for c in self.rows('close_audit')}

    def test_each_is_what_was_done(self):
        self.assertEqual(set(self.audit), {told['server_port'] for told in self.expected['closes']})
        for told in self.expected['closes']:
            with self.subTest(told):
                found = self.audit[told['server_port']]
                self.assertEqual({key: found[key] for key in told if key in found}, {key: told[key] for key in told if key in found})

    def test_a_fin_that_only_one_side_sends_leaves_a_connection_half_closed_to_the_end(self):
        half_closed, = [c for c in self.audit.values() if c['verdict'] == 'half_closed']
        self.assertGreater(half_closed['half_closed_ms'], 2500)  # while other connections went on

    def test_steps_of_a_syn_that_nobody_answers(self):
        unanswered, = [c for c in self.audit.values() if c['verdict'] == 'unanswered']
        steps = [int(ms) for ms in unanswered['syn_steps_ms'].split(', ')]
        self.assertGreaterEqual(len(steps), 2)
        for step in steps:  # RFC 6298 section 5.7: a second at least; doubled, or not, it stays below the four that were tried
            self.assertTrue(1000 <= step < 4000, steps)


class Races(Recording):
    def test_each_502_of_the_proxy_is_one(self):
        expected, rows = self.read('race')
        methods = {e['id']: e['method'] for e in rows('http_exchanges')}
        races = [[methods[r['exchange_id']], r['retried_by_exchange_id'] is not None] for r in rows('idle_timeout_races')]
        self.assertEqual(races, expected['races'])
        self.assertGreater(len(races), 0)
        for race in rows('idle_timeout_races'):
            self.assertEqual(race['closed_by'], 'server')
            self.assertEqual(race['safe_to_retry'], race['method'] == 'GET')
            # nothing is retried more than once, and never on the connection that broke
            if race['retried_by_exchange_id'] is not None:
                retry, = [e for e in rows('http_exchanges') if e['id'] == race['retried_by_exchange_id']]
                self.assertNotEqual(retry['connection_id'], race['connection_id'])
                self.assertEqual((retry['path'], retry['status']), (race['path'], 200))

    def test_the_servers_timer_is_seen(self):
        _, rows = self.read('race')
        server, = rows('idle_timeouts')
        self.assertAlmostEqual(server['effective_s'], 1, delta=ACCURACY)  # app.py was started with 1 s
        self.assertGreaterEqual(server['closes'], 3)

    def test_a_healthy_proxy_has_none(self):
        expected, rows = self.read('healthy')
        self.assertEqual((expected['races'], rows('idle_timeout_races')), ([], []))
        self.assertEqual({c['closed_first'] for c in rows('connections')}, {'client'})
        server, = rows('idle_timeouts')
        self.assertGreater(server['longest_survived_s'], 0.15)
        self.assertIsNone(server['effective_s'])


if __name__ == '__main__':
    with tempfile.TemporaryDirectory() as folder:
        if ANEW:
            record_anew(('keepalive.sh', 'closes.sh', 'race.sh'), folder)
            RECORDED = Path(folder)
        unittest.main(argv=sys.argv[:1])
