# Chains of generators that delegate: values pass all levels at once, and nobody can tell.
import gc
import random
import sys
import threading
import traceback
import weakref


class Tree:
    def __init__(self, n):
        self.left, self.value, self.right = (Tree(n // 2), n, Tree((n - 1) // 2)) if n else (None, 0, None)

    def __iter__(self):
        if self.left:
            yield from self.left
        yield self.value
        if self.right:
            yield from self.right


print(list(Tree(20)), sum(1 for _ in Tree(1000)))

log = []


def leaf(name, n):
    got = None
    try:
        for i in range(n):
            got = yield (name, i, got)
    except KeyError as e:
        log.append((name, "caught", e.args))
        got = yield (name, "after", None)
    finally:
        log.append((name, "end", got))
    return name


def mid(inner):
    r = yield from inner
    log.append(("mid", r))
    return r


def chain(depth, n=3):
    gens = [leaf("leaf", n)]
    for _ in range(depth):
        gens.append(mid(gens[-1]))
    return gens[::-1]


def show(f, *a):
    log.clear()
    try:
        r = f(*a)
    except BaseException as e:
        r = (type(e).__name__, e.args)
    print(r, log)


# What others do with the generators inside of a suspended chain.
def states(gens):
    return "".join("R" if g.gi_running else "S" if g.gi_suspended else "F" if g.gi_frame is None else "C" for g in gens)


gens = chain(4)
print(states(gens), next(gens[0]), states(gens), [g.gi_yieldfrom is gens[i + 1] for i, g in enumerate(gens[:-1])])
print(next(gens[0]), gens[2].send("two"), next(gens[4], "done"), states(gens))
show(next, gens[0])
print(states(gens))

gens = chain(4)
print(next(gens[0]), gens[0].send("x"))
show(gens[2].throw, KeyError("k"))
show(gens[0].send, "y")
gens = chain(4)
print(next(gens[0]), gens[0].send("x"))
show(gens[0].throw, KeyError("k"))
show(gens[0].send, "y")
gens = chain(3)
print(next(gens[0]), next(gens[0]))
show(gens[2].close)
print(states(gens))
show(next, gens[0])
gens = chain(3)
print(next(gens[0]), next(gens[0]))
show(gens[0].close)
print(states(gens))
gens = chain(3)
print(next(gens[0]), next(gens[0]))
show(gens[0].throw, ZeroDivisionError)
print(states(gens))

# The head goes, the others stay.
gens = chain(3, 5)
print(next(gens[0]), next(gens[0]))
log.clear()
rest = gens[2:]
del gens
gc.collect()
print(states(rest), log)
show(next, rest[0])
gens = chain(3, 5)
print(next(gens[0]), next(gens[0]))
inner = gens[3]
del gens[1:]
print(next(gens[0]), next(inner), next(gens[0]))


# Running: from inside nobody can be resumed.
def prober(gens):
    for i in range(3):
        found = []
        for g in gens:
            try:
                next(g)
            except ValueError as e:
                found.append(e.args[0])
        yield found, states(gens), sys._getframe().f_back.f_code.co_name, [f.name for f in traceback.extract_stack()][1:]


gens = []
gens.append(prober(gens))
for _ in range(3):
    gens.insert(0, mid(gens[0]))
for _ in range(3):
    print(next(gens[0]), [g.gi_frame.f_back for g in gens], [g.gi_frame.f_lineno - mid.__code__.co_firstlineno for g in gens[:-1]])


# Grows and shrinks while it runs.
def varying(depth, rng):
    for _ in range(rng.randrange(3)):
        x = yield depth
        if x and x % 3 == 0:
            yield -x
    if depth:
        for _ in range(rng.randrange(3)):
            r = yield from varying(depth - 1, rng)
            if r:
                yield r
    return depth * rng.randrange(2)


for seed in range(12):
    g, values, x = varying(6, random.Random(seed)), [], None
    while True:
        try:
            values.append(g.send(x))
        except StopIteration as e:
            values.append(e.value)
            break
        x = len(values)
    print(len(values), values[-6:], sum(v * i for i, v in enumerate(values)) % 997)


# Handled exceptions inside and outside.
def handling(inner):
    try:
        raise KeyError(1)
    except KeyError:
        yield from inner
    yield sys.exc_info()[0]


def reporting(n):
    for _ in range(n):
        yield sys.exc_info()[0]


print(list(mid(mid(reporting(2)))), list(mid(handling(mid(reporting(2))))))
g = mid(mid(mid(reporting(4))))
out = [next(g), next(g)]
try:
    raise ValueError
except ValueError:
    out.append(next(g))
out.append(next(g))
print(out)


# An error passes all, with its traceback; one in the middle may catch it.
def failing(n):
    yield from range(n)
    raise OSError(n)


def catching(inner):
    try:
        yield from inner
    except OSError as e:
        yield [f.name for f in traceback.extract_tb(e.__traceback__)]
        yield from range(2)


print(list(mid(mid(catching(mid(mid(failing(2))))))))
try:
    list(mid(mid(failing(2))))
except OSError as e:
    print([f.name for f in traceback.extract_tb(e.__traceback__)])


# Depth and limits.
def deep(n):
    if n:
        yield from deep(n - 1)
    else:
        yield "a"
        yield "b"


g = deep(300)
print(next(g))


def down(n):
    return down(n - 1) if n else next(g)


sys.setrecursionlimit(2000)
print(down(900), next(g, "gone"))
sys.setrecursionlimit(1000)


# Collections see what a suspended and a running chain hold.
class Cell:
    pass


def holding(c, n):
    mine = Cell()
    mine.ref = weakref.ref(mine)
    for _ in range(n):
        gc.collect()
        yield mine.ref() is mine


c = Cell()
c.gens = chain(0)
c.gens = [holding(c, 4)]
for _ in range(3):
    c.gens.insert(0, mid(c.gens[0]))
print(next(c.gens[0]), next(c.gens[0]))
gc.collect()
print(next(c.gens[0]))
w = weakref.ref(c)
log.clear()
del c
gc.collect()
print(w(), log)

# Another thread goes on.
g = mid(mid(mid(leaf("t", 3))))
got = [next(g)]
t = threading.Thread(target=lambda: got.append(g.send("from thread")))
t.start()
t.join()
got.append(next(g))
print(got)

# Tracing begins in the middle.
g = mid(mid(leaf("traced", 4)))
next(g), next(g)
events = []


def tracer(frame, event, arg):
    if frame.f_code in (mid.__code__, leaf.__code__):
        events.append((frame.f_code.co_name, event))
    return None


sys.settrace(tracer)
next(g)
sys.settrace(None)
print(events, next(g))


# Coroutines.
class Awaitable:
    def __init__(self, v):
        self.v = v

    def __await__(self):
        r = yield self.v
        return (self.v, r)


async def co(n):
    if n:
        return [n, *await co(n - 1)]
    return [await Awaitable(1), await Awaitable(2)]


c = co(5)
print(c.send(None), c.send("p"), c.cr_running, c.cr_await.cr_await.cr_code.co_name)
try:
    c.send("q")
except StopIteration as e:
    print(e.value)

# Calls out of the innermost frame, many arguments, other generators in between.
def calling(n):
    for i in range(n):
        yield max(i, 3, *range(i)), sorted([i, 2, 1], key=lambda v: -v), list(mid(mid(iter_two(i)))), "{}-{}".format(i, sum(mid(mid(iter_two(i)))))


def iter_two(i):
    yield i
    yield i * 2


for v in mid(mid(mid(calling(3)))):
    print(v)

# Random use of any generator of a chain, by send, throw, close.
for seed in range(60):
    rng = random.Random(seed)
    gens, trail = chain(rng.randrange(1, 6), 6), []
    for _ in range(14):
        g, what = rng.choice(gens[:rng.randrange(1, len(gens) + 1)]), rng.randrange(12)
        log.clear()
        try:
            if what < 9:
                r = next(g)
            elif what == 9:
                r = g.throw(KeyError(len(trail)))
            elif what == 10:
                r = g.close() if rng.randrange(4) == 0 else next(g)
            else:
                r = [x.gi_yieldfrom in gens for x in gens if x.gi_frame]
        except BaseException as e:
            r = (type(e).__name__, e.args)
        trail.append((r, states(gens), list(log)))
    print(seed, trail)
