"""Runs many small programs in one process and writes one record for each.

usage: harness.py PROGRAMS FIRST

PROGRAMS holds program texts, each followed by a line `#@@`. Those from number FIRST on are run, each in fresh globals. A
record is one line of standard output: the number, a tab, `ascii()` of what the program showed and how it ended. The
caller reads the records as they come: the first one missing after a crash names the program.

What is printed must not depend on addresses, on the order of sets, or on the limit of digits; `show` sees to that.
What does not live here: programs (generators), comparing (fuzz.py).
"""
import os
import re
import sys

ADDRESS = re.compile(r"at 0x[0-9a-fA-F]+|0x[0-9a-fA-F]{8,}")
# Where the library lies is each interpreter's own business.
LIBRARY = re.compile(r"(?:/[^ ()]*?lib/python3\.\d+|/<embedded>)/")
LIMIT = 400
# Types whose items are shown by taking them: few, since a program may make endless ones.
TAKEN = 8


def clip(text):
    text = LIBRARY.sub("LIBRARY/", ADDRESS.sub("ADDRESS", text))
    if len(text) > LIMIT:
        return text[:LIMIT // 2] + "...%d..." % len(text) + text[-LIMIT // 4:]
    return text


def show(value, depth=4):
    """Text of a value that is the same wherever the value is the same."""
    kind = type(value)
    if kind is int:
        if value.bit_length() > 1000:
            return "int:%d:%d" % (value.bit_length(), value % 1000003)
        return repr(value)
    if kind is str:
        return clip(ascii(value))
    if kind in (bool, float, complex, bytes, type(None), type(Ellipsis)):
        return clip(repr(value))
    if depth == 0:
        return "<deep %s>" % kind.__name__
    if kind in (list, tuple):
        items = [show(x, depth - 1) for x in value[:40]]
        return "%s:%d[%s]" % (kind.__name__, len(value), ", ".join(items))
    if kind in (set, frozenset):
        items = sorted(show(x, depth - 1) for x in value) if len(value) < 1000 else []
        return "%s:%d{%s}" % (kind.__name__, len(value), ", ".join(items))
    if kind is dict:
        items = ["%s: %s" % (show(k, depth - 1), show(v, depth - 1)) for k, v in list(value.items())[:40]]
        return "dict:%d{%s}" % (len(value), ", ".join(items))
    if kind is memoryview:
        try:
            return "memoryview:%s:%r:%r" % (value.format, value.shape, value.tobytes()[:40])
        except ValueError as e:
            return "memoryview:%s" % e
    if isinstance(value, BaseException) and kind.__module__ == "builtins":
        return "exc:" + kind.__name__ + ":" + clip(ascii(str(value))) + show(value.args, depth - 1)
    if hasattr(kind, "__next__") and kind.__module__ in ("builtins", "itertools"):
        got = []
        try:
            for _ in range(TAKEN):
                got.append(show(next(value), depth - 1))
        except BaseException as e:
            got.append(ending(e))
        return "%s(%s)" % (kind.__name__, ", ".join(got))
    try:
        return "%s:%s" % (kind.__name__, clip(ascii(repr(value))))
    except BaseException as e:
        return "%s:unshown:%s" % (kind.__name__, ending(e))


def ending(e):
    """How a program ended, as text: the exception, its message, and what it came from."""
    kind = type(e)
    try:
        text = clip(ascii(str(e)))
    except BaseException as inner:
        text = "<str failed: %s>" % type(inner).__name__
    out = kind.__name__ + ":" + text
    for name in ("__cause__", "__context__"):
        other = getattr(e, name, None)
        if other is not None:
            out += "|" + name + ":" + type(other).__name__
    if isinstance(e, BaseExceptionGroup):
        out += "[" + ", ".join(ending(x) for x in e.exceptions) + "]"
    if getattr(e, "__notes__", None):
        out += "+notes:%d" % len(e.__notes__)
    return out


def main():
    with open(sys.argv[1], encoding="utf-8", errors="surrogatepass") as f:
        programs = f.read().split("\n#@@\n")
    del programs[-1]
    write = os.write
    out = []

    def emit(*values):
        if len(out) < 400:
            out.append(" ".join([clip(v) if type(v) is str else show(v) for v in values]))

    def shown(*values):
        if len(out) < 400:
            out.append(" ".join([show(v) for v in values]))

    def lines(e):
        """Lines of the program that an exception went through."""
        found, tb = [], e.__traceback__
        while tb is not None:
            found.append(tb.tb_lineno)
            tb = tb.tb_next
        emit("lines", found)

    sys.unraisablehook = lambda u: out.append("unraisable:" + (ending(u.exc_value) if u.exc_value is not None else "none"))
    for number in range(int(sys.argv[2]), len(programs)):
        out.clear()
        space = {"__name__": "fuzz", "print": emit, "show": shown, "lines": lines}
        sys.setrecursionlimit(400)
        try:
            exec(compile(programs[number], "<fuzz>", "exec"), space)
            end = "end"
        except BaseException as e:
            end = ending(e)
            e = None
        space.clear()
        sys.setrecursionlimit(1000)
        text = ascii((out, end))
        write(1, ("%d\t%s\n" % (number, text)).encode())


main()
