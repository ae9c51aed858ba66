# Asynchronous generators, async for, async comprehensions, asend / athrow / aclose.
class Turn:
    def __await__(self):
        yield


def run(coroutine):
    while True:
        try:
            coroutine.send(None)
        except StopIteration as stop:
            return stop.value


log = []


async def count(n):
    try:
        for i in range(n):
            await Turn()
            got = yield i
            if got:
                log.append(got)
    finally:
        log.append("closed")


async def collect():
    found = []
    async for i in count(3):
        found.append(i)
    else:
        found.append("else")
    return found


assert run(collect()) == [0, 1, 2, "else"] and log == ["closed"]


async def comprehensions():
    a = [i async for i in count(4) if i % 2]
    b = {i async for i in count(2)}
    c = {i: i * i async for i in count(3)}
    d = [x for x in [await one() for _ in range(2)]]
    e = [[j async for j in count(i)] for i in range(3)]
    g = (i + 1 async for i in count(2))
    f = [i async for i in g]
    return a, b, c, d, e, f


async def one():
    await Turn()
    return 1


assert run(comprehensions()) == ([1, 3], {0, 1}, {0: 0, 1: 1, 2: 4}, [1, 1], [[], [0], [0, 1]], [1, 2])
log.clear()


async def by_hand():
    g = count(5)
    assert await g.asend(None) == 0
    assert await g.asend("hello") == 1 and log == ["hello"]
    try:
        await g.athrow(ValueError("x"))
        assert False
    except ValueError:
        assert log == ["hello", "closed"]
    try:
        await g.__anext__()
        assert False
    except StopAsyncIteration:
        pass
    g = count(2)
    assert await anext(g) == 0
    await g.aclose()
    assert await anext(g, "default") == "default"
    return "done"


assert run(by_hand()) == "done"


class Range:
    def __init__(self, n):
        self.i, self.n = 0, n

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self.i >= self.n:
            raise StopAsyncIteration
        self.i += 1
        await Turn()
        return self.i


async def custom():
    out = []
    async for i in Range(10):
        if i == 2:
            continue
        if i == 5:
            break
        out.append(i)
    try:
        async for i in [1]:
            pass
    except TypeError as e:
        out.append(str(e))
    return out


assert run(custom()) == [1, 3, 4, "'async for' requires an object with __aiter__ method, got list"]


async def stubborn():
    try:
        yield 1
    finally:
        yield 2


async def ignore():
    g = stubborn()
    await g.asend(None)
    try:
        await g.aclose()
    except RuntimeError as e:
        return str(e)


assert run(ignore()) == "async generator ignored GeneratorExit"
g = count(1)
assert g.ag_frame is not None and g.ag_await is None and g.__name__ == "count" and aiter(g) is g
try:
    for x in g:
        pass
    assert False
except TypeError as e:
    assert str(e) == "'async_generator' object is not iterable"
print("ok")
