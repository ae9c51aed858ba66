# PEP 688: classes with __buffer__ and __release_buffer__, alone and over native exporters.
import inspect
import sys


def raises(kind, text, f, *args):
    try:
        f(*args)
    except kind as e:
        assert str(e) == text, str(e)
    else:
        raise AssertionError(f"no {kind.__name__}")


class Log:
    def __init__(self, data):
        self.data, self.log, self.made = data, [], None

    def __buffer__(self, flags):
        self.log.append(flags)
        self.made = memoryview(self.data)
        return self.made

    def __release_buffer__(self, view):
        assert view is self.made
        self.log.append("released")


o = Log(bytearray(b"hello"))
with memoryview(o) as view:
    assert view.tobytes() == b"hello" and not view.readonly
    assert type(view.obj).__name__ == "_buffer_wrapper"
    view[0] = ord("j")
    part = view[1:3]
assert o.log == [inspect.BufferFlags.FULL_RO]
part.release()
assert o.log == [284, "released"] and o.data == b"jello"
o.made.release()
o.data.clear()
o = Log(b"abc")
assert bytes(o) == b"abc" and o.log == [284, "released"]
assert b"abc".find(o) == 0 and o.log[2:] == [0, "released"]
view = memoryview._from_flags(o, inspect.BufferFlags.SIMPLE)
assert o.log[4:] == [0]
del view
assert o.log[5:] == ["released"]


class Moody:
    def __buffer__(self, flags):
        return memoryview(b"x")

    def __release_buffer__(self, view):
        1 / 0


unraisable = []
sys.unraisablehook, hook = (lambda args: unraisable.append((args.err_msg, args.object, args.exc_type))), sys.unraisablehook
memoryview(Moody()).release()
sys.unraisablehook = hook
assert unraisable == [("Exception ignored in __release_buffer__ of Moody", None, ZeroDivisionError)], unraisable


class NotView:
    def __buffer__(self, flags):
        return b""

    def __release_buffer__(self, view):
        raise AssertionError


class OnlyRelease:
    def __release_buffer__(self, view):
        raise AssertionError


raises(TypeError, "__buffer__ returned non-memoryview object", memoryview, NotView())
raises(TypeError, "memoryview: a bytes-like object is required, not 'OnlyRelease'", memoryview, OnlyRelease())

# A native exporter's class that hears of the release: the view it gets cannot be kept.
kept = []


class Hears(bytearray):
    def __release_buffer__(self, view):
        kept.append(view)
        assert view.obj is None and view.tobytes() == b"hello" and view[1] == 101 and view == b"hello"
        for f in (lambda: memoryview(view), lambda: view[:1], lambda: view.cast("b"), lambda: view.toreadonly(), lambda: view.__buffer__(0), lambda: bytes(view)):
            raises(ValueError, "cannot create new view on restricted memoryview", f)
        assert super().__release_buffer__(view) is None


a = Hears(b"hello")
view = memoryview(a)
assert view.obj is a
try:
    a.append(1)
    raise AssertionError
except BufferError:
    pass
view.release()
a.append(1)
assert len(kept) == 1
raises(ValueError, "operation forbidden on released memoryview object", kept[0].tobytes)


class Both(bytearray):
    calls = 0

    def __buffer__(self, flags):
        return super().__buffer__(flags)

    def __release_buffer__(self, view):
        Both.calls += 1


b = Both(b"hello")
with memoryview(b) as view:
    assert view.tobytes() == b"hello" and Both.calls == 0
assert Both.calls == 1
b.clear()


class Other(bytearray):
    def __buffer__(self, flags):
        return memoryview(b"other")

    def __release_buffer__(self, view):
        raises(ValueError, "memoryview's buffer is not this object", super().__release_buffer__, view)
        kept.append(1)


memoryview(Other(b"x")).release()
assert kept[-1] == 1


class First:
    def __buffer__(self, flags):
        return memoryview(b"first")


class Mixed(First, bytearray):
    pass


class Native(bytearray, First):
    pass


assert bytes(memoryview(Mixed(b"x"))) == b"first" and bytes(memoryview(Native(b"x"))) == b"x"

# The methods of native types.
data = bytearray(b"xy")
view = data.__buffer__(0)
assert view.obj is data
raises(TypeError, "expected a memoryview object", data.__release_buffer__, 1)
raises(ValueError, "memoryview's buffer is not this object", data.__release_buffer__, memoryview(b""))
data.__release_buffer__(view)
raises(ValueError, "memoryview's buffer has already been released", data.__release_buffer__, view)
data.clear()
for flags in (2**31, -2**31 - 1):
    raises(OverflowError, "buffer flags out of range", data.__buffer__, flags)
raises(OverflowError, "cannot fit 'int' into an index-sized integer", data.__buffer__, 2**70)
for flags in (0x100, 0x200):
    try:
        data.__buffer__(flags)
        raise AssertionError
    except SystemError:
        pass
assert not hasattr(bytes, "__release_buffer__")
print("ok")
