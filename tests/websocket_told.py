"""What the database says of WebSockets, compared with what both ends logged (samples/record/push/told.py)."""
import collections
import hashlib

CUT = (1006, 1005)  # what an end says where it got no Close frame (RFC 6455 section 7.1.5); 1005 where a FIN came first


class WebSocketsAsTold:
    """For a TestCase: self.rows and self.told, the latter as [{"server_port", "path", ...}]."""

    def find(self):
        ports = {c['id']: c['server_port'] for c in self.rows('connections')}
        self.key = {e['id']: (ports[e['connection_id']], e['path']) for e in self.rows('http_exchanges')}
        self.sockets = {self.key[w['exchange_id']]: w for w in self.rows('websockets')}
        self.lives = {self.key[v['websocket_id']]: v for v in self.rows('websocket_lifetimes')}
        self.messages = collections.defaultdict(list)
        for m in sorted(self.rows('websocket_messages'), key=lambda m: m['id']):
            self.messages[self.key[m['websocket_id']]].append(m)

    def each(self):
        self.find()
        opened = {(t['server_port'], t['path']): t for t in self.told if 'version' in t}
        self.assertEqual(set(self.sockets), set(opened))
        return opened.items()

    def check_messages(self):
        """Every message is there, in order, and is what was sent, byte for byte."""
        for key, told in self.each():
            for side in ('client', 'server'):
                found = [m for m in self.messages[key] if m['from_client'] == (side == 'client') and m['opcode'] in ('text', 'binary')]
                content = lambda m: m['payload'].encode() if m['opcode'] == 'text' else bytes.fromhex(m['payload'])
                self.assertEqual([[m['opcode'], m['bytes'], hashlib.sha256(content(m)).hexdigest()[:16]] for m in found
                                  if m['valid_utf8'] is not None or m['opcode'] == 'binary'], told[side], key)
                self.assertEqual((self.sockets[key][side + '_messages'], self.sockets[key]['complete']), (len(found), 1), key)

    def check_handshakes(self, over_http2):
        """`over_http2`: ports."""
        for key, told in self.each():
            found = self.sockets[key]
            on_stream = key[0] in over_http2
            self.assertEqual((found['version'], found['accept_valid'], found['stream_id'] is not None), (told['version'], None if on_stream else 1, on_stream), key)
            self.assertEqual((found['extensions'] or '').split(';')[0] or None, (told['extensions'] or '').split(';')[0] or None, key)
            for name in ('origin', 'subprotocol'):
                if name in told:
                    self.assertEqual(found[name], told[name], key)

    def check_compression(self):
        for key, told in self.each():
            compressed = {m['compressed'] for m in self.messages[key] if m['opcode'] in ('text', 'binary') and m['bytes']}
            self.assertLessEqual(compressed, {int(told['extensions'] is not None)}, key)

    def check_pings(self):
        for key, told in self.each():
            pings = [m for m in self.messages[key] if m['opcode'] == 'ping']
            self.assertEqual([sum(m['from_client'] == who for m in pings) for who in (1, 0)], [told['pings'], told['server_pings']], key)
            answers = {m['answers_id']: m for m in self.messages[key] if m['opcode'] == 'pong' and m['answers_id'] is not None}
            self.assertEqual(set(answers), {m['id'] for m in pings}, key)
            self.assertTrue(all(answers[m['id']]['payload'] == m['payload'] and answers[m['id']]['rtt_ns'] >= 0 for m in pings), key)

    def check_ends(self):
        """The code and reason of the first Close frame are those that the other end got; without one both say that it is lost."""
        for key, told in self.each():
            found = self.lives[key]
            if found['end_cause'] == 'close':
                saw = told['server_saw' if found['closed_by'] == 'client' else 'client_saw']
                self.assertEqual([found['close_code'], found['close_reason']], saw, key)
            elif 'server_saw' in told:
                self.assertIn(told['server_saw'][0], CUT, key)
                self.assertIsNone(found['close_code'], key)
