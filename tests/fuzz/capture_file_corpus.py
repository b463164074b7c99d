"""Writes the seeds of capture_file_fuzz: one small file a format and variant.

    python3 tests/fuzz/capture_file_corpus.py tests/fuzz/corpus/capture_file

Each begins with the octet that tells the fuzz target how to cut it.
"""
import gzip
import struct
import sys
from pathlib import Path

DATA = bytes(range(14))


def pcap(order, magic=0xa1b2c3d4, version=(2, 4), network=1, after_header=b'', after_record=b''):
    file = struct.pack(order + 'IHHIIII', magic, *version, 0, 0, 65535, network) + after_header
    for second in range(3):
        data = DATA * (second + 1)
        file += struct.pack(order + 'IIII', second, 7, len(data), len(data) + 4) + after_record + data
    return file


def block(order, kind, body):
    body += bytes(-len(body) % 4)
    return struct.pack(order + 'II', kind, len(body) + 12) + body + struct.pack(order + 'I', len(body) + 12)


def option(order, code, value):
    return struct.pack(order + 'HH', code, len(value)) + value + bytes(-len(value) % 4)


def section(order):
    padded = DATA + bytes(2)
    file = block(order, 0x0a0d0d0a, struct.pack(order + 'IHHq', 0x1a2b3c4d, 1, 0, -1))
    options = b''.join([option(order, 2, b'eth0'), option(order, 9, b'\x09'), option(order, 11, b'\0tcp'), option(order, 13, b'\x04'),
                        option(order, 14, struct.pack(order + 'q', 60)), option(order, 0, b'')])
    file += block(order, 1, struct.pack(order + 'HHI', 1, 0, 64) + options)
    file += block(order, 1, struct.pack(order + 'HHI', 101, 0, 0) + option(order, 9, b'\x8a'))
    file += block(order, 10, struct.pack(order + 'II', 0x544c534b, 5) + b'CLIEN')
    flags = option(order, 2, struct.pack(order + 'I', 2 << 5))
    file += block(order, 6, struct.pack(order + 'IIIII', 0, 1, 2, 14, 14) + padded + flags)
    file += block(order, 6, struct.pack(order + 'IIIII', 1, 1, 2, 14, 1400) + padded)
    file += block(order, 3, struct.pack(order + 'I', 14) + padded)
    file += block(order, 2, struct.pack(order + 'HHIIII', 1, 9, 1, 2, 14, 14) + padded)
    file += block(order, 0xbad, struct.pack(order + 'I', 32473) + DATA)
    file += block(order, 4, bytes(4))
    file += block(order, 5, struct.pack(order + 'III', 0, 1, 2) + option(order, 4, bytes(8)) + option(order, 5, bytes(8)))
    return file


def snoop():
    file = b'snoop\0\0\0' + struct.pack('>II', 2, 4)
    for second in range(3):
        file += struct.pack('>IIIIII', 60, 14, 40, second, second, 7) + DATA + bytes(2)
    return file


SEEDS = {
    'pcap-le': pcap('<'), 'pcap-be': pcap('>'), 'pcap-ns': pcap('<', 0xa1b23c4d), 'pcap-empty': pcap('<')[:24],
    'pcap-kuznetzov': pcap('>', 0xa1b2cd34, after_record=bytes(8)), 'pcap-ixia': pcap('<', 0x1c0001ac, after_header=bytes(4)),
    'pcap-2.2': pcap('<', version=(2, 2)), 'pcap-2.3': pcap('<', version=(2, 3)), 'pcap-aix': pcap('>', version=(2, 2), network=6),
    'pcap-fcs': pcap('<', network=0x24000001), 'pcap-cut': pcap('<')[:-5], 'pcap-lying': pcap('<') + struct.pack('<IIII', 0, 0, 1 << 31, 0),
    'pcapng-le': section('<'), 'pcapng-be': section('>'), 'pcapng-both': section('<') + section('>'), 'pcapng-cut': section('<')[:-7],
    'pcapng-lying': section('<') + struct.pack('<III', 6, 0, 0), 'pcapng-stranger': section('<') + block('<', 6, struct.pack('<IIIII', 9, 0, 0, 0, 0)),
    'gzip': gzip.compress(pcap('<'), mtime=0), 'gzip-twice': 2 * gzip.compress(pcap('<'), mtime=0), 'snoop': snoop(), 'snoop-lying': snoop() + struct.pack('>IIIIII', 60, 60, 30, 0, 0, 0), 'unknown': b'GET / HTTP/1.1\r\n\r\n',
}

if __name__ == '__main__':
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for number, (name, file) in enumerate(SEEDS.items()):
        (folder / name).write_bytes(bytes([number]) + file)
