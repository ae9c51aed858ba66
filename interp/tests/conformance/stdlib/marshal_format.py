# marshal: the bytes of each version, references, order of sets, what is refused, reading from files.
import io
import marshal
import sys


def error(f, *args, **kwargs):
    try:
        f(*args, **kwargs)
    except Exception as e:
        return type(e).__name__, str(e)
    raise AssertionError("no error")


def plain(data):
    # The flag of values that may be referred to depends on who else holds them.
    return bytes([data[0] & 0x7F]) + data[1:]


word = "".join(["a", "bc"])
for value, forms in [
    (2**40, {0: b"l\x03\0\0\0\0\0\0\0\0\x04"}),
    (-7, {0: b"i\xf9\xff\xff\xff"}),
    (1.5, {0: b"f\x031.5", 2: b"g\0\0\0\0\0\0\xf8?"}),
    (0.1, {1: b"f\x130.10000000000000001", 2: b"g\x9a\x99\x99\x99\x99\x99\xb9?"}),
    (complex(1, -0.5), {1: b"x\x011\x04-0.5", 2: b"y\0\0\0\0\0\0\xf0?\0\0\0\0\0\0\xe0\xbf"}),
    (word, {0: b"u\3\0\0\0abc", 4: b"z\3abc"}),
    (sys.intern("interned"), {2: b"u\x08\0\0\0interned", 3: b"t\x08\0\0\0interned", 4: b"Z\x08interned"}),
    (word * 100, {3: b"u\x2c\1\0\0" + b"abc" * 100, 4: b"a\x2c\1\0\0" + b"abc" * 100}),
    ("\xe9\ud800", {0: b"u\5\0\0\0\xc3\xa9\xed\xa0\x80"}),
    ((), {0: b"(\0\0\0\0", 4: b")\0"}),
    (bytearray(b"xy"), {0: b"s\2\0\0\0xy"}),
    (..., {0: b"."}),
    (StopIteration, {0: b"S"}),
]:
    for version in range(6):
        data = marshal.dumps(value, version)
        form = forms[max(v for v in forms if v <= version)] if min(forms) <= version else None
        assert form is None or plain(data) == form, (value, version, data)
        assert marshal.loads(data) == value
for version in range(5):
    assert error(marshal.dumps, slice(1), version) == ("ValueError", "unmarshallable object")
assert marshal.loads(marshal.dumps(slice(1, [2], None))) == slice(1, [2], None)

# One object stays one from version 3 on, also inside itself.
inner = [1.5]
for version in range(6):
    new = marshal.loads(marshal.dumps((inner, inner, {1: inner}), version))
    assert new == (inner, inner, {1: inner}) and (new[0] is new[1] is new[2][1]) == (version >= 3)
loop, table, pair = [], {}, ([],)
loop.append(loop)
table[None] = table
pair[0].append(pair)
for version in range(3):
    for o in loop, table, pair:
        assert error(marshal.dumps, o, version) == ("ValueError", "object too deeply nested to marshal")
for version in range(3, 6):
    a, b, c = (marshal.loads(marshal.dumps(o, version)) for o in (loop, table, pair))
    assert a[0] is a and b[None] is b and type(c) is tuple and c[0][0] is c
cut = slice([], None)
cut.start.append(cut)
for version in range(6):
    assert error(marshal.dumps, cut, version)[0] == "ValueError"
for data in (b"\xa8\1\0\0\0[\1\0\0\0r\0\0\0\0", b"\xa9\1{Nr\0\0\0\0" + b"0"):
    t = marshal.loads(data)
    assert (t[0][0] if isinstance(t[0], list) else t[0][None]) is t

# Sets: by the bytes of their items.
assert marshal.dumps({b"b", b"a", b"c"}, 2) == b"<\3\0\0\0s\1\0\0\0as\1\0\0\0bs\1\0\0\0c"


class Item:
    def __hash__(self):
        return 0

    def __buffer__(self, flags):
        changing.update(range(1000, 1400))
        return memoryview(b"abc")


changing = {Item()}
changing.update(range(1, 60))
assert error(marshal.dumps, changing) == ("RuntimeError", "set changed size during iteration")

# What is not written, and what is not read.
for kind in (int, float, complex, tuple, list, dict, set, frozenset, str):
    assert error(marshal.dumps, type("sub", (kind,), {})()) == ("ValueError", "unmarshallable object")
assert error(marshal.dumps, [{1: object()}]) == ("ValueError", "unmarshallable object")
code = compile("1", "f", "eval")
assert error(marshal.dumps, [code], allow_code=False) == ("ValueError", "marshalling code objects is disallowed")
assert error(marshal.loads, marshal.dumps([code]), allow_code=False) == ("ValueError", "unmarshalling code objects is disallowed")
assert eval(marshal.loads(marshal.dumps([code, code]))[1]) == 1
for data, want in [
    (b"", ("EOFError", "EOF read where object expected")), (b"z", ("EOFError", "EOF read where not expected")),
    (b"z\3ab", ("EOFError", "marshal data too short")), (b"(\1", ("EOFError", "marshal data too short")),
    (b"?", ("ValueError", "bad marshal data (unknown type code)")), (b"0", ("TypeError", "NULL object in marshal data for object")),
    (b"[\1\0\0\0" + b"0", ("TypeError", "NULL object in marshal data for list")), (b"<\xff\xff\xff\xff", ("ValueError", "bad marshal data (set size out of range)")),
    (b"l\0\0\0\x80", ("ValueError", "bad marshal data (long size out of range)")), (b"l\1\0\0\0\0\0", ("ValueError", "bad marshal data (unnormalized long data)")),
    (b"f\3abc", ("ValueError", "could not convert string to float: 'abc'")), (b"(\2\0\0\0\xcer\0\0\0\0", ("ValueError", "bad marshal data (invalid reference)")),
    (b"\xbe\1\0\0\0r\0\0\0\0", ("ValueError", "bad marshal data (invalid reference)")), (b"\xbaNNr\0\0\0\0", ("ValueError", "bad marshal data (invalid reference)")),
    (b"\xfbr\0\0\0\0N0", ("TypeError", "cannot use 'dict' as a dict key (unhashable type: 'dict')")),
]:
    assert error(marshal.loads, data) == want, (data, error(marshal.loads, data))
assert marshal.loads(b"I\1\0\0\0\0\0\0\x80") == 1 - 2**63 and marshal.loads(b"x\x011\x012") == 1 + 2j and marshal.loads(b"{N0") == {}

# Files are read piece by piece.
pieces = []


class File(io.BytesIO):
    def readinto(self, buffer):
        pieces.append(len(buffer))
        return super().readinto(buffer)


f = File(marshal.dumps(["abc", {1: 2}], 4) + b"rest")
assert marshal.load(f) == ["abc", {1: 2}] and f.read() == b"rest" and pieces == [1, 4, 1, 1, 3, 1, 1, 4, 1, 4, 1]


class Liar(io.BytesIO):
    def readinto(self, buffer):
        return super().readinto(buffer) + (len(buffer) > 4) * 10**6


assert error(marshal.load, Liar(b"g" + bytes(8))) == ("ValueError", "read() returned too much data: 8 bytes requested, 1000008 returned")
assert error(marshal.load, io.StringIO("N")) == ("TypeError", "file.read() returned not bytes but str")
assert error(marshal.load, io.BytesIO(b"g123"))[0] == "EOFError"
print("ok")
