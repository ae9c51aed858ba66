# C3 linearization, inconsistent hierarchies, special methods looked up on types.
class O: pass
class A(O): pass
class B(O): pass
class C(O): pass
class D(O): pass
class E(O): pass
class K1(A, B, C): pass
class K2(D, B, E): pass
class K3(D, A): pass
class Z(K1, K2, K3): pass


assert [c.__name__ for c in Z.__mro__] == ["Z", "K1", "K2", "K3", "D", "A", "B", "C", "E", "O", "object"]
assert Z.mro() == list(Z.__mro__) and Z.__base__ is K1 and Z.__bases__ == (K1, K2, K3)


class X(A, B): pass
class Y(B, A): pass


try:
    class Bad(X, Y): pass
    assert False
except TypeError as e:
    assert str(e) == "Cannot create a consistent method resolution order (MRO) for bases A, B"
try:
    class Twice(A, A): pass
    assert False
except TypeError as e:
    assert str(e) == "duplicate base class A"
try:
    class ObjectFirst(object, A): pass
    assert False
except TypeError:
    pass


class P:
    def who(self):
        return "P"


class Q(P):
    pass


class R(P):
    def who(self):
        return "R"


class S(Q, R):
    pass


assert S().who() == "R"
Q.who = lambda self: "Q"
assert S().who() == "Q"
del Q.who
assert S().who() == "R"


class Special:
    pass


s = Special()
s.__len__ = lambda: 5
s.__bool__ = lambda: False
s.__add__ = lambda o: 1
assert bool(s)
for action in (lambda: len(s), lambda: s + 1):
    try:
        action()
        assert False
    except TypeError:
        pass
Special.__len__ = lambda self: 0
assert len(s) == 0 and not s
Special.__add__ = lambda self, o: "added"
assert s + 1 == "added"
del Special.__len__
assert bool(s)


class Dict(dict):
    def __missing__(self, key):
        return key * 2


class Mixin:
    def __repr__(self):
        return "mixin"


class Both(Mixin, Dict, list if False else Mixin.__base__):
    pass


assert Both()["ab"] == "abab" and repr(Both()) == "mixin"
try:
    class Layout(int, str): pass
    assert False
except TypeError as e:
    assert str(e) == "multiple bases have instance lay-out conflict"
assert issubclass(bool, int) and isinstance(True, int) and issubclass(Z, (int, O)) and not isinstance(5, (str, list))
assert isinstance(5, int | str) and issubclass(bool, int | None)
try:
    isinstance(5, "int")
    assert False
except TypeError as e:
    assert str(e) == "isinstance() arg 2 must be a type, a tuple of types, or a union"
print("ok")
