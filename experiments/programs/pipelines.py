"""Generator pipelines: rows flow through chained generators; at M and L many suspended generators live side by side."""

import itertools
import sys

# size: (rows through the long pipeline, generators alive at once, rounds over them)
SIZES = {"S": (1_000, 900, 3), "M": (600_000, 70_000, 70), "L": (60_000, 920_000, 2)}


def source(amount):
    state = 99
    for number in range(amount):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        yield "%d;%s;%d" % (number, "abcdefgh"[(state >> 10) % 8], (state >> 13) % 1000)


def parse(lines):
    for line in lines:
        number, kind, amount = line.split(";")
        yield {"number": int(number), "kind": kind, "amount": int(amount)}


def only(rows, kinds):
    return (row for row in rows if row["kind"] in kinds)


def windows(rows, width):
    """Sliding windows as tuples."""
    window = ()
    for row in rows:
        window += (row["amount"],)
        if len(window) > width:
            window = window[1:]
        if len(window) == width:
            yield row, window


def smoothed(pairs):
    for row, window in pairs:
        yield {**row, "mean": sum(window) / len(window), "top": max(window)}


def batched(rows, width):
    rows = iter(rows)
    while batch := list(itertools.islice(rows, width)):
        yield batch


def running(rows):
    """A coroutine-like stage: yields totals, is told to reset."""
    total = 0
    for row in rows:
        total += row["amount"]
        if (yield total):
            total = 0


def walk(counter):
    """One of many long-lived generators: remembers a few locals."""
    position, step, bounces = counter % 97, 1 + counter % 5, 0
    while True:
        position += step
        if position > 100 or position < 0:
            step = -step
            bounces += 1
        yield position * 8 + bounces


def chain(depth, leaf):
    """Delegation through several frames."""
    if depth == 0:
        yield from leaf
        return len(leaf)
    got = yield from chain(depth - 1, leaf)
    return got + 1


def merge(*streams):
    """Merges ordered streams of ints."""
    heads = [(value, index) for index, stream in enumerate(streams) if (value := next(stream, None)) is not None]
    while heads:
        value, index = least = min(heads)
        yield value
        heads.remove(least)
        if (following := next(streams[index], None)) is not None:
            heads.append((following, index))


def counted(iterator, totals, name):
    for item in iterator:
        totals[name] = totals.get(name, 0) + 1
        yield item


def main():
    size = sys.argv[1] if len(sys.argv) > 1 else "S"
    if size not in SIZES:
        raise SystemExit("usage: pipelines.py S|M|L")
    rows, alive, rounds = SIZES[size]
    check, totals = 0, {}
    stream = counted(parse(source(rows)), totals, "parsed")
    stream = counted(smoothed(windows(only(stream, "aceg"), 5)), totals, "smoothed")
    for batch in batched(stream, 50):
        totals["batches"] = totals.get("batches", 0) + 1
        for row in batch:
            check = (check * 31 + int(row["mean"] * 10) + row["top"]) & 0xFFFFFFFF
    for name, amount in totals.items():
        print(name, amount)
    stage = running(parse(source(rows // 2)))
    value, resets = next(stage), 0
    while True:
        full = value > 5000
        resets += full
        try:
            value = stage.send(full)
        except StopIteration:
            break
    print("resets", resets)
    for length, kinds in itertools.groupby(sorted(source(rows // 20), key=len), key=len):
        check = (check * 31 + length * sum(1 for _ in kinds)) & 0xFFFFFFFF
    walkers = [walk(counter) for counter in range(alive)]
    for _ in range(rounds):
        check = (check * 31 + sum(map(next, walkers))) & 0xFFFFFFFF
    for walker in walkers[::2]:
        walker.close()
    check += sum(next(walker, 1) for walker in walkers)
    deep = list(chain(20, list(range(min(rows, 6_000)))))
    merged = list(merge(*(iter(range(k, rows // 4, 3 + k)) for k in range(5))))
    assert merged == sorted(merged)
    print("deep", len(deep), "merged", len(merged), "pairs", sum(1 for a, b in itertools.pairwise(merged) if a == b))
    print("checksum", (check + sum(deep) + sum(merged)) & 0xFFFFFFFF)


if __name__ == "__main__":
    main()
