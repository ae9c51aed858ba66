# __init_subclass__, __set_name__, __class_getitem__, __new__ and __init__, class attributes.
log = []


class Named:
    def __set_name__(self, owner, name):
        log.append((owner.__name__, name))


class Base:
    def __init_subclass__(cls, /, tag=None, **kw):
        super().__init_subclass__(**kw)
        log.append(("sub", cls.__name__, tag))
        cls.tag = tag


class A(Base, tag="a"):
    first = Named()
    second = Named()


assert log == [("A", "first"), ("A", "second"), ("sub", "A", "a")] and A.tag == "a"
log.clear()


class B(A):
    pass


assert log == [("sub", "B", None)]
try:

    class C(Base, unknown=1):
        pass

    assert False
except TypeError as e:
    assert str(e) == "C.__init_subclass__() takes no keyword arguments", str(e)


class Bad:
    def __set_name__(self, owner, name):
        raise ValueError("no")


try:

    class D:
        x = Bad()

    assert False
except ValueError as e:
    assert e.__notes__ == ["Error calling __set_name__ on 'Bad' instance 'x' in 'D'"]


class New:
    made = 0

    def __new__(cls, *args, **kw):
        cls.made += 1
        obj = super().__new__(cls)
        obj.args = args
        return obj

    def __init__(self, *args):
        self.inits = getattr(self, "inits", 0) + 1


n = New(1, 2)
assert n.args == (1, 2) and n.inits == 1 and New.made == 1


class Elsewhere:
    def __new__(cls):
        return [1]

    def __init__(self):
        assert False


assert Elsewhere() == [1]


class BadInit:
    def __init__(self):
        return 5


try:
    BadInit()
    assert False
except TypeError as e:
    assert str(e) == "__init__() should return None, not 'int'"
for action, text in (
    (lambda: object(1), "object() takes no arguments"),
    (lambda: Base(1), "Base() takes no arguments"),
    (lambda: object.__new__(int), "object.__new__(int) is not safe, use int.__new__()"),
    (lambda: int.__new__(str), "int.__new__(str): str is not a subtype of int"),
):
    try:
        action()
        assert False
    except TypeError as e:
        assert str(e) == text, str(e)


class Celsius(float):
    def __new__(cls, value, unit="C"):
        self = super().__new__(cls, value)
        self.unit = unit
        return self


c = Celsius(21.5, unit="K")
assert c == 21.5 and c.unit == "K" and c + 1 == 22.5 and type(c + 1) is float


class E:
    pass


E.added = lambda self: "added"
e = E()
assert e.added() == "added" and vars(E)["added"](e) == "added"
del E.added
assert not hasattr(e, "added")
E.__name__ = "Renamed"
assert repr(E).endswith("Renamed'>") or E.__qualname__ == "E"
assert E.__subclasses__() == [] and A.__subclasses__() == [B] and A in Base.__subclasses__()
A.__bases__ = (New, Base)
assert A.__mro__ == (A, New, Base, object) and B(3).args == (3,)
print("ok")
