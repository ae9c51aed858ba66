# The line of a frame that an exception has left (PEP 626), lines of jumps that no source line stands for, truth asked once.
import dis


def lines(f):
    try:
        f()
    except Exception as e:
        tb = e.__traceback__.tb_next
    found = []
    while tb:
        line = tb.tb_frame.f_lineno
        found.append(line and line - tb.tb_frame.f_code.co_firstlineno)
        tb = tb.tb_next
    return found


def in_except():
    try:
        1/0
    except:
        1/0
        pass


def other_except():
    try:
        1/0
    except TypeError as ex:
        pass


def named_except():
    try:
        1/0
    except Exception as ex:
        1/0
        pass


def in_try():
    try:
        1/0
    finally:
        pass


def in_finally():
    try:
        1/0
    finally:
        1/0
        pass


class Noop:
    def __enter__(self):
        return self
    def __exit__(self, *args):
        pass


class Fails(Noop):
    def __exit__(self, *args):
        raise ValueError


def after_with():
    with Noop():
        1/0
        pass


def failing_exit():
    with Fails():
        1/0


assert [lines(f) for f in (in_except, other_except, named_except, in_try, in_finally, after_with, failing_exit)] == \
    [[4], [3], [4], [4], [4], [2], [1, 1]]


def loop(it):
    for x in it:
        try:
            X = 3
        except OSError:
            try:
                if C3:
                    X = 4
            except OSError:
                pass
    return 42


assert all(i.line_number for i in dis.get_instructions(loop) if i.opname == "JUMP_BACKWARD")


def nothing():
    "Only text."


assert {line for *_, line in nothing.__code__.co_lines()} == {nothing.__code__.co_firstlineno}


class Truth:
    def __init__(self, value):
        self.value, self.asked = value, 0
    def __bool__(self):
        self.asked += 1
        return self.value


def asked(f, *values):
    all = [Truth(v) for v in values]
    return all.index(f(*all)), [t.asked for t in all]


assert asked(lambda a, b, c, d: a and b or c or d, False, True, True, False) == (2, [1, 0, 1, 0])
assert asked(lambda a, b, c, d: a and b or c and d, True, False, True, False) == (3, [1, 1, 1, 0])
assert asked(lambda a, b, c, d: (a or b) and (c or d), True, False, False, True) == (3, [1, 0, 1, 0])
assert asked(lambda a, b, c, d: a or b and c or d, False, True, True, False) == (2, [1, 1, 1, 0])
assert asked(lambda a, b, c, d: a and b and c or d, True, True, False, False) == (3, [1, 1, 1, 0])
assert asked(lambda a, b, c, d: c if a and b or d else b, False, True, False, True) == (2, [1, 0, 0, 1])

one, two = (compile("def f(a):\n    return a\n", name, "exec") for name in ("one", "two"))
assert one == two and one.co_filename != two.co_filename
assert one.co_filename is one.co_consts[0].co_filename
print("ok")
