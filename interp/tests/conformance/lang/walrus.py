# Assignment expressions: scopes, order, comprehensions, conditions, defaults.
assert (n := 5) == 5 and n == 5
if (m := n * 2) > 9:
    assert m == 10
x = 1
assert x + (x := 5) == 6 and x == 5
assert (x := x + 1) + x == 12
assert [y := 1, y**2] == [1, 1]
assert f(a := 3) == 3 and a == 3 if (f := lambda v: v) else False
data = iter([1, 2, 0, 3])
seen = []
while v := next(data):
    seen.append(v)
assert seen == [1, 2]
assert any((hit := c) == "b" for c in "abc") and hit == "b"
assert [last := k for k in range(3)] == [0, 1, 2] and last == 2
assert {(p := 1): (q := 2)} == {p: q}
assert (z := 1, 2) == (1, 2) and z == 1


def local():
    total = 0
    parts = [total := total + k for k in range(4)]
    return parts, total


assert local() == ([0, 1, 3, 6], 6)


def glob():
    global made
    [made := k for k in range(3)]


glob()
assert made == 2


def nonloc():
    w = 0

    def inner():
        nonlocal w
        return [w := k for k in range(5)]

    inner()
    return w


assert nonloc() == 4


def default(v=(d := 7)):
    return v


assert default() == d == 7
assert (lambda: (e := 1) + e)() == 2 and "e" not in globals()
lst = [1, 2, 3]
assert lst[i := 1] == 2 and i == 1 and lst[(j := 0) : (k := 2)] == [1, 2]
assert (b := (c := 3) + 1) == 4 and c == 3
assert not (u := None) and u is None
for bad in ("x := 1", "[(i := 0) for i in y]", "(a.b := 1)", "f(a=b:=1)", "[x for x in (y := [])]", "(a, b := 1, 2) = 3"):
    try:
        compile(bad, "t", "exec")
        assert False, bad
    except SyntaxError:
        pass
print("ok")
