"""Our samples recorded anew by a clock that is set back, or on, in their midst: the same rows, none of which lasted less than
no time, and the step is told.

    clock_steps_test.py PROGRAM
"""
import contextlib
import sqlite3
import sys
import tempfile
import unittest
from pathlib import Path

from longwire import SAMPLES, analyze
from pcap_packets import Packets

PROGRAM = sys.argv[1]
# Seconds. Few are no whole number: probes come in whole seconds, and one at the time of that before is taken for the same, captured twice.
STEPS = (-3600, -2.3, 3600)
BY_TIME = ('sqlite_stat1',)


class ClockSteps(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)

    def database(self, capture, name, options):
        path = self.folder / f'{name}.db'
        analyze(PROGRAM, capture, path, *options)
        with contextlib.closing(sqlite3.connect(f'file:{path}?mode=ro', uri=True)) as connection:
            tables = {table: [column[1] for column in connection.execute(f'PRAGMA table_xinfo("{table}")')]
                      for table, in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
            counts = {table: connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] for table in tables}
            negative = [(table, column, value) for table, columns in tables.items() for column in columns if column.endswith('_ns')
                        for value, in connection.execute(f'SELECT "{column}" FROM "{table}" WHERE "{column}" < 0 LIMIT 3')]
            counts['anomalies'] = connection.execute("SELECT count(*) FROM anomalies WHERE code <> 'capture.clock'").fetchone()[0]
            told = connection.execute("SELECT frame FROM anomalies WHERE code = 'capture.clock'").fetchall()
        return counts, negative, told

    def test_the_same_rows_and_no_negative_time(self):
        for sample in SAMPLES:
            if sample.suffix != '.pcap':
                continue
            keys = sample.with_suffix('.keys')
            options = ['--keylog', str(keys)] if keys.exists() else []
            packets = Packets(sample)
            before, _, told = self.database(sample, 'whole', options)
            self.assertEqual(told, [])
            for step in STEPS:
                for part in (3, 5, 7):
                    with self.subTest(sample.name, step=step, at=f'{part} tenths'):
                        at = len(packets.all) * part // 10
                        stepped = [p if n < at else packets.later(p, step) for n, p in enumerate(packets.all)]
                        packets.write(self.folder / 'stepped.pcap', stepped)
                        counts, negative, told = self.database(self.folder / 'stepped.pcap', 'stepped', options)
                        self.assertEqual({t: (counts[t], before[t]) for t in counts if counts[t] != before[t] and t not in BY_TIME}, {})
                        self.assertEqual(negative, [])
                        self.assertEqual(told, [(at + 1,)] if step < 0 else [])


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
