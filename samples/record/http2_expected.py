"""The logs of HTTP/2 servers as one JSON text: what a reader of the capture must find.

    http2_expected.py NGHTTPD-LOG NGHTTPX-LOG NODE-LOG [STALLS]
    http2_expected.py --spdy LOG

Connections as expected.py tells them; a pushed exchange has the method PUSH before its own. Streams that were reset stand under
`resets`, by the path that was asked for, with the error code. STALLS are those that the slow client logged.
"""
import collections
import json
import re
import sys


def nghttpd(path):
    """[connection, stream, ...] of `nghttpd --verbose`, in the order of the requests."""
    streams, pushed, current = {}, set(), None
    for line in open(path, encoding='utf8', errors='replace'):
        line = re.sub(r'\x1b\[[0-9;]*m', '', line)
        header = re.match(r'\[id=(\d+)\] \[ *[\d.]+\] (send|recv) (\w+) frame <length=(\d+), flags=0x(\w+), stream_id=(\d+)>', line)
        if header:
            connection, way, kind, length, flags, stream = header.groups()
            current = (int(connection), int(stream), way, kind)
            if (way, kind) == ('send', 'DATA'):
                streams[current[:2]]['body'] += int(length)
        field = re.match(r'\[id=(\d+)\] \[ *[\d.]+\] recv \(stream_id=(\d+)\) (:?[^:]+): (.*)', line)
        if field:
            connection, stream, name, value = field.groups()
            streams.setdefault((int(connection), int(stream)), {'body': 0, 'status': None})[name] = value
        promised = re.search(r'promised_stream_id=(\d+)', line)
        if promised and current:
            current = (current[0], int(promised.group(1)), 'send', 'PUSH_PROMISE')
            streams[current[:2]] = {'body': 0, 'status': None}
            pushed.add(current[:2])
        sent = re.match(r' +(:\w+|[\w-]+): (.*)', line)
        if sent and current and current[2] == 'send' and current[3] in ('HEADERS', 'PUSH_PROMISE'):
            name, value = sent.groups()
            own = streams[current[:2]]
            if name == ':status':
                own['status'] = int(value)
            elif current[3] == 'PUSH_PROMISE' and name in (':method', ':path'):
                own[name] = value
    connections = collections.defaultdict(list)
    for key, s in streams.items():
        connections[key[0]].append([('PUSH ' if key in pushed else '') + s[':method'], s[':path'], s['status'], s['body']])
    return [{'server_port': 8080, 'exchanges': exchanges} for _, exchanges in sorted(connections.items())]


def nghttpx(path):
    connections = collections.defaultdict(list)
    for e in map(json.loads, open(path, encoding='utf8')):
        method, target, _ = e['request'].split(' ')
        connections[e['port']].append([method, target, e['status'], e['body']])
    return [{'server_port': 8081, 'exchanges': exchanges} for _, exchanges in sorted(connections.items())]


def spdy(path):
    connections = collections.defaultdict(list)
    for e in sorted(map(json.loads, open(path, encoding='utf8')), key=lambda e: e['ordinal']):
        connections[e['port'], e['connection']].append([e['method'], e['target'], e['status'], e['body']])
    return [{'server_port': port, 'exchanges': exchanges} for (port, _), exchanges in sorted(connections.items())]


def node(path):
    """What nghttpx passed on went over loopback and is not in the capture."""
    connections, resets = collections.defaultdict(list), []
    lines = [e for e in map(json.loads, open(path, encoding='utf8')) if e['peer'] != '127.0.0.1']
    for e in sorted(lines, key=lambda e: e['ordinal']):
        connections[e['connection']].append([e['method'], e['target'], e['status'], e['body']])
        if e['reset']:
            resets.append([e['target'], e['reset']])
    return [{'server_port': 8000, 'exchanges': exchanges} for _, exchanges in sorted(connections.items())], resets


def main(nghttpd_log, nghttpx_log, node_log=None, stalls=None):
    if nghttpd_log == '--spdy':
        told = {'connections': spdy(nghttpx_log)}
    else:
        connections, resets = node(node_log)
        told = {'connections': connections + nghttpd(nghttpd_log) + nghttpx(nghttpx_log), 'resets': resets}
    if stalls:
        told['stalls'] = json.load(open(stalls, encoding='utf8'))
    rows = ',\n  '.join(json.dumps(c) for c in told.pop('connections'))
    print('{"connections": [\n  %s\n]%s}' % (rows, ''.join(',\n%s: %s' % (json.dumps(k), json.dumps(v)) for k, v in told.items())))


main(*sys.argv[1:])
