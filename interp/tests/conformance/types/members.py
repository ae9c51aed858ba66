# Plain fields of native types are members, computed ones getset descriptors; messages name native types with their module.
import collections
import re
import types
import typing


def error(f, *args):
    try:
        f(*args)
    except Exception as e:
        return type(e).__name__, str(e)
    raise AssertionError('no error')


def members(t):
    return sorted(n for n, v in vars(t).items() if type(v) is types.MemberDescriptorType)


assert members(types.FunctionType) == ['__builtins__', '__closure__', '__globals__']
assert members(property) == ['__doc__', 'fdel', 'fget', 'fset']
assert members(slice) == ['start', 'step', 'stop'] and members(complex) == ['imag', 'real']
assert members(types.MethodType) == ['__func__', '__self__'] and members(StopIteration) == ['value']
assert repr(slice.start) == "<member 'start' of 'slice' objects>" and slice(1, 2).start == 1
assert error(setattr, property(), 'fget', 1) == ('AttributeError', 'readonly attribute')
assert type(types.FunctionType.__code__) is types.GetSetDescriptorType

assert error(lambda: collections.deque().nothing) == ('AttributeError', "'collections.deque' object has no attribute 'nothing'")
assert error(lambda: iter(re.match('a', 'a'))) == ('TypeError', "'re.Match' object is not iterable")
assert error(lambda: 1 in (int | str)) == ('TypeError', "argument of type 'typing.Union' is not a container or iterable")
assert error(lambda: list[int] | 5) == ('TypeError', "unsupported operand type(s) for |: 'types.GenericAlias' and 'int'")
assert repr(collections.deque.append) == "<method 'append' of 'collections.deque' objects>"
assert repr(collections.deque([1])) == 'deque([1])' and (int | str).__module__ == 'typing'
assert ((int | str) | 'x').__args__[2].__forward_arg__ == 'x'
assert typing.TypeVar.__module__ == 'typing' and typing.TypeVar('T').__module__ == '__main__'
assert type.__module__ == 'builtins'


class Slotted:
    __slots__ = ('a',)


assert error(lambda: Slotted().a) == ('AttributeError', "'Slotted' object has no attribute 'a'")


class Late:
    pass


first, late = Late(), Late()
first.__typing_subst__ = lambda value: value
alias = types.GenericAlias(dict, (first, late))
assert alias.__parameters__ == (first,)
late.__typing_subst__ = lambda value: value
assert error(lambda: alias[0])[1].endswith('with __typing_subst__ was not found in __parameters__')
print('ok')
