# What gc.DEBUG_STATS and gc.DEBUG_COLLECTABLE show on sys.stderr.
import gc
import io
import re
import sys

gc.disable()
gc.collect()


def shown(flags, generation):
    out, sys.stderr = io.StringIO(), None
    sys.stderr = out
    gc.set_debug(flags)
    gc.collect(generation)
    gc.set_debug(0)
    sys.stderr = sys.__stderr__
    return out.getvalue().splitlines()


def cycle():
    l = []
    l.append(l)


stats = [
    r"gc: collecting generation %d\.\.\.",
    r"gc: objects in each generation: \d+ \d+ \d+",
    r"gc: objects in permanent generation: 0",
    r"gc: done, %d unreachable, 0 uncollectable, \d+\.\d{4}s elapsed",
]
for generation in range(3):
    cycle()
    lines = shown(gc.DEBUG_STATS, generation)
    want = [stats[0] % generation, stats[1], stats[2], stats[3] % 1]
    assert len(lines) == 4 and all(map(re.fullmatch, want, lines)), lines
cycle()
lines = shown(gc.DEBUG_COLLECTABLE, 2)
assert len(lines) == 1 and re.fullmatch("gc: collectable <list 0x[0-9a-f]+>", lines[0]), lines
assert shown(0, 2) == []
print("ok")
