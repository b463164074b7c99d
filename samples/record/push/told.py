"""What the ends of WebSockets logged (websocket.mjs, websocket_http2.mjs, browser.mjs), as the JSON that tests compare with.

    told.py PORT LOG... [-- PORT LOG...]...      writes {"websockets": [...]}, one for each port and path
"""
import itertools
import json
import sys


def told(logs):
    """{path: what both ends know}, from the files that they wrote."""
    sockets = {}
    for log in logs:
        with open(log, encoding='utf8') as lines:
            for line in map(json.loads, lines):
                if line['path'] is None:
                    continue
                one = sockets.setdefault(line['path'], {'path': line['path'], 'client': [], 'server': [], 'pings': 0, 'server_pings': 0})
                if 'sent' in line:
                    one[line['by']].append(line['sent'])
                one.update(line.get('opened', {}))
                one.update({key: line[key] for key in ('pings', 'server_pings', 'client_saw', 'server_saw', 'status') if key in line})
    return sockets


if __name__ == '__main__':
    groups = [list(words) for end, words in itertools.groupby(sys.argv[1:], lambda word: word == '--') if not end]
    rows = [{'server_port': int(port), **one} for port, *logs in groups for one in told(logs).values()]
    print('{"websockets": [\n  %s\n]}' % ',\n  '.join(json.dumps(row, ensure_ascii=False) for row in rows))
