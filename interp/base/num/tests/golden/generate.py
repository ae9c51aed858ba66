"""Writes cases.txt: what CPython 3.14 answers. Usage: python3.14 generate.py [SEED COUNT] > cases.txt"""
import math, random, struct, sys, _string

seed, count = (int(a) for a in sys.argv[1:3]) if len(sys.argv) > 2 else (1, 40)
rnd = random.Random(seed)
sys.stdout.reconfigure(encoding="utf-8", newline="\n")

def esc(s):
    return str(s).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")

def bits(x):
    return "%x" % struct.unpack("<Q", struct.pack("<d", x))

def answer(fn):
    try:
        return "=" + fn()
    except (ValueError, OverflowError, ZeroDivisionError, TypeError) as e:
        return "!%s: %s" % (type(e).__name__, e)

def line(*fields):
    text = "\t".join(esc(f) for f in fields)
    if not any(0xD800 <= ord(c) < 0xE000 for c in text):
        print(text)

def some_float():
    k = rnd.randrange(9)
    if k == 0: 
        x = struct.unpack("<d", rnd.randbytes(8))[0]
        return math.nan if x != x else x
    if k == 1: return rnd.choice([0.0, -0.0, math.inf, -math.inf, math.nan, 1e16, 1e15, 9999999999999998.0, 1e-4, 1e-5, 5e-324, 1.7976931348623157e308, 2.0**53, 0.5, 1.5, 2.5, -0.5, 1e22, 1e23, 2.675, 0.125, 1286065912525275.25])
    if k == 2: return float(rnd.randrange(-10**rnd.randrange(1, 20), 10**rnd.randrange(1, 20)))
    if k == 3: return rnd.randrange(-10**6, 10**6) / 10**rnd.randrange(1, 7)
    if k == 4: return rnd.uniform(-1, 1)
    if k == 5: return rnd.uniform(-1, 1) * 10.0**rnd.randrange(-30, 30)
    if k == 6: return rnd.randrange(-4000, 4000) / 8
    if k == 7: return float("%de%d" % (rnd.randrange(1, 1000), rnd.randrange(-20, 20)))
    return rnd.gauss(0, 1000)

def some_int():
    k = rnd.randrange(5)
    if k == 0: return rnd.randrange(-10, 300)
    if k == 1: return rnd.randrange(-10**9, 10**9)
    if k == 2: return rnd.randrange(-2**64, 2**64)
    if k == 3: return rnd.randrange(-10**40, 10**40)
    return rnd.choice([-1, 1]) * (2**rnd.randrange(0, 1100) + rnd.choice([-1, 0, 1]))

def some_spec(types):
    s = ""
    if rnd.random() < .3: s += rnd.choice(["", "", "*", "é", "0", "x", "<"]) + rnd.choice("<>=^")
    if rnd.random() < .3: s += rnd.choice("+- ")
    if rnd.random() < .1: s += "z"
    if rnd.random() < .2: s += "#"
    if rnd.random() < .25: s += "0"
    if rnd.random() < .5: s += str(rnd.choice([1, 2, 5, 8, 10, 13, 14, 15, 16, 17, 25, 40]))
    if rnd.random() < .3: s += rnd.choice([",", "_", ",", "_", ",_", "_,", ",,"])
    if rnd.random() < .4:
        s += "." + rnd.choice(["", "0", "1", "2", "3", "6", "10", "17", "20", "5"]) + rnd.choice(["", "", "", ",", "_", ",_"])
    if rnd.random() < .8: s += rnd.choice(types)
    if rnd.random() < .02: s += rnd.choice("dx\x01é")
    return s

def nonempty(f):
    s = f()
    while not s: s = f()
    return s

for _ in range(count * 4):
    v, s = some_int(), nonempty(lambda: some_spec("dddbcnoxXeEfFgG%sé\x01"))
    line("spec", "i", v, s, answer(lambda: format(v, s)))
for _ in range(count * 5):
    v, s = some_float(), nonempty(lambda: some_spec("eEfFgGn%eEfFgGn%feds"))
    line("spec", "f", bits(v), s, answer(lambda: format(v, s)))
for _ in range(count * 2):
    v, s = complex(some_float(), some_float()), nonempty(lambda: some_spec("eEfFgGn%eEfFgGns"))
    if rnd.random() < .3: v = complex(rnd.choice([0.0, -0.0]), v.imag)
    line("spec", "c", bits(v.real) + "," + bits(v.imag), s, answer(lambda: format(v, s)))
    line("crepr", bits(v.real), bits(v.imag), repr(v))
for _ in range(count):
    v, s = rnd.choice(["", "a", "abc", "héé", "日本語", "\U0001f600x"]), nonempty(lambda: some_spec("sssssssdc"))
    line("spec", "s", v, s, answer(lambda: format(v, s)))
for _ in range(count * 4):
    v = some_float()
    line("repr", bits(v), repr(v), v.hex())
    n = rnd.choice([0, 1, 2, 3, -1, -2, 5, 15, 17, 22, -5, 300, 330, -300, -320, rnd.randrange(-20, 20)])
    line("round", bits(v), n, answer(lambda: bits(round(v, n))))
    line("ratio", bits(v), answer(lambda: "%d/%d" % v.as_integer_ratio()))
    line("int", bits(v), answer(lambda: str(int(v))))
for _ in range(count * 2):
    s = "".join(rnd.choice(["0", "1", "9", "_", ".", "e", "-", "+", "12", "inf", "nan", "E5", "3.4", "j", "Infinity", "-1", "J"]) for _ in range(rnd.randrange(1, 6)))
    line("parse", s, answer(lambda: bits(float(s))) .split(":")[0])
    z = rnd.choice(["%s", "(%s)", "( %s )"]) % s
    line("cparse", z, answer(lambda: "%s,%s" % (bits(complex(z).real), bits(complex(z).imag))).split(":")[0])
    h = rnd.choice(["", "-", "+", " "]) + rnd.choice(["0x", "0X", ""]) + "".join(rnd.choice("018aFf.") for _ in range(rnd.randrange(0, 22))) + rnd.choice(["", "p0", "p+3", "P-5", "p%d" % rnd.randrange(-1200, 1100), "p", "p99999999999", "p-99999999999"])
    line("fromhex", h, answer(lambda: bits(float.fromhex(h))))
    t = rnd.choice(["", "", "-", "+", " ", "--"]) + rnd.choice(["", "", "0x", "0b", "0o", "0", "0X_"]) + "".join(rnd.choice("0011279_azAF") for _ in range(rnd.randrange(0, rnd.choice([4, 30])))) + rnd.choice(["", "", " ", "\n"])
    b = rnd.choice([0, 0, 10, 10, 16, 2, 8, 36, 35, 3])
    line("parseint", t, b, answer(lambda: str(int(t, b))).split(":")[0])
for _ in range(count * 3):
    a, b = some_int(), some_int()
    if rnd.random() < .1: b = rnd.choice([0, 1, -1, 3, 10**300])
    line("div", a, b, answer(lambda: bits(a / b)))
    line("divmod", a, b, answer(lambda: "%d,%d" % divmod(a, b)).split(":")[0])
    line("tofloat", a, answer(lambda: bits(float(a))).split(":")[0])
    line("bits", a, "%d,%d" % (a.bit_length(), a.bit_count()))
    x, y = some_float(), some_float()
    line("fdivmod", bits(x), bits(y), answer(lambda: "%s,%s" % tuple(map(bits, divmod(x, y)))))
    x = rnd.choice([x, float(a) + rnd.choice([-1, 0, .5]) if abs(a) < 10**40 else x])
    line("compare", a, bits(x), "less" if a < x else "greater" if a > x else "equal" if a == x else "none")
    n = rnd.randrange(0, 12)
    p = a if rnd.random() < .8 else a % 3 - 1
    line("pow", p, n, p ** n)
    if a >= 0: line("isqrt", a, math.isqrt(a))
    n = rnd.randrange(0, 45)
    line("roundint", a, n, round(a, -n))
    n = rnd.randrange(0, 200)
    line("shift", a, n, a << n, a >> n)
    n, o, s = rnd.randrange(0, 20), rnd.choice(["big", "little"]), rnd.choice([True, False])
    line("tobytes", a, n, o, int(s), answer(lambda: a.to_bytes(n, o, signed=s).hex()))
    raw = rnd.randbytes(n)
    line("frombytes", raw.hex(), o, int(s), int.from_bytes(raw, o, signed=s))
    if abs(a) < 2**200 and abs(b) < 2**200:
        m = some_int() if rnd.random() < .9 else rnd.choice([0, 1, -1])
        line("powmod", a, b, m, answer(lambda: str(pow(a, b, m))))
for _ in range(count * 5):
    f = "%" + "".join(rnd.sample("-+ #0", rnd.choice([0, 0, 1, 1, 2, 3]))) + rnd.choice(["", "", "3", "8", "12", "20"]) + rnd.choice(["", "", ".", ".0", ".1", ".3", ".10", ".20"]) + rnd.choice(["", "", "l", "h", "L"])
    v = some_int(); g = f + rnd.choice("diuoxX")
    line("pct", "i", v, g, g % v)
    v = some_float(); g = f + rnd.choice("eEfFgG")
    line("pct", "f", bits(v), g, g % v)
    v = rnd.choice(["", "a", "abc", "héé"]); g = f + rnd.choice("s")
    line("pct", "s", v, g, g % v)
for _ in range(count * 3):
    f = "".join(rnd.choice(["%", "%%", "a", "(", ")", "(k)", "s", "d", "5", ".", "l", "y", "-", "é", "%s", "%d", "99999999999999999999"]) for _ in range(rnd.randrange(1, 9)))
    line("pieces", f, answer(lambda: f % 7))
for _ in range(count * 4):
    f = "".join(rnd.choice(["{", "}", "{{", "}}", "a", "0", "[", "]", ".", "!", "r", ":", "{}", "{a}", "{0:", "é", "!r"]) for _ in range(rnd.randrange(1, 9)))
    line("template", f, answer(lambda: "|".join("%s;%s;%s;%s" % tuple("-" if x is None else x for x in p) for p in _string.formatter_parser(f))))
    n = "".join(rnd.choice(["a", "0", "12", "[", "]", ".", "b", "[1]", ".x", "99999999999999999999"]) for _ in range(rnd.randrange(0, 7)))
    def split():
        first, rest = _string.formatter_field_name_split(n)
        return "|".join([repr(first)] + ["(%r, %r)" % tuple(p) for p in rest])
    line("field", n, answer(split))
