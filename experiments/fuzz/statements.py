"""Random programs of statements: functions, classes, generators, try, with, match, comprehensions, coroutines.

All loops are bounded and calls do not recurse, so that each program ends; errors end a statement block, which shows them.
What does not live here: values (values.py), free-standing expressions (expressions.py).
"""
from expressions import BINARY, Expressions
from values import FORMATS, value

NAMES = list("abcdefg")
HELPERS = '''
class CM:
    def __init__(s, name, enter=None, leave=None, swallow=False): s.name, s.enter, s.leave, s.swallow = name, enter, leave, swallow
    def __enter__(s):
        print('enter', s.name)
        if s.enter: raise s.enter
        return s.name
    def __exit__(s, t, v, tb):
        print('exit', s.name, t and t.__name__, str(v))
        if s.leave: raise s.leave
        return s.swallow
class ACM(CM):
    async def __aenter__(s):
        await pause(1)
        return s.__enter__()
    async def __aexit__(s, *a):
        await pause(2)
        return s.__exit__(*a)
class pause:
    def __init__(s, v): s.v = v
    def __await__(s):
        got = yield s.v
        return got
class AIter:
    def __init__(s, n): s.n = n
    def __aiter__(s): return s
    async def __anext__(s):
        await pause('a')
        s.n -= 1
        if s.n < 0: raise StopAsyncIteration
        return s.n
def run(coro, throw=None):
    log = []
    try:
        for i in range(12):
            if throw is not None and i == 2: log.append(coro.throw(throw))
            else: log.append(coro.send(None if i == 0 else i))
    except StopIteration as e: print('run', log, e.value)
    except BaseException as e: print('run', log, type(e).__name__, str(e))
    else:
        coro.close()
        print('run closed', log)
def drive(g, *acts):
    log = []
    for act in acts:
        try:
            if act == 'n': log.append(next(g))
            elif act == 'c': log.append(g.close())
            elif isinstance(act, tuple): log.append(g.throw(*act))
            else: log.append(g.send(act))
        except BaseException as e: log.append(e)
    show(log)
def deco(f):
    print('deco', getattr(f, '__name__', f))
    return f
def wrapdeco(f):
    def inner(*a, **k):
        print('call', f.__name__, len(a), sorted(k))
        return f(*a, **k)
    return inner
class Data:
    def __init__(s, n): s.n = n
    def __get__(s, o, t=None):
        print('get', s.n, o is None)
        return s.n
    def __set__(s, o, v): print('set', s.n, v)
    def __delete__(s, o): print('delete', s.n)
class NonData:
    def __get__(s, o, t=None): return ('nd', o is None)
class Named:
    def __set_name__(s, o, n): print('set_name', o.__name__, n)
class Point:
    __match_args__ = ('x', 'y')
    def __init__(s, x=0, y=1): s.x, s.y = x, y
    def __repr__(s): return 'P(%r,%r)' % (s.x, s.y)
    def __eq__(s, o): return isinstance(o, Point) and (s.x, s.y) == (o.x, o.y)
    def __hash__(s): return hash(s.x)
    def __add__(s, o): return Point(s.x, o)
    def __radd__(s, o): return Point(o, s.y)
    def __iadd__(s, o):
        s.x = o
        return s
    def __lt__(s, o): return s.x < o.x if isinstance(o, Point) else NotImplemented
    def __getitem__(s, i): return (s.x, s.y)[i]
    def __call__(s, *a, **k): return (a, k)
class Meta2(type):
    def __new__(m, n, b, d, **k):
        print('meta', n, sorted(x for x in d if not x.startswith('__')), k)
        return super().__new__(m, n, b, d)
    def __init__(c, n, b, d, **k): super().__init__(n, b, d)
    @classmethod
    def __prepare__(m, n, b, **k):
        print('prepare', n)
        return {'prepared': 1}
    def __getattr__(c, n): return 'meta ' + n
'''
EXCEPTIONS = """ValueError('v') TypeError('t',1) KeyError('k') IndexError ZeroDivisionError RuntimeError('r') StopIteration(5) GeneratorExit AttributeError('a') OSError(2,'no')
ExceptionGroup('g',[ValueError(1),TypeError(2)]) ExceptionGroup('h',[KeyError(1),ExceptionGroup('i',[ValueError(3)])]) 1 None AssertionError Exception('e') KeyboardInterrupt('ki') LookupError""".split()
HANDLERS = """ValueError TypeError (KeyError,ValueError) LookupError Exception ZeroDivisionError (IndexError,AttributeError) BaseException OSError () (ValueError,(TypeError,)) int""".split()


class Statements:
    def __init__(self, rng):
        self.rng = rng
        self.lines = []
        self.counter = 0
        # Kinds of the surroundings: what may be said here.
        self.kind = ["module"]
        self.loops = [0]

    def name(self):
        return self.rng.choice(NAMES)

    def fresh(self, stem):
        self.counter += 1
        return "%s%d" % (stem, self.counter)

    def expression(self, depth=2):
        rng = self.rng
        r = rng.random()
        if r < 0.25:
            return self.name()
        if r < 0.45:
            return value(rng, "int", "str", "seq")
        if r < 0.5:
            return "Point(%s)" % ", ".join(self.expression(0) for _ in range(rng.randrange(3)))
        if r < 0.55 and self.kind[-1] in ("def", "gen", "async"):
            return "(lambda %s=%s: %s)(%s)" % (self.name(), self.name(), self.name(), rng.choice(["", "1", "x=2"]))
        if r < 0.6:
            return "f'%s{%s%s:%s}'" % (rng.choice(["", "x{{", "%s"]), self.name(), rng.choice(["", "!r", "!s", "=", "=!r"]), rng.choice(FORMATS)[1:-1].replace("{", "").replace("}", "").replace("'", ""))
        if r < 0.66:
            return "(%s := %s)" % (self.name(), self.expression(depth - 1)) if self.kind[-1] != "class" else self.name()
        if r < 0.72:
            return "[%s for %s in %s if %s]" % (self.own(), rng.choice("uv"), self.iterable(), self.own())
        if r < 0.74 and self.kind[-1] in ("gen",):
            return "(yield %s)" % self.expression(0)
        if r < 0.78 and self.kind[-1] == "async":
            return rng.choice(["(await pause(%s))", "[x async for x in AIter(%s)]", "[await pause(x) for x in (%s, 2)]"]) % rng.choice(["1", "2", "3"])
        if r < 0.8:
            return "(%s, *%s)" % (self.expression(0), self.iterable())
        if r < 0.84:
            return "%s %s %s" % (self.name(), rng.choice(BINARY), self.expression(0))
        if r < 0.87:
            return "{%s: %s for %s, %s in %s}" % (self.own(), self.own(), rng.choice("uv"), rng.choice("uv"), rng.choice(["[(1, 2), (3, 4)]", "zip('ab', (1, 2))", self.iterable()]))
        if r < 0.9:
            return "%s if %s else %s" % (self.expression(0), self.name(), self.expression(0))
        if r < 0.92:
            return "%s%s" % (self.name(), rng.choice(["[0]", "[-1]", "[1:]", "[::2]", "['a']", ".x", ".y", ".real", "[%s]" % self.name(), "()", "(1)", "(*%s)" % self.name(), "(**%s)" % self.name()]))
        return Expressions(rng, NAMES).expression(depth)

    def own(self):
        """An expression within a comprehension."""
        return self.rng.choice(["u", "v", "(u, v)", "lambda: u", self.name(), self.expression(0)])

    def iterable(self):
        return self.rng.choice(["range(3)", "[1, 2, 3]", "'abc'", "(1, 'a', None)", "{'a': 1, 'b': 2}", "range(2)", "[(1, 2), (3, 4)]", self.name(), "enumerate('xy')", "[[1], [2, 3]]", "reversed([1, 2])", "map(str, (1, 2))", "{1: 2}.items()"])

    def target(self, depth=1):
        rng = self.rng
        r = rng.random()
        if r < 0.6 or depth == 0:
            return self.name()
        if r < 0.7:
            return "%s[%s]" % (self.name(), rng.choice(["0", "'k'", "-1", "1:2", "::2", self.name()]))
        if r < 0.76:
            return "%s.x" % self.name()
        parts = [self.target(depth - 1) for _ in range(rng.choice((1, 2, 2, 3)))]
        if rng.random() < 0.35:
            i = rng.randrange(len(parts))
            parts[i] = "*" + parts[i]
        return rng.choice(["(%s,)", "[%s]"]) % ", ".join(parts)

    def put(self, indent, text):
        self.lines.append("    " * indent + text)

    def block(self, indent, depth):
        for _ in range(self.rng.choice((1, 1, 2, 3))):
            self.statement(indent, depth)

    def inside(self, kind, indent, depth, extra=None):
        self.kind.append(kind)
        self.loops.append(0)
        if extra:
            for line in extra:
                self.put(indent, line)
        self.block(indent, depth)
        self.kind.pop()
        self.loops.pop()

    def statement(self, indent, depth):
        rng = self.rng
        kind = self.kind[-1]
        if depth <= 0:
            self.simple(indent)
            return
        r = rng.randrange(38)
        if r < 12:
            self.simple(indent)
        elif r < 14:
            self.put(indent, "if %s:" % self.expression())
            self.block(indent + 1, depth - 1)
            if rng.random() < 0.4:
                self.put(indent, "elif %s:" % self.expression())
                self.block(indent + 1, depth - 1)
            if rng.random() < 0.5:
                self.put(indent, "else:")
                self.block(indent + 1, depth - 1)
        elif r < 17:
            if kind == "async" and rng.random() < 0.5:
                self.put(indent, "async for %s in AIter(%d):" % (self.target(), rng.randrange(4)))
            else:
                self.put(indent, "for %s in %s:" % (self.target(), self.iterable()))
            self.loops[-1] += 1
            self.block(indent + 1, depth - 1)
            self.loops[-1] -= 1
            if rng.random() < 0.3:
                self.put(indent, "else:")
                self.block(indent + 1, depth - 1)
        elif r < 18:
            count = self.fresh("n")
            self.put(indent, "%s = %d" % (count, rng.randrange(1, 4)))
            self.put(indent, "while %s%s:" % (count, rng.choice([" > 0", "", " and %s" % self.name()])))
            self.put(indent + 1, "%s -= 1" % count)
            self.loops[-1] += 1
            self.block(indent + 1, depth - 1)
            self.loops[-1] -= 1
            if rng.random() < 0.4:
                self.put(indent, "else:")
                self.block(indent + 1, depth - 1)
        elif r < 23:
            self.try_statement(indent, depth)
        elif r < 25:
            head = "async with" if kind == "async" and rng.random() < 0.6 else "with"
            make = "ACM" if head == "async with" else "CM"
            items = []
            for _ in range(rng.choice((1, 1, 2))):
                extra = rng.choice(["", "", ", swallow=True", ", leave=ValueError('leave')", ", enter=KeyError('enter')", ", swallow=BoolRaise()"])
                items.append("%s(%r%s)%s" % (make, self.fresh("m"), extra, rng.choice(["", " as " + self.target(0)])))
            if rng.random() < 0.05:
                items.append(self.name())
            self.put(indent, "%s %s:" % (head, ", ".join(items)))
            self.block(indent + 1, depth - 1)
        elif r < 27:
            self.function(indent, depth)
        elif r < 29:
            self.generator(indent, depth)
        elif r < 31:
            self.class_statement(indent, depth)
        elif r < 33:
            self.match_statement(indent, depth)
        elif r < 35:
            self.coroutine(indent, depth)
        elif r == 35:
            self.put(indent, "%s: %s = %s" % (self.name(), rng.choice(["int", "'str'", "undefined_name", "list[int]"]), self.expression()) if self.kind[-1] != "class" else "%s: int" % self.name())
        elif r == 36:
            n = self.fresh("T")
            self.put(indent, "type %s[X] = %s" % (n, rng.choice(["list[X]", "X | int", "undefined_name", "1/0"])))
            self.put(indent, "try: print(%s.__value__, %s.__type_params__)" % (n, n))
            self.put(indent, "except Exception as e: show(e)")
        else:
            self.simple(indent)

    def simple(self, indent):
        rng = self.rng
        kind = self.kind[-1]
        r = rng.randrange(30)
        e = self.expression
        if r < 7:
            text = "%s = %s" % (self.target(), e())
            if rng.random() < 0.1:
                text = "%s = %s" % (self.name(), text)
        elif r < 10:
            text = "%s %s= %s" % (rng.choice([self.name(), self.name(), "%s[0]" % self.name(), "%s.x" % self.name(), "%s[1:]" % self.name()]), rng.choice("+ - * // % & | ^ @ /".split()).replace("*", "+"), e())
        elif r < 14:
            text = "print(%s)" % ", ".join(e() for _ in range(rng.choice((1, 1, 2))))
        elif r == 14:
            text = "del %s" % rng.choice([self.name(), "%s[0]" % self.name(), "%s.x" % self.name(), "%s[:1]" % self.name(), "(%s, %s)" % (self.name(), self.name())])
        elif r == 15:
            text = "assert %s, %s" % (e(), e(1))
        elif r == 16:
            text = "raise %s%s" % (rng.choice(EXCEPTIONS), rng.choice(["", "", " from None", " from KeyError('cause')", " from %s" % self.name()]))
        elif r == 17 and self.loops[-1]:
            text = rng.choice(["break", "continue"])
        elif r == 18 and kind in ("def", "gen", "async"):
            text = "return %s" % e()
        elif r < 21 and kind == "gen":
            text = rng.choice(["yield", "yield %s" % e(), "%s = yield %s" % (self.name(), e()), "yield from %s" % self.iterable(), "print((yield))", "%s = yield from gen3()" % self.name()])
        elif r < 21 and kind == "async":
            text = rng.choice(["await pause(%s)" % e(1), "%s = await pause(1)" % self.name(), "await %s" % self.name()])
        elif r == 21:
            text = "%s()" % self.name()
        elif r == 22:
            text = "pass"
        elif r == 23:
            text = "print(sorted(vars().keys() & set('abcdefg')))" if kind == "def" else "print(len(%s))" % e()
        elif r == 24:
            text = "%s.append(%s)" % (self.name(), e(1))
        elif r == 25 and kind == "def":
            text = "nonlocal_probe = locals().get(%r, 'none'); print(nonlocal_probe)" % self.name()
        elif r == 26:
            text = "%s, %s = %s, %s" % (self.name(), self.name(), self.name(), self.name())
        elif r == 27:
            text = "import math as %s; print(%s.floor(2.5))" % ((lambda n: (n, n))(self.fresh("mod")))
        else:
            text = "print(%s)" % e(3)
        self.put(indent, text)

    def try_statement(self, indent, depth):
        rng = self.rng
        self.put(indent, "try:")
        self.block(indent + 1, depth - 1)
        star = rng.random() < 0.15
        handlers = rng.choice((0, 1, 1, 2))
        loops = self.loops[-1]
        for _ in range(handlers):
            as_ = rng.choice(["", " as e", " as " + self.name()])
            kind = rng.choice(HANDLERS[:7] if star else HANDLERS)
            self.put(indent, "except%s %s%s:" % ("*" if star else "", kind, as_))
            if star:
                # Neither return nor break may leave such a block.
                self.loops[-1] = 0
                self.kind.append("class" if self.kind[-1] != "module" else "module")
            if as_ and rng.random() < 0.6:
                self.put(indent + 1, "show(%s, %s.__context__)" % ((as_[4:],) * 2))
            self.block(indent + 1, depth - 1)
            if rng.random() < 0.15 and not star:
                self.put(indent + 1, "raise")
            if star:
                self.loops[-1] = loops
                self.kind.pop()
        if handlers and not star and rng.random() < 0.1:
            self.put(indent, "except:")
            self.block(indent + 1, depth - 1)
        if handlers and rng.random() < 0.3:
            self.put(indent, "else:")
            self.block(indent + 1, depth - 1)
        if not handlers or rng.random() < 0.4:
            self.put(indent, "finally:")
            self.block(indent + 1, depth - 1)

    def scope_lines(self):
        rng = self.rng
        out = []
        if rng.random() < 0.2:
            out.append("global %s" % self.name())
        elif self.kind[-1] in ("def", "gen", "async") and self.kind[-1] != "class" and rng.random() < 0.3 and self.owned:
            out.append("nonlocal %s" % rng.choice(self.owned))
        return out

    owned = ()

    def parameters(self):
        rng = self.rng
        names = rng.sample(["p", "q", "r"], rng.randrange(3))
        out = []
        default = False
        for n in names:
            default = default or rng.random() < 0.4
            out.append(n + ("=" + value(rng, "int", "seq") if default else ""))
        if names and rng.random() < 0.2:
            out.insert(rng.randint(1, len(out)), "/")
        r = rng.random()
        if r < 0.25:
            out.append("*args")
        elif r < 0.35:
            out.append("*")
            out.append("k" + rng.choice(["", "=1"]))
        elif r < 0.4:
            out += ["*args", "k=2"]
        if rng.random() < 0.2:
            out.append("**kw")
        return out, len(names)

    def call_arguments(self, count):
        rng = self.rng
        n = count if rng.random() < 0.75 else rng.randrange(4)
        out = [self.expression(0) for _ in range(n)]
        if rng.random() < 0.2:
            out.append(rng.choice(["k=1", "p=1", "*[1]", "**{'q': 2}", "zz=3", "**{'k': 1}", "*%s" % self.name(), "**%s" % self.name()]))
        return ", ".join(out)

    def function(self, indent, depth):
        rng = self.rng
        name = rng.choice([self.fresh("f"), self.name()])
        parameters, count = self.parameters()
        for _ in range(rng.choice((0, 0, 0, 1))):
            self.put(indent, rng.choice(["@deco", "@wrapdeco", "@staticmethod", "@%s" % self.name()]))
        self.put(indent, "def %s%s(%s)%s:" % (name, rng.choice(["", "", "", "[T]"]), ", ".join(parameters), rng.choice(["", "", " -> undefined_name"])))
        before, lines = self.owned, self.scope_lines()
        self.inside("def", indent + 1, depth - 1, lines)
        self.put(indent + 1, "return (%s)" % ", ".join([p.split("=")[0].lstrip("*") for p in parameters if p not in ("/", "*")] + ["'end'"]))
        self.owned = before
        self.guarded(indent, ["show(%s(%s))" % (name, self.call_arguments(count)) for _ in range(rng.choice((1, 2)))])

    def guarded(self, indent, lines):
        for line in lines:
            self.put(indent, "try: " + line)
            self.put(indent, "except Exception as e: show(e)")

    def generator(self, indent, depth):
        rng = self.rng
        name = self.fresh("g")
        self.put(indent, "def %s():" % name)
        self.inside("gen", indent + 1, depth - 1, self.scope_lines())
        self.put(indent + 1, "yield 'last'")
        acts = [rng.choice(["'n'", "'n'", "'n'", "5", "None", "'c'", "(ValueError('thrown'),)", "(KeyError,)", "(StopIteration(1),)", "(GeneratorExit,)"]) for _ in range(rng.randrange(1, 6))]
        self.guarded(indent, [rng.choice(["drive(%s(), %s)" % (name, ", ".join(acts)), "print([x for _, x in zip(range(9), %s())])" % name, "print(*zip(range(3), %s()))" % name])])

    def coroutine(self, indent, depth):
        rng = self.rng
        name = self.fresh("co")
        self.put(indent, "async def %s():" % name)
        self.inside("async", indent + 1, depth - 1)
        self.guarded(indent, ["run(%s()%s)" % (name, rng.choice(["", "", ", ValueError('in')", ", GeneratorExit", ", StopIteration(2)"]))])

    def class_statement(self, indent, depth):
        rng = self.rng
        name = rng.choice([self.fresh("C"), self.name()])
        base = rng.choice(["", "", "(Point)", "(int)", "(list)", "(dict)", "(metaclass=Meta2)", "(metaclass=Meta2, opt=1)", "(Exception)", "(str)", "(%s)" % self.name(), "(Point, list)", "(tuple)", "(property)", "(type)"])
        self.put(indent, "class %s%s:" % (name, base))
        if rng.random() < 0.15:
            self.put(indent + 1, "__slots__ = %s" % rng.choice(["()", "('x',)", "'s', 't'", "('x', 'x')", "['__dict__']", "(1,)"]))
        self.inside("class", indent + 1, depth - 2)
        for _ in range(rng.choice((0, 1, 2, 3))):
            m = rng.choice(["meth", "prop", "cm", "sm", "dunder", "dunder", "data", "nd", "named", "sup", "init"])
            at = indent + 1
            if m == "meth":
                self.put(at, "def meth(self, *args):")
                self.inside("def", at + 1, depth - 2)
                self.put(at + 1, "return (__class__.__name__, args)")
            elif m == "prop":
                self.put(at, "@property")
                self.put(at, "def prop(self): return %s" % self.expression(0))
                if rng.random() < 0.5:
                    self.put(at, "@prop.setter")
                    self.put(at, "def prop(self, v): print('setter', v)")
            elif m == "cm":
                self.put(at, "@classmethod")
                self.put(at, "def cm(cls, *a): return (cls.__name__, a)")
            elif m == "sm":
                self.put(at, "@staticmethod")
                self.put(at, "def sm(*a): return a")
            elif m == "dunder":
                n = rng.choice("__eq__ __lt__ __add__ __radd__ __getitem__ __contains__ __getattr__ __call__".split() + ["__len__", "__bool__", "__iter__", "__repr__", "__str__", "__hash__", "__index__", "__del__"])
                many = n in "__eq__ __lt__ __add__ __radd__ __getitem__ __contains__ __getattr__ __call__"
                self.put(at, "def %s(self%s): return %s" % (n, ", other=None" if many else "", rng.choice(["NotImplemented", "1", "'s'", "True", "iter([1, 2])", "self", "print(%r)" % n, "[]", "1/0", value(rng)])))
            elif m == "data":
                self.put(at, "x = Data('x')")
            elif m == "nd":
                self.put(at, "y = NonData()")
            elif m == "named":
                self.put(at, "named = Named()")
            elif m == "sup":
                self.put(at, "def sup(self): return super().%s" % rng.choice(["__repr__()", "__init__()", "sup()", "x", "__class__"]))
            else:
                self.put(at, "def __init__(self, *a): self.x = %s" % self.expression(0))
        o = self.fresh("o")
        uses = ["%s = %s(%s)" % (o, name, self.call_arguments(rng.randrange(2)))]
        for _ in range(rng.randrange(1, 5)):
            uses.append(rng.choice(["show(%s.meth(1))", "show(%s.prop)", "%s.prop = 5", "show(%s.cm(2))", "show(%s.sm(3))", "show(%s == 1, 1 == %s)", "show(%s + 1)", "show(1 + %s)", "show(%s[0])", "show(1 in %s)",
                                    "show(%s.zork)", "show(%s())", "show(len(%s))", "show(bool(%s))", "show(list(%s))", "show(str(%s))", "show(%s.x)", "%s.x = 3", "del %s.x", "show(%s.y)", "%s.y = 1; show(%s.y)",
                                    "show(%s.sup())", "show(%s < 2)", "show(%s != 3)", "show(f'{%s}')", "show(%s.__dict__)", "show(type(%s).__mro__)", "show([%s, 1].count(1))", "show({%s: 1})", "show([0, 1, 2][%s])"]).replace("%s", o))
        self.guarded(indent, uses)

    def pattern(self, depth=2):
        rng = self.rng
        r = rng.randrange(14)
        if depth == 0 or r < 3:
            return rng.choice(["1", "'a'", "None", "True", "-1", "2.5", "b'x'", "1+2j"])
        if r < 5:
            return self.name()
        if r == 5:
            return "_"
        if r < 8:
            parts = [self.pattern(depth - 1) for _ in range(rng.randrange(4))]
            if rng.random() < 0.4:
                parts.insert(rng.randint(0, len(parts)), "*" + rng.choice(["_", "rest"]))
            return "[" + ", ".join(parts) + "]"
        if r == 8:
            parts = ["%s: %s" % (k, self.pattern(depth - 1)) for k in rng.sample(["'a'", "1", "None", "'b'", "math.pi"][:4], rng.randrange(3))]
            if rng.random() < 0.4:
                parts.append("**kw")
            return "{" + ", ".join(parts) + "}"
        if r < 11:
            return "%s(%s)" % (rng.choice(["Point", "Point", "int", "str", "list", "dict", "float", "tuple"]), ", ".join(rng.choice([self.pattern(depth - 1), "x=" + self.pattern(depth - 1) if i else self.pattern(depth - 1)]) for i in range(rng.randrange(3))))
        if r == 11:
            return "(%s | %s)" % (rng.choice(["1", "'a'", "None", "[1, _]", "Point()"]), rng.choice(["2", "'b'", "int()", "{'a': _}", "[]"]))
        if r == 12:
            return "(%s as whole)" % rng.choice(["[_, _]", "int()", "str()", "{'a': 1}", "Point(x=_)", "1 | 2"])
        return rng.choice(["int()", "str()", "[]", "{}", "Point.x", "()"])

    def match_statement(self, indent, depth):
        rng = self.rng
        self.put(indent, "match %s:" % rng.choice([self.expression(), value(rng, "seq", "map", "int", "str"), "Point(%s, %s)" % (self.expression(0), self.expression(0)), "[1, 'a', None]", "{'a': 1, 'b': 2}", "(1, [2, 3])"]))
        for _ in range(rng.randrange(1, 4)):
            pattern = self.pattern()
            if pattern.isidentifier() and pattern not in ("None", "True"):
                pattern = "(int() | str()) as " + pattern.replace("_", "a")
            self.put(indent + 1, "case %s%s:" % (pattern, rng.choice(["", "", " if " + self.expression(0), " if True"])))
            if rng.random() < 0.7:
                self.put(indent + 2, "print(%s)" % ", ".join(self.name() for _ in range(2)))
            self.block(indent + 2, depth - 1)
        self.put(indent + 1, "case _:")
        self.block(indent + 2, depth - 1)

    def program(self):
        rng = self.rng
        for i, n in enumerate(NAMES[:5]):
            self.put(0, "%s = %s" % (n, rng.choice(["1", "[1, 2, 3]", "'abc'", "{'a': 1}", "Point(1, 2)", "None", "2.5", "(1, 2)", "lambda *a: a", "gen3()", "{1, 2}", "iter([4, 5])", "10**20"])))
        for _ in range(rng.choice((1, 2, 3))):
            self.put(0, "try:")
            self.block(1, rng.choice((2, 3, 3)))
            self.put(0, "except BaseException as e:")
            self.put(1, "show(e)")
            self.put(1, "lines(e)")
        self.put(0, "show(%s)" % ", ".join("globals().get(%r)" % n for n in NAMES))
        return "\n".join(self.lines) + "\n"


def program(rng):
    for _ in range(10):
        text = Statements(rng).program()
        try:
            # Programs that do not compile are few, the rest ends them.
            compile(text, "<fuzz>", "exec")
        except (SyntaxError, ValueError) as e:
            if rng.random() < 0.02:
                return text, "syntax"
            continue
        return text, "statements"
    return "pass\n", "nothing"
