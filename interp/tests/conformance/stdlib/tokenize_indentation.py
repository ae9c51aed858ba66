# needs: tokenize
# Errors of indentation know their line as a whole.
import io
import tokenize

for source, error, place in [
    ("for w in words:\n    a\n\tprint('\u0394')\n", TabError, ("<string>", 3, 12, "\tprint('\u0394')", None, None)),
    ("if 1:\n        a\n    b\n", IndentationError, ("<string>", 3, 6, "    b", None, None)),
    ("if 1:\n  a\n\tb", TabError, ("<string>", 3, 3, "\tb", None, None)),
]:
    try:
        list(tokenize.generate_tokens(io.StringIO(source).readline))
    except SyntaxError as e:
        assert type(e) is error and e.args[1] == place, e.args
    else:
        raise AssertionError(source)
print("ok")
