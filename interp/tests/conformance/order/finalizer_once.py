# needs: gc
class N:
    """Prints its name when it dies."""

    def __init__(self, name, *held):
        self.name = name
        self.held = held

    def __del__(self):
        print("del", self.name)


# A finalizer runs once, also when the object came back; objects in resurrected ones stay alive.
import gc

saved = []


class Phoenix(N):
    def __del__(self):
        print("phoenix", self.name)
        saved.append(self)


p = Phoenix("p", N("child of p"))
p = None
print("saved", len(saved), saved[0].held[0].name)
saved.clear()
print("gone for good")
a, b = Phoenix("a"), Phoenix("b")
a.other, b.other = b, a
a = b = None
gc.collect()
print("saved", sorted(x.name for x in saved))
saved.clear()
gc.collect()
print("collected silently")
x = N("explicit")
x.__del__()
print("called by hand")
x = None


class Raises:
    def __del__(self):
        saved.append("ran")
        saved.append(self)


r = Raises()
r = None
print(saved[0], type(saved[1]).__name__)
saved.clear()
print(saved)


class Changing(N):
    def __del__(self):
        print("changing", self.name)
        self.__class__ = N


c = Changing("c")
c = None
print("end")
