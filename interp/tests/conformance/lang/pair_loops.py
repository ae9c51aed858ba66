# Loops over pairs: enumerations, zips, items of dicts, with targets of all kinds, and what goes wrong in them.
import sys
def run(it):
    out = []
    for a, b in it: out.append((a, b))
    return out
def deep(it):
    out = []
    class O: pass
    o = O(); d = {}
    for o.x, d['k'] in it: out.append((o.x, d['k']))
    return out, sorted(d)
def nested(it):
    return [(i, a, b) for i, (a, b) in it]
def cells(it):
    fs = []
    for a, b in it: fs.append(lambda: (a, b))
    return [f() for f in fs][-1:]
def same(it):
    for a, a in it: pass
    return a
class Bad:
    def __init__(self, n): self.n = n
    def __iter__(self): return self
    def __next__(self):
        self.n -= 1
        if self.n < 0: raise KeyError(self.n)
        return self.n
def gen(n):
    for i in range(n): yield i
for turn in range(40):
    r = [run(enumerate('abc')), run(enumerate([1, 2], 5)), run(enumerate(gen(3), 2**63 - 2)), run(enumerate([7], 10**30)), run(zip('ab', [1, 2, 3])), run(zip([1, 2], gen(9))),
         run({1: 2, 'a': 'b'}.items()), run([(1, 2), [3, 4], 'xy']), run(zip([(1, 2)], [3], strict=True)), run(reversed({1: 2, 3: 4}.items())),
         deep(enumerate('xyz')), deep({5: 6}.items()), nested(enumerate(zip([1, 2], [3, 4]))), cells(zip('ab', 'cd')), same(enumerate('pq')), run(zip()), run(enumerate(())), run({}.items())]
    for it in (zip([1], [2], [3]), zip([1]), zip([1, 2], [3], strict=True), enumerate(Bad(2)), zip(Bad(1), [1, 2]), enumerate(5) if turn < 0 else [3], zip('ab', 5) if turn < 0 else [()]):
        try: r.append(run(it))
        except Exception as e: r.append((type(e).__name__, str(e)))
    d = dict.fromkeys(range(3))
    try:
        for k, v in d.items(): d[k + 10] = 1
    except RuntimeError as e: r.append(str(e))
    e = enumerate([1, 2, 3]); x = []
    for i, j in e:
        x.append((i, j, next(e, None)))
    r.append(x)
    if turn == 0: first = r; print(r)
    assert r == first, (turn, r)
# What a pair held dies when its targets are set again.
log = []
class D:
    def __init__(self, n): self.n = n
    def __del__(self): log.append(self.n)
def deaths():
    for i, d in enumerate(map(D, range(3))): log.append(('at', i))
    del d
for _ in range(30): log.clear(); deaths()
print(log)
# Tracing begins in a loop that runs.
lines = []
def tracer(f, e, a):
    lines.append((e, f.f_lineno - first_line)); return tracer
def traced(n):
    for i, j in enumerate(range(n)):
        if i == n - 2: sys.settrace(tracer); sys._getframe().f_trace = tracer
    sys.settrace(None)
first_line = traced.__code__.co_firstlineno
for n in (40, 4): lines.clear(); traced(n)
print(lines)
print(sum(a * b for a, b in zip(range(100), range(100))), {b: a for a, b in enumerate('abc')}, [a for a, b in {1: 2}.items() if b])
