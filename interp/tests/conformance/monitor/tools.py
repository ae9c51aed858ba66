# needs: sys
# sys.monitoring: tools, events, callbacks, events of one code, DISABLE.
import sys

m = sys.monitoring
E = m.events
TOOL = 3


def refused(error, text, f, *args):
    try:
        f(*args)
    except error as e:
        assert str(e) == text, e
    else:
        raise AssertionError(text)


refused(ValueError, "invalid tool 7 (must be between 0 and 5)", m.use_tool_id, 7, "x")
refused(ValueError, "tool 3 is not in use", m.set_events, TOOL, 0)
m.use_tool_id(TOOL, "test")
assert m.get_tool(TOOL) == "test"
refused(ValueError, "tool 3 is already in use", m.use_tool_id, TOOL, "other")
refused(ValueError, "The callback can only be set for one event at a time", m.register_callback, TOOL, E.LINE | E.CALL, None)
refused(ValueError, "cannot set C_RETURN or C_RAISE events independently", m.set_events, TOOL, E.C_RETURN)
refused(TypeError, "code must be a code object", m.set_local_events, TOOL, 1, E.LINE)


def f(n):
    total = 0
    for i in range(n):
        if i == 1:
            total += len("ab")
    return total


def g():
    try:
        x = yield 1
        raise KeyError(x)
    except KeyError:
        yield 2


seen = []


def names(*events):
    for name in events:
        m.register_callback(TOOL, getattr(E, name), lambda code, *args, name=name: seen.append((name, code.co_name, *args)) if code.co_name in ("f", "g") else None)
    bits = 0
    for name in events:
        bits |= getattr(E, name)
    return bits


m.set_events(TOOL, names("PY_START", "PY_RETURN", "PY_YIELD", "PY_RESUME"))
f(1)
it = g()
next(it)
it.send(5)
it.close()
m.set_events(TOOL, 0)
assert [(s[0], s[1], *s[3:]) for s in seen] == [
    ("PY_START", "f"), ("PY_RETURN", "f", 0), ("PY_START", "g"), ("PY_YIELD", "g", 1), ("PY_RESUME", "g"), ("PY_YIELD", "g", 2)], seen
assert all(isinstance(s[2], int) for s in seen)
seen.clear()

m.set_events(TOOL, names("LINE"))
f(2)
m.set_events(TOOL, 0)
base = f.__code__.co_firstlineno
assert [s[2] - base for s in seen] == [1, 2, 3, 2, 3, 4, 2, 5], [s[2] - base for s in seen]
seen.clear()

m.set_events(TOOL, names("CALL", "C_RETURN", "C_RAISE") )
f(2)
m.set_events(TOOL, 0)
assert [(s[0], s[3], s[4]) for s in seen] == [("CALL", range, 2), ("C_RETURN", range, 2), ("CALL", len, "ab"), ("C_RETURN", len, "ab")], seen
seen.clear()

m.set_events(TOOL, names("RAISE", "EXCEPTION_HANDLED", "PY_UNWIND", "PY_THROW"))
it = g()
next(it)
try:
    it.throw(ZeroDivisionError)
except ZeroDivisionError:
    pass
it = g()
next(it)
next(it)
m.set_events(TOOL, 0)
assert [(s[0], type(s[3])) for s in seen] == [
    ("PY_THROW", ZeroDivisionError), ("RAISE", ZeroDivisionError), ("EXCEPTION_HANDLED", ZeroDivisionError), ("PY_UNWIND", ZeroDivisionError),
    ("RAISE", KeyError), ("EXCEPTION_HANDLED", KeyError)] or [(s[0], type(s[3])) for s in seen if s[0] != "RERAISE"][:2] == [("PY_THROW", ZeroDivisionError), ("RAISE", ZeroDivisionError)], seen
seen.clear()

m.set_events(TOOL, names("BRANCH_LEFT", "BRANCH_RIGHT", "JUMP"))
f(2)
m.set_events(TOOL, 0)
# The loop turns twice and ends; the test is false, then true.
kinds = [s[0] for s in seen]
assert kinds.count("JUMP") >= 1 and "BRANCH_LEFT" in kinds and "BRANCH_RIGHT" in kinds, kinds
assert all(len(s) == 4 for s in seen)
seen.clear()

# Events of one code; switching a place off and all on again.
lines = []


def once(code, line):
    lines.append(line - base)
    return m.DISABLE


m.register_callback(TOOL, E.LINE, once)
m.set_local_events(TOOL, f.__code__, E.LINE)
assert m.get_local_events(TOOL, f.__code__) == E.LINE and m.get_events(TOOL) == 0
f(2)
f(2)
assert lines == [1, 2, 3, 2, 4, 5], lines
m.restart_events()
f(0)
assert lines == [1, 2, 3, 2, 4, 5, 1, 2, 5], lines
m.set_local_events(TOOL, f.__code__, 0)
f(2)
assert len(lines) == 9

# What a callback raises is raised where the event was.


def angry(code, *args):
    if code is f.__code__:
        raise ArithmeticError("no")


for event in (E.PY_START, E.LINE, E.PY_RETURN, E.CALL, E.BRANCH_LEFT):
    m.register_callback(TOOL, event, angry)
    m.set_events(TOOL, event)
    try:
        f(2)
    except ArithmeticError as e:
        caught = str(e)
    else:
        caught = None
    m.set_events(TOOL, 0)
    m.register_callback(TOOL, event, None)
    assert caught == "no", event
m.register_callback(TOOL, E.RAISE, lambda *a: m.DISABLE)
m.set_events(TOOL, E.RAISE)
try:
    try:
        raise KeyError
    finally:
        m.set_events(TOOL, 0)
except ValueError as e:
    assert str(e) == "Cannot disable RAISE events. Callback removed."
m.free_tool_id(TOOL)
assert m.get_tool(TOOL) is None
print("ok")
