# Private names in the head of a generic class, evaluators of parts that were given as objects, kinds of collections by bases.
import annotationlib
import collections
import collections.abc
from typing import ParamSpec, TypeAliasType, TypeVar, TypeVarTuple


def make_base(arg):
    class Base:
        given = staticmethod(arg) if callable(arg) else arg
    return Base


class __X:
    pass


class Y[T: __X](make_base(lambda: __X), make_base([__X for _ in (1,)])):
    pass


plain = globals()["__X"]
assert Y.__type_params__[0].__bound__ is plain
assert Y.__bases__[0].given() is plain and Y.__bases__[1].given == [plain]


class Foo[__T, __U: __T](make_base([__T]), make_base(lambda: __T)):
    param = __T


T, U = Foo.__type_params__
assert (T.__name__, U.__name__) == ("__T", "__U") and U.__bound__ is T and Foo.param is T
assert Foo.__bases__[0].given == [T] and Foo.__bases__[1].given() is T

var = TypeVar("V", bound=int, default=str)
for evaluate, value, text in (
    (var.evaluate_bound, int, "int"), (var.evaluate_default, str, "str"), (TypeVar("C", int, str).evaluate_constraints, (int, str), "(int, str)"),
    (ParamSpec("P", default=int).evaluate_default, int, "int"), (TypeVarTuple("Ts", default=int).evaluate_default, int, "int"),
    (TypeAliasType("A", int).evaluate_value, int, "int"),
):
    assert evaluate(1) == value and annotationlib.call_evaluate_function(evaluate, annotationlib.Format.STRING) == text
assert repr(var.evaluate_bound) == "<constevaluator <class 'int'>>"
assert TypeVar("W").evaluate_bound is None and TypeVar("W").evaluate_constraints is None
Const = type(var.evaluate_bound)
for attempt, words in ((lambda: Const(), "cannot create '_typing._ConstEvaluator' instances"),
                       (lambda: setattr(Const, "a", 1), "cannot set 'a' attribute of immutable type '_typing._ConstEvaluator'")):
    try:
        attempt()
    except TypeError as e:
        assert str(e) == words, e


def kind(o):
    match o:
        case [*_]: return "sequence"
        case {}: return "mapping"


class Mixed(collections.UserDict, list):
    pass


class Other(collections.UserList, dict):
    pass


assert kind(Mixed()) == "mapping" and kind(Other()) == "sequence"
for op in ("*", "**", "/"):
    try:
        compile(f"match x:\n    case -0j {op} 0:\n        pass", "<t>", "exec")
    except SyntaxError:
        pass
    else:
        raise AssertionError(op)
print("ok")
