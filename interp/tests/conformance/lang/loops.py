# for, while, else, break, continue, pass: targets, nested loops, changed sequences.
out = []
for i in range(3):
    out.append(i)
else:
    out.append("else")
assert out == [0, 1, 2, "else"]
for i in range(3):
    if i == 1:
        break
else:
    assert False
assert i == 1
n = 5
while n:
    n -= 1
    if n == 2:
        continue
    if n == 0:
        break
else:
    assert False
while False:
    assert False
else:
    n = "else ran"
assert n == "else ran"


def nested():
    found = []
    for a in range(4):
        for b in range(4):
            if b > a:
                break
            if (a + b) % 2:
                continue
            found.append((a, b))
        else:
            found.append("full %d" % a)
    return found


assert nested() == [(0, 0), (1, 1), (2, 0), (2, 2), (3, 1), (3, 3), "full 3"]


class Target:
    pass


t, items = Target(), [0] * 3
for t.x in range(3):
    pass
for items[t.x] in "ab":
    pass
assert t.x == 2 and items == [0, 0, "b"]
grow = [1]
for v in grow:
    if v < 5:
        grow.append(v + 1)
assert grow == [1, 2, 3, 4, 5]
shrink = list(range(6))
for v in shrink:
    shrink.remove(v)
assert shrink == [1, 3, 5]
d = {1: 1}
try:
    for k in d:
        d[k + 1] = 1
    assert False
except RuntimeError as e:
    assert str(e) == "dictionary changed size during iteration"


class OldStyle:
    def __getitem__(self, i):
        if i == 3:
            raise IndexError
        return i * 10


assert [v for v in OldStyle()] == [0, 10, 20] and 20 in OldStyle()


class Counter:
    def __init__(self):
        self.n = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.n += 1
        if self.n > 3:
            raise StopIteration
        return self.n


assert sum(Counter()) == 6
for bad in (5, None, Target(), lambda: 0):
    try:
        for v in bad:
            pass
        assert False
    except TypeError as e:
        assert "object is not iterable" in str(e)


class BadIter:
    def __iter__(self):
        return 5


try:
    for v in BadIter():
        pass
except TypeError as e:
    assert str(e) == "iter() returned non-iterator of type 'int'", e
for i in range(10**9):
    if i > 2:
        break
x = iter(range(5))
assert [(a, b) for a, b in zip(x, x)] == [(0, 1), (2, 3)]
assert [*reversed(range(3))] == [2, 1, 0]
print("ok")
