# Finalizers that change what is being changed: the statement finishes, then the next death.
class N:
    """Prints its name when it dies."""

    def __init__(self, name, *held):
        self.name = name
        self.held = held

    def __del__(self):
        print("del", self.name)


log = []


class Touch:
    def __init__(self, action):
        self.action = action

    def __del__(self):
        self.action()


d = {}
d["k"] = Touch(lambda: print("value in place:", d["k"]))
d["k"] = "new"
l = [0, Touch(lambda: print("list is", l)), 2]
l[1] = "replaced"
l.append(Touch(lambda: print("after pop", l)))
del l[3]
o = N("o")
o.attr = Touch(lambda: print("attribute is", o.attr))
o.attr = "set"


def local():
    v = Touch(lambda: print("v is", v))
    v = "rebound"
    print("done")


local()
g = Touch(lambda: print("global is", g))
g = "global rebound"
print("chain")


class Chain:
    def __init__(self, n):
        self.n = n

    def __del__(self):
        print("chain", self.n)
        if self.n:
            Chain(self.n - 1)
        print("chain end", self.n)


Chain(3)
c = [Touch(lambda: print("first")), Touch(lambda: c.append(1) or print("second", c))]
c.clear()
print(c)
del o
print("end")
