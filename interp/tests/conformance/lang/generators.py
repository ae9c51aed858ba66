# Generators: send, throw, close, yield as expression, return values, state, attributes.
def echo():
    got = yield "start"
    while got != "stop":
        got = yield got
    return "done"


g = echo()
assert next(g) == "start" and g.send(1) == 1 and next(g) is None
try:
    g.send("stop")
    assert False
except StopIteration as e:
    assert e.value == "done" and e.args == ("done",)
try:
    next(g)
    assert False
except StopIteration as e:
    assert e.value is None
g = echo()
try:
    g.send("early")
    assert False
except TypeError as e:
    assert str(e) == "can't send non-None value to a just-started generator"


def guarded(log):
    try:
        yield 1
        yield 2
    except ValueError as e:
        log.append(("caught", str(e)))
        yield "recovered"
    finally:
        log.append("finally")


log = []
g = guarded(log)
next(g)
assert g.throw(ValueError("x")) == "recovered" and log == [("caught", "x")]
assert next(g, "over") == "over" and log[-1] == "finally"
log = []
g = guarded(log)
next(g)
assert g.close() is None and log == ["finally"]
assert g.close() is None
g = guarded(log)
try:
    g.throw(KeyError("k"))
    assert False
except KeyError:
    assert log == ["finally"]
assert list(g) == []


def stubborn():
    try:
        yield
    except GeneratorExit:
        yield "no"


g = stubborn()
next(g)
try:
    g.close()
    assert False
except RuntimeError as e:
    assert str(e) == "generator ignored GeneratorExit"


def returns_on_close():
    try:
        yield
    except GeneratorExit:
        return 42


g = returns_on_close()
next(g)
assert g.close() == 42


def raises_stop():
    yield 1
    raise StopIteration("bad")


g = raises_stop()
next(g)
try:
    next(g)
    assert False
except RuntimeError as e:
    assert str(e) == "generator raised StopIteration" and isinstance(e.__cause__, StopIteration)


def reentrant():
    yield next(me)


me = reentrant()
try:
    next(me)
    assert False
except ValueError as e:
    assert str(e) == "generator already executing"
g = echo()
assert g.gi_frame is not None and g.gi_running is False and g.gi_yieldfrom is None and g.__name__ == "echo"
g.close()
assert g.gi_frame is None
assert iter(g) is g and g.gi_code is echo.__code__
assert [*(lambda: (yield from (1, 2)))()] == [1, 2]


def fib():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b


assert [v for v, _ in zip(fib(), range(10))] == [0, 1, 1, 2, 3, 5, 8, 13, 21, 34]


def multi():
    x = yield (yield 1)
    yield [x, (yield)]


m = multi()
assert next(m) == 1 and m.send("a") == "a" and m.send("b") is None and m.send("c") == ["b", "c"]
print("ok")
