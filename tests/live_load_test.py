"""Live capture under load: nothing is dropped, every request is there, and readers are never turned away.

    live_load_test.py PROGRAM [packets a second, default 100000]
"""
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time

import live_lab
from live_lab import Capture, Lab

RATE = int(sys.argv[2]) if len(sys.argv) > 2 and sys.argv[2].isdigit() else 100000  # packets a second, about
SECONDS = 6
BODY = 30000             # bytes: with its acknowledgements about 24 packets an exchange
PACKETS_EACH = 24
CONNECTIONS = 50
BUFFER = '512M'          # three seconds of such a load
HEAVY = ('connection_reuse', 'concurrency', 'status_summary', 'idle_timeouts', 'close_audit', 'push_techniques', 'findings')

NGINX = '''
user root; worker_processes 1; pid %(folder)s/nginx.pid; error_log %(folder)s/nginx.err; daemon off;
events { worker_connections 1024; }
http { access_log %(folder)s/access.log; keepalive_requests 10000000; open_file_cache max=10;
       server { listen 192.0.2.1:8080; root %(folder)s/html; } }
'''


class Load(Lab):
    def setUp(self):
        super().setUp()
        self.far = self.namespace + '-far'
        subprocess.run(['ip', 'netns', 'add', self.far], check=True)
        self.addCleanup(self.take_down_namespace, self.far)
        self.run('ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', self.far)
        for namespace, address in ((self.namespace, '192.0.2.1/24'), (self.far, '192.0.2.2/24')):
            at = ['ip', '-n', namespace]
            subprocess.run([*at, 'address', 'add', address, 'dev', 'eth0'], check=True)
            subprocess.run([*at, 'link', 'set', 'eth0', 'up'], check=True)
            # As on a wire: no segment is larger than a packet.
            subprocess.run(['ip', 'netns', 'exec', namespace, 'ethtool', '-K', 'eth0', 'tso', 'off', 'gso', 'off', 'gro', 'off'],
                           capture_output=True, check=False)
        (self.folder / 'html').mkdir()
        (self.folder / 'html' / 'index.html').write_bytes(b'x' * BODY)
        (self.folder / 'nginx.conf').write_text(NGINX % {'folder': self.folder}, encoding='utf8')
        self.start('nginx', '-c', self.folder / 'nginx.conf', stderr=subprocess.DEVNULL)
        self.wait_for('nginx', lambda: ':8080' in self.run('ss', '-ltn').stdout)

    def load(self):
        """Requests that were answered, by the generator's own count."""
        each = RATE // PACKETS_EACH // CONNECTIONS
        done = subprocess.run(['ip', 'netns', 'exec', self.far, 'h2load', '--h1', '-c', str(CONNECTIONS), '-t', '1', '-D', str(SECONDS),
                               '--rps', str(each), 'http://192.0.2.1:8080/'], capture_output=True, text=True, timeout=60, check=True)
        return int(re.search(r'([0-9]+) succeeded, 0 failed, 0 errored', done.stdout).group(1))

    def check(self, database, succeeded):
        time.sleep(0.2)
        logged = len((self.folder / 'access.log').read_text(encoding='utf8').splitlines())
        counted, = self.rows(database, 'SELECT max(packets) AS most, sum(packets) AS packets, sum(kernel_dropped) AS dropped, '
                                       'max(lost_rows) AS lost FROM capture_statistics')
        self.assertEqual((counted['dropped'], counted['lost']), (0, 0))
        # What h2load has under way when its time is over it does not count, nginx does.
        self.assertEqual(self.value(database, 'SELECT count(*) FROM http_exchanges WHERE request_headers IS NOT NULL'), logged)
        self.assertGreaterEqual(self.value(database, 'SELECT count(*) FROM http_exchanges WHERE complete'), succeeded)
        self.assertLessEqual(logged - succeeded, CONNECTIONS)
        return counted

    def test_every_request_is_there_and_nothing_is_dropped(self):
        database = self.folder / 'now.db'
        capture = Capture(self, database, '--buffer', BUFFER, interface='eth0')
        succeeded = self.load()
        capture.process.send_signal(signal.SIGINT)
        _, status, used = os.wait4(capture.process.pid, 0)
        capture.process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(capture.process.returncode, 0)
        counted = self.check(database, succeeded)
        print('%d packets/s at most, %d requests, processor %.0f %% of a core, %d MB with a ring of %s' % (
            counted['most'], succeeded, 100 * (used.ru_utime + used.ru_stime) / SECONDS, used.ru_maxrss // 1024, BUFFER))

    def test_readers_are_never_turned_away_and_harm_nothing(self):
        database = self.folder / 'now.db'
        capture = Capture(self, database, '--buffer', BUFFER, interface='eth0')
        over, refusals, answers = threading.Event(), [], []

        def read():
            while not over.is_set():
                for view in HEAVY:
                    try:
                        answers.append(len(self.rows(database, 'SELECT * FROM ' + view)))
                    except sqlite3.Error as error:
                        refusals.append('%s: %s' % (view, error))
                    if over.is_set():
                        return

        readers = [threading.Thread(target=read) for _ in range(2)]
        for reader in readers:
            reader.start()
        succeeded = self.load()
        over.set()
        for reader in readers:
            reader.join(timeout=60)
        self.assertEqual(capture.end(signal.SIGINT), 0)
        self.assertEqual(refusals, [])
        self.assertGreater(len(answers), len(HEAVY))
        self.check(database, succeeded)


if __name__ == '__main__':
    sys.argv = [a for a in sys.argv if not a.isdigit()]
    live_lab.main('nginx', 'h2load', 'ss')
