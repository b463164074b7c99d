"""Real captures of other projects: what the program finds is what tshark found, or the difference has a reason below.

    corpus_test.py PROGRAM [NAME]      NAME: prints the differences of the captures whose path holds it

The captures stand in $LONGWIRE_SHARED/captures (default: ../shared beside the checkout); without them the test is skipped.
INDEX.tsv there names them, truth/ holds what tshark makes of each. Compared are, for each pair of endpoints: connections,
payload bytes of each direction (each byte once), HTTP/1 requests (method, target, host, the frame that completes them) and
response statuses; the frames of TCP keepalive probes and of their answers; and of each first TLS handshake on a connection
what its hellos say (JA3, JA3S and JA4 among it), and the certificates that came in the clear; of HTTP/2 each stream's method,
authority, path and status, and in the clear the frames of each type. Where INDEX.tsv names key logs or RSA keys for a capture,
what is inside TLS is compared, too, and that it was decrypted.
"""
import collections
import concurrent.futures
import csv
import hashlib
import ipaddress
import json
import re
import sys
import tempfile
import unittest
from pathlib import Path

from longwire import SHARED, SKIPPED, Rows, analyze

PROGRAM = sys.argv[1]
ONLY = sys.argv[2] if len(sys.argv) > 2 else None
CAPTURES = SHARED / 'captures'

# Differences that are not ours: {capture: [(pattern of differences, reason)]}. One that no longer shows fails the test too.
KNOWN = {
    'zeek+zeek/testing/btest/Traces/http/methods.pcap': [
        (r'no request .* frame (14|34|108|319|369|419|469|519|569|619)$',
         'the request line has no target, or ends in `HTTP/1.`: no HTTP-version (RFC 9112 section 3), so no request; an anomaly'),
        (r'no request \w+ /HTTP/1.1, Host www.google.com, frame (172|329|379|429|479|529|579|629)$',
         'no space before the version: HTTP/0.9 at best, which has no Host field (RFC 1945 section 4.1)'),
        (r'no request CONNECT /, Host www.google.com, frame 409$',
         'the target of CONNECT is its authority, whatever Host says (RFC 9112 section 3.2.3)'),
    ],
    'zeek+zeek/testing/btest/Traces/vlan-collisions.pcap': [
        (r'no keepalive probe in frame [23][67]$',
         'ACKs captured again on other VLANs, behind a FIN of their sender: older than what was sent since (TSval, the'
         ' acknowledgement number), and within 0.1 ms of a segment of the peer, which starts a keepalive timer anew'),
    ],
    'arkime+arkime/tests/pcap/wireshark-retrans.pcap': [
        (r'no keepalive probe in frame 102$', 'an ACK from before a FIN that was sent twice and not acknowledged yet, captured late'),
    ],
    'zeek+zeek/testing/btest/Traces/http/cooper-grill-dvwa.pcapng': [
        (r'^keepalive (probe in frame 1|answer in frame 2)$',
         'the capture begins with it: its answer acknowledges the number behind, where nothing was sent; tshark does not look back'),
    ],
    'zeek+zeek/testing/btest/Traces/tls/smtp-starttls.pcap': [(r': TLS ', 'STARTTLS: what stands before it is SMTP, which nothing reads')],
    'OISF+suricata-verify/tests/http-gap-simple/input.pcap': [
        (r': 1 responses more$', 'the third answer stands whole behind the hole in the second; tshark stops at the hole'),
    ],
    'OISF+suricata-verify/tests/http-pipeline-files-with-gap/input.pcap': [
        (r': 1 responses more$', 'the third answer stands whole behind the hole in the second; tshark stops at the hole'),
    ],
}


def endpoint(ip, port):
    """One spelling for all: RFC 5952, an IPv4-mapped address as IPv4."""
    address = ipaddress.ip_address(ip)
    return '%s %s' % (getattr(address, 'ipv4_mapped', None) or address, port)


def pair(a, b):
    return tuple(sorted((a, b)))


def visible(text):
    """tshark writes what is not printable ASCII in several ways; what is left is compared."""
    return re.sub(r'\\[0-7]{3}|\\x[0-9a-fA-F]{2}|\\[abfnrtv]|[^\x21-\x7e]', '', text or '')


class Talk:
    """What went on between two endpoints."""

    def __init__(self):
        self.connections = 0
        self.bytes, self.missing = collections.Counter(), collections.Counter()  # by sender
        self.requests = []  # (method, target, host, first frame, last frame)
        self.statuses = collections.Counter()
        self.whole_statuses = 0  # of exchanges that were seen from first to last byte


def told(truth, keys):
    """{pair: Talk} of a truth file, and the pairs that are not compared inside."""
    talks, streams = collections.defaultdict(Talk), {}
    for s in truth['tcp']['streams']:
        ends = [endpoint(*s[role].split(' ')) for role in ('client', 'server')]
        talk = streams[s['id']] = talks[pair(*ends)]
        talk.connections += 1
        for sender, way in zip(ends, ('c2s', 's2c')):
            talk.bytes[sender] += s[way].get('distinct_bytes', 0)
            talk.missing[sender] += s[way].get('missing_bytes', 0)
    encrypted = set() if keys else {c['stream'] for c in (truth.get('tls') or {}).get('connections', [])}
    http = truth.get('http1') or {}
    for e in http.get('requests', []):
        if e['stream'] not in encrypted:
            streams[e['stream']].requests.append((e['method'], visible(e['uri']), visible(e.get('host')).lower(), e['frame'], e['frame']))
    for e in http.get('responses', []):
        if e['stream'] not in encrypted:
            streams[e['stream']].statuses[e['status']] += 1
    tunnels = {id(streams[i]) for i in encrypted}
    return talks, {ends for ends, talk in talks.items() if id(talk) in tunnels}


def found(rows):
    """{pair: Talk} of a database."""
    talks, of_connection = collections.defaultdict(Talk), {}
    for c in sorted(rows('connections'), key=lambda c: c['id']):
        ends = [endpoint(c[role + '_ip'], c[role + '_port']) for role in ('client', 'server')]
        talk = of_connection[c['id']] = talks[pair(*ends)]
        # What follows a close on the same ports without a new SYN is a connection of its own to us, the same one to tshark.
        talk.connections += 0 if talk.connections and c['midstream'] else 1
        for sender, role in zip(ends, ('client', 'server')):
            talk.bytes[sender] += c[role + '_bytes']
            talk.missing[sender] += c[role + '_missing_bytes']
    for e in sorted(rows('http_exchanges'), key=lambda e: e['id']):
        talk = of_connection[e['connection_id']]
        if e['stream_id'] is not None and not e['upgraded_to']:
            continue  # HTTP/2 is compared apart; a request for h2c was one of HTTP/1
        if e['method'] is not None:
            target = e['authority'] if e['method'] == 'CONNECT' else e['path']
            talk.requests.append((e['method'], visible(target), visible(e['authority']).lower(), e['request_first_frame'],
                                  e['request_last_frame']))
        statuses = json.loads(e['interim_statuses'] or '[]') + ([] if e['status'] is None or e['stream_id'] is not None else [e['status']])
        talk.statuses.update(statuses)
        talk.whole_statuses += len(statuses) if e['complete'] else 0
    return talks


def same_target(ours, theirs):
    """tshark shows the target as sent: an absolute-form one (RFC 9112 section 3.2.2) is authority and path to us."""
    method, target, authority = ours[:3]
    host = lambda name: re.sub(r':(80|443)$', '', name)
    return (method == theirs[0] and (target == theirs[1] or re.sub(r'^\w+://[^/?]*', '', theirs[1]) in (target, target[1:]))
            and (not theirs[2] or host(authority) == host(theirs[2]) or '://' in theirs[1]))


def requests_differ(ours, theirs):
    left = list(ours)
    for request in theirs:
        match = next((r for r in left if same_target(r, request)), None)
        if match is None:
            yield 'no request %s %s, Host %s, frame %d' % request[:4]
            continue
        left.remove(match)
        # With segments out of order tshark names the frame that filled the hole or the one behind it.
        if not match[3] <= request[3] <= match[4] + 1:
            yield 'request %s %s ends in frame %d, found %d to %d' % (request[0], request[1], request[3], match[3], match[4])


def keepalive_differs(truth, rows):
    probes = rows('keepalive_probes')
    answers = {p['answer_frame'] for p in probes if p['answer'] == 'ack'}
    for what, key, ours in (('probe', 'keep_alive_frames', {p['frame'] for p in probes}), ('answer', 'keep_alive_ack_frames', answers)):
        theirs = {frame for s in truth['tcp']['streams'] for frame in s.get(key, [])}
        for frame in sorted(theirs - ours):
            yield 'no keepalive %s in frame %d' % (what, frame)
        for frame in sorted(ours - theirs):
            yield 'keepalive %s in frame %d' % (what, frame)


def tls_told(truth):
    """{pair: what the hellos and certificates of each connection say}."""
    ends_of = {s['id']: pair(endpoint(*s['client'].split(' ')), endpoint(*s['server'].split(' '))) for s in truth['tcp']['streams']}
    talks = collections.defaultdict(list)
    for c in (truth.get('tls') or {}).get('connections', []):
        said = c['summary']
        if not said.get('ja3'):
            continue
        version = said['version'] and {0x0300: 'SSL 3.0', 0x0301: 'TLS 1.0', 0x0302: 'TLS 1.1', 0x0303: 'TLS 1.2'}.get(int(said['version'], 16), 'TLS 1.3')
        chains = [] if version == 'TLS 1.3' else [z['sha256'] for m in c.get('certificates', []) for z in m['chain'] if z.get('bytes')]
        alpn = None if version == 'TLS 1.3' else said.get('alpn_selected')
        talks[ends_of[c['stream']]].append((said['ja3'], said.get('ja4'), said.get('ja3s'), said.get('sni') or None, version,
                                            said.get('cipher_name'), alpn, sorted(set(chains))))
    return talks


def tls_found(rows):
    """The same from the database."""
    certificates = {c['id']: c['sha256'] for c in rows('certificates')}
    sent, handshakes = collections.defaultdict(set), collections.defaultdict(list)
    for h in sorted(rows('tls_handshakes'), key=lambda h: h['id']):
        handshakes[h['connection_id']].append(h)
    of_handshake = {h['id']: h['connection_id'] for listed in handshakes.values() for h in listed}
    for t in rows('tls_certificates'):
        sent[of_handshake[t['handshake_id']]].add(certificates[t['certificate_id']])
    talks = collections.defaultdict(list)
    for c in sorted(rows('connections'), key=lambda c: c['id']):
        for h in handshakes[c['id']][:1]:
            ends = pair(*(endpoint(c[role + '_ip'], c[role + '_port']) for role in ('client', 'server')))
            alpn, version = h['alpn'], re.sub(r' \(draft.*', '', h['version'] or '') or None
            talks[ends].append((h['ja3'], h['ja4'], h['ja3s'], h['sni'] or None, version, h['cipher'], alpn, sorted(sent[c['id']])))
    return talks


TLS_FACTS = ('JA3', 'JA4', 'JA3S', 'SNI', 'version', 'cipher', 'ALPN', 'certificates')


def tls_differs(truth, rows):
    ours = tls_found(rows)
    for ends, theirs in sorted(tls_told(truth).items()):
        for n, told in enumerate(theirs):
            have = ours[ends][n] if n < len(ours[ends]) else (None,) * len(TLS_FACTS)
            for fact, a, b in zip(TLS_FACTS, told, have):
                if a and a != b:
                    yield '%s - %s: TLS %s %s, found %s' % (*ends, fact, a, b)


def decryption_differs(truth, rows):
    """Connections with HTTP inside TLS, to tshark with the same keys."""
    ends_of = {s['id']: pair(endpoint(*s['client'].split(' ')), endpoint(*s['server'].split(' '))) for s in truth['tcp']['streams']}
    layers = {pair(*(endpoint(c[role + '_ip'], c[role + '_port']) for role in ('client', 'server'))): c['layers'] for c in rows('connections')}
    http = truth.get('http1') or {}
    plain = {e['stream'] for e in http.get('requests', []) + http.get('responses', [])}
    plain |= {c['stream'] for c in (truth.get('http2') or {}).get('connections', [])}
    for c in (truth.get('tls') or {}).get('connections', []):
        ends = ends_of[c['stream']]
        if c['stream'] in plain and 'tls/http' not in (layers.get(ends) or ''):
            yield '%s - %s: not decrypted' % ends


def http2_differs(truth, rows, keys):
    """Frames that tshark leaves out, because it lost its way in the stream, are no difference."""
    ends_of = {s['id']: pair(endpoint(*s['client'].split(' ')), endpoint(*s['server'].split(' '))) for s in truth['tcp']['streams']}
    ids = collections.defaultdict(set)
    for c in rows('connections'):
        ids[pair(*(endpoint(c[role + '_ip'], c[role + '_port']) for role in ('client', 'server')))].add(c['id'])
    exchanges, connections = rows('http_exchanges'), rows('http2_connections')
    for c in (truth.get('http2') or {}).get('connections', []):
        if c['over_tls'] and not keys:
            continue
        ends = ends_of[c['stream']]
        said = lambda text: '%s - %s: HTTP/2 %s' % (*ends, text)
        have = {e['stream_id']: e for e in exchanges if e['connection_id'] in ids[ends]}
        for s in c['streams']:
            wanted = {k: s[k] for k in ('method', 'authority', 'path', 'status') if s.get(k) is not None}
            found = {k: (have.get(s['id']) or {}).get(k) for k in wanted}
            if wanted != found:
                yield said('stream %d: %s, found %s' % (s['id'], wanted, found))
        if c['over_tls']:
            continue
        counted = collections.Counter()
        for row in connections:
            if row['connection_id'] in ids[ends]:
                for types in json.loads(row['frames']).values():
                    counted.update(types)
        for kind, n in c['frames'].items():  # to tshark SETTINGS are with their acknowledgements, and these once more
            if not kind.endswith('_ACK') and not kind.isdigit() and counted[kind] < n:
                yield said('%d %s frames, found %d' % (n, kind, counted[kind]))


def differences(truth, rows, keys):
    if sum(c['packets'] for c in rows('captures')) != truth['capture']['packets']:
        yield 'packets'
    yield from keepalive_differs(truth, rows)
    yield from tls_differs(truth, rows)
    yield from http2_differs(truth, rows, keys)
    if keys:
        yield from decryption_differs(truth, rows)
    expected, tunnels = told(truth, keys)
    have = found(rows)
    for ends in sorted(set(have) - set(expected)):
        yield 'connection %s - %s' % ends
    cut = truth['capture'].get('truncated_packets', 0) > 0
    for ends, theirs in sorted(expected.items()):
        ours = have.get(ends, Talk())
        said = lambda text: '%s - %s: %s' % (*ends, text)
        if ours.connections != theirs.connections:
            yield said('%d connections, found %d' % (theirs.connections, ours.connections))
        for sender, count in theirs.bytes.items():
            # tshark counts the bytes of cut packets as if they had been captured
            right = ours.bytes[sender] <= count <= ours.bytes[sender] + ours.missing[sender] if cut else ours.bytes[sender] == count
            if not right:
                yield said('%d bytes from %s, found %d (missing %d)' % (count, sender, ours.bytes[sender], ours.missing[sender]))
        if ends in tunnels:
            continue
        for difference in requests_differ(ours.requests, theirs.requests):
            yield said(difference)
        for status, n in sorted((theirs.statuses - ours.statuses).items()):
            yield said('%d responses %d too few' % (n, status))
        more = ours.whole_statuses - sum(theirs.statuses.values())
        if theirs.requests and more > 0:
            yield said('%d responses more' % more)


def compared(name, folder):
    truth = json.loads((CAPTURES / 'truth' / (name + '.json')).read_text(encoding='utf8'))
    database = Path(folder) / (hashlib.sha1(name.encode()).hexdigest() + '.db')
    analyze(PROGRAM, CAPTURES / name, database, *KEYS[name])
    with Rows(database) as rows:
        return list(differences(truth, rows, KEYS[name]))


def key_options(keys):
    """'keylog:FILE rsa:FILE psk:HEX' as options; what takes a pre-shared key is not decrypted."""
    for key in keys.split():
        kind, _, file = key.partition(':')
        if kind in ('keylog', 'rsa'):
            yield from ('--keylog' if kind == 'keylog' else '--rsa-key', str(CAPTURES / file))


def names():
    return list(KEYS)


class Corpus(unittest.TestCase):
    maxDiff = None

    def test_what_tshark_found(self):
        with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(2) as pool:
            results = dict(zip(names(), pool.map(lambda name: compared(name, folder), names())))
        self.assertGreater(len(results), 100)
        for name, seen in results.items():
            with self.subTest(name):
                known = [pattern for pattern, _ in KNOWN.get(name, [])]
                self.assertEqual([d for d in seen if not any(re.search(p, d) for p in known)], [], 'differs from tshark')
                self.assertEqual([p for p in known if not any(re.search(p, d) for d in seen)], [], 'does not differ any more')


def tell():
    with tempfile.TemporaryDirectory() as folder:
        for name in names():
            if ONLY in name:
                for difference in compared(name, folder):
                    print('%s: %s' % (name, difference))


if not (CAPTURES / 'INDEX.tsv').exists():
    print('skipped: no captures of other projects in %s' % CAPTURES)
    sys.exit(SKIPPED)
with open(CAPTURES / 'INDEX.tsv', encoding='utf8', newline='') as index:
    KEYS = {row['file']: list(key_options(row['keys'] or '')) for row in csv.DictReader(index, delimiter='\t', quoting=csv.QUOTE_NONE)}
if ONLY is not None:
    tell()
else:
    unittest.main(argv=sys.argv[:1])
