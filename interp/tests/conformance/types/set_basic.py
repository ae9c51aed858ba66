# set and frozenset: methods, operators, errors, hashing, subclasses.
def error(action):
    try:
        action()
    except (KeyError, TypeError) as e:
        return type(e).__name__ + ": " + str(e)


for kind in (set, frozenset):
    a, b = kind([1, 2, 3]), kind([3, 4])
    assert a | b == {1, 2, 3, 4}
    assert a & b == {3}
    assert a - b == {1, 2}
    assert a ^ b == {1, 2, 4}
    assert type(a | b) is kind
    assert len(a) == 3
    assert 2 in a
    assert 9 not in a
    assert a.union(b, [9]) == {1, 2, 3, 4, 9}
    assert a.intersection([3, 1], (1,)) == {1}
    assert a.difference([1], [2]) == {3}
    assert a.symmetric_difference([3, 4]) == {1, 2, 4}
    assert a.union() == a
    assert a.intersection() == a
    assert kind([1]) < a <= a
    assert a > kind()
    assert not a < a
    assert a != b
    assert not a <= b
    assert a.issubset(range(9))
    assert a.issuperset([1])
    assert a.isdisjoint([7])
    assert not a.isdisjoint(b)
    assert a == {1, 2, 3} == frozenset([3, 2, 1])
    assert a != [1, 2, 3]
    assert bool(a)
    assert not kind()
    assert a.copy() == a
    assert kind("") == kind()
    assert kind("aab") == {"a", "b"}
    assert sorted(a) == [1, 2, 3]
    assert sum(a) == 6
    assert error(lambda: a | [1]) == "TypeError: unsupported operand type(s) for |: '%s' and 'list'" % kind.__name__
    assert error(lambda: kind(5)) == "TypeError: 'int' object is not iterable"
    assert error(lambda: kind([[]])).endswith("(unhashable type: 'list')")
s = {1, 2}
s.add(3); s.add(3); s.discard(9); s.remove(1); s.update([5], {6: 0}, "a")
assert s == {2, 3, 5, 6, "a"}
assert error(lambda: s.remove(99)) == "KeyError: 99"
assert error(lambda: set().pop()) == "KeyError: 'pop from an empty set'"
assert error(lambda: hash(s)) == "TypeError: unhashable type: 'set'"
s.intersection_update([2, 3, 5]); s.difference_update([2]); s.symmetric_difference_update([3, 8])
assert s == {5, 8}
t = s
t |= {1}; t &= {1, 5}; t -= {5}; t ^= {7}
assert s is t
assert s == {1, 7}
assert s.pop() in (1, 7)
assert len(s) == 1
s.clear()
assert s == set()
assert repr(s) == "set()"
assert repr({1}) == "{1}"
assert repr(frozenset()) == "frozenset()"
assert repr(frozenset([1])) == "frozenset({1})"
f = frozenset([1, 2])
assert hash(f) == hash(frozenset([2, 1]))
assert {f: "v"}[frozenset([2, 1])] == "v"
assert f in {f}
assert {1, 2} in {f}
assert not hasattr(f, "add")
assert frozenset(f) is f
assert f.copy() is f
f |= {3}
assert f == {1, 2, 3}
assert type(f) is frozenset
assert type({1} | frozenset([2])) is set
assert type(frozenset([2]) | {1}) is frozenset
assert {1, 1.0, True} == {1}
assert len({0.0, -0.0}) == 1
assert len({"a", b"a"}) == 2
assert {(1, 2)} == {(1.0, 2.0)}
assert len({float("nan"), float("nan")}) == 2
big = set(range(10_000))
for n in range(0, 10_000, 3):
    big.discard(n)
assert len(big) == 6666
assert all((n in big) == (n % 3 != 0) for n in range(10_000))
assert big - set(range(9_990)) == {9991, 9992, 9994, 9995, 9997, 9998}


class S(set):
    pass


assert type(S([1]) | {2}) is S or type(S([1]) | {2}) is set
assert S("a") == {"a"}
assert isinstance(S(), set)
assert repr(S([1])) == "S({1})"
assert error(lambda: exec("{[]}")).endswith("(unhashable type: 'list')")
u = {1, 2, 3}
it = iter(u)
next(it)
u.add(4)
try:
    next(it)
    assert False
except RuntimeError as e:
    assert str(e) == "Set changed size during iteration"
assert {*()} == set()
assert {*"ab", *[1]} == {"a", "b", 1}
assert set(map(abs, (-1, 1))) == {1}
assert max({3, 1}) == 3
assert [*{5}] == [5]
assert set.union(*[{1}, {2}]) == {1, 2}
print("ok")
