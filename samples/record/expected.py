"""The servers' own logs as one JSON text: what a reader of the capture must find.

    expected.py ACCESS_LOG APP_LOG

Each connection is the list of its exchanges in order: [method, target, status, body bytes], where body bytes is null if
the server counted chunk framing or a 100 (Continue) with it. What nginx passed on to app.py went over loopback and is not in the capture.
"""
import collections
import json
import sys


def main(*paths):
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
    print('{"connections": [\n  %s\n]}' % rows)


main(*sys.argv[1:])
