# Annotations are lazy (PEP 649): __annotate__, __annotations__, scopes, locals are not evaluated.
def f(a: undefined_type, b: int = 1, *c: str, d: "text" = 2, **e: list[int]) -> undefined_too:
    inside: also_undefined = 5
    only: never_evaluated
    return inside


assert f(1) == 5
try:
    f.__annotations__
    assert False
except NameError as e:
    assert str(e) == "name 'undefined_type' is not defined"
undefined_type = "now"
undefined_too = None
assert f.__annotations__ == {"a": "now", "b": int, "c": str, "d": "text", "e": list[int], "return": None}
assert list(f.__annotations__) == ["a", "b", "c", "d", "e", "return"]
assert f.__annotations__ is f.__annotations__
assert f.__annotate__(1)["b"] is int
try:
    f.__annotate__(5)
    assert False
except NotImplementedError:
    pass


class C:
    x: int
    y: C = None
    z: list[x] = 1
    x = 5


assert C.__annotations__ == {"x": int, "y": C, "z": list[5]} and not hasattr(C(), "nothing")


class D(C):
    pass


assert D.__annotations__ == {} and (lambda: 0).__annotations__ == {}
log = []
target = {}


def n(v):
    log.append(v)
    return v


target[n("k")]: n("annotation") = n("value")
assert log == ["value", "k"] and target == {"k": "value"}
(paren): n("not kept") = 1
assert paren == 1
module_level: later_name = 3
later_name = "late"
assert __annotations__["module_level"] == "late" if "__annotations__" in globals() else True


def conditional():
    x: int
    try:
        x
    except UnboundLocalError:
        return "unbound"


assert conditional() == "unbound"
f.__annotations__ = {"own": 1}
assert f.__annotations__ == {"own": 1} and f.__annotate__ is None


def outer():
    T = "closure"

    def inner(a: T): ...

    return inner


assert outer().__annotations__ == {"a": "closure"}


class Cond:
    if True:
        yes: int
    else:
        no: str


assert Cond.__annotations__ == {"yes": int}
print("ok")
