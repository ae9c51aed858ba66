# `s += t` may change a string in place only if nobody else can see it.
import sys


def constant(n):
    s = ''
    kept = []
    for i in range(n):
        s += 'ab'
        if i % 50 == 0: kept.append(s)
    return s, kept


s, kept = constant(500)
assert s == 'ab' * 500
assert kept == ['ab' * (i + 1) for i in range(0, 500, 50)]


def hashed():
    s = 'x' * 200
    seen = {}
    for i in range(100):
        seen[s] = i
        s += 'y'
    return seen


assert sorted(map(len, hashed())) == list(range(200, 300))
assert all(k == 'x' * 200 + 'y' * n for k, n in hashed().items())


def hashes():
    s = 'x' * 200
    out = []
    for i in range(50):
        s += 'y'
        out.append(hash(s))
    return out


assert hashes() == [hash('x' * 200 + 'y' * (i + 1)) for i in range(50)]


def by_locals():
    s = 'z' * 200
    for i in range(20):
        before = locals()
        view = sys._getframe().f_locals
        old = view['s']
        s += 'w'
        assert before['s'] == old == 'z' * 200 + 'w' * i
        assert view['s'] == s == 'z' * 200 + 'w' * (i + 1)
    return s


assert by_locals() == 'z' * 200 + 'w' * 20


def own():
    s = 'k' * 150
    for _ in range(3): s += s
    return s


assert own() == 'k' * 1200


def wider():
    s = 'a' * 300
    s += '\xe9'
    s += '\u0416'
    s += 'b'
    s += '\U0001f600'
    s += 'c'
    return s


w = wider()
assert len(w) == 305 and w[300:] == '\xe9\u0416b\U0001f600c' and w.isascii() is False


def ascii_flag():
    s = 'a' * 300
    assert s.isascii()
    s += 'b'
    assert s.isascii()
    s += '\xff'
    assert not s.isascii()
    return s.encode('latin-1')


assert ascii_flag() == b'a' * 300 + b'b\xff'


class S(str):
    def __add__(self, other): return 'own'
    def __radd__(self, other): return 'right'


def classes():
    s = S('q' * 200)
    s += 'x'
    t = 'q' * 200
    t += S('x')
    return s, t


assert classes() == ('own', 'right')


def closure():
    s = 'c' * 200
    def grow():
        nonlocal s
        s += 'd'
    old = s
    for _ in range(10): grow()
    assert old == 'c' * 200
    return s


assert closure() == 'c' * 200 + 'd' * 10


def generator():
    s = ''
    while True:
        s += 'longer text than a word'
        yield s


g = generator()
parts = [next(g) for _ in range(30)]
assert parts == ['longer text than a word' * (i + 1) for i in range(30)]


def mixed():
    s = 'a'
    try:
        s += 1
    except TypeError as e:
        assert str(e) == 'can only concatenate str (not "int") to str'
    return s


for _ in range(50): assert mixed() == 'a'


def unbound():
    try:
        nothing += 'a'
    except UnboundLocalError:
        return True


assert unbound()
print('ok')
