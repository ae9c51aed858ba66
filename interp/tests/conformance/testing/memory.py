# Refused memory, buffers that count, known hashes, text by the encoding of the file system (modules of CPython's test suite).
import weakref

import _testcapi as t
import _testinternalcapi as internal
import _testlimitedcapi as limited

refuse, allow = t.set_nomemory, t.remove_mem_hooks
text = "ab" * 1000
for f in (lambda: text + text, lambda: text.replace("a", "cd"), lambda: [0] * 100000, lambda: bytes(100000), object):
    refuse(0)
    try:
        f()
        allow()
        raise AssertionError(f)
    except MemoryError:
        allow()
assert len(text + text) == 4000

buf = t.testBuf()
assert buf.references == 0
view = buf.__buffer__(0)
assert view.tobytes() == b"test" and view.readonly and buf.references == 1 and view.obj is buf
buf.__release_buffer__(view)
assert buf.references == 0
assert b"".join([buf, buf]) == b"testtest" and buf.references == 0
for f in (lambda: view.tobytes(), lambda: buf.__release_buffer__(view)):
    try:
        f()
        raise AssertionError
    except ValueError:
        pass

f = t.create_cfunction()
r = weakref.ref(f)
assert r() is f and t.create_cfunction() is not f
del f
assert r() is None


class Bad:
    def __hash__(self):
        return 7

    def __eq__(self, other):
        raise ZeroDivisionError


get = internal.dict_getitem_knownhash
assert get({"x": 1, "y": 2}, "y", hash("y")) == 2
for args, kind in ((({}, 1, hash(1)), KeyError), (([], 1, 1), SystemError), (({Bad(): 1}, Bad(), 7), ZeroDivisionError)):
    try:
        get(*args)
        raise AssertionError(args)
    except kind:
        pass

encode, decode = internal.EncodeLocaleEx, internal.DecodeLocaleEx
assert encode("a\u20ac", 0, "strict") == b"a\xe2\x82\xac" and decode(b"a\xe2\x82\xac", 0, "strict") == "a\u20ac"
assert encode("\udcff", 0, "surrogateescape") == b"\xff" and decode(b"\xff", 0, "surrogateescape") == "\udcff"
for f, arg, word in ((encode, "ab\udcff", "encode error: pos=2, reason="), (decode, b"abc\xff", "decode error: pos=3, reason=")):
    try:
        f(arg, 0, "strict")
        raise AssertionError
    except RuntimeError as e:
        assert str(e).startswith(word), e
    try:
        f(arg, 0, "ignore")
        raise AssertionError
    except ValueError as e:
        assert str(e) == "unsupported error handler"

encoder = limited.codec_incrementalencoder("utf-8")
decoder = limited.codec_incrementaldecoder("utf-8", "replace")
assert encoder.encode("\u20ac") == b"\xe2\x82\xac"
assert decoder.decode(b"\xe2\x82") == "" and decoder.decode(b"x") == "\ufffdx"
print("ok")
