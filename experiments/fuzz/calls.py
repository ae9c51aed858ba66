"""Calls in which the arguments are made up, not picked: numbers of all sizes, texts, format specifications, patterns, slices, keywords.

Each program makes several such calls and shows what each gave or raised. What does not live here: calls of any method with
values that were picked (methods.py), nested expressions (expressions.py).
"""
import struct

LETTERS = "abcxyzABC019 _-.,%{}\t\n\r\x0b\x1c\x85\xa0\xb5\xdf\xe9\u0130\u0149\u01c5\u0390\u0660\u0967\u1e9e\u2028\u2163\ufb03\uff21\ud800\udfff\U0001d7d8\U00010400\U0001f600"
ENCODINGS = "ascii latin-1 utf-8 utf-16 utf-16-le utf-32-be utf-7 cp1252 cp437 utf-8-sig unicode_escape raw_unicode_escape iso8859-15 koi8-r shift_jis gb18030 punycode idna zork".split()
HANDLERS = "strict ignore replace backslashreplace xmlcharrefreplace surrogateescape surrogatepass namereplace zork".split()
HEAD = """import array, ast, datetime, decimal, fractions, itertools, json, operator, re, struct, unicodedata
def attempt(f):
    try: show(f())
    except Exception as e: show(e)
"""


class Calls:
    def __init__(self, rng):
        self.rng = rng

    def integer(self):
        rng = self.rng
        r = rng.random()
        if r < 0.3:
            return rng.randrange(-20, 21)
        if r < 0.5:
            return rng.choice((1, -1)) * (2 ** rng.choice((7, 8, 15, 16, 30, 31, 32, 60, 61, 62, 63, 64, 65, 128)) + rng.randrange(-2, 3))
        if r < 0.7:
            return rng.choice((1, -1)) * (10 ** rng.randrange(1, 40) + rng.randrange(-1, 2))
        return rng.choice((1, -1)) * rng.getrandbits(rng.choice((4, 10, 31, 40, 64, 100, 200, 700)))

    def floating(self):
        rng = self.rng
        r = rng.random()
        if r < 0.3:
            return repr(round(rng.uniform(-1000, 1000), rng.randrange(6)))
        if r < 0.6:
            x = struct.unpack("d", rng.randbytes(8))[0]
            return repr(x) if x - x == 0 else "float(%r)" % repr(x)
        if r < 0.8:
            return repr(rng.choice((1, -1)) * rng.randrange(1, 10 ** rng.randrange(1, 17)) * 10.0 ** rng.randrange(-30, 30))
        return rng.choice(["0.0", "-0.0", "0.5", "1.5", "2.5", "-0.5", "1e16", "1e22", "1e23", "9007199254740993.0", "5e-324", "float('inf')", "float('-inf')", "float('nan')", "0.1", "999999.5", "9.5", "99999.95"])

    def number(self):
        rng = self.rng
        return rng.choice([lambda: str(self.integer()), lambda: str(self.integer()), self.floating, self.floating, lambda: "complex(%s, %s)" % (self.floating(), self.floating()), lambda: rng.choice(["True", "False"])])()

    def text(self, most=8):
        rng = self.rng
        letters = LETTERS if rng.random() < 0.5 else "abcAB 1,"
        return "".join(rng.choice(letters) for _ in range(rng.randrange(most + 1)))

    def string(self, most=8):
        return ascii(self.text(most))

    def data(self, most=8):
        rng = self.rng
        if rng.random() < 0.5:
            return repr(bytes(rng.choice(b"abcAB 1,\t\n\r") for _ in range(rng.randrange(most + 1))))
        return repr(rng.randbytes(rng.randrange(most + 1)))

    def specification(self):
        rng = self.rng
        some = lambda p, *what: rng.choice(what) if rng.random() < p else ""
        return (some(0.3, "<", ">", "^", "=", "*<", "0^", "\xe9>", "{=" if rng.random() < 0.02 else "x=") + some(0.3, "+", "-", " ") + some(0.08, "z") + some(0.2, "#") + some(0.2, "0")
                + some(0.4, "1", "5", "10", "12", "30") + some(0.2, ",", "_") + some(0.35, ".0", ".1", ".2", ".3", ".5", ".10", ".17", ".25", ".") + some(0.04, ",", "_")
                + some(0.7, *"bcdeEfFgGnosxX%"))

    def percent(self):
        rng = self.rng
        some = lambda p, *what: rng.choice(what) if rng.random() < p else ""
        return "%" + some(0.1, "(a)") + some(0.2, "-") + some(0.2, "0") + some(0.2, "+") + some(0.2, " ") + some(0.2, "#") + some(0.4, "1", "5", "12", "*") + some(0.3, ".0", ".2", ".5", ".17", ".", ".*") + some(0.03, "l", "h", "L") + rng.choice("diouxXeEfFgGcrsa%" * 3 + "bqz")

    def slice(self, n):
        rng = self.rng
        part = lambda: rng.choice(["", "", str(rng.randrange(-n - 2, n + 3)), str(rng.randrange(-n - 2, n + 3)), "None", "10**20", "-10**20"])
        return part() + ":" + part() + rng.choice(["", "", ":" + rng.choice(["", "1", "-1", "2", "-2", "3", "0", "-10**20"])])

    def formats(self):
        rng = self.rng
        r = rng.randrange(7)
        if r < 2:
            return "format(%s, %s)" % (rng.choice([self.number, self.number, self.string])(), ascii(self.specification()))
        if r == 2:
            return "%s %% (%s)" % (ascii(self.text(2).replace("%", "%%") + self.percent() + rng.choice(["", "|", self.percent()])), rng.choice([self.number(), self.string(), "%s, %s" % (self.number(), self.number()), "%d, %s" % (rng.randrange(12), self.number()), "{'a': %s}" % self.number()]))
        if r == 3:
            return "%s %% (%s)" % (repr(self.percent().encode() + b"|"), rng.choice([self.number(), self.data(), "%s, %s" % (self.number(), self.data()), "{b'a': %s}" % self.number()]))
        if r == 4:
            field = lambda: "{" + rng.choice(["", "", "0", "1", "a", "a[0]", "a.real", "0[1]", "b[k]", "2", "a.", "a[", "0.imag"]) + rng.choice(["", "", "!r", "!s", "!a", "!", "!x"]) + rng.choice(["", ":" + self.specification().replace("{", ""), ":{b[k]}"]) + "}"
            return "%s.format(%s, %s, a=%s, b={'k': %s})" % (ascii(self.text(2).replace("{", "{{").replace("}", "}}") + field() + rng.choice(["", "-", "}}", "{{", "}"]) + field()), self.number(), self.string(), self.number(), self.string())
        if r == 5:
            return "(lambda a, w, p: f'{a%s:%s}|{a=}|{w:{p}}|{a!r:>{w}}')(%s, %d, %d)" % (rng.choice(["", "", "!r", "!s", "=", " = "]), self.specification().replace("{", ""), self.number(), rng.randrange(30), rng.randrange(12))
        return "(lambda a, w, t=%s: [(u.strings, [(i.value, i.expression, i.conversion, i.format_spec) for i in u.interpolations]) for u in (t(a, w),)])(%s, %d)" % (
            "lambda a, w: t'%s{a%s:%s}{w}%s{a + w = !r:{w}x}'" % (rng.choice(["", "x", "{{"]), rng.choice(["", "!r", "=", "!a"]), self.specification().replace("{", "").replace("\xe9", "e"), rng.choice(["", " ", "}}"])), self.number(), rng.randrange(9))

    def numbers(self):
        rng = self.rng
        digits = lambda: "".join(rng.choice("0123456789abcdefzZ_" + (" +-.xXobeEjn" if rng.random() < 0.4 else "")) for _ in range(rng.randrange(1, 12)))
        r = rng.randrange(12)
        if r < 2:
            return "int(%s%s)" % (ascii(rng.choice(["", "", " ", "-", "+", "0x", "0b", "0o", "\u0661"]) + digits() + rng.choice(["", "", " ", "\n"])), rng.choice(["", "", ", %d" % rng.randrange(-1, 38), ", base=%d" % rng.randrange(38)]))
        if r == 2:
            return "%s(%s)" % (rng.choice(["float", "complex", "float.fromhex", "decimal.Decimal", "fractions.Fraction"]), ascii(rng.choice(["", " ", "-", "+"]) + rng.choice([digits(), "%d.%de%d" % (rng.randrange(99), rng.randrange(999), rng.randrange(-320, 320)), "inf", "nan", "0x1.%xp%d" % (rng.getrandbits(30), rng.randrange(-1080, 1030)), "%dj" % rng.randrange(9), "%d+%dj" % (rng.randrange(9), rng.randrange(9)), "1_0", "%d/%d" % (rng.randrange(99), rng.randrange(9)), "(1+2j)", "infinity", "1e400"]) + rng.choice(["", " "])))
        if r == 3:
            return "round(%s%s)" % (self.number(), rng.choice(["", ", %d" % rng.randrange(-25, 25), ", ndigits=%d" % rng.randrange(-5, 5), ", None"]))
        if r == 4:
            power = str(rng.randrange(-5, 40)) if rng.random() < 0.6 else self.floating()
            return rng.choice(["pow(%s, %s)" % (self.integer(), power), "pow(%s, %s, %s)" % (self.integer(), self.integer(), rng.choice([self.integer(), self.integer(), 0, 1])), "pow(%s, mod=%s, exp=%s)" % (self.integer(), self.integer(), self.integer())])
        if r == 5:
            return "(%d).to_bytes(%s)" % (self.integer(), ", ".join(rng.sample(["length=%d" % rng.randrange(-1, 12), "byteorder=%r" % rng.choice(["big", "little", "zork"]), "signed=%s" % rng.choice(["True", "False"])], rng.randrange(4))))
        if r == 6:
            return "int.from_bytes(%s%s%s)" % (rng.choice([self.data(20), "[%d, %d]" % (rng.randrange(300), rng.randrange(256)), self.string()]), rng.choice(["", ", 'little'", ", 'big'", ", byteorder='little'"]), rng.choice(["", ", signed=True"]))
        if r == 7:
            return "(lambda x: (x.as_integer_ratio(), x.is_integer(), %s))(%s)" % (rng.choice(["x.hex()", "x.bit_length()", "x.bit_count()", "repr(x)", "str(x)", "hash(x)", "int(x)", "x.conjugate()", "abs(x)", "-x", "x.__floor__()", "x.__round__(2)"]), rng.choice([self.floating(), str(self.integer())]).replace("float(", "float("))
        if r == 8:
            return "(%s) %s (%s)" % (self.number(), rng.choice(["+", "-", "*", "/", "//", "%", "<", "<=", "==", "!=", ">", "|", "&", "^"]), self.number())
        if r == 9:
            return "(%d) %s %d" % (self.integer(), rng.choice(["<<", ">>"]), rng.randrange(-2, 200))
        if r == 10:
            return "divmod(%s, %s)" % (self.number(), self.number())
        d = lambda: "decimal.Decimal('%s')" % rng.choice(["%d.%de%d" % (rng.randrange(-99, 99), rng.randrange(9999), rng.randrange(-9, 9)), str(self.integer()), "NaN", "-Infinity", "sNaN", "-0", "1e-30"])
        return rng.choice(["%s %s %s" % (d(), rng.choice(["+", "-", "*", "/", "//", "%", "**" if rng.random() < 0.2 else "-", "<", "=="]), d()), "%s.quantize(%s%s)" % (d(), d(), rng.choice(["", ", rounding=decimal.ROUND_HALF_EVEN", ", decimal.ROUND_UP"])), "format(%s, %s)" % (d(), ascii(self.specification())), "%s.%s()" % (d(), rng.choice(["sqrt", "normalize", "to_eng_string", "as_tuple", "adjusted", "to_integral_value", "ln", "exp", "log10", "logb", "next_plus", "is_normal", "number_class", "canonical", "copy_abs"])), "round(%s, %d)" % (d(), rng.randrange(-3, 5))])

    def texts(self):
        rng = self.rng
        is_bytes = rng.random() < 0.3
        s = self.data if is_bytes else self.string
        start = lambda: rng.choice(["", "", ", %d" % rng.randrange(-6, 7), ", %d, %d" % (rng.randrange(-6, 7), rng.randrange(-6, 10)), ", None, %d" % rng.randrange(5)])
        r = rng.randrange(17)
        o = s(14)
        if r == 0:
            return "%s.%s(%s)" % (o, rng.choice(["split", "rsplit"]), rng.choice(["", "None", s(2), "sep=%s" % s(1), "%s, %d" % (s(1), rng.randrange(-1, 4)), "None, %d" % rng.randrange(-1, 4), "maxsplit=%d" % rng.randrange(3), "sep=None, maxsplit=1"]))
        if r == 1:
            return "%s.%s(%s%s)" % (o, rng.choice(["find", "rfind", "index", "rindex", "count"]), s(2) if rng.random() < 0.8 or not is_bytes else rng.randrange(-1, 257), start())
        if r == 2:
            return "%s.%s(%s%s)" % (o, rng.choice(["startswith", "endswith"]), rng.choice([s(2), "(%s, %s)" % (s(1), s(2)), "()", "[%s]" % s(1)]), start())
        if r == 3:
            return "%s.replace(%s, %s%s)" % (o, s(2), s(2), rng.choice(["", ", %d" % rng.randrange(-1, 4), ", count=%d" % rng.randrange(-1, 4)]))
        if r == 4:
            return "%s.%s(%s)" % (o, rng.choice(["strip", "lstrip", "rstrip"]), rng.choice(["", "None", s(3)]))
        if r == 5:
            return "%s.%s(%d%s)" % (o, rng.choice(["center", "ljust", "rjust"]), rng.randrange(-2, 20), rng.choice(["", ", " + s(1), ", " + ("b'*'" if is_bytes else "'*'")]))
        if r == 6:
            return "%s.%s()" % (o, rng.choice(["upper", "lower", "title", "capitalize", "swapcase", "isalnum", "isalpha", "isascii", "isdigit", "islower", "isspace", "istitle", "isupper"] + ([] if is_bytes else ["casefold", "isdecimal", "isnumeric", "isidentifier", "isprintable", "__repr__"])))
        if r == 7:
            return "%s.%s(%s)" % (o, rng.choice(["partition", "rpartition", "removeprefix", "removesuffix"]), s(2))
        if r == 8:
            return "%s.%s" % (o, rng.choice(["expandtabs()", "expandtabs(%d)" % rng.randrange(-1, 9), "expandtabs(tabsize=%d)" % rng.randrange(9), "zfill(%d)" % rng.randrange(20), "splitlines()", "splitlines(True)", "splitlines(keepends=%s)" % rng.choice(["True", "1", "[]"])]))
        if r == 9:
            return "%s.join(%s)" % (s(2), rng.choice(["[%s, %s]" % (s(3), s(3)), "(%s,)" % s(4), "[]", "[%s, 1]" % s(2), o, "{%s: 1}" % s(2)]))
        if r == 10:
            return "%s.encode(%s)" % (self.string(), rng.choice(["%r, %r" % (rng.choice(ENCODINGS), rng.choice(HANDLERS)), "encoding=%r" % rng.choice(ENCODINGS), "errors=%r" % rng.choice(HANDLERS), ""]))
        if r == 11:
            return "%s.decode(%s)" % (self.data(12), rng.choice(["%r, %r" % (rng.choice(ENCODINGS), rng.choice(HANDLERS)), "encoding=%r" % rng.choice(ENCODINGS), "errors=%r" % rng.choice(HANDLERS), ""]))
        if r == 12:
            return rng.choice(["%s.hex(%s)" % (self.data(), rng.choice(["", "':'", "'-', %d" % rng.randrange(-4, 5), "sep=b'.', bytes_per_sep=2", "'\xe9'"])), "bytes.fromhex(%s)" % ascii("".join(rng.choice("0123456789abcdefAF  \n" + ("g" if rng.random() < 0.1 else "")) for _ in range(rng.randrange(12))))])
        if r == 13:
            return rng.choice(["%s.translate(str.maketrans(%s, %s))" % (self.string(), self.string(2), self.string(2)), "%s.translate({%d: %s, 97: None, 98: 300})" % (self.string(), rng.randrange(200), self.string(2)), "%s.translate(None, %s)" % (self.data(), self.data(2)), "%s.translate(bytes(range(255, -1, -1)), delete=%s)" % (self.data(), self.data(2))])
        if r == 14:
            c = ascii(rng.choice(LETTERS))
            return "unicodedata.%s" % rng.choice(["name(%s, None)" % c, "category(%s)" % c, "normalize(%r, %s)" % (rng.choice(["NFC", "NFD", "NFKC", "NFKD", "X"]), self.string()), "decomposition(%s)" % c, "numeric(%s, None)" % c, "digit(%s, 0)" % c, "bidirectional(%s)" % c, "east_asian_width(%s)" % c, "combining(%s)" % c, "is_normalized('NFC', %s)" % self.string()])
        if r == 15:
            return "(%s %s %s, %s)" % (o, rng.choice(["<", "<=", "==", "in", "+"]), s(3), rng.choice(["ascii(%s)" % o, "len(%s)" % o, "repr(%s)" % o, "list(%s)" % o, "max(%s, default=0)" % o, "%s * %d" % (o, rng.randrange(4))]))
        return "%s[%s]" % (o, self.slice(8))

    def containers(self):
        rng = self.rng
        item = lambda: rng.choice(["1", "2", "3", "0", "'a'", "'b'", "None", "(1, 2)", "2.0", "True", "b'a'", "-1"])
        items = lambda n=6: ", ".join(item() for _ in range(rng.randrange(n)))
        a_set = lambda: rng.choice(["{%s}", "frozenset([%s])", "set([%s])"]) % (items() or "1")
        a_dict = lambda: "{%s}" % ", ".join("%s: %s" % (item(), item()) for _ in range(rng.randrange(5)))
        r = rng.randrange(13)
        if r < 2:
            return "(lambda o: [o, o.__setitem__(slice(*%s), [%s]), o])([%s])" % (rng.choice(["(%s)", "(%s)"]) % ", ".join(rng.choice(["None", str(rng.randrange(-7, 8))]) for _ in range(3)), items(4), items(8))
        if r == 2:
            return "(lambda o: exec('del o[%s]', {'o': o}) or o)(%s)" % (self.slice(6), rng.choice(["[%s]" % items(9), "bytearray(b'abcdefg')", "array.array('h', range(7))"]))
        if r == 3:
            return "%s[%s]" % (rng.choice(["[%s]" % items(9), "(5, %s)" % items(9), "range(%d, %d, %d)" % (rng.randrange(-9, 9), rng.randrange(-20, 20), rng.choice((1, 2, 3, -1, -3))), "range(10)", "array.array('b', [1, 2, 3])", "memoryview(b'abcdefgh')"]), self.slice(8))
        if r == 4:
            return "%s %s %s" % (a_set(), rng.choice(["|", "&", "-", "^", "<=", "<", "==", ">=", "!="]), rng.choice([a_set(), a_set(), a_dict() + ".keys()", "[%s]" % items()]))
        if r == 5:
            return "%s.%s(%s)" % (a_set(), rng.choice(["union", "intersection", "difference", "symmetric_difference", "issubset", "issuperset", "isdisjoint", "update", "difference_update"]), rng.choice([a_set(), "[%s]" % items(), a_dict(), "%s, %s" % (a_set(), a_set()), ""]))
        if r == 6:
            return "(lambda d: (%s, d))(%s)" % (rng.choice(["d.get(%s)" % item(), "d.pop(%s, 0)" % item(), "d.pop(%s)" % item(), "d.setdefault(%s, %s)" % (item(), item()), "d.popitem()", "d.update(%s)" % a_dict(), "d.update(%s, k=1)" % a_dict(), "d | %s" % a_dict(), "d.__ior__(%s)" % a_dict(), "d.keys() & {%s}" % item(), "d.items() - {(%s, %s)}" % (item(), item()), "d.keys() | %s" % a_set(), "list(reversed(d))", "dict.fromkeys(d, %s)" % item(), "d.keys().isdisjoint(%s)" % a_set(), "d == %s" % a_dict(), "d.items() <= %s.items()" % a_dict(), "{**d, **%s}" % a_dict(), "[*d.values()]", "d.keys().mapping"]), a_dict())
        if r == 7:
            return "%s(%s%s)" % (rng.choice(["sorted", "min", "max", "sum", "list", "tuple", "any", "all"]), "[%s]" % ", ".join(rng.choice([str(self.integer()), self.floating()]) for _ in range(rng.randrange(6))), rng.choice(["", "", ", key=lambda v: -v", ", key=str, reverse=True", ", default=%s" % item(), ", start=%s" % self.number(), ", reverse=1", ", key=None"]))
        if r == 8:
            a = "range(%s, %s, %s)" % (self.integer(), self.integer(), self.integer())
            return "(lambda r: (r.start, r.stop, r.step, bool(r), r == range(0), r[%d:%d], %s in r))(%s)" % (rng.randrange(-3, 3), rng.randrange(-3, 9), self.integer(), a)
        if r == 9:
            return "(lambda r: (len(r), r.index(%s), r.count(%s), hash(r) == hash(r[:]), r[-1]))(range(%d, %d, %d))" % (self.integer(), item(), rng.randrange(-9, 9), rng.randrange(-50, 50), rng.choice((1, 2, -1, 7, -3)))
        if r == 10:
            return "list(itertools.%s)" % rng.choice(["islice(range(20), %d, %d, %d)" % (rng.randrange(-1, 5), rng.randrange(25), rng.randrange(5)), "batched([%s], %d%s)" % (items(9), rng.randrange(5), rng.choice(["", ", strict=True"])), "accumulate([1, 2, 3]%s)" % rng.choice(["", ", initial=%s" % self.number(), ", operator.mul", ", func=max"]), "zip_longest([%s], 'ab', fillvalue=%s)" % (items(), item()), "pairwise([%s])" % items(), "groupby([%s])" % items(), "combinations([%s], %d)" % (items(4), rng.randrange(-1, 4)), "permutations('abc', %d)" % rng.randrange(5), "product('ab', [%s], repeat=%d)" % (items(3), rng.randrange(3)), "compress('abcd', [%s])" % items(), "takewhile(bool, [%s])" % items(), "starmap(pow, [(2, %d), (3, 2)])" % rng.randrange(-2, 5), "chain.from_iterable([[%s], 'x'])" % items(3)])
        if r == 11:
            return ("list(zip(%s%s))" % (", ".join(rng.choice(["[%s]" % items(), "'ab'", "range(3)"]) for _ in range(rng.randrange(4))), rng.choice(["", ", strict=True"]))).replace("zip(, strict", "zip(strict")
        return "[%s].%s" % (items(8), rng.choice(["index(%s%s)" % (item(), rng.choice(["", ", %d" % rng.randrange(-3, 6), ", 1, %d" % rng.randrange(-3, 6)])), "count(%s)" % item(), "sort()", "sort(key=str)", "pop(%d)" % rng.randrange(-5, 6), "insert(%d, 9)" % rng.randrange(-9, 9), "remove(%s)" % item(), "__mul__(%d)" % rng.randrange(-1, 4), "__eq__([%s])" % items(), "__lt__([%s])" % items(), "extend(%s)" % item()]))

    def pattern(self, depth=2):
        rng = self.rng
        atom = lambda: rng.choice(["a", "b", "c", ".", "\\d", "\\w", "\\s", "\\b", "[abc]", "[^a]", "[a-c1]", "^", "$", "\\.", " ", "1", "\\W", "\\Z", "\\A", "[\\w-]", "\xe9", "(?i:a)", "\\1"] + (["(%s)" % self.pattern(depth - 1), "(?:%s)" % self.pattern(depth - 1), "(?P<n>%s)" % self.pattern(depth - 1), "(?=%s)" % self.pattern(depth - 1), "(?!%s)" % self.pattern(depth - 1), "(?<=a)", "(?<!b)", "(?>%s)" % self.pattern(depth - 1)] if depth else []))
        out = "".join(atom() + rng.choice(["", "", "", "*", "+", "?", "*?", "+?", "{2}", "{1,2}", "{,2}", "??", "*+", "{2"]) for _ in range(rng.randrange(1, 4)))
        return out + ("|" + self.pattern(depth - 1) if depth and rng.random() < 0.2 else "")

    def patterns(self):
        rng = self.rng
        p, s = ascii(self.pattern()), ascii("".join(rng.choice("aabbc1 .\xe9A\n") for _ in range(rng.randrange(10))))
        flags = rng.choice(["", "", ", re.I", ", re.M", ", re.S", ", flags=re.X", ", re.A"])
        r = rng.randrange(6)
        if r < 2:
            return "(lambda m: m and (m.span(), m.group(), m.groups(), m.groupdict(), m.lastindex, m.regs))(re.%s(%s, %s%s))" % (rng.choice(["match", "search", "fullmatch"]), p, s, flags)
        if r == 2:
            return "re.findall(%s, %s%s)" % (p, s, flags)
        if r == 3:
            return "re.sub(%s, %s, %s%s)" % (p, ascii(rng.choice(["-", "<\\g<0>>", "\\1", "\\g<n>", "\\x", "\\n", ""])), s, rng.choice(["", ", count=%d" % rng.randrange(3)]))
        if r == 4:
            return "re.split(%s, %s%s)" % (p, s, rng.choice(["", ", maxsplit=1"]))
        return "[m.span() for m in re.compile(%s%s).finditer(%s, %d)]" % (p, flags, s, rng.randrange(3))

    def library(self):
        rng = self.rng
        code = lambda: rng.choice(["<", ">", "=", "!", "@", ""]) + "".join(rng.choice(["", "", str(rng.randrange(4))]) + rng.choice("xcbB?hHiIlLqQnNefdspP") for _ in range(rng.randrange(1, 4)))
        value = lambda: rng.choice([str(self.integer()), self.floating(), self.data(), "True", "None"])
        r = rng.randrange(9)
        if r == 0:
            return "struct.pack(%r, %s)" % (code(), ", ".join(value() for _ in range(rng.randrange(4))))
        if r == 1:
            return rng.choice(["struct.unpack(%r, %s)" % (code(), self.data(12)), "struct.calcsize(%r)" % code(), "struct.unpack_from(%r, bytes(range(40)), %d)" % (code(), rng.randrange(-5, 41)), "list(struct.iter_unpack(%r, bytes(24)))" % code()])
        thing = lambda: rng.choice([self.number(), self.string(), "None", "[%s, %s]" % (self.floating(), self.string(3)), "{%s: %s, 'b': [1]}" % (rng.choice(["'a'", "1", "None", "1.5", "(1,)"]), self.string(3)), "(1, 2)", "{1}"])
        if r == 2:
            return "json.dumps(%s%s)" % (thing(), rng.choice(["", ", indent=%s" % rng.choice(["0", "2", "'-'", "None"]), ", sort_keys=True", ", ensure_ascii=False", ", separators=(',', ':')", ", allow_nan=False", ", skipkeys=True", ", default=str"]))
        if r == 3:
            text = rng.choice(['[1, 2.5e%d, "a\\u00e9"]' % rng.randrange(-5, 400), '{"a": {"b": [%s]}}' % self.integer(), '"%s"' % self.text(4), "[1,]", "{'a': 1}", "nul", "NaN", "-", "1.", "[%s" % self.floating(), ' {"a": 1, "a": 2} ', '"\\ud800\\udc00"', '"\\x"', "01", "1e5", "[]x"])
            return "json.loads(%s%s)" % (ascii(text), rng.choice(["", ", parse_float=decimal.Decimal", ", object_pairs_hook=list", ", parse_int=float", ", strict=False"]))
        day = "datetime.%s" % rng.choice(["date(%d, %d, %d)" % (rng.randrange(1, 3000), rng.randrange(1, 13), rng.randrange(1, 30)), "datetime(%d, %d, %d, %d, %d, %d, %d)" % (rng.randrange(1, 9999), rng.randrange(1, 13), rng.randrange(1, 29), rng.randrange(24), rng.randrange(60), rng.randrange(60), rng.randrange(1000000)), "time(%d, %d, tzinfo=datetime.timezone(datetime.timedelta(minutes=%d)))" % (rng.randrange(24), rng.randrange(60), rng.randrange(-1500, 1500))])
        delta = "datetime.timedelta(days=%d, seconds=%s, microseconds=%d)" % (rng.randrange(-400, 400), rng.choice([rng.randrange(-99999, 99999), round(rng.uniform(-9, 9), 3)]), rng.randrange(10 ** 6))
        if r == 4:
            return "%s.%s" % (day, rng.choice(["isoformat()", "strftime(%s)" % ascii("".join(rng.choice(["%Y", "%m", "%d", "%H", "%j", "%U", "%f", "%A", "%b", "%%", "%z", "%G-%V-%u", "%y", " "]) for _ in range(3))), "replace(%s=%d)" % (rng.choice(["year", "month", "day", "hour", "fold"]), rng.randrange(40)), "timetuple()[:9]", "isocalendar()", "weekday()", "__add__(%s)" % delta, "__str__()", "__repr__()", "__format__('%d/%m')", "ctime()", "toordinal()", "utcoffset()"]))
        if r == 5:
            return rng.choice(["%s %s %s" % (delta, rng.choice(["+", "-", "/", "//", "%", "<", "=="]), delta), "%s %s %s" % (delta, rng.choice(["*", "/", "//"]), self.number()), "str(%s)" % delta, "%s.total_seconds()" % delta, "%s - %s" % (day, day), "abs(%s)" % delta, "divmod(%s, %s)" % (delta, delta)])
        if r == 6:
            text = rng.choice(["%04d-%02d-%02d" % (rng.randrange(3000), rng.randrange(14), rng.randrange(33)), "2020-W%02d-%d" % (rng.randrange(55), rng.randrange(9)), "20200131T1020", "2020-01-31 10:20:30.123+05:30", "2020-01-31T24:00", "10:20:30,5Z", "2020-1-1", "T10", "2020-01-31T10:20:30-23:59:59.999999"])
            return "datetime.%s.fromisoformat(%r)" % (rng.choice(["date", "datetime", "time"]), text)
        if r == 7:
            return "ast.literal_eval(%s)" % ascii(rng.choice([self.number(), self.string(), "[%s, -1]" % self.number(), "1 + 2j", "{'a': (1,)}", "{1}", "f'a'", "-'a'", "a", "1 +", "b'a' 'b'", "...", "set()", "1 - 2"]))
        return "array.array(%r, %s)%s" % (rng.choice("bBhHiIlLqQfduwz"), rng.choice(["[%s]" % ", ".join(str(self.integer()) for _ in range(rng.randrange(3))), "[%s]" % self.floating(), self.data(8), self.string(3), "[1, 2]"]), rng.choice(["", ".tobytes()", ".tolist()", "[%s]" % self.slice(3), ".buffer_info()[1]", ".itemsize"]))

    def one(self):
        return self.rng.choice([self.formats, self.formats, self.numbers, self.numbers, self.texts, self.texts, self.containers, self.patterns, self.library])()


def program(rng):
    made = Calls(rng)
    return HEAD + "".join("attempt(lambda: %s)\n" % made.one() for _ in range(6)), "calls"
