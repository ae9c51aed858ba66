# sort with hostile comparisons and keys: the list looks empty meanwhile, changes are reported.
class Evil:
    def __init__(self, v, action):
        self.v, self.action = v, action

    def __lt__(self, other):
        self.action()
        return self.v < other.v


seen = []
l = []
l.extend(Evil(i % 5, lambda: seen.append(list(l))) for i in range(10))
l.sort()
assert [e.v for e in l] == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4] and all(s == [] for s in seen)
l = []
l.extend(Evil(i % 5, lambda: l.append(1)) for i in range(10))
try:
    l.sort()
    assert False
except ValueError as e:
    assert str(e) == "list modified during sort" and len(l) == 10
l = [3, 1, 2]
try:
    l.sort(key=lambda v: l.append(v) or v)
    assert False
except ValueError:
    assert sorted(l) == [1, 2, 3]


def fails():
    raise KeyError("compare")


l = [1, 2, Evil(1, fails), Evil(2, fails), 3]
try:
    l.sort(key=lambda v: v if isinstance(v, Evil) else Evil(v, fails))
    assert False
except KeyError:
    assert len(l) == 5
n = 0


def third_fails(v):
    global n
    n += 1
    if n == 3:
        raise IndexError
    return v


l = [5, 4, 3, 2, 1]
try:
    l.sort(key=third_fails)
except IndexError:
    assert l == [5, 4, 3, 2, 1]
l = [(1, "b"), (0, "z"), (1, "a"), (0, "y")]
assert sorted(l, key=lambda p: p[0]) == [(0, "z"), (0, "y"), (1, "b"), (1, "a")]
assert sorted(l, key=lambda p: p[0], reverse=True) == [(1, "b"), (1, "a"), (0, "z"), (0, "y")]
try:
    [1, "a"].sort()
    assert False
except TypeError as e:
    assert str(e) == "'<' not supported between instances of 'str' and 'int'"


class Random:
    state = 1

    def __lt__(self, other):
        Random.state = (Random.state * 69069 + 1) & 0xFFFFFFFF
        return Random.state & 0x10000 > 0


l = [Random() for _ in range(300)]
same = set(map(id, l))
l.sort()
assert set(map(id, l)) == same
for attempt in (max, min):
    calls = []

    def key(v):
        calls.append(v)
        data.clear()
        return v

    data = [1, 2, 3]
    assert attempt(data, key=key) == 1 and calls == [1]
try:
    sorted([1], cmp=None)
    assert False
except TypeError:
    pass
big = [(i * 7919) % 5003 for i in range(5003)]
assert sorted(big) == list(range(5003)) and sorted(big, key=lambda v: -v)[0] == 5002
assert sorted(range(100), key=lambda v: v // 10 % 2)[:10] == list(range(10))
print("ok")
