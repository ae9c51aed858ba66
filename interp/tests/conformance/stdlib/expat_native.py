# needs: pyexpat
# The streaming XML parser: handlers, pieces, namespaces, entities, declarations, places, errors.
import pyexpat

DOC = b"""<?xml version="1.0" encoding="iso-8859-1" standalone="yes"?>
<!DOCTYPE r SYSTEM "r.dtd" [
<!ENTITY e "val<b/>ue"> <!ENTITY % p "x"> <!ENTITY u SYSTEM "u.gif" NDATA n>
<!NOTATION n PUBLIC "pub"> <!ELEMENT r (a|(b,c*))+> <!ATTLIST r k CDATA "def" t (x|y) #REQUIRED>
]>
<r t='x'  q="1&#65;&lt;"><?pi some data?><!-- note -->&e;<![CDATA[<raw>]]>\xe9</r>
"""

HANDLERS = ["StartElement", "EndElement", "ProcessingInstruction", "CharacterData", "UnparsedEntityDecl", "NotationDecl", "StartNamespaceDecl", "EndNamespaceDecl", "Comment",
    "StartCdataSection", "EndCdataSection", "StartDoctypeDecl", "EndDoctypeDecl", "EntityDecl", "XmlDecl", "ElementDecl", "AttlistDecl", "SkippedEntity"]


def events(data, size=None, separator=None, **settings):
    p = pyexpat.ParserCreate(namespace_separator=separator)
    p.buffer_text = True
    for k, v in settings.items(): setattr(p, k, v)
    log = []
    for name in HANDLERS:
        setattr(p, name + "Handler", lambda *args, name=name: log.append((name, *args)))
    if size is None:
        p.Parse(data, True)
    else:
        for i in range(0, len(data), size): p.Parse(data[i:i + size])
        p.Parse(b"", True)
    return log


whole = events(DOC)
assert whole == [
    ("XmlDecl", "1.0", "iso-8859-1", 1), ("StartDoctypeDecl", "r", "r.dtd", None, 1), ("EntityDecl", "e", 0, "val<b/>ue", None, None, None, None),
    ("EntityDecl", "p", 1, "x", None, None, None, None), ("UnparsedEntityDecl", "u", None, "u.gif", None, "n"), ("NotationDecl", "n", None, None, "pub"),
    ("ElementDecl", "r", (5, 3, None, ((4, 0, "a", ()), (6, 0, None, ((4, 0, "b", ()), (4, 2, "c", ())))))), ("AttlistDecl", "r", "k", "CDATA", "def", 0),
    ("AttlistDecl", "r", "t", "(x|y)", None, 1), ("EndDoctypeDecl",), ("StartElement", "r", {"t": "x", "q": "1A<", "k": "def"}),
    ("ProcessingInstruction", "pi", "some data"), ("Comment", " note "), ("CharacterData", "val"), ("StartElement", "b", {}), ("EndElement", "b"), ("CharacterData", "ue"),
    ("StartCdataSection",), ("CharacterData", "<raw>"), ("EndCdataSection",), ("CharacterData", "\xe9"), ("EndElement", "r"),
], whole


def joined(log):
    out = []
    for e in log:
        if e[0] == "CharacterData" and out and out[-1][0] == "CharacterData": out[-1] = (e[0], out[-1][1] + e[1])
        else: out.append(e)
    return out


for size in [1, 2, 7, 50]:
    assert joined(events(DOC, size)) == whole, size
assert events(DOC, ordered_attributes=True, specified_attributes=True)[10] == ("StartElement", "r", ["t", "x", "q", "1A<"])
names = events(b'<a xmlns="u" xmlns:p="v" p:k="1" k="2"><p:b/></a>', separator="!")
assert names == [("StartNamespaceDecl", None, "u"), ("StartNamespaceDecl", "p", "v"), ("StartElement", "u!a", {"v!k": "1", "k": "2"}), ("StartElement", "v!b", {}), ("EndElement", "v!b"),
    ("EndElement", "u!a"), ("EndNamespaceDecl", "p"), ("EndNamespaceDecl", None)], names
assert [e[0] for e in events("<a>\u20ac\n</a>".encode("utf-16"))] == ["StartElement", "CharacterData", "EndElement"]
assert events("<?xml version='1.0' encoding='cp1252'?><a>\u20ac</a>".encode("cp1252"))[2] == ("CharacterData", "\u20ac")

for data, message in [
    (b"", "no element found: line 1, column 0"), (b"<a>", "no element found: line 1, column 3"), (b"<a></b>", "mismatched tag: line 1, column 5"),
    (b"<a/><b/>", "junk after document element: line 1, column 4"), (b'<a b="1" b="2"/>', "duplicate attribute: line 1, column 9"),
    (b"<a b=1/>", "not well-formed (invalid token): line 1, column 5"), (b"<a>\n&foo;</a>", "undefined entity: line 2, column 0"),
    (b"<a>&#0;</a>", "reference to invalid character number: line 1, column 3"), (b"<a>]]></a>", "not well-formed (invalid token): line 1, column 5"),
    (b"<a>\xff</a>", "not well-formed (invalid token): line 1, column 3"), (b"<a", "unclosed token: line 1, column 0"),
    (b'<!DOCTYPE a [<!ENTITY x "&x;">]><a>&x;</a>', "recursive entity reference: line 1, column 35"),
    (b' <?xml version="1.0"?><a/>', "XML or text declaration not at start of entity: line 1, column 1"),
]:
    p = pyexpat.ParserCreate()
    try:
        p.Parse(data, True)
        raise AssertionError(data)
    except pyexpat.ExpatError as e:
        assert str(e) == message and e.code == pyexpat.errors.codes[message.split(":")[0]] == p.ErrorCode, (data, str(e))

# External entities get a parser of their own; the default handler gets what nobody wants.
p = pyexpat.ParserCreate()
log = []
p.SetBase("base")
def external(context, base, system, public):
    log.append((context, base, system, public))
    child = p.ExternalEntityParserCreate(context)
    child.Parse("<inner>text</inner>", True)
    return 1
p.ExternalEntityRefHandler = external
p.StartElementHandler = lambda name, attrs: log.append((name, p.CurrentLineNumber, p.CurrentColumnNumber, p.CurrentByteIndex))
p.Parse(b'<!DOCTYPE a [<!ENTITY x SYSTEM "x.xml">]>\n<a>&x;</a>', True)
assert log == [("a", 2, 0, 42), ("x", "base", "x.xml", None), ("inner", 2, 3, 45)], log
p = pyexpat.ParserCreate()
rest = []
p.DefaultHandler = rest.append
p.StartElementHandler = lambda *a: None
p.Parse(b'<a k="v"><!-- c -->t&lt;</a>', True)
assert "".join(rest) == "<!-- c -->t&lt;</a>", rest


# A handler's exception ends the work and arrives.
def fail(*args): raise KeyError("stop")
p = pyexpat.ParserCreate()
p.CharacterDataHandler = fail
try:
    p.Parse(b"<a>text</a>", True)
    raise AssertionError
except KeyError as e:
    assert e.args == ("stop",)
print("ok")
