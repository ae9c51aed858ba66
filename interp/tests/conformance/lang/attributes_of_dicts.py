# Attributes of instances whose __dict__ was asked for, at sites that see such instances, others, and both.
class P:
    x = 'class x'
    def f(self): return 'P.f'
    def __init__(self): self.a = 1; self.b = 2
class D(dict):
    def __getitem__(self, k): 1 / 0
    def __setitem__(self, k, v): 1 / 0
class Q(P):
    @property
    def p(self): return 'prop'
def get_a(o): return o.a
def get_x(o): return o.x
def call_f(o): return o.f()
def set_a(o, v): o.a = v
def get_p(o): return o.p
def attempt(f, *args):
    try: return f(*args)
    except AttributeError as e: return str(e)
def fresh(cls, how):
    o = cls()
    if how == 1: o.__dict__
    if how == 2: o.__dict__ = {'a': 10, 'b': 20}
    if how == 3: o.__dict__['x'] = 'own x'; o.__dict__['f'] = lambda: 'own f'
    if how == 4: del o.__dict__['a']
    if how == 5: o.__dict__.clear()
    if how == 6: o.__dict__ = D(); dict.__setitem__(o.__dict__, 'a', 'sub')
    if how == 7: o.x = 'plain x'
    return o
out = []
for hows in ((0,), (1,), (0, 1), (2, 0), (3, 1, 0), (4, 1), (5, 2, 3, 1), (6,), (7, 1, 3), range(8)):
    for cls in (P, Q):
        # Functions of their own, with sites of their own.
        ns = {k: type(v)(v.__code__.replace(), globals()) for k, v in globals().items() if k in ('get_a', 'get_x', 'call_f', 'set_a', 'get_p')}
        objects = [fresh(cls, how) for how in hows]
        for turn in range(60):
            for o in objects:
                r = [attempt(ns['get_a'], o), attempt(ns['get_x'], o), attempt(ns['call_f'], o), attempt(ns['get_p'], o)]
                if turn % 20 == 0: out.append(r)
                if turn % 7 == 3: ns['set_a'](o, turn)
                if turn == 30: dict.__setitem__(o.__dict__, 'x', turn)
                if turn == 41: o.__dict__.pop('x', None); o.__dict__.pop('f', None)
                if turn == 45: o.f = lambda: 'late f'
                if turn == 50: o.__dict__.update(zip(map(str, range(40)), range(40)))
        out.append([list(vars(o))[:4] for o in objects])
        P.x += '.'
for r in out: print(r)
