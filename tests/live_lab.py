"""A place to capture live: a network namespace of its own, where nothing is sent but what the test sends.

Needs root; ends the test, as skipped, where namespaces cannot be made. Everything made here is gone when the test ends.
"""
import contextlib
import itertools
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from longwire import SKIPPED

PROGRAM = os.path.abspath(sys.argv[1])
SECONDS = 60       # longest life of a program started here
VISIBLE_AFTER = 2  # seconds: what was on the wire is in the database

# An HTTP/1.1 server on port 8000 of every address, one thread a connection: /SIZE is answered with so many bytes, /slow only
# after four seconds, /socket is a WebSocket that says every text twice. It says when it is ready.
SERVER = r'''
import base64, hashlib, http.server, re, time
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    disable_nagle_algorithm = True
    wbufsize = -1
    def do_GET(self):
        if self.path == '/slow':
            time.sleep(4)
        if self.path == '/socket':
            return self.speak()
        body = b'x' * int(re.sub('[^0-9]', '', self.path) or 0)
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def speak(self):
        key = self.headers['Sec-WebSocket-Key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
        self.send_response(101)
        self.send_header('Upgrade', 'websocket')
        self.send_header('Connection', 'Upgrade')
        self.send_header('Sec-WebSocket-Accept', base64.b64encode(hashlib.sha1(key.encode()).digest()).decode())
        self.end_headers()
        self.wfile.flush()
        self.close_connection = True
        while (head := self.rfile.read(6)):
            text = bytes(b ^ head[2 + n % 4] for n, b in enumerate(self.rfile.read(head[1] & 127)))
            for _ in range(2):
                self.wfile.write(bytes([0x81, len(text)]) + text)
            self.wfile.flush()
    def log_message(self, *_): pass
class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 1024
server = Server(('0.0.0.0', 8000), Handler)
print('ready', flush=True)
server.serve_forever()
'''

# A client that does what it is told, a line each: "open N", "get N PATH", "ask N PATH" (does not wait for the answer), "close N",
# "keepalive N" (probes after a second of silence), "socket N" and "say N TEXT" of a WebSocket; each is answered with the time
# when it was done.
CLIENT = r'''
import http.client, socket, sys, time
connections = {}
for line in sys.stdin:
    verb, n, *rest = line.split()
    if verb == 'open':
        connections[n] = http.client.HTTPConnection(rest[0] if rest else '127.0.0.1', 8000, timeout=30)
        connections[n].connect()
    if verb == 'keepalive':
        for option, value in ((socket.TCP_KEEPIDLE, 1), (socket.TCP_KEEPINTVL, 1)):
            connections[n].sock.setsockopt(socket.IPPROTO_TCP, option, value)
        connections[n].sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if verb == 'get':
        connections[n].request('GET', rest[0])
        connections[n].getresponse().read()
    if verb == 'ask':
        connections[n].request('GET', rest[0])
    if verb == 'socket':
        headers = {'Upgrade': 'websocket', 'Connection': 'Upgrade', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ=='}
        connections[n].request('GET', '/socket', headers=headers)
        while not connections[n].sock.recv(4096).endswith(b'\r\n\r\n'): pass
    if verb == 'say':
        text = rest[0].encode()
        connections[n].sock.sendall(bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text)
        connections[n].sock.recv(2 * len(text) + 4, socket.MSG_WAITALL)
    if verb == 'close':
        connections.pop(n).close()
    print(time.time(), flush=True)
'''


def skip_all(why):
    print('skipped: ' + why)
    sys.exit(SKIPPED)


def missing(*programs):
    """The first of these that is not there, or None."""
    return next((p for p in programs if shutil.which(p, path='/usr/sbin:/usr/bin:/sbin:/bin') is None), None)


class Program:
    """One that runs in the namespace, and is ended with it."""

    def __init__(self, command, **options):
        self.process = subprocess.Popen(command, text=True, **options)

    def ask(self, line):
        self.process.stdin.write(line + '\n')
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def end(self, with_signal=signal.SIGTERM):
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(with_signal)
        try:
            return self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
        finally:
            for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
                if pipe is not None:
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()


class Capture(Program):
    """longwire capture, from when it listens."""

    def __init__(self, lab, database, *options, interface='lo', program=None):
        self.messages = lab.folder / (Path(database).name + '.messages')
        with open(self.messages, 'w', encoding='utf8') as messages:
            super().__init__([*lab.inside, *(program or [PROGRAM]), 'capture', '-i', interface, '-o', str(database), *options],
                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=messages)
        lab.programs.append(self)
        lab.wait_for('a capture that listens', lambda: self.process.poll() is not None or 'listening on' in self.told())
        lab.assertIsNone(self.process.poll(), self.told())

    def told(self):
        return self.messages.read_text(encoding='utf8')


class Lab(unittest.TestCase):
    maxDiff = None
    labs = itertools.count(1)

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix='lw-live-', dir='/tmp'))  # which everybody may enter
        self.folder.chmod(0o777)  # the program becomes nobody
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.namespace = 'lw-live-%d-%d' % (os.getpid(), next(Lab.labs))
        subprocess.run(['ip', 'netns', 'add', self.namespace], check=True)
        self.inside = ['ip', 'netns', 'exec', self.namespace]
        self.programs = []
        self.addCleanup(self.take_down)
        self.run('ip', 'link', 'set', 'lo', 'up')

    def needs(self, *programs):
        if (program := missing(*programs)) is not None:
            self.skipTest('needs ' + program)

    def take_down(self):
        for program in self.programs:
            program.end(signal.SIGKILL)
        self.take_down_namespace(self.namespace)

    @staticmethod
    def take_down_namespace(name):
        """With all that still runs there: children of what was ended, too."""
        for pid in subprocess.run(['ip', 'netns', 'pids', name], capture_output=True, text=True, check=False).stdout.split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        subprocess.run(['ip', 'netns', 'del', name], capture_output=True, check=False)

    def run(self, *command, **options):  # in the namespace; unittest's own run() takes a result
        if command and not isinstance(command[0], str):
            return super().run(*command, **options)
        if not command:
            return super().run(**options)
        return subprocess.run([*self.inside, *map(str, command)], capture_output=True, text=True, timeout=SECONDS, check=False, **options)

    def start(self, *command, **options):
        # Nobody who outlives the test may hold what it writes to.
        options = {'stdin': subprocess.DEVNULL, 'stdout': subprocess.DEVNULL, **options}
        program = Program([*self.inside, *map(str, command)], **options)
        self.programs.append(program)
        return program

    def server(self):
        server = self.start(sys.executable, '-c', SERVER, stdout=subprocess.PIPE)
        self.assertEqual(server.process.stdout.readline(), 'ready\n')
        return server

    def client(self):
        return self.start(sys.executable, '-c', CLIENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def wait_for(self, what, condition, seconds=10):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = condition()
            if found:
                return found
            time.sleep(0.05)
        self.fail('%s did not come within %s s' % (what, seconds))

    @staticmethod
    def rows(database, sql):
        with contextlib.closing(sqlite3.connect('file:%s?mode=ro' % database, uri=True, timeout=0)) as db:
            db.row_factory = sqlite3.Row
            return [dict(row) for row in db.execute(sql)]

    def value(self, database, sql):
        return next(iter(self.rows(database, sql)[0].values()))

    def within(self, seconds, database, sql, expected):
        """The question has this answer so many seconds from now, at the latest, and the database is never locked."""
        until = time.monotonic() + seconds
        while True:
            found = self.rows(database, sql)
            if found == expected or time.monotonic() > until:
                return self.assertEqual(found, expected)
            time.sleep(0.1)


def main(*programs):
    if os.geteuid() != 0:
        skip_all('needs root to make network namespaces and to capture')
    if (program := missing('ip', *programs)) is not None:
        skip_all('needs ' + program)
    trial = 'lw-live-%d' % os.getpid()
    if subprocess.run(['ip', 'netns', 'add', trial], capture_output=True, check=False).returncode != 0:
        skip_all('cannot make network namespaces here')
    subprocess.run(['ip', 'netns', 'del', trial], check=True)
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
