"""Messages about numbers that are none: underscores in complex literals, items of arrays, arguments of escape_encode."""
import array
import codecs


def refused(f, kind, text):
    try:
        f()
    except kind as e:
        assert str(e) == text, str(e)
    else:
        raise AssertionError(text)


for text in "_1", "1__0", "1_", "1._0", "a_b", "1+_2j", "(1__0)", " 1__0j ", "1j_", "1 _0", "\u0661__\u0662":
    refused(lambda: complex(text), ValueError, f"could not convert string to complex: {text!r}")
for text in "1_0x", "a", "(1_0", "":
    refused(lambda: complex(text), ValueError, "complex() arg is a malformed string")
assert complex("1_0+2_0j") == 10 + 20j and complex("\u0661_\u0662") == 12

for value, text in (-100001, "less than minimum"), (-1, "less than minimum"), (256, "greater than maximum"), (100001, "greater than maximum"):
    refused(lambda: array.array("B", [value]), OverflowError, f"unsigned byte integer is {text}")
beyond = array.array("w", b"\xe5\x82\xb69")
for f in beyond.tolist, beyond.pop, lambda: list(array.array("w", b"\0\0\x11\0")), lambda: array.array("w", b"\0\0\x11\0")[0]:
    refused(f, ValueError, "chr() arg not in range(0x110000)")
refused(lambda: codecs.escape_encode(b"a", b"strict"), TypeError, "escape_encode() argument 2 must be str or None, not bytes")
assert codecs.escape_encode(b"a", None) == codecs.escape_encode(b"a", "strict") == (b"a", 1)
print("ok")
