"""Rows do not depend on threads, on how a capture reaches the program, or on how the bytes were cut into packets.

    same_rows_test.py PROGRAM TEST...

Runs over our samples, and over the captures of other projects where they are there (see corpus_test.py).
"""
import gzip
import struct
import sys
import tempfile
import unittest
from pathlib import Path

from longwire import HOUSE, SAMPLES, SHARED, Rows, analyze

PROGRAM = sys.argv[1]

FRAMES = {'id', 'connection_id', 'request_first_frame', 'request_last_frame', 'response_first_frame', 'response_last_frame'}


def corpus():
    folder = SHARED / 'captures'
    kinds = ('*.pcap', '*.pcapng', '*.cap', '*.gz', '*.pcap.*')
    return SAMPLES + sorted({p for kind in kinds for p in folder.rglob(kind) if p.is_file() and 'truth' not in p.parts})


def cut_into_bytes(pcap, size):
    """A pcap file of Ethernet, IPv4, TCP with each segment's payload cut into segments of SIZE bytes, FIN with the last."""
    out, at = [pcap[:24]], 24
    while at < len(pcap):
        seconds, fraction, captured, _ = struct.unpack_from('<IIII', pcap, at)
        frame = pcap[at + 16:at + 16 + captured]
        at += 16 + captured
        out += [struct.pack('<IIII', seconds, fraction, len(f), len(f)) + f for f in cut_frame(frame, size)]
    return b''.join(out)


def cut_frame(frame, size):
    if frame[12:14] != b'\x08\x00' or frame[23] != 6:
        return [frame]
    ip_header, total = (frame[14] & 15) * 4, struct.unpack_from('>H', frame, 16)[0]
    tcp = 14 + ip_header
    start = tcp + (frame[tcp + 12] >> 4) * 4
    payload = frame[start:14 + total]
    sequence, flags = struct.unpack_from('>I', frame, tcp + 4)[0], frame[tcp + 13]
    pieces = []
    for i in range(0, len(payload), size):
        piece = payload[i:i + size]
        head = bytearray(frame[:start])
        struct.pack_into('>H', head, 16, start - 14 + len(piece))
        struct.pack_into('>I', head, tcp + 4, (sequence + i) & 0xffffffff)
        if i + size < len(payload):
            head[tcp + 13] = flags & ~1
        pieces.append(bytes(head) + piece)
    return pieces or [frame]


class SameRows(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.database = Path(scratch.name) / 'rows.db'
        self.scratch = Path(scratch.name)

    def everything(self, capture, *options, **more):
        analyze(PROGRAM, capture, self.database, *options, **more)
        with Rows(self.database) as rows:
            return rows.everything()

    def exchanges(self, capture):
        analyze(PROGRAM, capture, self.database)
        with Rows(self.database) as rows:
            return [{k: v for k, v in e.items() if k not in FRAMES} for e in rows('http_exchanges')]

    def test_any_threads(self):
        self.assertGreaterEqual(len(corpus()), 4)
        for capture in corpus():
            with self.subTest(capture.name):
                alone = self.everything(capture, '--threads', '1')
                self.assertEqual(self.everything(capture, '--threads', '4'), alone)

    def test_two_and_three_threads(self):
        for capture in SAMPLES:
            with self.subTest(capture.name):
                alone = self.everything(capture, '--threads', '1')
                for threads in ('2', '3', '16'):
                    self.assertEqual(self.everything(capture, '--threads', threads), alone)

    def test_four_threads(self):
        """For ThreadSanitizer, which ends the program where it sees a race: each sample alone, and other captures sixteen at a time."""
        others = [c for c in corpus() if c not in SAMPLES]
        for captures in [[sample] for sample in SAMPLES] + [others[n:n + 16] for n in range(0, len(others), 16)]:
            with self.subTest(captures[0].name):
                analyze(PROGRAM, captures[0], self.database, '--threads', '4', *map(str, captures[1:]))

    def test_any_way_in(self):
        """As a file, compressed, and through a pipe: all but the names of the capture is the same."""
        sample = HOUSE / 'samples/shop.pcapng'
        packed = self.scratch / 'shop.bin'  # by content, not by name
        packed.write_bytes(gzip.compress(sample.read_bytes()))
        plain = self.everything(sample)
        with open(sample, 'rb') as pipe:
            piped = self.everything('-', stdin=pipe)
        unpacked = self.everything(packed)
        for other in (piped, unpacked):
            self.assertEqual({t: r for t, r in other.items() if t != 'captures'}, {t: r for t, r in plain.items() if t != 'captures'})

    def test_any_cut(self):
        for sample in SAMPLES:
            if sample.suffix != '.pcap':
                continue
            with self.subTest(sample.name):
                cut = self.scratch / sample.name
                # a header block of 16 KB must lie in no more packets than the limit channel.marks
                cut.write_bytes(cut_into_bytes(sample.read_bytes(), 3 if sample.stem == 'http2' else 1))
                self.assertEqual(self.exchanges(cut), self.exchanges(sample))


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1] + ['SameRows.' + name for name in sys.argv[2:]])
