"""Of our samples one direction, the second part, every packet's beginning, or all but some packets: what is found then was there
before, too, or is told of the capture. Nobody is accused of what only was not captured.

    half_the_evidence_test.py PROGRAM
"""
import json
import random
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from longwire import HOUSE, SAMPLES, analyze
from pcap_packets import Packets

PROGRAM = sys.argv[1]

# What is said otherwise where less is known, and rightly so: that a request crossed a close can be seen only where it is known
# how far away the server is; what is not decrypted, for want of bytes, are turns that might have been WebSockets.
OTHERWISE = {
    ('race', 'last two thirds'): {'request_reset'},
    ('browser', 'snapped'): {'handshakes_avoidable'},
}


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
