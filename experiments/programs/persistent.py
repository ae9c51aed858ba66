"""Persistent structures: hash tries, lists and queues that share parts between versions; every version is kept for a while."""

import sys

# size: (entries of the big map, versions kept, changes)
SIZES = {"S": (900, 30, 600), "M": (17_000, 2_500, 150_000), "L": (420_000, 50_000, 200_000)}

BITS = 4
WIDTH = 1 << BITS
MASK = WIDTH - 1


class Leaf:
    """One entry; immutable by habit."""

    def __init__(self, code, key, value):
        self.code = code
        self.key = key
        self.value = value


class Trie:
    """A persistent map from ints: a bitmap and a tuple of leaves and tries."""

    def __init__(self, bitmap=0, items=()):
        self.bitmap = bitmap
        self.items = items

    @staticmethod
    def scatter(key):
        return (key * 2654435761) & 0xFFFFFFFF

    def index(self, bit):
        return (self.bitmap & (bit - 1)).bit_count()

    def get(self, key, default=None):
        code, node = self.scatter(key), self
        while True:
            bit = 1 << (code & MASK)
            if not node.bitmap & bit:
                return default
            item = node.items[node.index(bit)]
            if isinstance(item, Leaf):
                return item.value if item.key == key else default
            code >>= BITS
            node = item

    def put(self, key, value):
        code = self.scatter(key)
        return self.with_leaf(code, Leaf(code, key, value), 0)

    def with_leaf(self, code, leaf, shift):
        bit = 1 << ((code >> shift) & MASK)
        at = self.index(bit)
        items = self.items
        if not self.bitmap & bit:
            return Trie(self.bitmap | bit, items[:at] + (leaf,) + items[at:])
        item = items[at]
        if isinstance(item, Trie):
            item = item.with_leaf(code, leaf, shift + BITS)
        elif item.key == leaf.key:
            item = leaf
        else:
            item = Trie().with_leaf(item.code, item, shift + BITS).with_leaf(code, leaf, shift + BITS)
        return Trie(self.bitmap, items[:at] + (item,) + items[at + 1 :])

    def without(self, key):
        return self.drop(self.scatter(key), key, 0) or Trie()

    def drop(self, code, key, shift):
        bit = 1 << ((code >> shift) & MASK)
        if not self.bitmap & bit:
            return self
        at = self.index(bit)
        items, item = self.items, self.items[at]
        if isinstance(item, Trie):
            fewer = item.drop(code, key, shift + BITS)
            if fewer is item:
                return self
            if fewer is not None:
                if len(fewer.items) == 1 and isinstance(fewer.items[0], Leaf):
                    fewer = fewer.items[0]
                return Trie(self.bitmap, items[:at] + (fewer,) + items[at + 1 :])
        elif item.key != key:
            return self
        if len(items) == 1:
            return None
        return Trie(self.bitmap & ~bit, items[:at] + items[at + 1 :])

    def __iter__(self):
        for item in self.items:
            if isinstance(item, Leaf):
                yield item.key, item.value
            else:
                yield from item


def push(stack, value):
    """A stack is nested pairs; None is the empty one."""
    return (value, stack)


def reverse(stack):
    turned = None
    while stack is not None:
        value, stack = stack
        turned = (value, turned)
    return turned


class Queue:
    """Two stacks, front and back."""

    __slots__ = ("front", "back", "size")

    def __init__(self, front=None, back=None, size=0):
        if front is None and back is not None:
            front, back = reverse(back), None
        self.front = front
        self.back = back
        self.size = size

    def append(self, value):
        return Queue(self.front, push(self.back, value), self.size + 1)

    def head(self):
        return self.front[0]

    def rest(self):
        return Queue(self.front[1], self.back, self.size - 1)


def main():
    size = sys.argv[1] if len(sys.argv) > 1 else "S"
    if size not in SIZES:
        raise SystemExit("usage: persistent.py S|M|L")
    entries, keep, changes = SIZES[size]
    current = Trie()
    for key in range(entries):
        current = current.put(key * 7, key)
    versions, queue = [current], Queue()
    check, state, evicted = 0, 17, 0
    for turn in range(changes):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        key = (state >> 8) % (entries * 9)
        if state & 64:
            current = current.without(key)
        else:
            current = current.put(key, turn)
        queue = queue.append((key, current))
        if queue.size > keep:
            old_key, old = queue.head()
            queue = queue.rest()
            evicted += 1
            check = (check * 31 + old.get(old_key, 7)) & 0xFFFFFFFF
        if turn % (changes // 5) == 0:
            versions.append(current)
    print("versions kept", queue.size + len(versions), "let go", evicted)
    first = dict(versions[0])
    assert len(first) == entries and all(first[key * 7] == key for key in range(entries))
    for version in versions:
        amount = total = 0
        for key, value in version:
            amount += 1
            total = (total + key * value) & 0xFFFFFFFF
        print("version with", amount, "entries, sum", total)
        check = (check * 31 + total) & 0xFFFFFFFF
    print("checksum", check)


if __name__ == "__main__":
    main()
