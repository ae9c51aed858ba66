"""Messages about arguments: None is named by itself, user classes in full where one argument of a number is converted."""
import unicodedata, types


def says(text, f, *args, **kw):
    try:
        f(*args, **kw)
    except (TypeError, ValueError, LookupError, OverflowError) as e:
        assert str(e) == text, (str(e), text)
    else:
        raise AssertionError(text)


say_str = "{} must be str, not None".format
says(say_str("find() argument 1"), "a".find, None)
says(say_str("replace() argument 2"), "a".replace, "a", None)
says(say_str("removeprefix() argument"), "a".removeprefix, None)
for value in ("", 1, 1.5, 1j, object()):
    says(say_str("__format__() argument"), value.__format__, None)
says(say_str("format() argument 2"), format, 1, None)
says(say_str("compile() argument 'mode'"), compile, "", "", None)
says(say_str("from_bytes() argument 'byteorder'"), int.from_bytes, b"", None)
says(say_str("to_bytes() argument 'byteorder'"), (1).to_bytes, 2, None)
says(say_str("maketrans() argument 3"), str.maketrans, "a", "b", None)
says(say_str("cast() argument 'format'"), memoryview(b"").cast, None)
says(say_str("type.__new__() argument 1"), type, None, (), {})
says("type.__new__() argument 2 must be tuple, not None", type, "a", None, {})
says("type.__new__() argument 3 must be dict, not None", type, "a", (), None)
says("center() argument 2 must be a byte string of length 1, not None", b"a".center, 3, None)
says(say_str("normalize() argument 2"), unicodedata.normalize, "NFC", None)
says(say_str("str() argument 'errors'"), str, b"", errors=None)
says(say_str("bytes() argument 'encoding'"), bytes, "", None)
says(say_str("bytearray() argument 'errors'"), bytearray, "", "utf-8", None)
says(say_str("decode() argument 'encoding'"), b"".decode, None)
says(say_str("encode() argument 'errors'"), "".encode, "utf-8", None)

# Others name the type.
says("int() argument must be a string, a bytes-like object or a real number, not 'NoneType'", int, None)
says("super() argument 1 must be a type, not NoneType", super, None)
says("mappingproxy() argument must be a mapping, not NoneType", types.MappingProxyType, None)


class Plain:
    pass


class Text(str):
    pass


Plain.__module__ = "somewhere"
says("complex() argument must be a string or a number, not somewhere.Plain", complex, Plain())
says("complex() argument 'real' must be a real number, not somewhere.Plain", complex, Plain(), 1)
says("complex() argument 'imag' must be a real number, not somewhere.Plain", complex, 1, Plain())
says("str() argument 'encoding' must be str, not somewhere.Plain", str, b"", Plain())
says("str() argument 'encoding' must be str, not Plain", str, b"", encoding=Plain())
says("str() argument 'encoding' must be str, not Plain", Text, b"", Plain())

# Nothing is nothing in every encoding, even in one that there is not.
assert str(b"", "no such") == "" == b"".decode("no such") == bytearray().decode("no such") == str(memoryview(b""), "no such")
says("unknown encoding: no such", str, b"a", "no such")
says("unknown encoding: no such", "".encode, "no such")
for call in (lambda: str(b"", "\ud800"), lambda: b"".decode("utf-8", "\ud800"), lambda: "".encode("\ud800")):
    try:
        call()
    except UnicodeEncodeError as e:
        assert e.encoding == "utf-8" and e.object == "\ud800", e
    else:
        raise AssertionError

# `%`: the key is looked up, and values of stars are taken, before the rest of the conversion is looked at.
says("list indices must be integers or slices, not str", lambda: "%(a)" % [1])
says("list indices must be integers or slices, not bytes", lambda: b"%(a)" % [1])
for template in ("%(a)", "%(a)99999999999999999999d", "%(a).99999999999999999999d", b"%(a)"):
    try:
        template % {}
    except KeyError:
        pass
    else:
        raise AssertionError(template)
says("* wants int", lambda: "%*" % ("x",))
says("* wants int", lambda: "%.*" % ("x",))
says("* wants int", lambda: "%*.99999999999999999999d" % ("x", 1))
says("incomplete format", lambda: "%*" % (1,))
says("incomplete format", lambda: "%(a)" % {"a": 1})
says("not enough arguments for format string", lambda: "%*" % ())

# A callee that takes no keywords says so before it asks what they are.
names = {1: 2, 3: 4}
for text, call in (
    ("wrapper __eq__() takes no keyword arguments", lambda: range(3).__eq__([1], **names)),
    ("object.__init__() takes exactly one argument (the instance to initialize)", lambda: object().__init__(1, **names)),
    ("TimeoutError() takes no keyword arguments", lambda: TimeoutError(**{None: ()})),
    ("keywords must be strings", lambda: ValueError(**{None: ()})),
):
    says(text, call)

# As many digits as can be counted.
for n, kind in ((2**63 - 1, OverflowError), (2**63 - 31, OverflowError), (2**63 - 39, MemoryError), (2**63, OverflowError), (2**62, MemoryError)):
    try:
        255 << n
    except (OverflowError, MemoryError) as e:
        assert type(e) is kind, (n, e)
    else:
        raise AssertionError(n)
print("ok")
