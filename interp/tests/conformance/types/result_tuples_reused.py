# zip, enumerate and dict items may fill one tuple again and again, but never one that a program can still see.
import gc


def sources():
    d = {i: str(i) for i in range(6)}
    yield 'zip2', lambda: zip(range(6), 'abcdef')
    yield 'zip3', lambda: zip(range(6), 'abcdef', [None] * 6)
    yield 'zip4', lambda: zip(range(6), 'abcdef', [None] * 6, range(6))
    yield 'strict', lambda: zip(range(6), 'abcdef', strict=True)
    yield 'enumerate', lambda: enumerate('abcdef')
    yield 'big', lambda: enumerate('abcdef', 2**63 - 3)
    yield 'items', lambda: d.items()
    yield 'reversed', lambda: reversed(d.items())


for name, make in sources():
    # All kept.
    kept = list(make())
    assert len({id(t) for t in kept}) == len(kept) == 6, name
    assert len(set(kept)) == 6
    # Some kept, in a loop that drops the others.
    some = []
    for n, t in enumerate(make()):
        if n % 2: some.append(t)
    assert some == kept[1::2], name
    # The first kept, the last kept.
    it = iter(make())
    first = next(it)
    for t in it: pass
    assert first == kept[0] and t == kept[-1], name
    # Unpacked in the loop.
    firsts = [a for a, *_ in make()]
    assert firsts == [t[0] for t in kept]
    # Kept by a frame, a closure, a generator.
    def hold(t): return lambda: t
    assert [h() for h in [hold(t) for t in make()]] == kept
    def gen():
        for t in make(): yield t
    g = gen()
    a = next(g)
    b = next(g)
    assert (a, b) == tuple(kept[:2])
    # As keys: the hash belongs to the items.
    assert {t: n for n, t in enumerate(make())} == {t: n for n, t in enumerate(kept)}

# An iterator that runs itself while it makes its tuple.
class Nested:
    def __init__(self): self.n = 0; self.seen = []
    def __iter__(self): return self
    def __next__(self):
        self.n += 1
        if self.n > 6: raise StopIteration
        if self.n in (2, 4): self.seen.append(next(self.outer, None))
        return self.n

n = Nested()
n.outer = zip(n, 'abcdefgh')
out = list(n.outer)
assert out == [(1, 'a'), (3, 'c'), (5, 'e'), (6, 'f')], out
assert n.seen == [(3, 'b'), (5, 'd')], n.seen

n = Nested()
n.outer = enumerate(n)
out = []
for t in n.outer: out.append(t)
assert out == [(0, 1), (2, 3), (4, 5), (5, 6)], out
assert n.seen == [(1, 3), (3, 5)], n.seen

# Items die when their turn is over, not later than the next step.
log = []
class D:
    def __init__(self, n): self.n = n
    def __del__(self): log.append(self.n)

def fresh():
    for i in range(4): yield D(i)

for i, d in enumerate(fresh()):
    del d
    gc.collect()
    assert log == list(range(i)), (i, log)
assert log in ([0, 1, 2], [0, 1, 2, 3])

# The tuple of an iterator in a cycle.
def cycle():
    box = []
    z = zip([box] * 3, [box] * 3)
    next(z)
    box.append(z)
for _ in range(10): cycle()
gc.collect()

# Mutation meanwhile.
d = {1: 1, 2: 2}
try:
    for k, v in d.items(): d[k + 10] = v
except RuntimeError as e:
    assert str(e) == 'dictionary changed size during iteration'
else:
    assert False
l = [1, 2, 3]
seen = []
for i, x in enumerate(l):
    seen.append((i, x))
    if x < 6: l.append(x + 3)
assert seen == list(enumerate([1, 2, 3, 4, 5, 6, 7, 8])), seen
print('ok')
