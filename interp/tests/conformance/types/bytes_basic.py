# bytes and bytearray: construction, methods, mutation, text, errors.
for kind in (bytes, bytearray):
    b = kind(b"Hello, World")
    assert b[0] == 72 and b[-1] == 100 and b[1:4] == b"ell" and type(b[1:4]) is kind and len(b) == 12
    assert b.upper() == b"HELLO, WORLD" and b.lower() == b"hello, world" and b.title() == b"Hello, World" and b.swapcase() == b"hELLO, wORLD"
    assert b.find(b"o") == 4 and b.rfind(b"o") == 8 and b.find(111) == 4 and b.count(b"l") == 3 and b.index(b"W") == 7 and 72 in b and b"World" in b
    assert b.split(b", ") == [b"Hello", b"World"] and b.partition(b",") == (b"Hello", b",", b" World") and kind(b" a b ").split() == [b"a", b"b"] and kind(b"a\nb").splitlines() == [b"a", b"b"]
    assert b.replace(b"l", b"L", 2) == b"HeLLo, World" and b.startswith(b"He") and b.endswith((b"x", b"ld")) and kind(b"xxa").strip(b"x") == b"a" and kind(b"7").zfill(3) == b"007"
    assert kind(b"-").join([b"a", bytearray(b"b")]) == b"a-b" and kind(b"a").center(3, b"*") == b"*a*" and b.translate(None, b"lo") == b"He, Wrd" and kind(b"ab").translate(bytes(reversed(range(256)))) == bytes([158, 157])
    assert kind(3) == b"\0\0\0" and kind([1, 255]) == b"\x01\xff" and kind("ö", "utf-8") == b"\xc3\xb6" and kind() == b"" and kind(range(3)) == b"\0\1\2"
    assert b.decode() == "Hello, World" and kind(b"\xff").decode("latin-1") == "ÿ" and kind(b"a\xff").decode("utf-8", "replace") == "a\ufffd" and kind(b"\xff").decode("utf-8", "ignore") == "" and kind(b"\xff").decode("ascii", "surrogateescape") == "\udcff"
    assert b.hex() == "48656c6c6f2c20576f726c64" and kind.fromhex("48 65") == b"He" and kind(b"abcd").hex(":", 2) == "6162:6364" and b + b"!" == b"Hello, World!" and kind(b"ab") * 2 == b"abab"
    assert kind(b"a") < b"b" and kind(b"a") == bytearray(b"a") and b != "Hello, World" and list(kind(b"ab")) == [97, 98] and b"%s %d %x" % (b"a", 5, 255) == b"a 5 ff" and kind(b"a1").isalnum() and kind(b"prefix").removeprefix(b"pre") == b"fix"
    for bad, error in ((lambda: kind([256]), ValueError), (lambda: kind(["a"]), TypeError), (lambda: kind("a"), TypeError), (lambda: kind(-1), ValueError), (lambda: b + "a", TypeError), (lambda: b.index(b"zz"), ValueError), (lambda: b[99], IndexError), (lambda: kind(b"\xff").decode(), UnicodeDecodeError), (lambda: kind.fromhex("4"), ValueError)):
        try:
            bad()
            assert False
        except error:
            pass
assert repr(b"a'\n\x00\xff") == '''b"a'\\n\\x00\\xff"''' and repr(bytearray(b"a")) == "bytearray(b'a')" and hash(b"a") == hash(bytes([97])) and {b"k": 1}[b"k"] == 1
a = bytearray(b"abc")
a[0] = 120; a.append(100); a.extend(b"ef"); a.insert(0, 48); a += b"!"
assert a == b"0xbcdef!" and a.pop() == 33 and a.pop(0) == 48
a[1:3] = b"----"
assert a == b"x----def"
del a[1:5], a[0]
assert a == b"def"
a[::2] = b"XY"
a.reverse(); a.remove(ord("e"))
assert a == b"YX" and a.copy() is not a
a *= 2
a.clear()
assert a == b"" and not a
m = memoryview(bytearray(b"abcdef"))
assert m[1] == 98 and bytes(m[2:4]) == b"cd" and m[::2].tolist() == [97, 99, 101] and len(m) == 6 and m.nbytes == 6 and not m.readonly and memoryview(b"a").readonly
m[0] = 65
m[1:3] = b"XY"
assert m.tobytes() == b"AXYdef" and m == b"AXYdef"
owner = bytearray(b"ab")
with memoryview(owner) as view:
    try:
        owner.append(1)
        assert False
    except BufferError:
        pass
owner.append(1)
assert owner == b"ab\x01" and isinstance(b"", bytes)
# Those of length 1 are shared.
single = b"a"
for same in b"xay"[1:2], single + b"", "a".encode(), "a".encode("latin-1"), b"a b".split()[0], b" a ".strip(), bytes([97]):
    assert same is single
print("ok")
