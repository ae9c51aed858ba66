# Descriptors: data and non-data, precedence, properties, class and static methods, __getattr__ family.
log = []


class Data:
    def __get__(self, obj, owner=None):
        return ("get", obj is None, owner and owner.__name__)

    def __set__(self, obj, value):
        log.append(("set", value))

    def __delete__(self, obj):
        log.append("delete")


class NonData:
    def __get__(self, obj, owner=None):
        return "non-data"


class A:
    d = Data()
    n = NonData()
    plain = "class"


a = A()
a.__dict__.update(d="hidden", n="wins", plain="wins")
assert a.d == ("get", False, "A") and A.d == ("get", True, "A") and a.n == "wins" and A.n == "non-data" and a.plain == "wins"
a.d = 5
del a.d
assert log == [("set", 5), "delete"] and a.__dict__["d"] == "hidden"
A.d = "replaced"
assert a.d == "hidden"


class P:
    def __init__(self):
        self._v = 1

    @property
    def v(self):
        """Doc of v."""
        return self._v

    @v.setter
    def v(self, value):
        self._v = value

    @v.deleter
    def v(self):
        self._v = None

    ro = property(lambda self: 1)
    wo = property(None, lambda self, v: None)


p = P()
p.v = 3
assert p.v == 3 and P.v.__doc__ == "Doc of v." and P.v.fget(p) == 3 and P.v.__name__ == "v"
del p.v
assert p.v is None
for action, text in (
    (lambda: setattr(p, "ro", 1), "property 'ro' of 'P' object has no setter"),
    (lambda: delattr(p, "ro"), "property 'ro' of 'P' object has no deleter"),
    (lambda: p.wo, "property 'wo' of 'P' object has no getter"),
):
    try:
        action()
        assert False
    except AttributeError as e:
        assert str(e) == text, str(e)


class M:
    def f(self, x):
        return self, x

    @classmethod
    def c(cls, x):
        return cls, x

    @staticmethod
    def s(x):
        return x


m = M()
bound = m.f
assert bound(1) == (m, 1) and bound.__self__ is m and bound.__func__ is M.f and m.f == m.f and m.f is not m.f
assert M.c(1) == m.c(1) == (M, 1) and M.s(1) == m.s(1) == 1 and M.c.__func__(int, 2) == (int, 2)
assert M.f.__get__(m)(3) == (m, 3) and hash(m.f) == hash(m.f)


class G:
    def __getattribute__(self, name):
        log.append(name)
        return super().__getattribute__(name)

    def __getattr__(self, name):
        if name == "bad":
            raise AttributeError("custom text")
        return "missing " + name

    def __setattr__(self, name, value):
        super().__setattr__(name, [value])

    def __delattr__(self, name):
        log.append("del " + name)

    def __dir__(self):
        return ["z", "a"]


g = G()
log.clear()
g.x = 1
assert g.x == [1] and g.y == "missing y" and log == ["x", "y"] and dir(g) == ["a", "z"]
del g.x
assert log[-1] == "del x" and getattr(g, "bad", "default") == "default" and not hasattr(g, "bad")


class Raises:
    @property
    def p(self):
        raise AttributeError("inner")

    def __getattr__(self, name):
        return "fallback"


assert Raises().p == "fallback"


class Callable:
    __call__ = lambda self, x: x + 1


assert Callable()(1) == 2
o = Callable()
o.__call__ = lambda x: "instance"
assert o(1) == 2
print("ok")
