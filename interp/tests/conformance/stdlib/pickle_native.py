# needs: pickle, _pickle, io
# The native pickler writes what the Python one writes, and both read it; hooks, memos, buffers, errors.
import io, pickle, _pickle


def error(f, *args, **kw):
    try:
        f(*args, **kw)
    except Exception as e:
        return f"{type(e).__name__}: {e}"
    return "no error"


class Plain:
    def __init__(self): self.x, self.me = 1, [self]


class Slots:
    __slots__ = ("a", "b")


values = [None, True, 1, 255, 256, 70000, -1, 2**40, -2**40, 10**50, -10**50, -2**63, 1.5, "abc", "\u20ac\ud800", "a" * 300, b"x", b"y" * 300, bytearray(b"z"), [1, 2, [3]],
    (), (1,), (1, 2, 3), (1, 2, 3, 4), {}, {"a": 1, 2: 3}, {1, 2}, frozenset([1, 2]), range(3), Plain, len, int, type(None), ..., NotImplemented, list(range(2500)),
    dict.fromkeys(range(2500)), 1j, "x" * 70000, b"y" * 70000, Plain.__init__]
for protocol in range(6):
    for value in values:
        data = _pickle.dumps(value, protocol)
        assert data == pickle._dumps(value, protocol), (protocol, value)
        for loads in (_pickle.loads, pickle._loads):
            again = loads(data)
            assert again == value and type(again) is type(value), (protocol, value)
    again = _pickle.loads(_pickle.dumps(Plain(), protocol))
    assert again.me[0] is again and again.x == 1
    cycle = []
    pair = (cycle,)
    cycle.append(pair)
    again = _pickle.loads(_pickle.dumps(pair, protocol))
    assert again[0][0] is again
    if protocol >= 2:
        s = Slots()
        s.a = 5
        assert _pickle.loads(_pickle.dumps(s, protocol)).a == 5


# Hooks of subclasses.
class Pickler(_pickle.Pickler):
    def persistent_id(self, o): return "id-%d" % o if type(o) is int else None
    def reducer_override(self, o): return (list, ("ab",)) if o is Slots else NotImplemented


class Unpickler(_pickle.Unpickler):
    def persistent_load(self, pid): return int(pid[3:]) + 1
    def find_class(self, module, name): return super().find_class(module, {"Plain": "Slots"}.get(name, name))


out = io.BytesIO()
p = Pickler(out)
p.dump([1, Slots, Plain])
assert Unpickler(io.BytesIO(out.getvalue())).load() == [2, ["a", "b"], Slots]
memo = p.memo.copy()
assert all(isinstance(v, tuple) and len(v) == 2 for v in memo.values()) and memo
p.clear_memo()
assert p.memo.copy() == {}
q = _pickle.Pickler(io.BytesIO())
q.dispatch_table = {complex: lambda c: (complex, (0, 1))}
q.dump(1j)
file = io.BytesIO(_pickle.dumps(1) + _pickle.dumps("two", 0) + b"rest")
assert _pickle.load(file) == 1 and _pickle.load(file) == "two" and file.read() == b"rest"

# Buffers in the pickle and outside.
big = bytearray(b"b" * 10)
outside = []
data = _pickle.dumps([_pickle.PickleBuffer(big), 1], 5, buffer_callback=outside.append)
assert len(outside) == 1 and _pickle.loads(data, buffers=outside)[0] == big
assert _pickle.loads(_pickle.dumps(_pickle.PickleBuffer(b"in"), 5)) == b"in"
b = _pickle.PickleBuffer(b"abc")
assert bytes(b.raw()) == b"abc"
b.release()
assert error(b.raw) == "ValueError: operation forbidden on released PickleBuffer object"

for data, message in [
    (b"", "EOFError: Ran out of input"), (b"\x80\x09.", "ValueError: unsupported pickle protocol: 9"), (b"Z", "UnpicklingError: invalid load key, 'Z'."),
    (b".", "UnpicklingError: unpickling stack underflow"), (b"t.", "UnpicklingError: could not find MARK"), (b"\x8c\x05ab.", "UnpicklingError: pickle data was truncated"),
    (b"h\x01.", "UnpicklingError: Memo value not found at index 1"), (b"N)\x81.", "UnpicklingError: NEWOBJ class argument must be a type, not NoneType"),
    (b"(Nd.", "UnpicklingError: odd number of items for DICT"), (b"cos\nfoo\n.", "AttributeError: module 'os' has no attribute 'foo'"),
    (b"NQ.", "UnpicklingError: A load persistent id instruction was encountered, but no persistent_load function was specified."),
]:
    assert error(_pickle.loads, data) == message, (data, error(_pickle.loads, data))


class Wrong:
    def __init__(self, answer): self.answer = answer
    def __reduce__(self): return self.answer


for answer, message in [
    (3, "__reduce__ must return a string or tuple, not int"), ((1,), "tuple returned by __reduce__ must contain 2 through 6 elements"),
    ((1, 2), "first item of the tuple returned by __reduce__ must be callable, not int"), ((int, 2), "second item of the tuple returned by __reduce__ must be a tuple, not int"),
    ((int, (), None, 3), "fourth item of the tuple returned by __reduce__ must be an iterator, not int"),
]:
    try:
        _pickle.dumps([Wrong(answer)])
    except _pickle.PicklingError as e:
        assert str(e) == message and e.__notes__ == ["when serializing Wrong object", "when serializing list item 0"], (str(e), e.__notes__)
assert error(_pickle.dumps, lambda: 0).endswith("it's not found as __main__.<lambda>")
deep = []
for _ in range(100000): deep = [deep]
assert error(_pickle.dumps, deep).startswith("RecursionError")
while deep: deep = deep[0]
print("ok")
