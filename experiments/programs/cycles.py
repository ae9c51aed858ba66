"""Cyclic garbage: documents whose nodes point to parent, siblings and owner; dropped whole, found by the cycle collector."""

import gc
import sys
import weakref

# size: (documents kept, nodes a document, documents made and dropped)
SIZES = {"S": (3, 600, 6), "M": (50, 1_000, 420), "L": (1_000, 1_000, 100)}


class Document:
    """Owns its nodes; every node knows its document."""

    def __init__(self, number):
        self.number = number
        self.nodes = []
        self.root = Element(self, "root", None)

    def grow(self, amount, fan_out):
        frontier = [self.root]
        made = 1
        while made < amount:
            parent = frontier.pop(0) if len(frontier) < 64 else frontier.pop()
            for _ in range(fan_out):
                if made >= amount:
                    break
                child = Element(self, "n%d" % (made % 97), parent)
                parent.append(child)
                frontier.append(child)
                made += 1


class Element:
    """A node of the tree with links in all directions."""

    def __init__(self, document, tag, parent):
        self.document = document
        self.tag = tag
        self.parent = parent
        self.children = []
        self.previous = None
        self.next = None
        document.nodes.append(self)

    def append(self, child):
        if self.children:
            last = self.children[-1]
            last.next = child
            child.previous = last
        self.children.append(child)

    def depth(self):
        steps, node = 0, self
        while node.parent is not None:
            node = node.parent
            steps += 1
        return steps


class Closing:
    """Finalized as part of a cycle; says so."""

    def __init__(self, name, log):
        self.name = name
        self.log = log
        self.me = self

    def __del__(self):
        self.log.append("del " + self.name)


def survey(document):
    """A number that depends on every link."""
    total = 0
    for node in document.nodes:
        total = (total * 17 + node.depth() * 5 + len(node.children)) & 0xFFFFFFFF
        if node.next is not None:
            assert node.next.previous is node
            total += len(node.next.tag)
    return total


def golden_order(log):
    """Finalizers and callbacks of one cyclic island, in the order CPython runs them."""
    first = Closing("first", log)
    second = Closing("second", log)
    third = Closing("third", log)
    first.peer, second.peer, third.peer = second, third, first
    inside = weakref.ref(second, lambda ref: log.append("callback inside, dead " + str(ref() is None)))
    first.watch = inside
    outside = [
        weakref.ref(obj, lambda ref, name=obj.name: log.append("callback of " + name))
        for obj in (first, second, third)
    ]
    del first, second, third, inside
    gc.collect()
    log.append("dead " + str([ref() is None for ref in outside]))


def main():
    size = sys.argv[1] if len(sys.argv) > 1 else "S"
    if size not in SIZES:
        raise SystemExit("usage: cycles.py S|M|L")
    kept, nodes, dropped = SIZES[size]
    log = []
    golden_order(log)
    for line in log:
        print(line)
    library = []
    for number in range(kept):
        document = Document(number)
        document.grow(nodes, 3)
        library.append(document)
    check = 0
    last = None
    for number in range(dropped):
        document = Document(number)
        document.grow(nodes, 2 + number % 4)
        check = (check * 31 + survey(document)) & 0xFFFFFFFF
        last = weakref.ref(document.root)
        slot = number % kept
        if number % 5 == 0:
            library[slot] = document
    del document
    library[(dropped - 1) % kept] = None
    gc.collect()
    print("last dropped document is gone", last() is None)
    alive = [document for document in library if document is not None]
    for document in alive:
        check = (check * 31 + survey(document) + document.number) & 0xFFFFFFFF
    print("documents kept", len(alive), "nodes", sum(len(d.nodes) for d in alive))
    print("checksum", check)


if __name__ == "__main__":
    main()
