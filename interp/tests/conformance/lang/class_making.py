# Making classes: names of the namespace that stay, warnings and refusals, what __dict__ and __bases__ are.
import types
import warnings


def error(f, *args):
    try:
        f(*args)
    except Exception as e:
        return type(e).__name__, str(e)
    raise AssertionError('no error')


with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter('always')
    type('Odd', (), {1: 2})
assert [(w.category, str(w.message)) for w in seen] == [(RuntimeWarning, 'non-string key in the __dict__ of class Odd')]

assert error(type, 'A\udcdcB', (), {})[0] == 'UnicodeEncodeError'
assert error(type, 'A', (), {'__doc__': '\udcdc'})[0] == 'UnicodeEncodeError'


class Own:
    __dict__ = property(lambda self: {'a': 2})


assert vars(Own()) == {'a': 2}


class Bases(tuple):
    pass


B = type('B', Bases((int,)), {})
assert type(B.__bases__) is Bases and B.__base__ is int

from collections import OrderedDict

od = OrderedDict([('a', 1), ('b', 2)])
od.move_to_end('a')
assert list(vars(type('C', (), od)))[:2] == ['b', 'a']


class Cell:
    __slots__ = ['__classcell__']

    def f(self):
        return __class__


c = Cell()
assert type(Cell.__classcell__) is types.MemberDescriptorType and c.f() is Cell
c.__classcell__ = 1


# The nearest native base decides over __dict__.
class Plain:
    pass


class Meta(Plain, type):
    pass


class M(metaclass=Meta):
    x = 1


assert type(M.__dict__) is types.MappingProxyType and M.__dict__['x'] == 1
assert error(Plain.__dict__['__dict__'].__set__, M, {})[0] in ('AttributeError', 'TypeError')


class Module(types.ModuleType, Plain):
    pass


m = Module('m')
m.y = 2
assert m.__dict__['y'] == 2 and error(setattr, m, '__dict__', {})[0] == 'AttributeError'


# Slots fit only on the same base.
class H: __slots__ = ['b', 'a']
class I: __slots__ = ['a', 'b']
class L(H): __slots__ = ['e']
class N(I): __slots__ = ['e']


h = H()
h.__class__ = I
assert type(h) is I and error(setattr, L(), '__class__', N)[0] == 'TypeError'


# __get__ is called with the descriptor first, whatever it is.
class Described:
    __get__ = max


class User:
    d = Described()


assert error(lambda: User().d)[0] == 'TypeError'


class Lost(type):
    def mro(cls):
        return (Plain,)


assert error(Lost, 'X', (), {}) == ('TypeError', 'super(type, obj): obj (type X) is not an instance or subtype of type (X).')



class Early(type):
    def mro(cls):
        if cls.__mro__ is None:
            assert error(lambda: super(cls, cls).nothing)[0] == 'AttributeError'
        return type.mro(cls)


Early('Y', (), {})

f = lambda: 0
assert error(types.FunctionType, f.__code__, {}, 'a', 1) == ('TypeError', 'arg 4 (defaults) must be None or tuple')
assert error(types.FunctionType, f.__code__, {}, None, None, None, 1) == ('TypeError', 'arg 6 (kwdefaults) must be None or dict')
assert repr(classmethod.__new__(classmethod)) == '<classmethod(None)>'


class Picky:
    def __getattr__(self, name):
        if name in ('__getnewargs__', '__getnewargs_ex__'):
            raise AssertionError(name)
        return None


assert Picky().__reduce_ex__(2)[2] is None

# dir() and iterators' __reduce__ look where the running frame looks.
class Mapping(dict):
    def keys(self):
        return list('xyz')


assert eval('dir()', {}, Mapping()) == list('xyz')
ns = {'__builtins__': types.MappingProxyType({}), 'x': iter([1])}
assert error(eval, 'x.__reduce__()', ns) == ('AttributeError', 'iter')
print('ok')
