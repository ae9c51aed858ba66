# int: parsing, methods, arithmetic of small values, conversions, errors.
def error(action):
    try:
        action()
    except (ValueError, TypeError, ZeroDivisionError, OverflowError) as e:
        return type(e).__name__ + ": " + str(e)


assert int() == 0
assert int("12") == 12
assert int(" -1_000\n") == -1000
assert int("ff", 16) == int("0xFF", 0) == 255
assert int(b"7") == 7
assert int("z", 36) == 35
assert int("0b101", 2) == 5
assert int(3.9) == 3
assert int(-3.9) == -3
assert int("٣") == 3
assert error(lambda: int("x")) == "ValueError: invalid literal for int() with base 10: 'x'"
assert error(lambda: int("1__0"))
assert error(lambda: int(""))
assert error(lambda: int("012", 0))
assert error(lambda: int("1", 37))
assert error(lambda: int([])) == "TypeError: int() argument must be a string, a bytes-like object or a real number, not 'list'"
assert error(lambda: int(5, 10)) == "TypeError: int() can't convert non-string with explicit base"
assert error(lambda: int(float("inf"))) == "OverflowError: cannot convert float infinity to integer"
assert error(lambda: int(float("nan"))) == "ValueError: cannot convert float NaN to integer"
for a in (-7, -1, 0, 1, 7):
    for b in (-3, -1, 1, 3):
        assert (a // b) * b + a % b == a
        assert divmod(a, b) == (a // b, a % b)
        assert (a % b == 0 or (a % b > 0) == (b > 0))
assert error(lambda: 1 // 0) == "ZeroDivisionError: integer division or modulo by zero" or "division by zero" in error(lambda: 1 // 0)
assert "division by zero" in error(lambda: 1 / 0)
assert "zero" in error(lambda: 1 % 0)
assert 7 / 2 == 3.5
assert type(4 / 2) is float
assert 2**10 == 1024
assert 2**-2 == 0.25
assert 0**0 == 1
assert error(lambda: 0**-1).startswith("ZeroDivisionError")
assert pow(3, 4, 5) == 1
assert pow(3, -1, 7) == 5
assert pow(-3, 3, 5) == 3
assert pow(2, 3, -5) == -2
assert error(lambda: pow(2, -1, 4)) == "ValueError: base is not invertible for the given modulus"
assert error(lambda: pow(2, 2, 0)) == "ValueError: pow() 3rd argument cannot be 0"
assert 5 & 3 == 1
assert 5 | 3 == 7
assert 5 ^ 3 == 6
assert ~5 == -6
assert -5 & 3 == 3
assert -5 | 3 == -5
assert -5 ^ 3 == -8
assert 1 << 4 == 16
assert -9 >> 1 == -5
assert error(lambda: 1 << -1) == "ValueError: negative shift count"
assert error(lambda: 1 >> -1)
assert (5).bit_length() == 3
assert (0).bit_length() == 0
assert (-8).bit_length() == 4
assert (255).bit_count() == 8
assert (-3).bit_count() == 2
assert (5).conjugate() == 5
assert (5).real == 5
assert (5).imag == 0
assert (5).numerator == 5
assert (5).denominator == 1
assert (5).as_integer_ratio() == (5, 1)
assert (5).is_integer()
assert abs(-5) == 5
assert +True == 1
assert -True == -1
assert (258).to_bytes(2, "big") == b"\x01\x02"
assert (258).to_bytes(2, "little") == b"\x02\x01"
assert (-1).to_bytes(2, signed=True) == b"\xff\xff"
assert (5).to_bytes() == b"\x05"
assert int.from_bytes(b"\x01\x02") == 258
assert int.from_bytes(b"\xff", signed=True) == -1
assert int.from_bytes([1, 0], "little") == 1
assert error(lambda: (256).to_bytes(1)) == "OverflowError: int too big to convert"
assert error(lambda: (-1).to_bytes(1)) == "OverflowError: can't convert negative int to unsigned"
assert round(5) == 5
assert round(15, -1) == 20
assert round(25, -1) == 20
assert round(-15, -1) == -20
assert round(1234, -2) == 1200
assert round(5, 3) == 5
assert hex(-255) == "-0xff"
assert oct(8) == "0o10"
assert bin(-5) == "-0b101"
assert str(-0) == "0"
assert repr(10) == "10"
assert f"{255:#010x}" == "0x000000ff"
assert f"{-5:+d}" == "-5"
assert f"{1234567:,}" == "1,234,567"
assert f"{5:c}" == "\x05"
assert f"{65:c}" == "A"
assert f"{0xABCDEF:_x}" == "ab_cdef"
assert f"{5:08b}" == "00000101"
assert f"{-5:=+6}" == "-    5"
assert f"{5:e}" == "5.000000e+00"
assert f"{5:.2f}" == "5.00"
assert f"{7:n}" == "7"
assert "ValueError" in error(lambda: f"{5:.2d}")
assert "ValueError" in error(lambda: f"{5:s}")
assert error(lambda: format(5, "q")) == "ValueError: Unknown format code 'q' for object of type 'int'"
assert hash(5) == 5 and hash(-1) == -2 and hash(2**61 - 1) == 0 and hash(2**61) == 1 and hash(True) == 1 and hash(-(2**61)) == -1 or hash(-(2**61)) == -2
assert 1 == 1.0
assert 1 < 1.5
assert 2**53 + 1 > 2.0**53
assert 5 != "5"
assert 1 < 2
assert not (5).__lt__(3)
assert (5).__lt__("a") is NotImplemented
assert int(5) == 5
assert int(True) is not True
assert type(int(True)) is int
assert range(3)[True] == 1
assert [1, 2][False] == 1
assert 0x10 == 16
assert (1).__class__ is int
assert 5 .real == 5


class Sub(int):
    def __repr__(self):
        return "Sub"

    def __add__(self, o):
        return "sub add"


s = Sub(5)
assert s == 5
assert repr(s) == "Sub"
assert s + 1 == "sub add"
assert type(s * 2) is int
assert type(+s) is int
assert int(s) == 5
assert f"{s:d}" == "5"
assert str(s) == "Sub"
print("ok")
