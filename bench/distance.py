"""Puts AWS's Regions at a distance from a client: byte for byte, each connection takes as long as the wire would.

    distance.py PORT < JSON

Listens on port 443 of each address that the JSON on stdin names, {"127.1.0.1": 0.150, …}: the round trip to it in
seconds. Everything goes on to PORT of 127.0.0.1. What is sent arrives half a round trip later, and the first bytes
of a connection one more round trip later: that is what TCP's handshake takes. Prints `ready`, and at SIGTERM, as
JSON, how many connections each address had.
"""

import asyncio
import collections
import json
import signal
import sys


class Wire:
    """One direction of a connection: what is sent arrives in order, and later."""

    def __init__(self, delay):
        self.loop, self.delay = asyncio.get_running_loop(), delay
        self.sent, self.far, self.due = collections.deque(), None, None
        self.opened = self.loop.time()

    def open(self, far):
        """Where the other end is has become known."""
        self.far = far
        self.plan()

    def send(self, content):
        """What is sent; None where it ends."""
        self.sent.append((max(self.loop.time(), self.opened) + self.delay, content))
        self.plan()

    def plan(self):
        if self.sent and self.far and not self.due:
            self.due = self.loop.call_at(self.sent[0][0], self.arrive)

    def arrive(self):
        self.due = None
        while self.sent and self.sent[0][0] <= self.loop.time() + 0.0005:
            _, content = self.sent.popleft()
            if content is None:
                self.far.close()
            elif not self.far.is_closing():
                self.far.write(content)
        self.plan()


class End(asyncio.Protocol):
    """One end of a connection: what comes in here goes out of `wire`."""

    def __init__(self, wire, met):
        self.wire, self.met = wire, met

    def connection_made(self, transport):
        self.met(transport)

    def data_received(self, data):
        self.wire.send(data)

    def connection_lost(self, _):
        self.wire.send(None)


class Distance:
    """An address that is so far away."""

    def __init__(self, port, round_trip):
        self.port, self.round_trip, self.connections = port, round_trip, 0
        self.tasks = set()

    def meet(self):
        there, back = Wire(self.round_trip / 2), Wire(self.round_trip / 2)
        there.opened += self.round_trip

        def met(transport):
            self.connections += 1
            back.open(transport)
            task = asyncio.get_running_loop().create_task(self.go_on(there, back))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

        return End(there, met)

    async def go_on(self, there, back):
        await asyncio.get_running_loop().create_connection(lambda: End(back, there.open), "127.0.0.1", self.port)


async def main():
    port, round_trips = int(sys.argv[1]), json.load(sys.stdin)
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    distances = {address: Distance(port, round_trip) for address, round_trip in round_trips.items()}
    for address, distance in distances.items():
        await loop.create_server(distance.meet, address, 443, backlog=1024)
    print("ready", flush=True)
    await ended.wait()
    print(json.dumps({address: distance.connections for address, distance in distances.items()}))


asyncio.run(main())
