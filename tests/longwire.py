"""The program and its databases, as the tests written in Python use them."""
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent
SAMPLES = sorted(p for p in (HOUSE / 'samples').iterdir() if p.suffix in ('.pcap', '.pcapng'))
SHARED = Path(os.environ.get('LONGWIRE_SHARED', HOUSE.parent / 'shared'))  # captures of other projects, where there are any
SKIPPED = 77  # exit status that ctest takes for "skipped"


def analyze(program, capture, database, *options, stdin=None, seconds=120):
    """Runs `analyze`; returns (exit status, standard error). The token key is fixed, so that databases can be compared."""
    command = [program, 'analyze', str(capture), '-o', str(database), '--quiet', '--force', '--token-key', '00' * 16, *options]
    done = subprocess.run(command, stdin=stdin or subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          text=True, errors='replace', timeout=seconds)
    if done.returncode not in (0, 3):
        raise AssertionError('%s: exit status %d: %s' % (' '.join(command), done.returncode, done.stderr[-2000:]))
    return done.returncode, done.stderr


def record_anew(scripts, folder):
    """Runs these of samples/record/ into `folder`. Ends the test, as skipped where one cannot be run here."""
    for script in scripts:
        done = subprocess.run([HOUSE / 'samples/record' / script], env={'PATH': '/usr/sbin:/usr/bin:/sbin:/bin', 'LONGWIRE_RECORD_INTO': folder},
                              capture_output=True, text=True, timeout=200)
        if done.returncode == SKIPPED:
            print('skipped: ' + done.stderr.strip())
            sys.exit(SKIPPED)
        if done.returncode != 0:
            sys.exit('%s: %s' % (script, done.stderr))


class Rows:
    """A database, read whole: tables and views as lists of dictionaries."""

    def __init__(self, path):
        self.db = sqlite3.connect('file:%s?mode=ro' % path, uri=True)
        self.db.text_factory = lambda b: b.decode('utf8', 'surrogateescape')
        self.db.row_factory = sqlite3.Row

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.db.close()

    def __call__(self, table):
        return [dict(row) for row in self.db.execute('SELECT * FROM "%s"' % table)]

    def tables(self):
        return sorted(row[0] for row in self.db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"))

    def everything(self):
        """{table: its rows as sorted texts}."""
        return {t: sorted(map(repr, (tuple(r) for r in self.db.execute('SELECT * FROM "%s"' % t)))) for t in self.tables()}
