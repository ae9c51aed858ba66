# Parameters and arguments of every kind, evaluation order, defaults, error messages.
def f(a, b=2, /, c=3, *args, d, e=5, **kw):
    return a, b, c, args, d, e, kw


assert f(1, d=4) == (1, 2, 3, (), 4, 5, {})
assert f(1, 2, 3, 4, 5, d=6, x=7) == (1, 2, 3, (4, 5), 6, 5, {"x": 7})
assert f(*(1, 2), *[3], 4, **{"d": 5}, e=6, **{"z": 1}) == (1, 2, 3, (4,), 5, 6, {"z": 1})
assert f(1, d=0, a=9, b=8) == (1, 2, 3, (), 0, 5, {"a": 9, "b": 8})


def message(action):
    try:
        action()
    except TypeError as e:
        return str(e)
    assert False


def two(a, b): ...
def pos(a, /): ...
def kwonly(*, k, l=1): ...
def opt(a, b=1): ...


assert message(lambda: two(1)) == "two() missing 1 required positional argument: 'b'"
assert message(lambda: two()) == "two() missing 2 required positional arguments: 'a' and 'b'"
assert message(lambda: two(1, 2, 3)) == "two() takes 2 positional arguments but 3 were given"
assert message(lambda: two(1, a=2)) == "two() got multiple values for argument 'a'"
assert message(lambda: two(1, 2, c=3)) == "two() got an unexpected keyword argument 'c'"
assert message(lambda: pos(a=1)) == "pos() got some positional-only arguments passed as keyword arguments: 'a'"
assert message(lambda: kwonly()) == "kwonly() missing 1 required keyword-only argument: 'k'"
assert message(lambda: kwonly(1)) == "kwonly() takes 0 positional arguments but 1 was given"
assert message(lambda: opt()) == "opt() missing 1 required positional argument: 'a'"
assert message(lambda: opt(1, 2, 3)) == "opt() takes from 1 to 2 positional arguments but 3 were given"
assert "argument after * must be an iterable, not int" in message(lambda: two(*5))
assert "argument after ** must be a mapping, not int" in message(lambda: two(**5))
assert "got multiple values for keyword argument 'a'" in message(lambda: two(**{"a": 1}, **{"a": 2}))
assert "keywords must be strings" in message(lambda: two(**{1: 2}))
assert message(lambda: 5()) == "'int' object is not callable"

log = []


def n(v):
    log.append(v)
    return v


def g(*a, **k):
    return a, k


n(g)(n(1), *n([2]), n(3), k=n(4), **n({"z": 5}), y=n(6))
assert log[1:] == [1, [2], 3, 4, {"z": 5}, 6]


def mutable(item, into=[]):
    into.append(item)
    return into


assert mutable(1) is mutable(2) and mutable.__defaults__ == ([1, 2],)
mutable.__defaults__ = None
try:
    mutable(1)
    assert False
except TypeError:
    pass
kwonly.__kwdefaults__["k"] = 0
assert kwonly() is None
later = [1]
assert (lambda *a: a)(*later, *(x for x in range(2))) == (1, 0, 1)


class C:
    def m(self, *a, **k):
        return self, a, k

    def __call__(self, *a):
        return a


c = C()
assert c.m(1, x=2) == (c, (1,), {"x": 2}) and C.m(c, 3) == (c, (3,), {}) and c(1, 2) == (1, 2)
assert message(lambda: C.m()) == "C.m() missing 1 required positional argument: 'self'"


class Mapping:
    def keys(self):
        return ["p", "q"]

    def __getitem__(self, key):
        return key * 2


assert g(**Mapping()) == ((), {"p": "pp", "q": "qq"})
many = {"k%d" % i: i for i in range(300)}
assert g(**many)[1] == many and g(*range(1000))[0] == tuple(range(1000))
kw = {"a": 1}
assert g(**kw)[1] is not kw
print("ok")
