# super(): zero and two arguments, attributes, class methods, missing, in nested functions.
class A:
    kind = "A.kind"

    def name(self):
        return ["A"]

    @classmethod
    def make(cls):
        return [cls.__name__, "A"]

    @staticmethod
    def static():
        return "static A"

    @property
    def p(self):
        return "A.p"


class B(A):
    kind = "B.kind"

    def name(self):
        return ["B"] + super().name()

    @classmethod
    def make(cls):
        return super().make() + ["B"]

    @property
    def p(self):
        return super().p + "+B"

    def kinds(self):
        return super().kind, self.kind, super().static()


class C(A):
    def name(self):
        return ["C"] + super().name()


class D(B, C):
    def name(self):
        return ["D"] + super(D, self).name()

    def skip(self):
        return super(B, self).name()

    def in_lambda(self):
        return (lambda: super().name())() if False else (lambda s: super(D, s).name())(self)

    def in_comprehension(self):
        return [super(D, self).name() for _ in range(1)]

    def in_nested(self):
        def inner():
            return __class__, super(__class__, self).kind

        return inner()


d = D()
assert d.name() == ["D", "B", "C", "A"] and d.skip() == ["C", "A"]
assert D.make() == ["D", "A", "B"] and d.p == "A.p+B" and B().kinds() == ("A.kind", "B.kind", "static A")
assert d.in_lambda() == ["B", "C", "A"] and d.in_comprehension() == [["B", "C", "A"]]
assert d.in_nested() == (D, "B.kind")
s = super(B, d)
assert s.__self__ is d and s.__thisclass__ is B and s.__self_class__ is D
assert "super: <class 'B'>, <D object>" in repr(s).replace("__main__.", "")
unbound = super(B)
assert unbound.__self__ is None and unbound.__get__(d, D).name() == ["C", "A"]
for bad, text in (
    (lambda: super(), "super(): no arguments"),
    (lambda: super(5, d), "super() argument 1 must be a type, not int"),
    (lambda: super(D, A()), "super(type, obj): obj (instance of A) is not an instance or subtype of type (D)."),
    (lambda: super(A, d).missing, "'super' object has no attribute 'missing'"),
):
    try:
        bad()
        assert False
    except (TypeError, RuntimeError, AttributeError) as e:
        assert str(e) == text, str(e)


def outside(self):
    return super().name()


try:
    outside(d)
    assert False
except RuntimeError as e:
    assert str(e) == "super(): __class__ cell not found"


class E(A):
    def __init__(self, *args, **kw):
        super().__init__(*args, **kw)

    def __getattr__(self, name):
        return "dynamic " + name

    def get(self):
        self = d
        return "rebound"

    def __setattr__(self, name, value):
        super().__setattr__(name, value * 2)


e = E()
e.v = 4
assert e.v == 8 and e.zzz == "dynamic zzz"
try:
    E(1)
    assert False
except TypeError:
    pass
print("ok")
