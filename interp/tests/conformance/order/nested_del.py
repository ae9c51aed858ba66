# Nested trees: the parent's __del__ runs first, then its children from the end of the tuple.
class N:
    """Prints its name when it dies."""

    def __init__(self, name, *held):
        self.name = name
        self.held = held

    def __del__(self):
        print("del", self.name)


tree = N("root", N("a", N("a.1"), N("a.2", N("a.2.x"))), N("b"), N("c", N("c.1")))
print("drop")
tree = None
print("dropped")


class Pair:
    def __init__(self, name, left, right):
        self.left = left
        self.right = right
        self.name = name

    def __del__(self):
        print("pair", self.name)


def build(depth, name):
    if depth == 0:
        return N(name)
    return Pair(name, build(depth - 1, name + "l"), build(depth - 1, name + "r"))


t = build(3, "t")
del t
print("end")
