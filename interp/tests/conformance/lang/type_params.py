# Type parameters (PEP 695, 696): functions, classes, type aliases; lazy bounds.
def first[T](items: list[T]) -> T:
    return items[0]


assert first([1]) == 1
(T,) = first.__type_params__
assert T.__name__ == "T" and type(T).__name__ == "TypeVar" and repr(T) == "T" and first.__annotations__["return"] is T


class Box[T: int, *Ts, **P]:
    value: T

    def get[U](self, other: U) -> T | U:
        return other


assert [p.__name__ for p in Box.__type_params__] == ["T", "Ts", "P"]
assert [type(p).__name__ for p in Box.__type_params__] == ["TypeVar", "TypeVarTuple", "ParamSpec"]
assert Box.__type_params__[0].__bound__ is int and Box.__annotations__["value"] is Box.__type_params__[0]
assert Box.__bases__[0].__name__ == "Generic" and Box().get(3) == 3


class Constrained[S: (int, str)]:
    pass


assert Constrained.__type_params__[0].__constraints__ == (int, str)
type Pair[A] = tuple[A, A]
assert Pair.__name__ == "Pair" and Pair.__type_params__[0].__name__ == "A" and repr(Pair) == "Pair"
assert Pair.__value__ == tuple[Pair.__type_params__[0], Pair.__type_params__[0]]
type Lazy = not_defined_yet
try:
    Lazy.__value__
    assert False
except NameError:
    pass
not_defined_yet = int
assert Lazy.__value__ is int
type Tree = list[Tree] | int
assert "Tree" in repr(Tree.__value__)


class Default[T = int]:
    pass


assert Default.__type_params__[0].__default__ is int and Default.__type_params__[0].has_default()
assert "T" not in [k for k in globals() if k == "U"]


def scoped[T]():
    return T


assert type(scoped()).__name__ == "TypeVar"


class Outer[T]:
    def method(self):
        return T

    class Inner:
        seen = T


assert Outer().method() is Outer.__type_params__[0] is Outer.Inner.seen
type = 5
assert type + 1 == 6
assert Box[int, str, [int]].__origin__ is Box


def bound_scope():
    X = str

    def f[T: X](a: T): ...

    return f.__type_params__[0].__bound__


assert bound_scope() is str
print("ok")
