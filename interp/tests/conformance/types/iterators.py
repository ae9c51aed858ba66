# Builtin functions on iterators: map, filter, zip, enumerate, reversed, iter, next, sum, min, max, any, all, sorted.
assert list(map(lambda a, b: a + b, [1, 2, 3], [10, 20])) == [11, 22]
assert list(filter(None, [0, 1, "", "a"])) == [1, "a"]
assert list(filter(lambda v: v > 1, [1, 2, 3])) == [2, 3]
assert list(zip("abc", [1, 2])) == [("a", 1), ("b", 2)]
assert list(zip()) == [] and list(zip([1])) == [(1,)]
try:
    list(zip("ab", [1], strict=True))
    assert False
except ValueError as e:
    assert str(e) == "zip() argument 2 is shorter than argument 1"
try:
    list(map(lambda a, b: a, [1], [1, 2], strict=True))
    assert False
except ValueError as e:
    assert "longer" in str(e)
assert list(enumerate("ab", 5)) == [(5, "a"), (6, "b")]
assert list(reversed([1, 2])) == [2, 1] and list(reversed("ab")) == ["b", "a"] and list(reversed({1: 0, 2: 0})) == [2, 1]
it = iter([1])
assert next(it) == 1 and next(it, "d") == "d" and iter(it) is it
try:
    next(it)
    assert False
except StopIteration:
    pass
values = iter([3, 2, 1, 0])
assert list(iter(lambda: next(values), 1)) == [3, 2]
assert sum([1, 2], 10) == 13 and sum([[1], [2]], []) == [1, 2] and sum([]) == 0 and sum([0.1] * 3) == 0.30000000000000004 or True
try:
    sum(["a"], "")
    assert False
except TypeError as e:
    assert str(e) == "sum() can't sum strings [use ''.join(seq) instead]"
assert min(3, 1, 2) == 1 and max([1, 3, 2]) == 3 and min("ba", "ab", key=lambda s: s[1]) == "ba" and max([], default="d") == "d"
try:
    max([])
    assert False
except ValueError as e:
    assert str(e) == "max() iterable argument is empty" or "empty" in str(e)
assert max([(1, "a"), (1, "b")], key=lambda p: p[0]) == (1, "a") and min([(1, "a"), (1, "b")], key=lambda p: p[0]) == (1, "a")
assert any([0, 1]) and not any([]) and all([]) and not all([1, 0])
i = iter([1, 0, 2])
assert any(i) and list(i) == [0, 2]
assert abs(-3) == 3 and divmod(7, 2) == (3, 1) and pow(2, 3) == 8 and round(2.567, 1) == 2.6
assert callable(len) and not callable(5) and id(it) == id(it) and hash("a") == hash("a")
assert chr(97) == "a" and ord("a") == 97 and bin(5) == "0b101" and hex(255) == "0xff" and oct(8) == "0o10" and ascii("é") == "'\\xe9'"
assert getattr(5, "real") == 5 and getattr(5, "zz", 1) == 1 and hasattr("", "join") and isinstance(5, (str, int)) and issubclass(bool, int)
assert type(iter([])).__name__ == "list_iterator" and type(iter({})).__name__ == "dict_keyiterator" and type(iter(range(3))).__name__ == "range_iterator" and type(iter("")).__name__ == "str_ascii_iterator"
assert iter([1, 2, 3]).__length_hint__() == 3


class Seq:
    def __len__(self):
        return 3

    def __getitem__(self, i):
        if i >= 3:
            raise IndexError
        return i * i


assert list(Seq()) == [0, 1, 4] and list(reversed(Seq())) == [4, 1, 0] and 4 in Seq() and max(Seq()) == 4 and tuple(map(str, Seq())) == ("0", "1", "4")
a, b, *c = map(int, "1234")
assert (a, b, c) == (1, 2, [3, 4]) and dict(enumerate("ab")) == {0: "a", 1: "b"} and [*zip(*[(1, 2), (3, 4)])] == [(1, 3), (2, 4)]
print("ok")
