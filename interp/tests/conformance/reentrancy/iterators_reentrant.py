# Iterators and generators entered again, closed or dropped while they run.
def self_next():
    try:
        next(g)
    except ValueError as e:
        yield str(e)


g = self_next()
assert next(g) == "generator already executing"


def self_close():
    try:
        h.close()
    except ValueError as e:
        yield str(e)


h = self_close()
assert next(h) == "generator already executing"


def drops_itself():
    global only
    only = None
    yield 1
    yield 2


only = drops_itself()
assert list(only) == [1, 2] and only is None


class Evil:
    def __iter__(self):
        return self

    def __next__(self):
        global m
        if m is None:
            raise StopIteration
        m = None
        return 1


m = map(lambda v: v + 1, Evil())
assert list(m) == [2]
m = 1
m = zip(Evil(), [1, 2, 3])
assert list(m) == [(1, 1)]
m = 1
m = filter(lambda v: True, Evil())
assert list(m) == [1]
m = 1
m = enumerate(Evil())
assert list(m) == [(0, 1)]
m = 1


depth = 0


def callback():
    global depth
    depth += 1
    if depth == 1:
        assert next(it) == 5
        return 0
    return 5 if depth == 2 else 1


it = iter(callback, 1)
assert list(it) == [0] and depth == 3


class Finishing:
    def __init__(self):
        self.n = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.n += 1
        if self.n == 2:
            raise StopIteration
        return self.n


f = Finishing()
assert list(f) == [1]
f = Finishing()
assert [next(f), next(f, "end"), next(f)] == [1, "end", 3]
d = {1: 1}
k = iter(d)
next(k)
d[2] = 2
try:
    next(k)
    assert False
except RuntimeError:
    pass
try:
    next(k)
    assert False
except (RuntimeError, StopIteration):
    pass


def throws():
    try:
        yield 1
    except KeyError:
        gen.close()
        yield 2


gen = throws()
next(gen)
try:
    gen.throw(KeyError)
except ValueError as e:
    assert str(e) == "generator already executing"


def deleting():
    x = [0]
    for v in x:
        del x
        yield v
        x = [v]


assert list(deleting()) == [0]
print("ok")
