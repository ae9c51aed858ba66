# needs: ast
# Type comments: where they belong, and that others are errors.
import ast

GOOD = """\
def f(a,  # type: int
      /, b=1, # type: str
      *c, # type:   float
      d,
      **e  # type: dict
      ):
    # type: (...) -> None
    x = 1 # type: List[int]
    for i in x:  # type: int
        pass  # type: ignore
    with a as b, c:  # type: Any
        pass
async def g(): # type: () -> int
    async for i in x: # type: int
        pass # type: ignore[code] # more
    async with a: # type: x
        y = z = 2 # type: str
    return 1 # an ordinary comment
"""
for on in (False, True):
    tree = ast.parse(GOOD, type_comments=on)
    print([(n.lineno, n.tag) for n in tree.type_ignores])
    for node in ast.walk(tree):
        if getattr(node, "type_comment", None): print(type(node).__name__, node.lineno, repr(node.type_comment))
BAD = ["pass # type: int", "def f(): # type: () -> int\n  # type: () -> int\n  pass",
       "while x: # type: int\n  pass", "x += 1 # type: int", "x: int = 1 # type: int", "if x: # type: int\n  pass", "del x # type: int"]
for source in BAD:
    ast.parse(source)
    try:
        ast.parse(source, type_comments=True)
        print("fine")
    except SyntaxError as e:
        print("SyntaxError", e.msg)
