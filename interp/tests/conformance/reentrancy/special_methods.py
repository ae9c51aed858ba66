# Special methods that return nonsense or drop their owner while running.
def text(action):
    try:
        return action()
    except (TypeError, ValueError, OverflowError, IndexError) as e:
        return str(e)


class Bad:
    def __len__(self):
        return "x"

    def __repr__(self):
        return 5

    def __str__(self):
        return None

    def __index__(self):
        return 1.5

    def __iter__(self):
        return 5

    def __int__(self):
        return "1"

    def __float__(self):
        return 1

    def __contains__(self, x):
        raise ValueError("contains")

    def __bytes__(self):
        return "s"

    def __hash__(self):
        return 2**100

    def __length_hint__(self):
        return -1


b = Bad()
assert text(lambda: len(b)) == "'str' object cannot be interpreted as an integer"
assert text(lambda: repr(b)) == "__repr__ returned non-string (type int)"
assert text(lambda: str(b)) == "__str__ returned non-string (type NoneType)"
assert text(lambda: [1][b]) == "__index__ returned non-int (type float)"
assert text(lambda: iter(b)) == "iter() returned non-iterator of type 'int'"
assert text(lambda: int(b)) == "__int__ returned non-int (type str)"
assert "__float__ returned non-float (type int)" in text(lambda: float(b))
assert text(lambda: 1 in b) == "contains"
assert text(lambda: bytes(b)) == "__bytes__ returned non-bytes (type str)"
assert isinstance(hash(b), int)


class Huge:
    def __len__(self):
        return 2**100

    def __index__(self):
        return 2**100


assert text(lambda: len(Huge())) == "cannot fit 'int' into an index-sized integer"
assert text(lambda: [1][Huge()]) == "cannot fit 'Huge' into an index-sized integer" and [1, 2][Huge() :] == []
assert text(lambda: [0] * Huge()) == "cannot fit 'Huge' into an index-sized integer"


class Drops:
    """Its only reference goes away while its method runs."""

    def __getattr__(self, name):
        global holder
        holder = None
        return name + str(self is not None)

    def __call__(self):
        global holder
        holder = None
        return self.value

    def __add__(self, other):
        global holder
        holder = None
        return type(self).__name__

    def __iter__(self):
        global holder
        holder = None
        self.n = 0
        return self

    def __next__(self):
        self.n += 1
        if self.n > 3:
            raise StopIteration
        return self.n

    def __eq__(self, other):
        global holder
        holder = None
        return self.n2 == "n2True"


for use, expected in (
    (lambda: holder.attr, "attrTrue"), (lambda: holder(), "valueTrue"), (lambda: holder + 1, "Drops"),
    (lambda: list(holder), [1, 2, 3]), (lambda: holder == 1, True), (lambda: [x for x in holder], [1, 2, 3]),
):
    holder = Drops()
    assert use() == expected


class Getter:
    def __getitem__(self, i):
        data.clear()
        if i > 2:
            raise IndexError
        return i


data = [Getter(), 1]
assert list(data[0]) == [0, 1, 2] and data == []


class Swap:
    def __del__(self):
        global slot
        slot = "from del"


slot = Swap()
slot = "assigned"
assert slot == "from del"


class SelfRemove:
    def method(self):
        del SelfRemove.method
        return "still runs"


assert SelfRemove().method() == "still runs"


def redefine():
    global redefine
    redefine = None
    return [x for x in range(3)]


assert redefine() == [0, 1, 2] and redefine is None


class Class:
    def __init__(self):
        self.__class__ = Other


class Other:
    where = "other"


assert Class().where == "other"


class Sum:
    def __radd__(self, other):
        parts.clear()
        return other + 1


parts = [Sum(), Sum(), Sum()]
assert sum(parts) == 1


class Joiner:
    def __iter__(self):
        yield "a"
        strings.clear()
        yield "b"


strings = ["x"]
assert "-".join(Joiner()) == "a-b"
ba = bytearray(b"abc")


class Grow:
    def __index__(self):
        ba.extend(b"x" * 1000)
        return 65


ba[0] = Grow()
assert ba[0] == 65 and len(ba) == 1003
print("ok")
