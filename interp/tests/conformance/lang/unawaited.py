"""What is said of coroutines and of what async generators' methods give when nobody awaits them."""
import gc
import sys
import warnings


def warned(f):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        f()
        gc.collect()
    return [(w.category, str(w.message)) for w in seen]


async def coro():
    pass


async def agen():
    yield 1


assert warned(lambda: coro()) == [(RuntimeWarning, "coroutine 'coro' was never awaited")]
for method, args in (("asend", (None,)), ("__anext__", ()), ("athrow", (ValueError,)), ("aclose", ())):
    said = {"__anext__": "asend"}.get(method, method)
    assert warned(lambda: getattr(agen(), method)(*args)) == [(RuntimeWarning, f"coroutine method '{said}' of 'agen' was never awaited")], method


def used():
    try:
        agen().asend(None).send(None)
    except StopIteration:
        pass


assert warned(used) == []


def closed():
    agen().aclose().close()
    coro().close()


assert warned(closed) == []


# a frame that is cleared before it began
def cleared():
    c = coro()
    c.cr_frame.clear()
    c.close()


assert warned(cleared) == [(RuntimeWarning, "coroutine 'coro' was never awaited")]

# where it was made
sys.set_coroutine_origin_tracking_depth(2)


def inner():
    return coro()


def outer():
    inner()


(category, text), = warned(outer)
sys.set_coroutine_origin_tracking_depth(0)
lines = text.splitlines()
assert lines[0] == "coroutine 'coro' was never awaited" and lines[1] == "Coroutine created at (most recent call last)", text
assert lines[2].endswith("in outer") and lines[4].endswith("in inner") and "return coro()" in lines[5], text

# reports of what goes wrong meanwhile
reports = []
sys.unraisablehook = lambda u: reports.append((u.exc_type, u.err_msg.split(" <")[0], u.object))
with warnings.catch_warnings():
    warnings.simplefilter("error")
    coro()
    gc.collect()
assert reports == [(RuntimeWarning, "Exception ignored while finalizing coroutine", None)], reports
reports.clear()
original = warnings._warn_unawaited_coroutine
warnings._warn_unawaited_coroutine = lambda c: 1 / 0
assert warned(lambda: coro()) == [(RuntimeWarning, "coroutine 'coro' was never awaited")]
del warnings._warn_unawaited_coroutine
assert warned(lambda: coro()) == [(RuntimeWarning, "coroutine 'coro' was never awaited")]
warnings._warn_unawaited_coroutine = original
assert [r[0] for r in reports] == [ZeroDivisionError]
sys.unraisablehook = sys.__unraisablehook__

# arguments of athrow
assert warned(lambda: agen().athrow(ValueError, ValueError(1), None).close())[0] == (
    DeprecationWarning, "the (type, exc, tb) signature of athrow() is deprecated, use the single-arg signature instead.")


# one method at a time
class Pause:
    def __await__(self):
        yield


async def waits():
    await Pause()
    yield


for method, args in (("athrow", (ValueError,)), ("aclose", ())):
    g = waits()
    first = g.asend(None)
    first.send(None)
    second = getattr(g, method)(*args)
    for again in (ValueError, None):
        try:
            second.throw(again) if again else second.send(None)
        except RuntimeError as e:
            assert str(e) == (f"{method}(): asynchronous generator is already running" if again else "cannot reuse already awaited aclose()/athrow()")
        else:
            raise AssertionError

# a coroutine that has ended
c = coro()
try:
    c.send(None)
except StopIteration:
    pass
for call in (lambda: c.send(None), lambda: c.throw(ValueError), lambda: next(c.__await__())):
    try:
        call()
    except RuntimeError as e:
        assert str(e) == "cannot reuse already awaited coroutine"
    else:
        raise AssertionError
c.close()


# what is thrown into a generator that has not begun comes from it
def gen():
    yield


def names(tb):
    found = []
    while tb:
        found.append((tb.tb_frame.f_code.co_name, tb.tb_lineno))
        tb = tb.tb_next
    return found


try:
    gen().throw(ValueError)
except ValueError as e:
    (_, _), last = names(e.__traceback__)
    assert last == ("gen", gen.__code__.co_firstlineno), last
print("ok")
