# Errors about attributes say which one of which object was asked for, whoever raised them; errors about local names say none.


class A:
    blech = None

    def __getattr__(self, name):
        raise AttributeError("hook")

    @property
    def prop(self):
        raise AttributeError

    @property
    def own(self):
        raise AttributeError("own", name="other")


def caught(f, *args):
    try:
        f(*args)
    except (AttributeError, NameError) as e:
        return e
    raise AssertionError(f)


a = A()
for name in ("bluch", "prop"):
    e = caught(getattr, a, name)
    assert (e.name, e.obj) == (name, a), (name, e.name, e.obj)
e = caught(lambda: a.bluch)
assert (e.name, e.obj, e.args) == ("bluch", a, ("hook",))


class Own:
    @property
    def own(self):
        raise AttributeError("own", name="other")


e = caught(getattr, Own(), "own")
assert (e.name, e.obj) == ("other", None)


def local():
    return here
    here = 1


def twice():
    x = 1
    del x
    del x


def captured():
    lambda: here
    return here
    here = 1


def free():
    def inner():
        return there
    inner()
    there = 1


for f in (local, twice, captured):
    e = caught(f)
    assert type(e) is UnboundLocalError and e.name is None, f
e = caught(free)
assert type(e) is NameError and e.name == "there"

import _suggestions
for wrong in (type("L", (list,), {})(), ("a",)):
    try:
        _suggestions._generate_suggestions(wrong, "")
        raise AssertionError(wrong)
    except TypeError as e:
        assert str(e) == "candidates must be a list"
print("ok")
