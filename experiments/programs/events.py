"""Event simulation: a network of queues; most events and packets die young, a window of them lives on a heap."""

import heapq
import random
import sys

# size: (stations, packets in flight, events handled)
SIZES = {"S": (10, 1_500, 6_000), "M": (60, 30_000, 330_000), "L": (400, 560_000, 700_000)}


class Packet:
    """Travels from station to station; carries the path it took."""

    def __init__(self, number, source, target, born):
        self.number = number
        self.source = source
        self.target = target
        self.born = born
        self.hops = 0
        self.path = (source,)


class Event:
    """Something that happens at a time; ties are broken by sequence number."""

    def __init__(self, time, sequence, station, packet):
        self.time = time
        self.sequence = sequence
        self.station = station
        self.packet = packet

    def __lt__(self, other):
        if self.time != other.time:
            return self.time < other.time
        return self.sequence < other.sequence


class Station:
    """A server with neighbours; counts what passes."""

    def __init__(self, number):
        self.number = number
        self.neighbours = []
        self.busy_until = 0
        self.handled = 0
        self.waited = 0

    def route(self, target, rng):
        if target in self.neighbours:
            return target
        return self.neighbours[rng.randrange(len(self.neighbours))]


class Network:
    """The simulation: stations, the heap of events and the totals."""

    def __init__(self, stations, rng):
        self.rng = rng
        self.stations = [Station(number) for number in range(stations)]
        self.queue = []
        self.sequence = 0
        self.packets = 0
        self.delivered = 0
        self.check = 0
        for station in self.stations:
            steps = {1, 2, 3 + station.number % 4}
            station.neighbours = [(station.number + step) % stations for step in sorted(steps)]

    def schedule(self, time, station, packet):
        self.sequence += 1
        heapq.heappush(self.queue, Event(time, self.sequence, station, packet))

    def launch(self, now):
        count = len(self.stations)
        source = self.rng.randrange(count)
        target = (source + 1 + self.rng.randrange(count - 1)) % count
        self.packets += 1
        self.schedule(now + self.rng.randrange(1, 1000), source, Packet(self.packets, source, target, now))

    def step(self):
        event = heapq.heappop(self.queue)
        station = self.stations[event.station]
        packet = event.packet
        start = max(event.time, station.busy_until)
        station.waited += start - event.time
        station.busy_until = start + 2
        station.handled += 1
        if station.number == packet.target or packet.hops >= 12:
            self.delivered += 1
            self.check = (self.check * 33 + start - packet.born + sum(packet.path)) & 0xFFFFFFFF
            self.launch(event.time)
            return
        packet.hops += 1
        following = station.route(packet.target, self.rng)
        packet.path += (following,)
        self.schedule(start + 2 + self.rng.randrange(20), following, packet)


def main():
    size = sys.argv[1] if len(sys.argv) > 1 else "S"
    if size not in SIZES:
        raise SystemExit("usage: events.py S|M|L")
    stations, packets, events = SIZES[size]
    network = Network(stations, random.Random(20_24))
    for _ in range(packets):
        network.launch(0)
    for _ in range(events):
        network.step()
    busiest = max(network.stations, key=lambda station: (station.handled, -station.number))
    print("launched", network.packets, "delivered", network.delivered)
    print("busiest", busiest.number, "handled", busiest.handled)
    print("waited", sum(station.waited for station in network.stations))
    check = network.check
    for event in network.queue:
        check = (check * 31 + event.time + event.packet.number) & 0xFFFFFFFF
    print("checksum", check)


if __name__ == "__main__":
    main()
