# async def and await with a hand-written event loop.
class Sleep:
    def __init__(self, turns):
        self.turns = turns

    def __await__(self):
        got = yield self.turns
        return got


def run(*tasks):
    """Round-robin; returns the results in order of completion."""
    results, ready = [], [(0, n, task) for n, task in enumerate(tasks)]
    now = 0
    while ready:
        ready.sort(key=lambda entry: entry[:2])
        now, n, task = ready.pop(0)
        try:
            turns = task.send(None)
        except StopIteration as stop:
            results.append(stop.value)
        else:
            ready.append((now + turns, n, task))
    return results


log = []


async def worker(name, turns):
    for turn in range(2):
        log.append((name, turn))
        await Sleep(turns)
    return name


assert run(worker("slow", 5), worker("fast", 1)) == ["fast", "slow"]
assert log == [("slow", 0), ("fast", 0), ("fast", 1), ("slow", 1)]


async def value():
    return 42


async def chain():
    a = await value()
    b = await Sleep(1)
    return a, b


assert run(chain()) == [(42, None)]


async def fail():
    await Sleep(1)
    raise ValueError("inside")


async def handles():
    try:
        await fail()
    except ValueError as e:
        return "caught " + str(e)
    finally:
        log.append("finally")


assert run(handles()) == ["caught inside"] and log[-1] == "finally"
c = value()
assert c.cr_frame is not None and c.cr_running is False and c.cr_await is None
try:
    c.send(1)
    assert False
except TypeError as e:
    assert "just-started coroutine" in str(e)
c.close()
try:
    c.send(None)
    assert False
except RuntimeError as e:
    assert str(e) == "cannot reuse already awaited coroutine"


async def bad():
    await 5


try:
    bad().send(None)
    assert False
except TypeError as e:
    assert "await" in str(e)


class NotIterator:
    def __await__(self):
        return 5


async def bad2():
    await NotIterator()


try:
    bad2().send(None)
    assert False
except TypeError as e:
    assert "__await__() returned non-iterator of type 'int'" in str(e)


class Manager:
    async def __aenter__(self):
        log.append("enter")
        await Sleep(1)
        return self

    async def __aexit__(self, kind, error, trace):
        log.append(("exit", kind and kind.__name__))
        await Sleep(1)
        return kind is KeyError


async def managed(error):
    async with Manager() as m, Manager():
        assert isinstance(m, Manager)
        if error:
            raise error
    return "after"


log.clear()
assert run(managed(None)) == ["after"] and log == ["enter", "enter", ("exit", None), ("exit", None)]
log.clear()
assert run(managed(KeyError())) == ["after"] and log[-2:] == [("exit", "KeyError"), ("exit", None)]
try:
    run(managed(ValueError("v")))
    assert False
except ValueError:
    pass
try:
    iter(c)
    assert False
except TypeError as e:
    assert "'coroutine' object is not iterable" in str(e)
f = lambda: value()
assert run(f()) == [42]
print("ok")
