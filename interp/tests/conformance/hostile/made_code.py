# needs: sys, types
# Code objects put together from changed instructions: what they can do at worst is raise. CPython has other instructions.
import sys, types

UNIT = 8


def units(code):
    b = code.co_code
    return [b[i:i + UNIT] for i in range(0, len(b), UNIT)]


def number(unit): return int.from_bytes(unit[:2], "little")
def field(unit, i): return int.from_bytes(unit[2 + 2 * i:4 + 2 * i], "little", signed=True)
def unit(op, *fields): return op.to_bytes(2, "little") + b"".join(f.to_bytes(2, "little", signed=True) for f in fields)
def changed(code, made): return code.replace(co_code=b"".join(made))


def outer():
    x = 1
    def inner(a=2): return x, a
    return inner


def refused(code, made):
    try: changed(code, made)
    except ValueError: return True
    return False


def broken(f, *a):
    try: f(*a)
    except SystemError: return True
    return False


if sys.implementation.name == "instar":
    code = outer.__code__
    us = units(code)
    # Operations by what they do here: the closure is attribute 8, defaults are attribute 1.
    closure = next(i for i, u in enumerate(us) if field(u, 2) == 8 and field(u, 1) - field(u, 0) == 1)
    defaults = next(i for i, u in enumerate(us) if field(u, 2) == 1 and number(u) == number(us[closure]))
    set_attr = number(us[closure])
    assert changed(code, us) and outer()() == (1, 2)

    # A function that is called without its closure cannot be made.
    other = list(us)
    other[closure] = unit(set_attr, field(us[closure], 0), field(us[closure], 1), 1)
    assert refused(code, other)
    # A closure of something else than cells can be written, not made: the tuple of defaults, which holds no cell.
    other = list(us)
    other[defaults] = unit(set_attr, field(us[defaults], 0), field(us[defaults], 1), 8)
    made = types.FunctionType(changed(code, other), globals())
    assert broken(made)
    # The tuple of cells as a dict of keyword defaults.
    other = list(us)
    other[defaults] = unit(set_attr, field(us[defaults], 0), field(us[defaults], 1), 2)
    assert broken(types.FunctionType(changed(code, other), globals()))

    # Names of a namespace that a function does not have.
    for source in ("x: int = 1\n", "del x\n", "x = 1\n", "x\n", "from sys import *\n", "class A: pass\n"):
        top = compile(source, "<made>", "exec")
        f = types.FunctionType(top.replace(co_flags=top.co_flags | 3), {})
        try: f()
        except (SystemError, NameError): pass
print("ok")
