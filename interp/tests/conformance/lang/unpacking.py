# Unpacking: stars, nesting, wrong lengths, any iterable, in for and with targets.
a, *b = range(4)
assert (a, b) == (0, [1, 2, 3])
*a, b = "xyz"
assert (a, b) == (["x", "y"], "z")
a, *b, c = (1, 2)
assert (a, b, c) == (1, [], 2)
(a, *b), *c = ([1, 2, 3], 4, 5)
assert (a, b, c) == (1, [2, 3], [4, 5])
[a, [b, *c]] = 1, {2: None, 3: None}
assert (a, b, c) == (1, 2, [3])
() = []
[] = ()


def error(action):
    try:
        action()
    except (ValueError, TypeError) as e:
        return str(e)


def few():
    a, b, c = 1, 2


def many():
    a, b = 1, 2, 3


def starred():
    a, *b, c = [1]


def not_iterable():
    a, b = 5


def endless():
    def forever():
        while True:
            yield 1

    a, b = forever()


assert error(few) == "not enough values to unpack (expected 3, got 2)"
assert error(many) == "too many values to unpack (expected 2, got 3)", error(many)
assert error(starred) == "not enough values to unpack (expected at least 2, got 1)"
assert error(not_iterable) == "cannot unpack non-iterable int object"
assert error(endless) == "too many values to unpack (expected 2)"

found = []
for i, (j, *k) in [(1, "abc"), (2, "d")]:
    found.append((i, j, k))
assert found == [(1, "a", ["b", "c"]), (2, "d", [])]

assert [*range(3), *"ab", 9] == [0, 1, 2, "a", "b", 9]
assert (*(), *[1], 2) == (1, 2)
assert {*"aab", "c"} == {"a", "b", "c"}
assert {**{"x": 1}, "y": 2, **{"x": 3}} == {"x": 3, "y": 2}
assert list({**{"x": 1}, "y": 2, **{"x": 3}}) == ["x", "y"]
x = 1, *[2, 3]
assert x == (1, 2, 3)


def returns():
    return 0, *"ab"


def yields():
    yield 1, *[2]


assert returns() == (0, "a", "b")
assert list(yields()) == [(1, 2)]
assert "abcdef"[1:3] == "bc"
d = {(1, 2, 3): "t"}
t = (2, 3)
assert d[1, *t] == "t"
for z in 1, *t:
    found.append(z)
assert found[-3:] == [1, 2, 3]
print("ok")
