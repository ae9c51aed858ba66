# needs: struct
# A native module that is made a second time leaves the first one as it was.
import struct
import sys
import weakref

first = sys.modules.pop("_struct")
import _struct as second

assert second is not first
assert second.calcsize("i") == 4
try:
    struct.pack("i", "x")
except struct.error as e:
    assert str(e) == "required argument is not an integer"
gone = weakref.ref(second)
del second
sys.modules["_struct"] = first
import gc

gc.collect()
assert gone() is None
half = struct.Struct.__new__(struct.Struct)
assert half.size == -1
try:
    half.__sizeof__()
except RuntimeError:
    pass
else:
    raise AssertionError
try:
    struct.pack_into("i", b"1234", 0, 1)
except TypeError as e:
    assert str(e) == "argument must be read-write bytes-like object, not bytes"
print("ok")
