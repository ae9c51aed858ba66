# tuple, range and slice: methods, equality, hashing, text, errors.
def error(action):
    try:
        action()
    except (ValueError, TypeError, IndexError, AttributeError, OverflowError) as e:
        return str(e)


t = (1, "a", 1)
assert t.count(1) == 2
assert t.index("a") == 1
assert t + (2,) == (1, "a", 1, 2)
assert t * 2 == (1, "a", 1) * 2
assert t[1:] == ("a", 1)
assert t[::-1] == (1, "a", 1)
assert len(t) == 3
assert 1 in t
assert () == tuple()
assert (1,) == tuple([1])
assert tuple("ab") == ("a", "b")
assert tuple(t) is t
assert t[:] is t
assert repr((1,)) == "(1,)"
assert repr(()) == "()"
assert str((1, "b")) == "(1, 'b')"
assert (1, 2) < (1, 3) < (1, 3, 0)
assert (1, 2) == (1.0, 2)
assert hash((1, 2)) == hash((1.0, 2))
assert hash(()) == hash(tuple())
assert (1,) != [1]
assert error(lambda: t[5]) == "tuple index out of range"
assert error(lambda: t.__setitem__)
assert error(lambda: t.index(9)) == "tuple.index(x): x not in tuple"
assert error(lambda: hash(([],))) == "unhashable type: 'list'"
assert error(lambda: exec("t[0] = 1")) == "'tuple' object does not support item assignment"
assert error(lambda: exec("del t[0]")) == "'tuple' object doesn't support item deletion"
assert error(lambda: t + [1]) == 'can only concatenate tuple (not "list") to tuple'


class T(tuple):
    def __new__(cls, *items):
        return super().__new__(cls, items)

    x = property(lambda self: self[0])


assert T(5, 6).x == 5
assert T(1) == (1,)
assert type(T(1) + ()) is tuple
assert hash(T(1)) == hash((1,))
assert {T(1): "v"}[(1,)] == "v"
r = range(2, 20, 3)
assert list(r) == [2, 5, 8, 11, 14, 17]
assert len(r) == 6
assert r[1] == 5
assert r[-1] == 17
assert r[1:4] == range(5, 14, 3)
assert r[::-1] == range(17, -1, -3)
assert 8 in r
assert 9 not in r
assert r.index(11) == 3
assert r.count(5) == 1
assert r.count(6) == 0
assert (r.start, r.stop, r.step) == (2, 20, 3)
assert repr(r) == "range(2, 20, 3)"
assert repr(range(3)) == "range(0, 3)"
assert range(0) == range(5, 2)
assert range(0, 3, 2) == range(0, 4, 2)
assert hash(range(0, 3, 2)) == hash(range(0, 4, 2))
assert bool(range(1))
assert not range(0)
assert list(range(5, 0, -2)) == [5, 3, 1]
assert list(reversed(range(5))) == [4, 3, 2, 1, 0]
assert range(10**30)[-1] == 10**30 - 1
assert 5.0 in range(10)
assert "a" not in range(3)
assert 10**20 in range(10**30)
assert min(range(3, 9)) == 3
assert error(lambda: range(1, 2, 0)) == "range() arg 3 must not be zero"
assert error(lambda: range(1.5)) == "'float' object cannot be interpreted as an integer"
assert error(lambda: range(3)[3]) == "range object index out of range"
assert "not in range" in error(lambda: range(3).index(7))
assert error(lambda: range())
assert error(lambda: setattr(r, "start", 1))
assert error(lambda: range(3).index("x"))
s = slice(1, 10, 2)
assert (s.start, s.stop, s.step) == (1, 10, 2)
assert slice(5) == slice(None, 5, None)
assert s.indices(5) == (1, 5, 2)
assert slice(None, None, -1).indices(4) == (3, -1, -1)
assert slice(-3, None).indices(5) == (2, 5, 1)
assert slice(-100, 100).indices(5) == (0, 5, 1)
assert repr(s) == "slice(1, 10, 2)" and s == slice(1, 10, 2) and s < slice(2) if False else slice(1, 2) < slice(1, 3) and hash(s) == hash(slice(1, 10, 2)) and {s: 1}[slice(1, 10, 2)] == 1
assert error(lambda: slice(1, 2, 0).indices(5)) == "slice step cannot be zero"
assert error(lambda: slice("a").indices(5)) == "slice indices must be integers or None or have an __index__ method"
assert error(lambda: s.indices(-1)) == "length should not be negative"
assert error(lambda: setattr(s, "start", 2))
assert error(lambda: slice())
data = list(range(10))
for start in (None, -12, -3, 0, 2, 11):
    for stop in (None, -12, -2, 0, 5, 11):
        for step in (None, -3, -1, 1, 2):
            k = slice(start, stop, step)
            expected = [data[i] for i in range(*k.indices(10))]
            assert data[k] == list(tuple(data)[k]) == list(range(10)[k]) == [int(c) for c in "0123456789"[k]] == list(bytes(data)[k]) == expected
print("ok")
