# needs: binascii, codecs, io
# East Asian codecs: maps, errors, pieces of characters, sets that are switched on the way.
import binascii
import codecs
import io


def raises(kind, text, f, *args):
    try:
        f(*args)
    except kind as e:
        assert text in str(e), str(e)
    else:
        raise AssertionError("no " + kind.__name__)


# Every character that a codec knows, there and back; the sums are CPython's.
every = "".join(chr(c) for c in range(0x80, 0x3100) if not 0xD800 <= c < 0xE000) + "".join(map(chr, range(0x4E00, 0x5300)))
sums = {
    "gb2312": (2134, 2360947500, 1067, 3173164997),
    "gbk": (3872, 1692551308, 1936, 3783814646),
    "gb18030": (50854, 4171360314, 13696, 458266763),
    "big5": (2422, 1306143764, 1211, 151905123),
    "cp950": (2486, 2785630364, 1243, 347699047),
    "big5hkscs": (3020, 1922283307, 1510, 3925622147),
    "shift_jis": (1872, 3433769653, 937, 3063728103),
    "cp932": (2037, 3501460682, 1019, 4049426718),
    "euc_jp": (3783, 2056320088, 1574, 1441481131),
    "shift_jis_2004": (3270, 218462463, 1636, 2202311713),
    "euc_jis_2004": (4353, 651263553, 1958, 475553390),
    "euc_jisx0213": (4349, 1488701635, 1956, 2332769055),
    "shift_jisx0213": (3266, 1836240945, 1634, 1137288844),
    "euc_kr": (2090, 2237185373, 1045, 4080301716),
    "cp949": (2090, 2237185373, 1045, 4080301716),
    "johab": (2090, 386886674, 1045, 4080301716),
    "hz": (2138, 1742935935, 1067, 3173164997),
    "iso2022_jp": (1890, 2306928254, 937, 655799951),
    "iso2022_jp_1": (4646, 2761191219, 1574, 2622012621),
    "iso2022_jp_2": (6346, 31065061, 1973, 1444883261),
    "iso2022_jp_2004": (4622, 590128581, 1634, 3817503168),
    "iso2022_jp_3": (4610, 1333967007, 1632, 722591730),
    "iso2022_jp_ext": (4646, 2761191219, 1574, 2622012621),
    "iso2022_kr": (2096, 577842427, 1045, 4080301716),
}
for name, expected in sums.items():
    data = every.encode(name, "ignore")
    back = data.decode(name)
    assert (len(data), binascii.crc32(data), len(back), binascii.crc32(back.encode())) == expected, name

assert "a日b".encode("iso2022_jp") == b"a\x1b$BF|\x1b(Bb" and "~日~".encode("hz") == b"~~~{HU~}~~"
assert b"\xa4\xd4\xa4\xa1\xa4\xbf\xa4\xa2".decode("euc_kr") == "\uac02" and "\U0001f600".encode("gb18030") == b"\x94\x39\xfc\x36"
assert "か\u309a".encode("euc_jis_2004") == b"\xa4\xf7" and b"\xa4\xf7".decode("euc_jis_2004") == "か\u309a"
assert "\u00ca\u0304".encode("big5hkscs") == b"\x88\x62"

# Errors name the codec and the stretch; handlers are asked.
try:
    b"ab\x80\x00".decode("gbk")
except UnicodeDecodeError as e:
    assert (e.encoding, e.start, e.end, e.reason) == ("gbk", 2, 3, "illegal multibyte sequence")
try:
    b"\xa4".decode("big5")
except UnicodeDecodeError as e:
    assert e.reason == "incomplete multibyte sequence"
assert "a한".encode("shift_jis", "xmlcharrefreplace") == b"a&#54620;" and "한".encode("iso2022_jp", "replace") == b"?"
assert b"\xffab".decode("euc_jp", "replace") == "\ufffdab" and b"\x80\xa4\x40".decode("big5", "ignore") == "一"
codecs.register_error("test.mb", lambda e: ("日", e.end))
assert "한a".encode("shift_jis", "test.mb") == b"\x93\xfaa"

# Piece by piece.
decoder = codecs.getincrementaldecoder("euc_jp")()
assert decoder.decode(b"\xc6") == "" and decoder.getstate() == (b"\xc6", 0) and decoder.decode(b"\xfc") == "日"
decoder.decode(b"\xc6")
raises(UnicodeDecodeError, "incomplete", decoder.decode, b"", True)
decoder.reset()
assert decoder.decode(b"a", True) == "a"
encoder = codecs.getincrementalencoder("iso2022_jp")()
assert encoder.getstate() == 4342272 and encoder.encode("日") == b"\x1b$BF|" and encoder.encode("本", True) == b"K\\\x1b(B"
encoder = codecs.getincrementalencoder("euc_jis_2004")()
assert encoder.encode("\u00e6") == b""
state = encoder.getstate()
assert encoder.encode("\u0300") == b"\xab\xc4"
encoder.setstate(state)
assert encoder.encode("", True) == b"\xa9\xdc"
raises(TypeError, "setstate() argument must be int, not str", encoder.setstate, "")
raises(TypeError, "setstate(): illegal state argument", decoder.setstate, (1, 2))
raises(TypeError, "errors must be a string", setattr, encoder, "errors", 1)

try:
    decoder.setstate((b"123456789", 0))
except UnicodeDecodeError as e:
    assert (e.object, e.start, e.end, e.reason) == (b"123456789", 0, 9, "pending buffer too large")
else:
    raise AssertionError
# A set that there is not.
decoder = codecs.getincrementaldecoder("iso-2022-kr")("replace")
decoder.setstate((b"", 0xFF))
assert decoder.decode(b"!", True) == "\ufffd"
# A position out of all bounds.
codecs.register_error("test.far", lambda e: ("x", 1 << 70))
raises(IndexError, "position -1 from error handler out of bounds", "\udc80".encode, "gb2312", "test.far")
raises(OverflowError, "Python int too large to convert to C ssize_t", "\udc80".encode, "latin-1", "test.far")

# Streams.
raw = io.BytesIO()
writer = codecs.getwriter("iso2022_kr")(raw)
writer.write("한")
writer.writelines(["글", "\n"])
writer.reset()
assert raw.getvalue() == b"\x1b$)C\x0eGQ1[\x0f\n"
reader = codecs.getreader("cp949")(io.BytesIO("한글\n둘".encode("cp949")))
assert reader.read(1) == "한" and reader.readline() == "글\n" and reader.readlines() == ["둘"] and reader.read() == ""
with io.TextIOWrapper(io.BytesIO("日本\n".encode("shift_jis")), "shift_jis") as f:
    assert f.read(1) == "日" and f.readline() == "本\n"

import _codecs_jp
import _multibytecodec

raises(LookupError, "no such codec is supported.", _codecs_jp.getcodec, "gbk")
raises(TypeError, "encoding name must be a string.", _codecs_jp.getcodec, 1)
raises(AttributeError, "has no attribute 'codec'", _multibytecodec.MultibyteStreamReader, None)
print("ok")
