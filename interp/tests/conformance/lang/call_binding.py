# Arguments bound in place: keywords, defaults, surplus, and what must still fail with everything released.
import sys, weakref


def plain(a, b=2, c=3):
    return a, b, c


def stars(a, *rest, key=5, **more):
    return a, rest, key, more


def only(a, /, b, *, c=9, d):
    return a, b, c, d


def error(f, *args, **kwargs):
    try:
        f(*args, **kwargs)
    except TypeError as e:
        return str(e)
    return None


for _ in range(40):  # long enough for sites to specialise
    assert plain(1) == (1, 2, 3)
    assert plain(1, c=7) == (1, 2, 7)
    assert plain(c=1, a=2) == (2, 2, 1)
    assert plain(b=1, a=2, c=0) == (2, 1, 0)
    assert plain(*(4, 5)) == (4, 5, 3)
    assert plain(*(4, 5), **{}) == (4, 5, 3)
    assert stars(1) == (1, (), 5, {})
    assert stars(1, 2, 3) == (1, (2, 3), 5, {})
    assert stars(1, 2, key=0) == (1, (2,), 0, {})
    assert stars(1, z=2) == (1, (), 5, {'z': 2})
    assert stars(*range(5)) == (0, (1, 2, 3, 4), 5, {})
    assert only(1, 2, d=3) == (1, 2, 9, 3)
    assert only(1, b=2, d=3, c=4) == (1, 2, 4, 3)

assert error(plain) == "plain() missing 1 required positional argument: 'a'"
assert error(plain, 1, 2, 3, 4) == "plain() takes from 1 to 3 positional arguments but 4 were given"
assert error(plain, 1, a=2) == "plain() got multiple values for argument 'a'"
assert error(plain, 1, e=2) == "plain() got an unexpected keyword argument 'e'"
assert error(only, 1, 2) == "only() missing 1 required keyword-only argument: 'd'"
assert error(only, 1, a=2, d=1) is not None
assert error(only, a=1, b=2, d=3) is not None


class Token:
    pass


def held(f, *args, **kwargs):
    """Whether a token passed by keyword and one passed by position outlive a failing call."""
    one, two = Token(), Token()
    refs = weakref.ref(one), weakref.ref(two)
    try:
        f(one, c=two, **kwargs)
    except TypeError:
        pass
    del one, two
    return [r() is not None for r in refs]


assert held(plain) == [False, False]
assert held(plain, nope=1) == [False, False]
assert held(stars) == [False, False]
assert held(only) == [False, False]


# A frame entered by `f(*args)` sees its caller's line, and returns to the right place.
def where(*args):
    return sys._getframe(1).f_lineno


def caller(args):
    x = 1
    line = where(*args)
    y = x + 1
    return line, y


first = caller.__code__.co_firstlineno
for args in ((), (1,), (1, 2, 3)) * 20:
    assert caller(args) == (first + 2, 2)


# `__code__`, `__defaults__` and `__kwdefaults__` replaced between calls of one site.
def call(f):
    return f(1)


def one(a):
    return 'one'


def two(a, b='two'):
    return b


for _ in range(20):
    assert call(one) == 'one'
one.__code__ = two.__code__
assert error(call, one) == "one() missing 1 required positional argument: 'b'"
one.__defaults__ = ('late',)
assert call(one) == 'late'


# One site, several kinds of callables.
class Caller:
    def __call__(self, a):
        return 'object'

    def method(self, a):
        return 'method'

    @classmethod
    def of_class(cls, a):
        return cls.__name__

    @staticmethod
    def static(a):
        return 'static'


c = Caller()
kinds = [(two, 'two'), (c, 'object'), (c.method, 'method'), (Caller.of_class, 'Caller'), (c.static, 'static'), (str, '1'), (lambda a: 'lambda', 'lambda'), (abs, 1)]
for _ in range(30):
    for f, expected in kinds:
        assert call(f) == expected, (f, call(f))
print('ok')
