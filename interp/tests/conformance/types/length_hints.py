# Who asks an iterable for its length before it iterates, and who asks its iterator: errors of the answer show it.
import array, collections, itertools, struct, types


class Sized:
    def __iter__(self): return iter((1, 2))
    def __len__(self): raise ValueError('len')


class Hinted:
    def __iter__(self): return self
    def __next__(self): raise StopIteration
    def __length_hint__(self): raise ValueError('hint')


class Huge(Hinted):
    def __length_hint__(self): return 2**100


def every(*a): return a


def one(a, *b): return a, b


USES = dict(
    tuple=tuple, list=list, star=lambda x: every(*x), behind=lambda x: every(1, *x), display=lambda x: (*x,),
    listed=lambda x: [*x], extend=lambda x: [].extend(x), iadd=lambda x: [].__iadd__(x), mapped=lambda x: one(*x, **{}),
    bytes=bytes, bytearray=bytearray, grown=lambda x: bytearray().extend(x), set=set, frozenset=frozenset, sorted=sorted,
    slice=lambda x: [1].__setitem__(slice(0, 1), x), stepped=lambda x: [1, 2].__setitem__(slice(0, 2, 2), x),
    join=lambda x: ''.join(x), bjoin=lambda x: b''.join(x), unpack=lambda x: exec('a, *b = x', {'x': x}), deque=collections.deque,
    array=lambda x: array.array('i', x), product=lambda x: list(itertools.product(x)), permutations=lambda x: list(itertools.permutations(x)))
for make in (Sized, Hinted, Huge):
    for name, use in USES.items():
        try: found = use(make())
        except Exception as e: found = type(e).__name__, str(e)
        print(make.__name__, name, found)


# What struct says of numbers that are none.
class Raises:
    def __float__(self): raise ValueError('mine')
    def __complex__(self): raise OverflowError('mine')


for code in 'fdeFD':
    for value in (Raises(), '1', None, 2**200, 2**70000, True, 1e300):
        try: print(code, type(value).__name__, struct.pack('<' + code, value))
        except Exception as e: print(code, type(value).__name__, type(e).__name__, e)

# Digits of any script in format specs and templates; lone surrogates in their errors.
print(repr(format('a', '\u0969')), repr(format(1, '\u0665d')), repr(format(1.5, '.\uff12f')), '{\u0661}'.format('a', 'b'))
for spec in ('\ud800\u2028', 'x\udfff', 'dd'):
    for value in ('', 1, 1.5, 1j):
        try: format(value, spec)
        except ValueError as e: print(ascii(e))

for args in ((), (1, 2, 3), (None, {}, 3, 4)):
    try: types.TracebackType(*args)
    except TypeError as e: print(e)

for text in ('0777Exception', '0777e', '0777x', '0777e+', '00e', '0_7ef', '01'):
    try: compile(text, '', 'eval')
    except SyntaxError as e: print(text, e.msg, e.offset, e.end_offset)
