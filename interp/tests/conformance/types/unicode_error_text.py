# Text of Unicode errors whose parts were changed, and changed while the text is made.
def text(e, **changes):
    for name, value in changes.items():
        setattr(e, name, value)
    return str(e)


assert text(UnicodeEncodeError("u", "xy", 0, 1, "r"), start=1000, end=5) == "'u' codec can't encode characters in position 1000-4: r"
assert text(UnicodeEncodeError("u", "xy", 0, 1, "r"), start=-5, end=-2) == "'u' codec can't encode characters in position -5--3: r"
assert text(UnicodeEncodeError("u", "xy", 0, 1, "r"), start=1, end=2) == "'u' codec can't encode character '\\x79' in position 1: r"
assert text(UnicodeDecodeError("u", b"xy", 0, 1, "r"), start=1, end=2) == "'u' codec can't decode byte 0x79 in position 1: r"
assert text(UnicodeDecodeError("u", b"xy", 0, 1, "r"), object=b"") == "'u' codec can't decode bytes in position 0-0: r"
assert text(UnicodeTranslateError("xy", 0, 1, "r"), end=7) == "can't translate characters in position 0-6: r"

for make in (lambda r: UnicodeEncodeError("u", "x", 0, 1, r), lambda r: UnicodeDecodeError("u", b"x", 0, 1, r), lambda r: UnicodeTranslateError("x", 0, 1, r)):
    def remove(): del error.object
    def replace(): error.object = None
    for change in (remove, replace):
        class Evil(str):
            def __str__(self):
                change()
                return self
        error = make(Evil("r"))
        try:
            str(error)
        except TypeError as e:
            assert str(e).startswith("UnicodeError 'object' attribute"), e
        else:
            raise AssertionError
print("ok")
