# yield from: delegation of send, throw and close; its value; iterators that are not generators.
log = []


def inner():
    try:
        got = yield 1
        log.append(("got", got))
        got = yield 2
        log.append(("got", got))
    except ValueError:
        log.append("inner caught")
        yield "from inner"
    finally:
        log.append("inner finally")
    return "inner result"


def outer():
    result = yield from inner()
    log.append(result)
    yield result


g = outer()
assert next(g) == 1 and g.send("a") == 2 and g.gi_yieldfrom.__name__ == "inner"
assert g.send("b") == "inner result"
assert log == [("got", "a"), ("got", "b"), "inner finally", "inner result"]
log.clear()
g = outer()
next(g)
assert g.throw(ValueError) == "from inner" and log == ["inner caught"]
g.close()
assert log == ["inner caught", "inner finally"]
log.clear()
g = outer()
next(g)
g.close()
assert log == ["inner finally"]


def over_list():
    value = yield from [1, 2]
    yield value


assert list(over_list()) == [1, 2, None]
g = over_list()
next(g)
try:
    g.send("x")
    assert False
except AttributeError as e:
    assert "send" in str(e)


class Custom:
    def __init__(self):
        self.calls = []

    def __iter__(self):
        return self

    def __next__(self):
        self.calls.append("next")
        return "n"

    def send(self, value):
        self.calls.append(("send", value))
        return "s"

    def throw(self, error):
        self.calls.append(("throw", type(error).__name__))
        raise StopIteration("thrown out")

    def close(self):
        self.calls.append("close")


c = Custom()


def to_custom():
    return (yield from c)


g = to_custom()
assert next(g) == "n" and g.send(5) == "s" and next(g) == "n"
try:
    g.throw(KeyError("k"))
    assert False
except StopIteration as e:
    assert e.value == "thrown out"
assert c.calls == ["next", ("send", 5), "next", ("throw", "KeyError")]
c.calls.clear()
g = to_custom()
next(g)
g.close()
assert c.calls == ["next", "close"]


def deep(n):
    if n:
        return (yield from deep(n - 1)) + 1
    yield "leaf"
    return 0


g = deep(200)
assert next(g) == "leaf"
try:
    next(g)
except StopIteration as e:
    assert e.value == 200


def tree(t):
    if isinstance(t, list):
        for part in t:
            yield from tree(part)
    else:
        yield t


assert list(tree([1, [2, [3, 4], []], 5])) == [1, 2, 3, 4, 5]


def wrong():
    yield from 5


try:
    next(wrong())
    assert False
except TypeError as e:
    assert str(e) == "'int' object is not iterable"
print("ok")
