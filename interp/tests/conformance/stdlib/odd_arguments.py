# Arguments at the edge: extension codes that are no numbers, descriptors that are no C ints, distributions without width, text that is
# normal already, digits of Unicode 3.2.
import copyreg
import io
import pickle
import statistics
import unicodedata


class C:
    pass


key = (C.__module__, "C")
for code, kind in ((object(), TypeError), (None, TypeError), (-1, RuntimeError), (0, RuntimeError), (2**31, RuntimeError), (2**70, OverflowError)):
    copyreg._extension_registry[key] = code
    for protocol in (2, 3, 4, 5):
        try:
            pickle.dumps(C, protocol)
            raise AssertionError(code)
        except kind:
            pass
del copyreg._extension_registry[key]
for number in (2**31, 2**70, -2**40):
    try:
        io.FileIO(number)
        raise AssertionError(number)
    except TypeError as e:
        assert str(e) == "expected str, bytes or os.PathLike object, not int"
assert statistics.NormalDist(100, 0).inv_cdf(0.5) == 100


class Text(str):
    pass


for form in ("NFC", "NFD", "NFKC", "NFKD"):
    for text in ("", "ascii", "\u0142", "\u0150"):
        assert type(unicodedata.normalize(form, Text(text))) is str
        assert unicodedata.normalize(form, Text(text)) == unicodedata.normalize(form, text)
old = unicodedata.ucd_3_2_0
assert [old.decimal(c, None) for c in "\xb2\xb3\xb9\u1369\u1371\u2070\u2071\u2079\u2089\u215b7"] == [2, 3, 1, 1, 9, 0, None, 9, 9, None, 7]
assert [unicodedata.decimal(c, None) for c in "\xb2\u1369\u20707"] == [None, None, None, 7]
assert old.digit("\U0001fbf9", None) == 9 and old.decimal("\U0001fbf9", None) is None
print("ok")
