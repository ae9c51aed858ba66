# needs: _decimal
# The native half of decimal: arithmetic in contexts, signals, conversions, contexts of threads and of context variables.
import _decimal
import contextvars
import copy
import pickle
import threading
from decimal import *
from fractions import Fraction
import decimal

assert decimal.Decimal is _decimal.Decimal and Decimal.__module__ == "decimal"
D = Decimal


def raises(kind, f, *args, text=None, **kw):
    try:
        f(*args, **kw)
    except kind as e:
        assert type(e) is kind, type(e)
        assert text is None or text in str(e), (str(e), text)
    else:
        raise AssertionError("not raised")


# arithmetic at the default precision, with operands that need one word, two, and more
assert str(D(1) / 3) == "0.3333333333333333333333333333"
assert str(D("1.10") + D("2.205")) == "3.305" and str(D("1e30") + D("1e-30")) == "1.000000000000000000000000000E+30"
assert str(D("12345678901234567890") * D("98765432109876543210")) == "1.219326311370217952237463801E+39"
assert str(D(10) ** 40 - 1) == "1.000000000000000000000000000E+40" and str(D(7) // 2) == "3" and str(D(-7) % 3) == "-1"
assert divmod(D("-7.5"), 2) == (D(-3), D("-1.5")) and str(D(2) ** D("0.5")) == "1.414213562373095048801688724"
assert pow(D(3), 200, 1000007) == pow(3, 200, 1000007) and pow(10, 2, D(7)) == 2
with localcontext(prec=60):
    a, b = D("9" * 60), D("8" * 59 + "1")
    assert int(a) == 10 ** 60 - 1 and str(a / b)[:9] == "1.1250000"
    assert (a / b * b - a).copy_abs() < 10 and D(2).sqrt() ** 2 - 2 < D("1e-58")
    assert D(10 ** 59 + 1) - D(10 ** 59) == 1 and str(D(10 ** 59).normalize()) == "1E+59"
with localcontext(prec=5000):
    assert (D(3) ** 9000).normalize().adjusted() == 4294 and D(1) / 7 * 7 != 1
    assert int(D(3 ** 9000)) == 3 ** 9000 and (D(2) ** 10000) == 2 ** 10000

# correctly rounded functions, also where a result is near to a tie or to one
assert str(D(1).exp()) == "2.718281828459045235360287471" and str(D(2).ln()) == "0.6931471805599453094172321215"
assert str(D("1.000000000000000000000000001").ln()) == "9.999999999999999999999999995E-28"
assert str(D("-9E-8").exp(Context(prec=7))) == "0.9999999" and D(1000).log10() == 3 and str(D(1000).log10()) == "3"
assert str(D("1e-30").exp()) == "1.000000000000000000000000000" and D(0).ln() == D("-Infinity")
with localcontext(prec=300):
    x = D("1.7")
    assert abs(x.ln().exp() - x) < D("1e-298") and abs(x.log10() - x.ln() / D(10).ln()) < D("1e-298")

# every rounding, positive and negative
seen = {}
for name in ("ROUND_UP", "ROUND_DOWN", "ROUND_CEILING", "ROUND_FLOOR", "ROUND_HALF_UP", "ROUND_HALF_DOWN", "ROUND_HALF_EVEN", "ROUND_05UP"):
    seen[name] = [str(D(t).quantize(D(1), rounding=getattr(decimal, name))) for t in ("2.5", "-2.5", "3.5", "0.4", "-5.1")]
assert seen == {
    "ROUND_UP": ["3", "-3", "4", "1", "-6"], "ROUND_DOWN": ["2", "-2", "3", "0", "-5"], "ROUND_CEILING": ["3", "-2", "4", "1", "-5"],
    "ROUND_FLOOR": ["2", "-3", "3", "0", "-6"], "ROUND_HALF_UP": ["3", "-3", "4", "0", "-5"], "ROUND_HALF_DOWN": ["2", "-2", "3", "0", "-5"],
    "ROUND_HALF_EVEN": ["2", "-2", "4", "0", "-5"], "ROUND_05UP": ["2", "-2", "3", "1", "-6"]}, seen

# limits of exponents: overflow, subnormal numbers, clamping
c = IEEEContext(32)
assert str(c.multiply(D("9.999999E96"), 10)) == "Infinity" and c.flags[Overflow] and c.flags[Inexact]
assert str(c.divide(D("1E-95"), 1000)) == "1E-98" and c.flags[Subnormal] and str(c.plus(D("1E96"))) == "1.000000E+96" and c.flags[Clamped]
assert str(c.next_minus(D("Infinity"))) == "9.999999E+96" and str(c.next_toward(D(0), D(1))) == "1E-101"
assert D("1e999999999999999999").adjusted() == MAX_EMAX
raises(InvalidOperation, D, "1e1000000000000000000")
big = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)
assert big.divide(400, 8) == 50 and str(big.sqrt(D("40E9"))) == "2.0E+5" and big.log10(D(10 ** 223)) == 223
raises(MemoryError, big.divide, 1, 3)
raises(InvalidOperation, big.exp, 1)
raises(MemoryError, int, D("1e999999999999999999"))

# signals: what is raised, what it says, and that flags stay
c = Context(traps=[DivisionByZero, InvalidOperation])
raises(DivisionByZero, c.divide, 1, 0, text="[<class 'decimal.DivisionByZero'>]")
raises(InvalidOperation, c.divide, 0, 0, text="[<class 'decimal.DivisionUndefined'>]")
raises(InvalidOperation, c.create_decimal, "abc", text="[<class 'decimal.ConversionSyntax'>]")
raises(InvalidOperation, c.divmod, 5, 0, text="[<class 'decimal.InvalidOperation'>, <class 'decimal.DivisionByZero'>]")
assert dict(c.flags)[InvalidOperation] and c.flags[DivisionByZero] and not c.flags[Overflow]
assert repr(c) == "Context(prec=28, rounding=ROUND_HALF_EVEN, Emin=-999999, Emax=999999, capitals=1, clamp=0, flags=[InvalidOperation, DivisionByZero], traps=[InvalidOperation, DivisionByZero])"
assert issubclass(DivisionByZero, ZeroDivisionError) and issubclass(FloatOperation, TypeError) and issubclass(Overflow, Inexact)
with localcontext(Context(traps=[FloatOperation])) as c:
    raises(FloatOperation, D, 1.5)
    raises(FloatOperation, D(1).__lt__, 1.5)
    assert D("1.5") == 1.5 and D.from_float(0.1) == D("0.1000000000000000055511151231257827021181583404541015625")

# signal dicts
c = Context()
flags = c.flags
assert len(flags) == 9 and flags == dict(flags) and c.flags is flags and flags != {Inexact: 1}
flags[Inexact] = 5
assert c.flags[Inexact] is True and flags.copy()[Inexact] is True and flags == dict(flags) and list(flags.keys())[0] is InvalidOperation
raises(KeyError, flags.__getitem__, "x")
raises(ValueError, flags.__delitem__, Inexact)
raises(KeyError, setattr, c, "traps", {Inexact: 1})
del c
raises(ValueError, repr, flags, text="invalid signal dict")

# construction and conversion
assert D(" 1_000.50\n") == D("1000.5") and D("\u0661\u0662") == 12 and D((1, (1, 2, 3), -2)) == D("-1.23")
assert str(D((0, (), "N"))) == "sNaN" and D(True) == 1 and D(D("1.0")) is not None and D() == 0
raises(ValueError, D, (2, (1,), 0), text="sign must be an integer with the value 0 or 1")
raises(TypeError, D, {}, text="conversion from dict to Decimal is not supported")
raises(TypeError, D, 1, 2, text="optional argument must be a context")
assert D("1.50").as_tuple() == DecimalTuple(0, (1, 5, 0), -2) and D("-0.125").as_integer_ratio() == (-1, 8)
assert D("NaN12").as_tuple().exponent == "n" and int(D("-12.9")) == -12 and round(D("2.5")) == 2 and str(round(D("2.675"), 2)) == "2.68"
assert float(D("0.1")) == 0.1 and float(D("1e-400")) == 0.0 and complex(D("2.5")) == 2.5 and float(D("123456789012345678901234567890")) == 1.2345678901234568e29
raises(ValueError, int, D("NaN"))
raises(OverflowError, int, D("Infinity"))
for v in (0, 1, -1, 10 ** 20, -(10 ** 40) + 7, 2 ** 61 - 1, 2 ** 200):
    assert hash(D(v)) == hash(v) and D(v) == v and int(D(v)) == v
assert hash(D("0.5")) == hash(0.5) == hash(Fraction(1, 2)) and hash(D("Infinity")) == hash(float("inf")) and hash(D("1e-50")) == hash(Fraction(1, 10 ** 50))
raises(TypeError, hash, D("sNaN"))

# comparison with other numbers
assert D("0.5") == Fraction(1, 2) and D("0.3") < Fraction(1, 3) and D("0.1") != 0.1 and D(2) == 2 + 0j and D(1) < 1.5 and not D("NaN") == D("NaN")
raises(InvalidOperation, D("NaN").__lt__, 1)
raises(TypeError, D(1).__add__(1.5) is NotImplemented and (lambda: D(1) + 1.5))
assert D("1.0").compare_total(D("1.00")) == 1 and D("-0").compare_total(D(0)) == -1 and D("NaN").max(1) == 1

# formats
for spec, text in {"": "-1234567.891", ",.2f": "-1,234,567.89", "e": "-1.234567891e+6", ".3g": "-1.23e+6", "015,.1f": "-0,001,234,567.9", "*^20": "****-1234567.891****",
                   "%": "-123456789.1%", "_.0f": "-1_234_568", "#.0f": "-1234568.", ".9,f": "-1234567.891,000,000", "n": "-1234567.891"}.items():
    assert format(D("-1234567.891"), spec) == text, (spec, format(D("-1234567.891"), spec))
assert format(D("-0.001"), "z.2f") == "0.00" and format(D("NaN"), "010") == "       NaN" and format(D("1e5"), "f") == "100000"
assert D("1234.5").__format__("f", {"decimal_point": ",", "thousands_sep": ".", "grouping": "\3"}) == "1.234,5"
raises(ValueError, format, D(1), "x", text="invalid format string")
assert str(D("1E+1000")) == "1E+1000" and D("123e5").to_eng_string() == "12.3E+6" and Context(capitals=0).to_sci_string(D("1E5")) == "1e+5"

# pickling, copies, subclasses
class Sub(Decimal):
    pass


s = Sub("1.50")
assert type(pickle.loads(pickle.dumps(s))) is Sub and type(s + 1) is Decimal and type(Sub.from_float(1.5)) is Sub and copy.copy(s) is s
c = Context(prec=5, flags=[Inexact], traps=[Rounded], clamp=1, rounding=ROUND_UP)
assert repr(pickle.loads(pickle.dumps(c))) == repr(c) == repr(copy.copy(c)) == repr(c.copy())

# the current context: templates are copied, threads and context variables have their own
setcontext(ExtendedContext)
assert getcontext() is not ExtendedContext and getcontext() is getcontext() and getcontext().prec == 9
setcontext(Context(prec=12))
with localcontext() as c:
    c.prec = 3
    assert getcontext() is c and str(D(1) / 3) == "0.333"
    found = []
    t = threading.Thread(target=lambda: found.append(getcontext().prec))
    t.start()
    t.join()
    assert found[0] in (28, 3), found
    fresh = contextvars.Context()
    assert fresh.run(lambda: getcontext().prec) == 28 and getcontext().prec == 3
    fresh.run(setcontext, Context(prec=4))
    assert fresh.run(lambda: getcontext().prec) == 4 and getcontext() is c
    inside = contextvars.copy_context()
    inside.run(setcontext, Context(prec=6))
    assert getcontext() is c and inside.run(getcontext).prec == 6


def numbers():
    for prec in (2, 4):
        with localcontext(prec=prec):
            yield getcontext().prec


assert list(numbers()) == [2, 4] and getcontext().prec == 12
raises(TypeError, setcontext, 1, text="argument must be a context")
raises(ValueError, setattr, getcontext(), "prec", 0, text="valid range for prec is [1, MAX_PREC]")
raises(AttributeError, delattr, getcontext(), "prec", text="context attributes cannot be deleted")
raises(TypeError, setattr, Decimal, "x", 1)
print("ok")
