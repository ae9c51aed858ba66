"""Source texts of values: ordinary ones, edges, and hostile objects.

What does not live here: how they are put together (expressions.py, methods.py, statements.py).
"""

# No number from 10**5 to 2**61: with one of those a repetition or a range is neither small nor refused.
INTS = """0 1 -1 2 3 4 5 7 -2 -3 -7 8 10 16 31 36 37 63 64 65 100 127 128 255 256 257 -128 -129 -256 1000 65535 0x110000 55296
2**62 2**63-1 2**63 -2**63 -2**63-1 2**64-1 2**64 -2**64 10**20 -10**25 3**100 -(7**90) 2**1000 True False""".split()
SMALL = "0 1 -1 2 3 4 5 7 -2 -3 8 10 16 True False".split()
FLOATS = """0.0 -0.0 1.0 -1.0 1.5 -2.5 0.5 2.0 3.7 1e10 1e16 1e22 1e23 1.1e-5 0.1 123456789.125 1e308 -1e308 5e-324 2.2250738585072014e-308
float('inf') float('-inf') float('nan') 9007199254740993.0 1e100 2.675 1e-7""".split()
COMPLEXES = "0j 1j -1j complex(1,2) complex(-0.0,-0.0) complex('nan') complex('inf') (1.5-2.5j) complex(1e308,1e308)".split()
STRS = [repr(s) for s in (
    "", "a", "b", "abc", "ABC", "Hello World", " \t x \n", "a,b,,c", "\xe9", "\u65e5\u672c\u8a9e", "\U0001f600x", "\xdf", "\u0130",
    "\ud800", "\0", "123", "-12_3", " 1e5 ", "0x1F", "inf", "%s", "%d %r", "{}", "{0!r:>10}", "{a.b[c]}", "aXbXc", "one two  three\n",
    "line1\r\nline2\vline3\x85x", "\ufb03", "\u03a3\u03c3\u03c2", "\u01c5", "A\u0301", "\u0660\u0661", "\xb2", "\u2163", "__init__", "class", "utf-8",
    "latin-1", "ascii", "strict", "ignore", "replace", "xmlcharrefreplace", "surrogateescape", "abcabcabc", "(", "[", "\\", "'\"")]
STRS += ["'a'*50", "'ab\xe9'*7"]
FORMATS = [repr(s) for s in (
    "", "d", "x", "#x", "#o", "b", "08b", "+d", " d", ",", "_", "_x", ",x", "n", "c", "s", "10", "<10", ">10", "^10", "=10", "*^15", "010",
    "f", ".0f", ".3f", "10.2f", "e", ".0e", "E", "g", ".3g", "#g", "G", "%", ".1%", "z.1f", "-.2f", "+.3e", "r", "!", ".5", "5.2s", ".2s",
    "<<5", "\xe9^9", "{", "}", "1000", ".100f", "99999999999999999999", ".99999999999999999999", "=5s", "05s", "+s", ",s", "_d", ",_d", "0=8d", ".3d",
    "#", "z", ",.2f", "_.2f", ".2_f", ".2,f", ".,f", "h", "N", "X", "#X", "#b", "06", "x<6.1f", "%5d")]
PERCENTS = [repr(s) for s in (
    "%d", "%i", "%5d", "%-5d|", "%05d", "%+d", "% d", "%x", "%#x", "%X", "%o", "%#o", "%e", "%.3f", "%10.2f", "%g", "%#g", "%G", "%c", "%s", "%r", "%a",
    "%5s", "%-5s|", "%.2s", "%%", "%(a)s", "%(b)d", "%(a)s %(a)r", "%*d", "%.*f", "%-*d|", "%", "%q", "%(a", "%(a)", "%ld", "%5%", "%b", "%s %s", "%d%%",
    "%99999999999999999999d", "%.99999999999999999999d", "%c%c", "%+s", "%#s", "%0s", "%.0f", "%.0e", "%.50f", "\xe9%s", "%u", "%hd", "%F", "%E")]
BYTESES = [repr(s) for s in (
    b"", b"a", b"abc", b"ABC", b"\xff\x00\x80", b"12", b" x \n", b"a,b,,c", b"abcabcabc", b"\xc3\xa9", b"\xe6\x97", b"0x1F", b"%s", b"line1\r\nline2\n",
    b"\\x41", b"61 62", b"YWJj", b"\x00\x01\x02\x03\x04\x05\x06\x07")]
BYTESES += ["bytearray(b'xyz')", "bytearray()", "memoryview(b'abcd')", "memoryview(bytearray(b'abcdefgh'))", "memoryview(b'abcdefgh')[::2]",
            "memoryview(b'abcdefgh').cast('H')", "memoryview(b'')"]
SEQS = """[] [1] [1,2,3] [3,1,2] [[]] [1,'a',None] ['b','a'] [1,2,3,4,5,6,7,8,9] [0.0,-0.0] [(1,2),(3,4)] [b'x'] ['a','b','c'] [True,2]
() (1,) (1,2) (1,2,3) ('a','b') ((),) (1,(2,(3,))) ('a',1) (None,)
range(0) range(5) range(1,10,3) range(10,0,-3) range(2**70) range(-5,5) range(3,3)""".split()
MAPS = """{} {'a':1} {1:2,3:4} {'a':1,'b':2,'c':3} {None:()} {(1,2):[3]} {'a':'x','b':[1]} dict.fromkeys('abc') {1:1,1.0:2,True:3} {'z':{'y':0}}
{}.keys() {1:2}.keys() {1:2}.values() {'a':1}.items()""".split()
SETS = "set() {1,2,3} {'a'} {3,4,5} frozenset() frozenset({1,2}) frozenset('abc') {(1,2),3} {frozenset()} {0,1,2,3,4,5,6,7,8,9}".split()
ITERATORS = ["iter([1,2,3])", "iter(())", "iter('abc')", "(x*2 for x in [1,2,3])", "map(str,[1,2])", "zip('ab',[1,2])", "enumerate('xy')",
             "reversed([1,2])", "filter(None,[0,1,2])", "iter({1:2})", "iter(b'ab')", "iter(range(3))", "iter({1})", "iter(lambda: 1, 1)"]
OTHERS = ["None", "...", "NotImplemented", "object", "int", "str", "list", "type", "dict", "len", "abs", "lambda *a, **k: (a, k)", "lambda: 1", "lambda x: x",
          "lambda x: -x", "ValueError", "ValueError('v')", "KeyError('k')", "slice(None)", "slice(1,None,-1)", "slice(None,None,0)", "slice(2**100)",
          "slice(-2**70,2**70,3)", "slice('a')", "slice(1,3)", "slice(None,None,-2)", "slice(5,1)", "property()", "super", "int | str", "list[int]", "print", "str.join", "''.join",
          "operator_index", "Exception", "OSError(2,'x')", "StopIteration(3)", "slice(None, -1)"]

PRELUDE = '''
import operator as _op
operator_index = _op.index
class Idx:
    def __init__(s, v=2): s.v = v
    def __index__(s): return s.v
class IdxBad:
    def __index__(s): return 'no'
class IdxRaise:
    def __index__(s): raise ValueError('index')
class IdxBool:
    def __index__(s): return True
class IntLike:
    def __int__(s): return 7
class IntBad:
    def __int__(s): return 1.5
class FloatLike:
    def __float__(s): return 2.5
class FloatBad:
    def __float__(s): return 1
class ComplexLike:
    def __complex__(s): return 1+2j
class ComplexBad:
    def __complex__(s): return 'c'
class MyInt(int):
    def __repr__(s): return 'MyInt(%d)' % int(s)
class MyStr(str): pass
class MyFloat(float): pass
class MyList(list): pass
class MyTuple(tuple): pass
class MyBytes(bytes): pass
class MySet(set): pass
class MyDict(dict):
    def __missing__(s, k): return ('missing', k)
class EqRaise:
    def __eq__(s, o): raise RuntimeError('eq')
    __hash__ = object.__hash__
class EqTrue:
    def __eq__(s, o): return True
    def __hash__(s): return 1
class EqWeird:
    def __eq__(s, o): return 'yes'
    def __lt__(s, o): return []
    def __hash__(s): return 0
class EqNoBool:
    def __eq__(s, o): return BoolRaise()
    def __lt__(s, o): return BoolRaise()
    def __hash__(s): return 1
class HashRaise:
    def __hash__(s): raise RuntimeError('hash')
class HashBad:
    def __hash__(s): return 'h'
class HashHuge:
    def __hash__(s): return 2**200
class NoHash:
    __hash__ = None
class LenNeg:
    def __len__(s): return -1
class LenHuge:
    def __len__(s): return 2**100
class LenBad:
    def __len__(s): return 'x'
class LenBig:
    def __len__(s): return 2**62
    def __getitem__(s, i): return i if i < 3 else _stop()
def _stop(): raise IndexError('stop')
class BoolBad:
    def __bool__(s): return 1
class BoolRaise:
    def __bool__(s): raise RuntimeError('bool')
class ReprBad:
    def __repr__(s): return 3
    def __str__(s): return 4
class ReprRaise:
    def __repr__(s): raise RuntimeError('repr')
class StrSub:
    def __str__(s): return MyStr('sub')
    def __repr__(s): return MyStr('rsub')
class FormatBad:
    def __format__(s, spec): return 5
class FormatEcho:
    def __format__(s, spec): return '<' + spec + '>'
class IterBad:
    def __iter__(s): return 3
class IterRaise:
    def __iter__(s): raise RuntimeError('iter')
class NextRaise:
    def __iter__(s): return s
    def __next__(s): raise KeyError('next')
class IterNone:
    __iter__ = None
class SeqLike:
    def __getitem__(s, i):
        if i == 3: raise IndexError(i)
        return i * 10
class SeqRaise:
    def __getitem__(s, i): raise RuntimeError('getitem')
class HintNeg:
    def __iter__(s): return iter([1,2])
    def __length_hint__(s): return -1
class HintBad:
    def __iter__(s): return iter([1,2])
    def __length_hint__(s): return 'x'
class HintHuge:
    def __iter__(s): return iter([1,2])
    def __length_hint__(s): return 2**62
class MapLike:
    def keys(s): return ['a', 'b']
    def __getitem__(s, k): return k * 2
class MapBad:
    def keys(s): return 5
class KeysRaise:
    def keys(s): raise RuntimeError('keys')
class ContainsBad:
    def __contains__(s, x): return BoolRaise()
class Everything:
    def __getattr__(s, n): raise AttributeError('no ' + n)
class GetattrRaise:
    def __getattribute__(s, n): raise RuntimeError('getattr ' + n)
class Radd:
    def __radd__(s, o): return ('radd', type(o).__name__)
    def __rmul__(s, o): return ('rmul', type(o).__name__)
    def __rmod__(s, o): return ('rmod', type(o).__name__)
    def __rsub__(s, o): return ('rsub', type(o).__name__)
    def __ror__(s, o): return ('ror', type(o).__name__)
class OpNI:
    def __add__(s, o): return NotImplemented
    def __mul__(s, o): return NotImplemented
    def __lt__(s, o): return NotImplemented
    def __eq__(s, o): return NotImplemented
    __hash__ = object.__hash__
class Iadd:
    def __iadd__(s, o): return ('iadd', type(o).__name__)
class TruncOnly:
    def __trunc__(s): return 3
class RoundOnly:
    def __round__(s, *a): return ('round', a)
class Fspath:
    def __fspath__(s): return 'path'
class BytesLike:
    def __bytes__(s): return b'BL'
class BytesBad:
    def __bytes__(s): return 'BL'
class Buf:
    def __buffer__(s, flags): return memoryview(b'buf')
class Plain:
    def __init__(s, *a): s.x = 1
    def m(s, *a): return a
class Slots:
    __slots__ = ('a', 'b')
class Meta(type):
    def __len__(c): return 5
    def __iter__(c): return iter('mt')
class WithMeta(metaclass=Meta): pass
def gen3():
    yield 1
    r = yield 2
    yield r
'''
HOSTILE = """Idx() Idx(-1) Idx(2**70) IdxBad() IdxRaise() IdxBool() IntLike() IntBad() FloatLike() FloatBad() ComplexLike() ComplexBad() MyInt(5) MyStr('ms')
MyFloat(1.5) MyList([1,2]) MyTuple((1,2)) MyBytes(b'mb') MySet({1}) MyDict(a=1) EqRaise() EqTrue() EqWeird() EqNoBool() HashRaise() HashBad() HashHuge() NoHash() LenNeg()
LenHuge() LenBad() LenBig() BoolBad() BoolRaise() ReprBad() ReprRaise() StrSub() FormatBad() FormatEcho() IterBad() IterRaise() NextRaise() IterNone()
SeqLike() SeqRaise() HintNeg() HintBad() HintHuge() MapLike() MapBad() KeysRaise() ContainsBad() Everything() GetattrRaise() Radd() OpNI() Iadd() TruncOnly()
RoundOnly() Fspath() BytesLike() BytesBad() Buf() Plain() Slots() WithMeta WithMeta() Plain Plain().m gen3() gen3""".split()

GROUPS = {"int": INTS, "float": FLOATS, "complex": COMPLEXES, "str": STRS, "bytes": BYTESES, "seq": SEQS, "map": MAPS, "set": SETS,
          "iter": ITERATORS, "other": OTHERS, "hostile": HOSTILE}
WEIGHTS = [("int", 22), ("float", 8), ("complex", 2), ("str", 16), ("bytes", 8), ("seq", 12), ("map", 6), ("set", 6), ("iter", 4), ("other", 10), ("hostile", 16)]
_NAMES = [n for n, _ in WEIGHTS]
_CUM = []
for _n, _w in WEIGHTS:
    _CUM.append((_CUM[-1] if _CUM else 0) + _w)


def value(rng, *kinds):
    """The text of a value of one of the kinds, or of any."""
    kind = rng.choice(kinds) if kinds and rng.random() < 0.85 else rng.choices(_NAMES, cum_weights=_CUM)[0]
    return rng.choice(GROUPS[kind])
