# Sets changed by __eq__ and __hash__ of members and operands, and while iterated.
class M:
    action = None

    def __init__(self, name):
        self.name = name

    def __hash__(self):
        return 3

    def __eq__(self, other):
        if M.action:
            action, M.action = M.action, None
            action()
        return isinstance(other, M) and self.name == other.name


for action in (lambda: s.clear(), lambda: s.update(range(200)), lambda: s.discard(M("a"))):
    for use in (
        lambda: M("c") in s,
        lambda: s.add(M("d")),
        lambda: s.discard(M("c")),
        lambda: s | {M("b")},
        lambda: s & {M("b"), M("c")},
        lambda: s - {M("b")},
        lambda: s ^ {M("b")},
        lambda: s == {M("a"), M("b"), M("c")},
        lambda: s <= {M("a"), M("b"), M("c"), M("d")},
        lambda: s.update([M("a"), M("x")]),
        lambda: s.intersection_update({M("a")}),
        lambda: s.difference_update({M("a")}),
        lambda: s.symmetric_difference_update({M("a"), M("k")}),
        lambda: s.isdisjoint([M("q")]),
    ):
        s = {M("a"), M("b"), M("c")}
        M.action = action
        try:
            use()
        except RuntimeError as e:
            assert "changed size during iteration" in str(e)
        M.action = None
        assert len(s) == len(list(s))
s = {1, 2, 3}
try:
    for x in s:
        s.add(x + 10)
    assert False
except RuntimeError as e:
    assert str(e) == "Set changed size during iteration"
s = {1}
s |= s
s &= s
assert s == {1}
s -= s
assert s == set()
s = {1, 2}
s ^= s
assert s == set()
s.update(s, s)


class Dies:
    def __del__(self):
        t.add("by del")


t = {Dies()}
t.clear()
assert t == {"by del"}
t = {Dies(), 1}
t.pop(), t.pop()
assert t == {"by del"} or t == set() or True


class Iter:
    def __iter__(self):
        u.clear()
        yield 1
        u.add(2)
        yield 3


u = {5, 6}
u.update(Iter())
assert u == {1, 2, 3}
u = {5, 6}
assert u.union(Iter()) >= {1, 3}
print("ok")
