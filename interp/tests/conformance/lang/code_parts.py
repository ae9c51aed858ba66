# What code objects tell: branches, tables that end early, constants of any type, columns that were not wanted.
import subprocess
import sys
import types


def lines(func, rows):
    """Lines of offsets, relative to the definition."""
    code = func.__code__
    def line(offset):
        for start, end, n in code.co_lines():
            if start <= offset < end:
                return n - code.co_firstlineno
    return [tuple(map(line, row)) for row in rows]


def simple(x):
    if x:
        a()
    else:
        b()


async def loop():
    async for letter in source:
        2
    3


assert lines(simple, simple.__code__.co_branches()) == [(1, 2, 4)]
assert lines(loop, loop.__code__.co_branches()) == [(1, 1, 3)]

untold = simple.__code__.replace(co_linetable=b"")
assert list(untold.co_lines()) == []
assert list(untold.co_positions()) == []
assert untold.co_linetable == b""


class Unhashable:
    def __hash__(self):
        raise TypeError("unhashable type")


class MyInt(int):
    pass


odd = compile("a = 1", "<string>", "exec").replace(co_consts=(1, Unhashable(), MyInt(1), MyInt(1)))
assert isinstance(odd.co_consts[1], Unhashable) and odd.co_consts[2] == odd.co_consts[3]
assert type(odd.co_consts[2]) is MyInt
again = odd.replace(co_name="again")
assert again.co_consts[1] is odd.co_consts[1] and again.co_name == "again"


def first_constant(a):
    return a


assert first_constant.__code__.co_consts == (None,)

program = """
def f():
    x = 1
for line, end_line, column, end_column in f.__code__.co_positions():
    assert line == end_line, (line, end_line)
    assert column is None and end_column is None
"""
subprocess.run([sys.executable, "-X", "no_debug_ranges", "-c", program], check=True)
print("ok")
