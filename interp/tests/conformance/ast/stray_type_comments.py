"""Type comments where none may stand: the place is that of the type."""
import ast

BARE = "bare * has associated type comment"
for text, message, place in (
    ("def f(*, # type: int\n a): pass\n", BARE, (1, 18, 1, 21)),
    ("def f(a,*, # type: int\n a): pass\n", BARE, (1, 20, 1, 23)),
    ("def f(a, b: int = 1, *  , # type: List[int]\n c=2): pass\n", BARE, (1, 35, 1, 44)),
    ("def f(a=lambda: 1, *, # type: int\n b): pass\n", BARE, (1, 31, 1, 34)),
    ("async def f(\n  *, # type: int\n  a, # type: str\n): pass\n", BARE, (2, 14, 2, 17)),
    ("(lambda *, # type: int\n a: 1)\n", "invalid syntax", (1, 20, 1, 23)),
    ("x = (\n1 # type: int\n)\n", "invalid syntax", (2, 11, 2, 14)),
):
    try:
        ast.parse(text, type_comments=True)
    except SyntaxError as e:
        got = e.msg, (e.lineno, e.offset, e.end_lineno, e.end_offset)
        assert got == (message, place), (text, got)
    else:
        raise AssertionError(text)
    ast.parse(text)
print("ok")
