# __slots__: access, inheritance, conflicts, weakrefs, defaults, errors.
class A:
    __slots__ = ("x", "y")


a = A()
a.x = 1
assert a.x == 1 and not hasattr(a, "__dict__") and A.__slots__ == ("x", "y")
for action, text in (
    (lambda: a.y, "'A' object has no attribute 'y'"),
    (lambda: setattr(a, "z", 1), "'A' object has no attribute 'z' and no __dict__ for setting new attributes"),
):
    try:
        action()
        assert False
    except AttributeError as e:
        assert str(e) == text, e
del a.x
assert not hasattr(a, "x")
try:
    del a.x
    assert False
except AttributeError:
    pass


class B(A):
    pass


class C(A):
    __slots__ = "single"


class D(A):
    __slots__ = ("__dict__", "w")


b, c, d = B(), C(), D()
b.x, b.other = 1, 2
c.single = c.y = 3
d.w, d.free, d.x = 1, 2, 3
assert b.__dict__ == {"other": 2} and d.__dict__ == {"free": 2} and not hasattr(c, "__dict__")
assert type(A.x).__name__ == "member_descriptor" and A.x.__get__(d) == 3 and repr(A.x) == "<member 'x' of 'A' objects>"


class Mangled:
    __slots__ = ("__private",)

    def __init__(self):
        self.__private = 5


assert Mangled()._Mangled__private == 5


class Empty:
    __slots__ = ()


try:
    Empty().x = 1
    assert False
except AttributeError:
    pass


def bad(body, kind):
    try:
        exec("class X%s" % body, globals())
        assert False, body
    except kind as e:
        return str(e)


assert bad(": __slots__ = ('a',); a = 1", ValueError) == "'a' in __slots__ conflicts with class variable"
assert bad(": __slots__ = ('1a',)", TypeError) == "__slots__ must be identifiers"
assert bad(": __slots__ = (5,)", TypeError) == "__slots__ items must be strings, not 'int'"
assert bad("(int): __slots__ = ('a',)", TypeError) == "nonempty __slots__ not supported for subtype of 'int'"


class E:
    __slots__ = ("e",)


assert bad("(A, E): pass", TypeError) == "multiple bases have instance lay-out conflict"


class F(A, Empty):
    __slots__ = ()


f = F()
f.x = 1
assert f.x == 1


class G:
    __slots__ = {"doc": "documented"}


assert G.__slots__ == {"doc": "documented"} and type(G.doc).__name__ == "member_descriptor"
try:
    A.x.__get__(5, int)
    assert False
except TypeError as e:
    assert "doesn't apply to a 'int' object" in str(e)
try:
    b.__class__ = A
    assert False
except TypeError as e:
    assert "object layout differs" in str(e)


class H:
    __slots__ = ("x", "y")


h = A()
h.x = 7
h.__class__ = H
assert h.x == 7
print("ok")
