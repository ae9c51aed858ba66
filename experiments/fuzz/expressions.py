"""Random expressions over builtin values and hostile objects.

What does not live here: values (values.py), statements (statements.py).
"""
from values import FORMATS, PERCENTS, SMALL, value

BINARY = "+ - * / // % @ & | ^ == != < <= > >= in is".split() + ["not in", "is not", "and", "or"]
UNARY = ["-", "+", "~", "not "]
CALLS1 = """len abs repr str ascii int float complex bool list tuple set frozenset dict sorted sum min max any all iter next reversed enumerate bytes bytearray
memoryview chr ord bin hex oct type callable round divmod zip map filter range slice format isinstance pow getattr""".split()
MEMBERS = """real imag numerator denominator start stop step __class__ __len__ __name__ __dict__ __iter__ args x keys v shape nbytes __add__ __hash__ __init__ __eq__""".split()
CONVERSIONS = ["", "", "!r", "!s", "!a"]


class Expressions:
    def __init__(self, rng, names=()):
        self.rng = rng
        self.names = list(names)

    def atom(self, *kinds):
        if self.names and self.rng.random() < 0.5:
            return self.rng.choice(self.names)
        return value(self.rng, *kinds)

    def number(self, depth):
        rng = self.rng
        if depth == 0 or rng.random() < 0.3:
            return self.atom("int", "float", "int", "complex")
        op = rng.choice("+ - * / // % & | ^ < == >= << >> **".split())
        if op == "**":
            return "(%s) ** (%s)" % (self.number(depth - 1), rng.choice(["2", "3", "0", "-1", "0.5", "1j", "True", "-2.5", "10"]))
        if op in ("<<", ">>"):
            return "(%s) %s (%s)" % (self.number(depth - 1), op, rng.choice(SMALL))
        return "(%s) %s (%s)" % (self.number(depth - 1), op, self.number(depth - 1))

    def expression(self, depth):
        rng = self.rng
        if depth <= 0:
            return self.atom()
        e = lambda: self.expression(depth - 1 - (rng.random() < 0.4))
        r = rng.randrange(28)
        if r < 4:
            return self.number(min(depth, 3))
        if r < 9:
            op = rng.choice(BINARY)
            return "(%s) %s (%s)" % (e(), op, e())
        if r == 9:
            # Repetition: a small count, or one that is refused.
            return "(%s) * (%s)" % (self.atom("str", "bytes", "seq"), rng.choice(SMALL + ["2**70", "-2**70", "Idx()", "IdxBad()", "1.0"]))
        if r == 10:
            return "%s(%s)" % (rng.choice(UNARY), e())
        if r == 11:
            return "(%s) if (%s) else (%s)" % (e(), e(), e())
        if r == 12:
            return "(%s)[%s]" % (self.atom("seq", "str", "bytes", "map"), rng.choice([e(), self.slice(), rng.choice(SMALL), "..., 1", "()"]))
        if r < 16:
            return "%s(%s)" % (rng.choice(CALLS1), ", ".join(e() for _ in range(rng.choice((0, 1, 1, 1, 1, 2, 2, 3)))))
        if r == 16:
            return "f'{(%s)%s:%s}'" % (self.atom().replace("'", '"').replace("\\", "") if rng.random() < 0.9 else "1", rng.choice(CONVERSIONS), rng.choice(FORMATS)[1:-1].replace("{", "").replace("}", "").replace("'", ""))
        if r == 17:
            return "%s %% (%s)" % (rng.choice(PERCENTS), self.atom("int", "float", "str", "seq", "map"))
        if r == 18:
            return "(%s).format(%s)" % (value(rng, "str"), e())
        if r == 19:
            return "[%s for x in (%s)%s]" % (rng.choice(["x", "(x, x)", "-x", "str(x)", "x * 2", e()]), e(), rng.choice(["", " if x", " for y in (1, 2)"]))
        if r == 20:
            return rng.choice(["{x: %s for x in (%s)}", "{(x, %s) for x in (%s)}", "list((x, %s) for x in (%s))", "dict([(x, %s) for x in (%s)])"]) % (e(), e())
        if r == 21:
            return "(%s).%s" % (e(), rng.choice(MEMBERS))
        if r == 22:
            return "(lambda a, *b, c=%s: (a, b, c))(%s)" % (e(), rng.choice([e(), e() + ", " + e(), "*(%s)" % e(), "**(%s)" % e(), "", "c=1", "a=1, d=2"]))
        if r == 23:
            return rng.choice(["[%s, *(%s)]", "(%s, *(%s))", "{%s, *(%s)}", "{'k': %s, **(%s)}"]) % (e(), e())
        if r == 24:
            return "(%s) %s (%s) %s (%s)" % (e(), rng.choice("< <= == != in".split()), e(), rng.choice("> >= == is".split()), e())
        if r == 25:
            return "(w := %s, w)" % e()
        if r == 26:
            return "[%s][%s]" % (", ".join(e() for _ in range(3)), self.slice())
        return "(%s, %s)" % (e(), e())

    def slice(self):
        part = lambda: self.rng.choice(["", "", "1", "-1", "2", "0", "-2", "2**70", "-2**70", "None", "Idx()", "'a'", "IdxBad()", "5", "3"])
        return part() + ":" + part() + self.rng.choice(["", ":" + part()])


def program(rng):
    texts = [Expressions(rng).expression(rng.choice((1, 2, 2, 3, 3, 4))) for _ in range(1)]
    return "".join("show(%s)\n" % t for t in texts), "expression"
