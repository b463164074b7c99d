"""Of our samples one direction, the second part, every packet's beginning, or all but some packets: what is found then was there
before, too, or is told of the capture. Nobody is accused of what only was not captured.

    half_the_evidence_test.py PROGRAM
"""
import json
import random
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from longwire import HOUSE, SAMPLES, analyze

PROGRAM = sys.argv[1]
BEHIND_LINK = {1: 14, 113: 16, 276: 20}  # bytes of Ethernet's and Linux's two "cooked" headers

# What is said otherwise where less is known, and rightly so: that a request crossed a close can be seen only where it is known
# how far away the server is; what is not decrypted, for want of bytes, are turns that might have been WebSockets.
OTHERWISE = {
    ('race', 'last two thirds'): {'request_reset'},
    ('browser', 'snapped'): {'handshakes_avoidable'},
}


class Packets:
    """A pcap file, as list of (time, wire length, bytes)."""

    def __init__(self, path):
        data = path.read_bytes()
        self.order = '<' if data[:4] in (b'\xd4\xc3\xb2\xa1', b'\x4d\x3c\xb2\xa1') else '>'
        self.head = data[:24]
        self.link = BEHIND_LINK[struct.unpack(self.order + 'I', data[20:24])[0]]
        self.all, place = [], 24
        while place < len(data):
            seconds, part, kept, length = struct.unpack(self.order + '4I', data[place:place + 16])
            self.all.append((seconds, part, length, data[place + 16:place + 16 + kept]))
            place += 16 + kept
        syns = (self.ends(p) for p in self.all)
        self.clients = {(source, destination) for source, destination, flags in syns if flags & 0x12 == 0x02}

    def ends(self, packet):
        """Addresses with ports, and TCP's flags; of other packets three times nothing."""
        ip = packet[3][self.link:]
        if ip and ip[0] >> 4 == 4 and ip[9] == 6:
            tcp, addresses = (ip[0] & 15) * 4, (ip[12:16], ip[16:20])
        elif ip and ip[0] >> 4 == 6 and ip[6] == 6:
            tcp, addresses = 40, (ip[8:24], ip[24:40])
        else:
            return b'', b'', 0
        return addresses[0] + ip[tcp:tcp + 2], addresses[1] + ip[tcp + 2:tcp + 4], ip[tcp + 13]

    def of_clients(self, packet):
        return self.ends(packet)[:2] in self.clients

    def write(self, path, packets):
        with open(path, 'wb') as out:
            out.write(self.head)
            for seconds, part, length, kept in packets:
                out.write(struct.pack(self.order + '4I', seconds, part, len(kept), length) + kept)


def halves(packets):
    every = packets.all
    dice = random.Random(9110)
    yield 'clients alone', [p for p in every if packets.of_clients(p)]
    yield 'servers alone', [p for p in every if not packets.of_clients(p)]
    yield 'second half', every[len(every) // 2:]
    yield 'last two thirds', every[len(every) // 3:]
    yield 'first half', every[:len(every) // 2]
    yield 'snapped', [p[:3] + (p[3][:120],) for p in every]
    yield 'one in seven missing', [p for n, p in enumerate(every) if n % 7 != 3]
    yield 'some missing', [p for p in every if dice.random() > 0.03]


class HalfTheEvidence(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)

    def found(self, capture, options):
        database = self.folder / 'half.db'
        analyze(PROGRAM, capture, database, *options)
        asked = subprocess.run([PROGRAM, 'query', database, 'SELECT kind, summary FROM findings', '--format', 'json'], capture_output=True, check=True, timeout=60)
        return {f['kind']: f['summary'] for f in json.loads(asked.stdout)}

    def test_nothing_is_found_that_was_not_there(self):
        for sample in SAMPLES:
            if sample.suffix != '.pcap':
                continue
            keys = sample.with_suffix('.keys')
            options = ['--ca-file', str(HOUSE / 'samples/tls.ca.pem')] + (['--keylog', str(keys)] if keys.exists() else [])
            packets = Packets(sample)
            whole = set(self.found(sample, options))
            for what, part in halves(packets):
                with self.subTest(sample.name, of_it=what):
                    packets.write(self.folder / 'half.pcap', part)
                    found = self.found(self.folder / 'half.pcap', options)
                    new = {kind: summary for kind, summary in found.items() if kind not in whole and not kind.startswith('capture_')}
                    self.assertLessEqual(set(new), OTHERWISE.get((sample.stem, what), set()), new)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
