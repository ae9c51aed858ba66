# The order in which attributes die: plain instances, slots, subclasses, classes.
class N:
    """Prints its name when it dies."""

    def __init__(self, name, *held):
        self.name = name
        self.held = held

    def __del__(self):
        print("del", self.name)


class Plain:
    pass


p = Plain()
p.first, p.second, p.third = N("first"), N("second"), N("third")
print("plain")
p = None
p = Plain()
p.a, p.b = N("a"), N("b")
d = p.__dict__
print("dict taken")
p = None
print("instance gone")
d = None


class Slotted:
    __slots__ = ("x", "y")


s = Slotted()
s.y, s.x = N("y"), N("x")
print("slots")
s = None


class Both(Slotted):
    __slots__ = ("z", "__dict__")


s = Both()
s.free, s.z, s.y, s.x = N("free"), N("z"), N("y"), N("x")
print("both")
s = None
p = Plain()
p.v = N("old")
p.v = N("new")
print("rebound")
del p.v
print("deleted")
p.w = N("w")
p.__dict__ = {"q": N("q")}
print("dict replaced")
p.__dict__.clear()


class Sub(list):
    pass


s = Sub([N("item 0"), N("item 1")])
s.attr = N("attr")
print("list subclass")
s = None


class D(dict):
    pass


s = D(k=N("dict item"))
s.attr = N("dict attr")
print("dict subclass")
s = None


class Own:
    def __del__(self):
        print("own", self.part.name)


s = Own()
s.part = N("part")
s = None
m = N("method owner").__init__
print("bound method")
m = None
print("end")
