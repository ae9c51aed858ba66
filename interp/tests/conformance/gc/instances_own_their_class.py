# needs: gc, weakref
# An instance of a class that a program makes owns its class, and so is known to the collector even if it has nothing else: a class that
# keeps one of its own instances is garbage like any other.
import gc
import weakref


class Empty:
    __slots__ = ()


class Int(int):
    __slots__ = ()


class Str(str):
    __slots__ = ()


class Tuple(tuple):
    __slots__ = ()


class Bytes(bytes):
    __slots__ = ()


class Float(float):
    __slots__ = ()


kept = [Empty(), Int(5), Str("a"), Tuple(), Bytes(b"x"), Float(1.5)]
assert all(gc.is_tracked(o) for o in kept)
assert Str("ab") + "c" == "abc" and Int(5) + 1 == 6 and Bytes(b"x") + b"y" == b"xy" and Float(1.5) * 2 == 3.0


def classes():
    for base, args in [(object, ()), (int, (5,)), (str, ("a",)), (tuple, ()), (bytes, (b"x",)), (float, (1.5,)), (complex, (1j,))]:
        made = type("Made", (base,), {"__slots__": ()})
        made.one = made(*args)
        yield weakref.ref(made)


gc.collect()
refs = list(classes())
gc.collect()
assert [ref() for ref in refs] == [None] * len(refs)

for _ in range(20000):
    Str("abc"), Int(3), Empty()
gc.collect()
print("ok")
