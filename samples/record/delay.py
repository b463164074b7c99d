"""A long wire: what enters one interface leaves the other some time later, in both directions.

    delay.py INTERFACE INTERFACE SECONDS
"""
import collections
import select
import socket
import sys
import time

FIRST, SECOND, DELAY = sys.argv[1], sys.argv[2], float(sys.argv[3])
EVERYTHING = 3  # ETH_P_ALL
LONGEST = 65536  # bytes of a frame

ends = [socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(EVERYTHING)) for _ in range(2)]
for end, interface in zip(ends, (FIRST, SECOND)):
    end.bind((interface, 0))
under_way = collections.deque()  # (when it arrives, the end it leaves by, frame)
while True:
    wait = max(0, under_way[0][0] - time.monotonic()) if under_way else None
    for end in select.select(ends, [], [], wait)[0]:
        frame, (_, _, kind, *_) = end.recvfrom(LONGEST)
        if kind != socket.PACKET_OUTGOING:  # our own
            under_way.append((time.monotonic() + DELAY, ends[1 - ends.index(end)], frame))
    while under_way and under_way[0][0] <= time.monotonic():
        _, end, frame = under_way.popleft()
        end.send(frame)
