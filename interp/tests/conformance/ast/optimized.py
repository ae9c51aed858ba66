# needs: ast
# Trees after the optimizer: compile(..., PyCF_OPTIMIZED_AST).
import ast

SOURCES = ["'%s' % (a,)", "'%-5s%%%.3r x%10.2a' % (a, b, c)", "'%#5s%05s%+s% r%0s' % (a, b, c, d, e)", "'%d' % (a,)", "'%(x)s' % (a,)", "'%s' % ()", "'%s' % (a, b)",
    "'%*s' % (a, b)", "'%1000s' % (a,)", "'x' % ()", "'%s' % (*a,)", "'%s' % a", "'%.s' % (a,)", "'%' % (a,)", "b'%s' % (a,)", "__debug__", "__debug__ = 1; x.__debug__",
    "'doc'\n'b'", "def f(): 'doc'\nclass A:\n 'x'\n y\nasync def g():\n '''z'''", "def f():\n  '%%a' % ()",
    "match a:\n case {-1+2j: -3, 1: 1-2j}: pass\n case X(-1, y=-2j) | -5 | 'x': pass\n case [-1.5, (-0j)]: pass"]
for source in SOURCES:
    for level in (0, 1, 2):
        print(level, ast.dump(ast.parse(source, optimize=level), include_attributes=True))
tree = ast.parse("'doc'\n__debug__")
copy = ast.parse(tree, optimize=2)
print(copy is tree, ast.dump(tree), ast.dump(copy), ast.parse(tree) is tree)
