"""The program locks itself in: what it may not do is tried from inside, and every way in and out still works.

    confinement_test.py PROGRAM
"""
import gzip
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from longwire import HOUSE, SKIPPED, Rows

PROGRAM = sys.argv[1]
SHOP = HOUSE / 'samples/shop.pcapng'
OTHER = HOUSE / 'samples/closes.pcap'
TLS = HOUSE / 'samples/tls.pcap'
TRIALS = {'open', 'write', 'make', 'list', 'remove', 'rename', 'socket', 'packet socket', 'process', 'code', 'trace', 'signal', 'terminal',
          'chmod', 'become root', 'program'}


def run(*arguments, folder=None, trial=None, stdin=subprocess.DEVNULL, **environment):
    environment = {**os.environ, **environment}
    if trial:
        environment['LONGWIRE_TRY_CONFINEMENT'] = str(trial)
    done = subprocess.run([PROGRAM, *map(str, arguments)], cwd=folder, env=environment, stdin=stdin, capture_output=True, timeout=120)
    return done.returncode, done.stderr.decode()


def trials(told):
    """{what was tried: what became of it}."""
    return dict(line.removeprefix('trial: ').split(': ', 1) for line in told.splitlines() if line.startswith('trial: '))


class Confinement(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)
        self.out = self.folder / 'out'
        self.out.mkdir()
        self.secret = self.folder / 'elsewhere/secret'
        self.secret.parent.mkdir()
        self.secret.write_text('text')
        self.database = self.out / 'x.db'

    def analyze(self, *arguments, **more):
        """Runs it, confined, with trials of what it may not do; nothing of these may be done."""
        code, told = run('analyze', *arguments, '--quiet', trial=self.secret, **more)
        tried = trials(told)
        self.assertEqual(set(tried), TRIALS, told)
        self.assertEqual({what: became for what, became in tried.items() if became not in
                          ('Permission denied', 'Operation not permitted', 'Function not implemented')}, {})
        self.assertEqual([p.name for p in self.secret.parent.iterdir()], ['secret'])
        self.assertEqual([line for line in told.splitlines() if not line.startswith('trial: ')], [])
        self.assertEqual(code, 0)

    def exchanges(self, path=None):
        with Rows(path or self.database) as rows:
            return len(rows('http_exchanges'))

    def captures(self, path=None):
        with Rows(path or self.database) as rows:
            return {Path(c['path']).name for c in rows('captures')}

    def chains(self):
        with Rows(self.database) as rows:
            return sorted(str((h['chain_status'], h['name_matches'])) for h in rows('tls_handshakes'))

    def test_files_sockets_and_programs_are_out_of_reach(self):
        self.analyze(SHOP, '-o', self.database)
        self.assertEqual(self.exchanges(), 56)
        self.assertEqual([p.name for p in self.out.iterdir()], ['x.db'])

    def test_without_it_nothing_is_out_of_reach(self):
        """So that the test above tests something."""
        code, told = run('analyze', SHOP, '-o', self.database, '--quiet', '--no-sandbox', trial=self.secret)
        self.assertEqual((code, told), (0, ''))
        self.assertEqual(self.exchanges(), 56)

    def test_several_files_that_are_opened_when_their_turn_comes(self):
        apart = [self.folder / 'a', self.folder / 'b']
        for folder, capture in zip(apart, (SHOP, OTHER)):
            folder.mkdir()
            shutil.copy(capture, folder)
        self.analyze(apart[0] / SHOP.name, apart[1] / OTHER.name, '-o', self.database)
        self.assertEqual(self.captures(), {SHOP.name, OTHER.name})

    def test_packed_files_and_standard_input(self):
        packed = self.folder / 'shop.pcapng.gz'
        packed.write_bytes(gzip.compress(SHOP.read_bytes()))
        self.analyze(packed, '-o', self.database)
        self.assertEqual(self.exchanges(), 56)
        with subprocess.Popen(['cat', SHOP], stdout=subprocess.PIPE) as cat:
            self.analyze('-', '-o', self.out / 'stdin.db', stdin=cat.stdout)
        self.assertEqual(self.exchanges(self.out / 'stdin.db'), 56)
        with open(SHOP, 'rb') as file:
            self.analyze('/dev/stdin', OTHER, '-o', self.out / 'device.db', stdin=file)
        self.assertEqual(self.captures(self.out / 'device.db'), {'stdin', OTHER.name})

    def test_a_named_pipe_beside_a_file(self):
        pipe = self.folder / 'pipe'
        os.mkfifo(pipe)
        with subprocess.Popen(['sh', '-c', 'cat "$0" > "$1"', SHOP, pipe]):
            self.analyze(pipe, OTHER, '-o', self.database)
        self.assertEqual(self.captures(), {'pipe', OTHER.name})

    def test_bodies_go_into_their_folder(self):
        self.analyze(SHOP, '-o', self.database, '--bodies', self.folder / 'bodies')
        self.assertGreater(len(list((self.folder / 'bodies').iterdir())), 10)

    def test_append_and_force(self):
        self.analyze(SHOP, '-o', self.database)
        self.analyze(OTHER, '-o', self.database, '--append', '--token-key', '00' * 16)
        self.assertEqual(self.captures(), {SHOP.name, OTHER.name})
        self.analyze(OTHER, '-o', self.database, '--force')
        self.assertEqual(self.captures(), {OTHER.name})

    def test_a_target_that_is_a_link(self):
        link = self.folder / 'link.db'
        link.symlink_to(self.database)  # which is not there yet
        self.analyze(SHOP, '-o', link)
        self.assertTrue(link.is_symlink())
        self.analyze(OTHER, '-o', link, '--append', '--token-key', '00' * 16)
        self.assertEqual(self.captures(), {SHOP.name, OTHER.name})

    def test_names_without_a_folder(self):
        shutil.copy(SHOP, self.out)
        self.analyze(SHOP.name, folder=self.out)
        self.assertEqual(self.exchanges(self.out / 'shop.db'), 56)

    def test_temporary_files_go_where_the_environment_says(self):
        elsewhere = self.folder / 'temporary'
        elsewhere.mkdir()
        self.analyze(SHOP, '-o', self.database, TMPDIR=str(elsewhere))
        self.assertEqual(self.exchanges(), 56)

    def test_certificates_of_the_system_are_read(self):
        """Chains are verified as without it."""
        self.analyze(TLS, '-o', self.database)
        confined = self.chains()
        self.assertEqual(run('analyze', TLS, '-o', self.database, '--quiet', '--force', '--no-sandbox'), (0, ''))
        self.assertEqual(self.chains(), confined)

    def test_certificates_that_links_lead_to_are_read(self):
        authority = HOUSE / 'samples/tls.ca.pem'
        self.analyze(TLS, '-o', self.database, '--ca-file', authority)
        trusted = self.chains()
        self.assertIn('ok', str(trusted))
        if not shutil.which('openssl'):
            self.skipTest('openssl is not installed')
        name = subprocess.run(['openssl', 'x509', '-hash', '-noout', '-in', authority], capture_output=True, text=True, check=True).stdout.strip()
        (self.folder / 'roots').mkdir()
        (self.folder / 'roots' / (name + '.0')).symlink_to(authority)
        self.analyze(TLS, '-o', self.database, '--force', '--ca-path', self.folder / 'roots')
        self.assertEqual(self.chains(), trusted)

    def test_keys_decrypt(self):
        self.analyze(TLS, '-o', self.database, '--keylog', HOUSE / 'samples/tls.keys')
        self.assertGreater(self.exchanges(), 0)

    def test_questions_and_reports_are_answered_from_inside(self):
        self.analyze(SHOP, '-o', self.database)
        for command in (('query', self.database, 'SELECT count(*) FROM http_exchanges'), ('report', self.database)):
            code, told = run(*command, trial=self.secret, TMPDIR=str(self.out))
            self.assertEqual((code, set(trials(told))), (0, TRIALS))
            self.assertNotIn('done', trials(told).values())

    def test_a_question_that_needs_temporary_files(self):
        self.analyze(SHOP, '-o', self.database)
        many = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000) SELECT count(DISTINCT printf(\'%0200d\', i)) FROM n'
        self.assertEqual(run('query', self.database, many), (0, ''))

    def test_a_database_in_use_is_read(self):
        """Readers of a database in WAL mode share memory with who writes it."""
        self.analyze(SHOP, '-o', self.database)
        with sqlite3.connect(self.database) as writer:
            writer.execute('PRAGMA journal_mode=WAL')
            writer.execute('DELETE FROM tcp_events')
            self.assertEqual(run('query', self.database, 'SELECT 1'), (0, ''))
        writer.close()
        self.assertEqual(run('query', self.database, 'SELECT 1'), (0, ''))  # nobody else has it open


if __name__ == '__main__':
    with tempfile.TemporaryDirectory() as place:
        tried = trials(run('analyze', SHOP, '-o', Path(place) / 'x.db', trial=Path(place) / 'missing')[1])
    if tried.get('list') != 'Permission denied' or tried.get('socket') != 'Operation not permitted':
        print('skipped: this kernel, or this build, does not confine')
        sys.exit(SKIPPED)
    unittest.main(argv=sys.argv[:1])
