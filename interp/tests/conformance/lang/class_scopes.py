# Class bodies: their names are not seen by methods; comprehensions in them; __class__; nonlocal and global inside.
x = "module"


class A:
    x = "class"
    y = x
    items = [1, 2]
    first = [i * 2 for i in items]
    pairs = [(i, j) for i in items for j in (3, 4)]

    def method(self):
        return x

    def own(self):
        return self.x, __class__.__name__


assert A().method() == "module" and A().own() == ("class", "A") and A.y == "class"
assert A.first == [2, 4] and len(A.pairs) == 4


def outer():
    x = "outer"

    class B:
        y = x
        x = "inner"
        z = x

    class C:
        nonlocal x
        x = "changed"

    assert not hasattr(C, "x")
    return B.y, B.z, x


def outer2():
    x = "outer"

    class B:
        before = x

        def get(self):
            return x

    return B.before, B().get()


assert outer2() == ("outer", "outer")


class G:
    global made
    made = 5


assert made == 5 and not hasattr(G, "made")


def odd():
    x = "enclosing"

    class B:
        y = x
        x = y + "!"

    return B.x


try:
    odd()
except NameError:
    raise
assert odd.__code__.co_name == "odd"


class Loop:
    for i in range(3):
        if i == 1:
            continue
        locals()["n%d" % i] = i
    while True:
        break
    try:
        1 / 0
    except ZeroDivisionError:
        caught = True
    del i


assert Loop.n0 == 0 and Loop.n2 == 2 and not hasattr(Loop, "n1") and Loop.caught and not hasattr(Loop, "i")


class Names:
    """Doc."""

    class Inner:
        def f(self):
            pass


assert Names.__doc__ == "Doc." and Names.Inner.__qualname__ == "Names.Inner"
assert Names.Inner.f.__qualname__ == "Names.Inner.f" and Names.__module__ == __name__


def local():
    class L:
        def f(self):
            return lambda: 0

    return L


assert local().__qualname__ == "local.<locals>.L"
assert local()().f().__qualname__ == "local.<locals>.L.f.<locals>.<lambda>"


class Lam:
    v = 3
    f = lambda self: self.v
    g = lambda self, v=v: v


assert Lam().f() == Lam().g() == 3


class WithClass:
    def get(self):
        return __class__

    @staticmethod
    def s():
        return __class__


assert WithClass().get() is WithClass.s() is WithClass
print("ok")
