# Code objects out of parts: replace() of every field, the constructor, tables; bad parts are refused.

import types

def f(a, b=1, *c, d, **e):
    x = a + d
    try:
        return [i for i in c], x, b, e
    except Exception:
        return None

CODE = f.__code__
FIELDS = ["argcount", "posonlyargcount", "kwonlyargcount", "nlocals", "stacksize", "flags", "code", "consts", "names", "varnames",
          "filename", "name", "qualname", "firstlineno", "linetable", "exceptiontable", "freevars", "cellvars"]
for field in FIELDS:
    same = CODE.replace(**{"co_" + field: getattr(CODE, "co_" + field)})
    assert same == CODE and hash(same) == hash(CODE), field

rebuilt = types.CodeType(*[getattr(CODE, "co_" + field) for field in FIELDS])
assert rebuilt == CODE
assert types.FunctionType(rebuilt, {"Exception": Exception})(1, 2, 3, 4, d=5, z=6) == ([3, 4], 6, 2, {"z": 6})
assert list(rebuilt.co_positions()) == list(CODE.co_positions())
assert list(rebuilt.co_lines()) == list(CODE.co_lines())

def answer():
    return 41.5

answer.__code__ = answer.__code__.replace(co_consts=tuple(42.5 if c == 41.5 else c for c in answer.__code__.co_consts))
assert answer() == 42.5

moved = CODE.replace(co_firstlineno=1000)
assert moved.co_firstlineno == 1000 and moved != CODE
assert CODE.replace(co_name="g").co_name == "g"
assert CODE.replace(co_posonlyargcount=1) != CODE

def outer():
    v = 1
    def inner():
        return v
    return inner

renamed = outer.__code__.replace(co_cellvars=("w",))
assert renamed.co_cellvars == ("w",)
assert types.FunctionType(renamed, {})()() == 1

def refused(error, **changes):
    try:
        CODE.replace(**changes)
    except error:
        return
    raise AssertionError(changes)

refused(ValueError, co_argcount=-1)
refused(ValueError, co_nlocals=99)
refused(TypeError, co_varnames=["a"])
refused(TypeError, co_code="x")
refused(ValueError, co_code=b"x")
refused(TypeError, co_name=1)
refused(TypeError, co_nothing=1)
refused(OverflowError, co_firstlineno=2 ** 80)
# Flags may say that code makes a generator: it does what its instructions do.
for flag in 0x20, 0x80, 0x200:
    def plain(a):
        return a + 1

    claimed = types.FunctionType(plain.__code__.replace(co_flags=plain.__code__.co_flags | flag), {})
    assert claimed.__code__.co_flags & flag and [claimed(n) for n in range(40)] == list(range(1, 41))
    assert claimed.__code__.replace(co_flags=plain.__code__.co_flags) == plain.__code__


class WithPlain:
    method = claimed


assert WithPlain.__dict__["method"](3) == 4 and list(map(claimed, [1, 2])) == [2, 3] and claimed(a=5) == 6
print("ok")
