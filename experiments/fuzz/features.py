"""Programs of chosen shapes: descriptors and classes, scopes, chains of exceptions, generators driven step by step, and tracebacks with
their source lines and carets.

What does not live here: random statements (statements.py), whose shapes have no aim.
"""
from expressions import Expressions
from values import value

TRACE_HEAD = """import linecache, traceback
def trace(text, **names):
    linecache.cache['<text>'] = len(text), None, text.splitlines(True), '<text>'
    try: exec(compile(text, '<text>', 'exec'), {'__name__': 'text', **names})
    except RecursionError as e: show(type(e))
    except Exception as e:
        lines = ''.join(traceback.format_exception(e)).splitlines()
        for line in lines[3:60]: print(line)
"""
# What fails, as operands of the expressions whose place a traceback shows.
FAILING = ["1 / 0", "undefined", "{}['key']", "[][3]", "(1).attr", "f(1)", "f(1, 2, 3)", "None()", "'a' + 1", "g()", "h(0)(1)", "int('x')", "x.y.z", "x[0][1]", "-'a'", "len(5)", "[*5]", "{**5}", "f(*5)", "f(**5)", "next(iter(()))", "1 @ 2", "not g()", "await_", "lst[g()]", "x.m(1)(2)", "'%d' % 'a'", "1 < 'a'", "1 in 2", "(yes := 1 / 0)"]
WRAPPED = ["%s", "1 + %s", "%s + 1", "(%s)", "[1, %s]", "f(%s, b=2)", "f(a=%s)", "{1: %s}", "{%s: 1}", "f'{%s}'", "f'a{%s!r:>5}b'", "(lambda: %s)()", "[%s for i in (1, 2)]", "[i for i in %s]", "{i: %s for i in (1,)}", "list(%s for i in (1,))", "%s if 1 else 2", "1 if %s else 2", "x[%s]", "x[1:%s]", "%s.attr", "%s[0]", "%s(1)", "1 and %s", "0 or %s", "1 < %s < 3", "-(%s)", "(1,\n  %s,\n  3)", "f(1,\n  %s\n )", "(\n  %s\n  + 2)", "len(\n    %s)", "'\xe9\u65e5' + %s", "x.m(%s)", "(w := %s)"]
PLACES = ["%s\n", "a = %s\n", "a = b = %s\n", "a, b = %s\n", "a += %s\n", "assert %s\n", "assert 0, %s\n", "return_ = (%s)\n", "if %s: pass\n", "while %s: break\n", "for i in %s: pass\n", "with %s: pass\n", "with %s as a, 1: pass\n", "del x[%s]\n", "raise %s\n", "raise ValueError from %s\n", "x.a = %s\n", "x[%s] = 1\n", "x[0] = %s\n", "class C(%s): pass\n", "class C:\n    a = %s\n", "def k(a=%s): pass\n", "@f\n@(%s)\ndef k(): pass\n", "import zork.%.0s\n", "from os import zork_%.0s\n", "match %s:\n    case 1: pass\n",
          "match 1:\n    case _ if %s: pass\n", "try:\n    %s\nexcept KeyError: pass\n", "try: pass\nfinally:\n    %s\n", "try:\n    %s\nexcept Exception as e:\n    raise ValueError('second')\n", "try:\n    %s\nexcept Exception as e:\n    raise ValueError('second') from e\n", "try:\n    %s\nexcept Exception as e:\n    raise ValueError('second') from None\n", "try:\n    %s\nexcept Exception as e:\n    e.add_note('a note')\n    raise\n", "def k():\n    return %s\nk()\n", "def k():\n    yield %s\nlist(k())\n", "def k(n):\n    if n: return k(n - 1)\n    %s\nk(6)\n",
          "def k():\n    try:\n        1 / 0\n    finally:\n        %s\nk()\n", "type T = %s\nT.__value__\n", "def k[T: %s](): pass\nk.__type_params__[0].__bound__\n", "def k(a: %s): pass\nk.__annotations__\n", "raise ExceptionGroup('group', [ValueError(1), TypeError('two\\nlines')]) if 1 else %s\n", "try:\n    %s\nexcept* ZeroDivisionError: raise KeyError('in star')\n", "async def k():\n    return %s\nk().send(None)\n", "a: int = %s\n", "global zz; zz = %s\n", "lambda: 0; %s; 1\n", "x = 1; y = %s\n", "if 1:\n    if 1:\n        %s\n", "a = [\n    1,\n    2,\n    %s,\n    4,\n    5,\n    6,\n]\n"]
CLASS_PARTS = ["x = Data('x')", "y = NonData()", "z = Named()", "x = 1", "__slots__ = ('a', 'b')", "__slots__ = ('a', '__dict__')", "__slots__ = 'a'", "def __getattr__(s, n): return ('ga', n)", "def __getattribute__(s, n):\n        print('gab', n)\n        return super().__getattribute__(n)", "def __setattr__(s, n, v):\n        print('sa', n)\n        super().__setattr__(n, v)", "def __delattr__(s, n): print('da', n)",
               "def __init_subclass__(c, **k):\n        print('is', c.__name__, sorted(k))\n        super().__init_subclass__()", "def __class_getitem__(c, i): return (c.__name__, i)", "@property\n    def p(s): return ('p', __class__.__name__)", "@property\n    def p(s): raise AttributeError('inner')", "p = property(lambda s: 1, lambda s, v: print('set', v), lambda s: print('del'), 'doc')", "@classmethod\n    def c(k, *a): return (k.__name__, a)", "@staticmethod\n    def s(*a): return a", "def m(s): return super().m() if hasattr(super(), 'm') else __class__.__name__", "def __new__(c, *a, **k):\n        print('new', len(a), sorted(k))\n        return super().__new__(c)", "def __init__(s, *a, **k): print('init', a, sorted(k))",
               "def __eq__(s, o): return True", "__hash__ = None", "def __hash__(s): return 5", "def __bool__(s): return 0", "def __len__(s): return 3", "def __iter__(s): return iter((1, 2))", "def __contains__(s, v): return v", "def __call__(s, *a, **k): return (a, k)", "def __repr__(s): return 'R'", "def __str__(s): return 'S'", "def __format__(s, f): return f + '!'", "def __index__(s): return 2", "def __enter__(s): return s", "def __exit__(s, *a): return True", "def __getitem__(s, i):\n        if i == 2: raise IndexError\n        return i", "def __add__(s, o): return NotImplemented", "def __radd__(s, o): return 'radd'", "def __iadd__(s, o): return s", "def __lt__(s, o): return 'lt'", "def __gt__(s, o): return 'gt'",
               "def __missing__(s, k): return ('m', k)", "__match_args__ = ('x', 'm')", "a: int = 3", "b: undefined_name", "def __set_name__(s, o, n): print('sn')", "def __reduce__(s): return (list, ((1,),))", "def __copy__(s): return 'copied'", "def __dir__(s): return ['d2', 'd1']", "def __sizeof__(s): return 1", "__doc__ = 'D'", "__module__ = 'M'", "__qualname__ = 'Q.N'", "class Inner: v = 1", "def __instancecheck__(s, o): return True", "locals()['dyn'] = 5", "[q for q in (1, 2)]", "t = [__qualname__ for _ in (1,)]", "__annotations__ = {'k': 1}", "def f[T](s, v: T) -> T: return v"]
BASES = ["", "", "", "object", "int", "str", "list", "dict", "tuple", "Exception", "A0", "A1", "A0, A1", "A1, A0", "A0, object", "object, A0", "list, dict", "Meta", "type", "A0, metaclass=Meta2", "metaclass=Meta2", "A0, kw=1", "bool", "1", "*[A0]", "**{'kw': 2}", "float", "set", "bytes", "ABC0", "Generic[T0]", "list[int]", "Enum0"]
CLASS_USES = ["o.x", "o.x = 5", "del o.x", "o.y", "o.y = 1", "o.z", "o.p", "o.p = 3", "del o.p", "o.m()", "o.c(1)", "C.c(2)", "o.s(3)", "C.x", "C.y", "C[3]", "C.p", "o.nope", "C.nope", "o.a", "o.a = 1", "o.b = 2", "o.q = 3", "o.__dict__", "C.__dict__.keys() & {'x', 'y', 'p', 'm'}", "o == 1", "o != o", "hash(o) == hash(o)", "bool(o)", "len(o)", "list(o)", "1 in o", "o()", "repr(o)", "str(o)", "f'{o:>4}'", "[1, 2, 3][o]", "o + 1", "1 + o", "o < 1", "o < o", "o[1]", "o['k']", "C.__mro__", "C.__name__, C.__qualname__, C.__module__, C.__doc__", "C.__bases__", "isinstance(1, C)", "issubclass(C, int)", "type(C)", "C.__slots__", "C.__annotations__",
              "C.dyn", "C.t", "C.Inner.__qualname__", "copy.copy(o)", "dir(o)[:2]", "vars(o)", "C.__type_params__", "o.f('v')", "getattr(o, 'x', 'default')", "hasattr(o, 'p')", "setattr(C, 'x', 7)", "o.x, C.x", "delattr(C, 'm')", "o.__class__.__name__", "setattr(o, '__class__', A0)", "setattr(C, '__bases__', (A1,))", "C.__subclasses__()", "type('D', (C,), {})", "type('D', (C,), {}, kw=1)", "super(C, o).m()", "super(C, C).c(1)", "o.__reduce_ex__(2)[0]", "match(o)", "int(o)", "dict(o)", "tuple(o)", "C.m(1)", "C.__init__(o, 1)", "C.__new__(C)", "C.__new__(int)", "o.__init__", "o.__eq__", "o.__str__()", "object.__repr__(o)", "(lambda: o.x)()", "with_(o)", "o += 1"]
CLASS_HEAD = """import copy
from abc import ABC as ABC0, abstractmethod
from typing import Generic, TypeVar
from enum import Enum as Enum0
T0 = TypeVar('T0')
class A0:
    def m(s): return 'A0.m'
class A1:
    x = 'A1.x'
    def m(s): return 'A1.m'
def match(o):
    match o:
        case C(x, m): return ('matched', x)
        case C(): return 'is'
        case [a, b]: return (a, b)
        case {'k': v}: return v
        case _: return 'other'
def with_(o):
    with o as v: 1 / 0
    return 'swallowed'
"""


def classes(rng):
    lines = ["class C%s:" % (lambda b: "(%s)" % b if b else "")(rng.choice(BASES))]
    for part in rng.sample(CLASS_PARTS, rng.randrange(1, 6)):
        lines.append("    " + part)
    text = CLASS_HEAD + "\n".join(lines) + "\n"
    if rng.random() < 0.4:
        text += "class C(C%s):\n    %s\n    %s\n" % (rng.choice(["", "", ", A0", ", kw=3", ", metaclass=Meta2"]), rng.choice(CLASS_PARTS), rng.choice(CLASS_PARTS))
    text += "o = C(%s)\n" % rng.choice(["", "", "", "1", "k=1", "'a'", "[]"])
    for use in rng.sample(CLASS_USES, 9):
        text += "try: %s\nexcept Exception as e: show(e)\n" % (use if use.startswith("del ") or " = " in use or " += " in use else "show(%s)" % use)
    return text


# No comprehension binds a name of the scopes around it: CPython then takes that for the variable of the whole function.
SCOPE_USES = ["x", "y", "x = x + 1", "x = 5", "y = x", "del x", "del y", "x += 1", "print(x)", "[x for i in (1, 2)]", "[y := i for i in (3, 4)]", "(lambda: x)()", "(lambda x=x: x)()", "[(lambda: x)() for _ in (1,)]", "{x: y for i in (1,)}", "sorted(k for k in locals() if len(k) == 1)", "exec('x = 9')", "eval('x')", "globals().get('x')", "import math as x", "for x in (7, 8): pass", "with CM('m') as x: pass", "try: 1 / 0\n%sexcept Exception as x: pass", "class x: pass", "def y(): return x", "y()", "list(x for _ in (1, 2))", "vars().get('x')", "x: int", "x: int = 4", "[i for i in (1, 2) if (y := i)]", "print(f'{x!r}')", "type y = x", "y.__value__", "__class__", "[[x for _ in (1,)] for i in (5, 6)]", "match 3:\n%s    case x: pass"]


def scopes(rng):
    lines = ["x = 'global'"]

    def body(indent, depth, inside):
        pad = "    " * indent
        r = rng.random()
        if r < 0.2 and inside == "def":
            lines.append(pad + "global " + rng.choice("xy"))
        elif r < 0.5 and inside == "def" and depth < 3:
            lines.append(pad + "nonlocal " + rng.choice("xy"))
        for _ in range(rng.randrange(1, 4)):
            use = rng.choice(SCOPE_USES)
            use = use.replace("%s", pad + "    ")
            shown = "print(%s)" % use if not any(w in use for w in (" = ", "del ", "for x in (7", "import", "try:", "class x", "def y", "x: int", "+=", "print", "with ", "type y", "match ")) else use
            lines.append(pad + "try: " + shown if "\n" not in shown and not shown.startswith(("for ", "with ", "class ", "def ")) else pad + "try:\n" + pad + "    " + shown)
            lines.append(pad + "except (NameError, UnboundLocalError, TypeError, SyntaxError, AttributeError) as err: print(type(err).__name__, str(err))")
        if depth:
            for _ in range(rng.choice((1, 1, 2))):
                kind = rng.choice(["def", "def", "class"])
                name = rng.choice(["f", "g", "h"])
                lines.append(pad + ("def %s(%s):" % (name, rng.choice(["", "", "x=1", "y=2", "*x"])) if kind == "def" else "class K:"))
                body(indent + 1, depth - 1, kind)
                if kind == "def":
                    lines.append(pad + "%s()" % name)

    body(0, 3, "module")
    return "\n".join(lines) + "\n"


def traces(rng):
    out = []
    for _ in range(3):
        text = rng.choice(FAILING)
        for _ in range(rng.randrange(3)):
            text = rng.choice(WRAPPED) % text
        if rng.random() < 0.15:
            text = Expressions(rng, ["x", "f", "g"]).expression(2)
        place = rng.choice(PLACES)
        out.append("trace(%r, f=lambda a, b=1: a, g=lambda: 1 / 0, h=lambda n: None, x=[1], lst=[1, 2])\n" % (place % text if "%" in place else place))
    return TRACE_HEAD + "".join(out)


STEPS = ["next(g)", "g.send(None)", "g.send('s')", "g.throw(ValueError('t'))", "g.throw(GeneratorExit)", "g.throw(StopIteration('si'))", "g.close()", "list(g)", "next(g, 'end')", "(lambda a, *b: (a, b))(*g)", "g.gi_frame is None, g.gi_running, g.gi_suspended", "g.gi_yieldfrom", "[*g]", "sum(1 for _ in g)"]
BODIES = ["yield 1", "r = yield 2\nprint('got', r)", "r = yield from inner()\nprint('inner gave', r)", "yield from (1, 2)", "try:\n    yield 3\nexcept ValueError as e: print('caught', e)", "try:\n    yield 4\nfinally: print('finally')", "return 'value'", "raise KeyError('k')", "raise StopIteration('bad')", "for i in range(2): yield i", "try:\n    yield 5\nexcept GeneratorExit: yield 'refused'", "with CM('c', swallow=True): yield 6", "yield (yield 7)", "print('between')", "try:\n    yield from inner()\nexcept ValueError as e: yield ('outer', str(e))", "yield [(yield 8), 9]", "x = [i async for i in AIter(2)] if 0 else 1", "while (v := (yield 'w')): print(v)", "try: yield 10\nexcept BaseException as e: print(type(e).__name__); raise", "yield from map(str, (1, 2))", "yield from gen3()"]


def generators(rng):
    lines = ["def inner():"]
    put = lambda text, pad: lines.extend(pad + line for line in text.split("\n"))
    plain = [b for b in BODIES if "async" not in b]
    for _ in range(rng.randrange(1, 4)):
        put(rng.choice([b for b in plain if "inner" not in b]), "    ")
    if not any("yield" in line for line in lines):
        put("yield 'i'", "    ")
    lines.append("def outer():")
    for _ in range(rng.randrange(1, 5)):
        put(rng.choice(plain), "    ")
    put("yield 'last'", "    ")
    lines.append("g = outer()")
    for _ in range(rng.randrange(2, 8)):
        lines.append("try: show(%s)\nexcept BaseException as e: show(e, e.__context__, e.__cause__)" % rng.choice(STEPS))
    return "\n".join(lines) + "\ng.close() if g.gi_frame is None else None\n"


GROUPS = ["ValueError(1)", "TypeError(2)", "KeyError('k')", "OSError(2, 'no')", "ExceptionGroup('in', [ValueError(3), IndexError(4)])", "ExceptionGroup('in2', [ExceptionGroup('in3', [TypeError(5)])])"]
KINDS = ["ValueError", "TypeError", "(KeyError, TypeError)", "LookupError", "Exception", "OSError", "ExceptionGroup"]


def chains(rng):
    group = "ExceptionGroup('g', [%s])" % ", ".join(rng.choice(GROUPS) for _ in range(rng.randrange(1, 5)))
    lines = ["import traceback", "def report(e):", "    seen = 0", "    while e is not None and seen < 6:", "        show(e, e.__suppress_context__, getattr(e, '__notes__', None), getattr(e, 'exceptions', None))", "        e, seen = e.__cause__ or e.__context__, seen + 1", "try:"]
    body = ["try:", "    raise %s" % group]
    for _ in range(rng.randrange(1, 4)):
        body.append("except* %s as e:" % rng.choice(KINDS[:6]))
        body.append("    " + rng.choice(["show(e)", "raise", "raise KeyError('new')", "raise RuntimeError('r') from e", "e.add_note('n')", "show(e.exceptions); raise e", "pass", "1 / 0"]))
    if rng.random() < 0.3:
        body += ["else: print('else')"]
    if rng.random() < 0.3:
        body += ["finally: print('finally')"]
    if rng.random() < 0.4:
        kind = rng.choice(KINDS)
        body = ["g = %s" % group, "show(g.split(%s))" % kind, "show(g.subgroup(lambda e: isinstance(e, %s)))" % kind, "show(g.derive([ValueError()]))", "show(g.message, str(g), repr(g)[:90])", "raise g"]
    if rng.random() < 0.4:
        kinds = ["ValueError('v%d')" % i for i in range(4)]
        body = ["try:", "    try: raise %s" % kinds[0], "    except ValueError as a:", "        try: raise %s%s" % (kinds[1], rng.choice(["", " from a", " from None"])), "        except ValueError as b:", "            %s" % rng.choice(["raise", "raise a", "raise b from a", "a.__cause__ = b; raise a", "a.__context__ = b; raise", "raise %s" % kinds[2], "b.add_note('x'); raise", "b.__suppress_context__ = True; raise"]), "finally:", "    " + rng.choice(["pass", "print('f')", "raise %s" % kinds[3], "1 / 0"])]
    lines += ["    " + b for b in body]
    lines += ["except BaseException as e:", "    report(e)", "    print(''.join(traceback.format_exception(e)).count('Traceback'))"]
    return "\n".join(lines) + "\n"


def program(rng):
    shape = rng.choice([classes, classes, scopes, traces, traces, generators, chains])
    for _ in range(12):
        text = shape(rng)
        try:
            compile(text, "<fuzz>", "exec")
        except SyntaxError:
            # Few programs that do not compile are enough.
            if rng.random() < 0.05:
                break
        else:
            break
    return text, shape.__name__
