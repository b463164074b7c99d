"""A TCP proxy on the loopback that writes what goes through it as a pcap file: real peers recorded without being root.

    with RecordingProxy(server_port, 'talk.pcap') as proxy:
        subprocess.run(['openssl', 's_client', '-connect', 'localhost:%d' % proxy.port], ...)

Each connection stands in the file as a client of its own, 192.0.2.1 and the port it came from, and the server
198.51.100.1 at `as_port`: handshake, data as it was relayed, both FINs. Times are those of relaying. The file is whole once
the block is left.
"""
import ipaddress
import socket
import struct
import threading
import time

CLIENT, SERVER = ipaddress.ip_address('192.0.2.1').packed, ipaddress.ip_address('198.51.100.1').packed  # RFC 5737
LINKTYPE_RAW = 101
FIN, SYN, PSH, ACK = 1, 2, 8, 16
SEGMENT = 1460  # bytes of payload


class Side:
    def __init__(self, address, port, connection):
        self.address, self.port = address, port
        self.next = (1000 + (connection << 24)) % 2**32  # sequence number: another first one where a port comes again


class Recording:
    """The pcap file; any thread may write."""

    def __init__(self, path):
        self.file = open(path, 'wb')
        self.file.write(struct.pack('<IHHiIII', 0xa1b23c4d, 2, 4, 0, 0, 262144, LINKTYPE_RAW))  # nanoseconds
        self.lock = threading.Lock()

    def segment(self, sender, receiver, flags, payload=b''):
        with self.lock:
            tcp = struct.pack('>HHIIBBHHH', sender.port, receiver.port, sender.next, receiver.next if flags & ACK else 0, 5 << 4, flags,
                              65535, 0, 0) + payload
            ip = struct.pack('>BBHHHBBH', 0x45, 0, 20 + len(tcp), 0, 0x4000, 64, socket.IPPROTO_TCP, 0) + sender.address + receiver.address
            now = time.time_ns()
            self.file.write(struct.pack('<IIII', now // 10**9, now % 10**9, len(ip + tcp), len(ip + tcp)) + ip + tcp)
            sender.next = (sender.next + len(payload) + (flags & (SYN | FIN) != 0)) % 2**32

    def data(self, sender, receiver, payload):
        for at in range(0, len(payload), SEGMENT):
            self.segment(sender, receiver, ACK | PSH, payload[at:at + SEGMENT])


class RecordingProxy:
    def __init__(self, server_port, path, as_port=443):
        self.server_port, self.as_port = server_port, as_port
        self.recording = Recording(path)
        self.threads, self.sockets = [], []
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        self.accepting = threading.Thread(target=self.accept_all)
        self.accepting.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.accepting.join()
        for thread in self.threads:
            thread.join()
        for each in (self.listener, *self.sockets):
            each.close()
        self.recording.file.close()

    def accept_all(self):
        while True:
            try:
                near, (_, port) = self.listener.accept()
            except OSError:
                return
            far = socket.create_connection(('127.0.0.1', self.server_port))
            self.sockets += near, far
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = len(self.sockets) // 2
            client, server = Side(CLIENT, port, connection), Side(SERVER, self.as_port, connection)
            self.recording.segment(client, server, SYN)
            self.recording.segment(server, client, SYN | ACK)
            self.recording.segment(client, server, ACK)
            for ends in ((near, client, far, server), (far, server, near, client)):
                self.threads.append(threading.Thread(target=self.relay, args=ends))
                self.threads[-1].start()

    def relay(self, source, sender, target, receiver):
        """One direction, until its end; written down before it is passed on, so that no answer stands before its question."""
        try:
            while payload := source.recv(65536):
                self.recording.data(sender, receiver, payload)
                target.sendall(payload)
        except OSError:  # a side that is gone: what the other one sent is told all the same
            pass
        self.recording.segment(sender, receiver, FIN | ACK)
        try:
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass
