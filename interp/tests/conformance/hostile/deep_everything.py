# Recursion without end through every protocol raises RecursionError.


def recurses(what, f, *allowed):
    try:
        f()
    except (RecursionError, *allowed):
        pass
    else:
        assert False, what + " ended"


class R:
    def __repr__(self): return repr(self)
    def __str__(self): return str(self)
    def __format__(self, spec): return format(self, spec)
    def __bytes__(self): return bytes(self)
    def __eq__(self, other): return self == other
    def __ne__(self, other): return self != other
    def __lt__(self, other): return self < other
    def __hash__(self): return hash(self)
    def __bool__(self): return bool(self)
    def __len__(self): return len(self)
    def __iter__(self): return iter(self)
    def __next__(self): return next(self)
    def __getattr__(self, name): return getattr(self, name)
    def __setattr__(self, name, value): setattr(self, name, value)
    def __delattr__(self, name): delattr(self, name)
    def __getitem__(self, key): return self[key]
    def __setitem__(self, key, value): self[key] = value
    def __delitem__(self, key): del self[key]
    def __contains__(self, key): return key in self
    def __call__(self, *args, **names): return self(*args, **names)
    def __add__(self, other): return self + other
    def __radd__(self, other): return other + self
    def __iadd__(self, other): self += other
    def __pow__(self, other): return self ** other
    def __neg__(self): return -self
    def __index__(self): return range(10)[self]
    def __int__(self): return int(self)
    def __float__(self): return float(self)
    def __complex__(self): return complex(self)
    def __round__(self, n=None): return round(self)
    def __enter__(self):
        with self: pass
    def __exit__(self, *a): pass
    def __reversed__(self): return reversed(self)
    def __dir__(self): return dir(self)
    def __missing__(self, key): return self[key]
    def __instancecheck__(self, x): return isinstance(x, self)
    def __subclasscheck__(self, x): return issubclass(x, self)
    def __length_hint__(self): return self.__length_hint__()
    def __abs__(self): return abs(self)
    def __divmod__(self, x): return divmod(self, x)


r = R()
for name, f in {
    "repr": lambda: repr(r), "str": lambda: str(r), "format": lambda: f"{r:x}", "bytes": lambda: bytes(r), "eq": lambda: r == 1,
    "ne": lambda: r != 1, "lt": lambda: r < 1, "gt": lambda: 1 > r, "hash": lambda: hash(r), "bool": lambda: bool(r), "len": lambda: len(r),
    "iter": lambda: iter(r), "for": lambda: [x for x in r], "next": lambda: next(r), "getattr": lambda: r.zork, "getitem": lambda: r[0],
    "contains": lambda: 1 in r, "call": lambda: r(1, a=2), "add": lambda: r + 1, "radd": lambda: 1 + r, "pow": lambda: r ** 2, "neg": lambda: -r,
    "index": lambda: [1, 2, 3][r], "int": lambda: int(r), "float": lambda: float(r), "complex": lambda: complex(r), "round": lambda: round(r),
    "with": lambda: r.__enter__(), "reversed": lambda: reversed(r), "dir": lambda: dir(r), "isinstance": lambda: isinstance(1, r),
    "issubclass": lambda: issubclass(int, r), "abs": lambda: abs(r), "divmod": lambda: divmod(r, 1), "in list": lambda: 1 in [r], "sort": lambda: [r, r].sort(),
    "dict key": lambda: {r: 1}, "set": lambda: {r}, "f-string": lambda: f"{r!r}", "percent": lambda: "%s" % r, "percent d": lambda: "%d" % r,
    "join": lambda: "".join(r), "unpack": lambda: (lambda *a: a)(*r), "min": lambda: min(r, r), "sum": lambda: sum([r, r]), "slice": lambda: [1][r:],
    "print": lambda: print(r), "ascii": lambda: ascii(r), "list": lambda: list(r), "tuple": lambda: tuple(r), "if": lambda: 1 if r else 2,
    "in": lambda: r in [1, 2], "star": lambda: [*r], "setattr": lambda: setattr(r, "a", 1), "delattr": lambda: delattr(r, "a"), "while": lambda: [1 for _ in r if r],
}.items():
    recurses(name, f)


def store():
    r[0] = 1


def drop():
    del r[0]


def augmented():
    global r
    r += 1


recurses("setitem", store)
recurses("delitem", drop)
recurses("iadd", augmented)


# Descriptors, properties, metaclasses.
class P:
    @property
    def x(self): return self.x
    @x.setter
    def x(self, v): self.x = v
    @classmethod
    def c(cls): return cls.c()
    @staticmethod
    def s(): return P.s()


recurses("property", lambda: P().x)
recurses("setter", lambda: setattr(P(), "x", 1))
recurses("classmethod", P.c)
recurses("staticmethod", P.s)


class D:
    def __get__(self, obj, owner): return obj.d
    def __set__(self, obj, value): obj.d = value


class HasD:
    d = D()


recurses("__get__", lambda: HasD().d)
recurses("__set__", lambda: setattr(HasD(), "d", 1))


class M(type):
    def __call__(cls): return cls()
    def __getattr__(cls, n): return getattr(cls, n)
    def __instancecheck__(cls, o): return isinstance(o, cls)
    def __subclasscheck__(cls, o): return issubclass(o, cls)
    def __repr__(cls): return repr(cls)
    def __len__(cls): return len(cls)
    def __hash__(cls): return hash(cls)
    def __eq__(cls, other): return cls == other


class C(metaclass=M):
    pass


recurses("meta call", lambda: C())
recurses("meta getattr", lambda: C.zork)
recurses("meta isinstance", lambda: isinstance(1, C))
recurses("meta issubclass", lambda: issubclass(int, C))
recurses("meta repr", lambda: repr(C))
recurses("meta len", lambda: len(C))
recurses("meta hash", lambda: hash(C))
recurses("meta eq", lambda: C == 1)


class New:
    def __new__(cls): return cls()


class Init:
    def __init__(self): self.__init__()


class Sub:
    def __init_subclass__(cls):
        class Again(Sub): pass


recurses("__new__", New)
recurses("__init__", Init)
recurses("__init_subclass__", lambda: type("T", (Sub,), {}))


class Getattribute:
    def __getattribute__(self, name): return self.x


recurses("__getattribute__", lambda: Getattribute().y)


# Functions that call each other through natives.
def through_map(): return list(map(lambda x: through_map(), [1]))
def through_sorted(): return sorted([2, 1], key=lambda x: through_sorted())
def through_max(): return max([2, 1], key=lambda x: through_max())
def through_exec(): exec("through_exec()", globals())
def through_eval(): eval("through_eval()", globals())
def through_filter(): return list(filter(lambda x: through_filter(), [1]))
def through_getattr(): return getattr(Plain(), "x")
def through_iter(): return next(iter(through_iter, 1))
def through_generator(): yield from through_generator()
def through_comprehension(): return [through_comprehension() for _ in (1,)]
def through_format(): return "{0.x}".format(Plain())
def through_zip(): return list(zip(map(lambda x: through_zip(), [1])))
def through_type(): return type("T", (), {"__set_name__": 1, "d": SetName()})
def through_sub():
    class Inner(metaclass=Prepare): pass


class Plain:
    x = property(lambda self: through_format() and through_getattr())


class SetName:
    def __set_name__(self, owner, name): through_type()


class Prepare(type):
    @classmethod
    def __prepare__(cls, name, bases):
        through_sub()
        return {}


for f in (through_map, through_sorted, through_max, through_exec, through_eval, through_filter, through_getattr, through_iter,
          lambda: list(through_generator()), through_comprehension, through_format, through_zip, through_type, through_sub):
    recurses(getattr(f, "__name__"), f, RuntimeError)

# Deep values, made by loops.
for make in (lambda x: [x], lambda x: (x,), lambda x: {1: x}, lambda x: {"k": (x,)}):
    deep = []
    for _ in range(200_000):
        deep = make(deep)
    for use in (repr, lambda v: v == make(v), str, lambda v: f"{v}"):
        recurses("deep", lambda: use(deep))
    if isinstance(deep, tuple):
        recurses("deep hash", lambda: hash(deep), TypeError)
    del deep

deep = frozenset()
for _ in range(100_000):
    deep = frozenset([deep])
recurses("frozenset repr", lambda: repr(deep))
del deep

deep = slice(None)
deep2 = slice(None)
for _ in range(100_000):
    deep, deep2 = slice(deep), slice(deep2)
recurses("slice repr", lambda: repr(deep))
recurses("slice eq", lambda: deep == deep2)
del deep, deep2

# Chains of exceptions, of bound methods, of partial calls, of iterators.
e = ValueError()
for _ in range(100_000):
    new = ValueError()
    new.__context__ = e
    new.__cause__ = e
    e = new
del e, new
def ends_somehow(f):
    try:
        f()
    except RecursionError:
        pass


for wrap in (lambda i: map(int, i), zip, enumerate, lambda i: filter(None, i), lambda i: (x for x in i), reversed):
    it = iter([1])
    for _ in range(8000):
        it = wrap(it) if wrap is not reversed else iter(list(it))
    ends_somehow(lambda: next(it))
    del it
m = len
for _ in range(100_000):
    m = classmethod(m)
recurses("classmethod chain", lambda: m.__get__(1, int) and repr(m))
del m
view = memoryview(b"abc")
for _ in range(10_000):
    view = memoryview(view)
assert view[0] == 97
del view
u = int
t = list
for _ in range(100_000):
    t = list[t]
recurses("alias repr", lambda: repr(t))
recurses("alias hash", lambda: hash(t))
del t
print("ok")
