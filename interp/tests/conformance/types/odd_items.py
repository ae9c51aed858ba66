# Items of struct sequences, lists that change while they are shown, hints that fail, sizes that fit no C number.
import sys
import time
import types
import zlib


def error(f, *args, **kwargs):
    try:
        f(*args, **kwargs)
    except Exception as e:
        return type(e).__name__, str(e)
    raise AssertionError("no error")


t = time.gmtime(0)
for name in ("tm_year", "tm_zone"):
    assert error(setattr, t, name, 1) == error(delattr, t, name) == ("AttributeError", "readonly attribute")
    assert type(getattr(time.struct_time, name)).__name__ == "member_descriptor"
assert error(time.struct_time, "123456789", dict=None) == ("TypeError", "time.struct_time() takes a dict as second arg, if any")
assert time.struct_time("123456789", dict={}) == tuple("123456789") == time.struct_time("123456789")


class Clears:
    def __repr__(self):
        items.clear()
        return "x"


items = [Clears(), 1]
assert error(repr, types.GenericAlias(int, (items,))) == ("IndexError", "list index out of range")
assert repr(types.GenericAlias(int, ([int, str],))) == "int[[int, str]]"


class BadLength:
    def __iter__(self):
        return iter(range(10))

    def __len__(self):
        raise RuntimeError("hello")


b = bytearray()
assert error(b.extend, BadLength()) == ("RuntimeError", "hello") and b == b""
want = ("OverflowError", "Python int too large to convert to C ssize_t")
big = sys.maxsize + 1
assert error(zlib.decompress, b"", 15, big) == error(zlib.decompressobj().decompress, b"", big) == error(zlib.decompressobj().flush, big) == want
print("ok")
