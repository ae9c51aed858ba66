"""A `global` statement in any scope makes the module's own code store the name among the globals; names of a class body that are
declared elsewhere; what replaces `super`."""
globals_, locals_ = {}, {}
exec("""
def f():
    y = 1
    def g():
        global y
        return y
    def h():
        return y + 1
    return g, h
y = 9
g, h = f()
result = g(), h()
z: int = 3
class A:
    def m(self):
        global z
for w in (1, 2): pass
import math as m
def k():
    global w, m
""", globals_, locals_)
assert globals_["y"] == 9 and "y" not in locals_
assert locals_["result"] == (9, 2)
assert globals_["z"] == 3 and globals_["w"] == 2 and globals_["m"].pi > 3 and "w" not in locals_


def nested():
    __firstlineno__ = __module__ = __qualname__ = __static_attributes__ = None

    class C:
        nonlocal __firstlineno__, __module__, __qualname__, __static_attributes__

        def m(self):
            self.x = 1
    assert not {"__firstlineno__", "__qualname__", "__static_attributes__"} & vars(C).keys()
    return __module__, __qualname__, __static_attributes__


assert nested() == (__name__, "nested.<locals>.C", ("x",))


class D:
    global __firstlineno__


assert "__firstlineno__" not in vars(D) and __firstlineno__ > 40


class C:
    def attribute(self):
        return super().message

    def method(self):
        return super().told()

    def two(self):
        return super(C, self).message


class Other:
    message = "other"

    def __init__(self, *args):
        self.args = args

    def told(self):
        return len(self.args)


import builtins
real = builtins.super
builtins.super = Other
try:
    c = C()
    assert c.attribute() == "other" and c.method() == 0 and c.two() == "other"
finally:
    builtins.super = real
print("ok")
