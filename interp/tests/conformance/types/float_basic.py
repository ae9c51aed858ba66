# float: parsing, repr, arithmetic, methods, rounding, formatting, special values.
inf, nan = float("inf"), float("nan")
assert float() == 0.0
assert float(" 1_0.5e1 ") == 105.0
assert float("-inf") == -inf
assert float("INFINITY") == inf
assert float("nAn") != nan
assert float("1e400") == inf
assert float("5e-324") == 5e-324 > 0
assert float("2e-324") == 0.0
assert float("1.7976931348623157e308") == 1.7976931348623157e308
for bad in ("", "x", "1__0", "0x1", "1e", "_1", "1_", "--1", "1 2"):
    try:
        float(bad)
        assert False, bad
    except ValueError as e:
        assert str(e) == "could not convert string to float: %r" % bad
for value, text in ((1.0, "1.0"), (0.1, "0.1"), (1e16, "1e+16"), (1e15, "1000000000000000.0"), (123456789012345680.0, "1.2345678901234568e+17"), (1e-4, "0.0001"), (1e-5, "1e-05"),
                    (-0.0, "-0.0"), (inf, "inf"), (-inf, "-inf"), (nan, "nan"), (1 / 3, "0.3333333333333333"), (5e-324, "5e-324"), (1e22, "1e+22"), (0.1 + 0.2, "0.30000000000000004"), (2.5e-8, "2.5e-08"),
                    (9007199254740993.0, "9007199254740992.0"), (1.7976931348623157e308, "1.7976931348623157e+308")):
    assert repr(value) == str(value) == text, (value, text)
    assert value != value or float(text) == value
assert 7.0 // 2 == 3.0
assert -7.0 // 2 == -4.0
assert 7.5 % 2 == 1.5
assert -7.5 % 2 == 0.5
assert 7.5 % -2 == -0.5
assert divmod(7.5, 2) == (3.0, 1.5)
assert str(-1.0 % 1.0) == "0.0"
assert str(0.0 % -1.0) == "-0.0"
assert 1e300 * 1e300 == inf
assert -1e-300 * 1e-300 == 0.0
assert inf - inf != 0
assert 5.0 % inf == 5.0
assert -5.0 % inf == inf
for action, text in ((lambda: 1.0 / 0, "division by zero"), (lambda: 1.0 // 0, "zero"), (lambda: 1.0 % 0, "zero"), (lambda: 0.0**-1, "zero to a negative power")):
    try:
        action()
        assert False
    except ZeroDivisionError as e:
        assert text in str(e), e
try:
    10.0**400
    assert False
except OverflowError as e:
    assert e.args
assert 2.0**0.5 == 1.4142135623730951
assert (-8.0) ** 2 == 64.0
assert isinstance((-8.0) ** 0.5, complex)
assert nan**0 == 1.0
assert 1.0**nan == 1.0
assert 0.0**0 == 1.0
assert 2.0**-1074 == 5e-324
assert (0.5).as_integer_ratio() == (1, 2)
assert (0.1).as_integer_ratio() == (3602879701896397, 36028797018963968)
assert (-2.0).as_integer_ratio() == (-2, 1)
assert (1.0).hex() == "0x1.0000000000000p+0"
assert float.fromhex("0x1.8p1") == 3.0
assert (0.1).hex() == "0x1.999999999999ap-4"
assert (-inf).hex() == "-inf"
assert float.fromhex((5e-324).hex()) == 5e-324
assert (2.0).is_integer()
assert not (2.5).is_integer()
assert not inf.is_integer()
assert (2.5).conjugate() == 2.5
assert (2.5).real == 2.5
assert (2.5).imag == 0.0
assert round(2.5) == 2
assert round(3.5) == 4
assert round(-2.5) == -2
assert round(2.675, 2) == 2.67
assert round(1234.5, -2) == 1200.0
assert round(0.5) == 0
assert type(round(2.5)) is int
assert type(round(2.5, 0)) is float
assert round(1e300, 5) == 1e300
assert round(2.5, None) == 2
assert int(2.9) == 2
assert int(-2.9) == -2
assert (2.9).__trunc__() == 2
assert (2.1).__ceil__() == 3
assert (-2.1).__floor__() == -3
assert nan != nan
assert not nan < nan
assert not nan > 1
assert nan in [nan]
assert inf > 10**400
assert -inf < -(10**400)
assert 0.0 == -0.0
assert 1.5 < 2
assert 2**53 == 2.0**53
assert hash(1.0) == 1
assert hash(0.5) == 2**60
assert hash(inf) == 314159
assert hash(-inf) == -314159
assert hash(0.0) == hash(-0.0) == 0
assert hash(2.0**70) == hash(2**70)
for value, spec, text in ((3.14159, ".2f", "3.14"), (3.14159, "8.3f", "   3.142"), (1e10, "g", "1e+10"), (123456.0, "g", "123456"), (1234567.0, "g", "1.23457e+06"), (0.00001, "g", "1e-05"), (1.5, "e", "1.500000e+00"), (1.5, "E", "1.500000E+00"),
                          (0.25, "%", "25.000000%"), (0.256, ".1%", "25.6%"), (1234567.891, ",.2f", "1,234,567.89"), (1.0, "", "1.0"), (1.0, ".0f", "1"), (1.5, ".0f", "2"), (2.5, ".0f", "2"), (1.0, "#.0f", "1."), (-0.0, "z.1f", "0.0"), (-0.04, "z.1f", "0.0"), (3.0, "+", "+3.0"), (3.0, " .1f", " 3.0"),
                          (3.0, "010.2f", "0000003.00"), (-3.0, "=10.1f", "-      3.0"), (3.0, "*^9.1f", "***3.0***"), (inf, "05", "00inf"), (nan, "F", "NAN"), (1e100, ".3", "1e+100"), (123.456, ".4", "123.5"), (0.1, ".20f", "0.10000000000000000555"), (1234.5, "_.1f", "1_234.5"), (100.0, "g", "100"), (100.0, "#g", "100.000"), (1e16, "n", "1e+16"), (5.0, "r", None)):
    try:
        assert format(value, spec) == text, (value, spec, format(value, spec))
    except ValueError:
        assert text is None
assert "%.3f %5.1f|%-8.2e|%g %+g %G" % (1.5, 2.25, 12345.678, 0.1, 3, 1e-10) == "1.500   2.2|1.23e+04|0.1 +3 1E-10"
assert sum([0.1] * 10) == 1.0
assert abs(-1.5) == 1.5
assert max(1.5, 2) == 2
assert min(nan, 1) != min(nan, 1)
assert float.from_number(3) == 3.0


class F(float):
    pass


assert type(F(1.5) + 1) is float
assert F(1.5) == 1.5
assert repr(F(2)) == "2.0"


class Convertible:
    def __float__(self):
        return 2.5


assert float(Convertible()) == 2.5
print("ok")
