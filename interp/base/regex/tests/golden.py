"""Write tests/golden.txt: code lists of CPython's pattern compiler and what CPython's matcher answers.

    python3.14 tests/golden.py > tests/golden.txt            # the committed file
    python3.14 tests/golden.py fuzz SEED COUNT > /tmp/x.txt   # more random patterns
Lines: `P groups b|s pattern`, `C words`, then per subject `S hex.hex…`, `R mode pos end spans lastindex`.
"""
import random
import re
import sys
import warnings
from re import _compiler, _parser
warnings.simplefilter("ignore")
I, M, S, X, A, L = re.I, re.M, re.S, re.X, re.A, re.L

SIMPLE = ["", "a", "ab", "abc", "abcabc", "aaaa", "bbb", "xyz", "a\nb\n", "foo bar  baz", "Hello, World 123", "aab aaab ab", "\n", "x=1, y = 22"]
CASES = [
    (r"abc", 0), (r"a", 0), (r"", 0), (r".", 0), (r".", S), (r"a*", 0), (r"a+", 0), (r"a?b", 0), (r"a*?b", 0), (r"a{2,3}", 0),
    (r"a{2}", 0), (r"a{2,}?", 0), (r"(a)(b)?", 0), (r"(a|ab)(c|bcd)?", 0), (r"(?:a|b)*", 0), (r"(a|b)*", 0), (r"(a|b)*?c", 0),
    (r"(a*)*", 0), (r"(a*)+", 0), (r"(a+)+$", 0), (r"(?:a?)*?$", 0), (r"(a?)*?b", 0), (r"((a)|(b))*", 0), (r"(?:(a)|b)*", 0),
    (r"^abc$", 0), (r"^a", M), (r"b$", M), (r"b$", 0), (r"\Aa", 0), (r"b\Z", 0), (r"b\n\Z", 0), (r"\bfoo\b", 0), (r"\Bo", 0),
    (r"\b", 0), (r"\B", 0), (r"\b", A), (r"\B", A), (r"\d+", 0), (r"\D+", 0), (r"\w+", 0), (r"\W+", 0), (r"\s+", 0), (r"\S+", 0),
    (r"\d+", A), (r"\w+", A), (r"\s+", A), (r"\W+", A), (r"\S+", A), (r"\D+", A), (r"[abc]+", 0), (r"[^abc]+", 0), (r"[a-f0-9]+", I),
    (r"[^\s\S]", 0), (r"[\s\S]+", 0), (r"[^\s\S]+|b", 0), (r"[\w.]+@[\w.]+", 0), (r"(?P<k>\w+)\s*=\s*(?P<v>\d+)", 0),
    (r"(a)(?=b)", 0), (r"(a)(?!b)", 0), (r"(?<=a)b", 0), (r"(?<!a)b", 0), (r"(?<=(a))b", 0), (r"(?=(a+))a*b\1", 0), (r"(?!)", 0), (r"(?:)", 0),
    (r"(?=(a|ab))\1c", 0), (r"(?!(a)b)\w", 0), (r"(?:(?=(a))a|b)*", 0), (r"(a+)\1", 0), (r"(a)?\1", 0), (r"(a)|\1b", 0),
    (r"(a)?(?(1)b|c)", 0), (r"(a)?(?(1)b)", 0), (r"(a)?(?(1)\x0f+)", 0), (r"(a)?(?(1)b|)", 0), (r"(?:(a)|x)(?(1)b|y)*", 0),
    (r"(?>a+)b", 0), (r"(?>a+)a", 0), (r"(?>(a)|ab)(c|b)?", 0), (r"a++b", 0), (r"a++a", 0), (r"a*+b?+", 0), (r"(?:ab)++c", 0), (r"(?:a|ab)*+c", 0),
    (r"(a|ab)++", 0), (r"(?:a?)++b", 0), (r"((a)|b){2}+", 0), (r"(?:a{1,2}){2,3}+", 0), (r"(?>(?:a|b)*?)c", 0), (r"a?+a", 0), (r"a{1,2}+a", 0),
    (r"(ab?)*?c", 0), (r"(?:(a)|(b)|(c))+", 0), (r"(a(b(c)?)?)?", 0), (r"(?:(\w)(\w))+", 0), (r"(\w+)\s+\1", 0), (r"(?i:A)b", 0), (r"(?s:.)b", 0),
    (r"ABC", I), (r"a+B", I), (r"[A-C]+", I), (r"[^A-C]+", I), (r"(A)\1", I), (r"ABC", I | A), (r"[A-C]+", I | A), (r"(a)\1", I | A), (r"[^A]", I),
    (r"x*", 0), (r"foo|bar|baz", 0), (r"ba[rz]", 0), (r"(?:ba)[rz]", 0), (r"(ba)z", 0), (r"hello|world", I), (r"(\d+)(?:, )?", 0), (r".*b", 0),
    (r".*?b", 0), (r".*", 0), (r".+$", M), (r"^.*$", M), (r"(.*)(\d+)", 0), (r"(.*?)(\d+)", 0), (r"[^,]*,", 0), (r"(?:[^,]*,)*", 0), (r"a(?#c)b", 0),
    (r"(?x) a  b # c", 0), (r"\x61[\x62]", 0), (r"(?:a|b|c|d)*abc", 0), (r"(?:aa|a)*$", 0), (r"(?:a|b)+?c", 0), (r"a{0}b", 0), (r"(a){0}b", 0), (r"(?:ab){0,1}?c", 0),
    (r"(?:(a)(b)?)*", 0), (r"(?:(a)|(b)(?!b))*", 0), (r"((?:a|b)c?)+", 0), (r"(a|b|)+c", 0), (r"(|a)+", 0), (r"(a|)+?b", 0), (r"(?:|a)*b", 0), (r"\Z", 0),
    (r"$", 0), (r"$", M), (r"^", M), (r"^", 0), (r"(?m:^)b", 0), (r"(?=a)", 0), (r"(?<=b)", 0), (r"(?<!\w)\w", 0), (r"(?<=\n)b", 0), (r"[]a]", 0), (r"[a\-z]+", 0),
]
WIDE = ["", "ÀéÎ", "straße STRASSE ſ", "ΑΣΑΣ ας", "Kelvin K Å å", "日本語 テスト１２３", "𝔘𝔫𝔦 𐐀𐐨", "\u2003\xa0\x85x", "i İ ı I", "ǅ ǆ Ǆ", "\ud800a\udfff", "ﬅ ﬆ", "µ μ", "a\u0301b"]
WIDE_CASES = [
    (r"\w+", 0), (r"\W+", 0), (r"\w+", A), (r"\s+", 0), (r"\d+", 0), (r"[à-ü]+", I), (r"[À-Ý]+", 0), (r"straße", I), (r"s+", I), (r"ς", I), (r"[σ]+", I), (r"k", I), (r"å", I),
    (r"k", I | A), (r"[^k]+", I), (r"日本", 0), (r"[日本語]+", 0), (r"[一-龥]+", 0), (r"[^一-龥]+", 0), (r"𐐀", I), (r"[𐐀-𐐧]+", I), (r"[^𐐀-𐐧]+", I), (r"[𝔘𝔫x]+", 0), (r"i", I), (r"ı", I), (r"ǆ", I), (r"[ǅ]", I),
    (r".", 0), (r"\b\w", 0), (r"\B", 0), (r"\b", A), (r"[\ud800-\udfff]", 0), (r"ﬅ", I), (r"[ﬅ]", I), (r"µ", I), (r"[µ]+", I), (r"(.)\1", I), (r"(\w)\s\1", I), (r"[а-яa-z日À]+", I), (r"[^а-яa-z日À]+", 0),
    (r"[\w日]", A), (r"[\d\s]+", 0), (r"é", 0), (r"[é日𝔘]", 0), (r"(?:日|本|語)+", 0), (r"テ(?=ス)", 0), (r"[\x00-\U0010ffff]", 0),
]
BYTES = [(rb"abc", 0), (rb"[\x80-\xff]+", 0), (rb"\w+", 0), (rb"\W", 0), (rb"[a-z]+", I), (rb"\xe9", I), (rb"\w+", L), (rb"A+", I | L), (rb"[A-C]+", I | L), (rb"[^A]", I | L), (rb"(a)\1", I | L), (rb"\bb", L), (rb"\Bb", L), (rb"\n", 0)]
BSUBJ = [b"", b"abc ABC aA", b"caf\xe9 \xc9\n", bytes(range(60, 130))]

def spans(m):
    if m is None:
        return "-"
    return " ".join("%d,%d" % m.span(i) for i in range(m.re.groups + 1)) + " L%d" % (m.lastindex or 0)

def dump(pattern, flags, subjects):
    tree = _parser.parse(pattern, flags)
    code = _compiler._code(tree, flags)
    rx = re.compile(pattern, flags)
    print("P", rx.groups, "b" if isinstance(pattern, bytes) else "s", ascii(pattern), int(flags))
    print("C", " ".join(str(int(x)) for x in code))
    for s in subjects:
        print("S", ".".join("%x" % (c if isinstance(c, int) else ord(c)) for c in s))
        n = len(s)
        print("R search 0 %d" % n, spans(rx.search(s)))
        print("R match 0 %d" % n, spans(rx.match(s)))
        print("R full 0 %d" % n, spans(rx.fullmatch(s)))
        if n > 2:
            print("R search 1 %d" % (n - 1), spans(rx.search(s, 1, n - 1)))
            print("R match 1 %d" % n, spans(rx.match(s, 1)))
        print("R all 0 %d" % n, ";".join("%d,%d" % m.span() for m in rx.finditer(s)))

def rand(rng, depth, groups):
    def atom():
        k = rng.random()
        if depth <= 0 or k < 0.42:
            return rng.choice(["a", "b", "c", "a", "b", ".", "[ab]", "[^a]", r"\w", "[bc]"])
        if k < 0.62:
            groups[0] += 1
            g = groups[0]
            inner = rand(rng, depth - 1, groups)
            groups[1].append(g)
            return "(" + inner + ")"
        if k < 0.72:
            return "(?:" + rand(rng, depth - 1, groups) + ")"
        if k < 0.77:
            return "(?>" + rand(rng, depth - 1, groups) + ")"
        if k < 0.82:
            return "(?" + rng.choice("=!") + rand(rng, depth - 1, groups) + ")"
        if k < 0.86:
            return "(?<" + rng.choice("=!") + rng.choice(["a", "b", "ab", "[ab]c", "(?:a|b)"]) + ")"
        if k < 0.92 and groups[1]:
            return "\\%d" % rng.choice(groups[1])
        if k < 0.95 and groups[1]:
            g = rng.choice(groups[1])
            return "(?(%d)%s|%s)" % (g, rng.choice(["a", "b", "ab", ""]), rng.choice(["a", "c", "bc"]))
        return rng.choice([r"\b", "$", "^", r"\B", r"\Z", "(?!)"])
    alts = []
    for _ in range(rng.choice([1, 1, 1, 2, 2, 3])):
        seq = ""
        for _ in range(rng.choice([0, 1, 1, 2, 2, 3])):
            seq += atom()
            if rng.random() < 0.45:
                seq += rng.choice(["*", "+", "?", "*?", "+?", "??", "*+", "++", "?+", "{2}", "{1,2}", "{0,2}?", "{2,}", "{1,3}+"])
        alts.append(seq)
    return "|".join(alts)

def fuzz(seed, count):
    rng = random.Random(seed)
    done = 0
    while done < count:
        p = rand(rng, 3, [0, []])
        flags = rng.choice([0, 0, 0, I, M, S])
        try:
            re.compile(p, flags)
        except (re.PatternError, RecursionError):
            continue
        if len(p) > 60:
            continue
        subjects = ["".join(rng.choice("aabbc\n" if rng.random() < .1 else "aabbc") for _ in range(rng.randrange(1, 9))) for _ in range(4)]
        dump(p, flags, subjects)
        done += 1

if len(sys.argv) > 1:
    fuzz(int(sys.argv[2]), int(sys.argv[3]))
else:
    for p, f in CASES:
        dump(p, f, SIMPLE)
    for p, f in WIDE_CASES:
        dump(p, f, WIDE)
    for p, f in BYTES:
        dump(p, f, BSUBJ)
    fuzz(1, 150)
