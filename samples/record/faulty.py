"""Servers behind a gateway, each with a fault: 8001 none, 8002 resets, 8003 closes, 8004 is silent, 8006 answers with 503."""
import socket
import struct
import threading
import time

OK = b'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n'
BUSY = b'HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 7\r\nConnection: close\r\n\r\n'


def answer(connection, port):
    connection.recv(65536)
    if port == 8002:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    elif port == 8004:
        time.sleep(3)
    elif port != 8003:
        connection.sendall(OK if port == 8001 else BUSY)
    connection.close()


def serve(port):
    listener = socket.create_server(('', port))
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=answer, args=(connection, port), daemon=True).start()


for port in (8002, 8003, 8004, 8006):
    threading.Thread(target=serve, args=(port,), daemon=True).start()
serve(8001)
