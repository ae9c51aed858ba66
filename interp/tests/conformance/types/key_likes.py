# Names in namespaces under keys that only are like strings; iterators reduce as they are when the name has been found.
import builtins


class Name(str):
    it = None

    def __hash__(self):
        return hash(str(self))

    def __eq__(self, other):
        if self.it is not None:
            list(self.it)
        return str(self) == other


ns = {Name('one'): 1}
assert eval('one', ns) == 1 and eval('one', {}, ns) == 1

plain = builtins.iter
d = builtins.__dict__
for source, empty in [('xyz', ''), ([1, 2], []), ((1, 2), ()), (b'ab', ())]:
    it = plain(source)
    key = Name('iter')
    del d['iter']
    d[key] = plain
    key.it = it
    try:
        reduced = it.__reduce__()
    finally:
        del d['iter']
        d['iter'] = plain
    assert reduced[0] is plain and list(reduced[1][0]) == [], (source, reduced)
for it, sequence in [(reversed([1]), []), (reversed((1,)), ())]:
    list(it)
    assert it.__reduce__() == (reversed, (sequence,))
import operator
import functools
import inspect

assert [str(inspect.signature(f)) for f in (operator.itemgetter(1), operator.attrgetter('a'), operator.methodcaller('a'), functools.cmp_to_key(max))] \
    == ['(obj, /)'] * 3 + ['(obj)']
print('ok')
