# needs: sys, threading, warnings
# sys.settrace: call, line, return, exception and opcode events, f_trace, jumps.
import sys
import threading
import warnings

events = []


def tracer(frame, event, arg):
    if event == "return":
        shown = repr(arg)
    elif event == "exception":
        shown = arg[0].__name__
    else:
        shown = ""
    events.append((frame.f_code.co_name, event, frame.f_lineno - frame.f_code.co_firstlineno, shown))
    return tracer


def run(f, *args):
    events.clear()
    sys.settrace(tracer)
    try:
        f(*args)
    except ValueError:
        pass
    finally:
        sys.settrace(None)
    return [e[1:] for e in events if e[0] == f.__name__]


def straight(a):
    b = a + 1
    if b > 1:
        b = 2
    else:
        b = 3
    return b


assert run(straight, 5) == [("call", 0, ""), ("line", 1, ""), ("line", 2, ""), ("line", 3, ""), ("line", 6, ""), ("return", 6, "2")], events
assert run(straight, 0) == [("call", 0, ""), ("line", 1, ""), ("line", 2, ""), ("line", 5, ""), ("line", 6, ""), ("return", 6, "3")], events


def loop():
    for i in range(2):
        x = i
    while x > 0:
        x -= 1
    return None


assert run(loop) == [("call", 0, ""), ("line", 1, ""), ("line", 2, ""), ("line", 1, ""), ("line", 2, ""), ("line", 1, ""), ("line", 3, ""), ("line", 4, ""),
                     ("line", 3, ""), ("line", 5, ""), ("return", 5, "None")], events


def one_line():
    for i in range(2): pass


assert run(one_line)[:2] == [("call", 0, ""), ("line", 1, "")] and len(run(one_line)) == 5, events


def caught():
    try:
        raise KeyError
    except KeyError:
        pass


assert run(caught) == [("call", 0, ""), ("line", 1, ""), ("line", 2, ""), ("exception", 2, "KeyError"), ("line", 3, ""), ("line", 4, ""), ("return", 4, "None")], events


def leaves():
    raise ValueError("x")


assert run(leaves) == [("call", 0, ""), ("line", 1, ""), ("exception", 1, "ValueError"), ("return", 1, "None")], events


def counts():
    yield 1
    yield 2


def uses():
    return list(counts())


run(uses)
assert [e[1:] for e in events if e[0] == "counts"] == [("call", 0, ""), ("line", 1, ""), ("return", 1, "1"), ("call", 1, ""), ("line", 2, ""), ("return", 2, "2"),
                                                      ("call", 2, ""), ("return", 2, "None")], events

# The trace function of a frame is what the last call gave; None leaves it.
only = []


def first(frame, event, arg):
    only.append(event)
    return second


def second(frame, event, arg):
    only.append(event + "2")


sys.settrace(first)
straight(1)
sys.settrace(None)
assert only[:2] == ["call", "line2"] and only[-1] == "return2", only

# f_trace of a frame that runs already, f_trace_lines, f_trace_opcodes.
seen = []


def local(frame, event, arg):
    seen.append((event, frame.f_lineno - base))
    return local


def late():
    global base
    base = sys._getframe().f_lineno
    frame = sys._getframe()
    frame.f_trace = local
    sys.settrace(lambda *a: None)
    a = 1
    frame.f_trace_lines = False
    b = 2
    frame.f_trace_lines = True
    sys.settrace(None)


late()
assert seen == [("line", 4), ("line", 5), ("line", 8)], seen
opcodes = []


def each(frame, event, arg):
    if event == "line":
        frame.f_trace_opcodes = True
    opcodes.append(event)
    return each


sys.settrace(each)
straight(1)
sys.settrace(None)
assert opcodes.count("opcode") > 4 and opcodes.count("line") == 4, opcodes

# An exception of the trace function ends tracing and goes on its way.


def broken(frame, event, arg):
    raise RuntimeError("tracer")


sys.settrace(broken)
try:
    straight(1)
except RuntimeError as e:
    assert str(e) == "tracer" and sys.gettrace() is None
else:
    raise AssertionError


def broken_line(frame, event, arg):
    if event == "line":
        raise RuntimeError("line")
    return broken_line


sys.settrace(broken_line)
try:
    straight(1)
except RuntimeError as e:
    assert str(e) == "line" and sys.gettrace() is None
assert sys.gettrace() is None

# Jumps.


def jumper(frame, event, arg):
    if event == "line" and frame.f_lineno - frame.f_code.co_firstlineno == source:
        frame.f_lineno = frame.f_code.co_firstlineno + target
    return jumper


def jump(f, a, b):
    global source, target
    source, target = a, b
    out = []
    sys.settrace(lambda frame, event, arg: jumper if frame.f_code is f.__code__ else None)
    try:
        f(out)
    finally:
        sys.settrace(None)
    return out


def steps(out):
    out.append(1)
    out.append(2)
    out.append(3)
    for i in (1, 2):
        out.append(4)
    out.append(5)


assert jump(steps, 2, 3) == [1, 3, 4, 4, 5]
assert jump(steps, 5, 6) == [1, 2, 3, 5]
for where, text in [((1, 5), "can't jump into the body of a for loop"), ((1, 60), "comes after the current code block"), ((1, -1), "comes before the current code block")]:
    try:
        jump(steps, *where)
    except ValueError as e:
        assert text in str(e), e
    else:
        raise AssertionError(where)
try:
    sys._getframe().f_lineno = 1
except ValueError as e:
    assert str(e) == "f_lineno can only be set in a trace function"

# A generator that is closed ends where it was last, which is its `finally` clause.
def closed():
    try:
        yield 1
    finally:
        last = 2


def closed_at_once():
    yield 1
    return 2


async def translated():
    try:
        raise StopIteration
    except StopIteration:
        raise LookupError


def close(generator):
    made = generator()
    next(made)
    made.close()


for generator, ends in (closed, [("line", 4, ""), ("return", 4, "None")]), (closed_at_once, [("exception", 1, "GeneratorExit"), ("return", 1, "None")]):
    events.clear()
    run(close, generator)
    seen = [e[1:] for e in events if e[0] == generator.__name__]
    assert seen[-2:] == ends, seen

# One that is left by what a handler raises ends where that was raised.
events.clear()
sys.settrace(tracer)
try:
    translated().send(None)
except LookupError:
    pass
sys.settrace(None)
assert [e[1:] for e in events if e[0] == "translated"][-2:] == [("exception", 4, "LookupError"), ("return", 4, "None")], events

# Far: caches of instructions hold numbers that are no instructions.
space = {"spam": ()}
exec("def far(out):\n    out.append(1)\n    for _ in spam:\n" + "        out.append(2)\n" * 2000 + "    out.append(3)\n", space)


def leap(frame, event, arg):
    if event == "line" and frame.f_lineno == 3:
        frame.f_lineno = 2004
    return leap


out = []
with warnings.catch_warnings(action="ignore"):
    sys.settrace(leap)
    space["far"](out)
    sys.settrace(None)
assert out == [1, 3], out

# Threads have their own.
names = []
threading.settrace(lambda frame, event, arg: names.append(frame.f_code.co_name))
t = threading.Thread(target=straight, args=(1,))
t.start()
t.join()
threading.settrace(None)
assert "straight" in names and sys.gettrace() is None
print("ok")
