# One attribute site and many types: what the caches of a site may remember, and what must make them forget.
class Point:
    kind = 'class'

    def __init__(self, x):
        self.x = x

    def get(self):
        return self.x

    @classmethod
    def make(cls, x):
        return cls.__name__, x

    @staticmethod
    def double(x):
        return 2 * x


types = [type('T%d' % i, (Point,), {}) for i in range(6)]


class Other:
    def __init__(self, x):
        self.before = None
        self.x = x

    def get(self):
        return ('other', self.x)


class Slotted:
    __slots__ = ('x',)

    def __init__(self, x):
        self.x = x

    def get(self):
        return ('slotted', self.x)


class Computed:
    def __init__(self, x):
        self.y = x

    x = property(lambda self: ('computed', self.y), lambda self, v: setattr(self, 'y', v))

    def get(self):
        return self.x


def load(o): return o.x
def store(o, v): o.x = v
def method(o): return o.get()


points = [t(i) for i, t in enumerate(types)]
for _ in range(60):
    for i, p in enumerate(points):
        store(p, i)
        assert load(p) == i and method(p) == i
    for cls, expected in ((Other, ('other', 7)), (Slotted, ('slotted', 7)), (Computed, ('computed', 7))):
        o = cls(1)
        store(o, 7)
        assert method(o) == expected
        assert load(o) == (expected if cls is Computed else 7)


# A class that starts to watch stores must be asked, also at sites that know other classes.
seen = []
types[2].__setattr__ = lambda self, name, value: seen.append((name, value))
for p in points: store(p, 'new')
assert seen == [('x', 'new')] and points[2].x == 2 and points[3].x == 'new'
del types[2].__setattr__
types[3].x = property(lambda self: 'shadow')
assert load(points[3]) == 'shadow' and load(points[4]) == 'new'
del types[3].x
assert load(points[3]) == 'new'

# An instance's own attribute hides a method of the class.
for p in points: assert method(p) == p.x
points[1].get = lambda: 'own'
assert [method(p) for p in points[:3]] == ['new', 'own', 2]
points[4].__dict__['get'] = lambda: 'dict'
assert method(points[4]) == 'dict'
Point.get = lambda self: 'changed'
assert [method(p) for p in points] == ['changed', 'own', 'changed', 'changed', 'dict', 'changed']


# Classes as receivers.
def kind(c): return c.kind
def make(c): return c.make(1)
def double(c): return c.double(4)


for _ in range(60):
    for t in types:
        assert kind(t) == 'class' and make(t) == (t.__name__, 1) and double(t) == 8
Point.kind = 'later'
types[0].kind = 'mine'
assert [kind(t) for t in types] == ['mine'] + ['later'] * 5
Point.make = classmethod(lambda cls, x: 'remade')
Point.double = staticmethod(lambda x: 'redone')
assert make(types[1]) == 'remade' and double(types[1]) == 'redone'
wrapper = Point.__dict__['make']
for _ in range(40): assert make(Point) == 'remade'
wrapper.__init__(lambda cls, x: 'inside')
assert make(Point) == 'inside'


# A metaclass's data descriptor comes before the class's own attribute.
class Meta(type):
    @property
    def kind(cls): return 'meta'


class WithMeta(metaclass=Meta):
    kind = 'own'


for _ in range(40):
    assert kind(WithMeta) == 'meta'
    assert kind(Point) == 'later'


# Attributes removed and added again change their order, not their values.
class Bag: pass


for n in range(50):
    b = Bag()
    b.one = 1; b.two = 2; b.three = 3
    del b.two
    assert b.three == 3 and list(b.__dict__) == ['one', 'three']
    b.two = n
    assert list(b.__dict__) == ['one', 'three', 'two'] and b.two == n
print('ok')
