# Private names are mangled in class bodies: attributes, variables, arguments, nested functions, imports.
class A:
    __x = 1
    __dunder__ = 2
    _single = 3

    def __init__(self):
        self.__y = 5

    def get(self):
        return self.__x, self.__y, self.__dunder__

    def __hidden(self):
        return "hidden"

    def call(self):
        return self.__hidden()

    def local(self, __p=1):
        __q = __p + 1
        names = sorted(locals())

        def inner():
            return __q

        return inner(), names

    def keyword(self, **kw):
        return kw

    def pass_keyword(self):
        return self.keyword(__k=1)

    items = [__x for _ in "a"] if False else None
    annotated: "__x" = 1

    class __Inner:
        __z = 7

    def set_global(self):
        global __g
        __g = "global"

    def other(self, o):
        return o.__y

    @property
    def string(self):
        return getattr(self, "__y", "not mangled in strings")


a = A()
assert a.get() == (1, 5, 2) and a._A__y == 5 and A._A__x == 1 and a.call() == "hidden" and a._A__hidden() == "hidden"
assert a.local() == (2, ["_A__p", "_A__q", "self"])
assert list(a.pass_keyword()) == ["__k"] and A._A__Inner._Inner__z == 7
a.set_global()
assert _A__g == "global" and a.other(a) == 5 and a.string == "not mangled in strings"


class B(A):
    def __init__(self):
        super().__init__()
        self.__y = 6

    def own(self):
        return self.__y


b = B()
assert b.own() == 6 and b.get() == (1, 5, 2) and sorted(vars(b)) == ["_A__y", "_B__y"]


class __Leading:
    __v = 1


assert vars(__Leading)["_Leading__v"] == 1


class _:
    __plain = 2


assert vars(_)["__plain"] == 2


class C:
    def f(self):
        self.__a = 1
        del self.__a
        return [n for n in vars(self)]

    def g(self):
        try:
            return self.__missing
        except AttributeError as e:
            return str(e)

    def h(self):
        class D:
            def v(self):
                self.__n = 1
                return vars(self)

        return D().v()

    def lam(self):
        return (lambda __a: __a + 1)(1)

    def walrus(self):
        return (__w := 3) + __w


c = C()
assert c.f() == [] and c.g() == "'C' object has no attribute '_C__missing'" and c.h() == {"_D__n": 1}
assert c.lam() == 2 and c.walrus() == 6
print("ok")
