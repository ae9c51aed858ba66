# needs: binascii, codecs, io, re, unicodedata
# Arguments that are buffers, BytesIO's own buffer, error handlers that go astray, sets in the locale's case.
import binascii
import codecs
import io
import re
import unicodedata


def raises(kind, text, f, *args):
    try:
        f(*args)
    except kind as e:
        assert text in str(e), str(e)
    else:
        raise AssertionError("no " + kind.__name__)


# Native functions take bytes that lie in a row; constructors take any.
every_other = memoryview(b"0123456789")[::2]
raises(BufferError, "not C-contiguous", binascii.hexlify, every_other)
raises(BufferError, "not C-contiguous", io.BytesIO().write, every_other)
raises(BufferError, "not C-contiguous", bytes.fromhex, every_other)
assert bytes(every_other) == b"02468" and b"%b" % every_other == b"02468"
raises(TypeError, "readinto() argument must be read-write bytes-like object, not memoryview", io.BytesIO(b"a").readinto, memoryview(b"a"))
raises(TypeError, "must be read-write bytes-like object, not None", io.BytesIO(b"a").readinto, None)

# BytesIO shows its content itself; it cannot be resized meanwhile.
b = io.BytesIO(b"1234567890")
with b.getbuffer() as view:
    view[3:6] = b"abc"
    assert b.getvalue() == b"123abc7890"
    for f in (lambda: b.write(b"x"), b.truncate, b.close, lambda: b.__init__(b""), lambda: b.__setstate__((b"", 0, None))):
        raises(BufferError, "cannot be re-sized", f)
    with view[1:] as tail:
        assert b.readinto(tail) == 9
assert b.getvalue() == b"1123abc789" and b.write(b"x") == 1


class Size:
    def __index__(self):
        b.close()
        return 0


raises(ValueError, "closed", b.truncate, Size())
b = io.BytesIO()
raises(TypeError, "BytesIO.__setstate__ argument should be 3-tuple, got int", b.__setstate__, 0)
raises(TypeError, "second item of state must be an integer, not float", b.__setstate__, (b"", 0.0, None))
raises(TypeError, "third item of state should be a dict, got a int", b.__setstate__, (b"", 0, 0))
raises(TypeError, "fourth item of state should be a dict, got a int", io.StringIO().__setstate__, ("", "", 0, 0))

# A replacement that is no whole unit, or not ASCII where only surrogates fail, is not taken.
answer = None
codecs.register_error("test.answer", lambda e: (answer, e.end))
for encoding, answer in [("utf-16-le", b"abc"), ("utf-32-be", b"ab"), ("utf-8", "\u00e9"), ("utf-16", "\u00e9")]:
    raises(UnicodeEncodeError, "surrogates not allowed", "[\udc80]".encode, encoding, "test.answer")
answer = "?"
assert "[\udc80]".encode("utf-16-le", "test.answer") == "[?]".encode("utf-16-le")
answer = b"\xbd\xbe"
assert "[\udc80]".encode("utf-8", "test.answer") == b"[\xbd\xbe]"
passes = codecs.lookup_error("surrogatepass")
raises(UnicodeEncodeError, "test", passes, UnicodeEncodeError("utf-16-", "\ud800", 0, 1, "test"))
assert passes(UnicodeEncodeError("UTF_16-LE", "\ud800", 0, 1, "test")) == (b"\x00\xd8", 1)

# A negated set in the locale's case refuses both cases.
flags = re.LOCALE | re.IGNORECASE
assert not re.fullmatch(rb"[^bc]", b"B", flags) and re.fullmatch(rb"[^bc]", b"A", flags)
assert re.fullmatch(rb"(?:a|[^bc])", b"A", flags) and not re.fullmatch(rb"(?:a|[^bc])", b"B", flags)

# Unicode 3.2 had neither aliases nor named sequences.
old = unicodedata.ucd_3_2_0
for name in "LATIN CAPITAL LETTER GHA", "TAMIL SYLLABLE SAI":
    assert unicodedata.lookup(name)
    raises(KeyError, "undefined character name", old.lookup, name)
assert old.lookup("LATIN SMALL LETTER A") == "a"


# Keys of a dict are not hashed again, a frozenset without others is copied, messages name the whole type.
class Counts(int):
    n = 0

    def __hash__(self):
        Counts.n += 1
        return 1


d = dict.fromkeys([Counts(1), Counts(2)])
Counts.n = 0
s = set(d)
dict.fromkeys(s), dict.fromkeys(frozenset(s)), dict.fromkeys(d)
assert Counts.n == 0
f = frozenset("abc")
assert f.intersection() is not f and f.difference() is not f and f.copy() is f and f.intersection() == f
Odd = type("Odd", (), {"__module__": "some.where"})
raises(TypeError, "not some.where.Odd", lambda: "%c" % Odd())
raises(TypeError, "str() takes at most 3 arguments (4 given)", lambda: str(b"", "utf-8", "strict", errors=""))
print("ok")
