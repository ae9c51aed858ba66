# What instances take in a CPython, read from its own allocations: cells of 16 bytes, as its allocator rounds up to 512 bytes.
import json, sys, tracemalloc

N = 500


def plain(k):
    body = "\n".join("        self.a%d = None" % i for i in range(k)) or "        pass"
    space = {}
    exec("class Plain:\n    def __init__(self):\n" + body, space)
    return space["Plain"]


def slotted(k):
    return type("Slotted", (), {"__slots__": ["a%d" % i for i in range(k)]})


def blocks(make):
    warm = [make() for _ in range(200)]
    kept = [None] * N
    tracemalloc.start()
    for i in range(N):
        kept[i] = make()
    traces = tracemalloc.take_snapshot().traces
    tracemalloc.stop()
    by_size = {}
    for trace in traces:
        by_size[trace.size] = by_size.get(trace.size, 0) + 1
    sizes = []
    for size, count in sorted(by_size.items()):
        sizes += [size] * round(count / N)
    return sizes


def cells(sizes):
    return sum((size + 15) // 16 * 16 for size in sizes)


row = [cells(blocks(plain(k))) for k in range(9)]
slots = [cells(blocks(slotted(k))) for k in range(9)]
# Words of a plain instance without attributes, the values behind it left out: the largest block, or (3.13 on) the only one.
sizes = blocks(plain(0))
words = {11: lambda: 56 if 56 in sizes else 0, 12: lambda: 48 if 48 in sizes else 0}.get(sys.version_info[1], lambda: max(sizes) - 24)() // 8
print(json.dumps({"row": row, "slots": slots, "words": words}))
