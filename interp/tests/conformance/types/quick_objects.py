# Objects made and freed in the quickest ways: results and orders are those of the slow ones.

# A float result may take the place of the float that it replaces only if nobody else can see that one.
def floats():
    x = 0.5
    seen = []
    for i in range(5):
        seen.append(x)
        x = x * 2.0 + 1.0
    assert seen == [0.5, 2.0, 5.0, 11.0, 23.0], seen
    y = x
    for i in range(3):
        y = y + 1.0
    assert (x, y) == (47.0, 50.0)
    k = 1.5
    def constant():
        z = 1.5
        for i in range(3):
            z = z + 1.5
        return z
    assert constant() == 6.0 and constant() == 6.0 and k == 1.5
    def cell():
        z = 1.0
        def get(): return z
        a = get()
        z = z + 1.0
        return a, get()
    assert cell() == (1.0, 2.0)
    def args(v):
        v = v + 1.0
        return v
    w = 2.0
    assert args(w) == 3.0 and w == 2.0
    def gen():
        t = 0.0
        while t < 3.0:
            t = t + 1.0
            yield t
    assert list(gen()) == [1.0, 2.0, 3.0]
    a = b = 3.0 * w
    a = a - b
    assert (a, b) == (0.0, 6.0)
    a = a / 1.0 if a else a + w
    assert a == 2.0
    try:
        a = a / (w - w)
    except ZeroDivisionError:
        pass
    assert a == 2.0
floats()

# Instances: the first store, the order of stores, names that the class learns later, dicts of their own.
class P:
    def __init__(self, x, y, swap=False):
        if swap:
            self.y = y
            self.x = x
        else:
            self.x = x
            self.y = y
def instances():
    made = [P(i, -i, i % 3 == 0) for i in range(12)]
    for i, p in enumerate(made):
        assert (p.x, p.y) == (i, -i)
        assert list(p.__dict__) == (["y", "x"] if i % 3 == 0 else ["x", "y"])
    def late(p, v):
        p.z = v
    older = [P(1, 2) for i in range(6)]
    for i, p in enumerate(older):
        late(p, i)
    assert [p.__dict__ for p in older] == [{"x": 1, "y": 2, "z": i} for i in range(6)]
    assert [list(p.__dict__) for p in older][5] == ["x", "y", "z"]
    p = P.__new__(P)
    p.__dict__ = {"a": 1}
    late(p, 9)
    assert p.__dict__ == {"a": 1, "z": 9}
    class Big:
        def __init__(self):
            for i in range(40):
                setattr(self, f"n{i}", i)
            self.last = 1
    for _ in range(3):
        assert list(Big().__dict__) == [f"n{i}" for i in range(40)] + ["last"]
    class Slots:
        __slots__ = ("a", "b")
        def __init__(self, a): self.a = a
    class Both(Slots):
        def __init__(self, a, b, c): self.a = a; self.b = b; self.c = c
    for i in range(5):
        s = Slots(i)
        assert s.a == i and not hasattr(s, "b")
        s = Both(i, 2, 3)
        assert (s.a, s.b, s.__dict__) == (i, 2, {"c": 3})
    class Noted:
        def __setattr__(self, name, value): log.append(name); object.__setattr__(self, name, value)
    log = []
    for i in range(4):
        n = Noted()
        n.q = i
    assert log == ["q"] * 4 and n.q == 3
instances()

# Slices of lists: what is stored, and the order in which the old items die.
class D:
    def __init__(self, name): self.name = name
    def __del__(self): died.append(self.name)
died = []
def fresh(*names): return [D(n) for n in names]
def slices():
    l = fresh("a", "b", "c", "d")
    l[1:3] = [1, 2]
    assert died == ["c", "b"], died
    died.clear()
    l[:] = (5, 6, 7, 8, 9)
    assert died == ["d", "a"] and l == [5, 6, 7, 8, 9], died
    died.clear()
    l = fresh("a", "b", "c", "d")
    l[1:] = []
    assert died == ["d", "c", "b"] and len(l) == 1
    died.clear()
    l[0:0] = range(3)
    assert l[:3] == [0, 1, 2] and not died
    del l[2:]
    assert died == ["a"] and l == [0, 1]
    died.clear()
    l[1:1] = l
    assert l == [0, 0, 1, 1]
    l[2:] = l[::-1]
    assert l == [0, 0, 1, 1, 0, 0]
    l[:3] = reversed(l[:3])
    assert l == [1, 0, 0, 1, 0, 0]
    l[-2:100] = iter([7, 8, 9])
    assert l == [1, 0, 0, 1, 7, 8, 9]
    l[5:2] = "xy"
    assert l == [1, 0, 0, 1, 7, "x", "y", 8, 9]
    l[3:5], l[:1] = [], [None] * 3
    assert l == [None, None, None, 0, 0, "x", "y", 8, 9]
    perm = list(range(9))
    for k in range(1, 9):
        perm[:k + 1] = perm[k::-1]
    assert perm == [8, 6, 4, 2, 0, 1, 3, 5, 7], perm
    for bad in (5, None):
        try:
            perm[1:2] = bad
        except TypeError as e:
            assert "iterable" in str(e), e
        else:
            assert False
    class Sub(list):
        def __setitem__(self, key, value): got.append((key, value))
    got = []
    s = Sub([1, 2, 3])
    s[0:2] = [9]
    assert got == [(slice(0, 2, None), [9])] and s == [1, 2, 3]
    big = [1, 2, 3]
    big[:2 ** 70] = [4]
    assert big == [4]
    big[-2 ** 70:0] = (3,)
    assert big == [3, 4]
slices()

# The rest of a list iterator is taken at once, and the iterator is exhausted then.
def rests():
    l = [1, 2, 3, 4]
    it = iter(l)
    next(it)
    assert tuple(it) == (2, 3, 4) and next(it, None) is None
    l.append(5)
    assert next(it, None) is None and tuple(it) == ()
    it = reversed(l)
    next(it)
    assert sorted(it) == [1, 2, 3, 4] and next(it, None) is None and it.__length_hint__() == 0
    it = reversed(l)
    l.pop()
    assert tuple(it) == ()     # the list is too short now: over
    l.append(6)
    assert tuple(it) == () and next(it, None) is None
    it = iter(l)
    assert [*it] == l and [*it] == []
rests()

def growth():
    l = [1, 2]
    l.extend(l)
    l += l
    assert l == [1, 2] * 4
    l.extend((3, 4)); l += (5,); l.extend(iter("ab")); l.extend({7: 8}); l.extend(range(2))
    assert l[8:] == [3, 4, 5, "a", "b", 7, 0, 1]
    assert [0] * 5 == [0, 0, 0, 0, 0] and [] * 5 == [] and [1, 2] * 3 == [1, 2, 1, 2, 1, 2] and [1] * 0 == [] and [1] * -2 == []
    assert [1] + [2, 3] + [] == [1, 2, 3]
    for bad in (lambda: [1, 2] * (1 << 62), lambda: [1] * (1 << 61)):
        try:
            bad()
        except MemoryError:
            pass
        else:
            assert False
    t = (1, 2)
    assert tuple([1, 2]) == t and tuple([]) is () and tuple(t) is t
    keys = {"a": 1, 2: [3], "a": 4}
    assert keys == {"a": 4, 2: [3]} and list(keys) == ["a", 2]
    try:
        {"a": 1, []: 2, "b": D("never")}
    except TypeError as e:
        assert "unhashable" in str(e) or "cannot use" in str(e)
    died.clear()
growth()

# A long chain is freed without a deep native stack, whatever its links are.
def chains():
    for link in (lambda c: (c,), lambda c: [c], lambda c: {1: c}, lambda c: D2(c)):
        c = None
        for i in range(200_000):
            c = link(c)
        del c
class D2:
    def __init__(self, c): self.c = c
chains()
print("ok")
