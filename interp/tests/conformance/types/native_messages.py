# needs: collections, functools, itertools, re, types, typing
# Messages about native functions, methods and types name them as CPython does.
# Names of arguments, numbers of arguments, types with the module that made them, fields of native types.
import collections, functools, itertools, re, types, typing


def fails(f, kind, text):
    try:
        f()
    except kind as e:
        assert str(e) == text, (str(e), text)
    else:
        assert False, text


T = TypeError
# Functions with names for arguments.
fails(lambda: sum(), T, "sum() takes at least 1 positional argument (0 given)")
fails(lambda: sum(x=1), T, "sum() takes at least 1 positional argument (0 given)")
fails(lambda: sum([], 1, start=2), T, "sum() takes at most 2 arguments (3 given)")
fails(lambda: sum([], x=1), T, "sum() got an unexpected keyword argument 'x'")
fails(lambda: functools.reduce(1), T, "reduce() takes at least 2 positional arguments (1 given)")
fails(lambda: functools.reduce(1, 2, 3, x=4), T, "reduce() takes at most 3 arguments (4 given)")
fails(lambda: functools.cmp_to_key(x=1), T, "cmp_to_key() missing required argument 'mycmp' (pos 1)")
fails(lambda: functools.cmp_to_key(1, 2), T, "cmp_to_key() takes at most 1 argument (2 given)")
fails(lambda: "a".replace("a"), T, "replace() takes at least 2 positional arguments (1 given)")
fails(lambda: "a".replace("a", "b", 1, count=2), T, "replace() takes at most 3 arguments (4 given)")
fails(lambda: (1).to_bytes(1, "big", True), T, "to_bytes() takes at most 2 positional arguments (3 given)")
fails(lambda: (1).to_bytes(1, 2, 3, 4, 5), T, "to_bytes() takes at most 3 arguments (5 given)")
fails(lambda: (1).to_bytes(1, length=1), T, "argument for to_bytes() given by name ('length') and position (1)")
fails(lambda: [].sort(1), T, "sort() takes no positional arguments")
fails(lambda: [].sort(key=None, reverse=1, x=2), T, "sort() takes at most 2 keyword arguments (3 given)")
fails(lambda: pow(1, x=1), T, "pow() missing required argument 'exp' (pos 2)")
fails(lambda: [].insert(1), T, "insert expected 2 arguments, got 1")
fails(lambda: len(x=1), T, "len() takes no keyword arguments")

# Methods with the class they are bound to.
fails(lambda: float.fromhex(), T, "float.fromhex() takes exactly one argument (0 given)")
fails(lambda: list.__class_getitem__(), T, "list.__class_getitem__() takes exactly one argument (0 given)")
fails(lambda: list.mro(1), T, "list.mro() takes no arguments (1 given)")
fails(lambda: [].append(*()), T, "list.append() takes exactly one argument (0 given)")
fails(lambda: {}.update((), **[]), T, "dict.update() argument after ** must be a mapping, not list")
fails(lambda: "".strip(*1), T, "str.strip() argument after * must be an iterable, not int")
fails(lambda: print(**1), T, "print() argument after ** must be a mapping, not int")
fails(lambda: (1).__add__(**1), T, "int.__add__() argument after ** must be a mapping, not int")
fails(lambda: "text"(**1), T, "text argument after ** must be a mapping, not int")

# Native types of modules.
fails(lambda: collections.deque() - 1, T, "unsupported operand type(s) for -: 'collections.deque' and 'int'")
fails(lambda: len(itertools.count()), T, "object of type 'itertools.count' has no len()")
fails(lambda: [][re.compile("")], T, "list indices must be integers or slices, not re.Pattern")
fails(lambda: iter(int | str), T, "'typing.Union' object is not iterable")
fails(lambda: iter(re.match("", "")), T, "'re.Match' object is not iterable")
fails(lambda: list[int] + 1, T, "unsupported operand type(s) for +: 'types.GenericAlias' and 'int'")
fails(lambda: functools.partial(int).zork, AttributeError, "'functools.partial' object has no attribute 'zork'")
assert repr(itertools.count(3)) == "count(3)"
assert repr(collections.deque([1])) == "deque([1])"
assert collections.deque.__name__ == "deque" and collections.deque.__module__ == "collections"
assert types.FunctionType.__module__ == types.BuiltinFunctionType.__module__ == "builtins"
assert typing.TypeVar.__module__ == "typing"

# Fields.
assert type(slice.start) is types.MemberDescriptorType and repr(range.stop) == "<member 'stop' of 'range' objects>"
assert slice(1, 2).start == slice.start.__get__(slice(1, 2)) == 1
fails(lambda: setattr(slice(1), "start", 2), AttributeError, "readonly attribute")
fails(lambda: setattr(1j, "real", 2), AttributeError, "readonly attribute")
fails(lambda: setattr(1, "real", 2), AttributeError, "attribute 'real' of 'int' objects is not writable")
e = StopIteration(1)
e.value = 5
assert e.value == 5 and type(StopIteration.value) is types.MemberDescriptorType

# Sizes.
fails(lambda: "a" * -2**70, OverflowError, "cannot fit 'int' into an index-sized integer")
fails(lambda: "a".center(2**70), OverflowError, "Python int too large to convert to C ssize_t")
fails(lambda: b"a".zfill(-2**70), OverflowError, "Python int too large to convert to C ssize_t")
print("ok")
