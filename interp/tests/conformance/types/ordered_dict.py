# needs: collections, pickle
# OrderedDict: an order of its own beside the dict's, and what happens when something goes behind its back.
import pickle
from collections import Counter, OrderedDict


def raises(kind, text, f, *args):
    try:
        f(*args)
    except kind as e:
        assert text in str(e), str(e)
    else:
        raise AssertionError("no " + kind.__name__)


assert OrderedDict.__module__ == "collections" and OrderedDict.__doc__ == "Dictionary that remembers insertion order"
assert not hasattr(OrderedDict, "__slots__") and "_order" not in vars(OrderedDict)
o = OrderedDict([("a", 1), ("b", 2)], c=3)
assert repr(o) == "OrderedDict({'a': 1, 'b': 2, 'c': 3})" and repr(OrderedDict()) == "OrderedDict()"
assert repr(o.keys()) == "odict_keys(['a', 'b', 'c'])" and type(iter(o)).__name__ == "odict_iterator"
assert type(o.keys()).__mro__[1] is type({}.keys()) and list(reversed(o.items())) == [("c", 3), ("b", 2), ("a", 1)]
o.move_to_end("a")
assert list(o) == ["b", "c", "a"] and list(o.values()) == [2, 3, 1] and list(dict.keys(o)) == ["a", "b", "c"]
o.move_to_end("a", last=False)
o.move_to_end("c", False)
assert list(o) == ["c", "a", "b"] and list(dict(o)) == list({**o}) == ["c", "a", "b"]
raises(KeyError, "'x'", o.move_to_end, "x")
assert o.popitem(last=False) == ("c", 3) and o.popitem() == ("b", 2) and o.pop("q", default=7) == 7 and o.pop("a") == 1
raises(KeyError, "dictionary is empty", o.popitem)
raises(KeyError, "a", lambda: o.pop(key="a"))
assert o.setdefault(key="k", default=5) == 5 and o.setdefault("k") == 5
assert OrderedDict(a=1, b=2) != OrderedDict(b=2, a=1) and OrderedDict(a=1, b=2) == dict(b=2, a=1)
assert (OrderedDict(a=1) | {"b": 2}) == ({"a": 1} | OrderedDict(b=2)) == OrderedDict(a=1, b=2)
assert type({"a": 1} | OrderedDict()) is OrderedDict
raises(TypeError, "unsupported operand", lambda: o | 1)
raises(TypeError, "unhashable type: 'list'", o.pop, [])
raises(TypeError, "expected at most 1 argument, got 2", OrderedDict, 1, 2)
raises(ValueError, "need more than 1 value to unpack", OrderedDict, [(1,)])
raises(ValueError, "too many values to unpack (expected 2)", OrderedDict, [(1, 2, 3)])

# A change while iterating ends the iteration; replacing a value is none.
for change in (lambda d: d.move_to_end("b"), lambda d: d.clear(), lambda d: d.__delitem__("b"), lambda d: d.update(z=1)):
    d = OrderedDict.fromkeys("abc")
    it = iter(d)
    next(it)
    change(d)
    raises(RuntimeError, "OrderedDict mutated during iteration", next, it)
    assert list(it) == []
d = OrderedDict.fromkeys("abc")
it = iter(d.items())
next(it)
d["b"] = 5
assert list(it) == [("b", 5), ("c", None)]

# What dict's own methods do does not reach the order.
d = OrderedDict.fromkeys("abc")
dict.__delitem__(d, "b")
raises(KeyError, "b", list, d)
raises(KeyError, "b", repr, d)
raises(KeyError, "b", d.copy)
assert d.popitem() == ("c", None)
raises(KeyError, "b", d.popitem)
d.clear()
assert list(d) == [] and repr(d) == "OrderedDict()"
d = OrderedDict.fromkeys("abc")
dict.__setitem__(d, "z", 1)
assert list(d) == ["a", "b", "c"] and len(d) == 4 and d["z"] == 1
raises(KeyError, "z", d.pop, "z")


# A subclass sees its own methods called.
class M(OrderedDict):
    log = []

    def __setitem__(self, key, value):
        self.log.append(("set", key))
        super().__setitem__(key, value)

    def __getitem__(self, key):
        self.log.append(("get", key))
        return super().__getitem__(key)

    def __missing__(self, key):
        return "missing"


m = M(a=1)
m.update([("b", 2)])
c = m.copy()
assert M.log == [("set", "a"), ("set", "b"), ("get", "a"), ("set", "a"), ("get", "b"), ("set", "b")] and type(c) is M
assert m["q"] == "missing" and repr(m) == "M({'a': 1, 'b': 2})"


class Both(Counter, OrderedDict):
    pass


assert Both("abracadabra").most_common(1) == [("a", 5)] and list(Both("cab")) == ["c", "a", "b"]

# Attributes, pickles, and being its own value.
o = OrderedDict([(3, 1), (1, 2)])
assert o.__dict__ == {} and o.__reduce__()[2] is None
o.x = 10
for protocol in range(6):
    copy = pickle.loads(pickle.dumps(o, protocol))
    assert copy == o and list(copy) == [3, 1] and copy.x == 10
    it = iter(o.items())
    next(it)
    assert list(pickle.loads(pickle.dumps(it, protocol))) == [(1, 2)]
o[1] = o
assert repr(o) == "OrderedDict({3: 1, 1: ...})"

# A queue that moves on and on stays small and in order.
q = OrderedDict.fromkeys(range(10))
for i in range(10, 5000):
    q.popitem(last=False)
    q[i] = None
    q.move_to_end(i - 3)
assert len(q) == 10 and q.__sizeof__() < 10_000 and next(reversed(q)) == 4996


class Namespace(type):
    def __prepare__(name, bases):
        return OrderedDict()

    def __new__(cls, name, bases, ns):
        cls.seen = [n for n in ns if n[0] != "_"]
        return super().__new__(cls, name, bases, dict(ns))


class Body(metaclass=Namespace):
    b = 1
    a = 2
    b = 3


assert Namespace.seen == ["b", "a"]
print("ok")
