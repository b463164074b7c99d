"""A report as a person sees it: on terminals of several widths, with and without colours, and piped.

    report_terminal_test.py PROGRAM
"""
import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
import unittest
from pathlib import Path

from longwire import HOUSE, analyze

PROGRAM = sys.argv[1]
COLOUR = re.compile(r'\x1b\[[0-9;]*m')


def on_terminal(width, *arguments, **environment):
    """What the program writes to a terminal of so many columns; 0 = one that does not say."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack('HHHH', 24, width, 0, 0))
    environment = {'PATH': os.environ['PATH'], 'TERM': 'xterm', **environment}
    with subprocess.Popen([PROGRAM, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=its, env=environment) as process:
        os.close(its)
        said = b''
        try:
            while part := os.read(ours, 65536):
                said += part
        except OSError:  # Linux's end of file
            pass
    os.close(ours)
    return said.decode('utf8').replace('\r\n', '\n')


class ReportOnATerminal(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.databases = []
        for sample in ('shop.pcapng', 'redirects.pcap', 'tls.pcap', 'websocket.pcap', 'http2_flow.pcap'):
            cls.databases.append(Path(cls.folder.name) / (sample + '.db'))
            analyze(PROGRAM, HOUSE / 'samples' / sample, cls.databases[-1])

    def test_no_line_is_longer_than_the_terminal_is_wide(self):
        for width in (40, 80, 132, 200):
            for database in self.databases:
                for line in COLOUR.sub('', on_terminal(width, 'report', database)).splitlines():
                    # a command to copy, and the name of a file, stay whole
                    if not line.startswith('  more: '):
                        self.assertLessEqual(len(line), width, line)

    def test_a_terminal_that_does_not_say_has_80_columns_or_what_the_shell_was_told(self):
        longest = lambda **environment: max(
            len(line) for line in COLOUR.sub('', on_terminal(0, 'report', self.databases[1], **environment)).splitlines() if '─' in line)
        self.assertEqual(longest(), 80)
        self.assertEqual(longest(COLUMNS='100'), 100)
        self.assertEqual(longest(COLUMNS='none'), 80)

    def test_sentences_are_told_to_their_end(self):
        summaries = [f['summary'] for f in json.loads(self.piped('--format', 'json'))['findings']]
        self.assertGreater(len(summaries), 3)
        for width in (40, 80, 200):
            shown = re.sub(r'\s+', '', COLOUR.sub('', on_terminal(width, 'report', self.databases[0])))
            for summary in summaries:
                self.assertIn(re.sub(r'\s+', '', summary), shown)

    def test_colours_are_for_terminals_that_want_them(self):
        coloured = on_terminal(80, 'report', self.databases[0])
        self.assertIn('\x1b[1;31merror', coloured)
        self.assertNotIn('\x1b', on_terminal(80, 'report', self.databases[0], NO_COLOR='1'))
        self.assertNotIn('\x1b', on_terminal(80, 'report', self.databases[0], TERM='dumb'))
        self.assertIn('\x1b', on_terminal(80, 'report', self.databases[0], NO_COLOR=''))  # no-color.org: where it is not empty
        self.assertEqual(COLOUR.sub('', coloured), on_terminal(80, 'report', self.databases[0], NO_COLOR='1'))

    def test_piped_it_is_plain_text_of_any_width(self):
        piped = self.piped()
        self.assertIsNone(re.search('[\x1b─…]', piped))
        self.assertRegex(piped, r'(?m)^  error    server_error +192.0.2.1:80 answered 2 requests with 500, the first one GET /app/report \(frame 144\)$')

    def piped(self, *arguments):
        done = subprocess.run([PROGRAM, 'report', self.databases[0], *arguments], capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, ''))
        return done.stdout


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
