# Unions and type parameters: members by set rules, errors of members that cannot be hashed, substitution.
import typing
from typing import TypeVar, ParamSpec, Generic, Union


def error(f, *args):
    try:
        f(*args)
    except Exception as e:
        return type(e).__name__, str(e)
    raise AssertionError('no error')


T, U = TypeVar('T'), TypeVar('U')
D = TypeVar('D', default=int)
P = ParamSpec('P')


class C(Generic[T, U]):
    pass


class E(Generic[T, D]):
    pass


assert C[T, U][int, str] == C[int, str]
assert error(lambda: C[T, U][int]) == ('TypeError', 'Too few arguments for __main__.C[~T, ~U]; actual 1, expected at least 2')
assert U.__typing_prepare_subst__(C[T, U], [int, str]) == [int, str]
assert D.__typing_prepare_subst__(E[T, D], (int,)) == (int, int)
assert error(U.__typing_prepare_subst__, C[T, U], 5) == ('TypeError', "object of type 'int' has no len()")
assert E[str].__args__ == (str, int)

assert (T | None).__args__ == (T, type(None))
assert (int | T).__args__ == (int, T)
assert (T | 'Name').__args__[1].__forward_arg__ == 'Name'
assert (int | T | bytes)[str] == int | str | bytes
assert (P | int).__args__ == (P, int)


class Meta(type):
    hashable = False

    def __hash__(self):
        if not type(self).hashable:
            raise TypeError('not hashable')
        return 1

    def __eq__(self, other):
        return isinstance(other, Meta)


A, B = Meta('A', (), {}), Meta('B', (), {})
u = int | A | B
assert u.__args__ == (int, A) and u.__args__[1] is A
assert error(hash, u) == ('TypeError', 'not hashable')
assert u == B | int
Meta.hashable = True
assert error(hash, u) == ('TypeError', 'union contains 1 unhashable elements')
assert hash(int | A) == hash(B | int)

assert error(typing.Union) == ('TypeError', "cannot create 'typing.Union' instances")
assert error(object.__new__, typing.Union) == ('TypeError', "cannot create 'typing.Union' instances")
assert error(typing.Union.__new__, typing.Union) == ('TypeError', "cannot create 'typing.Union' instances")
assert error(lambda: type('X', (TypeVar,), {})) == ('TypeError', "type 'typing.TypeVar' is not an acceptable base type")

# Starred aliases copy and reduce through their iterator.
import copy

star = next(iter(tuple[int]))
assert copy.deepcopy(star) == copy.copy(star) == star and repr(star) == '*tuple[int]'
it = iter(list[int])
assert it.__reduce__() == (iter, (list[int],)) and next(it) != list[int] and it.__reduce__() == (iter, ((),))
print('ok')
