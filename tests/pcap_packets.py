"""The packets of a pcap file, to be written again otherwise."""
import struct

BEHIND_LINK = {1: 14, 113: 16, 276: 20}  # bytes of Ethernet's and Linux's two "cooked" headers


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

    def later(self, packet, seconds):
        parts = 10 ** 9 if self.head[:4] in (b'\x4d\x3c\xb2\xa1', b'\xa1\xb2\x3c\x4d') else 10 ** 6
        return *divmod(packet[0] * parts + packet[1] + int(seconds * parts), parts), *packet[2:]

    def of_clients(self, packet):
        return self.ends(packet)[:2] in self.clients

    def write(self, path, packets):
        with open(path, 'wb') as out:
            out.write(self.head)
            for seconds, part, length, kept in packets:
                out.write(struct.pack(self.order + '4I', seconds, part, len(kept), length) + kept)
