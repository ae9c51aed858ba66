# bool, None, Ellipsis, NotImplemented, object.
assert bool() is False
assert bool(1) is True
assert bool([]) is False
assert True + True == 2
assert True * 3 == 3
assert -True == -1
assert True / 2 == 0.5
assert str(True) == "True"
assert repr(False) == "False"
assert f"{True:d}" == "1"
assert f"{True}" == "True"
assert f"{True:>6}" == "     1"
assert int(True) == 1
assert "%d %s" % (True, True) == "1 True"
assert (True & False) is False
assert (True | False) is True
assert (True ^ True) is False
assert type(True & 1) is int
assert True is not False
assert {True: "a", 1: "b", 1.0: "c"} == {True: "c"}
assert [0, 1].index(True) == 1
assert hash(True) == 1
assert True == 1
assert True != 2
assert True < 2
assert sorted([True, False]) == [False, True]
assert isinstance(True, int)
assert bool.__bases__ == (int,)
assert bool.__mro__ == (bool, int, object)
assert True.bit_length() == 1
assert True.real == 1
assert bool.from_bytes(b"\x00") is False
for action, text in ((lambda: type("B", (bool,), {}), "type 'bool' is not an acceptable base type"), (lambda: type(None)(1), "NoneType takes no arguments"), (lambda: bool(1, 2), "bool expected at most 1 argument, got 2"), (lambda: None + 1, "unsupported operand type(s) for +: 'NoneType' and 'int'"), (lambda: None.x, "'NoneType' object has no attribute 'x'"), (lambda: bool(NotImplemented), "NotImplemented should not be used in a boolean context")):
    try:
        action()
        assert False
    except (TypeError, AttributeError) as e:
        assert str(e) == text, str(e)
assert None is type(None)()
assert repr(None) == "None"
assert hash(None) == hash(None)
assert not None
assert type(None).__name__ == "NoneType"
assert (None == 0) is False
assert ... is Ellipsis is type(...)()
assert repr(...) == "Ellipsis"
assert bool(...)
assert repr(NotImplemented) == "NotImplemented"
assert type(NotImplemented)() is NotImplemented
o = object()
assert o == o
assert o != object()
assert bool(o)
assert isinstance(hash(o), int)
assert repr(o).startswith("<object object at 0x")
assert object.__doc__
assert type(o) is object
for action in (lambda: setattr(o, "x", 1), lambda: o.x, lambda: setattr(None, "x", 1), lambda: setattr(5, "x", 1)):
    try:
        action()
        assert False
    except AttributeError:
        pass
assert o.__eq__(1) is NotImplemented
assert o.__ne__(o) is False
assert object().__format__("")
assert o.__sizeof__() > 0
assert o.__class__ is object
assert o.__init_subclass__() is None
assert object.__subclasshook__(int) is NotImplemented
try:
    format(o, "x")
    assert False
except TypeError as e:
    assert str(e) == "unsupported format string passed to object.__format__"
print("ok")
