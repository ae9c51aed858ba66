# Exceptions and stacks as native code shows them: the same lines as the library's, carets in reports only.
import io, sys, traceback

import _testcapi as t


def shown(f, *args):
    old, sys.stderr = sys.stderr, io.StringIO()
    try:
        f(*args)
        return sys.stderr.getvalue()
    finally:
        sys.stderr = old


def broken(n):
    return (n + 1) / (n - n)


try:
    broken(3)
except ZeroDivisionError as e:
    error = e
text = "".join(traceback.format_exception(error))
assert shown(t.exception_print, error) == shown(t.exception_print, error, True) == text and "~~~" in text
assert shown(t.exception_print, ValueError("no stack")) == "ValueError: no stack\n"
assert shown(t.exception_print, 3) == "TypeError: print_exception(): Exception expected for value, int found\n"


def wide():
    words = {"\u2728\U0001f69b": {"\u8bf4\u660e": {}}}
    return words["✨🚛"]["说明"]["🐍🐍"]


def blank_lines():
    b = {} \
        [  1 # one

         + 2  \

        ] # two


def one_name():
    x = broken(3)


def two_names():
    x = y = broken(
        3)


def attribute():
    sys.found = broken(3)


def part():
    return broken(3).more + len("说明")


for f in (wide, blank_lines, one_name, two_names, attribute, part):
    try:
        f()
    except Exception as e:
        assert shown(t.exception_print, e) == "".join(traceback.format_exception(e)), shown(t.exception_print, e)
file = io.StringIO()
t.traceback_print(error.__traceback__, file)
lines = file.getvalue().splitlines()
assert lines == [line for line in text.splitlines()[:-1] if not line.strip(" ~^") == ""], lines
try:
    t.traceback_print(3, file)
    raise AssertionError
except SystemError:
    pass
print("ok")
