# needs: array, binascii, bisect, codecs, itertools, operator, struct, unicodedata
# Arguments of wrong kinds, wrong names and wrong number: which of several complaints comes first, and its words. The output is CPython's.
import array, binascii, bisect, codecs, itertools, marshal, operator, struct, unicodedata


def show(f, *a, **k):
    try: r = f(*a, **k)
    except Exception as e: r = f"{type(e).__name__}: {e}"
    print(ascii(r) if type(r) in (str, dict, int, tuple, bytes, bytearray) else type(r).__name__)


class Sized:
    def __len__(self): return 3


gaps = memoryview(b"abcdefgh")[::2]
for a in (frozenset(), {}, {1: 2}, 100, Sized(), iter("a"), range(3)):
    for x in ((1,), (1, 0, 3), (1, 0, 0), (1, 5, (1,))):
        show(bisect.bisect, a, *x)
        show(bisect.insort, a, *x)
for f in ({}.keys(), gaps, memoryview(bytearray(b"i")), bytearray(b"i"), [], 3, b"\xe6\x97", "\xe6"):
    show(struct.pack, f, 1)
    show(struct.calcsize, f)
    show(struct.Struct, f)
for x in (gaps, "\xe9", 3, []):
    show(binascii.a2b_base64, x)
    show(binascii.unhexlify, x)
    show(binascii.crc32, x, "")
    show(binascii.crc_hqx, x, "")
for f in (operator.countOf, operator.indexOf):
    for x in (5, Sized, Sized(), None): show(f, x, 1)
for x in (0, b"x", b"SPACE", bytearray(b"SPACE"), None, "x" * 300, gaps):
    show(unicodedata.lookup, x)
    show(unicodedata.name, x)
for x in ("\xdf", "xx", 3, "i"):
    for y in (1.5, [1], "a", {}, iter("a"), None): show(array.array, x, y)
show(array._array_reconstructor, array.array, "ab", 0, b"")
show(array._array_reconstructor, array.array, 5, 0, b"")
show(itertools._grouper, 5, 1)
for x in ("", "a", "\0", "\0a", "\0\0", "".join(map(chr, range(300))), "\0\U00010000"): show(codecs.charmap_build, x)
show(codecs.charmap_decode, b"a", b"b")
show(marshal.loads, b"\xe6\x97")
show(marshal.loads, b"f\x031.5")

wrapper, method = int.__add__, (1).__add__
KINDS = [int, str, bytes, list, complex, object, reversed, zip, map, filter, slice, property, classmethod, staticmethod, super, memoryview, ValueError, OSError,
         itertools.count, itertools.chain, array.array, len, "".join, [].append, wrapper, method, lambda: 1, operator.itemgetter, 5, None, type(iter([])), type(None), Sized]
for kind in KINDS:
    for a in ((), (1,), ({}, [])):
        show(lambda: kind(*a, **{None: 1}))
        show(lambda: kind(*a, **{1: 2, "a": 3}))
show(lambda: dict(**{"a": 1}, **{"a": 2}))
show(lambda: len(**{1: 1}, **{1: 2}))

for kind in (enumerate, reversed, zip, map, filter, slice, memoryview):
    show(kind, [1], encoding=3)
    show(kind, encoding=3)
    show(kind, [], 1, encoding=3)
    show(kind, [], iterable=3)
    show(kind, start=3)
for kind in (bytes, bytearray, str): show(kind.maketrans, b"", reverse=1)
show(bytearray, 1, 2, 3, func=4)
o = bytearray(b"xyz")
view = memoryview(o)
for x in (memoryview(b""), 5, None): show(o.__release_buffer__, x)
show(view.__release_buffer__, memoryview(o))
show(o.__release_buffer__, view)
show(len, view)
show(o.__release_buffer__, view)
show(view.__buffer__)
show(o.__rmod__, b"%s")
show(o.partition, gaps)


class Negative:
    def __iter__(self): return iter([1])
    def __length_hint__(self): return -1


show(o.extend, Negative())
for name in ("__divmod__", "__rdivmod__"):
    for a in ((), (1, 2)):
        show(getattr(.5, name), *a)
        show(getattr(5, name), *a)
    show(getattr(float, name), "x", 1)
    show(getattr(5, name), "x")
    show(type(getattr(int, name)).__name__.upper)


class Reflected(int):
    def __rdivmod__(self, other): return "reflected"


show(divmod, 7, Reflected(2))
show(divmod, 7.5, Reflected(2))
show(divmod, Reflected(2), 2)
show(divmod, "a", 2)
for c in (complex("inf"), complex(0, float("inf")), 1e308 + 1j, 0j, 1 + 1j):
    for d in (complex("inf"), 1e308 + 1j, 1 + 1j, 1j, 2 + 0j): show(lambda: repr(c ** d))
for e in (OSError("\ud800", "\xe9\udc80"), OSError(1, "\ud800", "\udc80", None, "\udc81"), UnicodeDecodeError("a\ud800", b"a", 0, 1, "\ud800"),
          UnicodeEncodeError("a", "\ud800", 0, 1, "\ud800"), UnicodeTranslateError("a", 0, 1, "\ud800"), SyntaxError("\ud800", ("a/\udc80", 1, 2, "x")), ExceptionGroup("\ud800", [OSError()])):
    show(str, e)


class Other: pass


Other.__module__ = "away"
show(str, b"", Other())


def enter():
    with Other(): pass


show(enter)
