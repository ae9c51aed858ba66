# Assigning __bases__: cycles are refused also where only __base__ shows them (inside a metaclass's mro()).
class Root:
    pass


tries = []


class Meta(type):
    def mro(cls):
        if cls.__mro__ is not None and cls.__name__ == 'B1' and not tries:
            tries.append(None)
            # B2's MRO is still without B1 while its base chain has it.
            for bases in [(B2,), (B1,)]:
                try:
                    B1.__bases__ = bases
                except TypeError as e:
                    tries.append(str(e))
        return type.mro(cls)


class A(metaclass=Meta):
    pass


class B1(A):
    pass


class B2(B1):
    pass


class Other(metaclass=Meta):
    pass


B1.__bases__ = (Other,)
assert tries == [None] + ['a __bases__ item causes an inheritance cycle'] * 2, tries
assert [c.__name__ for c in B2.__mro__] == ['B2', 'B1', 'Other', 'object']

# An mro() that assigns bases itself: its assignment stays.
class Nested(type):
    def mro(cls):
        if cls.__mro__ is not None and cls.__name__ == 'N' and cls.__bases__ == (Q,):
            cls.__bases__ = (R,)
        return type.mro(cls)


class O(metaclass=Nested): pass
class Q(metaclass=Nested): pass
class R(metaclass=Nested): pass
class N(O): pass


N.__bases__ = (Q,)
assert N.__bases__ == (R,) and N.__base__ is R, N.__bases__
assert N in R.__subclasses__() and N not in Q.__subclasses__()

# A metaclass's mro() asked for a class whose base has no MRO yet.
class Early(type):
    def mro(cls):
        if cls.__name__ == 'X':
            try:
                type('Sub', (cls,), {})
            except TypeError as e:
                seen.append(str(e))
        return type.mro(cls)


seen = []
Early('X', (), {})
assert seen == ["Cannot extend an incomplete type 'X'"], seen
print('ok')
