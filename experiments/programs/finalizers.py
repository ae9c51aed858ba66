"""Finalizers: the order of __del__ in nested trees, containers, frames and cycles; resurrection; many objects that have __del__."""

import gc
import sys
import weakref

# size: (nodes of the finalized trees, trees)
SIZES = {"S": (400, 4), "M": (60_000, 40), "L": (1_900_000, 2)}


class Node:
    """Says its name when it dies."""

    def __init__(self, name, *children):
        self.name = name
        self.children = children

    def __del__(self):
        print("del", self.name)


class Counted:
    """Counts deaths and mixes their order into a number, without printing; the order in dead cycles depends on when the
    collector ran before, so it does not count there."""

    deaths = 0
    order = 0
    ordered = True

    def __init__(self, number):
        self.number = number
        self.left = None
        self.right = None

    def __del__(self):
        Counted.deaths += 1
        if Counted.ordered:
            Counted.order = (Counted.order * 31 + self.number) & 0xFFFFFFFF
        else:
            Counted.order = (Counted.order + self.number * self.number) & 0xFFFFFFFF


class Phoenix:
    """Comes back from its finalizer once."""

    saved = []

    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name)
        Phoenix.saved.append(self)


def nested():
    print("- nested")
    tree = Node("root", Node("left", Node("left.a"), Node("left.b")), Node("right", Node("right.a")))
    del tree


def containers():
    print("- containers")
    for made in (
        [Node("list 0"), Node("list 1"), Node("list 2")],
        (Node("tuple 0"), Node("tuple 1"), Node("tuple 2")),
        {"a": Node("dict a"), "b": Node("dict b"), "c": Node("dict c")},
    ):
        print("leaving", type(made).__name__)
    made = None


def frame_locals():
    print("- frame")

    def inner():
        first = Node("first local")
        second = Node("second local")
        keep = [first]
        third = Node("third local")
        return len(keep)

    print("returned", inner())


def replaced():
    print("- replaced")
    box = Node("box", Node("inside"))
    box.children = None
    box = Node("other box")
    print("bound again")


def callbacks():
    print("- callbacks")
    one = Node("watched")
    refs = [weakref.ref(one, lambda ref, n=n: print("callback", n, ref() is None)) for n in range(3)]
    last = weakref.finalize(one, print, "finalize runs with the callbacks")
    del one
    print("alive", last.alive, len(refs))


def cyclic():
    print("- cyclic")
    a, b, c = Node("cycle a"), Node("cycle b"), Node("cycle c")
    a.children, b.children, c.children = (b,), (c,), (a, Node("leaf of the cycle"))
    ref = weakref.ref(b, lambda ref: print("callback of cycle b", ref() is None))
    del a, b, c
    print("collected some", gc.collect() > 0, ref() is None)


def resurrection():
    print("- resurrection")
    bird = Phoenix("phoenix")
    ref = weakref.ref(bird)
    del bird
    print("saved", [b.name for b in Phoenix.saved], "weak reference dead", ref() is None)
    Phoenix.saved.clear()
    print("second death is silent")


def exceptions():
    print("- exceptions")

    def fail():
        held = Node("held by the frame")
        raise ValueError("stop")

    try:
        fail()
    except ValueError as error:
        print("caught", error)
    print("after")


def build(amount):
    """A left-leaning tree of counted objects."""
    root = Counted(0)
    nodes = [root]
    for number in range(1, amount):
        parent = nodes[number // 2]
        node = Counted(number)
        if parent.left is None:
            parent.left = node
        else:
            parent.right = node
        nodes.append(node)
    return root


def main():
    size = sys.argv[1] if len(sys.argv) > 1 else "S"
    if size not in SIZES:
        raise SystemExit("usage: finalizers.py S|M|L")
    gc.collect()
    for scene in (nested, containers, frame_locals, replaced, callbacks, cyclic, resurrection, exceptions):
        scene()
    amount, trees = SIZES[size]
    for turn in range(trees):
        tree = build(amount)
        Counted.ordered = turn % 4 != 3
        if not Counted.ordered:
            tree.left.left.right = tree
            del tree
            gc.collect()
        else:
            tree = None
    print("deaths", Counted.deaths, "of", amount * trees)
    print("checksum", Counted.order)


if __name__ == "__main__":
    main()
