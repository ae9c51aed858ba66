# Unpacking into locals: aliases of the operand, finalizers between the stores, wrong lengths, odd iterables.
import gc


def swap_with_self(t):
    for _ in range(30):
        t2 = t
        t2, x = t2
    return t2, x


assert swap_with_self((1, 2)) == (1, 2)
assert swap_with_self([3, 4]) == (3, 4)


def nested(rows):
    total = 0
    for (a, (b, c)), d in rows:
        total += a * b - c + d
    return total


assert nested([((1, (2, 3)), 4)] * 50) == 150

order = []


class Noisy:
    def __init__(self, name): self.name = name
    def __del__(self): order.append(self.name)


def replace():
    a, b, c = Noisy('a'), Noisy('b'), Noisy('c')
    for n in range(3):
        a, b, c = (n, n, n)
    return a, b, c


for _ in range(10):
    order.clear()
    assert replace() == (2, 2, 2)
    gc.collect()
    assert sorted(order) == ['a', 'b', 'c']


def clearing():
    items = [1, 2, 3]

    class Trap:
        def __del__(self): items.clear()

    x = Trap()
    for _ in range(30):
        items[:] = [1, 2, 3]
        x, y, z = items
        assert (x, y, z) == (1, 2, 3)
        x = Trap()
    return True


assert clearing()


def two(o):
    a, b = o
    return a, b


for _ in range(40):
    assert two((1, 2)) == (1, 2)
    assert two([1, 2]) == (1, 2)
    assert two('ab') == ('a', 'b')
    assert two({1: 0, 2: 0}) == (1, 2)
    assert two(iter((5, 6))) == (5, 6)
for bad, text in (((1,), 'not enough values to unpack (expected 2, got 1)'), ([1, 2, 3], 'too many values to unpack (expected 2, got 3)'), (5, 'cannot unpack non-iterable int object')):
    try:
        two(bad)
    except (ValueError, TypeError) as e:
        assert str(e) == text, str(e)
    else:
        assert False


def augmented():
    values = [1.5, 2, 'a']
    calls = []

    def index(i):
        calls.append(i)
        return i

    for _ in range(30):
        values[0] += 1
        values[1] -= 3
        values[2] += 'b'
        values[index(1)] *= 1
    return values, len(calls)


assert augmented() == ([31.5, -88, 'a' + 'b' * 30], 30)
print('ok')
