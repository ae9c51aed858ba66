# str: methods, searching, splitting, case, tests of characters, encoding, errors.
s = "Hello, Wörld"
assert s.upper() == "HELLO, WÖRLD"
assert s.lower() == "hello, wörld"
assert s.swapcase() == "hELLO, wÖRLD"
assert "they're bill's".title() == "They'Re Bill'S"
assert "hELLO".capitalize() == "Hello"
assert "Straße".casefold() == "strasse"
assert "ß".upper() == "SS"
assert s.find("l") == 2
assert s.rfind("l") == 10
assert s.find("l", 4) == 10
assert s.find("zz") == -1
assert s.index("W") == 7
assert s.count("l") == 3
assert "aaa".count("aa") == 1
assert "abc".count("") == 4
for action in (lambda: s.index("zz"), lambda: s.rindex("zz"), lambda: s.split("")):
    try:
        action()
        assert False
    except ValueError as e:
        assert str(e) in ("substring not found", "empty separator")
assert " a  b ".split() == ["a", "b"]
assert " a  b ".split(" ") == ["", "a", "", "b", ""]
assert "a,b,c".split(",", 1) == ["a", "b,c"]
assert "a,b,c".rsplit(",", 1) == ["a,b", "c"]
assert "a\nb\r\nc\u2028d".splitlines() == ["a", "b", "c", "d"]
assert "a\nb\n".splitlines(True) == ["a\n", "b\n"]
assert "a=b=c".partition("=") == ("a", "=", "b=c")
assert "a=b=c".rpartition("=") == ("a=b", "=", "c")
assert "abc".partition("x") == ("abc", "", "")
assert "-".join(["a", "b"]) == "a-b"
assert "".join([]) == ""
assert "  x ".strip() == "x"
assert "xxaxx".strip("x") == "a"
assert "xya".lstrip("yx") == "a"
assert "a  ".rstrip() == "a"
assert "abab".replace("a", "x", 1) == "xbab"
assert "ab".replace("", "-") == "-a-b-"
assert "prefix.x".removeprefix("prefix") == ".x"
assert "a.py".removesuffix(".py") == "a"
assert "abc".startswith(("x", "ab"))
assert "abc".endswith("bc", 1)
assert "7".zfill(3) == "007"
assert "-7".zfill(4) == "-007"
assert "a".center(4, "*") == "*a**"
assert "a".ljust(3) + "|" == "a  |"
assert "a".rjust(3, "0") == "00a"
assert "a\tb".expandtabs(4) == "a   b"
assert "abc".translate({97: "x", 98: None, 99: 100}) == "xd"
assert "abc".translate(str.maketrans("ab", "xy", "c")) == "xy"
assert "abc".isalpha() and "a1".isalnum() and "12".isdigit() and "²".isdigit() and not "²".isdecimal() and "½".isnumeric()
assert "Ab C".istitle() and not "aB".istitle()
assert "a_1".isidentifier() and not "1a".isidentifier()
assert " \t".isspace() and "ab".islower() and "AB".isupper() and "a".isascii() and not "ö".isascii() and "a b".isprintable()
assert not "".isalpha()
assert "ö€𝄞".encode() == b"\xc3\xb6\xe2\x82\xac\xf0\x9d\x84\x9e"
assert "ö".encode("latin-1") == b"\xf6"
assert "ö€".encode("ascii", "replace") == b"??"
assert "ö".encode("ascii", "xmlcharrefreplace") == b"&#246;"
assert "ö".encode("ascii", "backslashreplace") == b"\\xf6"
assert "a€b".encode("ascii", "ignore") == b"ab"
try:
    "a€".encode("ascii")
    assert False
except UnicodeEncodeError as e:
    assert (e.start, e.end, e.object) == (1, 2, "a€")
assert len("𝄞") == 1
assert "a𝄞b"[1] == "𝄞"
assert "a𝄞b"[::-1] == "b𝄞a"
assert ord("€") == 8364 and chr(8364) == "€" and "\ud800" != "?"
assert repr("a'b") == '"a\'b"'
assert repr("\n\t\\\x00é\u200b") == "'\\n\\t\\\\\\x00é\\u200b'"
assert ascii("é𝄞") == "'\\xe9\\U0001d11e'"
assert "a" < "b" < "ba" and "Z" < "a" and "é" > "z" and "a" * 3 == "aaa" and "b" in "abc" and "" in ""
assert str(b"ab", "utf-8") == "ab" and str(b"a") == "b'a'" and str(5) == "5" and str() == ""
assert hash("abc") == hash("ab" + "c")


class S(str):
    def __str__(self):
        return "custom"


assert S("a") == "a" and str(S("a")) == "custom" and f"{S('a')}" in ("a", "custom") and type(S("a") + "") is str
print("ok")
