# needs: sys
# Tracing that begins while code already runs specialised, and callbacks that raise at the beginning of a frame.
import sys


def inner(n):
    for i in range(n):
        yield i


def outer(n):
    got = yield from inner(n)
    return got


for _ in range(50):
    assert list(outer(3)) == [0, 1, 2]
sys.settrace(lambda frame, event, arg: None)
assert list(outer(3)) == [0, 1, 2]
sys.settrace(None)
assert list(outer(3)) == [0, 1, 2]


class Stop(Exception):
    pass


def at_call(name):
    def tracer(frame, event, arg):
        if event == "call" and frame.f_code.co_name == name:
            raise Stop
    return tracer


def callee(*args, **kwargs):
    raise AssertionError


def direct():
    callee(1)


def keywords():
    callee(a=1)


def native():
    list(map(callee, [1]))


def entered():
    sorted([2, 1], key=callee)


depth = sys.getrecursionlimit()
for f in (direct, keywords, native, entered):
    for _ in range(300):
        sys.settrace(at_call("callee"))
        try:
            f()
        except Stop:
            pass
        else:
            raise AssertionError
        assert sys.gettrace() is None
for _ in range(300):
    sys.settrace(at_call("outer"))
    try:
        list(outer(2))
    except Stop:
        pass
    else:
        raise AssertionError
assert list(outer(3)) == [0, 1, 2]
print("ok")
