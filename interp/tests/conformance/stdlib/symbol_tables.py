# needs: symtable
# Symbol tables: scopes, kinds, lines, and every name with its flags.
import _symtable


def show(table, indent=0):
    print(" " * indent, table.name, table.type, table.lineno, table.nested, table.varnames, sorted(table.symbols.items()))
    for child in table.children:
        show(child, indent + 2)


SOURCES = [
    ("def f():\n import a\n global a\n", "exec"),
    ("lambda x, *y, z=1, **k: (x for x in y)", "eval"),
    ("def f():\n global q\n return q\n@d\ndef g(x: int, *a: str) -> q: yield [z for z in x if (lambda: z)]\n", "exec"),
    ("class A:\n  x=1\n  y=[x for _ in z]\n  def f(self): x; nonlocal_=1; return super()\n  class B:\n    def g(s): return f\n", "exec"),
    ("type X[T: int = str] = list[T]\ndef f[T, *U, **V](a: T=1, *, b=2): pass\n", "exec"),
    ("from __future__ import annotations\nx: int\ndef f(a: b): pass\n", "exec"),
    ("def f(a):\n  def g():\n    def h(): return a\n  class C:\n    a=1\n    def m(s): return a\n  return {k:v for k in a for v in (lambda:k)()}\n", "exec"),
    ("try: pass\nexcept E as e: pass\nfor i in range(3): x: int = 1\nwith a as b: import os.path as p, sys.x\nfrom m import *\nfrom m import q as r\n"
     "del r\nz[0]=1\nmatch x:\n  case [a, *b]: pass\n", "exec"),
    ("if 1:\n  class Q:\n    if 1:\n      z: int\n    def __p(self, __q): self.__r; __r\n", "exec"),
    ("def f(k):\n  n = 1\n  def g():\n    nonlocal n\n    return [x + k for x in n if (n := x)]\n  return [[n + y for y in k] for k in k]\n", "exec"),
    ("class C[T]:\n  def m(self, f: format): return __class__\n", "exec"),
    (b"# coding: latin-1\nx='\xe9'; y; ", "exec"),
    ("a = 1", "single"),
]
for source, mode in SOURCES:
    show(_symtable.symtable(source, "name", mode))

for args in [(), ("x", "f"), (1, "f", "exec"), ("x", 1, "exec"), ("x", "f", 1), ("x", "f", None), ("x", "f", "other"), ("x +", "f", "eval"),
             ("def f(a, a): pass", "f", "exec"), ("nonlocal x", "f", "exec")]:
    try:
        _symtable.symtable(*args)
    except Exception as e:
        print(type(e).__name__, e)

import symtable
top = symtable.symtable("def f(a):\n  return [b for b in a]\n", "name", "exec")
f = next(t for t in top.get_children() if t.get_name() == "f")
assert f.get_type() == "function" and f.get_parameters() == ("a",) and f.lookup("b").is_comp_iter()
assert top.lookup("f").get_namespaces()[-1] is f
