"""What `__getstate__` and `__reduce_ex__` of builtin types say: types with variable parts, without a dict of their own, named in full."""
import collections
import copyreg
import itertools
import operator
import re
import sys


def says(o, text, protocol=2):
    try:
        o.__reduce_ex__(protocol)
    except TypeError as e:
        assert str(e) == text, str(e)
    else:
        raise AssertionError(text)


says(memoryview(b""), "cannot pickle memoryview objects")
says((lambda: 0).__code__, "cannot pickle code objects")
says((i for i in ()), "cannot pickle 'generator' object")
says(re.match("a", "a"), "cannot pickle 're.Match' object")
says(itertools.count(), "cannot pickle 'itertools.count' object")
says(itertools.chain(), "cannot pickle 'itertools.chain' object")
says(sys.stdout, "cannot pickle 'TextIOWrapper' instances")


class Plain:
    def method(self):
        pass


# a bound method shows the attributes of its function, but has none itself
Plain.method.attribute = 1
assert Plain().method.__dict__ == {"attribute": 1} and Plain().method.__getstate__() is None
assert object.__getstate__(list[int]) is None
assert Plain.method.__getstate__() == {"attribute": 1}
assert copyreg._slotnames(collections.defaultdict) == [] and collections.defaultdict().__getstate__() is None
assert collections.defaultdict(int).default_factory is int


# concatenation of sequences is no addition
def refused(f, a, b, text):
    try:
        f(a, b)
    except TypeError as e:
        assert str(e) == text, str(e)
    else:
        raise AssertionError(text)


class Adds(list):
    def __add__(self, other):
        return "added"


class AddsInPlace(list):
    def __iadd__(self, other):
        return "added in place"


class Reflects(list):
    def __radd__(self, other):
        return "reflected"


class Sequence:
    def __getitem__(self, i):
        raise IndexError

    def __add__(self, other):
        return "added"


for f in operator.concat, operator.iconcat:
    refused(f, range(0), range(1), "'range' object can't be concatenated")
    refused(f, 1, [], "'int' object can't be concatenated")
    refused(f, Sequence(), 1, "'Sequence' object can't be concatenated")
    refused(f, Adds(), 1, "'Adds' object can't be concatenated" if f is operator.concat else "'int' object is not iterable")
    assert f(AddsInPlace([1]), [2]) == [1, 2]
    assert f([1], Reflects([2])) == [1, 2]
    assert f(Sequence(), []) == "added"
assert operator.concat(Adds([1]), [2]) == "added" and operator.iconcat(Adds([1]), [2]) == [1, 2]


# an instance is asked for each part, not for its dict; classes that change places
class Asked:
    def __getattribute__(self, name):
        asked.append(name)
        return super().__getattribute__(name)


asked = []
Asked().__reduce_ex__(2)
assert asked == ["__reduce_ex__", "__reduce__", "__getstate__"], asked
asked = []
object.__getstate__(Asked())
assert asked == [], asked


class OfBytes(bytes):
    pass


class Empty:
    __slots__ = ()


for cls, base, text in (OfBytes, Asked, "__bases__ assignment: 'Asked' deallocator differs from 'bytes'"), (type("X", (Asked,), {}), int, "__bases__ assignment: 'int' deallocator differs from 'Asked'"), (type("X", (Empty,), {}), object, "__bases__ assignment: 'object' deallocator differs from 'Empty'"), (type("X", (Asked,), {}), list, "__bases__ assignment: 'list' object layout differs from 'Asked'"):
    try:
        cls.__bases__ = (base,)
    except TypeError as e:
        assert str(e) == text, str(e)
    else:
        raise AssertionError(text)


class Named:
    __qualname__ = "Somewhere.Named"


try:
    type("Sub", (Named,), {"__qualname__": "Other.Sub"}, key=1)
except TypeError as e:
    assert str(e) == "Other.Sub.__init_subclass__() takes no keyword arguments", str(e)
print("ok")
