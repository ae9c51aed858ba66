# Small things: pass, expression statements, semicolons, ellipsis, docstrings, numbers, strings, line joining, future.
from __future__ import generator_stop

pass; x = 1; y = 2
if x: pass; z = 3
assert z == 3
...
"an expression"
assert Ellipsis is ...
total = 1 + \
    2
assert total == 3
data = [
    1,

    2,  # comment
]
assert data == [1, 2]
assert 0x_ff == 255 and 0b1_01 == 5 and 0o17 == 15 and 1_000.5e1_0 == 1000.5e10 and 1e3 == 1000.0 and .5 == 0.5 and 5. == 5.0
assert 3j == complex(0, 3) and 1.5J.imag == 1.5
assert "a" 'b' """c
d""" == "abc\nd"
assert r"\n" == "\\n" and b"\x00\xff" == bytes([0, 255]) and rb"\d" == b"\\d" and "\x41\u0042\U00000043\101\n"[:4] == "ABCA"
assert "\N{GREEK SMALL LETTER ALPHA}" == "α" and "a\
b" == "ab"
größe = 5
assert größe == 5
ﬁ = 1
assert fi == 1


def doc():
    """First."""
    "second"


def no_doc():
    return "x"


assert doc.__doc__ == "First." and no_doc.__doc__ is None and doc() is None
assert (lambda: ...)() is ...
a = b = []
assert (yes := a is b)
if 1: assert True
elif 0: assert False
else: assert False
while 0: pass
for _ in (): pass
class Empty: ...
def one_line(a): return a + 1
assert one_line(1) == 2
match 5:
    case 5: ok = True
assert ok
print = print
assert 1 if True else 0
assert (1) == 1 and (1,) == (1,) and () == tuple()
assert not (1, 2) == [1, 2]
assert -2 ** 2 == -4 and 2 ** 3 ** 2 == 512 and 7 // -2 == -4 and 7 % -2 == -1 and not 1 == 2 and 1 | 2 & 3 ^ 1 == 3
assert 1 + 2 << 1 == 6 and 5 - 3 - 1 == 1 and 2 * 3 % 4 == 2 and ~5 == -6 and -5 // 2 == -3
assert 'it''s' == "its" and "tab\tq" == "tab	q"
ns = {}
exec("a = 1\nif a:\n\tb = 2\n", ns)
assert ns["b"] == 2 and eval("1 + 1") == 2 and eval(" a + b", ns) == 3 and eval("x", {"x": 5}, {"x": 6}) == 6
code = compile("q = 1; q + 1", "name", "exec")
exec(code, ns)
assert ns["q"] == 1 and eval(compile("2 * 3", "n", "eval")) == 6
for bad in ("1 +", "if x\n pass", "def f(:", "x = = 1", "return", "yield 1 = 2", "break", "'abc", "(1", "a = 1\n  b = 2", "f(**k, *a)",
            "def f(a, a): pass", "async x", "x = yield = 1", "continue", "1 = x", "f() = 1", "None = 1", "for 1 in x: pass",
            "try: pass", "class C(: pass", "lambda: (yield) = 1", "def f(a=1, b): pass", "f(a=1, 2)", "{1: 2, 3}", "0777", "1__0"):
    try:
        compile(bad, "t", "exec")
        assert False, bad
    except SyntaxError:
        pass
print("ok")
