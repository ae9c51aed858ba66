# The values of `instar -X layout`: name and object, in the order of docs/layouts.md. Only the objects themselves are looked at,
# with their buffers and an instance's own dict; not what they refer to.
def plain(k):
    names = ["a%d" % i for i in range(k)]
    body = "\n".join("        self.%s = None" % name for name in names) or "        pass"
    space = {}
    exec("class Plain:\n    def __init__(self):\n" + body, space)
    return space["Plain"]


def slotted(k):
    return type("Slotted", (), {"__slots__": ["a%d" % i for i in range(k)]})


def touched(k):
    instance = plain(k)()
    instance.__dict__
    return instance


def function(a, b):
    return a + b


class Empty:
    def method(self):
        pass


cell = (lambda x: lambda: x)(1).__closure__[0]
grown = []
grown.append(None)

samples = [
    ("object()", object()),
    ("int 1", 1),
    ("int 2**40", 2**40),
    ("int 2**100", 2**100),
    ("float 1.5", 1.5),
    ("complex 1j", 1j),
    ("str, 0 characters", ""),
    ("str, 8 of ASCII", "abcdefgh"),
    ("str, 64 of ASCII", "a" * 64),
    ("str, 8 of 2 bytes", "\u0430" * 8),
    ("bytes, 8", b"abcdefgh"),
    ("bytearray, 8", bytearray(b"abcdefgh")),
    ("tuple, 0 items", ()),
    ("tuple, 1 item", (None,)),
    ("tuple, 2 items", (None, None)),
    ("tuple, 8 items", (None,) * 8),
    ("list, 0 items", []),
    ("list, 1 appended", grown),
    ("list, display of 8", [None, None, None, None, None, None, None, None]),
    ("dict, 0 items", {}),
    ("dict, 1 to 5 str keys", {"a": None}),
    ("dict, 6 to 10 str keys", dict.fromkeys("abcdef")),
    ("dict, 1 to 5 int keys", {1: None}),
    ("set, 0 items", set()),
    ("set, 1 to 4 items", {None}),
    ("frozenset, 1 to 4 items", frozenset({None})),
    ("function", function),
    ("bound method", Empty().method),
    ("cell", cell),
    ("generator, 1 local", (lambda x: (yield x))(1)),
    ("range", range(10)),
    ("slice", slice(1, 2)),
    ("property", property(function)),
    ("exception", ValueError("x")),
    ("class", Empty),
]
samples += [("instance, %d attributes" % k, plain(k)()) for k in range(9)]
samples += [("instance, __slots__ of %d" % k, slotted(k)()) for k in range(9)]
samples += [("instance, %d attributes, __dict__ touched" % k, touched(k)) for k in range(9)]
