"""Allocation and release of tree nodes: a balanced search tree that grows and shrinks, and short-lived complete trees."""

import sys

# size: (keys kept in the tree, rounds of replacement, depth of the short-lived trees, how many)
SIZES = {"S": (2_500, 1, 7, 8), "M": (150_000, 1, 12, 20), "L": (1_450_000, 0, 16, 4)}


class Node:
    """One node of an AA tree: two children, a level instead of a colour."""

    def __init__(self, key, value):
        self.key = key
        self.value = value
        self.level = 1
        self.left = None
        self.right = None


def skew(node):
    left = node.left
    if left is not None and left.level == node.level:
        node.left = left.right
        left.right = node
        return left
    return node


def split(node):
    right = node.right
    if right is not None and right.right is not None and right.right.level == node.level:
        node.right = right.left
        right.left = node
        right.level += 1
        return right
    return node


def insert(node, key, value):
    if node is None:
        return Node(key, value)
    if key < node.key:
        node.left = insert(node.left, key, value)
    elif key > node.key:
        node.right = insert(node.right, key, value)
    else:
        node.value = value
        return node
    return split(skew(node))


def lower_level(node):
    left = node.left.level if node.left is not None else 0
    right = node.right.level if node.right is not None else 0
    wanted = min(left, right) + 1
    if wanted < node.level:
        node.level = wanted
        if node.right is not None and node.right.level > wanted:
            node.right.level = wanted


def remove(node, key):
    if node is None:
        return None
    if key < node.key:
        node.left = remove(node.left, key)
    elif key > node.key:
        node.right = remove(node.right, key)
    elif node.left is None:
        return node.right
    else:
        heir = node.left
        while heir.right is not None:
            heir = heir.right
        node.key, node.value = heir.key, heir.value
        node.left = remove(node.left, heir.key)
    lower_level(node)
    node = skew(node)
    if node.right is not None:
        node.right = skew(node.right)
        if node.right.right is not None:
            node.right.right = skew(node.right.right)
    node = split(node)
    if node.right is not None:
        node.right = split(node.right)
    return node


def in_order(root):
    """Yields (key, value) in order with an explicit stack."""
    stack, node = [], root
    while stack or node is not None:
        while node is not None:
            stack.append(node)
            node = node.left
        node = stack.pop()
        yield node.key, node.value
        node = node.right


def height(node):
    return 0 if node is None else 1 + max(height(node.left), height(node.right))


def complete(depth):
    """A tree of tuples: cheap to make, dies at once."""
    if depth == 0:
        return (None, None)
    return (complete(depth - 1), complete(depth - 1))


def count(tree):
    left, right = tree
    return 1 if left is None else 1 + count(left) + count(right)


def keys(amount, seed):
    """Distinct pseudo-random keys: a linear congruential permutation of 0..2**32."""
    state = seed
    for _ in range(amount):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        yield state


def main():
    size = sys.argv[1] if len(sys.argv) > 1 else "S"
    if size not in SIZES:
        raise SystemExit("usage: trees.py S|M|L")
    amount, rounds, depth, copies = SIZES[size]
    root = None
    for number, key in enumerate(keys(amount, 1)):
        root = insert(root, key, number)
    print("built", amount, "height", height(root))
    for turn in range(rounds):
        old = list(keys(amount // 2, 1 + turn))
        for key in old:
            root = remove(root, key)
        print("shrunk to", sum(1 for _ in in_order(root)))
        for key in old:
            root = insert(root, key ^ 0x55555555, turn)
    nodes = sum(count(complete(depth)) for _ in range(copies))
    print("short-lived nodes", nodes)
    check = nodes
    for key, value in in_order(root):
        check = (check * 31 + key + value) & 0xFFFFFFFF
    print("checksum", check)


if __name__ == "__main__":
    main()
