"""Messages about keyword arguments of native functions, and about what cannot be called."""
import itertools
import struct
import types
import warnings


class Sly(str):
    def __eq__(self, other):
        return True

    def __hash__(self):
        return str.__hash__(self) ^ 3


def says(message, f, *args, **kwargs):
    try:
        f(*args, **kwargs)
    except TypeError as e:
        assert str(e) == message, (str(e), message)
    else:
        raise AssertionError(message)


says("_struct.pack() takes no keyword arguments", struct.pack, x=2)
says("_struct.pack_into() takes no keyword arguments", struct.pack_into, x=2)
says("Struct.pack() takes no keyword arguments", struct.Struct.pack, struct.Struct(""), x=2)
says("product() takes at most 1 keyword argument (2 given)", itertools.product, 0, repeat=1, foo=2)
says("product() got an unexpected keyword argument 'foo'", itertools.product, 0, foo=2)
says("ImportError() takes at most 3 keyword arguments (4 given)", ImportError, 0, name=1, path=2, name_from=3, foo=3)
says("ImportError() got an unexpected keyword argument 'namez'. Did you mean 'name'?", ImportError, namez=1)
says("min() takes at most 2 keyword arguments (3 given)", min, 0, default=1, key=2, foo=3)
says("max() got an unexpected keyword argument 'foo'", max, 0, foo=3)
says("print() got an unexpected keyword argument 'foo'", print, 0, sep=1, end=2, file=3, flush=4, foo=5)
says("invalid keyword argument for print()", lambda: print(0, 1, **{Sly("foo"): ","}))
says("invalid keyword argument for round()", lambda: round(1.75, **{Sly("foo"): 1}))
says("split() got an unexpected keyword argument 'maxsplt'. Did you mean 'maxsplit'?", "foo".split, maxsplt=1)
says("split() got an unexpected keyword argument 'blech'", "foo".split, blech=1)
assert "foo bar".split(**{Sly("maxsplit"): 0}) == ["foo bar"]

m = types.ModuleType("mod")
says("'module' object is not callable", m)
m.mod = 42
says("'module' object is not callable", m)
m.mod = len
says("'module' object is not callable. Did you mean: 'mod.mod(...)'?", m)
m.__name__ = 42
says("'module' object is not callable", m)


def f(**k):
    return k


says("__main__.f() got multiple values for keyword argument '1'", lambda: f(**{1: 3}, **{1: 5}))
says("keywords must be strings", lambda: f(**{1: 3}, **{2: 5}))

# a function keeps the builtins of whoever made it, unless its globals name some
space = {"type": type, "__builtins__": {"None": None}}
exec("def g(): pass\nh = type(g)(g.__code__, {})", space)
assert space["h"].__builtins__ is space["__builtins__"]

# another kind of code
def plain(): pass
def generator(): yield
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    plain.__code__ = generator.__code__
assert [str(w.message) for w in seen] == ["Assigning a code object of non-matching type is deprecated (e.g., from a generator to a plain function)"]

# a bytearray keeps its length while it joins
b = bytearray(b",")
def parts():
    try:
        b.clear()
    except BufferError:
        yield b"held"
    yield b"on"
assert b.join(parts()) == b"held,on"

# input() does with streams that cannot be flushed
import io
import sys
class Bucket:
    def write(self, text):
        pass
streams = sys.stdin, sys.stdout
sys.stdin, sys.stdout = io.StringIO("line\n"), Bucket()
try:
    assert input("? ") == "line"
finally:
    sys.stdin, sys.stdout = streams
print("ok")
