"""Write tests/golden.txt: what CPython's codecs and binascii answer for chosen and random input.

    python3.14 tests/golden.py > tests/golden.txt
Text is written as dotted hexadecimal code points, bytes as hexadecimal, empty as `-`.
"""
import binascii
import codecs
import io
import random
import tokenize
import warnings
warnings.simplefilter("ignore")
rng = random.Random(5)
def T(s): return ".".join("%x" % ord(c) for c in s) or "-"
def B(b): return b.hex() or "-"

DEC = ["utf_8", "utf_16_le", "utf_16_be", "utf_32_le", "utf_32_be", "ascii", "latin_1", "unicode_escape", "raw_unicode_escape", "utf_7", "cp1252", "cp437"]
spans = []
def note(e):
    spans.append((e.start, e.end, e.reason.replace(" ", "_")))
    return ("\ufffd" if isinstance(e, UnicodeDecodeError) else "?", e.end)
codecs.register_error("note", note)
def decode(name, data, final):
    spans.clear()
    if name.startswith("cp"):
        if not final:
            return
        s = data.decode(name, "note"); n = len(data)
    elif name in ("ascii", "latin_1"):
        s, n = getattr(codecs, name + "_decode")(data, "note")
        if not final: return
    else:
        s, n = getattr(codecs, name + "_decode")(data, "note", final)
    print("dec", name, int(final), B(data), n, T(s), ";".join("%d,%d,%s" % x for x in spans) or "-")
def encode(name, s):
    spans.clear()
    try:
        b = s.encode(name, "note")
    except UnicodeEncodeError:
        return
    print("enc", name, T(s), B(b), ";".join("%d,%d,%s" % x for x in spans) or "-")

U8 = [b"", b"abc", "é日😀".encode(), b"\x80", b"\xc0\x80", b"\xc3", b"\xe6\x97", b"\xf0\x9f\x98", b"\xed\xa0\x80", b"\xed\xb0\x80x", b"\xe0\x80\x80", b"\xf4\x90\x80\x80", b"\xf5", b"\xff\xfe", b"a\xe6\x97b", b"\xf0\x9fa", b"\xe6a\x97", b"\xf0\x80\x80\x80", b"\xed", b"\xed\xa0", b"\xe1\x80\xe2\xf0\x91\x92\xf1\xbf"]
ESC = [b"a\\", b"\\n\\t\\\\\\'\\\"\\a\\b\\f\\v\\r", b"\\x41\\x4", b"\\xg", b"\\u00e9\\u12", b"\\U0001f600\\U00110000", b"\\N{LATIN SMALL LETTER A}", b"\\N{}", b"\\N{zz}", b"\\N", b"\\Nx", b"\\N{abc", b"\\7\\77\\777\\1234", b"\\q\\\n", b"\xe9\\\xe9", b"\\ud800\\udc00", b"\\u", b"\\U0001", b"\\\\u0041", b"\\uzz", b"\\Uffffffff"]
U7 = [b"a+b", b"+", b"+-", b"+AOk-", b"+AOk", b"+AOk.", b"+2D3eAA-", b"+2D0-", b"+2D0", b"+2D3-x", b"+AA-", b"+AAB-", b"\x80", b"+\x80", b"+A\x80b", b"+AOkA", b"~\\", b"+.x", b"+AGE", b"+2D0.a", b"a+AOk-b+AO", b"+//////-"]
samples = {n: [] for n in DEC}
for n in DEC:
    pool = {"utf_8": U8, "unicode_escape": ESC, "raw_unicode_escape": ESC, "utf_7": U7}.get(n, [b"", b"abc", b"\x80\xe9", b"\0\xd8", b"\xd8\0", b"\0\xdc", b"\0\xd8\0\xdc", b"\xd8\0\xdc\0", b"\0\xd8a\0", b"a\0b", b"\0\0\x11\0", b"a\0\0\0b\0", b"\0\0\0a", b"\x81\x8d\x90"])
    for d in pool:
        for f in (True, False):
            decode(n, d, f)
    alphabet = {"utf_8": b"a\x80\xbf\xc3\xe1\xed\xa0\xf0\x9f\xf4\x8f", "utf_7": b"+-AaO2D3e/.~\x80", "unicode_escape": b"\\\\xuUN{}017a\n", "raw_unicode_escape": b"\\\\uU01a"}.get(n, b"\0\xd8\xdc\xdfa\x01\x10\xff")
    for _ in range(60):
        d = bytes(rng.choice(alphabet) for _ in range(rng.randrange(1, 14)))
        decode(n, d, rng.random() < .6)
for n in DEC:
    for s in ["", "abc", "é\xff", "日本", "😀x", "a\ud800\udfffb", "\udc80", "".join(map(chr, range(256))), "€…Ž\x81", "\\\n\t\r'\"~+-", "a+b-c/d日-e日f.g日 h日é", "😀日\U0010ffff"]:
        encode(n, s)
    for _ in range(15):
        encode(n, "".join(rng.choice("aZ+-/ .~\\\n\xe9\u65e5\U0001f600\ud800\udfff\u20ac") for _ in range(rng.randrange(1, 9))))

def call(label, f, *args, **kw):
    try:
        r = f(*args, **kw)
        r = B(r) if isinstance(r, bytes) else str(r)
    except binascii.Error as e:
        r = "!" + str(e)
    print("bin", label, r)
for d in [b"=", b"==", b"abcd=", b"ab=c", b"ab==c", b"ab=", b"ab==", b"ab===", b"a===", b"abc=\n", b"ab\n==", b"ab=c=", b"abc=d", b"a", b"abcde", b"=abcd", b"abcd=ef=", b"ab=cd==", b"abc==", b"abcdab=", b""] + [bytes(rng.choice(b"abC+/=9\n==") for _ in range(rng.randrange(1, 12))) for _ in range(80)]:
    call("a2b64 %s 0" % B(d), binascii.a2b_base64, d)
    call("a2b64 %s 1" % B(d), binascii.a2b_base64, d, strict_mode=True)
for n in range(12):
    d = rng.randbytes(n)
    call("b2a64 %s" % B(d), binascii.b2a_base64, d)
    call("crc32 %s 0" % B(d), binascii.crc32, d); call("crc32 %s 123456" % B(d), binascii.crc32, d, 123456); call("crchqx %s 4660" % B(d), binascii.crc_hqx, d, 0x1234)
    for g in (-3, -1, 0, 1, 2, 3): call("hex %s %d" % (B(d), g), binascii.hexlify, d, b":", g)
for d in [b"", b"00ff", b"aF", b"abc", b"zz", b"0 "]: call("unhex %s" % B(d), binascii.unhexlify, d)
for d in [b"", b" ", b"#86)C", b"#86)C\n", b"$86)C", b"\"86)C  ", b"#86)C x", b"#86)\x80", b"#8", b"`\n", b"M", b"!", b"~abc", b"#86)CAAAA", b"#86)C\r\n"]: call("a2buu %s" % B(d), binascii.a2b_uu, d)
for n in (0, 1, 2, 3, 4, 44, 45, 46):
    d = bytes(n // 2) + rng.randbytes(n - n // 2)
    call("b2auu %s 0" % B(d), binascii.b2a_uu, d); call("b2auu %s 1" % B(d), binascii.b2a_uu, d, backtick=True)
for d in [b"", b"=", b"=41=4", b"a=\nb", b"a=\r\nb", b"==41", b"a_b", b"=zz", b"x=\r", b"=4"]:
    call("a2bqp %s 0" % B(d), binascii.a2b_qp, d); call("a2bqp %s 1" % B(d), binascii.a2b_qp, d, header=True)
for i in range(60):
    d = bytes(rng.choice(b"abcdefgh .=_\t \r\n\xe9\0.") for _ in range(rng.choice([1, 3, 9, 150]))) if i else b"a" * 75 + b"." * 80
    f = rng.randrange(8)
    call("b2aqp %s %d" % (B(d), f), binascii.b2a_qp, d, quotetabs=bool(f & 1), istext=bool(f & 2), header=bool(f & 4))
for src in [b"", b"x = 1\n", b"# coding: latin-1\n", b"#!/bin/x\n# -*- coding: UTF_8 -*-\n", b"x\n# coding: latin-1\n", b"\xef\xbb\xbf# coding: utf-8\n", b"\n\n# coding: ascii\n", b"  \t# vim: set fileencoding=iso-8859-15 :\n", b"# coding:   cp1252", b"# coding latin-1\ncoding: x", b"\r\n#coding=ascii\r\n"]:
    try:
        name = tokenize.detect_encoding(io.BytesIO(src).readline)[0]
    except SyntaxError:
        continue
    print("cookie", B(src), name)
for n in ("cp1252", "cp437"):
    print("table", n, T("".join(bytes([i]).decode(n, "replace") for i in range(256))))
HANDLERS = ["strict", "ignore", "replace", "backslashreplace", "xmlcharrefreplace", "namereplace", "surrogateescape", "surrogatepass"]
for n in ["utf_8", "utf_16_le", "utf_16_be", "utf_32_le", "utf_32_be", "ascii", "cp1252"]:
    for h in HANDLERS:
        for d in U8 + [b"\0\xd8", b"\xd8\0", b"\0\xdca\0", b"\0\0\xd8\0", b"\0\xd8\0\0", b"\xff\x81a\x80", b"\0\0\x11\0"]:
            try:
                r = T(d.decode(n, h))
            except (UnicodeError, TypeError):
                r = "!"
            print("hdec", n, h, B(d), r)
        for s in ["", "a\ud800b", "\udc80\udcff", "é日😀a", "\x81\ue000", "\udc7f"]:
            try:
                r = B(s.encode(n, h))
            except UnicodeError:
                r = "!"
            print("henc", n, h, T(s), r)
