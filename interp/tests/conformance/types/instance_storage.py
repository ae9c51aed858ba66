"""Attributes of instances, whatever order they are set in and whenever their class learns of them."""
import gc
import weakref


class Point:
    def __init__(self, x, y, z):
        self.x = x
        self.y = y
        self.z = z


first, second = Point(1, 2, 3), Point(4, 5, 6)
assert list(vars(Point(1, 2, 3))) == ["x", "y", "z"]

# Another order than the class's first.
other = Point.__new__(Point)
other.z, other.x = 30, 10
other.y = 20
assert (other.x, other.y, other.z) == (10, 20, 30)
assert list(other.__dict__) == ["z", "x", "y"]
assert other.__dict__ is other.__dict__

# Deleted and set again: last.
again = Point(1, 2, 3)
del again.x
try:
    again.x
except AttributeError as e:
    assert str(e) == "'Point' object has no attribute 'x'", e
else:
    raise AssertionError
again.x = 9
assert (again.x, again.y, again.z) == (9, 2, 3)
assert list(vars(again).items()) == [("y", 2), ("z", 3), ("x", 9)]

# Names that come late, at sites that were quick before.
def late(o, value):
    o.late = value
    return o.late


many = [Point(i, i + 1, i + 2) for i in range(200)]
for i, o in enumerate(many):
    assert late(o, i * 2) == i * 2
    assert (o.x, o.y, o.z, o.late) == (i, i + 1, i + 2, i * 2)
for o in (first, second):
    assert not hasattr(o, "late")
    assert late(o, "old") == "old" and vars(o)["late"] == "old"

# More names than a class shares.
class Wide:
    pass


wide = Wide()
for i in range(100):
    setattr(wide, f"name{i}", i)
assert [getattr(wide, f"name{i}") for i in range(100)] == list(range(100))
assert list(vars(wide)) == [f"name{i}" for i in range(100)]
narrow = Wide()
narrow.name50 = 1
assert narrow.name50 == 1 and not hasattr(narrow, "name51")

# A dict in between: stores and deletions are seen on both sides.
def read(o):
    return o.x


touched = Point(1, 2, 3)
for _ in range(50):
    assert read(touched) == 1
d = touched.__dict__
d["x"] = 7
assert read(touched) == 7
touched.x = 8
assert d["x"] == 8
del d["x"]
assert not hasattr(touched, "x")
touched.__dict__ = {"x": 11}
assert read(touched) == 11 and not hasattr(touched, "y")
del touched.__dict__
assert vars(touched) == {}

# A change of class keeps the attributes, and the sites of both classes work.
class Big:
    def __init__(self):
        for name in "abcdefghijklmnop":
            setattr(self, name, name)
        self.x = "big"


bigs = [Big() for _ in range(50)]
for o in bigs:
    assert read(o) == "big"
small = Point(1, 2, 3)
small.__class__ = Big
assert read(small) == 1 and not hasattr(small, "p")
small.p = "set"
assert small.p == "set" and vars(small) == {"x": 1, "y": 2, "z": 3, "p": "set"}
bigs[0].__class__ = Point
assert bigs[0].x == "big" and bigs[0].p == "p"

# Payloads, __slots__ and sizes of their own before the attributes.
class Items(list):
    pass


class Number(int):
    pass


class Pair(tuple):
    pass


class Text(str):
    pass


class Slotted:
    __slots__ = ("a", "b")


class Both(Slotted):
    pass


class Error(Exception):
    pass


for make in (lambda: Items([1, 2]), lambda: Number(2**70), lambda: Pair((1, 2)), lambda: Text("text"), lambda: Error("e")):
    for turn in range(40):
        o = make()
        o.one, o.two = turn, [o]
        assert (o.one, o.two[0] is o) == (turn, True)
        assert o == make() or isinstance(o, Error)
        o.one = -turn
        assert list(vars(o).items())[0] == ("one", -turn)
for turn in range(40):
    o = Both()
    o.a, o.c, o.b, o.d = 1, 2, 3, 4
    assert (o.a, o.b, o.c, o.d) == (1, 3, 2, 4) and vars(o) == {"c": 2, "d": 4}

# Attributes die with their instance, in cycles too.
class Node:
    alive = 0

    def __init__(self, *kids):
        self.kids = kids
        self.me = self
        Node.alive += 1

    def __del__(self):
        Node.alive -= 1


node = Node(Node(), Node(Node()))
seen = weakref.ref(node)
del node
gc.collect()
assert seen() is None and Node.alive == 0
value = Point(1, 2, 3)
held = weakref.ref(value)
holder = Point(value, 0, 0)
del value
assert held() is not None
holder.x = None
assert held() is None
print("ok")
