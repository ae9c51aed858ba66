# Short ways to text of ints and strings: str(), f-strings, %, int(), join; each beside what does not fit it.
edge = [0, 1, 9, 10, 99, 100, -1, -9, -10, 2**31, 2**62, -2**62, 2**63 - 1, -2**63, 2**63, -2**63 - 1, 10**18, 10**19, 10**30]
for n in edge:
    text = repr(n)
    assert str(n) == f'{n}' == f'{n!s}' == f'{n!r}' == '%d' % n == '%s' % n == '%r' % n == format(n) == '{}'.format(n) == text, n
    assert f'<{n}>' == '<' + text + '>' == '<%d>' % n == '<%s>' % (n,)
    assert int(text) == n == int(' ' + text + '\n') == int(text, 10), n
    assert type(int(text)) is int
assert str(True) == f'{True}' == '%s' % True == 'True' and '%d' % True == '1'


class I(int):
    def __str__(self): return 'mine'
    def __format__(self, spec): return 'formatted'
    def __repr__(self): return 'shown'


class T(str):
    def __str__(self): return 'mine'
    def __rmod__(self, other): return 'reflected'


assert str(I(3)) == '%s' % I(3) == 'mine' and f'{I(3)}' == 'formatted' and '%d' % I(3) == '3' and '%r' % I(3) == 'shown'
assert '%s' % T('x') == 'reflected' and '%s' % (T('x'),) == 'mine'
assert f'{1.5} {1e22} {float("nan")}' == '1.5 1e+22 nan'
assert '%s %s' % ('a', 'b') == 'a b' and '%s%%' % 5 == '5%' and '100%%' % () == '100%'
assert '%s' % '\xe9' == '\xe9' and '\xe9%s' % 'a' == '\xe9a' and '%s' % 'a' == 'a' and '%d' % 7 == '7'
assert '%s' % ('a' * 1000) == 'a' * 1000 and '%s-%d' % ('', 0) == '-0'
assert '%s' % {'a': 1} == "{'a': 1}" and 'x' % {} == 'x' and '%(a)s' % {'a': 1} == '1'
assert '%d' % 3.9 == '3' and '%5d|%-5d|%05d' % (1, 2, 3) == '    1|2    |00003'
for template, value, message in [
    ('%d', 'a', '%d format: a real number is required, not str'),
    ('%d', (), 'not enough arguments for format string'),
    ('%s', (1, 2), 'not all arguments converted during string formatting'),
    ('abc', 1, 'not all arguments converted during string formatting'),
    ('abc', 'a', 'not all arguments converted during string formatting'),
    ('%s %s', 1, 'not enough arguments for format string'),
]:
    try: template % value
    except TypeError as e: assert str(e) == message, (template, str(e))
    else: assert False, template
for template, message in [('%', 'incomplete format'), ('%s %', 'incomplete format'), ('%q', "unsupported format character 'q' (0x71) at index 1")]:
    try: template % 1
    except (ValueError, TypeError) as e: assert message in str(e) or 'stray' in str(e), (template, str(e))
    else: assert False, template
for bad in ['', ' ', '-', '+', '1 2', '1__2', '_1', '1_', '0x1', 'a', '1a', '\x00', '12\x00']:
    try: int(bad)
    except ValueError as e: assert str(e) == f'invalid literal for int() with base 10: {bad!r}'
    else: assert False, bad
assert int('1_000') == 1000 and int('\u0663') == 3 and int('007') == 7 and int('+5') == 5 and int('-0') == 0 and int('9' * 18) == 10**18 - 1
assert int('9' * 19) == 10**19 - 1

assert ''.join(['a', 'b', '\xe9', '\u20ac']) == 'ab\xe9\u20ac' and ', '.join(['x']) == 'x' and ''.join([]) == ''
assert ''.join([T('x'), 'y']) == 'xy' and type(''.join([T('x')])) is str and '-'.join('abc') == 'a-b-c'
try: ''.join(['a', 1])
except TypeError as e: assert str(e) == 'sequence item 1: expected str instance, int found'
shared = ['a', 'b']
class J:
    def __iter__(self): shared.clear(); return iter(['q'])
assert '+'.join(J()) == 'q'

assert max(1, 3) == 3 and max(3, 1, 2) == 3 and min(2, 1) == 1 and max(1.0, 1) is not None
one, other = [1], [1]
assert max(one, other) is one and min(one, other) is one
assert max(1, 5, key=lambda x: -x) == 1 and max([], default=4) == 4
for args in [(1, 'a'), ('a', 1)]:
    try: max(*args)
    except TypeError as e: assert 'not supported between instances of' in str(e)

assert 2.0 ** 3 == 8.0 and 2.0 ** -1 == 0.5 and 2 ** 10 == 1024 and 2 ** 100 == 1 << 100 and 2 ** -1 == 0.5 and (-8.0) ** 2 == 64.0
assert (-1) ** 5 == -1 and 0 ** 0 == 1 and 0.0 ** 0 == 1.0 and type((-8.0) ** 0.5) is complex
try: 0.0 ** -1
except ZeroDivisionError: pass
else: assert False
try: 1e308 ** 2
except OverflowError: pass
else: assert False
big = 10**30
assert big + 1 == 10**30 + 1 and 1 + big == big + 1 and big - 1 == 999999999999999999999999999999 and 1 - big == -(big - 1)
assert -big + 5 == 5 - big and big + -big == 0 and big + (-7) == big - 7
assert f'{5:>4}|{-5:04d}|{2.5:.3f}|{True:d}|{True!s:>6}|{10**20:,}' == '   5|-005|2.500|1|  True|100,000,000,000,000,000,000'
for value, kind in [(5, 'int'), (2.5, 'float'), (True, 'bool')]:
    try: f'{value:q}'
    except ValueError as e: assert str(e) == f"Unknown format code 'q' for object of type '{kind}'", e
    else: assert False
class F(float):
    def __format__(self, spec): return 'own ' + spec
assert f'{F(1):x}' == 'own x'

def character(text, i):
    try: return text[i]
    except IndexError as e: return str(e)
for _ in range(40):
    for text in ('abc', 'a\xe9\u20ac', '', 'x\U0001f600'):
        for i in range(-4, 4):
            expected = list(text)[i] if -len(text) <= i < len(text) else 'string index out of range'
            assert character(text, i) == expected
    assert character('abc', True) == 'b' and character('abc', 2**70) in ("cannot fit 'int' into an index-sized integer",)
print('ok')
