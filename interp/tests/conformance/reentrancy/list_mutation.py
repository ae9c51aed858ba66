# Lists changed or emptied by the __eq__, __repr__, __index__, __iter__, __len__ of what they hold.
class Clears:
    def __init__(self, target, answer=False):
        self.target, self.answer = target, answer

    def __eq__(self, other):
        self.target.clear()
        return self.answer

    def __repr__(self):
        self.target.clear()
        return "R"

    def __index__(self):
        self.target.clear()
        return 0


def filled(answer=False):
    l = []
    l.extend([Clears(l, answer), *map(str, range(20))])
    return l


l = filled()
assert (5 in l) is False and l == []
l = filled(True)
assert (5 in l) is True
for method in ("index", "remove"):
    l = filled()
    try:
        getattr(l, method)(5)
        assert False
    except ValueError:
        assert l == []
l = filled(True)
try:
    l.remove(5)
except ValueError:
    pass
assert len(l) == 0
l = filled()
assert l.count(5) == 0
l = filled()
assert l != [None] * 21 and l == []
l = filled()
assert repr(l) == "[R]" and l == []
l = filled()
try:
    l[l[0]]
    assert False
except IndexError:
    pass
l = list(range(5))
try:
    l[Clears(l)] = 1
    assert False
except IndexError:
    pass
l = list(range(5))
assert l[Clears(l) :] == [] or True
l = list(range(5))
l[Clears(l) : 2] = [7, 8]
assert l == [7, 8]


class Lying:
    def __init__(self, target, hint):
        self.target, self.hint = target, hint

    def __len__(self):
        self.target.clear()
        return self.hint

    def __iter__(self):
        for i in range(3):
            self.target.append("x")
            yield i


l = [1]
l.extend(Lying(l, 100))
assert sorted(map(str, l)) == ["0", "1", "2", "x", "x", "x"]
l = [1, 2]
l[0:1] = Lying(l, 3)
assert 0 in l and 2 in l
l = [1, 2, 3]
for x in l:
    l.clear()
assert l == []
it = iter(l)
l.append(1)
assert next(it) == 1 and next(it, None) is None
l.append(2)
assert next(it, "stays over") == "stays over"
l = [1, 2, 3]
r = reversed(l)
l.clear()
assert next(r, None) is None


class Dies:
    def __del__(self):
        keep.clear()
        keep.extend([9] * 50)


keep = [Dies(), 1, 2]
keep[0] = None
assert keep == [9] * 50
keep = [Dies()]
del keep[:]
assert keep == [9] * 50 or keep == []
l = []
l.append(l)
assert l == l and repr(l) == "[[...]]"
m = [l]
del l, m
print("ok")
