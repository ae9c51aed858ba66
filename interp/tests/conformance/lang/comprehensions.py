# Comprehensions of all kinds: scopes, conditions, nesting, walrus, errors, generator expressions are lazy.
assert [x * x for x in range(5) if x % 2] == [1, 9]
assert {x % 3 for x in range(9)} == {0, 1, 2}
assert {k: v for k, v in zip("abc", range(3))} == {"a": 0, "b": 1, "c": 2}
assert list(x for x in "ab") == ["a", "b"]
assert [(x, y) for x in range(3) for y in range(x) if x + y > 1] == [(2, 0), (2, 1)]
assert [[y for y in range(x)] for x in range(3)] == [[], [0], [0, 1]]
x = "kept"
[x for x in range(3)]
assert x == "kept"
assert [a + b for a, (b, *c) in [(1, (2, 3)), (4, (5,))]] == [3, 9]
assert [last := i for i in range(4)][-1] == last == 3
assert any((found := v) > 2 for v in [1, 2, 3, 4]) and found == 3


def scope():
    k = 10
    a = [k + i for i in range(2)]
    b = [lambda: k + i for i in range(2)]
    k = 20
    total = 0
    [total := total + i for i in range(5)]
    return a, [f() for f in b], total


assert scope() == ([10, 11], [21, 21], 10)

log = []


def note(v):
    log.append(v)
    return v


gen = (note(i) for i in note([1, 2]))
assert log == [[1, 2]]
assert next(gen) == 1 and log == [[1, 2], 1]
try:
    (i for i in 5)
    assert False
except TypeError as e:
    assert "'int' object is not iterable" in str(e)
assert {note(k): note(v) for k, v in [("k", "v")]} and log[-2:] == ["k", "v"]
try:
    [1 / i for i in (1, 0)]
    assert False
except ZeroDivisionError:
    pass


def inner_names():
    i = "outer"
    rows = [[i for i in range(j)] for j in range(3)]
    return i, rows


assert inner_names() == ("outer", [[], [0], [0, 1]])
assert [i for i in [j for j in range(3)]] == [0, 1, 2]
assert sum(i for i in range(10)) == 45
assert [x for x in range(10) if x > 2 if x < 5] == [3, 4]
assert ["yes" if v else "no" for v in (0, 1)] == ["no", "yes"]
assert [*(i for i in "ab")] == ["a", "b"]
try:
    [undefined_name for _ in range(1)]
    assert False
except NameError as e:
    assert str(e) == "name 'undefined_name' is not defined"
d = {k: [w for w in "xy"] for k in range(2)}
assert d == {0: ["x", "y"], 1: ["x", "y"]}


def delete_inside():
    values = [1, 2]
    return [values for values in [values]][0] is values


assert delete_inside()


def cell_in_comprehension():
    fs = [(lambda: n) for n in range(3)]
    n = "mine"
    return [f() for f in fs], n


assert cell_in_comprehension() == ([2, 2, 2], "mine")
print("ok")
