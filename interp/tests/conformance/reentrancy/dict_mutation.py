# Dicts changed by the __eq__ and __hash__ of keys, by finalizers, and while iterated.
class Key:
    action = None

    def __init__(self, name):
        self.name = name

    def __hash__(self):
        return 1

    def __eq__(self, other):
        if Key.action:
            action, Key.action = Key.action, None
            action()
        return isinstance(other, Key) and self.name == other.name


def fresh():
    global d
    d = {Key("a"): 1, Key("b"): 2, Key("c"): 3}
    return d


for action in (lambda: d.clear(), lambda: d.update((i, i) for i in range(100)), lambda: d.pop(Key("a"), None)):
    for use in (
        lambda: d.get(Key("c")),
        lambda: Key("c") in d,
        lambda: d.__setitem__(Key("c"), 9),
        lambda: d.setdefault(Key("z"), 5),
        lambda: d.pop(Key("c"), None),
        lambda: d == {Key("a"): 1, Key("b"): 2, Key("c"): 3},
        lambda: d | {Key("q"): 1},
        lambda: d.update({Key("c"): 8, Key("n"): 1}),
        lambda: d.keys() & {Key("b")},
        lambda: dict(d).popitem(),
    ):
        fresh()
        Key.action = action
        use()
        Key.action = None
        assert len(d) == len(list(d)) == len(list(d.items()))
fresh()
Key.action = lambda: d.__delitem__(Key("b"))
try:
    del d[Key("b")]
    assert False
except KeyError:
    Key.action = None


class Unhashable:
    def __hash__(self):
        raise ValueError("no hash")


for use in (lambda: d[Unhashable()], lambda: {Unhashable(): 1}, lambda: Unhashable() in d, lambda: d.pop(Unhashable(), 1)):
    try:
        use()
        assert False
    except ValueError as e:
        assert str(e) == "no hash"


class BadHash:
    def __hash__(self):
        return "text"


try:
    {BadHash(): 1}
    assert False
except TypeError as e:
    assert "__hash__ method should return an integer" in str(e)
d = {1: 1, 2: 2}
for change, text in ((lambda: d.__setitem__(3, 3), "size"), (lambda: d.pop(1), "size"), (lambda: (d.pop(1, 0), d.update({7: 1})), "keys")):
    d = {1: 1, 2: 2}
    try:
        for k in d:
            change()
    except RuntimeError as e:
        assert str(e) == "dictionary %s changed during iteration" % text or "changed size" in str(e), e
    else:
        assert text == "keys" or False
it = iter({1: 1})


class Last:
    def __del__(self):
        e.clear()
        e["made"] = "by del"


e = {"k": Last(), "l": 1}
e["k"] = 2
assert e == {"made": "by del"}
e = {"k": Last()}
del e["k"]
assert e == {"made": "by del"}
e = {"k": Last()}
e.clear()
assert e == {"made": "by del"}


class Repr:
    def __repr__(self):
        f.clear()
        return "R"


f = {1: Repr(), 2: 2}
assert repr(f).startswith("{1: R") and f == {}


class Sub(dict):
    def __getitem__(self, key):
        return "overridden"

    def keys(self):
        return ["fake"]


assert dict(Sub(a=1)) in ({"a": 1}, {"fake": "overridden"}) and {**{"a": 1}} == {"a": 1}
print("ok")
