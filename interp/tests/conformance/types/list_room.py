# A list made of a known number of items has room for them and no more, whatever they come from.
import sys

for n in (1, 2, 3, 7, 10, 50):
    want = sys.getsizeof([0] * (n + n % 2))
    for source in (range(n), tuple(range(n)), [0] * n, "x" * n, bytes(n)):
        assert sys.getsizeof(list(source)) == want, (n, source)
        assert sys.getsizeof([*source]) == want, (n, source)
        assert sys.getsizeof(sorted(source)) == want, (n, source)
assert sys.getsizeof([1, 2, 3]) == sys.getsizeof([0] * 4)
print("ok")
