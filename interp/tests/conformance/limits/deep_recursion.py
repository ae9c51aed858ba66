# needs: sys
# rec(300000) after sys.setrecursionlimit(10**6): Python calls do not use the native stack.
import sys

sys.setrecursionlimit(10**6)


def rec(n):
    return 0 if n == 0 else 1 + rec(n - 1)


assert rec(300_000) == 300_000


def even(n):
    return True if n == 0 else odd(n - 1)


def odd(n):
    return False if n == 0 else even(n - 1)


assert even(200_000)


class C:
    def down(self, n, k=0):
        if n == 0:
            return k
        return self.down(n - 1, k=k + 1)


assert C().down(100_000) == 100_000
f = lambda n: n and f(n - 1)
assert f(200_000) == 0
sys.setrecursionlimit(1000)
assert sys.getrecursionlimit() == 1000
try:
    rec(100_000)
    assert False
except RecursionError as e:
    assert str(e) == "maximum recursion depth exceeded"
for bad in (0, -1):
    try:
        sys.setrecursionlimit(bad)
        assert False
    except ValueError:
        pass
print("ok")
