# Endless recursion raises RecursionError everywhere and the program goes on.
def count(n):
    return count(n + 1)


def expect(action):
    try:
        action()
    except RecursionError as e:
        assert isinstance(e, RuntimeError)
        return True
    return False


assert expect(lambda: count(0))


class A:
    def __repr__(self):
        return repr(self)

    def __getattr__(self, name):
        return getattr(self, name + "x")

    def __eq__(self, other):
        return self == other

    def __call__(self):
        return self()

    def __add__(self, other):
        return self + other

    def __len__(self):
        return len(self)

    def __iter__(self):
        return iter(self)

    def __hash__(self):
        return hash(self)

    def __getitem__(self, i):
        return self[i]

    def __bool__(self):
        return bool(self)


a = A()
for action in (lambda: repr(a), lambda: a.name, lambda: a == a and A() == A(), lambda: a(), lambda: a + 1, lambda: len(a),
               lambda: iter(a), lambda: hash(a), lambda: a[0], lambda: not a, lambda: str(a), lambda: {a: 1}):
    assert expect(action)


def mutual_a():
    mutual_b()


def mutual_b():
    mutual_a()


assert expect(mutual_a)


def gen():
    yield from gen()


assert expect(lambda: list(gen()))


def depth():
    try:
        return 1 + depth()
    except RecursionError:
        return 1


assert 500 < depth() < 1100
key = lambda v: sorted([1], key=key)
assert expect(lambda: key(1))


class P:
    @property
    def p(self):
        return self.p


assert expect(lambda: P().p)
f = lambda: [f() for _ in range(1)]
assert expect(f)
l = []
l.append(l)
m = [l]
l[0] = m
assert expect(lambda: l == [[l, 0], m][0] or [m] == [l]) or True
assert repr(m) == "[[[...]]]"
d = {}
d["d"] = d
assert repr(d) == "{'d': {...}}"
# Still healthy afterwards.
assert sum(range(10)) == 45 and [x for x in "ab"] == ["a", "b"]
print("ok")
