"""Write tests/golden.txt: checksums over all code points and sample answers of CPython's str and unicodedata.

    python3.14 tests/golden.py > tests/golden.txt
"""
import struct
import unicodedata as u
import zlib

N = 0x110000
def crc(name, f):
    h = 0
    for base in range(0, N, 4096):
        h = zlib.crc32(b"".join(f(chr(c), c) for c in range(base, base + 4096)), h)
    print("crc", name, h)
def codes(s):
    return b"".join(struct.pack("<I", ord(c)) for c in s) + b"\xff"
def bits(*fs):
    return lambda c, cp: bytes([sum(bool(f(c)) << i for i, f in enumerate(fs))])
old = u.ucd_3_2_0
crc("flags1", bits(str.isalpha, str.isalnum, str.isdecimal, str.isdigit, str.isnumeric, str.islower, str.isupper, lambda c: u.category(c) == "Lt"))
crc("flags2", bits(str.isspace, str.isprintable, str.isidentifier, lambda c: ("a" + c).isidentifier(), lambda c: len(("a" + c + "a").splitlines()) == 2))
crc("values", lambda c, cp: bytes([u.decimal(c, 255), u.digit(c, 255)]) + struct.pack("<d", u.numeric(c, -2.0)))
crc("case", lambda c, cp: codes(c.lower()) + codes(c.upper()) + codes(c.title()) + codes(c.casefold()) + codes(c.swapcase()) + codes(c.capitalize()))
crc("ucd", lambda c, cp: (u.category(c) + u.bidirectional(c) + u.east_asian_width(c)).encode() + bytes([u.combining(c), u.mirrored(c)]))
crc("old", lambda c, cp: (old.category(c) + old.bidirectional(c) + old.east_asian_width(c)).encode() + bytes([old.mirrored(c)]) + struct.pack("<d", old.numeric(c, -2.0)))
crc("decomposition", lambda c, cp: u.decomposition(c).encode() + b"|")
crc("olddecomposition", lambda c, cp: old.decomposition(c).encode() + b"|")
for form in ("NFC", "NFKC", "NFD", "NFKD"):
    crc(form, lambda c, cp: codes(u.normalize(form, c)))
    crc("is" + form, lambda c, cp: bytes([u.is_normalized(form, c)]))
    crc("old" + form, lambda c, cp: codes(old.normalize(form, c)))
    # Strings of marks and bases picked by a linear congruence.
    pool = [0x41, 0x61, 0x300, 0x301, 0x323, 0x327, 0x345, 0x1100, 0x1161, 0x11a8, 0xac00, 0xac01, 0x1e9b, 0x3a9, 0xfb01, 0x0f71, 0x0f72, 0x0f74,
            0x3099, 0x304b, 0x9be, 0x9c7, 0x1d15e, 0x2f868, 0x212b, 0x114b9, 0x114ba, 0x10fffd, 0xd800, 0x5d0, 0x5b0, 0x315]
    state, h = 1, 0
    for _ in range(4000):
        s = ""
        for _ in range(6):
            state = (state * 1103515245 + 12345) % 2**31
            s += chr(pool[state >> 16 & 31])
        h = zlib.crc32(codes(u.normalize(form, s)) + bytes([u.is_normalized(form, s)]), h)
    print("crc mix" + form, h)

TEXTS = ["", "abc", "  a b\tc\n", "one two  three ", "\u2003x\xa0y\x1cz\x85", "a\nb\r\nc\rd\x0be\x0cf\x1cg\x1dh\x1ei\x85j\u2028k\u2029", "\r\n", "\n\r", "x\n\n", "it's", 'say "hi"', "it's \"both\"", "\\ \t\r\n\x00\x7f\x80\xa0\xad\xff",
         "é日\u2028\U0001f600\U000e0001\ud800\udfff", "Hello World", "ΑΣ ΑΣΑ Σ. aΣ'b AΣ:", "ǆ ǅ Ǆ ŉ ﬃ ß İ ı", "HELLO wORLD they're", "_id9", "9id", "ªb", "a·b", "℘x", "Ⅷ ⅷ", "ᾳ ᾼ", "\u0345a\u0345Σ\u0345"]
def esc(s):
    return ".".join("%x" % ord(c) for c in s) or "-"
for s in TEXTS:
    print("text", esc(s))
    print("lower", esc(s.lower())); print("upper", esc(s.upper())); print("title", esc(s.title())); print("capitalize", esc(s.capitalize()))
    print("swap", esc(s.swapcase())); print("fold", esc(s.casefold())); print("repr", esc(repr(s))); print("ascii", esc(ascii(s)))
    print("is", *(int(x) for x in (s.islower(), s.isupper(), s.istitle(), s.isidentifier())))
    for m in (-1, 0, 1, 2):
        print("split", m, "|".join(esc(x) for x in s.split(None, m)))
        print("rsplit", m, "|".join(esc(x) for x in s.rsplit(None, m)))
    print("lines", "|".join(esc(x) for x in s.splitlines()))
    print("keep", "|".join(esc(x) for x in s.splitlines(True)))
    print("strip", esc(s.strip()), esc(s.lstrip()), esc(s.rstrip()), esc(s.strip("a \nx")))
    if all(ord(c) < 256 for c in s):
        b = s.encode("latin-1")
        print("brepr", esc(repr(b)))
        print("blines", "|".join(esc(x.decode("latin-1")) for x in b.splitlines()))
        print("bsplit", "|".join(esc(x.decode("latin-1")) for x in b.split()))
