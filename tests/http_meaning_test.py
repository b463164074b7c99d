"""HTTP's meaning as recorded from real clients and servers: what the views conclude is what the peers' own logs say.

    http_meaning_test.py PROGRAM           the samples
    http_meaning_test.py PROGRAM --anew    the same of new recordings (samples/record/): needs root, else it is skipped
"""
import collections
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from longwire import HOUSE, Rows, analyze, record_anew

PROGRAM = sys.argv[1]
ANEW = '--anew' in sys.argv[2:]
RECORDED = HOUSE / 'samples'  # or, anew, a folder of our own
REDIRECTS = (301, 302, 303, 307, 308)
SECRETS = ('YW5uO', 'response=')  # what Basic makes of the user's name, and a part of Digest's credentials


class Recording(unittest.TestCase):
    maxDiff = None
    name = None

    def setUp(self):
        if self.name is None:
            return
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.database = Path(scratch.name) / (self.name + '.db')
        self.assertEqual(analyze(PROGRAM, RECORDED / (self.name + '.pcap'), self.database), (0, ''))
        self.rows = Rows(self.database)
        self.addCleanup(self.rows.db.close)
        self.expected = json.loads((RECORDED / (self.name + '.expected.json')).read_text(encoding='utf8'))
        self.exchanges = {e['id']: e for e in self.rows('http_exchanges')}

    def runs(self):
        """What the server logged of each call of curl, in order."""
        runs = collections.defaultdict(list)
        for request in self.expected['requests']:
            runs[request['run']].append(request)
        return runs

    def kinds(self):
        return collections.Counter(f['kind'] for f in self.rows('findings'))


def verdict(status, before, after):
    """RFC 9110 sections 15.4.2 to 15.4.9, once more."""
    same = after['method'] == before['method']
    if status == 303:
        return 'required' if after['method'] == 'GET' else 'violation'
    if status in (307, 308):
        return 'required' if same and bool(after['sent']) == bool(before['sent']) else 'violation'
    return 'permitted' if same or (before['method'], after['method']) == ('POST', 'GET') else 'violation'


class Redirects(Recording):
    name = 'redirects'

    def test_each_hop_is_what_curl_did(self):
        told = []
        for requests in self.runs().values():
            for before, after in zip(requests, requests[1:] + [None]):
                if before['status'] not in REDIRECTS:
                    continue
                kept = None if not before['sent'] or after is None else int(after['sent'] > 0)
                told.append((before['status'], before['method'], after and after['method'], after and after['target'], kept,
                             after and verdict(before['status'], before, after)))
        found = [(h['status'], h['from_method'], h['to_method'], self.exchanges.get(h['next_exchange_id'], {}).get('path'), h['body_kept'],
                  h['verdict']) for h in self.rows('redirect_hops')]
        self.assertEqual(collections.Counter(found), collections.Counter(told))
        self.assertGreater(len(told), 20)

    def test_a_violation_is_what_curl_was_told_to_do(self):
        violations = {(h['status'], h['from_method'], h['to_method']) for h in self.rows('redirect_hops') if h['verdict'] == 'violation'}
        self.assertEqual(violations, {(303, 'POST', 'POST')})  # --post303

    def test_credentials_go_to_another_origin_only_where_curl_was_told_to(self):
        taken = [r for r in self.expected['requests'] if r['target'] == '/taken']
        self.assertEqual([r['scheme'] for r in taken], [None, 'basic'])
        hops = [h for h in self.rows('redirect_hops') if h['cross_origin']]
        self.assertEqual([h['credentials_carried'] for h in hops], [0, 1])
        self.assertTrue(all(h['to_uri'] == 'http://other.example:8080/taken' for h in hops))

    def test_chains_and_loops(self):
        chains = collections.defaultdict(list)
        for hop in self.rows('redirect_hops'):
            chains[hop['chain']].append(hop)
        loops = [hops for hops in chains.values() if any(h['loop'] for h in hops)]
        self.assertEqual(len(loops), 1)
        self.assertEqual([(h['hop'], h['loop'], h['from_uri'].rpartition('/')[2]) for h in loops[0]],
                         [(1, 0, 'a'), (2, 0, 'b'), (3, 1, 'a'), (4, 1, 'b'), (5, 1, 'a')])
        self.assertEqual(sorted(len(hops) for hops in chains.values())[-2:], [2, 5])

    def test_findings(self):
        kinds = self.kinds()
        self.assertEqual({k for k in kinds if k.startswith(('redirect', 'credentials'))},
                         {'redirect_loop', 'redirect_violation', 'credentials_elsewhere'})


class Conditions(Recording):
    name = 'conditions'

    def test_outcomes_are_what_the_server_did(self):
        told = []
        for request in self.expected['requests']:
            if request['validator'] is None:
                continue
            path, tag = request['target'], request['validator']
            matched = path != '/changed' and tag in ('"v1"', 'Sun, 06 Nov 1994 08:49:37 GMT')
            outcome = 'not_modified' if request['status'] == 304 else 'missed' if matched else 'modified'
            told.append((path, request['method'], request['status'], outcome))
        found = [(r['path'], r['method'], r['status'], r['outcome']) for r in self.rows('conditional_requests')]
        self.assertEqual(sorted(found), sorted(told))
        self.assertEqual({outcome for *_, outcome in told}, {'not_modified', 'missed', 'modified'})

    def test_bytes_saved_are_those_of_the_whole_answer(self):
        whole = {r['target']: r['body'] for r in self.expected['requests'] if r['status'] == 200}
        for row in self.rows('conditional_requests'):
            if row['outcome'] == 'not_modified':
                self.assertEqual(row['bytes_saved'], whole[row['path']])
            if row['outcome'] == 'missed':
                self.assertEqual(row['bytes_wasted'], whole[row['path']])
            self.assertEqual(row['body_with_304'], 0 if row['status'] == 304 else None)

    def test_findings(self):
        self.assertEqual(self.kinds(), {'missed_304': 1})


class Logins(Recording):
    name = 'logins'

    def test_outcomes_are_what_the_server_said(self):
        def outcome(request):
            if request['status'] == 401 and request['target'] == '/silent':
                return 'no_challenge'
            if request['status'] == 401:
                # curl's first request of a digest log-in has none; a nonce that it knows is not too old; NTLM takes two rounds
                first_round = request['scheme'] == 'ntlm' and request is self.runs()[request['run']][0]
                return 'rejected' if request['scheme'] and not first_round else 'challenge'
            return 'forbidden' if request['status'] == 403 else 'accepted'

        def scheme(request):  # NTLM authenticates the connection: what follows on it has no credentials
            return 'ntlm' if request['target'] == '/ntlm' else request['scheme']
        told = [(r['target'], r['status'], scheme(r), outcome(r), r['scheme'] != scheme(r)) for r in self.expected['requests']]
        found = [(self.exchanges[a['exchange_id']]['path'], a['status'], a['scheme_used'], a['outcome'], a['by_connection'] == 1)
                 for a in self.rows('authentication')]
        self.assertEqual(sorted(found, key=str), sorted(told, key=str))
        self.assertEqual(sum(by_connection for *_, by_connection in told), 2)
        self.assertEqual({outcome for *_, outcome, _ in told}, {'challenge', 'no_challenge', 'accepted', 'rejected', 'forbidden'})

    def test_findings(self):
        kinds = self.kinds()
        self.assertEqual(set(kinds), {'challenge_missing', 'credentials_rejected', 'password_in_clear'})
        self.assertEqual(kinds['credentials_rejected'], 3)  # basic, digest, ntlm

    def test_secrets_stay_home(self):
        """Not in the database; not in report and findings, even where the database was told to keep them."""
        self.assertFalse([secret for secret in SECRETS if secret.encode() in self.database.read_bytes()])
        kept = self.database.with_name('kept.db')
        analyze(PROGRAM, RECORDED / 'logins.pcap', kept, '--keep-secrets')
        self.assertIn(b'YW5u', kept.read_bytes())
        for question in ([], ['--format', 'json']):
            said = subprocess.run([PROGRAM, 'report', kept, *question], capture_output=True, text=True, timeout=60)
            self.assertEqual((said.returncode, said.stderr), (0, ''))
            self.assertFalse([secret for secret in SECRETS if secret in said.stdout])
        with Rows(kept) as rows:
            self.assertFalse([secret for secret in SECRETS if secret in str(rows('findings'))])


class Cookies(Recording):
    name = 'cookies'

    def test_each_request_brought_what_the_server_saw(self):
        told = [sorted(r['cookies']) for r in self.expected['requests']]
        brought = collections.defaultdict(list)
        for cookie in self.rows('http_cookies'):
            if cookie['direction'] == 'sent':
                brought[cookie['exchange_id']].append(cookie['name'])
        found = [sorted(brought[e]) for e in sorted(self.exchanges)]
        self.assertEqual(found, told)

    def test_lineage(self):
        # What the server saw of each: sid came until it was replaced, and deleted; admin is for another path; curl takes neither
        # Secure over http nor another domain's; short was gone after a second.
        uses = collections.Counter(name for r in self.expected['requests'] for name in r['cookies'])
        lineage = [k for k in self.rows('cookie_lineage') if k['set_exchange_id'] is not None]
        self.assertEqual([(k['name'], k['ended'], k['never_returned_because']) for k in sorted(lineage, key=lambda k: (k['name'], k['set_exchange_id']))],
                         [('admin', None, 'path'), ('foreign', None, 'domain'), ('secret', None, 'secure'), ('short', 'expired', 'expiry'),
                          ('sid', 'replaced', None), ('sid', 'deleted', None)])
        self.assertEqual(sum(k['uses'] for k in lineage if k['name'] == 'sid'), uses['sid'])
        unset = [k for k in self.rows('cookie_lineage') if k['set_exchange_id'] is None]
        self.assertEqual([(k['name'], k['uses']) for k in unset], [('given', 1), ('given', 1)])
        self.assertEqual([(k['name'], k['cookies']) for k in self.rows('repeated_cookies')], [('given', 2)])


class Gateway(Recording):
    name = 'gateway'

    def test_causes_are_the_faults_of_the_servers(self):
        causes = {'reset': 'reset', 'closed': 'closed', 'silent': 'silent', 'refused': 'refused', 'nobody': 'silent', 'failing': 'answered'}
        told = [(a['target'].split('/')[1], a['status'], causes[a['target'].split('/')[1]]) for a in self.expected['answers'] if a['status'] > 500]
        errors = [e for e in self.rows('error_causes') if e['server_port'] == 80]
        found = [(e['path'].split('/')[1], e['status'], e['cause']) for e in errors if e['status'] > 500]
        self.assertEqual(sorted(found), sorted(told))
        self.assertEqual(len(told), 6)
        how = {e['path'].split('/')[1]: e['matched_by'] for e in errors if e['status'] > 500}
        self.assertEqual(how, {'reset': 'request', 'closed': 'request', 'silent': 'request', 'refused': 'connection', 'nobody': 'connection',
                               'failing': 'x-request-id'})

    def test_the_connections_are_those_that_nginx_names(self):
        ports = {a['target'].split('/')[1]: a['upstream'] for a in self.expected['answers']}
        places = {c['id']: '%s:%d' % (c['server_ip'], c['server_port']) for c in self.rows('connections')}
        for error in self.rows('error_causes'):
            if error['server_port'] == 80 and error['status'] > 500:
                self.assertEqual(places[error['upstream_connection_id']], ports[error['path'].split('/')[1]])

    def test_a_bad_request_shows_what_was_wrong(self):
        self.assertEqual([a['status'] for a in self.expected['answers']].count(400), 1)
        self.assertEqual([e['detail'] for e in self.rows('error_causes') if e['status'] == 400], ['http1.host.repeated'])


if __name__ == '__main__':
    with tempfile.TemporaryDirectory() as folder:
        if ANEW:
            record_anew(('meaning.sh', 'gateway.sh'), folder)
            RECORDED = Path(folder)
        unittest.main(argv=sys.argv[:1])
