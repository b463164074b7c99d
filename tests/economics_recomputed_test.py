"""What connections cost and were used for, computed once more, from the tables and in another way than the views: each connection
beside each other one.

    economics_recomputed_test.py PROGRAM
"""
import collections
import math
import sys
import tempfile
import unittest
from pathlib import Path

from longwire import SAMPLES, Rows, analyze

PROGRAM = sys.argv[1]
NEVER = float('inf')


class Use:
    """A connection's exchanges for one authority; of TLS without keys its turns, for the name that was asked for."""

    def __init__(self, connection, authority, exchanges, of_all, database):
        self.connection, self.authority, self.exchanges = connection, authority, exchanges
        self.encrypted = 'persistent' not in exchanges[0]
        self.opened = any(e['ordinal'] == 1 for e in exchanges)
        self.for_websocket = any(e['ordinal'] == 1 and (e.get('upgraded_to') or '').lower() == 'websocket' for e in exchanges)
        self.first_ns = min(e['request_start_ns'] for e in exchanges if e['request_start_ns'] is not None)
        self.whole = not connection['midstream'] and connection['close_kind'] != 'evicted'
        self.spans = self.idle_spans(of_all, database.closed_ns.get(connection['id']))
        tls = database.handshakes.get(connection['id'], [])
        self.paid_ns = None
        if self.opened and connection['handshake_rtt_ns'] is not None:
            ends = [h['end_ns'] for h in tls if h['outcome'] == 'completed']
            established = min(ends) if ends else connection['established_ns'] or self.first_ns
            self.paid_ns = min(established, self.first_ns) - connection['start_ns']
        self.offers = [((h['ja4'] or '__').split('_')[1], h['offered_alpn'] or '[]') for h in tls]
        self.paid_bytes = (180 if ':' in connection['client_ip'] else 120) + sum(database.message_bytes[h['id']] for h in tls)

    def idle_spans(self, of_all, closed_ns):
        """From when to when it was idle, and could have been used."""
        until = closed_ns or (NEVER if self.connection['close_kind'] == 'open' else self.connection['end_ns'])
        reusable = [e for e in self.exchanges if e['response_end_ns'] is not None and (self.encrypted or (e['persistent'] and e['complete'] and e['upgraded_to'] is None))]
        if any(protocol in (self.connection['layers'] or '') for protocol in ('http2', 'spdy')):
            return [(min(e['response_end_ns'] for e in reusable), until)] if reusable else []
        spans = [(e['request_start_ns'] - e['idle_before_ns'], e['request_start_ns']) for e in self.exchanges if e['idle_before_ns']]
        last = max(self.exchanges, key=lambda e: e['ordinal'])
        if last in reusable and last['ordinal'] == of_all:
            spans.append((last['response_end_ns'], until))
        return spans

    def idle_at(self, at_ns):
        return any(begin < at_ns < end for begin, end in self.spans)


class Database:
    def __init__(self, rows):
        self.connections = {c['id']: c for c in rows('connections')}
        group = lambda table, key: self.grouped(rows(table), key)
        self.exchanges, self.turns = group('http_exchanges', 'connection_id'), group('tls_turns', 'connection_id')
        self.handshakes = group('tls_handshakes', 'connection_id')
        self.message_bytes = collections.Counter()
        for message in rows('tls_messages'):
            self.message_bytes[message['handshake_id']] += message['bytes']
        self.closed_ns = {}
        for event in sorted(rows('tcp_events'), key=lambda e: -e['time_ns']):
            if event['kind'] in ('fin', 'rst'):
                self.closed_ns[event['connection_id']] = event['time_ns']

    @staticmethod
    def grouped(rows, key):
        groups = collections.defaultdict(list)
        for row in rows:
            groups[row[key]].append(row)
        return groups

    def uses(self):
        for i, connection in self.connections.items():
            if self.exchanges[i]:
                folded = lambda e: {**e, 'folded': e['authority'] and e['authority'].lower()}
                for authority, exchanges in self.grouped(map(folded, self.exchanges[i]), 'folded').items():
                    yield Use(connection, authority, exchanges, connection['exchanges'], self)
            elif self.turns[i]:
                sni = sorted(self.handshakes[i], key=lambda h: h['id'])[0]['sni'] if self.handshakes[i] else None
                yield Use(connection, sni and sni.lower(), self.turns[i], len(self.turns[i]), self)


def recomputed(uses):
    """A row of connection_reuse."""
    counts = sorted(len(u.exchanges) for u in uses if u.whole)
    paid = [u for u in uses if u.paid_ns is not None]
    # A browser offers HTTP/1.1 alone where it wants a WebSocket; by its suites it is the program that offers HTTP/2 elsewhere.
    programs = {suites for u in uses for suites, protocols in u.offers if '"h2"' in protocols}
    in_tls = lambda u: u.encrypted and any(protocols == '["http/1.1"]' and suites in programs for suites, protocols in u.offers)
    avoidable = [u for u in paid if not u.for_websocket and not in_tls(u) and any(other.idle_at(u.connection['start_ns']) for other in uses if other is not u)]
    return {
        'connections': len(uses),
        'exchanges': sum(len(u.exchanges) for u in uses),
        'exchanges_min': counts[0],
        'exchanges_median': (counts[(len(counts) - 1) // 2] + counts[len(counts) // 2]) / 2,
        'exchanges_p95': counts[math.ceil(0.95 * len(counts)) - 1],
        'exchanges_max': max(len(u.exchanges) for u in uses),
        'one_exchange_share': round(counts.count(1) / len(counts), 4),
        'handshake_ms_paid': round(sum(u.paid_ns for u in paid) / 1e6, 3) if paid else None,
        'handshake_bytes_paid': sum(u.paid_bytes for u in paid) if paid else None,
        'handshake_ms_avoidable': round(sum(u.paid_ns for u in avoidable) / 1e6, 3) if paid else None,
        'handshakes_avoidable': len(avoidable) if paid else None,
    }


def most_at_once(connections):
    """At each beginning: how many others had begun, and had not ended."""
    end = lambda c: NEVER if c['close_kind'] == 'open' else c['end_ns']
    return max(sum(c['start_ns'] <= at['start_ns'] < end(c) or c is at for c in connections) for at in connections)


class EconomicsRecomputed(unittest.TestCase):
    def test_each_number(self):
        avoidable = 0
        with tempfile.TemporaryDirectory() as folder:
            for sample in SAMPLES:
                path = Path(folder) / 'sample.db'
                analyze(PROGRAM, sample, path)
                with self.subTest(sample.name), Rows(path) as rows:
                    database = Database(rows)
                    expected = collections.defaultdict(list)
                    for use in database.uses():
                        c = use.connection
                        expected[c['client_ip'], c['server_ip'], c['server_port'], use.authority].append(use)
                    found = {(r['client_ip'], r['server_ip'], r['server_port'], r['authority'] and r['authority'].lower()): r for r in rows('connection_reuse')}
                    self.assertEqual(found.keys(), expected.keys())
                    for pair, uses in expected.items():
                        numbers = recomputed(uses)
                        avoidable += numbers['handshakes_avoidable'] or 0
                        self.assertEqual({name: found[pair][name] for name in numbers}, numbers, pair)
                    pairs = collections.defaultdict(list)
                    for c in database.connections.values():
                        pairs[c['client_ip'], c['server_ip'], c['server_port']].append(c)
                    self.assertEqual({(r['client_ip'], r['server_ip'], r['server_port']): r['connections_max'] for r in rows('concurrency')},
                                     {pair: most_at_once(connections) for pair, connections in pairs.items()})
        self.assertGreater(avoidable, 10)  # else this tests little


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
