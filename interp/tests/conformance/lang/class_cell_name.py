# A class body's own name __class__ is apart from the cell of its methods; properties and comparisons that only seem there.
class A:
    def f(self):
        return 'A'


class X(A):
    def f(self):
        return super().f()
    __class__ = 413


assert X().f() == 'A' and X().__class__ == 413 and X.__dict__['__class__'] == 413


class Y:
    def me(self):
        return __class__
    __class__ = property(me)


assert Y().__class__ is Y


def wrong(self):
    raise AttributeError


class Z:
    __eq__ = property(wrong)
    __lt__ = property(wrong)
    __add__ = property(wrong)
    __contains__ = property(wrong)
    __iter__ = property(wrong)
    __hash__ = property(wrong)
    __bool__ = property(wrong)
    __repr__ = property(wrong)
    __len__ = property(wrong)


z = Z()
assert bool(z) is True and repr(z).startswith('<Z object at 0x')
for use, text in [(lambda: z + 1, "unsupported operand type(s) for +: 'Z' and 'int'"), (lambda: 1 in z, "argument of type 'Z' is not a container or iterable"),
                  (lambda: hash(z), "unhashable type: 'Z'"), (lambda: iter(z), "'Z' object is not iterable")]:
    try:
        use()
    except TypeError as e:
        assert str(e) == text, e
    else:
        raise AssertionError(text)
assert (z == 1) is False and (z != Z()) is True
try:
    z < 1
except TypeError as e:
    assert str(e) == "'<' not supported between instances of 'Z' and 'int'"
else:
    raise AssertionError

# Keywords of a call come in the mapping's own order.
from collections import OrderedDict

od = OrderedDict([('a', 1), ('b', 2)])
od.move_to_end('a')


def order(**kw):
    return list(kw)


assert order(**od) == ['b', 'a'] and order(c=0, **od) == ['c', 'b', 'a']


class Slotted(property):
    __slots__ = ('foo',)


Slotted(doc='dropped')
try:
    @Slotted
    def documented():
        """what's up"""
except AttributeError:
    pass
else:
    raise AssertionError
print('ok')
