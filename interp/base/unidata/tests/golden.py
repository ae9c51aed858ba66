"""Write tests/golden.txt: a checksum of all names and answers of `unicodedata.lookup` for sample queries.

    python3.14 tests/golden.py > tests/golden.txt
"""
import unicodedata as u
import zlib
h = 0
for cp in range(0x110000):
    h = zlib.crc32((u.name(chr(cp), "") + "\n").encode(), h)
print("names", h)
for q in ["LATIN SMALL LETTER A", "latin small letter a", "LATINSMALLLETTERA", "LATIN_SMALL_LETTER_A", "NULL", "nul", "LF", "BELL", "ALERT", "HANGUL SYLLABLE GAG", "hangul syllable gag", "HANGUL SYLLABLE", "HANGUL SYLLABLE ZZ",
          "CJK UNIFIED IDEOGRAPH-4E00", "cjk unified ideograph-4e00", "CJK UNIFIED IDEOGRAPH-04E00", "CJK UNIFIED IDEOGRAPH-0041", "CJK UNIFIED IDEOGRAPH-323B0", "CJK UNIFIED IDEOGRAPH-2A6E0", "KEYCAP DIGIT ZERO", "keycap digit zero", "LATIN SMALL LETTER R WITH TILDE", "", "TIBETAN LETTER -A", "TIBETAN LETTER A",
          "HANGUL JUNGSEONG O-E", "HANGUL JUNGSEONG OE", "TANGUT IDEOGRAPH-17000", "tangut ideograph-187f7", "TANGUT IDEOGRAPH-187F8", "TANGUT IDEOGRAPH-+7000", "TANGUT IDEOGRAPH-017000", "NUSHU CHARACTER-1B170", "KHITAN SMALL SCRIPT CHARACTER-18B00", "CJK COMPATIBILITY IDEOGRAPH-F900", "EGYPTIAN HIEROGLYPH-13460", "VS256", "VARIATION SELECTOR-256", "WEIERSTRASS ELLIPTIC FUNCTION", "SNOWMAN", "GRINNING FACE ", " SNOWMAN", "EURO-SIGN", "ZWNBSP", "BYTE ORDER MARK", "BOM"]:
    try:
        print("lookup", q.replace(" ", "_~"), ".".join("%x" % ord(c) for c in u.lookup(q)))
    except KeyError:
        print("lookup", q.replace(" ", "_~"), "-")
