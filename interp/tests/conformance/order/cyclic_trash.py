# needs: gc
class N:
    """Prints its name when it dies."""

    def __init__(self, name, *held):
        self.name = name
        self.held = held

    def __del__(self):
        print("del", self.name)


# Cyclic trash: finalizers run in the order of creation, before anything is torn down.
import gc

gc.collect()
gc.disable()


class Link(N):
    def __del__(self):
        print("del", self.name, "next is", self.next.name)


def ring(*names):
    links = [Link(name) for name in names]
    for i, link in enumerate(links):
        link.next = links[(i + 1) % len(links)]
    return links[0]


r = ring("r1", "r2", "r3")
r = None
print("before collect")
print("found", gc.collect() > 0)
s = ring("s1", "s2")
s.leaf = N("leaf of s1")
s.next.leaf = N("leaf of s2")
s = None
gc.collect()
print("list in a cycle")
l = [N("in list 0"), N("in list 1")]
l.append(l)
l = None
gc.collect()
print("dict in a cycle")
d = {"a": N("dict a"), "b": N("dict b")}
d["self"] = d
d = None
gc.collect()
print("resurrected island")
keep = []


class Saver(N):
    def __del__(self):
        print("saver", self.name)
        keep.append(self)


v, u = Saver("v"), N("u")
v.other, u.other = u, v
v = u = None
gc.collect()
print("kept", keep[0].name, keep[0].other.name)
keep.clear()
gc.collect()
print("second collection")


class Cls:
    instance = None

    def __del__(self):
        print("instance of a dying class")


Cls.instance = Cls()
Cls = None
gc.collect()


def frame_cycle():
    n = N("in a frame cycle")

    def inner():
        return inner, n


frame_cycle()
gc.collect()
print("end")
