# BytesIO shares a bytes object with its giver until its content changes.
import io
import sys


def shared(change):
    data = bytes(1000) + b"end"
    count = sys.getrefcount(data)
    f = io.BytesIO(data)
    assert sys.getrefcount(data) == count + 1
    assert f.getvalue() is data and f.read(2) == b"\0\0" and f.seek(-3, 2) == 1000 and f.readline() == b"end" and f.read() == b""
    assert sys.getrefcount(data) == count + 1
    change(f)
    assert sys.getrefcount(data) == count and data == bytes(1000) + b"end"
    return f


f = shared(lambda f: (f.seek(0), f.write(b"new")))
assert f.getvalue() == b"new" + bytes(997) + b"end"
assert shared(lambda f: f.truncate(1)).getvalue() == b"\0"
assert shared(lambda f: f.__setstate__((b"state", 2, None))).read() == b"ate"
shared(lambda f: f.close())
f = shared(lambda f: f.getbuffer().__setitem__(0, 7))
assert f.getvalue()[0] == 7
f = shared(lambda f: f.__init__(b"again"))
assert f.read() == b"again"


class Bytes(bytes):
    pass


for other in (Bytes(b"abc"), bytearray(b"abc"), memoryview(b"abc")):
    f = io.BytesIO(other)
    value = f.getvalue()
    assert value == b"abc" and type(value) is bytes
f = io.BytesIO(b"abc")
f.seek(10)
assert f.read() == b"" and f.tell() == 10 and f.truncate() == 10 and f.getvalue() == b"abc"
assert f.write(b"x") == 1 and f.getvalue() == b"abc" + bytes(7) + b"x"
f = io.BytesIO(b"abc")
with f.getbuffer() as view:
    for change in (lambda: f.write(b"x"), lambda: f.truncate(1), lambda: f.__init__(b""), f.close):
        try:
            change()
            raise AssertionError
        except BufferError:
            pass
    view[1] = 0
assert f.getvalue() == b"a\0c"
print("ok")
