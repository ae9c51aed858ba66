# What native code looks at is changed, emptied or closed by the Python code that it calls: it raises or goes on with what is there.
import array, bisect, collections, csv, functools, heapq, io, itertools, mmap, operator, pickle, re, struct, sys, zlib

# CPython does not survive all of this: its buffered streams give out views of memory that they free, its iterators are entered again.
SAFE = sys.implementation.name == "instar"


def tries(f, *args):
    """What it gives, or the type of what it raises: here only the end of the process is wrong."""
    try:
        return f(*args)
    except Exception as e:
        return type(e)


class Index:
    """A number that does something when it is asked for."""
    def __init__(self, value, act):
        self.value, self.act = value, act

    def __index__(self):
        self.act()
        return self.value

    def __float__(self):
        self.act()
        return float(self.value)


def shrinking(make):
    """A bytearray, and what empties it."""
    ba = make()

    def act():
        tries(ba.clear)
        tries(ba.extend, b"xy")
    return ba, act


big = lambda: bytearray(b"0123456789" * 2000)
for use in [
    lambda ba, i: struct.pack_into("i", ba, 8000, i),
    lambda ba, i: struct.pack_into("ii", ba, i, 1, 2),
    lambda ba, i: struct.unpack_from("i", ba, i),
    lambda ba, i: ba.__setitem__(9000, i),
    lambda ba, i: ba.__setitem__(i, 65),
    lambda ba, i: ba.__setitem__(slice(i, 9000, 3), bytes(3000)),
    lambda ba, i: ba.__setitem__(slice(10, 9000), [i, i, i]),
    lambda ba, i: ba.__getitem__(i),
    lambda ba, i: ba.__delitem__(slice(0, i, 2)),
    lambda ba, i: ba.insert(9000, i),
    lambda ba, i: ba.insert(i, 7),
    lambda ba, i: ba.pop(i),
    lambda ba, i: ba.append(i),
    lambda ba, i: ba.extend([1, i, 2]),
    lambda ba, i: ba.find(b"9", i),
    lambda ba, i: ba.find(i),
    lambda ba, i: ba.count(b"1", i, 9000),
    lambda ba, i: ba.replace(b"1", b"22", i),
    lambda ba, i: ba.split(b"1", i),
    lambda ba, i: ba.center(i, b"."),
    lambda ba, i: ba.expandtabs(i),
    lambda ba, i: ba.hex(":", i),
    lambda ba, i: ba.__imul__(i),
    lambda ba, i: ba.startswith(b"0", i),
    lambda ba, i: ba.__contains__(i),
    lambda ba, i: ba.remove(i),
    lambda ba, i: ba.join([b"1", ba, bytes(3)]),
    lambda ba, i: ba % (i,),
    lambda ba, i: bytearray(b"%d %d").__mod__((i, i)),
    lambda ba, i: ba.zfill(i),
    lambda ba, i: memoryview(ba).__getitem__(i),
    lambda ba, i: memoryview(ba).__setitem__(i, i),
    lambda ba, i: memoryview(ba)[::2].__setitem__(i, i),
    lambda ba, i: memoryview(ba).hex(":", i),
    lambda ba, i: memoryview(ba).cast("I").__setitem__(3, i),
    lambda ba, i: int.from_bytes(ba, "little", signed=i),
    lambda ba, i: zlib.crc32(ba, i),
    lambda ba, i: zlib.compress(ba, i),
    lambda ba, i: re.compile(b"9").search(ba, i),
    lambda ba, i: re.compile(b"9").scanner(ba, i).search(),
    lambda ba, i: re.sub(b"1", lambda m: (i.act(), b"x")[1], ba),
    lambda ba, i: [(i.act(), m.group()) for m in re.finditer(b"12", ba)],
    lambda ba, i: io.BytesIO(ba).read(i),
    lambda ba, i: io.BytesIO(ba).readinto(ba),
    lambda ba, i: bytes(ba)[i:],
    lambda ba, i: bytearray(itertools.islice(iter(ba), i)),
    lambda ba, i: [(i.act(), x) for x in ba][:3],
    lambda ba, i: ba.maketrans(ba[:3], b"abc"),
    lambda ba, i: ba.translate(bytes(256), delete=ba),
]:
    ba, act = shrinking(big)
    tries(use, ba, Index(5000, act))
    assert len(ba) >= 0
    ba, act = shrinking(big)
    tries(use, ba, Index(9, act))
    assert bytes(ba) is not None

# A view given back while it is used.
for use in [
    lambda m, i: m.__setitem__(3, i), lambda m, i: m.__setitem__(i, 3), lambda m, i: m[i], lambda m, i: m[i:9], lambda m, i: m.__setitem__(slice(i, 9), bytes(4)),
    lambda m, i: struct.pack_into("b", m, 0, i), lambda m, i: m.hex("-", i), lambda m, i: m.cast("B", [i]), lambda m, i: m.index(i), lambda m, i: m.count(i),
    lambda m, i: m == array.array("B", [1]), lambda m, i: operator.indexOf(m, i),
]:
    for code in "Bdi":
        store = array.array(code, [1] * 64)
        view = memoryview(store)

        def give_back():
            view.release()
            tries(store.__delitem__, slice(0, 60))
        tries(use, view, Index(5, give_back))
        assert len(store) in (4, 64)

# Arrays.
for use in [
    lambda a, i: a.__setitem__(900, i), lambda a, i: a.insert(900, i), lambda a, i: a.insert(i, 1), lambda a, i: a.pop(i), lambda a, i: a.append(i), lambda a, i: a.extend([1, i, 3]),
    lambda a, i: a.fromlist([1, i, 2]), lambda a, i: a.__imul__(i), lambda a, i: a.index(i), lambda a, i: a.index(1, i), lambda a, i: a.count(i), lambda a, i: a.remove(i),
    lambda a, i: a[i:], lambda a, i: a.__delitem__(i), lambda a, i: a.__setitem__(slice(i, 900), a), lambda a, i: a.frombytes(memoryview(a)),
]:
    for code in "bHiqfd":
        a = array.array(code, [1] * 1000)
        tries(use, a, Index(5, lambda: (a.__delitem__(slice(0, len(a))), a.append(3))))
        assert len(a) >= 0


# Comparisons that change what is searched or sorted.
class Key:
    def __init__(self, n, act):
        self.n, self.act = n, act

    def __eq__(self, other):
        self.act()
        return False

    def __lt__(self, other):
        self.act()
        return self.n < getattr(other, "n", 0)

    __gt__ = __le__ = __ge__ = __lt__
    __hash__ = None


def keys(make, act):
    return make([Key(n, lambda: act()) for n in range(50)])


for use in [
    lambda c, k: c.index(k), lambda c, k: c.count(k), lambda c, k: c.remove(k), lambda c, k: k in c, lambda c, k: c == list(c), lambda c, k: c < [k] * 60, lambda c, k: heapq.heapify(c),
    lambda c, k: heapq.heappush(c, k), lambda c, k: heapq.heappop(c), lambda c, k: heapq.heapreplace(c, k), lambda c, k: heapq.heappushpop(c, k), lambda c, k: bisect.insort(c, k),
    lambda c, k: bisect.bisect(c, k), lambda c, k: bisect.bisect_left(c, 0, key=lambda x: (c.clear(), k)[1]), lambda c, k: max(c), lambda c, k: sorted(c), lambda c, k: c.sort(),
    lambda c, k: c.sort(key=lambda x: (c.append(x), x.n)[1]), lambda c, k: operator.countOf(c, k), lambda c, k: heapq.heapify_max(c), lambda c, k: heapq.heappush_max(c, k),
    lambda c, k: heapq.nlargest(3, c), lambda c, k: list(heapq.merge(c, c)), lambda c, k: c.__setitem__(slice(0, 10), (c.clear() or x for x in range(9))), lambda c, k: c.extend(c.clear() or x for x in [k, k]),
]:
    for make in (list, collections.deque):
        c = keys(make, lambda: c.clear())
        tries(use, c, Key(7, lambda: c.clear()))
        c = keys(make, lambda: c.pop() if len(c) > 3 else c.extend([1] * 100))
        tries(use, c, Key(7, lambda: None))
        assert len(c) >= 0

d1, d2 = collections.deque(range(20)), collections.deque(range(20))
d1[5] = Key(1, lambda: (d1.clear(), d2.clear()))
for use in (operator.eq, operator.lt, operator.ne, operator.ge):
    tries(use, d1, d2)
for use in (lambda d: d.rotate(Index(3, d.clear)), lambda d: d.insert(Index(3, d.clear), 1), lambda d: d[Index(3, d.clear)], lambda d: d.__delitem__(Index(3, d.clear)),
            lambda d: d.__imul__(Index(3, d.clear)), lambda d: d.extend(d.clear() or x for x in "abc"), lambda d: d.extendleft(d), lambda d: d.extend(d), lambda d: d.index(3, Index(1, d.clear))):
    for limit in (None, 5, 0):
        d = collections.deque("0123456789", limit)
        tries(use, d)
        assert len(d) >= 0


# Streams whose lower half keeps the view, closes, or starts again.
class Raw(io.RawIOBase):
    kept = None
    act = staticmethod(lambda self: None)

    def readable(self): return True
    def writable(self): return True
    def seekable(self): return False

    def readinto(self, view):
        self.kept = view
        self.act(self)
        view[:3] = b"abc"
        return 3

    def write(self, view):
        self.kept = view
        self.act(self)
        return len(view)


for act in (lambda raw: None, lambda raw: tries(raw.close), lambda raw: tries(top.close), lambda raw: tries(top.__init__, raw), lambda raw: tries(top.detach), lambda raw: tries(top.read, 5),
            lambda raw: tries(top.write, b"x" * 9), lambda raw: tries(top.flush), lambda raw: raw.kept.release()):
    for kind in (io.BufferedReader, io.BufferedWriter, io.BufferedRandom) if SAFE else ():
        for use in (lambda: top.read(2), lambda: top.read(9000), lambda: top.read1(), lambda: top.peek(), lambda: top.readinto(bytearray(9)), lambda: top.write(b"z" * 9000), lambda: (top.write(b"z"), top.flush()),
                    lambda: top.readline(), lambda: next(top)):
            raw = Raw()
            top = tries(kind, raw)
            if isinstance(top, type):
                continue
            calls = 0

            def once(raw, act=act):
                global calls
                calls += 1
                if calls == 1:
                    act(raw)
                if calls > 40:
                    raise OSError("enough")
            raw.act = once
            tries(use)
            if raw.kept is not None:
                tries(bytes, raw.kept)
                tries(operator.setitem, raw.kept, 0, 5)
            raw.act = lambda raw: None
            tries(top.close)
            if raw.kept is not None:
                tries(bytes, raw.kept)
                tries(operator.setitem, raw.kept, 0, 5)


class Decoder:
    """Changes the stream that it decodes for."""
    def __init__(self, act): self.act = act
    def decode(self, data, final=False):
        self.act()
        return bytes(data).decode("latin-1")
    def getstate(self): return b"", 0
    def setstate(self, state): self.act()
    def reset(self): self.act()


import codecs
acting = [lambda: None]
codecs.register(lambda name: codecs.CodecInfo(codecs.latin_1_encode, codecs.latin_1_decode, incrementaldecoder=lambda errors=None: Decoder(lambda: acting[0]()),
                                              incrementalencoder=lambda errors=None: codecs.getincrementalencoder("latin-1")(), name="acting") if name == "acting" else None)
for act in (lambda: text.close(), lambda: text.detach(), lambda: text.__init__(io.BytesIO(b"new\nlines\n"), "acting"), lambda: text.read(1), lambda: text.readline(), lambda: text.seek(0), lambda: text.write("x")):
    for use in (lambda: text.read(), lambda: text.read(3), lambda: text.readline(), lambda: list(text), lambda: text.tell(), lambda: text.seek(0), lambda: (next(text), text.tell())):
        acting[0] = lambda: None
        text = io.TextIOWrapper(io.BytesIO(b"one\ntwo\r\nthree\n" * 50), "acting")
        left = [3]

        def some(act=act):
            if left[0]:
                left[0] -= 1
                tries(act)
        acting[0] = some
        tries(use)
        acting[0] = lambda: None
        tries(text.close)

b = io.BytesIO(b"abc" * 1000)
view = b.getbuffer()
for use in (lambda: b.write(b"x" * 9000), lambda: b.truncate(1), lambda: b.close(), lambda: b.__init__(b"y"), lambda: b.__setstate__((b"z", 0, None)), lambda: b.readinto(view), lambda: b.writelines([view, view])):
    tries(use)
    assert len(view) == 3000 and bytes(view)[:1]
for use in (lambda: b.writelines(view.release() or x for x in [b"1"]), lambda: b.readlines(Index(5, b.close)), lambda: b.read(Index(5, b.close)), lambda: b.seek(Index(1, b.close))):
    tries(use)

# Iterators and caches that are entered again.
def again(make):
    cell = []

    def gen():
        yield 1
        tries(lambda: next(cell[0]))
        yield 2
        tries(lambda: next(cell[-1]))
        yield 3
    made = make(gen())
    cell.extend(made if isinstance(made, tuple) else (made,))
    return cell


for make in () if not SAFE else (itertools.tee, itertools.cycle, itertools.chain, itertools.groupby, itertools.accumulate, itertools.pairwise, enumerate, zip, lambda g: map(str, g), lambda g: filter(None, g),
             lambda g: itertools.islice(g, 5), lambda g: itertools.batched(g, 2), lambda g: itertools.zip_longest(g, "ab"), lambda g: itertools.takewhile(bool, g), lambda g: itertools.compress(g, g),
             lambda g: itertools.chain.from_iterable([g]), lambda g: itertools.starmap(print, g), lambda g: (csv.reader(str(x) for x in g)), lambda g: iter(g.__next__, 3), lambda g: itertools.product(g), lambda g: itertools.permutations(g)):
    for one in again(make):
        for _ in range(5):
            tries(next, one)


class Hash:
    def __init__(self, act): self.act = act
    def __hash__(self):
        self.act()
        return 1
    def __eq__(self, other):
        self.act()
        return self is other


for size in (0, 1, 2, None):
    cached = functools.lru_cache(size)(lambda *a, **k: (cached(Hash(lambda: None)) if len(a) > 1 else None))
    for _ in range(30):
        tries(cached, Hash(cached.cache_clear))
        tries(cached, Hash(lambda: cached(Hash(lambda: None))), 2)
        tries(cached, Hash(lambda: cached(3)))

table = {Hash(lambda: None): i for i in range(5)}
for use in (lambda d: d.update({Hash(d.clear): 1}), lambda d: d.setdefault(Hash(d.clear), 2), lambda d: d.pop(Hash(d.clear), 2), lambda d: d[Hash(d.clear)], lambda d: d | {Hash(d.clear): 3},
            lambda d: d.keys() & [Hash(d.clear)], lambda d: d.items() ^ [(Hash(d.clear), 1)], lambda d: d == {Hash(d.clear): i for i in range(5)}, lambda d: set(d) ^ {Hash(d.clear)}, lambda d: collections.Counter(d).update([Hash(d.clear)] * 3)):
    for kind in (dict, collections.OrderedDict, lambda x: collections.defaultdict(list, x)):
        d = kind({Hash(lambda: None): i for i in range(5)})
        for key in d:
            key.act = d.clear
            break
        tries(use, d)
        assert len(d) >= 0


# Pickling what changes meanwhile, and a memo that is replaced.
class Shrinks:
    def __init__(self, act): self.act = act
    def __reduce__(self):
        self.act()
        return int, (3,)


for make in (list, lambda x: dict(enumerate(x)), lambda x: {i: y for i, y in enumerate(x)}, lambda x: set(x), collections.deque, tuple):
    for protocol in range(6):
        c = make([Shrinks(lambda: getattr(c, "clear", lambda: None)()) for _ in range(2000)])
        tries(pickle.dumps, c, protocol)


class Pickler(pickle.Pickler):
    def reducer_override(self, o):
        self.clear_memo()
        tries(self.__init__, io.BytesIO(), 2)
        return NotImplemented

    def persistent_id(self, o):
        self.memo = {}
        return None


tries(lambda: Pickler(io.BytesIO(), 4).dump([Shrinks(lambda: None), "a" * 100, [1, 2, {3: 4}]] * 3))


class Unpickler(pickle.Unpickler):
    def find_class(self, module, name):
        self.memo = {}
        tries(self.__init__, io.BytesIO(b"N."))
        return super().find_class(module, name)

    def persistent_load(self, pid):
        self.memo.clear()
        tries(self.load)
        return pid


for data in (pickle.dumps([Index, Key, "x" * 300, [1, (2, 3)]], 4), b"\x80\x04]\x94(K\x01Pabc\nh\x00e.", b"\x80\x04]\x94(K\x01Pabc\nh\x00a."):
    tries(lambda: Unpickler(io.BytesIO(data)).load())

m = mmap.mmap(-1, 8192)
for use in (lambda i: m[i], lambda i: m.__setitem__(i, 5), lambda i: m.__setitem__(5, i), lambda i: m[i:9], lambda i: m.__setitem__(slice(i, 9), bytes(4)), lambda i: m.read(i), lambda i: m.find(b"x", i), lambda i: m.move(0, i, 9),
            lambda i: m.seek(i), lambda i: m.resize(i), lambda i: m.flush(i), lambda i: m.write_byte(i), lambda i: m.rfind(b"x", 0, i), lambda i: m.madvise(1, i)):
    m = mmap.mmap(-1, 8192)
    tries(use, Index(5, m.close))
print("ok")
