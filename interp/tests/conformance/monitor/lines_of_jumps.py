# Lines that hold nothing but a jump or a decided condition are told; what leaves `finally` and `with` is no part of the statement.
import sys


def events(f):
    found = []
    start = f.__code__.co_firstlineno

    def trace(frame, event, arg):
        if frame.f_code.co_filename != __file__ or frame.f_code.co_name in ("__enter__", "__exit__"):
            return None
        found.append((frame.f_lineno - start, event))
        return trace

    sys.settrace(trace)
    try:
        f()
    finally:
        sys.settrace(None)
    return [e for e in found if e[1] in ("line", "return")]


def told(f):
    *lines, last = events(f)
    assert last[1] == "return", last
    return [n for n, _ in lines], last[0]


def decided():
    x = 1
    if 0:
        pass
    x = 1


def breaks():
    for i in (1, 2):
        while True:
            if i:
                break
        if i == 2:
            continue
        break
    i = 3


def through():
    try:
        return 2
    finally:
        4


class Noop:
    def __enter__(self):
        return self
    def __exit__(self, *args):
        pass


def early():
    with Noop():
        return 2


def bare():
    try:
        1/0
    except:
        pass
    return 5


def branches():
    a = 1
    if a:
        if a:
            b = 4
        else:
            b = 6
    else:
        b = 8


assert told(decided) == ([1, 2, 4], 4), told(decided)
assert told(breaks) == ([1, 2, 3, 4, 5, 7, 8], 8), told(breaks)
assert told(through) == ([1, 2, 4], 4), told(through)
assert told(early) == ([1, 2, 1], 1), told(early)
assert told(bare) == ([1, 2, 3, 4, 5], 5), told(bare)
assert told(branches) == ([1, 2, 3, 4], 4), told(branches)
print("ok")
