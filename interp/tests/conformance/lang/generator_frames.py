# needs: sys, gc, weakref
# Frames of generators: where calls from them go, what frame objects see of them in each state, handled exceptions, garbage.
import gc
import sys
import weakref


# ---- calls of every kind from a generator's frame ----------------------------------------------------------------------
def plain(a, b): return a, b
def keyed(a, b=2, *, c=3): return a, b, c
def starred(*args, **kwargs): return args, kwargs
def deep(n): return 0 if n == 0 else 1 + deep(n - 1)


class Thing:
    def __init__(self, x, y=5): self.x, self.y = x, y
    @property
    def sum(self): return self.x + self.y
    def method(self, k): return self.x * k
    def __add__(self, other): return self.x + other
    def __getattr__(self, name): return name
    def __iter__(self): yield from (self.x, self.y)


def caller(n):
    for i in range(n):
        t = Thing(i)
        inner = yield (plain(i, i + 1), keyed(i), keyed(i, c=9), keyed(b=i, a=1), starred(i, k=i), t.sum, t.method(3), t + 4, t.other,
            deep(30), list(t), [q for q in t], (lambda z, w=1: z + w)(i), Thing(i, y=1).sum)
        assert inner == i * 2


def expected(i):
    return ((i, i + 1), (i, 2, 3), (i, 2, 9), (1, i, 3), ((i,), {'k': i}), i + 5, i * 3, i + 4, 'other', 30, [i, 5], [i, 5], i + 1, i + 1)


g = caller(40)
value = next(g)
for i in range(40):
    assert value == expected(i), (i, value)
    try:
        value = g.send(i * 2)
    except StopIteration:
        assert i == 39


# Generators that resume generators, with calls on each level, at many stack depths.
def level(n):
    if n:
        for v in level(n - 1):
            yield plain(v, deep(n))[0] + keyed(0, b=1)[1]
    else:
        yield from range(3)


def at_depth(n):
    if n: return at_depth(n - 1)
    return list(level(12))


for n in range(0, 300, 37):
    assert at_depth(n) == [12, 13, 14]


def chain(n):
    if n:
        r = yield from chain(n - 1)
        return r + deep(2)
    yield deep(5)
    return 1


def collect(g):
    out = []
    while True:
        try: out.append(next(g))
        except StopIteration as e: return out, e.value


assert collect(chain(150)) == ([5], 301)


# Values and exceptions through delegates, sent and thrown from outside and from a loop, with handlers on the way.
def echo():
    got = yield 'first'
    while True:
        try: got = yield got
        except KeyError as e: got = 'caught ' + str(e)
        if got == 'stop': return 'done'

def pass_on(n, log):
    try:
        r = yield from (pass_on(n - 1, log) if n else echo())
    except ValueError:
        r = yield from echo()
    finally:
        log.append(n)
    return r

def handling_on(g):
    try: raise OSError
    except OSError:
        return (yield from g)

for n in 0, 1, 7:
    log = []
    g = handling_on(pass_on(n, log))
    assert next(g) == 'first'
    for i in range(5): assert g.send(i) == i
    assert g.throw(KeyError('k')) == "caught 'k'"
    assert g.send('again') == 'again'
    assert g.throw(ValueError) == 'first' and log == []
    assert g.send(5) == 5
    frames, inner = [], g
    while inner is not None:
        assert inner.gi_suspended and inner.gi_frame.f_lineno > 0
        frames.append(inner.gi_code.co_name)
        inner = inner.gi_yieldfrom
    assert frames == ['handling_on'] + ['pass_on'] * (n + 1) + ['echo'], frames
    try: g.send('stop')
    except StopIteration as e: assert e.value == 'done'
    assert log == list(range(n + 1))

def both():
    # One delegate, two loops in turn.
    g = pass_on(3, [])
    def a(): yield from g
    x, y = a(), a()
    yield next(x)
    yield y.send(None)
    yield x.send(4)
    try: yield from zip(x, y)
    finally: g.close()
it = both()
assert [next(it) for _ in range(4)] == ['first', None, 4, (None, None)]
it.close()

def self_resuming():
    def outer(): yield from me()
    def me():
        yield 1
        try: next(o)
        except ValueError as e: yield str(e)
    o = outer()
    return list(o)
assert self_resuming() == [1, 'generator already executing']


# A value returned to a loop is dropped.
def returning():
    yield 1
    return 2
for _ in range(5):
    assert [x for x in returning()] == [1]
    for x in returning(): assert x == 1


# ---- recursion ----------------------------------------------------------------------------------------------------------
def endless(n):
    yield n
    yield from endless(n + 1)

seen = []
limit = sys.getrecursionlimit()
sys.setrecursionlimit(250)
try:
    for v in endless(0): seen.append(v)
except RecursionError:
    pass
else:
    raise AssertionError
sys.setrecursionlimit(limit)
assert len(seen) > 100 and seen == list(range(len(seen)))


def bottomless():
    def down(n): return down(n + 1)
    try: down(0)
    except RecursionError: yield 'caught'
    yield 'and on'

assert list(bottomless()) == ['caught', 'and on']


# ---- frame objects ------------------------------------------------------------------------------------------------------
def framed(a):
    b = a + 1
    me = sys._getframe()
    assert me.f_back is not None
    got = yield me
    c = got
    yield sys._getframe().f_back
    return me

g = framed(1)
f = g.gi_frame
assert f.f_back is None and f.f_locals == {'a': 1} and f.f_lineno == framed.__code__.co_firstlineno, f.f_lineno
assert next(g) is f
assert f.f_back is None and dict(f.f_locals)['b'] == 2 and g.gi_frame is f
f.f_locals['b'] = 'changed'
f.f_locals['a'] = object()
f.f_locals['a'] = 'changed twice'
assert f.f_locals['b'] == 'changed' and f.f_locals['a'] == 'changed twice'
try:
    f.clear()
except RuntimeError as e:
    assert 'suspended' in str(e)
else:
    raise AssertionError
def resume(g, v): return g.send(v), sys._getframe()
back, here = resume(g, 7)
assert back is here and f.f_back is None and f.f_locals['c'] == 7
try:
    next(g)
except StopIteration as e:
    assert e.value is f
assert g.gi_frame is None and f.f_back is None and f.f_locals['c'] == 7 and f.f_locals['a'] == 'changed twice'
f.clear()
assert dict(f.f_locals) == {}

g = framed(2)
f = g.gi_frame
f.clear()
assert g.gi_frame is None and list(g) == []
g = framed(3)
next(g)
f = g.gi_frame
del g
gc.collect()
assert f.f_locals['a'] == 3 and f.f_back is None
g = framed(4)
f = g.gi_frame
g.close()
assert f.f_locals['a'] == 4


def running_frame():
    def look():
        assert g.gi_running and g.gi_frame.f_locals['x'] == 1
        try: g.gi_frame.clear()
        except RuntimeError as e: assert 'executing' in str(e)
        else: raise AssertionError
        return g.gi_frame.f_back
    x = 1
    yield look()

g = running_frame()
assert next(g) is sys._getframe()


# A thrown exception passes the outer frames: they are among the running ones meanwhile.
def inner():
    try: yield
    except KeyError:
        f, names = sys._getframe(), []
        while f: names.append(f.f_code.co_name); f = f.f_back
        yield names
def middle(): yield from inner()
def outer(): yield from middle()
g = outer()
next(g)
assert g.throw(KeyError())[:4] == ['inner', 'middle', 'outer', '<module>']
assert g.gi_yieldfrom.gi_frame.f_code.co_name == 'middle' and not g.gi_running and g.gi_suspended


class Iterator:
    def __iter__(self): return self
    def __next__(self): return 1
    def throw(self, *args):
        assert g.gi_running and g.gi_frame.f_back is sys._getframe(2) and g.gi_yieldfrom is None
        return sys._getframe().f_back.f_code.co_name, deep(20)
    def close(self):
        assert g.gi_running and g.gi_frame.f_back is None
        deep(20)
def delegating(): yield from Iterator()
g = delegating()
next(g)
assert g.throw(ValueError()) == ('delegating', 20)
g.close()


# ---- exceptions handled by resumer and generator ------------------------------------------------------------------------
def handling():
    yield sys.exception()
    try:
        raise KeyError('own')
    except KeyError:
        yield sys.exception()
        yield sys.exception()
        plain(*[deep(3)] * 2)
    yield sys.exception()
    raise TypeError

g = handling()
assert next(g) is None
try:
    raise ValueError('first')
except ValueError as first:
    assert repr(next(g)) == "KeyError('own')" and sys.exception() is first
assert sys.exception() is None
try:
    raise ValueError('second')
except ValueError as second:
    assert repr(next(g)) == "KeyError('own')" and sys.exception() is second
    assert next(g) is second and sys.exception() is second
    try: next(g)
    except TypeError as e: assert e.__context__ is second
    assert sys.exception() is second
assert sys.exception() is None


def nested():
    def low():
        yield sys.exception()
        try: 1 / 0
        except ZeroDivisionError: yield sys.exception()
        yield sys.exception()
    for e in low(): yield e

try:
    raise ValueError('seen from below')
except ValueError as e:
    got = list(nested())
    assert got[0] is e and type(got[1]) is ZeroDivisionError and got[2] is e
try:
    raise OSError
except OSError as e:
    g = nested()
    next(g)
    del g
    assert sys.exception() is e


# An exception that cannot be made: what went wrong is thrown.
class Unmakable(Exception):
    def __new__(cls, *args): return cls
for args in (), (1,):
    def catching():
        try: yield
        except TypeError as e: yield str(e)[:40]
    g = catching()
    next(g)
    assert g.throw(Unmakable) == 'calling <class \'__main__.Unmakable\'> sho'


# ---- garbage ------------------------------------------------------------------------------------------------------------
class Mark:
    pass

def cyclic(mark):
    me = yield
    assert me.gi_running
    for _ in [mark, me]: yield sys._getframe()
    yield

def make(k):
    mark = Mark()
    g = cyclic(mark)
    next(g)
    frames = [g.send(g)]
    if k: next(g)
    if k == 2: mark.frame = frames[0]
    return weakref.ref(mark)

for k in range(3):
    r = make(k)
    gc.collect()
    assert r() is None

def closing():
    # The function, its closure and the generator are one cycle.
    mark = Mark()
    def g():
        yield mark
        yield it
    it = g()
    next(it)
    return weakref.ref(mark)
r = closing()
gc.collect()
assert r() is None

def collecting():
    local = [Mark()]
    gc.collect()
    yield len(local)
    gc.collect()
    yield type(local[0]).__name__
assert list(collecting()) == [1, 'Mark']


# ---- coroutines ---------------------------------------------------------------------------------------------------------
class Wait:
    def __await__(self): return (yield self)

async def leaf(n): return await Wait() + keyed(n, c=0)[0]
async def tree(n): return await leaf(0) if n == 0 else await tree(n - 1) + await tree(n - 1)

c, total = tree(4), None
try:
    while True: c.send(None if total is None else 1); total = 0
except StopIteration as e:
    assert e.value == 16
assert c.cr_frame is None
print('ok')
