# needs: array, bisect, binascii, collections, functools, gc, io, itertools, json, marshal, operator, re, struct, sys, zlib
# What functions say about sizes and positions that are too large, or no ints at all. The output is CPython's.
import array, bisect, binascii, collections, functools, gc, io, itertools, json, marshal, operator, re, struct, sys, zlib
from collections import deque


class Huge:
    def __index__(self): return 2**70


class Wrong:
    def __index__(self): return "x"


class Steps:
    def __getitem__(self, i): return 1
    def __len__(self): return 3


FUNCTIONS = {
    "list.insert": lambda n: [1].insert(n, 1), "list.pop": lambda n: [1].pop(n), "list *": lambda n: [] * n, "tuple *": lambda n: () * n,
    "deque": lambda n: deque([], n), "deque.rotate": lambda n: deque().rotate(n), "deque.insert": lambda n: deque([1]).insert(n, 1),
    "deque.index": lambda n: deque([1]).index(1, n), "deque *": lambda n: deque() * n, "deque iterator": lambda n: type(iter(deque()))(deque(), n),
    "list iterator": lambda n: iter([]).__setstate__(n), "reversed list": lambda n: reversed([]).__setstate__(n),
    "tuple iterator": lambda n: iter(()).__setstate__(n), "str iterator": lambda n: iter("").__setstate__(n), "wide iterator": lambda n: iter("\xe9").__setstate__(n),
    "range iterator": lambda n: iter(range(3)).__setstate__(n), "long range iterator": lambda n: iter(range(2**70)).__setstate__(n),
    "bytes iterator": lambda n: iter(b"").__setstate__(n), "sequence iterator": lambda n: iter(Steps()).__setstate__(n),
    "reversed": lambda n: reversed(Steps()).__setstate__(n), "array iterator": lambda n: iter(array.array("b")).__setstate__(n),
    "bytearray.__reduce_ex__": lambda n: bytearray().__reduce_ex__(n) and None, "object.__reduce_ex__": lambda n: object().__reduce_ex__(n) and None,
    "str.expandtabs": lambda n: "a".expandtabs(n), "bytes.expandtabs": lambda n: b"a".expandtabs(n), "bytes.hex": lambda n: b"ab".hex(":", n),
    "memoryview.hex": lambda n: memoryview(b"ab").hex(":", n), "hexlify": lambda n: binascii.hexlify(b"a", ":", n), "bytes": lambda n: bytes(n),
    "repeat": lambda n: itertools.repeat(1, n) and None, "combinations": lambda n: itertools.combinations(3, n),
    "permutations": lambda n: itertools.permutations(3, n), "with replacement": lambda n: itertools.combinations_with_replacement(3, n),
    "split": lambda n: re.compile("a").split("b", n), "sub": lambda n: re.compile("a").sub("b", "c", n), "match": lambda n: re.compile("a").match("b", n),
    "scanner": lambda n: re.compile("a").scanner("a", n) and None, "decompress": lambda n: zlib.decompressobj().decompress(b"", n),
    "flush": lambda n: zlib.decompressobj().flush(n), "compress": lambda n: zlib.compress(b"", n) and None,
    "lru_cache": lambda n: functools._lru_cache_wrapper(len, n, False, tuple) and None, "pack_into": lambda n: struct.pack_into("b", bytearray(3), n, 1),
    "unpack_from": lambda n: struct.unpack_from("b", b"abc", n), "bisect lo": lambda n: bisect.bisect([], 1, n), "bisect hi": lambda n: bisect.bisect([], 1, 0, n),
    "tuplegetter": lambda n: collections._tuplegetter(n, "") and None, "scanstring": lambda n: json.decoder.scanstring('"a"', n),
    "memoryview.cast": lambda n: memoryview(b"a").cast("b", [n]) and None, "read": lambda n: io.BytesIO(b"a").read(n), "readline": lambda n: io.BytesIO(b"a").readline(n),
    "StringIO.read": lambda n: io.StringIO("a").read(n), "truncate": lambda n: io.BytesIO(b"a").truncate(n), "_getframe": lambda n: sys._getframe(n) and None,
    "set_threshold": lambda n: gc.set_threshold(n), "collect": lambda n: gc.collect(n) and None, "length_hint": lambda n: operator.length_hint(5, n),
    "dumps": lambda n: marshal.dumps(1, n) and None, "set item": lambda n: operator.setitem("a", n, 1), "delete item": lambda n: operator.delitem("a", n),
    "delete from set": lambda n: operator.delitem(set(), n), "delete from int": lambda n: operator.delitem(5, n),
}

for name, function in FUNCTIONS.items():
    for value in (2**63, -2**64, Huge(), "x", 1.5, Wrong()):
        try: shown = repr(function(value))
        except Exception as e: shown = f"{type(e).__name__}: {e}"
        print(f"{name}, {type(value).__name__}: {shown}")
