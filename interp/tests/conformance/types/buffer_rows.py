"""Bytes whose items do not lie in a row: what takes them and what does not; what a failed initialisation leaves."""
import types


def refused(f, kind, text):
    try:
        f()
    except kind as e:
        assert str(e) == text and e.__context__ is None, (str(e), text)
    else:
        raise AssertionError(text)


gaps = memoryview(b"abcdefgh")[::2]
for view in (gaps, memoryview(b"abcdefgh")[::-1], memoryview(b"abcdefgh")[:0:2], memoryview(b"abcdefgh").cast("H")[::2]):
    assert not view.contiguous and not view.c_contiguous and not view.f_contiguous
    array = bytearray(b"z")
    refused(lambda: array.extend(view), TypeError, "can't set bytearray slice from memoryview")
    refused(lambda: array.__iadd__(view), TypeError, "can't concat memoryview to bytearray")
    refused(lambda: array + view, TypeError, "can't concat memoryview to bytearray")
    refused(lambda: b"a" + view, TypeError, "can't concat memoryview to bytes")
    refused(lambda: b"".join([b"", view]), TypeError, "sequence item 1: expected a bytes-like object, memoryview found")
    refused(lambda: b"abc".find(view), BufferError, "memoryview: underlying buffer is not C-contiguous")
    assert array == b"z"
    # these take any layout
    array[0:0] = view
    assert array == view.tobytes() + b"z" and bytes(view) == bytearray(view) == view.tobytes()
assert memoryview(b"abcdefgh")[3:4:2].contiguous
row = bytearray(b"z")
row.extend(memoryview(b"abcd").cast("H"))
assert row == b"zabcd"


class Refuses:
    def __buffer__(self, flags):
        raise KeyboardInterrupt


refused(lambda: b"a" + Refuses(), TypeError, "can't concat Refuses to bytes")
refused(lambda: bytearray().extend(Refuses()), TypeError, "can't set bytearray slice from Refuses")
refused(lambda: b"".join([Refuses()] * 2), TypeError, "sequence item 0: expected a bytes-like object, Refuses found")

# arguments are looked at before the old content goes; what an iterable gave before it failed stays
array = bytearray(b"xyz")
refused(lambda: array.__init__("a", 1), TypeError, "bytearray() argument 'encoding' must be str, not int")
refused(lambda: array.__init__(1, 2, 3, 4), TypeError, "bytearray() takes at most 3 arguments (4 given)")
refused(lambda: bytes(1, 2, 3, 4), TypeError, "bytes() takes at most 3 arguments (4 given)")
assert array == b"xyz"
refused(lambda: array.__init__([1, 2, "a"]), TypeError, "'str' object cannot be interpreted as an integer")
assert array == b"\1\2"
refused(lambda: array.__init__("text"), TypeError, "string argument without an encoding")
assert array == b""

refused(lambda: types.SimpleNamespace(1, 2), TypeError, "SimpleNamespace expected at most 1 argument, got 2")
print("ok")
