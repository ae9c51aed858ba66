# needs: ast
# Trees made or changed by programs compile and run.
import ast

SOURCES = ["def f(a, b=2, *c, d=3, **e):\n    'doc'\n    return a + b, c, d, e\nresult = f(1, 5, 6, d=7, z=8)",
    "def f(): a = 1; return 2 ;\nclass C:\n    x = 1\n    def g(self): pass; \n\n@staticmethod\ndef h(): 1;\nresult = f(), C.x;",
    "result = [f'{x!r:>{w}}|{x=}' for w in (3, 5) for x in 'ab' if x]",
    "class A:\n    '''A\n    doc'''\n    x: int = 1\n    def m(self): return __class__\n    @property\n    def p(self): return super().__init__\nresult = A().m().__doc__, A.__annotations__",
    "def g():\n    try:\n        yield 1\n    finally:\n        yield 2\nresult = list(g())",
    "match {'a': [1, 2, -3]}:\n    case {'a': [1, *r], **k} if r: result = r, k",
    "if 0: pass\nelif 1:\n    result = (lambda x, /, *, y=1: x if y else 0)(4)\nelse: pass",
    "def f[T: int](x: T) -> T: return x\nresult = f.__type_params__[0].__bound__, f(3)",
    "import os.path as p, sys\nfrom os import sep as s\nresult = p.sep == s",
    "a = b = [0]; a[0:1], *c = ([1], 2, 3); del b; result = (y := 5) + 0, not c, a",
    "result = t'{1 + 1!r:>3} x {2}'.interpolations[0].expression"]
for source in SOURCES:
    direct, made = {}, {}
    plain = compile(source, "name", "exec")
    tree = compile(ast.parse(source), "name", "exec")
    assert plain.co_code == tree.co_code, source
    assert "match" in source or list(plain.co_positions()) == list(tree.co_positions()), source
    exec(plain, direct)
    exec(tree, made)
    assert str(direct["result"]) == str(made["result"]), source
    text = ast.unparse(ast.parse(source))
    assert ast.dump(ast.parse(text)) == ast.dump(ast.parse(source)), text


class Double(ast.NodeTransformer):
    def visit_Constant(self, node): return ast.BinOp(node, ast.Mult(), ast.Constant(2)) if type(node.value) is int else node
    def visit_Pass(self, node): return [ast.Expr(ast.Constant(0)), node]


tree = ast.fix_missing_locations(Double().visit(ast.parse("def f(x): pass; return x + 21\nresult = f(0)")))
names = {}
exec(compile(tree, "name", "exec"), names)
assert names["result"] == 42


def value(expression): return eval(compile(ast.fix_missing_locations(ast.Expression(expression)), "name", "eval"), {"x": 5})


for constant in [-5, 2**100, -2**100, 1.5, -0.0, 2j, 1 + 2j, "a\ud800", b"\xff", (1, ("a", None), ...), frozenset({1, 2}), None, True, ..., "", float("inf")]:
    got = value(ast.Constant(constant))
    assert got == constant and type(got) is type(constant), constant
name = ast.Name("x", ast.Load())
assert value(ast.JoinedStr([ast.Constant("a\udc80"), ast.FormattedValue(name, -1, ast.Constant("03"))])) == "a\udc80005"
assert value(ast.JoinedStr([ast.JoinedStr([ast.Constant("a"), ast.FormattedValue(name, 114)]), ast.Constant("b")])) == "a5b"
assert value(ast.FormattedValue(name, 114, ast.JoinedStr([ast.Constant(">3")]))) == "  5"
assert value(ast.Interpolation(name, "anything", 97, None)).expression == "anything"
assert value(ast.TemplateStr([ast.Constant("a"), ast.Interpolation(name, "y", -1, ast.JoinedStr([ast.Constant("b")]))])).interpolations[0].format_spec == "b"
assert value(ast.Subscript(ast.Constant((1, 2)), ast.Constant(-1))) == 2
match = ast.Match(name, [ast.match_case(ast.MatchValue(ast.Constant(-5)), None, [ast.Pass()]), ast.match_case(ast.MatchAs(), None, [ast.Raise(name)])])
exec(compile(ast.fix_missing_locations(ast.Module([match])), "name", "exec"), {"x": -5})


class Sub(ast.Name): pass


assert value(Sub("x", ast.Load())) == 5
# Places need not come from a text.
far = ast.Module([ast.Expr(ast.Call(ast.Name("no", lineno=70, col_offset=3, end_lineno=70, end_col_offset=5), lineno=70, col_offset=3, end_lineno=71, end_col_offset=2), lineno=70, col_offset=3)])
code = compile(far, "name", "exec")
assert (70, 71, 3, 2) in list(code.co_positions())
try:
    exec(code)
except NameError as e:
    assert e.__traceback__.tb_next.tb_lineno == 70
deep = ast.parse("+" * 600 + "1", mode="eval")
assert eval(compile(deep, "name", "eval")) == 1
node = ast.Constant(1)
for _ in range(100000): node = ast.UnaryOp(ast.UAdd(), node)
try:
    compile(ast.Expression(ast.fix_missing_locations(ast.Constant(1)) and node), "name", "eval")
    assert False
except (RecursionError, TypeError):
    pass
print("ok")
