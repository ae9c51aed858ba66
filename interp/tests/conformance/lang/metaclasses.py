# Metaclasses: __prepare__, __new__, __init__, __call__, keyword arguments, conflicts, __instancecheck__.
log = []


class Meta(type):
    @classmethod
    def __prepare__(mcls, name, bases, **kw):
        log.append(("prepare", name, kw))
        return {"prepared": True}

    def __new__(mcls, name, bases, namespace, **kw):
        log.append(("new", name, kw))
        return super().__new__(mcls, name, bases, namespace)

    def __init__(cls, name, bases, namespace, **kw):
        log.append(("init", name))
        super().__init__(name, bases, namespace)

    def __call__(cls, *args):
        log.append(("call", cls.__name__))
        return super().__call__(*args)

    def __len__(cls):
        return 7

    def __getattr__(cls, name):
        return "meta " + name

    def __instancecheck__(cls, obj):
        return obj == "instance" or super().__instancecheck__(obj)

    def __subclasscheck__(cls, other):
        return other is int or super().__subclasscheck__(other)

    @property
    def p(cls):
        return cls.__name__ + ".p"


class A(metaclass=Meta, option=1):
    pass


assert log == [("prepare", "A", {"option": 1}), ("new", "A", {"option": 1}), ("init", "A")]
log.clear()
a = A()
assert log == [("call", "A")] and A.prepared and type(A) is Meta and len(A) == 7
assert A.anything == "meta anything" and A.p == "A.p" and not hasattr(a, "anything") and not hasattr(a, "p")
assert isinstance("instance", A) and isinstance(a, A) and not isinstance(5, A) and issubclass(int, A) and issubclass(A, A)


class B(A):
    pass


assert type(B) is Meta and B.__mro__ == (B, A, object)


class Other(type):
    pass


try:

    class Conflict(A, metaclass=Other):
        pass

    assert False
except TypeError as e:
    assert str(e).startswith("metaclass conflict:")


class Sub(Meta):
    pass


class C(A, metaclass=Sub):
    pass


class D(C, B):
    pass


assert type(C) is Sub and type(D) is Sub


def function_meta(name, bases, namespace, **kw):
    return (name, bases, sorted(k for k in namespace if not k.startswith("__")), kw)


class F(metaclass=function_meta, k=1):
    x = 5

    def m(self): ...


assert F == ("F", (), ["m", "x"], {"k": 1})
made = type("Made", (A.__base__,), {"v": 1, "m": lambda self: self.v})
assert made().m() == 1 and made.__name__ == "Made" and type(made) is type
assert type(5) is int and type(type) is type and isinstance(type, object)
for bad in (lambda: type("x", (5,), {}), lambda: type("x", (bool,), {}), lambda: type(5, (), {}), lambda: type("x", (), 5)):
    try:
        bad()
        assert False
    except TypeError:
        pass


class Replace:
    def __mro_entries__(self, bases):
        return (dict,)


class G(Replace()):
    pass


assert G.__bases__ == (dict,) and type(G.__orig_bases__[0]) is Replace


class Lying(type):
    def mro(cls):
        return [cls, Base, object]


class Base:
    inherited = "by mro()"


class L(metaclass=Lying):
    pass


assert L.inherited == "by mro()" and L.__bases__ == (object,)


class Singleton(type):
    def __call__(cls):
        if "only" not in cls.__dict__:
            cls.only = super().__call__()
        return cls.only


class S(metaclass=Singleton):
    pass


assert S() is S()
print("ok")
