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
WORDS_EACH = 60          # messages a second of each WebSocket
BUFFER = '512M'          # three seconds of such a load
HEAVY = ('connection_reuse', 'concurrency', 'status_summary', 'idle_timeouts', 'close_audit', 'push_techniques', 'findings')

NGINX = '''
user root; worker_processes 1; pid %(folder)s/nginx.pid; error_log %(folder)s/nginx.err; daemon off;
events { worker_connections 1024; }
http { access_log %(folder)s/access.log; keepalive_requests 10000000; open_file_cache max=10;
       server { listen 192.0.2.1:8080; root %(folder)s/html; } }
'''


# Who echoes, and who speaks: N connections say their piece so often a second for some seconds, each waiting for its echo; at the
# end it says how many pieces came back. Frames of RFC 6455 section 5.2, 100 bytes of text each.
ECHO = r'''
import asyncio, base64, hashlib, sys, time
BODY, MASK = b'longwire' * 12 + b'echo', b'\0\0\0\0'
SENT, ECHOED = bytes([0x81, 0x80 | len(BODY)]) + MASK + BODY, bytes([0x81, len(BODY)]) + BODY
async def serve(reader, writer):
    try:
        head = await reader.readuntil(b'\r\n\r\n')
        key = head.split(b'Sec-WebSocket-Key: ')[1].split(b'\r\n')[0] + b'258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
        writer.write(b'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: '
                     + base64.b64encode(hashlib.sha1(key).digest()) + b'\r\n\r\n')
        while await reader.readexactly(len(SENT)) == SENT:
            writer.write(ECHOED)
    except asyncio.IncompleteReadError:
        writer.close()
async def server():
    listener = await asyncio.start_server(serve, '192.0.2.1', 8080)
    print('ready', flush=True)
    await listener.serve_forever()
async def speak(rate, end):
    reader, writer = await asyncio.open_connection('192.0.2.1', 8080)
    writer.write(b'GET /echo HTTP/1.1\r\nHost: 192.0.2.1:8080\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
                 b'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n')
    await reader.readuntil(b'\r\n\r\n')
    said = 0
    while time.monotonic() < end:
        due = time.monotonic() + 1 / rate
        writer.write(SENT)
        assert await reader.readexactly(len(ECHOED)) == ECHOED
        said += 1
        await asyncio.sleep(max(0, due - time.monotonic()))
    writer.close()
    return said
async def client(connections, rate, seconds):
    print(sum(await asyncio.gather(*(speak(rate, time.monotonic() + seconds) for _ in range(connections)))), flush=True)
asyncio.run(server() if len(sys.argv) == 1 else client(*map(int, sys.argv[1:])))
'''


class OnAWire(Lab):
    """Two namespaces; the capture and the servers are in the near one."""

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
    def far_away(self, *command):
        done = subprocess.run(['ip', 'netns', 'exec', self.far, *map(str, command)], capture_output=True, text=True, timeout=60, check=True)
        return done.stdout


class Load(OnAWire):
    def setUp(self):
        super().setUp()
        (self.folder / 'html').mkdir()
        (self.folder / 'html' / 'index.html').write_bytes(b'x' * BODY)
        (self.folder / 'nginx.conf').write_text(NGINX % {'folder': self.folder}, encoding='utf8')
        self.start('nginx', '-c', self.folder / 'nginx.conf', stderr=subprocess.DEVNULL)
        self.wait_for('nginx', lambda: ':8080' in self.run('ss', '-ltn').stdout)

    def load(self):
        """Requests that were answered, by the generator's own count."""
        each = RATE // PACKETS_EACH // CONNECTIONS
        told = self.far_away('h2load', '--h1', '-c', CONNECTIONS, '-t', 1, '-D', SECONDS, '--rps', each, 'http://192.0.2.1:8080/')
        return int(re.search(r'([0-9]+) succeeded, 0 failed, 0 errored', told).group(1))

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


class Echo(OnAWire):
    def test_every_message_of_websockets_is_there(self):
        server = self.start(sys.executable, '-c', ECHO, stdout=subprocess.PIPE)
        self.assertEqual(server.process.stdout.readline(), 'ready\n')
        database = self.folder / 'now.db'
        capture = Capture(self, database, '--buffer', BUFFER, interface='eth0')
        echoed = int(self.far_away(sys.executable, '-c', ECHO, CONNECTIONS, WORDS_EACH, SECONDS))
        self.assertEqual(capture.end(signal.SIGINT), 0)
        self.assertGreater(echoed, CONNECTIONS * WORDS_EACH * SECONDS / 4, 'the load was too small to tell anything')
        self.assertEqual(self.value(database, 'SELECT sum(kernel_dropped + interface_dropped) + max(lost_rows) FROM capture_statistics'), 0)
        of_each_side = self.rows(database, 'SELECT from_client, count(*) AS messages, sum(bytes) AS bytes FROM websocket_messages '
                                           "WHERE opcode = 'text' GROUP BY from_client ORDER BY from_client")
        self.assertEqual(of_each_side, [{'from_client': side, 'messages': echoed, 'bytes': 100 * echoed} for side in (0, 1)])
        print('%d messages and as many echoes in %d s' % (echoed, SECONDS))


if __name__ == '__main__':
    sys.argv = [a for a in sys.argv if not a.isdigit()]
    live_lab.main('nginx', 'h2load', 'ss')
