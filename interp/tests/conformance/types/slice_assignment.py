# list[a:b] = sequence without a slice object, extend and list() of exact sequences, sorted.
def check(n, a, b, new):
    l = list(range(n))
    expected = l[:]
    expected[slice(a, b)] = list(new)
    l[a:b] = new
    assert l == expected, (n, a, b, new)
    assert l[a:b] == l[slice(a, b)] and tuple(l)[a:b] == tuple(l)[slice(a, b)]
    text = ''.join(map(str, l))
    assert text[a:b] == text[slice(a, b)]


for n in (0, 1, 3, 6):
    for a in (None, 0, 1, 2, 5, 9, -1, -2, -9, 2**70, -2**70, True):
        for b in (None, 0, 1, 3, 9, -1, -3, -9, 2**70, -2**70, False):
            for new in ([], ['x'], ('x', 'y'), ['x', 'y', 'z'], 'pq', range(3)):
                check(n, a, b, new)

l = [1, 2, 3]
l[:] = l
assert l == [1, 2, 3]
l[1:1] = l
assert l == [1, 1, 2, 3, 2, 3]
l[:3] = l
assert l == [1, 1, 2, 3, 2, 3, 3, 2, 3]
l.extend(l)
assert len(l) == 18
l += l
assert len(l) == 36 and l[:18] == l[18:]
try: l[:2] = 5
except TypeError as e: assert str(e) in ('must assign iterable to extended slice', 'can only assign an iterable'), e
else: assert False
try: l['a':] = [1]
except TypeError as e: assert str(e) == 'slice indices must be integers or None or have an __index__ method'
else: assert False

# What dies while a slice is replaced finds the list whole.
seen = []
class D:
    def __init__(self, n): self.n = n
    def __del__(self): seen.append((self.n, len(target)))

target = [D(i) for i in range(4)]
target[:2] = [7, 8]
assert sorted(seen) == [(0, 4), (1, 4)], seen
target[2:] = [1, 2, 3]
assert sorted(seen)[2:] == [(2, 5), (3, 5)], seen


class L(list):
    def __setitem__(self, k, v): list.__setitem__(self, k, [0]); self.key = k
    def __getitem__(self, k): return k

x = L([1, 2, 3])
x[1:2] = [9, 9, 9]
assert list(x) == [1, 0, 3] and x.key == slice(1, 2) and x[1:2] == slice(1, 2)
class S(str):
    def __getitem__(self, k): return k
assert S('abc')[1:2] == slice(1, 2) and S('abc')[1] == 1
t = (1, 2, 3)
assert t[:] is t and t[0:3] is t and 'abc'[1:2] == 'b' and 'abc'[5:] == '' and 'a\xe9\u20ac'[1:] == '\xe9\u20ac'

assert list((1, 2)) == [1, 2] and list([1, 2]) == [1, 2] and list() == [] and list('ab') == ['a', 'b']
src = [1]
copy = list(src)
src.append(2)
assert copy == [1]
assert [1].pop() == 1
try: [].pop()
except IndexError as e: assert str(e) == 'pop from empty list'

import random
random.seed(5)
for n in list(range(70)) + [200, 1000]:
    for kind in (lambda: random.randrange(10), lambda: random.random(), lambda: str(random.random()), lambda: 10**20 + random.randrange(9), lambda: (random.randrange(3), random.random())):
        data = [kind() for _ in range(n)]
        s = sorted(data)
        assert all(not b < a for a, b in zip(s, s[1:])) and sorted(map(repr, s)) == sorted(map(repr, data))
        assert sorted(data, reverse=True) == s[::-1] or n > 1
        keyed = sorted(range(n), key=data.__getitem__)
        assert [data[i] for i in keyed] == s and all(i < j for i, j in zip(keyed, keyed[1:]) if data[i] == data[j])
assert sorted([3, True, 2, False]) == [False, True, 2, 3] and sorted((x for x in 'cab')) == ['a', 'b', 'c']
try: sorted(5)
except TypeError as e: assert str(e) == "'int' object is not iterable"
try: sorted([1, 'a'])
except TypeError as e: assert str(e) == "'<' not supported between instances of 'str' and 'int'"

r = range(3)
assert (len(r), list(r), range(-5), list(range(-5)), range(True)) == (3, [0, 1, 2], range(0, -5), [], range(0, 1))
for bad in ((), (1, 2, 3, 4), ('a',), (1.5,)):
    try: range(*bad)
    except TypeError: pass
    else: assert False
assert range(2**70).stop == 2**70
print('ok')
