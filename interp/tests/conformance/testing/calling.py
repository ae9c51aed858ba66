# Native functions of every calling shape, and calls made by native code (modules of CPython's test suite).
import _testcapi as t
import _testinternalcapi
import _testlimitedcapi as limited


def error(f, *args, **kwargs):
    try:
        f(*args, **kwargs)
    except Exception as e:
        return type(e).__name__, str(e)
    raise AssertionError('no error')


i = t.MethInstance()
for obj, this in (t, t), (i, i), (t.MethClass, t.MethClass), (t.MethClass(), t.MethClass), (t.MethStatic, None), (t.MethStatic(), None):
    assert obj.meth_varargs(1, 2) == (this, (1, 2))
    assert obj.meth_varargs_keywords(1, a=2) == (this, (1,), {'a': 2})
    assert obj.meth_o(5) == (this, 5) and obj.meth_noargs() is this
    assert t.pyobject_vectorcall(obj.meth_fastcall_keywords, (1, 2), ('k',)) == (this, (1,), {'k': 2})
    assert t.pyobject_fastcalldict(obj.meth_fastcall, (1,), None) == (this, (1,))
    assert error(obj.meth_o)[1].endswith('meth_o() takes exactly one argument (0 given)')
    assert error(obj.meth_noargs, 1)[1].endswith('meth_noargs() takes no arguments (1 given)')
    assert error(obj.meth_fastcall, k=1)[1].endswith('meth_fastcall() takes no keyword arguments')

assert t.pyobject_vectorcall(lambda *a, **k: (a, k), (1, 2), ('x',)) == ((1,), {'x': 2})
assert error(t.raise_exception, int, 1)[0] == 'SystemError'
assert error(t.raise_exception, ValueError, 2) == ('ValueError', '(0, 1)')

for sequence in [10, 20, 30], (10, 20, 30), bytearray((10, 20, 30)):
    assert limited.sequence_getitem(sequence, 1) == 20 and limited.sequence_getitem(sequence, -1) == 30
    assert error(limited.sequence_getitem, sequence, 3)[0] == error(limited.sequence_getitem, sequence, -4)[0] == 'IndexError'
a = [1, 2, 3]
limited.sequence_setitem(a, -1, 9)
limited.sequence_delitem(a, 0)
assert a == [2, 9]
assert error(limited.sequence_getitem, {}, 0) == ('TypeError', 'dict is not a sequence')
assert error(limited.sequence_getitem, 1, 0) == ('TypeError', "'int' object does not support indexing")


class Own:
    def __len__(self):
        return 2

    def __getitem__(self, i):
        return i


assert limited.sequence_getitem(Own(), -5) == -3


class Plain:
    pass


p = Plain()
assert _testinternalcapi.has_inline_values(p)
for n in range(100):
    setattr(p, 'a%d' % n, n)
assert not _testinternalcapi.has_inline_values(p) and p.a99 == 99
print('ok')
