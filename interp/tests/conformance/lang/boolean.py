# and, or, not, conditional expressions: values, not bools; short circuits; truth of objects.
log = []


def n(value):
    log.append(value)
    return value


assert (n(0) or n("a") or n("b")) == "a" and log == [0, "a"]
log.clear()
assert (n(1) and n([]) and n(2)) == [] and log == [1, []]
log.clear()
assert (n(0) and n(1) or n(2)) == 2 and log == [0, 2]
log.clear()
assert (n("x") if n(True) else n("y")) == "x" and log == [True, "x"]
assert (1 if 0 else 2 if 0 else 3) == 3
assert (1 or 2) and not (0 or None)
assert (None and 1) is None
assert not () and not [] and not {} and not set() and not "" and not b"" and not 0 and not 0.0 and not 0j
assert not range(0) and not None and not False and object() and int and ... and NotImplemented is not None


class Sized:
    def __init__(self, size):
        self.size = size

    def __len__(self):
        return self.size


class Both(Sized):
    def __bool__(self):
        return True


assert Sized(1) and not Sized(0) and Both(0)


class Bad:
    def __bool__(self):
        return 1


try:
    not Bad()
    assert False
except TypeError as e:
    assert "__bool__ should return bool, returned int" in str(e), e
try:
    bool(Sized(-1))
    assert False
except ValueError as e:
    assert str(e) == "__len__() should return >= 0"
x = 0
while not (x > 3 or x < 0) and True:
    x += 1
assert x == 4
y = x > 3 and "big" or "small"
assert y == "big"
assert [v for v in (0, 1, "", "a") if v or v == 0] == [0, 1, "a"]
f = lambda: 1 if x else 2
assert f() == 1
assert (lambda a: a and a[0])([]) == []
if not x:
    assert False
elif x == 4 and not False:
    pass
else:
    assert False
print("ok")
