"""Live capture: rows while connections live, clean ends, rotation.

    live_capture_test.py PROGRAM
"""
import os
import pwd
import signal
import subprocess
import sys
import time
from pathlib import Path

import live_lab
from live_lab import VISIBLE_AFTER, Capture, Lab
from longwire import Rows, analyze

OPEN = 'SELECT close_kind, exchanges, layers FROM connections'


class WhileItHappens(Lab):
    def test_an_open_connection_is_one_row_that_is_brought_up_to_date(self):
        self.server()
        client, database = self.client(), self.folder / 'now.db'
        Capture(self, database)
        client.ask('open 1')
        client.ask('get 1 /10')
        self.within(VISIBLE_AFTER, database, OPEN, [{'close_kind': 'open', 'exchanges': 1, 'layers': 'http1'}])
        self.assertEqual(self.rows(database, 'SELECT path, status, response_body_bytes FROM http_exchanges'),
                         [{'path': '/10', 'status': 200, 'response_body_bytes': 10}])
        client.ask('get 1 /20')
        self.within(VISIBLE_AFTER, database, OPEN, [{'close_kind': 'open', 'exchanges': 2, 'layers': 'http1'}])
        client.ask('close 1')
        self.within(VISIBLE_AFTER, database, OPEN, [{'close_kind': 'fin', 'exchanges': 2, 'layers': 'http1'}])

    def test_a_request_that_waits_for_its_answer_is_there(self):
        self.server()
        client, database = self.client(), self.folder / 'now.db'
        Capture(self, database)
        client.ask('open 1')
        client.ask('ask 1 /slow')
        exchange = 'SELECT path, status, complete FROM http_exchanges'
        self.within(VISIBLE_AFTER, database, exchange, [{'path': '/slow', 'status': None, 'complete': 0}])
        self.within(4 + VISIBLE_AFTER, database, exchange, [{'path': '/slow', 'status': 200, 'complete': 1}])

    def test_a_websocket_is_there_while_it_speaks(self):
        self.server()
        client, database = self.client(), self.folder / 'now.db'
        Capture(self, database)
        client.ask('open 1')
        client.ask('socket 1')
        for n in range(5):
            client.ask('say 1 text%d' % n)
        self.within(VISIBLE_AFTER, database, 'SELECT client_messages, server_messages, end_cause FROM websockets',
                    [{'client_messages': 5, 'server_messages': 10, 'end_cause': 'open'}])
        self.assertEqual(self.value(database, 'SELECT count(*) FROM websocket_messages'), 15)
        self.assertEqual(self.rows(database, 'SELECT status, upgraded_to FROM http_exchanges'), [{'status': 101, 'upgraded_to': 'websocket'}])
        self.assertEqual(self.value(database, 'SELECT layers FROM connections'), 'http1/websocket')

    def test_tls_is_decrypted_with_keys_that_are_logged_meanwhile(self):
        self.needs('openssl', 'curl')
        own, keys, database = self.folder / 'own.pem', self.folder / 'keys', self.folder / 'now.db'
        self.run('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', own, '-out', own,
                 '-days', '2', '-subj', '/CN=localhost')
        keys.touch()
        self.start('openssl', 's_server', '-accept', '127.0.0.1:4433', '-cert', own, '-www', stderr=subprocess.DEVNULL)
        self.wait_for('the server', lambda: ':4433' in self.run('ss', '-ltn').stdout)
        Capture(self, database, '--keylog', keys)
        self.run('env', 'SSLKEYLOGFILE=%s' % keys, 'curl', '--insecure', '--silent', '--output', '/dev/null', 'https://127.0.0.1:4433/')
        self.assertGreater(keys.stat().st_size, 0)
        self.within(VISIBLE_AFTER, database, 'SELECT layers FROM connections', [{'layers': 'tls/http1'}])
        self.assertEqual(self.rows(database, 'SELECT method, path, status FROM http_exchanges'), [{'method': 'GET', 'path': '/', 'status': 200}])

    def test_keepalive_probes_are_there_while_the_connection_is_silent(self):
        self.server()
        client, database = self.client(), self.folder / 'now.db'
        Capture(self, database)
        client.ask('open 1')
        client.ask('keepalive 1')
        time.sleep(3.2)  # a second of silence each
        self.within(VISIBLE_AFTER, database, 'SELECT DISTINCT prober, answer FROM keepalive_probes', [{'prober': 'client', 'answer': 'ack'}])
        self.assertGreaterEqual(self.value(database, 'SELECT count(*) FROM keepalive_probes'), 2)

    def test_every_second_of_the_interface_is_counted(self):
        self.server()
        client, database = self.client(), self.folder / 'now.db'
        capture = Capture(self, database)
        client.ask('open 1')
        for n in range(20):
            client.ask('get 1 /%d' % n)
        client.ask('close 1')
        time.sleep(2)
        capture.end(signal.SIGINT)
        counted, = self.rows(database, 'SELECT sum(packets) AS packets, sum(bytes) AS bytes, sum(kernel_dropped) AS dropped FROM capture_statistics')
        stored, = self.rows(database, 'SELECT packets, bytes, dropped FROM captures')
        self.assertEqual(counted, stored)
        seconds = self.rows(database, 'SELECT time_ns / 1000000000 AS second FROM capture_statistics')
        self.assertGreaterEqual(len(seconds), 2)
        self.assertEqual(self.rows(database, 'SELECT number, name, link_type FROM capture_interfaces'),
                         [{'number': 0, 'name': 'lo', 'link_type': 'EN10MB'}])

    def test_it_listens_on_several_interfaces(self):
        self.run('ip', 'link', 'add', 'one', 'type', 'veth', 'peer', 'name', 'two')
        for interface in ('one', 'two'):
            self.run('ip', 'link', 'set', interface, 'up')
        database = self.folder / 'now.db'
        capture = Capture(self, database, '-i', 'one', '-i', 'any')
        self.run('ip', 'link', 'set', 'two', 'down')  # some packets of the kernel's own may come, or none
        time.sleep(1.5)
        self.assertEqual(capture.end(signal.SIGINT), 0)
        self.assertEqual([r['name'] for r in self.rows(database, 'SELECT name FROM capture_interfaces ORDER BY number')], ['lo', 'one', 'any'])


class Ends(Lab):
    def setUp(self):
        super().setUp()
        self.server()
        self.asking = self.client()
        self.asking.ask('open 1')

    def captured(self, *options, **how):
        """(exit status, exchanges stored) of a capture that 100 requests are sent during, the last of them right before its end."""
        database = self.folder / 'now.db'
        capture = Capture(self, database, '--force', *options)
        for n in range(100):
            self.asking.ask('get 1 /%d' % n)
        status = capture.end(how['by']) if 'by' in how else capture.process.wait(timeout=20)
        return status, self.value(database, 'SELECT count(*) FROM http_exchanges WHERE complete')

    def test_whoever_ends_it_everything_seen_is_there(self):
        for by in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(by):
                self.assertEqual(self.captured(by=by), (0, 100))

    def test_a_second_signal_ends_it_at_once(self):
        database = self.folder / 'now.db'
        capture = Capture(self, database)
        self.asking.ask('get 1 /1')
        self.within(VISIBLE_AFTER, database, 'SELECT path FROM http_exchanges', [{'path': '/1'}])
        capture.process.send_signal(signal.SIGINT)
        time.sleep(0.01)
        self.assertEqual(capture.end(signal.SIGINT), 128 + signal.SIGINT)
        self.assertEqual(self.value(database, 'PRAGMA integrity_check'), 'ok')
        self.assertEqual(self.rows(database, 'SELECT path FROM http_exchanges'), [{'path': '/1'}])

    def test_it_ends_by_itself(self):
        self.assertEqual(self.captured('--duration', '4s'), (0, 100))
        status, exchanges = self.captured('--packets', '200')
        self.assertEqual(status, 0)
        self.assertGreaterEqual(exchanges, 90)  # four packets each, or fewer

    def test_one_file_is_left(self):
        self.captured(by=signal.SIGINT)
        self.assertEqual([f.name for f in self.folder.iterdir() if f.name.startswith('now.db') and f.suffix != '.messages'], ['now.db'])

    def test_the_rows_are_those_that_analyze_makes_of_the_packets(self):
        for threads in (1, 2, 4):
            with self.subTest(threads=threads):
                packets = self.folder / 'now.pcapng'
                self.captured('--write', packets, '--threads', str(threads), '--token-key', '00' * 16, by=signal.SIGINT)
                self.assertEqual(analyze(live_lab.PROGRAM, packets, self.folder / 'later.db'), (0, ''))
                with Rows(self.folder / 'now.db') as now, Rows(self.folder / 'later.db') as later:
                    live, offline = now.everything(), later.everything()
                    for table in ('captures', 'capture_interfaces', 'capture_statistics'):
                        del live[table], offline[table]
                    self.assertEqual(live, offline)

    def test_a_second_run_adds_to_the_first(self):
        database = self.folder / 'now.db'
        for n in range(2):
            capture = Capture(self, database, *(['--append'] if n else []))
            self.asking.ask('get 1 /1')
            capture.end(signal.SIGINT)
        self.assertEqual(self.rows(database, 'SELECT capture_id, exchanges FROM connections ORDER BY id'),
                         [{'capture_id': 1, 'exchanges': 1}, {'capture_id': 2, 'exchanges': 1}])

    def test_what_is_there_is_not_replaced_unasked(self):
        database = self.folder / 'now.db'
        self.captured(by=signal.SIGINT)
        done = self.run(live_lab.PROGRAM, 'capture', '-i', 'lo', '-o', database)
        self.assertEqual((done.returncode, done.stderr),
                         (4, 'longwire: %s exists; use --force to replace it or --append to add to it\n' % database))


class Rotation(Lab):
    def parts(self):
        return sorted(self.folder.glob('now-*.db'))

    def test_a_connection_goes_on_in_the_next_database(self):
        self.server()
        client = self.client()
        capture = Capture(self, self.folder / 'now.db', '--rotate', '2s', '--write', self.folder / 'now.pcapng')
        client.ask('open 1')
        asked = 0
        while len(self.parts()) < 4:
            client.ask('get 1 /%d' % asked)
            asked += 1
            time.sleep(0.2)
        client.ask('close 1')
        time.sleep(0.3)  # the server closes, too
        capture.end(signal.SIGINT)
        parts = self.parts()
        self.assertEqual([self.value(p, 'SELECT continued FROM connections') for p in parts], ['into', 'both', 'both', 'from'])
        self.assertEqual([self.value(p, 'SELECT close_kind FROM connections') for p in parts], ['open', 'open', 'open', 'fin'])
        self.assertEqual(len({self.value(p, 'SELECT id FROM connections') for p in parts}), 1)
        # One that was open when the next database began is in both, whole in the later one.
        paths = [r['path'] for p in parts for r in self.rows(p, 'SELECT path FROM http_exchanges WHERE complete ORDER BY id')]
        self.assertEqual(paths, ['/%d' % n for n in range(asked)])
        newest = 'SELECT previous_database, next_database FROM captures ORDER BY id DESC LIMIT 1'
        names = [None, *map(str, parts), None]
        self.assertEqual([tuple(self.rows(p, newest)[0].values()) for p in parts], list(zip(names, names[2:])))
        for part in parts:  # and each has its own packets, whose numbers are its frames
            packets = part.with_suffix('.pcapng')
            capture_id = self.value(part, 'SELECT max(id) FROM captures')
            self.assertEqual(analyze(live_lab.PROGRAM, packets, self.folder / 'later.db'), (0, ''))
            self.assertEqual(self.value(part, 'SELECT packets FROM captures WHERE id = %d' % capture_id),
                             self.value(self.folder / 'later.db', 'SELECT packets FROM captures'))
            self.assertEqual(self.rows(part, 'SELECT response_last_frame FROM http_exchanges ORDER BY id')[-1],
                             self.rows(self.folder / 'later.db', 'SELECT response_last_frame FROM http_exchanges ORDER BY id')[-1])

    def test_the_oldest_go(self):
        capture = Capture(self, self.folder / 'now.db', '--rotate', '1s', '--keep', '2', '--write', self.folder / 'now.pcapng')
        first = self.parts()[0]
        self.wait_for('the fourth database', lambda: len(self.parts()) and first not in self.parts())
        time.sleep(2.5)
        capture.end(signal.SIGINT)
        self.assertEqual(len(self.parts()), 2)
        self.assertEqual([p.with_suffix('.pcapng').exists() for p in self.parts()], [True, True])
        self.assertEqual(len(list(self.folder.glob('now-*'))), 4)

    def test_a_size_rotates_too(self):
        self.server()
        client = self.client()
        capture = Capture(self, self.folder / 'now.db', '--rotate', '2M')
        client.ask('open 1')
        asked = 0
        while len(self.parts()) < 3:
            client.ask('get 1 /%s' % ('y' * 2000))
            asked += 1
        capture.end(signal.SIGINT)
        self.assertEqual(sum(self.value(p, 'SELECT count(*) FROM http_exchanges WHERE complete') for p in self.parts()), asked)

    def test_a_connection_that_says_nothing_is_there_all_the_same(self):
        self.server()
        client = self.client()
        client_two = self.client()
        capture = Capture(self, self.folder / 'now.db', '--rotate', '3s')
        client.ask('open 1')
        client_two.ask('open 2')
        client_two.ask('get 2 /1')
        self.wait_for('the second database', lambda: len(self.parts()) > 1)
        time.sleep(0.2)  # whoever opens it first builds the index of its log, for some microseconds alone
        self.within(VISIBLE_AFTER + 1, self.parts()[1], 'SELECT close_kind, continued FROM connections',
                    [{'close_kind': 'open', 'continued': 'from'}] * 2)
        capture.end(signal.SIGINT)


class LeastPrivilege(Lab):
    def status(self, capture):
        lines = (Path('/proc') / str(capture.process.pid) / 'status').read_text(encoding='utf8').splitlines()
        return dict(line.split(':\t', 1) for line in lines if ':\t' in line)

    def test_it_becomes_nobody_and_has_no_capability(self):
        capture = Capture(self, self.folder / 'now.db')
        status = self.status(capture)
        self.assertEqual(set(status['Uid'].split()), {str(pwd.getpwnam('nobody').pw_uid)})
        self.assertEqual({int(status[name], 16) for name in ('CapPrm', 'CapEff', 'CapInh', 'CapAmb')}, {0})
        self.assertEqual(status['NoNewPrivs'], '1')
        capture.end(signal.SIGINT)

    def test_or_whom_it_is_told(self):
        capture = Capture(self, self.folder / 'now.db', '--user', 'daemon')
        self.assertEqual(set(self.status(capture)['Uid'].split()), {str(pwd.getpwnam('daemon').pw_uid)})
        capture.end(signal.SIGINT)
        self.assertEqual((self.folder / 'now.db').stat().st_uid, pwd.getpwnam('daemon').pw_uid)

    def test_what_it_may_not_do_is_tried_from_inside(self):
        out = self.folder / 'out'
        out.mkdir()
        out.chmod(0o777)
        secret = self.folder / 'secret'
        secret.write_text('text', encoding='utf8')
        capture = Capture(self, out / 'now.db', program=['env', 'LONGWIRE_TRY_CONFINEMENT=%s' % secret, live_lab.PROGRAM])
        capture.end(signal.SIGINT)
        tried = dict(line.removeprefix('trial: ').split(': ', 1) for line in capture.told().splitlines() if line.startswith('trial: '))
        if not tried:
            self.skipTest('this build does not confine')
        for what in ('open', 'write', 'socket', 'packet socket', 'program', 'become root'):
            self.assertIn(tried[what], ('Permission denied', 'Operation not permitted', 'Function not implemented'), what)
        self.assertIn('confined: ', capture.told())

    def test_a_capability_is_enough(self):
        self.needs('setpriv')
        database = self.folder / 'now.db'
        capture = Capture(self, database, program=['setpriv', '--reuid', 'daemon', '--clear-groups', '--inh-caps', '-all,+net_raw',
                                                   '--ambient-caps', '-all,+net_raw', '--bounding-set', '-all,+net_raw', live_lab.PROGRAM])
        self.run('ping', '-c', '2', '-i', '0.2', '-W', '1', '127.0.0.1')
        self.within(VISIBLE_AFTER, database, 'SELECT packets >= 4 AS more FROM captures', [{'more': 1}])
        self.assertEqual(int(self.status(capture)['CapEff'], 16), 0)
        capture.end(signal.SIGINT)


class Refusals(Lab):
    def refused(self, *options, as_user=None):
        command = [live_lab.PROGRAM, 'capture', *options]
        if as_user is not None:
            command = ['setpriv', '--reuid', as_user, '--clear-groups', '--inh-caps=-all', '--bounding-set=-all', *command]
        done = self.run(*command)
        return done.returncode, done.stderr

    def test_one_line_says_what_to_do(self):
        database = self.folder / 'now.db'
        self.assertEqual(self.refused(), (2, "longwire: no interface given: name one with -i; 'longwire interfaces' lists them\n"))
        self.assertEqual(self.refused('-i', 'nowhere', '-o', database), (5, "longwire: no interface nowhere; 'longwire interfaces' lists them\n"))
        status, line = self.refused('-i', 'lo', '-o', database, '-f', 'tcp prt 80')
        self.assertEqual(status, 5)
        self.assertRegex(line, "^longwire: cannot capture on lo with filter 'tcp prt 80': .*syntax error behind 'tcp', at character 5\n$")
        self.assertEqual(self.refused('-i', 'lo', '-o', self.folder), (4, 'longwire: %s is a directory; name a file\n' % self.folder))
        status, line = self.refused('-i', 'lo', '-o', '/proc/now.db')
        self.assertEqual(status, 4)
        self.assertRegex(line, '^longwire: .* make files in /proc; .*\n$')
        self.assertFalse(database.exists())

    def test_an_interface_of_a_link_type_that_is_not_read_is_refused(self):
        if not os.path.exists('/dev/net/tun'):
            self.skipTest('needs /dev/net/tun')
        # A TUN device says what link type its owner says: FDDI (ARPHRD_FDDI, linux/if_arp.h).
        owner = self.start(sys.executable, '-c', """
import fcntl, struct, sys, time
tun = open('/dev/net/tun', 'r+b', buffering=0)
fcntl.ioctl(tun, 0x400454ca, struct.pack('16sH22x', b'ring0', 0x1001))  # TUNSETIFF, IFF_TUN | IFF_NO_PI
fcntl.ioctl(tun, 0x400454cd, 774)                                       # TUNSETLINK
print('there', flush=True)
time.sleep(30)
""", stdout=subprocess.PIPE)
        self.assertEqual(owner.process.stdout.readline(), 'there\n')
        self.run('ip', 'link', 'set', 'ring0', 'up')
        status, line = self.refused('-i', 'ring0', '-o', self.folder / 'now.db')
        self.assertEqual((status, line), (5, 'longwire: ring0 has link type FDDI, which longwire does not read\n'))
        self.assertFalse((self.folder / 'now.db').exists())

    def test_without_permission_it_names_the_capability(self):
        self.needs('setpriv')
        status, line = self.refused('-i', 'lo', '-o', self.folder / 'now.db', as_user='65534')
        self.assertEqual(status, 5)
        self.assertRegex(line, '^longwire: no permission to capture on lo: .*cap_net_raw.*\n$')

    def test_sizes_and_times(self):
        for option, wrong in (('--rotate', '5x'), ('--rotate', '10K'), ('--keep', '0'), ('--duration', '0'), ('--duration', '3w'),
                              ('--buffer', '1'), ('--snaplen', '0')):
            with self.subTest(option=option, wrong=wrong):
                more = ['--rotate', '1h'] if option == '--keep' else []
                status, line = self.refused('-i', 'lo', '-o', self.folder / 'now.db', option, wrong, *more)
                self.assertEqual(status, 2, line)
                self.assertIn(option, line)


if __name__ == '__main__':
    live_lab.main()
