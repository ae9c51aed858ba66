"""Floats of every magnitude keep their bits, their types and their arithmetic, at quick sites too."""
import math
import struct
import sys


def bits(x):
    return struct.unpack("<Q", struct.pack("<d", x))[0]


def make(n):
    return struct.unpack("<d", struct.pack("<Q", n))[0]


samples = []
for exponent in range(0, 2048, 3):
    for sign in (0, 1):
        for mantissa in (0, 1, 0x8000000000000, 0xFFFFFFFFFFFFF):
            samples.append(sign << 63 | exponent << 52 | mantissa)
edges = [768, 767, 1023, 1024, 1279, 1280, 1792, 2046, 1]
samples += [e << 52 | m for e in edges for m in (0, 1, 0xFFFFFFFFFFFFF)]
for n in samples:
    x = make(n)
    assert type(x) is float and isinstance(x, float)
    if not math.isnan(x):
        assert bits(x) == n, hex(n)
        assert bits(float(repr(x))) == n
        assert x == x and hash(x) == hash(make(n)) and {x: 1}[make(n)] == 1
        assert bits(-(-x)) == n and bits(x * 1.0) == n and bits(x / 1.0) == n
    else:
        assert x != x

# Nothing, less than nothing, and what is no number.
assert bits(0.0) == 0 and bits(-0.0) == 1 << 63 and bits(0.0 * -1.0) == 1 << 63 and bits(-0.0 + 0.0) == 0
assert 0.0 == -0.0 and not 0.0 and not -0.0 and str(-0.0) == "-0.0" and math.copysign(1, -0.0) == -1
nan = float("nan")
assert nan != nan and nan is nan and nan in [nan] and [nan].index(nan) == 0 and len({nan, nan}) == 1
assert float("inf") > sys.float_info.max and -float("inf") < -sys.float_info.max


def total(values):
    s = 0.0
    for v in values:
        s += v
    return s


assert total([1e308] * 2) == float("inf") and total([0.1] * 10) == 0.9999999999999999
assert total([5e-324] * 3) == 1.5e-323 and total([1e-200, -1e-200]) == 0.0


def step(a, b):
    return a + b, a - b, a * b, a / b if b else None, a < b, a == b, a >= b, -a, a // b if b else None, a % b if b else None


for a, b in [(1.5, 2), (2, 1.5), (1e200, 1e-200), (1e300, 1e300), (0.0, -0.0), (3, 4), (2**60, 1.0), (1e-300, 1e-10)]:
    for _ in range(30):
        r = step(a, b)
    assert r[0] == a + b and r[1] == a - b and r[2] == a * b and [type(v) for v in r[:3]] == [type(a + b)] * 3
    assert r[4:7] == (a < b, a == b, a >= b)


class Angle(float):
    def __add__(self, other):
        return Angle(float(self) + other)


a = Angle(0.5)
a.unit = "rad"
for _ in range(30):
    a2 = a + 1.0
assert type(a2) is Angle and a2 == 1.5 and type(a * 2) is float and a.unit == "rad" and type(float(a)) is float

# Ends of the words that hold ints: sums beyond them are ints still.
def climb(n):
    return n + 1, n - 1, n * 2, -n, n & -2, n ^ 1, n << 1


for k in (60, 61, 62, 63, 64):
    for n in (2**k - 1, 2**k, -(2**k), -(2**k) - 1):
        for _ in range(20):
            got = climb(n)
        assert got[0] - 1 == n and got[1] + 1 == n and got[2] // 2 == n and got[6] == got[2] and got[5] ^ 1 == n
        assert all(type(v) is int for v in got) and int(str(n)) == n and float(n) == n * 1.0
assert sorted([2.5, 1, -3.5, 2**70, 0.0, float("-inf"), 1e300]) == [float("-inf"), -3.5, 0.0, 1, 2.5, 2**70, 1e300]
assert complex(1.5, -0.0).imag == 0 and divmod(7.5, 2) == (3.0, 1.5) and round(2.5) == 2 and (7.0).is_integer()
assert "%.2f %r %s" % (1.005, 0.1, 1e22) == "1.00 0.1 1e+22" and f"{1e16}" == "1e+16"
print("ok")
