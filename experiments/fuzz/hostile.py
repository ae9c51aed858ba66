"""Programs whose special methods change the container, the class or the iterator that is being used.

What such a program shows may be an accident of the implementation; that neither interpreter crashes is not.
What does not live here: ordinary statements (statements.py), hostile values without effects (values.py).
"""
CONTAINERS = {
    "list": ["[1, X(1), 3, X(2), 5]", "[X(i) for i in range(20)]", "[X(1)]", "list(range(50)) + [X(3)]", "[[1], [X(1)], (2,)]"],
    "dict": ["{1: X(1), X(2): 2, 3: 3}", "{X(i): i for i in range(12)}", "{'a': X(1)}", "dict.fromkeys(range(30), X(1))", "{X(1): X(2)}"],
    "set": ["{1, X(1), X(2)}", "{X(i) for i in range(12)}", "set(range(40)) | {X(5)}", "{X(1)}"],
    "bytearray": ["bytearray(range(40))", "bytearray(b'abc')", "bytearray(2000)"],
    "deque": ["deque([1, X(1), 3, X(2)])", "deque((X(i) for i in range(100)), 50)", "deque([X(1)], 1)"],
    "OrderedDict": ["OrderedDict((X(i), X(i)) for i in range(6))", "OrderedDict(a=X(1), b=2)"],
    "array": ["array('i', range(20))", "array('d', [1.0])"],
    "obj": ["Obj()"],
    "defaultdict": ["defaultdict(lambda: X(7), {1: X(1)})"],
    "Counter": ["Counter({X(1): 1, X(2): 2})"],
}
MUTATIONS = {
    "list": ["L.clear()", "L.append(X(9))", "L.pop()", "del L[:]", "L[:] = [X(4)] * 30", "L.insert(0, X(3))", "L.extend(L)", "L.sort()", "L.reverse()", "L *= 3", "L[0:2] = []", "L.remove(3)", "L.__init__([1])", "L[::2] = L[::2]"],
    "dict": ["L.clear()", "L[X(9)] = 1", "L.popitem()", "L.pop(1, None)", "L.update({i: i for i in range(50)})", "L.update({X(1): 2})", "L.setdefault(X(3), 1)", "L.__init__(a=1)", "L |= {5: 6}", "del L[next(iter(L))]"],
    "set": ["L.clear()", "L.add(X(9))", "L.pop()", "L.discard(1)", "L.update(range(60))", "L &= {1}", "L ^= {X(1), 2}", "L -= {1}", "L.__init__([1, 2])", "L.intersection_update([X(1)])"],
    "bytearray": ["L.clear()", "L.append(5)", "L.extend(bytes(3000))", "del L[::2]", "L.pop()", "L[:] = b'z'", "L *= 2", "L.insert(0, 1)"],
    "deque": ["L.clear()", "L.append(X(9))", "L.popleft()", "L.pop()", "L.rotate(3)", "L.extend(range(70))", "L.appendleft(X(8))", "L.remove(3)", "del L[0]", "L *= 2", "L.__init__([1, 2], 3)", "L.insert(1, X(2))"],
    "OrderedDict": ["L.clear()", "L[X(9)] = 1", "L.popitem(False)", "L.popitem()", "L.move_to_end(next(iter(L)))", "L.update({i: i for i in range(20)})", "L.pop('a', 0)", "dict.clear(L)", "dict.pop(L, next(iter(L)))"],
    "array": ["L.pop()", "L.append(3)", "L.extend(L)", "del L[:]", "L.fromlist([1] * 50)", "L.byteswap()", "L.insert(0, 2)"],
    "obj": ["L.__dict__.clear()", "L.__class__ = Other", "L.x = X(5)", "del L.x", "L.__dict__ = {}", "Obj.y = 5", "Obj.__getitem__ = lambda s, i: i", "del Obj.m", "Obj.__bases__ = (Other2,)", "setattr(L, 'k%d' % len(vars(L)), X(1))", "Obj.__eq__ = lambda s, o: True", "Obj.x = property(lambda s: X(3))", "type.__setattr__(Obj, '__hash__', None)"],
    "defaultdict": ["L.clear()", "L.default_factory = None", "L[X(9)]", "L.update({i: i for i in range(50)})", "L.popitem()"],
    "Counter": ["L.clear()", "L[X(9)] += 1", "L.update('abc')", "L.subtract([X(1)])"],
}
USES = {
    "list": ["L.index(X(1))", "L.count(X(2))", "X(1) in L", "L.remove(X(2))", "L.sort()", "L.sort(key=lambda v: X(1))", "L == [X(1)] * 5", "L < [X(1), X(2)]", "L[X(1)]", "L[X(0):X(3)]", "L[X(1):] = X(2)", "L[X(1)] = 5", "del L[X(1)]", "del L[X(0):X(9)]", "L.insert(X(1), 2)", "L.pop(X(1))",
             "L.extend(X(1))", "L += X(1)", "L * X(2)", "sorted(L)", "min(L)", "max(L, key=lambda v: X(v))", "sum(L)", "[*L, *X(1)]", "for v in L: X(1) == X(2)", "list(zip(L, X(1)))", "list(map(lambda v: X(1) < v, L))", "reversed(L).__setstate__(X(1))", "any(L)", "all(L)", "list(filter(None, L))", "repr(L)", "L.__init__(X(1))",
             "''.join(L)", "a, *b = L", "tuple(L)", "L[::X(2)] = L", "dict(L)", "set(L)", "bytes(L)", "bytearray(L)", "str(L)", "copy.deepcopy(L)", "pickle.dumps(L)", "heapq.heapify(L)", "heapq.heappush(L, X(1))", "heapq.heappop(L)", "bisect.insort(L, X(2))", "functools.reduce(lambda a, b: X(1) < b, L)", "it = iter(L); next(it); L.clear(); list(it)", "itertools.islice(L, X(1)).__next__()",
             "'%s %s' % tuple(L)", "f'{L}'", "print(L)", "json.dumps(L)", "struct.pack('5i', *L)", "range(*L)", "slice(*L[:3]).indices(X(5))", "int.from_bytes(L)", "len(X(1))", "math.fsum(L)", "math.hypot(*L)", "operator.indexOf(L, X(1))", "operator.countOf(L, X(2))", "L.__class_getitem__(X(1))", "[v for v in L if X(1) == v]", "next(itertools.groupby(L))", "list(itertools.product(L, X(1)))", "list(itertools.accumulate(L, lambda a, b: X(1)))", "isinstance(L, X(1))"],
    "dict": ["X(1) in L", "L[X(1)]", "L.get(X(2))", "L[X(1)] = 3", "del L[X(2)]", "L.pop(X(2))", "L.setdefault(X(1), X(2))", "L.update(X(1))", "L.update({X(1): 1})", "L == {X(1): X(1)}", "L | {X(1): 2}", "for k in L: X(1) == X(2)", "list(L.items())", "L.items() & {(X(1), 1)}", "L.keys() | [X(1)]", "L.keys() - [X(1)]", "L.values() == X(1)", "X(1) in L.values()", "(X(1), X(2)) in L.items()",
             "dict.fromkeys(L, X(1))", "dict(L)", "{**L, **X(1)}", "(lambda **k: k)(**L)", "repr(L)", "copy.deepcopy(L)", "copy.copy(L)", "sorted(L)", "max(L)", "L.fromkeys(X(1))", "L.copy() == L", "set(L)", "frozenset(L.items())", "pickle.dumps(L)", "json.dumps(L)", "'%(a)s' % L", "'{a}'.format(**L)", "str.maketrans(L)", "'abc'.translate(L)", "it = iter(L.items()); next(it); L.clear(); list(it)", "reversed(L).__next__()", "L.__ior__([(X(1), 2)])", "exec('X', L)", "eval('a', {}, L)", "type('T', (), L)", "match_dict(L)"],
    "set": ["X(1) in L", "L.add(X(1))", "L.remove(X(1))", "L.discard(X(2))", "L | {X(1)}", "L & [X(1), X(2)]", "L - {X(1)}", "L ^ {X(2)}", "L == {X(1)}", "L <= {X(1), X(2)}", "L.issubset([X(1)])", "L.isdisjoint([X(1)])", "L.update(X(1))", "L.update([X(i) for i in range(9)])", "L.difference_update([X(1)])", "L.symmetric_difference_update([X(1)])", "L.intersection_update(X(1))", "for v in L: X(1) == X(2)", "frozenset(L)", "set(L)", "repr(L)", "hash(frozenset(L))", "sorted(L)", "copy.deepcopy(L)",
            "{*L, X(1)}", "L.__init__(X(1))", "L.union(X(1), L)", "list(L)", "L.copy() - L", "{L} if 0 else L.__contains__({X(1)})", "frozenset([X(1)]) | L", "L.__contains__(X(1))", "min(L)", "pickle.dumps(L)"],
    "bytearray": ["L[X(1)]", "L[X(1)] = X(2)", "L[X(0):X(5)]", "L[X(0):X(5)] = b'1234567'", "L[X(0):] = X(1)", "L.append(X(1))", "L.insert(X(0), X(1))", "L.extend(X(1))", "L.extend([X(1), X(2)])", "L.pop(X(0))", "L.remove(X(97))", "X(97) in L", "L.find(X(98))", "L.count(X(97))", "L * X(2)", "L.join([b'a', X(1)])", "del L[X(0)]", "del L[::X(2)]", "L += X(1)", "L.center(X(50))", "L.replace(X(1), b'')", "L.startswith(X(1))", "m = memoryview(L); m[X(0)] = X(1)", "m = memoryview(L)[X(0):X(9)]; m.tolist()", "memoryview(L)[X(0):X(3)] = b'xyz'",
                  "m = memoryview(L)\ntry: L.append(X(1))\nfinally: m.release()", "bytes(X(1))", "bytearray(X(1))", "int.from_bytes(X(1))", "struct.pack_into('i', L, X(0), X(1))", "struct.unpack_from('i', L, X(0))", "b'%s' % X(1)", "b'%d' % X(1)", "L %= X(1)", "io.BytesIO(L).readinto(L)", "L.translate(None, X(1))", "for v in L: X(1) == X(2)", "L.split(X(1), X(2))", "bytes.maketrans(L, L)", "binascii.hexlify(L, X(1))", "L.hex(':', X(1))", "L.resize(X(5))", "L.__init__(X(5))", "array('B', L)", "L.expandtabs(X(3))", "L.zfill(X(60))"],
    "deque": ["X(1) in L", "L.index(X(1))", "L.count(X(2))", "L.remove(X(2))", "L == deque([X(1)])", "L < deque([1, X(2)])", "L[X(1)]", "L[X(1)] = 2", "del L[X(1)]", "L.extend(X(1))", "L.extendleft([X(1)])", "L.insert(X(1), X(2))", "L.rotate(X(3))", "L * X(2)", "for v in L: X(1) == X(2)", "repr(L)", "copy.copy(L)", "copy.deepcopy(L)", "L + L", "L.index(X(1), X(0), X(9))", "list(reversed(L))", "deque(L, X(3))", "it = iter(L); next(it); X(1) == X(2); list(it)", "L += X(1)", "sorted(L)", "pickle.dumps(L)"],
    "obj": ["L.x", "L.m()", "L.x = 1", "L == X(1)", "L[0]", "repr(L)", "for _ in range(30): L.x; X(1) == X(2)", "for _ in range(30): L.m(X(1)); X(1) == 1", "copy.copy(L)", "pickle.dumps(L)", "isinstance(L, Obj)", "vars(L)", "dir(L)", "L.__dict__.update({X(1): 1})", "getattr(L, 'x')", "del L.x", "L + X(1)", "for _ in range(30): Obj(); X(1) == 1", "super(Obj, L).__init__()", "hash(L)", "L in [X(1)]", "{L: 1}[L]", "L.__reduce_ex__(2)", "L.__class__", "L()", "with L: X(1) == 2", "for _ in range(30): L.y; X(1) == 1", "for _ in range(30): L.z = 1; X(1) == 1"],
}
USES["OrderedDict"] = USES["dict"] + ["L.move_to_end(X(1))", "L.popitem(X(0))", "L == OrderedDict(L)", "list(reversed(L.items()))"]
USES["defaultdict"] = USES["dict"] + ["L[X(5)]", "L.__missing__(X(1))", "L | {X(1): 1}", "L[X(1)] += 1"]
USES["Counter"] = USES["dict"] + ["L + L", "L - Counter([X(1)])", "L.most_common(X(1))", "L & L"]
USES["array"] = ["L[X(1)]", "L[X(1)] = X(2)", "L[X(0):X(3)]", "L.append(X(1))", "L.extend([X(1)])", "L.insert(X(0), X(1))", "L.pop(X(0))", "L.index(X(1))", "L.count(X(1))", "L.remove(X(1))", "X(1) in L", "L == array('i', [1])", "del L[X(0):]", "L * X(2)", "L *= X(2)", "L.fromlist([X(1), X(2)])", "L[X(0):X(2)] = array('i', [5])", "for v in L: X(1) == X(2)", "array('i', X(1))",
                 "array('i', [X(1), X(2)])", "memoryview(L)[X(0)]", "L += X(1)", "L.frombytes(X(1))", "L < L", "copy.copy(L)"]
METHODS = ["def __eq__(s, o): act(); return {bool}", "def __hash__(s): act(); return s.n % 4", "def __lt__(s, o): act(); return {bool}", "def __gt__(s, o): act(); return {bool}", "def __le__(s, o): act(); return {bool}", "def __index__(s): act(); return s.n", "def __int__(s): act(); return s.n",
           "def __iter__(s): act(); return iter([1, X(2), 3])", "def __iter__(s): act(); return Steps()", "def __len__(s): act(); return 3", "def __bool__(s): act(); return {bool}", "def __repr__(s): act(); return 'X'", "def __del__(s): act()", "def __getitem__(s, i):\n        act()\n        if i == 3: raise IndexError\n        return i",
           "def keys(s): act(); return [1, 2]", "def __getattr__(s, n):\n        act()\n        if n[:2] == '__': raise AttributeError(n)\n        return s.n", "def __add__(s, o): act(); return s.n", "def __radd__(s, o): act(); return s.n", "def __contains__(s, o): act(); return {bool}", "def __float__(s): act(); return 1.5", "def __reduce__(s): act(); return (X, (1,))",
           "def __buffer__(s, f): act(); return memoryview(b'abcdefgh')", "def __bytes__(s): act(); return b'XY'", "def __format__(s, f): act(); return 'F'", "def __str__(s): act(); return 'S'", "def __ror__(s, o): act(); return s", "def __length_hint__(s): act(); return 5", "def __class_getitem__(s, o): act(); return 1", "def __mul__(s, o): act(); return s", "def __rmul__(s, o): act(); return s",
           "__class__ = property(lambda s: act() or int)", "def __instancecheck__(s, o): act(); return {bool}", "def __call__(s, *a): act(); return s", "def __get__(s, o, t=None): act(); return 5", "def __set__(s, o, v): act()", "def __sub__(s, o): act(); return s"]

HEAD = """import copy, heapq, bisect, functools, itertools, pickle, json, struct, math, operator, io, binascii
from collections import deque, OrderedDict, defaultdict, Counter
from array import array
budget = [%d]
busy = [0]
def act():
    if budget[0] <= 0 or busy[0] > 3: return
    budget[0] -= 1
    busy[0] += 1
    try: change()
    except Exception as e: pass
    finally: busy[0] -= 1
class Steps:
    n = 0
    def __iter__(s): return s
    def __next__(s):
        act()
        s.n += 1
        if s.n > 4: raise StopIteration
        return s.n
class Other:
    def m(s, *a): return 'other'
class Base: pass
class Other2(Base): pass
class Obj(Base):
    y = 3
    def __init__(s): s.x = 1
    def m(s, *a): return 'm'
    def __enter__(s): act()
    def __exit__(s, *a): act()
def match_dict(d):
    match d:
        case {1: a, 'a': b}: return 1
        case {1: a, **rest}: return 2
        case _: return 3
"""


def program(rng):
    kind = rng.choice(list(CONTAINERS))
    methods = []
    seen = set()
    for m in ["def __eq__(s, o): act(); return {bool}"] + rng.sample(METHODS, rng.choice((2, 4, 8))):
        name = m.split("(")[0]
        if name not in seen:
            seen.add(name)
            methods.append(m.replace("{bool}", rng.choice(["True", "False", "s.n == getattr(o, 'n', 1)"])))
    if "def __hash__" not in seen:
        methods.append("def __hash__(s): return s.n % 4")
    changes = rng.sample(MUTATIONS[kind], rng.choice((1, 1, 2)))
    text = HEAD % rng.choice((1, 2, 5, 30))
    text += "class X:\n    def __init__(s, n=1): s.n = n if type(n) is int else 2\n" + "".join("    %s\n" % m for m in methods)
    text += "def change():\n    global L\n" + "".join("    %s\n" % c for c in changes)
    text += "busy[0] = 9\ntry:\n    L = %s\nexcept Exception as e: L = []\nbusy[0] = 0\n" % rng.choice(CONTAINERS[kind])
    for _ in range(rng.choice((1, 2, 3))):
        use = rng.choice(USES[kind])
        text += "try:\n" + "".join("    %s\n" % line for line in use.split("\n")) + "except Exception as e: print(type(e).__name__, str(e))\n"
    text += "busy[0] = 9\nact = int\ntry: print(type(L).__name__, len(L))\nexcept Exception as e: pass\n"
    return text, "hostile " + kind
