# with: enter and exit order, suppression, exceptions in them, several managers, targets.
log = []


class M:
    def __init__(self, name, swallow=False, fail_enter=False, fail_exit=False):
        self.name, self.swallow, self.fail_enter, self.fail_exit = name, swallow, fail_enter, fail_exit

    def __enter__(self):
        log.append("enter " + self.name)
        if self.fail_enter:
            raise KeyError(self.name)
        return self.name

    def __exit__(self, kind, error, trace):
        log.append(("exit " + self.name, kind and kind.__name__, trace is not None))
        if self.fail_exit:
            raise OSError(self.name)
        return self.swallow


with M("a") as x, M("b") as y:
    log.append(x + y)
assert log == ["enter a", "enter b", "ab", ("exit b", None, False), ("exit a", None, False)]

log.clear()
with M("a", swallow=True), M("b"):
    raise ValueError
assert log == ["enter a", "enter b", ("exit b", "ValueError", True), ("exit a", "ValueError", True)]

log.clear()
with (
    M("outer", swallow=True) as o,
    M("inner", fail_enter=True),
):
    assert False
assert log == ["enter outer", "enter inner", ("exit outer", "KeyError", True)]

log.clear()
try:
    with M("x", fail_exit=True):
        raise ValueError("first")
except OSError as e:
    assert e.args == ("x",) and type(e.__context__) is ValueError

log.clear()
with M("p") as (a,), M("q") as globals()["k"]:
    assert a == "p" and k == "q"


def returns():
    with M("r"):
        return "value"


log.clear()
assert returns() == "value" and log[-1] == ("exit r", None, False)


def loops():
    out = []
    for i in range(4):
        with M(str(i)):
            if i == 0:
                continue
            if i == 2:
                break
            out.append(i)
    return out


log.clear()
assert loops() == [1] and len(log) == 6


class NoExit:
    def __enter__(self):
        pass


class Instance:
    def __init__(self):
        self.__enter__ = self.__exit__ = lambda *a: None


for bad in (NoExit(), 5, Instance()):
    try:
        with bad:
            assert False
    except TypeError as e:
        assert "does not support the context manager protocol" in str(e), e


class Odd:
    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.args = args
        return "truthy"


with Odd() as odd:
    1 / 0
assert odd.args[0] is ZeroDivisionError and odd.args[1].__traceback__ is odd.args[2]


def generator():
    with M("g"):
        yield 1


log.clear()
g = generator()
next(g)
g.close()
assert log == ["enter g", ("exit g", "GeneratorExit", True)]


def nested_swallow():
    with M("1", swallow=True):
        with M("2"):
            raise KeyError
        return "not reached"
    return "after"


assert nested_swallow() == "after"
print("ok")
