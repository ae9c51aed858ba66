# Decorators: order of evaluation and application, any expression, on classes and methods.
log = []


def named(name):
    log.append("make " + name)

    def decorate(f):
        log.append("apply " + name)
        f.names = getattr(f, "names", []) + [name]
        return f

    return decorate


def default():
    log.append("default")
    return 5


@named("a")
@named("b")
def f(x=default()):
    return x


assert f() == 5 and f.names == ["b", "a"]
assert log == ["make a", "make b", "default", "apply b", "apply a"]


@named("class")
class C:
    @staticmethod
    def s(x):
        return x

    @classmethod
    def c(cls, x):
        return cls.__name__, x

    @property
    def p(self):
        return "p"

    @lambda g: (lambda self: g(self) + 1)
    def m(self):
        return 1


assert C.names == ["class"] and C.s(1) == 1 and C().s(2) == 2 and C.c(3) == ("C", 3) and C().p == "p" and C().m() == 2
table = {"k": [lambda f: "replaced"]}


@table["k"][0]
def g():
    pass


assert g == "replaced"


@(w := lambda f: (f, "walrus"))
def h():
    pass


assert h[1] == "walrus" and h[0].__name__ == "h"


@lambda c: 7
class Seven:
    pass


assert Seven == 7


def memo(f):
    seen = {}

    def inner(n):
        if n not in seen:
            seen[n] = f(n)
        return seen[n]

    inner.__wrapped__ = f
    return inner


@memo
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


assert fib(80) == 23416728348467685


def fails(f):
    raise LookupError("no")


try:

    @fails
    def never():
        pass
except LookupError:
    assert "never" not in globals()


class Decorator:
    def __init__(self, f):
        self.f = f

    def __call__(self, *args):
        return ("called", self.f(*args))

    def __get__(self, instance, owner):
        return lambda *args: ("bound", self.f(instance, *args))


class D:
    @Decorator
    def m(self, x):
        return x


@Decorator
def plain(x):
    return x


assert plain(1) == ("called", 1) and D().m(2) == ("bound", 2)
print("ok")
