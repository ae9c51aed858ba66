# Hooks that turn against their caller: they change the class, the frame, the parser, the table or the tree that is being worked on.
import ast, codecs, collections, contextvars, datetime, decimal, functools, gc, io, itertools, json, operator, os, re, select, string, struct, sys, threading, types, warnings, weakref
import xml.parsers.expat as expat

warnings.simplefilter("ignore")


def tries(f, *args, **kw):
    """What it gives, or the type of what it raises: here only the end of the process is wrong."""
    try:
        return f(*args, **kw)
    except Exception as e:
        return type(e)


# A parser that is used, fed and thrown away by its own handlers.
document = b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY e 'text'><!ENTITY x SYSTEM 'y'>]><a b='c'>one &e; &x;<b/><!-- c --><?p i?><![CDATA[d]]></a>"
names = ["StartElementHandler", "EndElementHandler", "CharacterDataHandler", "CommentHandler", "ProcessingInstructionHandler", "StartCdataSectionHandler", "DefaultHandler", "ExternalEntityRefHandler",
         "EntityDeclHandler", "StartDoctypeDeclHandler", "XmlDeclHandler"]
for act in (lambda: parser.Parse(b"<x/>"), lambda: [setattr(parser, n, None) for n in names], lambda: globals().pop("parser", None), lambda: setattr(parser, "buffer_text", True), lambda: parser.intern.clear(),
            lambda: setattr(parser, "buffer_size", 1), lambda: parser.ParseFile(io.BytesIO(document)), lambda: 1 / 0, gc.collect, lambda: setattr(parser, "ordered_attributes", True),
            lambda: tries(parser.ExternalEntityParserCreate, None).Parse(b"<z/>", True)):
    for name in names:
        parser = expat.ParserCreate(intern={})
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_ALWAYS)
        left = [2]

        def handler(*args):
            if left[0]:
                left[0] -= 1
                act()
            return 1
        for n in names:
            setattr(parser, n, handler if n == name else (lambda *a: 1))
        use = parser.Parse
        del handler
        tries(use, document, True)
        use = parser = None


# Classes whose look-ups change them.
class Meta(type):
    act = staticmethod(lambda cls: None)

    def mro(cls):
        Meta.act(cls)
        return super().mro()

    def __getattribute__(cls, name):
        return super().__getattribute__(name)


class A(metaclass=Meta):
    x = 1


class B(A):
    pass


class Other(A):
    y = 2


def swap(cls):
    Meta.act = staticmethod(lambda cls: None)
    tries(setattr, cls, "__bases__", (Other,))
    tries(setattr, A, "__bases__", (object,))
    tries(type, "Made", (cls,), {})
    gc.collect()


for victim in (B, A, Other):
    Meta.act = staticmethod(swap)
    tries(setattr, victim, "__bases__", (A,) if victim is not A else (object,))
    tries(Meta, "C", (victim,), {"z": 3})
    assert B.__mro__[-1] is object


class Turning:
    def __set_name__(self, owner, name):
        for n in list(vars(owner)):
            if n.startswith("t"):
                tries(delattr, owner, n)
        setattr(owner, "new", Turning.__init_subclass__)


tries(type, "D", (), {"t%d" % i: Turning() for i in range(40)})


class Descriptor:
    def __init__(self, act): self.act = act
    def __get__(self, o, t=None):
        self.act(o)
        return 5
    def __set__(self, o, v): self.act(o)
    def __delete__(self, o): self.act(o)


class Plain:
    pass


class Slotted:
    __slots__ = ("a", "b", "__weakref__")


for act in (lambda o: setattr(type(o), "d", 7), lambda o: delattr(type(o), "d"), lambda o: setattr(o, "__class__", Plain), lambda o: o.__dict__.clear(), lambda o: setattr(o, "__dict__", {}),
            lambda o: [setattr(o, "n%d" % i, i) for i in range(60)], lambda o: globals().pop("victim", None), lambda o: gc.collect()):
    class Holder:
        d = Descriptor(lambda o: tries(act, o))
        def __getattr__(self, name):
            tries(act, self)
            raise AttributeError(name)
        def m(self): return self.d
        def __eq__(self, o): return self.d == 5
        def __hash__(self): return self.d
        def __len__(self): return self.d
        def __call__(self): return self.d
        def __iter__(self): return iter([self.d])
        def __del__(self): tries(act, self)
    for _ in range(30):
        victim = Holder()
        tries(lambda: setattr(victim, "q", 1))
        for use in (lambda v: v.d, lambda v: v.m(), lambda v: v.none, lambda v: setattr(v, "d", 1), lambda v: delattr(v, "d"), lambda v: v == 1, lambda v: hash(v), lambda v: len(v), lambda v: v(), lambda v: [*v],
                    lambda v: getattr(v, "q"), lambda v: vars(v), lambda v: dir(v), lambda v: {v: v}):
            v = globals().get("victim")
            if v is None:
                victim = v = Holder()
            tries(use, v)
            v = None


# Instances whose class changes while an attribute is stored; dicts taken away from under them.
class P:
    def __init__(self):
        self.a = self.b = self.c = 1


class Q:
    def __init__(self):
        self.c = self.b = self.a = 2


class Drops:
    def __init__(self, act): self.act = act
    def __del__(self): self.act()


for i in range(200):
    p = P()
    p.a = Drops(lambda: setattr(p, "__class__", Q))
    p.b = Drops(lambda: p.__dict__.clear())
    p.c = Drops(lambda: setattr(p, "__dict__", {"a": 5}))
    d = p.__dict__ if i % 2 else None
    p.a = 1
    p.b = 2
    p.c = 3
    tries(lambda: (p.a, p.b, p.c))
    s = Slotted()
    s.a = Drops(lambda: (setattr(s, "a", 5), setattr(s, "b", s)))
    s.a = 1
    r = weakref.ref(s, lambda r: gc.collect())
    s.b = None
    del s
    items = [Drops(lambda: items.clear()) for _ in range(5)]
    items[1] = 3
    items = [Drops(lambda: items.extend(range(50))) for _ in range(5)]
    items[1:3] = []
    table = {k: Drops(lambda: table.clear()) for k in range(8)}
    table[3] = 1
    table = {k: Drops(lambda: [table.__setitem__(x, x) for x in range(100)]) for k in range(8)}
    table.pop(3)
    del table[4]
    table.update({5: 1, 6: 2})
    group = {Drops(lambda: group.clear()) for _ in range(5)}
    group.pop()
    group -= set(group)


# Frames: generators cleared, closed, asked for their locals after the end; trace functions that jump and put off.
def generator():
    local = [1, 2]
    try:
        got = yield local
        yield got
    finally:
        local.append(3)


for use in (lambda g, f: f.clear(), lambda g, f: g.close(), lambda g, f: tries(g.throw, KeyError), lambda g, f: next(g), lambda g, f: f.f_locals.update(local=5), lambda g, f: setattr(f, "f_trace", print)):
    for steps in range(3):
        g = generator()
        f = g.gi_frame
        view = f.f_locals
        for _ in range(steps):
            next(g)
        tries(use, g, f)
        tries(lambda: (dict(view), list(view), len(view), f.f_back, f.f_lineno, f.f_locals))
        del g
        tries(lambda: (dict(view), f.f_lineno, view.get("local")))
        tries(lambda: view.__setitem__("local", 5))
        tries(f.clear)
        gc.collect()
        tries(lambda: (dict(view), f.f_lasti))


def traced():
    x = [1]
    y = [x]
    for z in y:
        x = z
    del y
    return x


for act in (lambda f: sys.settrace(None), lambda f: f.f_locals.update(x=None, y=None), lambda f: setattr(f, "f_lineno", f.f_code.co_firstlineno + 1), lambda f: f.clear(), lambda f: setattr(f, "f_trace", None),
            lambda f: setattr(traced, "__code__", generator.__code__), lambda f: f.f_locals.clear(), lambda f: 1 / 0, lambda f: setattr(f, "f_trace_opcodes", True), lambda f: gc.collect()):
    budget = [60]
    code = traced.__code__

    def tracer(frame, event, arg):
        if frame.f_code.co_name != "traced" or not budget[0]:
            return None
        budget[0] -= 1
        tries(act, frame)
        return tracer
    sys.settrace(tracer)
    try:
        tries(traced)
    finally:
        sys.settrace(None)
        traced.__code__ = code

# Numbers, times, contexts.
class Zone(datetime.tzinfo):
    def utcoffset(self, dt):
        self.act()
        return datetime.timedelta(hours=1)
    dst = utcoffset
    def tzname(self, dt):
        self.act()
        return "Z"
    def fromutc(self, dt):
        self.act()
        return dt


zone = Zone()
zone.act = lambda: zone.__dict__.update(act=lambda: gc.collect())
moment = datetime.datetime(2020, 1, 1, tzinfo=zone)
for use in (str, repr, hash, lambda m: m == moment, lambda m: m - datetime.datetime(2020, 1, 1, tzinfo=Zone()), lambda m: m.astimezone(zone), lambda m: m.strftime("%Z %z" * 50), lambda m: m.isoformat(), lambda m: m.utctimetuple()):
    tries(use, moment)


class Turned(decimal.Context):
    pass


context = decimal.getcontext()
for use in (lambda: context.flags.clear(), lambda: context.traps.update({decimal.Inexact: Drops(lambda: decimal.setcontext(decimal.Context()))}), lambda: decimal.localcontext(prec=Index), lambda: decimal.Decimal((0, [1, 2], Drops))):
    tries(use)

# Trees and texts.
tree = ast.parse("a = [b for c in d]\ndef f(x=1): return x")


class Field(list):
    def __len__(self): return 5
    def __getitem__(self, i):
        tree.body.clear()
        return super().__getitem__(i)
    def __iter__(self):
        tree.body.clear()
        return super().__iter__()


class Node(ast.expr):
    @property
    def lineno(self):
        tree.body.clear()
        return 1


tree.body = Field(tree.body)
tries(compile, tree, "f", "exec")
tree = ast.parse("a = b")
tree.body.append(ast.Expr(Node()))
tries(compile, tree, "f", "exec")
tries(compile, ast.Module([tree], []), "f", "exec")
loop = ast.Expr(ast.UnaryOp(ast.Not(), None))
loop.value.operand = loop.value
tries(compile, ast.fix_missing_locations(ast.Module([ast.Expr(ast.Constant(1))], [])), "f", "exec")

hook = lambda pairs: (pairs.clear(), pairs.extend([(1, 2)] * 50), gc.collect(), {})[-1]
tries(json.loads, '{"a": {"b": {"c": [1, 2, {"d": 3}]}}}', object_pairs_hook=hook)


class Encodes(dict):
    def items(self):
        yield "a", self
        self.clear()
        yield "b", [self]


tries(json.dumps, Encodes(x=1))
items = [1, 2, 3]
tries(json.dumps, [items, Plain(), items], default=lambda o: items.clear() or [1])
tries(re.sub, "(a)|b", lambda m: (re.purge(), gc.collect(), m.group(1))[2] or "", "abab" * 50)
tries("{0.a[b]:{1}}".format, Plain(), Drops(lambda: None))


class Formats:
    def __format__(self, spec):
        bag.clear()
        return spec
    def __getitem__(self, key):
        bag.clear()
        return self
    def __str__(self):
        bag.clear()
        return "s"
    __repr__ = __str__


for use in (lambda: "%(a)s %(b)r %(c)s" % bag, lambda: "{a} {b:x} {c}".format_map(bag), lambda: "{a[0]} {b}".format(**bag), lambda: repr(bag), lambda: str(list(bag.values())), lambda: f"{bag['a']}{bag['b']}",
            lambda: print(bag, file=io.StringIO()), lambda: "".join(map(str, bag.values())), lambda: string.Template("$a $b").substitute(bag)):
    bag = {k: Formats() for k in "abc"}
    tries(use)
shown = [Formats()]
shown.append(shown)
bag = shown
tries(repr, shown)

# Tables of the interpreter.
for act in (lambda: codecs.register(lambda n: gc.collect()), lambda: codecs.lookup("no-such-%d" % len(sys.modules))):
    def search(name):
        if name.startswith("turning"):
            tries(codecs.unregister, search)
            tries(act)
        return None
    codecs.register(search)
    tries(codecs.lookup, "turning")
codecs.register_error("turning", lambda e: (setattr(e, "start", 10**9), setattr(e, "end", -5), setattr(e, "object", b"" if isinstance(e, UnicodeDecodeError) else ""), ("?", 3))[-1])
for use in (lambda: b"\xff\xfe\xfd" .decode("utf-8", "turning"), lambda: "\ud800\udc00".encode("utf-8", "turning"), lambda: "\u1234" .encode("ascii", "turning"), lambda: b"\xff".decode("ascii", "turning"),
            lambda: b"\x00\xd8".decode("utf-16-le", "turning"), lambda: b"\xff\xff".decode("shift_jis", "turning"), lambda: "\u1234".encode("shift_jis", "turning"), lambda: b"\\x".decode("unicode-escape", "turning"),
            lambda: codecs.charmap_decode(b"\xff", "turning", {}), lambda: codecs.charmap_encode("\u1234", "turning", {})):
    tries(use)

variable = contextvars.ContextVar("v")
first = contextvars.copy_context()
tries(first.run, lambda: (variable.set(Drops(lambda: variable.set(1))), variable.set(2), first.run(print)))
weak = weakref.WeakValueDictionary()
for i in range(50):
    weak[i] = p = Plain()
    p.me = p
for key in weak:
    gc.collect()
    weak.data.clear()
    break
callbacks = []
p = Plain()
for i in range(20):
    callbacks.append(weakref.ref(p, lambda r: callbacks.clear()))
del p
gc.collect()
gc.callbacks.append(lambda phase, info: gc.callbacks.clear())
gc.callbacks.append(lambda phase, info: gc.collect())
gc.collect()
gc.callbacks.clear()


class Resurrects:
    kept = []
    def __del__(self):
        Resurrects.kept.append(self)
        self.ring = Resurrects.kept


for _ in range(100):
    r = Resurrects()
    r.me = r
    r.ref = weakref.ref(r, lambda x: gc.collect())
    del r
gc.collect()
Resurrects.kept.clear()
gc.collect()

# Calls whose arguments go away while they are bound.
def target(a, b=2, *args, c=3, **kw):
    target.__defaults__ = None
    target.__kwdefaults__ = None
    target.__code__ = (lambda *a, **k: None).__code__
    gc.collect()
    return a, b, args, c, kw


class Mapping(dict):
    def keys(self):
        target.__defaults__ = ()
        return ["k%d" % i for i in range(30)]
    def __getitem__(self, key):
        self.clear()
        return [key]


kept = target.__code__
for use in (lambda: target(1, **Mapping()), lambda: target(*(target.__setattr__("__defaults__", (9,)) or x for x in range(40)), **Mapping()), lambda: functools.partial(target, 1, c=2)(**Mapping()), lambda: target(1)):
    target.__code__, target.__defaults__, target.__kwdefaults__ = kept, (2,), {"c": 3}
    tries(use)
part = functools.partial(lambda *a, **k: (part.__setstate__((print, (), {}, None)), gc.collect(), a)[-1], [1], [2], k=[3])
tries(part, 4, z=5)
get = operator.attrgetter("a.b", "c")
tries(get, Plain())

# Polls and directories that change under the call.
poll = select.poll()
r, w = os.pipe()


class Descr:
    def fileno(self):
        fds.clear()
        poll.register(r)
        return w


fds = [Descr(), Descr()]
tries(select.select, fds, fds, fds, 0)
fds = [Descr()]
tries(poll.register, fds[0])
tries(poll.poll, 0)
os.close(r)
os.close(w)
entries = os.scandir(".")
tries(next, entries)
entries.close()
tries(next, entries)

# Threads that change what another one's native code looks at while it is waiting.
r, w = os.pipe()
store = bytearray(100)
reader = threading.Thread(target=lambda: tries(os.readv, r, [store]))
reader.start()
for _ in range(50):
    tries(store.clear)
    tries(store.extend, bytes(3000))
os.write(w, b"x" * 50)
reader.join()
os.close(r)
os.close(w)
shared = list(range(1000))


def churn():
    for _ in range(20):
        tries(shared.sort, key=lambda x: (tries(shared.pop), x)[1])
        tries(shared.extend, range(100))
        tries(shared.__delitem__, slice(0, None, 2))


workers = [threading.Thread(target=churn) for _ in range(3)]
for t in workers:
    t.start()
for t in workers:
    t.join()
print("ok")
