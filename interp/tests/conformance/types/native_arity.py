# Wrong calls of native functions name the function with its type or module.
import math, sys, itertools

def message(f, *args, **kw):
    try:
        f(*args, **kw)
    except TypeError as e:
        return str(e)
    assert False, f

assert message([].append) == 'list.append() takes exactly one argument (0 given)'
assert message([].append, x=1) == 'list.append() takes no keyword arguments'
assert message(list.append, []) == 'list.append() takes exactly one argument (0 given)'
assert message([].copy, 1) == 'list.copy() takes no arguments (1 given)'
assert message(math.sin) == 'math.sin() takes exactly one argument (0 given)'
assert message(math.sin, 1, 2) == 'math.sin() takes exactly one argument (2 given)'
assert message(math.sin, x=1) == 'math.sin() takes no keyword arguments'
assert message(math.hypot, x=1) == 'math.hypot() takes no keyword arguments'
assert message(math.gcd, a=1) == 'math.gcd() takes no keyword arguments'
assert message(math.fsum) == 'math.fsum() takes exactly one argument (0 given)'
assert message(sys.intern) == 'sys.intern() takes exactly one argument (0 given)'
assert message(sys.getrecursionlimit, 1) == 'sys.getrecursionlimit() takes no arguments (1 given)'
assert message(len) == 'len() takes exactly one argument (0 given)'
assert message(len, 1, 2) == 'len() takes exactly one argument (2 given)'
assert message(globals, 1) == 'globals() takes no arguments (1 given)'

class Plain(filter):
    pass

class Init(filter):
    def __init__(self, *args, **kw):
        self.kw = kw

assert message(filter, None, [], x=1) == 'filter() takes no keyword arguments'
assert message(Plain, None, [], x=1) == 'filter() takes no keyword arguments'
assert list(Init(None, [1, 0], x=1)) == [1] and Init(None, [], x=1).kw == {'x': 1}
print('ok')
