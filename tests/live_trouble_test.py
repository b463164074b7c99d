"""Live capture when something goes wrong: a sudden end, a full disk, an interface that goes down, packets that are dropped.

    live_trouble_test.py PROGRAM
"""
import random
import signal
import subprocess
import time

import live_lab
from live_lab import VISIBLE_AFTER, Capture, Lab

CAPTURES, ROUNDS = 5, 10  # so many at once, so many times: each is killed
SEED = 20261128  # of the moments at which they are killed


class SuddenEnds(Lab):
    def test_what_was_there_two_seconds_before_is_there(self):
        """kill -9, again and again, into databases that each run adds to."""
        self.server()
        moments = random.Random(SEED)
        databases = [self.folder / ('%d.db' % n) for n in range(CAPTURES)]
        asked = 0
        visible = {database: set() for database in databases}  # what each must have: answered so long before the capture was killed
        for repeat in range(ROUNDS):
            client = self.client()
            captures = [(Capture(self, database, *(['--append'] if repeat else [])), database) for database in databases]
            moments.shuffle(captures)
            client.ask('open 1')
            deaths = sorted((time.time() + moments.uniform(0.2, 2.8) for _ in captures), reverse=True)
            answered = []  # (path, when) of this round
            while captures:
                if time.time() > deaths[len(captures) - 1]:
                    capture, database = captures.pop()
                    capture.process.kill()
                    killed = time.time()
                    capture.process.wait()
                    visible[database] |= {path for path, when in answered if killed - when > VISIBLE_AFTER}
                    self.assertEqual(self.value(database, 'PRAGMA quick_check'), 'ok')
                answered.append(('/%d' % asked, float(client.ask('get 1 /%d' % asked))))
                asked += 1
                time.sleep(moments.uniform(0, 0.01))
            client.end()
        self.assertGreater(sum(map(len, visible.values())), 200)  # else this tests little
        for database in databases:
            self.assertEqual(self.value(database, 'PRAGMA integrity_check'), 'ok')
            stored = {r['path'] for r in self.rows(database, 'SELECT path FROM http_exchanges')}
            self.assertEqual(visible[database] - stored, set())
            self.assertEqual(stored - {'/%d' % n for n in range(asked)}, set())
            self.assertEqual(self.value(database, 'SELECT count(*) FROM (SELECT 1 FROM http_exchanges GROUP BY id HAVING count(*) > 1)'), 0)


class FullDisk(Lab):
    def setUp(self):
        super().setUp()
        self.disk = self.folder / 'disk'
        self.disk.mkdir()
        if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=6M,mode=777', 'none', self.disk], capture_output=True, check=False).returncode != 0:
            self.skipTest('cannot mount a small disk here')
        self.addCleanup(lambda: subprocess.run(['umount', self.disk], check=False))

    def fill(self):
        filler = self.disk / 'filler'
        with open(filler, 'wb', buffering=0) as file:
            try:
                while True:
                    file.write(bytes(1 << 16))
            except OSError:
                pass
        return filler

    def test_storing_pauses_and_goes_on(self):
        self.server()
        client, database = self.client(), self.disk / 'now.db'
        capture = Capture(self, database)
        client.ask('open 1')
        client.ask('get 1 /first')
        self.within(VISIBLE_AFTER, database, 'SELECT path FROM http_exchanges', [{'path': '/first'}])
        filler = self.fill()
        asked = 0
        while 'not stored until' not in capture.told() and asked < 3000:
            client.ask('get 1 /%s' % ('y' * 2000))
            asked += 1
            time.sleep(0.005)
        self.assertRegex(capture.told(), r'longwire: cannot write \S*now.db: .*; rows are not stored until that is over\n')
        filler.unlink()
        self.wait_for('word that it goes on', lambda: 'rows are stored again' in capture.told())
        client.ask('get 1 /last')
        self.within(VISIBLE_AFTER, database, "SELECT path FROM http_exchanges WHERE path = '/last'", [{'path': '/last'}])
        time.sleep(1.5)
        self.assertEqual(capture.end(signal.SIGINT), 0)
        self.assertEqual(self.value(database, 'PRAGMA integrity_check'), 'ok')
        lost = self.value(database, 'SELECT max(lost_rows) FROM capture_statistics')
        self.assertGreater(lost, 0)
        self.assertEqual(self.rows(database, 'SELECT exchanges, close_kind FROM connections'), [{'exchanges': asked + 2, 'close_kind': 'open'}])
        self.assertGreaterEqual(self.value(database, 'SELECT count(*) FROM http_exchanges') + lost, asked + 2)

    def test_little_room_is_enough_and_told_once(self):
        subprocess.run(['mount', '-o', 'remount,size=3M,mode=777', self.disk], check=True)
        self.server()
        client, database = self.client(), self.disk / 'now.db'
        capture = Capture(self, database)
        filler = self.fill()
        for n in range(40):
            client.ask('open %d' % n)
            client.ask('get %d /%d' % (n, n))
        self.wait_for('word that it pauses', lambda: 'not stored until' in capture.told())
        time.sleep(2.5)
        filler.unlink()
        self.wait_for('word that it goes on', lambda: 'rows are stored again' in capture.told())
        client.ask('get 1 /last')
        self.within(VISIBLE_AFTER, database, "SELECT path FROM http_exchanges WHERE path = '/last'", [{'path': '/last'}])
        time.sleep(3.5)
        self.assertEqual(capture.end(signal.SIGINT), 0)
        self.assertEqual([capture.told().count(word) for word in ('not stored until', 'stored again')], [1, 1], capture.told())
        self.assertEqual(self.value(database, 'SELECT count(*) FROM connections'), 40)

    def test_packets_are_written_again_too(self):
        self.server()
        client = self.client()
        packets = self.disk / 'now.pcapng'
        capture = Capture(self, self.folder / 'now.db', '--write', packets)
        client.ask('open 1')
        while 'packets are not written until' not in capture.told():
            client.ask('get 1 /200000')
        for file in self.disk.iterdir():
            if file != packets:
                file.unlink()
        subprocess.run(['mount', '-o', 'remount,size=40M,mode=777', self.disk], check=True)
        self.wait_for('word that it goes on', lambda: 'packets are written again' in capture.told())
        client.ask('get 1 /7')
        self.assertEqual(capture.end(signal.SIGINT), 0)
        done = self.run(live_lab.PROGRAM, 'analyze', packets, '-o', self.folder / 'later.db', '--quiet')
        self.assertEqual((done.returncode, done.stderr), (0, ''))
        self.assertEqual(self.value(self.folder / 'later.db', "SELECT count(*) FROM http_exchanges WHERE path = '/7'"), 1)

    def test_a_disk_that_is_full_from_the_beginning(self):
        self.fill()
        done = self.run(live_lab.PROGRAM, 'capture', '-i', 'lo', '-o', self.disk / 'now.db')
        self.assertEqual(done.returncode, 4)
        self.assertRegex(done.stderr, r'^longwire: cannot write \S*now.db: .*\n$')
        self.assertEqual([f.name for f in self.disk.iterdir()], ['filler'])


class Interfaces(Lab):
    def setUp(self):
        super().setUp()
        self.make_wire()
        self.database = self.folder / 'now.db'

    def make_wire(self):
        self.run('ip', 'link', 'add', 'wire', 'type', 'veth', 'peer', 'name', 'far')
        for end in ('wire', 'far'):
            self.run('ip', 'link', 'set', end, 'up')
        self.run('ip', 'address', 'add', '192.0.2.1/24', 'dev', 'wire')

    def packets_after_pinging(self, more_than):
        self.run('ping', '-c', '2', '-i', '0.2', '-W', '1', '192.0.2.9')  # nobody answers, but it is asked for
        self.within(VISIBLE_AFTER, self.database, 'SELECT packets > %d AS more FROM captures' % more_than, [{'more': 1}])
        return self.value(self.database, 'SELECT packets FROM captures')

    def test_one_that_goes_down_and_comes_up(self):
        capture = Capture(self, self.database, interface='wire')
        before = self.packets_after_pinging(0)
        self.run('ip', 'link', 'set', 'wire', 'down')
        self.wait_for('word of it', lambda: 'wire is down\n' in capture.told())
        self.run('ip', 'link', 'set', 'wire', 'up')
        self.wait_for('word of its return', lambda: 'wire is up again\n' in capture.told())
        self.packets_after_pinging(before + 2)
        self.assertEqual(capture.end(signal.SIGINT), 0)

    def test_one_that_is_taken_away_ends_it(self):
        """The right to open another one was given up: whoever watches over the program starts it again."""
        capture = Capture(self, self.database, interface='wire')
        self.packets_after_pinging(0)
        self.run('ip', 'link', 'del', 'wire')
        self.assertEqual(capture.process.wait(timeout=10), 5)
        self.assertIn('wire: The interface disappeared\n', capture.told())
        self.assertEqual(self.value(self.database, 'PRAGMA integrity_check'), 'ok')

    def test_the_others_go_on(self):
        capture = Capture(self, self.database, '-i', 'lo', interface='wire')
        self.run('ip', 'link', 'del', 'wire')
        self.wait_for('word of it', lambda: 'wire: The interface disappeared\n' in capture.told())
        self.run('ping', '-c', '2', '-i', '0.2', '-W', '1', '127.0.0.1')
        self.within(VISIBLE_AFTER, self.database, 'SELECT packets >= 4 AS more FROM captures', [{'more': 1}])
        self.assertEqual(capture.end(signal.SIGINT), 0)


class Loss(Lab):
    def test_drops_are_counted_to_the_packet(self):
        """While the program is stopped the kernel's buffer runs over. Another program with room enough counts them all."""
        self.needs('tcpdump', 'capinfos')
        self.server()
        client = self.client()
        database, all_packets = self.folder / 'now.db', self.folder / 'all.pcap'
        other = self.start('tcpdump', '-i', 'lo', '-B', '262144', '-w', all_packets, stderr=subprocess.PIPE)
        self.assertIn('listening on', other.process.stderr.readline())
        time.sleep(0.3)
        capture = Capture(self, database, '--buffer', '1M')
        client.ask('open 1')
        client.ask('get 1 /1')
        time.sleep(1.5)
        capture.process.send_signal(signal.SIGSTOP)
        for _ in range(60):
            client.ask('get 1 /200000')
        capture.process.send_signal(signal.SIGCONT)
        time.sleep(1.5)
        client.ask('get 1 /2')
        time.sleep(1.5)
        client.ask('close 1')
        time.sleep(0.5)  # the server closes, too
        self.assertEqual(capture.end(signal.SIGINT), 0)
        time.sleep(1.5)  # tcpdump forgets what came right before its end
        other.end(signal.SIGINT)
        told = subprocess.run(['capinfos', '-Mrc', '-T', all_packets], capture_output=True, text=True, check=True).stdout
        there = int(told.split()[-1])
        counted, = self.rows(database, 'SELECT sum(packets) AS packets, sum(kernel_dropped) AS dropped FROM capture_statistics')
        self.assertGreater(counted['dropped'], 0)
        self.assertEqual(counted['packets'] + counted['dropped'], there)
        self.assertEqual(self.rows(database, 'SELECT packets, dropped FROM captures'), [dict(counted)])
        self.assertEqual(self.rows(database, 'SELECT near_loss FROM connections'), [{'near_loss': 1}])
        quality = {r['path']: r['near_loss'] or 0 for r in self.rows(database, 'SELECT path, near_loss FROM http_exchanges')}
        self.assertEqual((quality['/1'], quality['/200000'], quality.get('/2', 0)), (0, 1, 0))


if __name__ == '__main__':
    live_lab.main()
