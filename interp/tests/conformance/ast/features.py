# needs: ast
# ast.parse(feature_version=...): syntax that older versions did not have.
import ast

for source in ["a @ b", "a @= b", "async def f(): pass", "async def f(): await x", "async def f():\n async for a in b: pass", "async def f():\n async with a: pass",
        "x: int", "1_000", "[x async for x in y]", "(a := 1)", "def f(a, /): pass", "lambda a, /: 0", "match x:\n case 1: pass", "try: a\nexcept* B: c", "type A = b",
        "def f[T](): pass", "class A[T]: pass", "class A[T = int]: pass", "try: a\nexcept B, C: d", "t'x'", "f'x'", "with (a as b): pass"]:
    seen = []
    for minor in range(4, 15):
        try:
            ast.parse(source, feature_version=(3, minor))
        except SyntaxError as e:
            seen.append((minor, e.msg))
    print(repr(source), seen[0][1] if seen else "always", seen[-1][0] if seen else "")
