"""Pauses of the collector with N live objects; prints one line of JSON.

The heap is documents of 100 objects that refer to each other. While a document at a time is replaced, which makes all of it cyclic
garbage, every collection is timed. Then a full collection, and the release of N objects that are linked in a chain. Times are CPU
times: what else the machine does is nobody's pause.
"""

import gc
import json
import sys
import weakref
from time import process_time_ns as now

PER_DOCUMENT = 100


class Document:
    def __init__(self):
        self.nodes = nodes = []
        parent = None
        for i in range(PER_DOCUMENT - 2):
            node = Node(self, parent)
            nodes.append(node)
            if i % 3 == 0:
                parent = node


class Node:
    def __init__(self, document, parent):
        self.document = document
        self.parent = parent
        self.payload = None


class Link:
    def __init__(self, before):
        self.before = before


def resident():
    """Resident bytes now, and at most so far."""
    found = {}
    with open("/proc/self/status") as lines:
        for line in lines:
            name, _, value = line.partition(":")
            if name in ("VmRSS", "VmHWM"):
                found[name] = int(value.split()[0]) * 1024
    return found["VmRSS"], found["VmHWM"]


def full():
    """Nanoseconds per object of a full collection that finds nothing: the best of five."""
    gc.collect()
    times = []
    for _ in range(5):
        start = now()
        gc.collect()
        times.append(now() - start)
    return min(times) / len(gc.get_objects())


def churn(documents, amount):
    """Replaces documents until `amount` objects were made; returns the pauses in nanoseconds."""
    pauses = []
    began = 0

    def callback(phase, info):
        nonlocal began
        if phase == "start":
            began = now()
        else:
            pauses.append(now() - began)

    gc.callbacks.append(callback)
    seed = 1
    for _ in range(amount // PER_DOCUMENT):
        seed = seed * 1103515245 + 12345 & 0x7FFFFFFF
        documents[(seed >> 8) % len(documents)] = Document()
    gc.callbacks.remove(callback)
    return pauses


def release(amount):
    """Nanoseconds to the end of a chain of `amount` objects, and the longest time that nothing else could run."""
    chain = tail = Link(None)
    for _ in range(amount - 1):
        chain = Link(chain)
    tail = weakref.ref(tail)
    last = began = now()
    longest = 0
    del chain
    while True:
        gone = tail() is None
        moment = now()
        if moment - last > longest:
            longest = moment - last
        if gone:
            return moment - began, longest
        last = moment


def main():
    live = int(sys.argv[1])
    gc.disable()
    documents = [Document() for _ in range(live // PER_DOCUMENT)]
    gc.collect()
    before, _ = resident()
    gc.enable()
    began = now()
    pauses = sorted(churn(documents, min(2 * live, 3_000_000)))
    took = now() - began
    gc.disable()
    _, peak = resident()
    result = {
        "pauses": len(pauses),
        "median_ns": pauses[len(pauses) // 2] if pauses else 0,
        "p99_ns": pauses[len(pauses) * 99 // 100] if pauses else 0,
        "longest_ns": pauses[-1] if pauses else 0,
        "in_pauses": sum(pauses) / took,
        "peak": peak / before,
        "full_ns": full(),
    }
    documents.clear()
    gc.collect()
    took, longest = release(live)
    result["release_ns"] = took / live
    result["release_longest_ns"] = longest
    print(json.dumps(result))


main()
