# `o[k]` on classes that define `__getitem__` in Python: frames, errors, changes of the class, generators as callers.
import sys


class Grid:
    def __init__(self): self.cells = {(0, 0): 'origin'}
    def __getitem__(self, key):
        if key == 'line': return sys._getframe(1).f_lineno
        if key == 'bad': raise LookupError(key)
        return self.cells.get(key, key)


class Rows(list):
    def __getitem__(self, i): return ('row', list.__getitem__(self, i))


def get(o, k): return o[k]


def where(o):
    x = o['line']
    return x


g, rows = Grid(), Rows([10, 20])
for n in range(80):
    assert get(g, (0, 0)) == 'origin' and get(g, n) == n
    assert get(rows, 1) == ('row', 20) and get([1, 2], 0) == 1 and get({'a': n}, 'a') == n
    assert where(g) == where.__code__.co_firstlineno + 1
    try: get(g, 'bad')
    except LookupError as e: assert e.args == ('bad',) and e.__traceback__.tb_next.tb_next.tb_frame.f_code.co_name == '__getitem__'
    else: assert False


def items(o, n):
    for i in range(n): yield o[i], o[i + 1]


assert list(items(g, 3)) == [(0, 1), (1, 2), (2, 3)]
g.__getitem__ = None  # the instance's own attribute does not count
assert get(g, 5) == 5
Grid.__getitem__ = lambda self, key: 'new'
assert get(g, 5) == 'new'
Grid.__getitem__ = classmethod(lambda cls, key: (cls.__name__, key))
assert get(g, 5) == ('Grid', 5)
del Grid.__getitem__
try: get(g, 5)
except TypeError as e: assert str(e) == "'Grid' object is not subscriptable"
else: assert False


class Deep:
    def __getitem__(self, n): return self[n - 1] + 1 if n else 0


assert Deep()[200] == 200
try: Deep()[10 ** 6]
except RecursionError: pass
else: assert False
print('ok')
