# needs: binascii, codecs, io, os, re, unicodedata, warnings
# Arguments that are buffers, BytesIO's own buffer, error handlers that go astray, sets in the locale's case.
import binascii
import codecs
import io
import os
import re
import unicodedata
import warnings


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

# A bytearray keeps its size while a method works on it; a list that is joined keeps its length.
class Clears:
    def __init__(self, target):
        self.target = target

    def __index__(self):
        self.target.clear()
        return 65

    def __repr__(self):
        self.target.clear()
        return ""

    def __buffer__(self, flags):
        self.target.clear()
        return memoryview(b"A")


for method in "find", "rfind", "index", "rindex", "count", "split", "rsplit", "__contains__":
    target = bytearray(b"BA")
    raises(BufferError, "re-sized", getattr(target, method), Clears(target))
target = bytearray(b"%a")
raises(BufferError, "re-sized", lambda: target % Clears(target))
parts = [b"a"]
parts.append(Clears(parts))
raises(RuntimeError, "sequence changed size during iteration", b"".join, parts)


class Grows:
    def __buffer__(self, flags):
        target.extend(b"yyy")
        return memoryview(b"AB")


target = bytearray(b"x")
target.extend(Grows())
assert target == b"xAByyy"


class Text(str):
    def __bytes__(self):
        return b"abc"


assert bytes(Text("x")) == b"abc" and repr(bytearray(b"'")) == r"""bytearray(b"\'")""" and repr(b"'") == """b"'\""""
raises(TypeError, "string argument without an encoding", bytes, "x")

# Files: flags as descriptors, what open() asks the system, a name that cannot be set.
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    io.FileIO(True, "w", closefd=False).close()
assert seen[0].category is RuntimeWarning and str(seen[0].message) == "bool is used as a file descriptor"
read, write = os.pipe()


class Unnamed(io.FileIO):
    def __setattr__(self, name, value):
        raise LookupError(name)


raises(LookupError, "name", Unnamed, read)
os.close(read)
f = io.FileIO(write, "w")
raises(TypeError, "attribute value type must be bool", setattr, f, "_finalizing", 1)
raises(AttributeError, "not writable", setattr, f, "_blksize", 1)
f.close()
print("ok")
