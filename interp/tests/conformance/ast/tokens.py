# needs: tokenize, inspect, io
# Tokens of source text, and the source of functions found with them.
import inspect, io, tokenize

TEXT = '''def f(a, *b):
    # comment
    if a:
        y = """x
y""" + f"a{{b{a!r:>{b}}}}" rf"\\d{a = }" # z

        return (
  1, 0x_ff, 1e5j, b'\\x00', a := 2)
\tz
é = '€'; t"{é}" ; x @= ~y
'''


def show(text, data=None):
    try:
        for t in (tokenize.tokenize(io.BytesIO(data).readline) if data is not None else tokenize.generate_tokens(io.StringIO(text, newline="").readline)): print(tuple(t))
    except (SyntaxError, tokenize.TokenError) as e:
        print(type(e).__name__, e.args[0])


show(TEXT.replace("\t", "        "))
show(None, "# coding: latin-1\né = 1".encode("latin-1"))
for text in ["", "\n", "x", "# c", "x # c", "x\r\n", "if x:\n  y", "if x:\n  y\n# c\n", "a)\n", "x = (1,\n", "'abc\n", "if x:\n    a\n  b\n", "0x\n", "a ? b $ c", "f(\n\n# c\n)", "a\\\n b\n"]:
    print(repr(text))
    show(text)


def outer(x):
    def inner(y):
        return (x,
            y)

    # a comment in between

    return inner
# behind


class A:
    """Doc."""
    @staticmethod
    def m(): return lambda: 0
    x = 1


print(inspect.getsource(outer), inspect.getsource(outer(1)), inspect.getsource(A), inspect.getsource(A.m), inspect.getsource(A.m()), sep="---\n")
print(inspect.signature(outer), inspect.getsourcelines(A)[1])
