# Operator overloading: normal, reflected, in-place, unary, NotImplemented, priority of subclasses.
log = []
OPS = "add sub mul matmul truediv floordiv mod divmod pow lshift rshift and xor or".split()


class Left:
    pass


class Right:
    pass


def method(name, result):
    def run(self, *args):
        log.append(name)
        return result

    return run


for op in OPS:
    setattr(Left, "__%s__" % op, method(op, NotImplemented))
    setattr(Right, "__r%s__" % op, method("r" + op, "r" + op))
l, r = Left(), Right()
assert [l + r, l - r, l * r, l @ r, l / r, l // r, l % r, divmod(l, r), l**r, l << r, l >> r, l & r, l ^ r, l | r] == [
    "r" + op for op in OPS
]
assert log == [name for op in OPS for name in (op, "r" + op)]


class Inplace:
    def __init__(self):
        self.seen = []


for op in OPS:
    if op != "divmod":

        def ip(self, other, op=op):
            self.seen.append(op)
            return self

        setattr(Inplace, "__i%s__" % op, ip)
x = y = Inplace()
x += 1; x -= 1; x *= 1; x @= 1; x /= 1; x //= 1; x %= 1; x **= 1; x <<= 1; x >>= 1; x &= 1; x ^= 1; x |= 1
assert x is y and x.seen == [op for op in OPS if op != "divmod"]


class Base:
    def __add__(self, other):
        return "base add"

    def __radd__(self, other):
        return "base radd"


class Derived(Base):
    def __radd__(self, other):
        return "derived radd"


class Same(Base):
    pass


assert Base() + Derived() == "derived radd" and Base() + Same() == "base add" and Base() + Base() == "base add"
assert 1 + Base() == "base radd" and [] .__add__([1]) == [1]


class Unary:
    __neg__ = lambda s: "neg"
    __pos__ = lambda s: "pos"
    __invert__ = lambda s: "inv"
    __abs__ = lambda s: "abs"
    __int__ = lambda s: 3
    __float__ = lambda s: 1.5
    __complex__ = lambda s: 2j
    __index__ = lambda s: 7
    __round__ = lambda s, n=None: ("round", n)
    __trunc__ = lambda s: "trunc"


u = Unary()
assert (-u, +u, ~u, abs(u), int(u), float(u), complex(u), round(u), round(u, 2)) == (
    "neg", "pos", "inv", "abs", 3, 1.5, 2j, ("round", None), ("round", 2))
assert [0] * 10 and "abcdefgh"[u] == "h" and hex(u) == "0x7" and range(u)[-1] == 6


class Compare:
    def __lt__(self, other):
        return "lt"

    def __ge__(self, other):
        return NotImplemented

    def __eq__(self, other):
        return "eq"


c = Compare()
assert (c < 1) == "lt" and (1 > c) == "lt" and (c == 1) == "eq" and (1 == c) == "eq" and (c != 1) is False
try:
    c >= 1
    assert False
except TypeError as e:
    assert str(e) == "'>=' not supported between instances of 'Compare' and 'int'"
try:
    hash(c)
    assert False
except TypeError as e:
    assert str(e) == "unhashable type: 'Compare'"
for source, text in (
    ("1 + 'a'", "unsupported operand type(s) for +: 'int' and 'str'"), ("-[]", "bad operand type for unary -: 'list'"),
    ("'a' * 'b'", "can't multiply sequence by non-int of type 'str'"), ("'a' + 1", 'can only concatenate str (not "int") to str'),
    ("{} | 1", "unsupported operand type(s) for |: 'dict' and 'int'"), ("2 ** 'a'", "unsupported operand type(s) for ** or pow(): 'int' and 'str'"),
    ("pow(2, 3, 'a')", "unsupported operand type(s) for ** or pow(): 'int', 'int', 'str'"),
):
    try:
        eval(source)
        assert False
    except TypeError as e:
        assert str(e) == text, str(e)
a = 5
try:
    a += "x"
except TypeError as e:
    assert str(e) == "unsupported operand type(s) for +=: 'int' and 'str'"


class Contains:
    __contains__ = lambda s, v: v


assert ("x" in Contains()) is True and (0 in Contains()) is False and ("" not in Contains()) is True


class Disabled(Base):
    __radd__ = None
    __iter__ = None


try:
    object() + Disabled()
    assert False
except TypeError:
    pass
assert pow(2, 10, 1000) == 24 and divmod(7, -2) == (-4, -1) and 2**-1 == 0.5 and -(2**2) == -4 and (-2) ** 2 == 4
print("ok")
