# Structures nested 10**6 deep are released without overflowing the native stack.
n = 10**6
l = []
for _ in range(n):
    l = [l]
l = None
t = ()
for _ in range(n):
    t = (t, 1)
t = None
d = {}
for _ in range(n // 2):
    d = {"k": d}
d = None


class Node:
    def __init__(self, next):
        self.next = next


class Slot:
    __slots__ = ("next",)

    def __init__(self, next):
        self.next = next


for cls in (Node, Slot):
    x = None
    for _ in range(n // 2):
        x = cls(x)
    x = None


class Counted:
    dead = 0

    def __init__(self, next):
        self.next = next

    def __del__(self):
        Counted.dead += 1


x = None
for _ in range(100_000):
    x = Counted(x)
x = None
assert Counted.dead == 100_000
f = None
for _ in range(n // 10):
    f = lambda f=f: f
f = None


def cell(g):
    return lambda: g


g = None
for _ in range(n // 10):
    g = cell(g)
g = None
mixed = None
for i in range(n // 10):
    mixed = [mixed] if i % 4 == 0 else (mixed,) if i % 4 == 1 else {"m": mixed} if i % 4 == 2 else Node(mixed)
mixed = None
it = iter([])
for _ in range(n // 10):
    it = iter([it])
it = None
print("ok")
