# needs: sys
# sys.setprofile: calls and returns of Python and native functions.
import sys

events = []


def profiler(frame, event, arg):
    name = arg.__name__ if event.startswith("c_") else repr(arg) if event == "return" else ""
    events.append((frame.f_code.co_name, event, name))


def inner(x):
    return len(x)


def fails():
    int("x")


def outer():
    inner([1])
    [].append(1)
    try:
        fails()
    except ValueError:
        pass
    return max(1, 2)


sys.setprofile(profiler)
outer()
sys.setprofile(None)
assert events == [
    ("outer", "call", ""),
    ("inner", "call", ""),
    ("inner", "c_call", "len"),
    ("inner", "c_return", "len"),
    ("inner", "return", "1"),
    ("outer", "c_call", "append"),
    ("outer", "c_return", "append"),
    ("fails", "call", ""),
    ("fails", "return", "None"),
    ("outer", "c_call", "max"),
    ("outer", "c_return", "max"),
    ("outer", "return", "2"),
    ("<module>", "c_call", "setprofile"),
], events
events.clear()


def gen():
    yield 1
    divmod(1, 0)


def use():
    try:
        list(gen())
    except ZeroDivisionError:
        pass


sys.setprofile(profiler)
use()
sys.setprofile(None)
assert [e for e in events if e[0] == "gen"] == [("gen", "call", ""), ("gen", "return", "1"), ("gen", "call", ""), ("gen", "c_call", "divmod"), ("gen", "c_exception", "divmod"),
                                               ("gen", "return", "None")], events
assert sys.getprofile() is None
print("ok")
