# Iterators over strings: plain ASCII strings have a type of their own.
ascii_type, other_type = type(iter("abc")), type(iter("é"))
assert (ascii_type.__name__, other_type.__name__) == ("str_ascii_iterator", "str_iterator")
assert type(iter("")) is ascii_type and type(iter("\x7f")) is ascii_type and type(iter("a\u1234")) is other_type


class Sub(str):
    pass


assert type(iter(Sub("abc"))) is other_type and list(iter(Sub("abc"))) == ["a", "b", "c"]
assert ascii_type.__module__ == "builtins" and ascii_type.__doc__ is None and repr(iter("a")).startswith("<str_ascii_iterator object at 0x")
for text in ("abc", "äbc", "\u1234b\U0001f600"):
    it = iter(text)
    assert iter(it) is it and it.__length_hint__() == 3
    assert next(it) == text[0] and it.__length_hint__() == 2
    assert it.__reduce__() == (iter, (text,), 1)
    it.__setstate__(2)
    assert list(it) == [text[2]] and it.__length_hint__() == 0
    assert next(it, "end") == "end" and it.__reduce__() == (iter, ("",))
    it.__setstate__(0)
    assert list(it) == []
    it = iter(text)
    it.__setstate__(-5)
    assert next(it) == text[0]
    it.__setstate__(99)
    assert list(it) == []
    assert [c for c in text] == list(text) and "".join(reversed(list(text))) == text[::-1]
for kind, wrong, name in ((ascii_type, iter("é"), "str_iterator"), (other_type, iter("a"), "str_ascii_iterator")):
    try:
        kind.__next__(wrong)
        assert False
    except TypeError as e:
        assert str(e) == f"descriptor '__next__' requires a '{kind.__name__}' object but received a '{name}'", str(e)
    try:
        kind()
        assert False
    except TypeError as e:
        assert str(e) == f"cannot create '{kind.__name__}' instances"
print("ok")
