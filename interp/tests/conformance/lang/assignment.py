# Assignment forms: chains, attributes, subscripts, slices, augmented, order of evaluation.
a = b = c = [1]
assert a is b is c
x, y = 1, 2
x, y = y, x
assert (x, y) == (2, 1)
(p, q), [r, s] = (1, 2), [3, 4]
assert p + q + r + s == 10


class Box:
    pass


box = Box()
box.value = box.other = 5
assert box.value == box.other == 5
box.value += 2
assert box.value == 7

data = [0] * 5
data[0], data[-1] = 1, 9
assert data == [1, 0, 0, 0, 9]
data[1:4] = "abc"
assert data == [1, "a", "b", "c", 9]
data[1:4] = []
assert data == [1, 9]
data[:] = range(6)
data[::2] = [10, 20, 30]
assert data == [10, 1, 20, 3, 30, 5]
data[0] **= 2
assert data[0] == 100

log = []


def note(value):
    log.append(value)
    return value


table = {}
table[note("key")] = note("value")
assert log == ["value", "key"]
log.clear()
[None, None][note(0)], table[note("k")] = note(1), note(2)
assert log == [1, 2, 0, "k"]
log.clear()
numbers = [1, 2]
numbers[note(0)] += note(10)
assert log == [0, 10] and numbers == [11, 2]

i, letters = 0, list("abc")
i, letters[i] = 2, "z"
assert i == 2 and letters == ["a", "b", "z"]

n = 10
n += 1; n -= 2; n *= 3; n //= 2; n %= 8; n <<= 3; n |= 1; n ^= 2; n &= 0xFF; n >>= 1
assert n == 21, n
f = 9
f /= 2
assert f == 4.5
t = (1,)
u = t
t += (2,)
assert t == (1, 2) and u == (1,)
v = w = [1]
v += (2, 3)
assert w == [1, 2, 3]
tup = ([1],)
try:
    tup[0] += [2]
    assert False
except TypeError:
    assert tup == ([1, 2],)
count: int = 3
assert count == 3
print("ok")
