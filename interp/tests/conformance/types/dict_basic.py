# dict: construction, methods, order, equality, views, merging, errors.
def error(action):
    try:
        action()
    except (KeyError, ValueError, TypeError, RuntimeError) as e:
        return type(e).__name__ + ": " + str(e)


d = {"b": 1, "a": 2}
assert dict(b=1, a=2) == dict([("b", 1), ["a", 2]]) == dict({"b": 1}, a=2) == dict(zip("ba", (1, 2))) == d
assert dict() == {}
assert list(d) == ["b", "a"]
d["c"] = 3
d["b"] = 9
assert list(d.items()) == [("b", 9), ("a", 2), ("c", 3)]
assert d.pop("b") == 9
assert d.pop("zz", "default") == "default"
assert d.popitem() == ("c", 3)
d["b"] = 5
assert list(d) == ["a", "b"]
assert list(reversed(d)) == ["b", "a"]
assert d.get("q") is None
assert d.get("q", 1) == 1
assert d.setdefault("a", 7) == 2
assert d.setdefault("n") is None
assert "n" in d
d.update({"a": 1}, z=3)
d.update([("y", 4)])
assert d == {"a": 1, "b": 5, "n": None, "z": 3, "y": 4}
assert len(d) == 5
assert error(lambda: d["nope"]) == "KeyError: 'nope'"
assert error(lambda: {}.popitem()) == "KeyError: 'popitem(): dictionary is empty'"
assert error(lambda: {}.pop(1)) == "KeyError: 1"
assert error(lambda: {[]: 1}) == "TypeError: cannot use 'list' as a dict key (unhashable type: 'list')", error(lambda: {[]: 1})
assert error(lambda: dict([1])).startswith("TypeError: ")
assert error(lambda: dict([(1, 2, 3)])) == "ValueError: dictionary update sequence element #0 has length 3; 2 is required"
assert error(lambda: dict(5)) == "TypeError: 'int' object is not iterable"
assert error(lambda: {} < {}) == "TypeError: '<' not supported between instances of 'dict' and 'dict'"
assert {1: "a", 1.0: "b", True: "c"} == {1: "c"}
assert list({1: 0, True: 0}) == [1]
assert {"a": 1} | {"b": 2} == {"a": 1, "b": 2}
assert {"a": 1} | {"a": 2} == {"a": 2}
e = {"x": 1}
e |= {"y": 2}
e |= [("z", 3)]
assert e == {"x": 1, "y": 2, "z": 3}
assert {"a": 1, "b": 2} == {"b": 2, "a": 1}
assert {} != []
assert dict.fromkeys("ab") == {"a": None, "b": None}
assert dict.fromkeys([1, 2], 0) == {1: 0, 2: 0}
k, v, i = e.keys(), e.values(), e.items()
e["w"] = 4
assert len(k) == 4
assert "w" in k
assert list(v) == [1, 2, 3, 4]
assert ("w", 4) in i
assert ("w", 5) not in i
assert k & {"x", "q"} == {"x"}
assert k - {"x"} == {"y", "z", "w"}
assert k | {"q"} == {"x", "y", "z", "w", "q"}
assert k ^ {"x"} == {"y", "z", "w"}
assert k == {"x", "y", "z", "w"}
assert i >= {("x", 1)}
assert k.isdisjoint({"k"})
assert repr(k) == "dict_keys(['x', 'y', 'z', 'w'])"
assert repr(v) == "dict_values([1, 2, 3, 4])"
assert repr({1: 2}.items()) == "dict_items([(1, 2)])"
assert list(reversed(v)) == [4, 3, 2, 1]
assert k.mapping["x"] == 1
assert v != e.values()
assert repr({"a": 1, 2: [3]}) == "{'a': 1, 2: [3]}"
assert str({}) == "{}"
assert bool({}) is False
assert e.copy() == e
assert e.copy() is not e
f = {}
f[f.__len__()] = f
assert repr(f) == "{0: {...}}"
e.clear()
assert e == {}
assert list(k) == []


class Missing(dict):
    def __missing__(self, key):
        self[key] = value = key * 2
        return value


m = Missing()
assert m["ab"] == "abab"
assert m.get("q") is None
assert "q" not in m
assert type(m.copy()) is dict
assert type(m | {}) is dict
big = {n: str(n) for n in range(2000)}
for n in range(0, 2000, 2):
    del big[n]
for n in range(5000, 5100):
    big[n] = n
assert len(big) == 1100
assert list(big)[:3] == [1, 3, 5]
assert list(big)[-1] == 5099
assert all(n in big for n in range(1, 2000, 2))
assert 4 not in big


class Collide:
    def __init__(self, n):
        self.n = n

    def __hash__(self):
        return 7

    def __eq__(self, o):
        return isinstance(o, Collide) and self.n == o.n


c = {Collide(n): n for n in range(60)}
del c[Collide(30)]
assert all(c[Collide(n)] == n for n in range(60) if n != 30)
assert Collide(30) not in c
assert len(c) == 59
assert {float("nan"): 1} != {float("nan"): 1}
assert {(1, 2): "t"}[1, 2] == "t"
assert {None: 1}[None] == 1
assert {-1: "a", -2: "b"}[-2] == "b"
assert {2**64: 1}[2.0**64] == 1
it = iter({1: 1, 2: 2})
assert next(it) == 1
assert it.__length_hint__() == 1
assert error(lambda: [big.pop(q) for q in big]).endswith("dictionary changed size during iteration")
print("ok")
