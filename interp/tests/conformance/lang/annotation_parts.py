# What annotations are made of: their parameter's name, their functions' names, texts, errors.
def outer(format):
    def inner(x: format, y: (lambda: format)): pass
    return inner


def plain(x: format, *, y: int = 1) -> format: pass


class C:
    x: format

    def method(self, x: int): pass


assert outer("kept").__annotations__["x"] == "kept" and outer("kept").__annotations__["y"]() == "kept"
def locals_only(x):
    a: x
    return a if x else x


assert locals_only.__code__.co_cellvars == ()
assert plain.__annotations__ == {"x": format, "y": int, "return": format} and C.__annotations__ == {"x": format}
assert plain.__annotate__.__code__.co_varnames == ("format",) == C.__annotate__.__code__.co_varnames
assert plain.__annotate__.__qualname__ == "plain.__annotate__" and plain.__annotate__.__name__ == "__annotate__"
assert C.method.__annotate__.__qualname__ == "C.method.__annotate__"
assert outer(1).__annotate__.__qualname__ == "outer.<locals>.inner.__annotate__"

names = {}
exec("from __future__ import annotations\ndef f(x: int, *a: (yes, no)) -> list[x]: pass\nclass D:\n  def m(self, y: D): pass\n", names)
f = names["f"]
assert f.__annotate__(1) == f.__annotations__ == {"x": "int", "a": "(yes, no)", "return": "list[x]"}
assert names["D"].m.__annotations__ == {"y": "D"}
try:
    f.__annotate__(4)
except NotImplementedError:
    pass
else:
    raise AssertionError

for prelude in ("", "class X: ", "def f(): ", "async def f(): "):
    for what in ("[y async for y in x]", "{y async for y in x}", "{y: y async for y in x}"):
        try:
            compile(prelude + "(x): " + what, "name", "exec")
        except SyntaxError as e:
            assert e.msg == "asynchronous comprehension outside of an asynchronous function", e.msg
        else:
            raise AssertionError(prelude + what)

for value in ("0", "[]", "frozenset()"):
    try:
        exec(f"__conditional_annotations__ = {value}\nx: int", {})
    except TypeError as e:
        assert str(e) == f"{type(eval(value)).__name__!r} object is not a set", e
    else:
        raise AssertionError(value)


class Wrong:
    pass


Wrong.__annotate__ = plain.__annotate__
Wrong.__annotate__ = lambda format: 42
try:
    Wrong.__annotations__
except TypeError as e:
    assert str(e) == "__annotate__ returned non-dict of type 'int'", e

# An imported name can be declared global afterwards.
exec("def f():\n import sys\n global sys\nf()\nassert sys", {})

# Type aliases made by calls.
from typing import ParamSpec, TypeAliasType, TypeVar, TypeVarTuple, Unpack
T, D, Ts, P = TypeVar("T"), TypeVar("D", default=int), TypeVarTuple("Ts"), ParamSpec("P")
for args, params, text in [
    ((), None, "typealias() missing required argument 'name' (pos 1)"),
    ((1, int), (), "typealias() argument 'name' must be str, not int"),
    (("A", int), [T], "type_params must be a tuple"),
    (("A", int), (T, 2), "Expected a type param, got 2"),
    (("A", int), (D, T), "non-default type parameter '~T' follows default type parameter"),
    (("A", int), (D, Ts), "non-default type parameter 'Ts' follows default type parameter"),
]:
    try:
        TypeAliasType(*args, type_params=params) if params is not None else TypeAliasType(*args)
    except TypeError as e:
        assert str(e) == text, e
    else:
        raise AssertionError(text)
A = TypeAliasType("A", int, type_params=(T, Ts, P))
assert A.__type_params__ == (T, Ts, P) and A.__parameters__ == (T, *Ts, P)
assert (*A,) == (Unpack[A],)
print("ok")
