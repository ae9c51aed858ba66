# needs: ast
# Every kind of node, its fields and its place in the source.
import ast

SOURCES = [
    "x = y = 1\nx: int = 2\nx.a: int\n(x): int = 3\nx += 1; y @= 2\ndel x, (y, [z])\n",
    "def f(a, /, b: int = 2, *c: *T, d, e=3, **g) -> int: 'doc'; return\nasync def h(): await x; yield; y = yield x; return (yield from y)\n",
    "@d1\n@d2(1)  # comment\n# another\nclass A(B, *c, m=1, **k):\n    @p\n    async def f(self): pass;\n    x: int\n",
    "def f[T: int = str, *Ts = *x, **P = y](a: T): pass\nclass C[T]: pass\ntype A[T] = list[T]\n",
    "for i, *j in x:\n    continue\nelse:\n    break\nwhile a: pass\nelse: b\nasync def f():\n  async for i in x: pass\n  async with a as b, (c): pass\n  return [i async for i in x if a if b for j in k]\n",
    "if a:\n  b\nelif c:\n  d;\nelif e: f ;\nelse:\n  g\n",
    "with (a as b, c as (d, e),): pass\nwith (a, b): pass\nwith a as b[0]: x\n",
    "try: a\nexcept B: c\nexcept (D, E) as f: g;\nelse: h\nfinally: i\ntry: a\nexcept* B, C: d\ntry: x\nfinally: y\n",
    "raise\nraise A; raise A from b\n",
    "import a, b.c as d\nfrom . import e\nfrom ..f.g import h as i, j\nfrom k import *\nfrom l import (m,\n  n as o,)\n",
    "assert a, b\nglobal x, y\nnonlocal z\npass\n",
    "match a:\n  case 1 | -2 | 'x' 'y' | b'z' | None | True | 1+2j: pass\n  case [a, *_, b] | (c, *d): e\n  case {1: x, 'k': _, **r}: f;\n  case A.B(c, d=e, f=(g)) as h if i: j\n  case x, y: k\n  case (z): l\n  case _: m\n",
    "a and b or not c\na if b else c\nlambda: 0\nlambda x, *y, z=1: (x)\n(a := 1)\n",
    "{**a, b: c}; {d, *e}; {}; []; (); (a,); a, b; [*c, d]\n",
    "[x for x in y]; {x for x, in y if z}; {k: v for k, v in x}; (x for x in (y)); f(x for x in y); f (  x for x in y )\n",
    "a < b <= c is not d not in e != f in g\n- a ** -b; ~ c; + d // e % (f @ g) << h >> i & j ^ k | l\n",
    "f(a, *b, c=d, *e, **g)(); f . b [ c ] . d; a[1:2, ::3, ...]; a[b:]; a[*c]; a[(d)]; a[e, ]\n",
    "0xff; 10_000; 1e5; 2.5j; 99999999999999999999; ...; None; True; u'u' 'x'; 'x' u'u'; b'a' b'\\xff'; r'\\n'; '\\ud800\\N{BULLET}'; '''a\nb'''\n",
    "f''; f'a'; f'{a}b{c!r:>{d}}{{}}' 'e' f'{ f = }{g=!s:x}'; rf'\\{x}'; f'''{\nx\n:y\n}'''; f'{x:{{}}}' if 0 else f'{x,}{ {1: 2}[1] }{lambda_}'\n",
    "t''; t'a{b}' t'{c!a:{d}} }}'; t'{ e + (f)  =}{g # note\n}'\n",
    "\u00e9\u00e9 = '\u20ac' + \u00fcber(\U0001d4ea, f'\u20ac{\u00e9\u00e9}\u20ac{x}')\n",
    "def f():\n\t# tabs\n\tif x:\n\t\treturn\\\n  y\n\f\n\tz = (\n1\n)\r\n",
]
for source in SOURCES:
    try:
        tree = ast.parse(source)
    except SyntaxError as e:
        print("SyntaxError", e)
        continue
    print(ast.dump(tree, include_attributes=True))
print(ast.dump(ast.parse("a + 1 # end", mode="eval"), include_attributes=True))
print(ast.dump(ast.parse("a = 1; b", mode="single"), include_attributes=True))
for text in ("() -> None", "(int, a.b[c]) -> lambda: 0", "(*int) -> x", "(a,\n b, *c, **d) -> e if f else g"):
    print(ast.dump(ast.parse(text, mode="func_type"), include_attributes=True))
for text in ("(a=1) -> b", "a -> b", "(*a, *b) -> c", "(a) -> b, c", "(**a, b) -> c"):
    try:
        ast.parse(text, mode="func_type")
    except SyntaxError as e:
        print("SyntaxError")
