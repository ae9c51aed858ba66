# needs: weakref, gc
class N:
    """Prints its name when it dies."""

    def __init__(self, name, *held):
        self.name = name
        self.held = held

    def __del__(self):
        print("del", self.name)


# Weak reference callbacks and __del__: newest callback first, after __del__, before the children die.
import gc
import weakref


def say(text):
    return lambda ref: print(text, ref() is None)


x = N("x", N("child"))
refs = [weakref.ref(x, say("callback %d" % i)) for i in range(3)]
x = None
print("dead", [r() for r in refs])
y = N("y")
r = weakref.ref(y, say("not called, dropped first"))
r = None
y = None


class Asks:
    def __del__(self):
        print("in __del__ the weak reference says", ref() is None)


a = Asks()
ref = weakref.ref(a, say("after __del__"))
a = None


class Comes:
    def __del__(self):
        global back
        back = self


c = Comes()
ref = weakref.ref(c, say("only on the second death"))
c = None
print("back", ref() is back)
del back
print("ref", ref())


class Plain:
    pass


p, q = Plain(), Plain()
p.q, q.p = q, p
outside = weakref.ref(p, say("outside of the trash"))
p.inside = weakref.ref(q, say("inside: never called"))
p = q = None
gc.collect()
p, q = N("p in cycle"), N("q in cycle")
p.q, q.p = q, p
outside = weakref.ref(p, say("cleared before finalizers"))
p = q = None
gc.collect()
z = Plain()
one = weakref.ref(z)
print("shared", one is weakref.ref(z), weakref.getweakrefcount(z))
two = weakref.ref(z, lambda r: print("raises next") or 1 / 1)
three = weakref.proxy(z)
print(weakref.getweakrefcount(z), one == two, hash(one) == hash(z))
z = None
print(one == two, one == one)
d = weakref.WeakValueDictionary()
v1, v2 = N("v1"), N("v2")
d["v1"], d["v2"] = v1, v2
v1 = None
print(list(d))
v2 = None
print(list(d))
f = N("with finalize")
fin = weakref.finalize(f, print, "finalize", 1)
f = None
print(fin.alive)
print("end")
