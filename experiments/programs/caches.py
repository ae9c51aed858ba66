"""Dict-heavy caches: LRU by linked nodes, LRU by OrderedDict, LFU, time-bounded and a memo of tuples; constant churn of entries."""

import sys
from collections import OrderedDict

# size: (entries a cache holds, requests)
SIZES = {"S": (1_200, 6_000), "M": (20_000, 400_000), "L": (450_000, 900_000)}


class Link:
    """An entry of the linked LRU cache, in a ring around a sentinel."""

    def __init__(self, key, value):
        self.key = key
        self.value = value
        self.before = self
        self.after = self


class LinkedLru:
    """Least recently used goes first; a dict finds entries, a ring orders them."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.links = {}
        self.ring = Link(None, None)
        self.hits = 0

    def unlink(self, link):
        link.before.after = link.after
        link.after.before = link.before

    def push(self, link):
        ring = self.ring
        link.before, link.after = ring.before, ring
        ring.before.after = link
        ring.before = link

    def get(self, key, make):
        link = self.links.get(key)
        if link is not None:
            self.hits += 1
            self.unlink(link)
            self.push(link)
            return link.value
        if len(self.links) >= self.capacity:
            oldest = self.ring.after
            self.unlink(oldest)
            del self.links[oldest.key]
        link = self.links[key] = Link(key, make(key))
        self.push(link)
        return link.value


class OrderedLru:
    """The same policy on OrderedDict."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.entries = OrderedDict()
        self.hits = 0

    def get(self, key, make):
        entries = self.entries
        if key in entries:
            self.hits += 1
            entries.move_to_end(key)
            return entries[key]
        if len(entries) >= self.capacity:
            entries.popitem(last=False)
        value = entries[key] = make(key)
        return value


class Lfu:
    """Least frequently used goes first: one ordered dict for each frequency."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.values = {}
        self.counts = {}
        self.groups = {1: OrderedDict()}
        self.lowest = 1
        self.hits = 0

    def touch(self, key):
        count = self.counts[key]
        group = self.groups[count]
        del group[key]
        if not group and count > 1:
            del self.groups[count]
        if not group and self.lowest == count:
            self.lowest = count + 1
        self.counts[key] = count + 1
        if count + 1 not in self.groups:
            self.groups[count + 1] = OrderedDict()
        self.groups[count + 1][key] = None

    def get(self, key, make):
        if key in self.values:
            self.hits += 1
            self.touch(key)
            return self.values[key]
        if len(self.values) >= self.capacity:
            while not self.groups.get(self.lowest):
                self.lowest += 1
            victim, _ = self.groups[self.lowest].popitem(last=False)
            del self.counts[victim], self.values[victim]
        value = self.values[key] = make(key)
        self.counts[key] = 1
        self.groups[1][key] = None
        self.lowest = 1
        return value


class Aging:
    """Entries leave when they are too old: sweeps the front of the dict."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.now = 0
        self.entries = {}
        self.hits = 0

    def sweep(self):
        expired = []
        for key, entry in self.entries.items():
            if entry["until"] > self.now:
                break
            expired.append(key)
        for key in expired:
            del self.entries[key]

    def get(self, key, make):
        self.now += 1
        found = self.entries.get(key)
        if found is not None and found["until"] > self.now:
            self.hits += 1
            found["uses"] += 1
            return found["value"]
        self.entries.pop(key, None)
        if self.now % 512 == 0:
            self.sweep()
        self.entries[key] = {"value": make(key), "until": self.now + self.capacity, "uses": 0}
        return self.entries[key]["value"]


def make_value(key):
    return {"key": key, "square": key * key, "label": "item-%d" % key}


def requests(amount, spread):
    """Skewed keys: small ones are asked for often."""
    state = 12345
    for _ in range(amount):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        first = (state >> 8) % spread
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        yield first * ((state >> 8) % spread) // spread


def main():
    size = sys.argv[1] if len(sys.argv) > 1 else "S"
    if size not in SIZES:
        raise SystemExit("usage: caches.py S|M|L")
    capacity, amount = SIZES[size]
    share = capacity // 4
    caches = [LinkedLru(share), OrderedLru(share), Lfu(share), Aging(share)]
    check = 0
    for key in requests(amount, capacity):
        for cache in caches:
            value = cache.get(key, make_value)
        check = (check * 31 + value["square"]) & 0xFFFFFFFF
    for cache in caches:
        print(type(cache).__name__, "hits", cache.hits)
        check = (check * 31 + cache.hits) & 0xFFFFFFFF
    linked, ordered = caches[0], caches[1]
    assert list(linked.links) != [] and linked.hits == ordered.hits
    link, order = linked.ring.after, []
    while link is not linked.ring:
        order.append(link.key)
        link = link.after
    assert order == list(ordered.entries)
    memo = {}
    for a in range(int(capacity**0.5)):
        for b in range(a + 1):
            memo[a, b] = 1 if b in (0, a) else (memo[a - 1, b - 1] + memo[a - 1, b]) % 1_000_003
    print("memo", len(memo))
    print("checksum", (check + sum(memo.values())) & 0xFFFFFFFF)


if __name__ == "__main__":
    main()
