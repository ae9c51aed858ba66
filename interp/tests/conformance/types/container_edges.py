# Containers at their edges: what a comparison, a hint, a finalizer or a key does while list, dict or range are at work.


def raises(kind, text, f, *args):
    try:
        f(*args)
    except kind as e:
        assert text in str(e), str(e)
    else:
        raise AssertionError("no " + kind.__name__)


# Iterators of ranges are native only where no step leaves 64 bits.
top = 2**63 - 1
native, long = type(iter(range(3))), type(iter(range(2**70)))
assert type(iter(range(top - 1, top, 2))) is long and list(range(top - 1, top, 2)) == [top - 1]
assert type(iter(range(-top, -top - 1, -2))) is long
assert type(iter(range(1, 2, top))) is long and type(iter(range(0, top, 1))) is native
assert type(reversed(range(-top - 1, -top + 3))) is long and type(reversed(range(0, 5))) is native
assert list(reversed(range(-top - 1, -top + 1))) == [-top, -top - 1]
raises(ValueError, "must not be zero", range, 2**70, 2**70 + 1, 0)


# A comparison that empties a list leaves the decision to the lengths.
class Clears:
    def __init__(self, name):
        self.name = name

    def __eq__(self, other):
        globals()[self.name].clear()
        return NotImplemented


one, two = [Clears("two")], [Clears("one")]
assert one == two and one == [] == two
three, four = [Clears("three")], [1]
assert not three == four


# A length hint beyond any length is ignored, one that no memory could hold is not.
class Hints:
    def __iter__(self):
        return self

    def __next__(self):
        raise StopIteration

    def __length_hint__(self):
        return top


some = [1, 2]
some.extend(Hints())
assert some == [1, 2]

# Sorting notices every change of the list, also one that is undone.
raises(ValueError, "list modified during sort", lambda: (x := [1, 2]).sort(key=lambda k: (x.append(3), x.pop(), k)[2]))
raises(ValueError, "list modified during sort", lambda: (x := [1, 2]).sort(key=lambda k: (x.append(3), x.clear(), k)[2]))
data = [2, 1]
data.sort(key=lambda k: (data.clear(), len(data), k)[2])
assert data == [1, 2]


class Killer:
    def __init__(self, x):
        pass

    def __lt__(self, other):
        return id(self) < id(other)

    def __del__(self):
        data[:] = range(20)


data = list(range(10))
raises(ValueError, "list modified during sort", lambda: data.sort(key=Killer))


# A comparison that changes the class of a key is heeded at the next one.
class Plain(list):
    pass


class Refuses(list):
    def __lt__(self, other):
        raise KeyError("asked")


class Changes(int):
    def __lt__(self, other):
        last.__class__ = Refuses
        return int.__lt__(self, other)


keys = [Plain([Changes(i), i]) for i in range(10)]
last = keys[-1]
raises(KeyError, "asked", keys.sort)

# Backwards through a dict that was emptied and filled again.
d = {i: i for i in range(100)}
for i in range(1, 100):
    del d[i]
its = [reversed(d), reversed(d.keys()), reversed(d.values()), reversed(d.items())]
d.clear()
d[0] = 0
assert [list(it) for it in its] == [[], [], [], []]
d = dict.fromkeys(range(10))
for i in range(7):
    del d[i]
it = reversed(d)
next(it)
d.clear()
d.update(dict.fromkeys(range(10)))
for i in range(3, 10):
    del d[i]
raises(RuntimeError, "keys changed", list, it)

# Powers of zero, keywords of a float's subclass, hashing deep tuples, percent signs with flags.
inf = float("inf")
assert (-0.0) ** -inf == inf and 0.0 ** -inf == inf
raises(ZeroDivisionError, "zero to a negative power", lambda: 0.0 ** -1)


class F(float):
    pass


class G(float):
    def __init__(self, x, more=None):
        self.more = more


raises(TypeError, "takes no keyword arguments", lambda: F(x=0))
assert G(2.5, more=3).more == 3 and G(2.5) == 2.5
t = ()
for _ in range(200_000):
    t = (t,)
raises(RecursionError, "while hashing a tuple", hash, t)
while t:
    t = t[0]
for f in "% %s", b"% %s":
    raises(ValueError, "unsupported format character '%' (0x25) at index 2", lambda: f % 1)
    raises(TypeError, "not enough arguments", lambda: f[:3] % ())
raises(OverflowError, "width too big", lambda: "%*r" % (-top - 1, 1))
assert "%%" % () == "%"


# A memoryview cannot be released while it hashes its exporter; truth values compare as such.
class Releases(bytes):
    def __hash__(self):
        view.release()
        return 1


view = memoryview(Releases(b"ab"))
raises(BufferError, "", hash, view)
assert memoryview(b"\0\2").cast("?") == memoryview(b"\0\4").cast("?")


# An instance whose attributes are all gone has no state.
class A:
    pass


a = A()
a.__dict__
assert a.__getstate__() is None
a.x = 1
assert a.__getstate__() == {"x": 1}
print("ok")
