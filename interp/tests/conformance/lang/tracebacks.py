# Traceback objects: tb_lineno, tb_next, frames, what with_traceback and re-raise do.
def lines(error):
    tb, out = error.__traceback__, []
    while tb is not None:
        out.append((tb.tb_frame.f_code.co_name, tb.tb_lineno - tb.tb_frame.f_code.co_firstlineno))
        tb = tb.tb_next
    return out


def inner(x):
    y = x
    return 1 / y


def middle():
    return (
        1
        + inner(0)
        + 2
    )


def catch(f):
    try:
        f()
    except BaseException as e:
        return lines(e)


assert catch(middle) == [("catch", 2), ("middle", 3), ("inner", 2)], catch(middle)


def reraise():
    try:
        inner(0)
    except ZeroDivisionError as e:
        saved = e
        raise


assert catch(reraise) == [("catch", 2), ("reraise", 2), ("inner", 2)], catch(reraise)


def again():
    try:
        inner(0)
    except ZeroDivisionError as e:
        raise e


assert catch(again) == [("catch", 2), ("again", 4), ("again", 2), ("inner", 2)], catch(again)


def new():
    try:
        inner(0)
    except ZeroDivisionError as e:
        raise KeyError


assert catch(new) == [("catch", 2), ("new", 4)]


def multi_line_call():
    int(
        "1",
        base=
        "x",
    )


assert catch(multi_line_call)[-1] == ("multi_line_call", 1)


def in_comprehension():
    return [
        1 / i
        for i in (1, 0)
    ]


assert catch(in_comprehension)[-1] == ("in_comprehension", 2)


def gen():
    yield 1
    raise ValueError


def through_generator():
    for _ in gen():
        pass


assert catch(through_generator) == [("catch", 2), ("through_generator", 1), ("gen", 2)]


def finally_kept():
    try:
        raise ValueError
    finally:
        x = 1
        y = 2


assert catch(finally_kept)[-1] == ("finally_kept", 2)


def subscript():
    data = {}
    data["a"]["b"]
    return data


assert catch(subscript)[-1] == ("subscript", 2)


class C:
    def m(self):
        self.missing


assert catch(C().m)[-1] == ("m", 1)
assert catch(lambda: inner(0))[1] == ("<lambda>", 0)
try:
    inner(0)
except ZeroDivisionError as e:
    tb = e.__traceback__
    assert tb.tb_frame.f_globals is globals() and tb.tb_next.tb_frame.f_locals == {"x": 0, "y": 0}
    e2 = ValueError().with_traceback(tb)
    assert e2.__traceback__ is tb
    assert tb.tb_lasti >= 0 and type(tb).__name__ == "traceback"
    e.__traceback__ = None
    assert e.__traceback__ is None
try:
    e2.__traceback__ = 5
    assert False
except TypeError as e:
    assert str(e) == "__traceback__ must be a traceback or None"
assert ValueError().__traceback__ is None
print("ok")
