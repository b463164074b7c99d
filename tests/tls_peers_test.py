"""TLS between real peers, openssl s_client and s_server, recorded by a proxy: what the database says of the handshakes and the
certificates is what both programs say themselves, and `openssl verify` of the same chain.

    tls_peers_test.py PROGRAM
"""
import json
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from longwire import SKIPPED, Rows, analyze
from recording_proxy import RecordingProxy

PROGRAM = sys.argv[1]
SECONDS = 20  # for one program

# Of `verify error:num=N`: x509_vfy.h.
ERRORS = {0: 'ok', 10: 'cert_has_expired', 18: 'depth_zero_self_signed_cert', 19: 'self_signed_cert_in_chain',
          20: 'unable_to_get_issuer_cert_locally'}

CONFIGURATION = """
[ca]
default_ca = own
[own]
dir = %(folder)s
new_certs_dir = $dir
database = $dir/index.txt
rand_serial = yes
default_md = sha256
policy = anything
unique_subject = no
copy_extensions = copy
[anything]
commonName = supplied
[authority]
basicConstraints = critical,CA:TRUE
subjectKeyIdentifier = hash
[leaf]
basicConstraints = CA:FALSE
"""


def openssl(*arguments, **more):
    done = subprocess.run(['openssl', *map(str, arguments)], capture_output=True, text=True, errors='replace', timeout=SECONDS,
                          stdin=subprocess.DEVNULL, **more)
    if done.returncode != 0:
        raise AssertionError('openssl %s: %s' % (' '.join(map(str, arguments)), done.stderr))
    return done.stdout


class Authority:
    """A folder with certificates: each NAME.pem with its NAME.key."""

    def __init__(self, folder):
        self.folder = folder
        self.configuration = folder / 'ca.cnf'
        self.configuration.write_text(CONFIGURATION % {'folder': folder})
        (folder / 'index.txt').touch()
        self.sign_itself('root')
        self.sign('middle', 'root', 'authority')
        self.sign_itself('stranger')
        for name in ('good', 'client'):
            self.sign(name, 'middle')
        self.sign('expired', 'middle', dates=('20200101000000Z', '20210101000000Z'))
        self.sign('strange', 'stranger')
        self.sign_itself('alone')

    def pem(self, name):
        return self.folder / (name + '.pem')

    def key(self, name):
        return self.folder / (name + '.key')

    def new_key(self, name):
        return ['-newkey', 'rsa:2048', '-nodes', '-keyout', self.key(name), '-subj', '/CN=' + name, '-config', self.configuration,
                '-addext', 'subjectAltName=DNS:%s.test' % name]

    def sign_itself(self, name):
        openssl('req', '-x509', *self.new_key(name), '-out', self.pem(name), '-days', 30, '-addext', 'basicConstraints=critical,CA:TRUE')

    def sign(self, name, issuer, kind='leaf', dates=()):
        request = self.folder / (name + '.csr')
        openssl('req', '-new', *self.new_key(name), '-out', request)
        when = ['-startdate', dates[0], '-enddate', dates[1]] if dates else ['-days', '30']
        openssl('ca', '-batch', '-notext', '-config', self.configuration, '-extensions', kind, '-cert', self.pem(issuer), '-keyfile',
                self.key(issuer), '-in', request, '-out', self.pem(name), *when)

    def ocsp_response(self, name, issuer):
        """That the certificate is good, in a file."""
        request, response = self.folder / 'request.der', self.folder / 'response.der'
        openssl('ocsp', '-issuer', self.pem(issuer), '-cert', self.pem(name), '-reqout', request)
        openssl('ocsp', '-index', self.folder / 'index.txt', '-rsigner', self.pem(issuer), '-rkey', self.key(issuer), '-CA',
                self.pem(issuer), '-reqin', request, '-respout', response, '-ndays', 7)
        return response


class Server:
    def __init__(self, *options):
        with socket.create_server(('127.0.0.1', 0)) as free:
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen(['openssl', 's_server', '-accept', str(self.port), '-quiet', '-www', *map(str, options)],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self):
        for _ in range(200):
            try:
                socket.create_connection(('127.0.0.1', self.port), timeout=1).close()
                return self
            except OSError:
                time.sleep(0.05)
        raise AssertionError('s_server does not come up')

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


class Peers(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = Path(scratch.name)
        cls.authority = Authority(cls.folder)

    def client(self, proxy, *options):
        """One GET; what s_client says."""
        done = subprocess.run(['openssl', 's_client', '-connect', 'localhost:%d' % proxy.port, '-ign_eof', *map(str, options)],
                              input='GET / HTTP/1.0\r\n\r\n', capture_output=True, text=True, errors='replace', timeout=SECONDS)
        return done.stdout + done.stderr

    def talk(self, server_options, *clients, options=()):
        """Rows of what clients with these options said, one after the other, and what s_client said."""
        capture, database = self.folder / 'talk.pcap', self.folder / 'talk.db'
        with Server(*server_options) as server, RecordingProxy(server.port, capture) as proxy:
            said = [self.client(proxy, *client) for client in clients]
        self.assertEqual(analyze(PROGRAM, capture, database, '--ca-file', str(self.authority.pem('root')), *options), (0, ''))
        rows = Rows(database)
        self.addCleanup(rows.db.close)
        return rows, said

    def identity(self, name, *chain):
        """Options of a server that shows this certificate, and these behind it."""
        options = ['-cert', self.authority.pem(name), '-key', self.authority.key(name)]
        if chain:
            file = self.folder / 'chain.pem'
            file.write_text(''.join(self.authority.pem(each).read_text() for each in chain))
            options += ['-cert_chain', file]
        return options

    def test_chains(self):
        """{what: (certificate, chain)}; openssl verify is asked the same."""
        cases = {'good': ('good', ['middle']), 'expired': ('expired', ['middle']), 'no intermediate': ('good', []),
                 'unknown authority': ('strange', []), 'unknown authority, sent': ('strange', ['stranger']), 'self-signed': ('alone', [])}
        for what, (name, chain) in cases.items():
            with self.subTest(what):
                sni = name + '.test'
                rows, (said,) = self.talk(self.identity(name, *chain), ['-tls1_2', '-servername', sni, '-CAfile', self.authority.pem('root')])
                handshake, = rows('tls_handshakes')
                first = re.search(r'verify error:num=(\d+)', said)
                self.assertEqual(handshake['chain_status'], ERRORS[int(first.group(1)) if first else 0])
                untrusted = [word for each in chain for word in ('-untrusted', self.authority.pem(each))]
                judged = subprocess.run(['openssl', 'verify', '-purpose', 'sslserver', '-CAfile', self.authority.pem('root'), *untrusted,
                                         self.authority.pem(name)], capture_output=True, text=True, timeout=SECONDS)
                error = re.search(r'error (\d+) at (\d+) depth', judged.stderr)
                self.assertEqual((handshake['chain_status'], handshake['chain_error_depth']),
                                 (ERRORS[int(error.group(1))], int(error.group(2))) if error else ('ok', None))
                self.assertEqual(handshake['name_matches'], 1)
                self.assertEqual(handshake['outcome'], 'completed')
                sent, = rows('certificate_chains')
                self.assertEqual(json.loads(sent['chain']), ['CN=' + each for each in (name, *chain)])

    def test_certificates_are_as_openssl_prints_them(self):
        rows, _ = self.talk(self.identity('good', 'middle'), ['-tls1_2'], ['-tls1_2'])
        self.assertEqual(len(rows('tls_handshakes')), 2)
        self.assertEqual(len(rows('tls_certificates')), 4)
        certificates = rows('certificates')
        self.assertEqual(sorted(c['subject'] for c in certificates), ['CN=good', 'CN=middle'])
        for c in certificates:
            name = c['subject'].removeprefix('CN=')
            told = openssl('x509', '-in', self.authority.pem(name), '-noout', '-fingerprint', '-sha256', '-serial', '-enddate')
            self.assertIn(c['sha256'].upper(), told.replace(':', ''))
            self.assertIn('serial=' + c['serial'].upper(), told)
            self.assertEqual((c['key_type'], c['key_bits'], c['signature_algorithm']), ('RSA', 2048, 'sha256WithRSAEncryption'))
            self.assertEqual((c['is_ca'], json.loads(c['names'])), (name == 'middle', [name + '.test']))

    def test_a_wrong_name(self):
        rows, (said,) = self.talk(self.identity('good', 'middle'), ['-tls1_2', '-servername', 'other.test', '-verify_hostname', 'other.test',
                                                                    '-CAfile', self.authority.pem('root')])
        handshake, = rows('tls_handshakes')
        self.assertIn('verify error:num=62', said)  # hostname mismatch
        self.assertEqual((handshake['chain_status'], handshake['name_matches']), ('ok', 0))

    def test_as_of_another_time(self):
        rows, _ = self.talk(self.identity('expired', 'middle'), ['-tls1_2'], options=['--as-of', '2020-06-01'])
        handshake, = rows('tls_handshakes')
        self.assertEqual(handshake['chain_status'], 'cert_not_yet_valid')  # those of the authority are newer
        rows, _ = self.talk(self.identity('good', 'middle'), ['-tls1_2'], options=['--as-of', '2199-01-01T00:00:00Z'])
        self.assertEqual(rows('tls_handshakes')[0]['chain_status'], 'cert_has_expired')

    def test_a_client_that_refuses(self):
        rows, _ = self.talk(self.identity('strange'), ['-tls1_2', '-verify_return_error', '-CAfile', self.authority.pem('root')])
        handshake, = rows('tls_handshakes')
        self.assertEqual((handshake['outcome'], handshake['alert'], handshake['alert_by']), ('failed', 'unknown_ca', 'client'))
        self.assertEqual(rows('connection_kinds')[-1]['why'], 'failed')

    def test_clients_that_refuse_for_other_reasons(self):
        for version in ('-tls1_2', '-tls1_3'):
            for name, options, alert in (('expired', ['-servername', 'expired.test'], 'certificate_expired'),
                                         ('good', ['-verify_hostname', 'other.test'], 'bad_certificate')):
                with self.subTest(version, name=name):
                    rows, _ = self.talk(self.identity(name, 'middle'), [version, '-verify_return_error', '-CAfile', self.authority.pem('root'), *options])
                    handshake, = rows('tls_handshakes')
                    self.assertEqual((handshake['outcome'], handshake['alert'], handshake['alert_by']), ('failed', alert, 'client'))
                    self.assertEqual([f['kind'] for f in rows('findings') if f['kind'] == 'tls_failed'], ['tls_failed'])

    def test_a_server_that_refuses_a_client_without_certificate(self):
        """TLS 1.3 says so behind the handshake: with keys it is read, without it is told by its place and size."""
        keys = self.folder / 'keys.log'
        for version, alert in (('-tls1_2', 'handshake_failure'), ('-tls1_3', 'certificate_required')):
            for options in ([], ['--keylog', str(keys)]):
                with self.subTest(version, options=options):
                    keys.write_text('')
                    rows, (said,) = self.talk([*self.identity('good', 'middle'), '-Verify', '2', '-CAfile', self.authority.pem('root')],
                                              [version, '-keylogfile', keys], options=options)
                    self.assertIn('alert', said)
                    handshake, = rows('tls_handshakes')
                    readable = version == '-tls1_2' or bool(options)
                    self.assertEqual((handshake['outcome'], handshake['alert'], handshake['alert_by']), ('failed', alert if readable else None, 'server'))
                    self.assertEqual([f['kind'] for f in rows('findings') if f['kind'] == 'tls_failed'], ['tls_failed'])

    def test_no_shared_cipher(self):
        rows, _ = self.talk([*self.identity('good'), '-cipher', 'AES128-SHA'], ['-tls1_2', '-cipher', 'ECDHE-RSA-AES128-GCM-SHA256'])
        handshake, = rows('tls_handshakes')
        self.assertEqual((handshake['outcome'], handshake['alert'], handshake['alert_by'], handshake['version']),
                         ('failed', 'handshake_failure', 'server', None))

    def test_a_client_certificate(self):
        client = ['-cert', self.authority.pem('client'), '-key', self.authority.key('client')]
        rows, _ = self.talk([*self.identity('good', 'middle'), '-Verify', '2', '-CAfile', self.authority.pem('root')], ['-tls1_2', *client])
        handshake, = rows('tls_handshakes')
        self.assertEqual((handshake['client_certificate_requested'], handshake['client_authorities']), (1, '["CN=root"]'))
        subjects = {c['id']: c['subject'] for c in rows('certificates')}
        self.assertEqual([(t['position'], subjects[t['certificate_id']]) for t in rows('tls_certificates') if t['side'] == 'client'],
                         [(0, 'CN=client')])

    def test_an_ocsp_response_comes_with_it(self):
        response = self.authority.ocsp_response('good', 'middle')
        rows, (said,) = self.talk([*self.identity('good', 'middle'), '-status_file', response], ['-tls1_2', '-status'])
        self.assertIn('Cert Status: good', said)
        sent = [t for t in rows('tls_certificates') if t['position'] == 0][0]
        self.assertEqual(sent['ocsp_status'], 'good')
        self.assertEqual(sent['ocsp_next_update_ns'] - sent['ocsp_this_update_ns'], 7 * 86400 * 10**9)
        self.assertEqual(rows('certificate_chains')[0]['ocsp_status'], 'good')

    def test_resumption(self):
        """By ticket, by session id, and by a session of which the server knows nothing."""
        for server, how in (([], 'ticket'), (['-no_ticket'], 'session_id')):
            with self.subTest(how):
                session = self.folder / 'session.pem'
                rows, said = self.talk([*self.identity('good', 'middle'), *server], ['-tls1_2', '-sess_out', session],
                                       ['-tls1_2', '-sess_in', session], ['-tls1_2', '-sess_in', session])
                self.assertEqual(['Reused, TLSv1.2' in each for each in said], [False, True, True])
                self.assertEqual([h['resumed'] for h in rows('tls_handshakes')], ['no', how, how])
                summary, = rows('tls_resumption')
                self.assertEqual((summary['handshakes'], summary['resumed'], summary['offers_rejected']), (3, 2, 0))
                self.assertGreater(min(summary['full_ms_median'], summary['resumed_ms_median']), 0)
                rows, _ = self.talk([*self.identity('good', 'middle'), *server], ['-tls1_2', '-sess_in', session])
                self.assertEqual((rows('tls_handshakes')[0]['resumption_offered'], rows('tls_handshakes')[0]['resumed']), (how, 'no'))
                self.assertEqual(rows('tls_resumption')[0]['offers_rejected'], 1)

    def test_what_is_encrypted_is_one_turn(self):
        for version in ('-tls1_2', '-tls1_3'):
            with self.subTest(version):
                rows, (said,) = self.talk(self.identity('good', 'middle'), [version])
                turn, = rows('tls_turns')
                self.assertIn('HTTP/1.0 200', said)
                self.assertGreater(turn['response_bytes'], turn['request_bytes'])
                self.assertLess(turn['request_bytes'], 80)
                kind, = rows('connection_kinds')
                self.assertEqual((kind['kind'], kind['encrypted']), ('short', 1))


if __name__ == '__main__':
    if shutil.which('openssl') is None:
        print('skipped: no openssl')
        sys.exit(SKIPPED)
    unittest.main(argv=sys.argv[:1])
