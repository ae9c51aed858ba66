"""A last line of nothing but spaces: an indentation where only an expression stands, nothing in a program."""


def place(text, mode):
    try:
        compile(text, "", mode)
    except SyntaxError as e:
        return type(e).__name__, e.msg, e.lineno, e.offset, e.end_lineno, e.end_offset, e.text


for text in "a\n    ", "a\n\n\t", "(\n a\n)\n ", "a #c\n  ", "a\n  \n  ":
    line = text.count("\n") + 1
    last = text.splitlines()[-1]
    assert place(text, "eval") == ("IndentationError", "unexpected indent", line, len(last), line, -1, last), place(text, "eval")
    assert place(text, "exec") is None
for text in "a\n  \n", "a\n #c", "a  ", "a\n\x0c":
    assert place(text, "eval") is None, text
assert place("a b\n  ", "eval")[1] == "invalid syntax"
print("ok")
