"""The servers' own logs as one JSON text: what a reader of the capture must find.

    expected.py LOG... [--proxy LOG]

Each connection is the list of its exchanges in order: [method, target, status, body bytes], where body bytes is null if
the server counted chunk framing or a 100 (Continue) with it. What nginx passed on to app.py went over loopback and is not in the capture.
Of a proxy's log come the races: each try of a request that its upstream did not answer (a 502 of its own), as [method,
whether it was tried again]; what was passed on under another path keeps only that.
"""
import collections
import json
import sys


def races(path):
    """nginx joins the statuses of several tries with commas, and the upstream's silence is 502 to it."""
    with open(path, encoding='utf8') as log:
        for e in map(json.loads, log):
            tries = e['upstream'].split(', ')
            yield from ([e['method'], i + 1 < len(tries)] for i, status in enumerate(tries) if status == '502')


def main(*paths, proxy=None):
    lines = []
    for path in paths:
        with open(path, encoding='utf8') as log:
            lines += [json.loads(line) for line in log]
    connections = collections.defaultdict(list)
    for e in sorted((e for e in lines if e.get('peer') != '127.0.0.1'), key=lambda e: e['ordinal']):
        body = None if e['coded'] or e['status'] == 499 else e['body']
        connections[e['server'], e['port'], e['connection']].append([e['method'], e['target'], e['status'], body])
    out = [{'server_port': key[1], 'exchanges': exchanges} for key, exchanges in sorted(connections.items())]
    rows = ',\n  '.join(json.dumps(c) for c in out)
    crossed = '' if proxy is None else ',\n"races": %s' % json.dumps(list(races(proxy)))
    print('{"connections": [\n  %s\n]%s}' % (rows, crossed))


logs, _, proxies = ' '.join(sys.argv[1:]).partition(' --proxy ')
main(*logs.split(), proxy=proxies or None)
