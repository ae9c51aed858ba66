# f_locals of functions (PEP 667): keys that only compare equal, names that are no locals, inlined comprehensions.
import sys


class Like:
    def __hash__(self):
        return hash('x')

    def __eq__(self, other):
        return other == 'x'


class Str(str):
    pass


def overwrite(key):
    x = 1
    proxy = sys._getframe().f_locals
    proxy[key] = 2
    assert x == 2
    assert list(proxy) == ['key', 'x', 'proxy'] and proxy[key] == 2 and key in proxy
    try:
        proxy.pop(key)
    except ValueError as e:
        assert str(e) == 'cannot remove local variables from FrameLocalsProxy'


def first(key):
    sys._getframe().f_locals[key] = 2
    assert x == 2
    x = 1


for key in Like(), Str('x'), 'x':
    overwrite(key)
    first(key)


def extra():
    sys._getframe().f_locals['other'] = 3
    assert locals() == {'other': 3}
    f = sys._getframe()
    del f.f_locals['other']
    assert list(locals()) == ['f']


extra()


def comprehension():
    lambda: k
    k = 1
    inner = [locals() for k in [0]]
    assert inner[0]['k'] == 0, inner
    inner = [dict(sys._getframe().f_locals) for k in [0]]
    assert inner[0]['k'] == 0, inner
    assert locals()['k'] == 1


comprehension()
a = sys._getframe().f_locals


def back():
    x = y = 0
    p = sys._getframe().f_locals
    assert reversed(p) == ['p', 'y', 'x']


back()


def unhashable():
    try:
        sys._getframe().f_locals[[]]
    except TypeError as e:
        return str(e)


assert unhashable() == "unhashable type: 'list'", unhashable()
try:
    del sys._getframe().f_trace_opcodes
except AttributeError as e:
    assert 'cannot be deleted' in str(e)
else:
    raise AssertionError
print('ok')
