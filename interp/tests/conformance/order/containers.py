# The order in which the items of each container die.
class N:
    """Prints its name when it dies."""

    def __init__(self, name, *held):
        self.name = name
        self.held = held

    def __del__(self):
        print("del", self.name)


def items(kind):
    return [N("%s %d" % (kind, i)) for i in range(3)]


x = items("list")
print("list")
x = None
x = tuple(items("tuple"))
print("tuple")
x = None
x = dict(zip("abc", items("dict")))
print("dict")
x = None
x = {N("key 0"): N("value 0"), N("key 1"): N("value 1")}
print("keys")
x = None
x = [[N("inner 0"), N("inner 1")], (N("inner 2"), N("inner 3")), {"k": N("inner 4")}]
print("nested")
x = None
x = items("slice")
x[0:2] = []
print("slice gone")
x.clear()
x = items("pop")
x.pop(0)
print("popped")
del x[0], x[0]
x = dict(zip("abc", items("clear")))
x.clear()
x = {"a": N("old")}
x["a"] = N("new")
print("replaced")
x.update(a=N("newer"))
print("updated")
x = None
x = frozenset([N("only member")])
x = iter([N("iterated 0"), N("iterated 1")])
next(x)
print("next")
x = None
x = zip([N("zip left")], [N("zip right")])
x = None
x = N("slice part")
x = slice(x, None)
x = None
x = [N("extend"), *[N("star")]]
x *= 0
print("end")
