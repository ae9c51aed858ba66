"""Signatures of native functions and types as Python sees them."""
import functools
import gc
import inspect
import io
import itertools
import os
import sys
import time
import types
import typing
import weakref

# what a calling shape says where there is no more
assert time.time.__text_signature__ == "($self, /)"
assert time.sleep.__text_signature__ == "($self, object, /)"
assert dict.__dict__["__class_getitem__"].__text_signature__ == "($type, object, /)"
assert str(inspect.signature(time.time)) == "()" and str(inspect.signature(set().add)) == "(object, /)"
assert str(inspect.signature(property.setter)) == "(self, object, /)"
assert str(inspect.signature(functools.partial.__reduce__)) == "(self, /)"
assert str(inspect.signature(property.__set_name__)) == "(self, owner, name, /)"
assert str(inspect.signature(sys.breakpointhook)) == "(*args, **kwargs)"
assert str(inspect.signature(io.IOBase)) == "()"
assert len(inspect.signature(types.CodeType).parameters) == 18
assert object.__init_subclass__.__text_signature__ == "($type, /)"

# none
for f in (types.GeneratorType.throw, types.CoroutineType.throw, types.AsyncGeneratorType.athrow, time.strftime, sys.getsizeof, gc.set_threshold,
          weakref.ref, io.BufferedRWPair.write, typing.TypeVar, typing.Generic.__dict__["__class_getitem__"]):
    assert f.__text_signature__ is None, f

import datetime
import stat

for f in (time.clock_getres, time.struct_time, datetime.date.strftime, datetime.datetime.combine, datetime.date.__format__):
    assert f.__text_signature__ is None, f
assert stat.S_IMODE.__text_signature__ == datetime.tzinfo.dst.__text_signature__ == "($self, object, /)"
assert datetime.date.replace.__text_signature__ == "($self, /, year=unchanged, month=unchanged, day=unchanged)"
assert abs.__text_signature__ == "($module, x, /)" and types.GenericAlias.__mro_entries__.__text_signature__ == "($self, object, /)"

# what `inspect` cannot read
for f in (str.find, bytes.count, bytearray.startswith, os.chmod, os.link, os.get_terminal_size):
    assert f.__text_signature__
    try:
        inspect.signature(f)
    except ValueError:
        pass
    else:
        raise AssertionError(f)


# in the docstring of a class
class Reader:
    """Reader(raw, size=SIZE)
--

Reads."""


SIZE = 3
assert Reader.__text_signature__ == "(raw, size=SIZE)" and Reader.__doc__.startswith("Reader(raw")
assert str(inspect.signature(type("Sub", (Reader,), {}))) == "(raw, size=3)"
for doc in ("Reader(raw)\n\n--\n\n", "Other(raw)\n--\n\n", "Reader(raw)", None):
    Reader = type("Reader", (), {"__doc__": doc})
    assert Reader.__text_signature__ is None

# names of a coroutine and the like say what they are
assert "of the coroutine" in types.CoroutineType.__dict__["__qualname__"].__doc__
assert "into coroutine" in types.CoroutineType.send.__doc__ and "in generator" in types.GeneratorType.throw.__doc__
print("ok")
