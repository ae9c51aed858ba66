# Endless recursion is a RecursionError that can be caught, again and again, and leaves nothing behind.
def endless():
    return endless()


for _ in range(20):
    try:
        endless()
        assert False
    except RecursionError as e:
        assert "maximum recursion depth exceeded" in str(e)


def handled(n):
    try:
        return handled(n + 1)
    except RecursionError:
        return n


assert 400 < handled(0) < 1100


def with_finally(log):
    try:
        with_finally(log)
    finally:
        log.append(1)


log = []
try:
    with_finally(log)
    assert False
except RecursionError:
    assert len(log) > 400


class Node:
    def __init__(self, depth):
        self.child = Node(depth + 1)


try:
    Node(0)
    assert False
except RecursionError:
    pass


def generator(n):
    yield from generator(n + 1)


try:
    next(generator(0))
    assert False
except RecursionError:
    pass
sort_key = lambda v: sorted([v], key=sort_key)
for action in (lambda: sort_key(1), lambda: list(map(lambda v: action(), [1])), lambda: max([1, 2], key=lambda v: action())):
    try:
        action()
        assert False
    except RecursionError:
        pass


class Descriptor:
    def __get__(self, obj, owner):
        return obj.x


class Has:
    x = Descriptor()


try:
    Has().x
    assert False
except RecursionError:
    pass
print("ok")
