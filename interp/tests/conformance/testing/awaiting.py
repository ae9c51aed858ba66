# A native awaitable, reports of errors that nobody can catch, native functions with and without signatures.
import inspect
import sys
import _testcapi as t


async def waits(on):
    return await t.awaitType(on)


assert waits(iter([1])).send(None) == 1
assert next(t.awaitType(iter([2])).__await__()) == 2
try:
    waits(1).send(None)
except TypeError as e:
    assert str(e) == "__await__() returned non-iterator of type 'int'"
else:
    raise AssertionError

reports = []
sys.unraisablehook = reports.append
e = ValueError(42)
t.err_writeunraisable(e, len)
t.err_formatunraisable(e, 'in %R', len)
t.err_formatunraisable(e, None)
sys.unraisablehook = sys.__unraisablehook__
assert [(r.exc_value, r.err_msg, r.object) for r in reports] == [(e, None, len), (e, 'in <built-in function len>', None), (e, None, None)]

assert str(inspect.signature(t.docstring_with_signature_with_defaults)).startswith("(s='avocado', b=b'bytes', d=3.14, i=35, n=None, t=True, f=False, local=3, sys=")
assert str(inspect.signature(t.docstring_no_signature_o)) == '(object, /)' and t.docstring_no_signature.__text_signature__ is None
assert str(inspect.signature(t.DocStringNoSignatureTest.meth_noargs_static)) == '()'
assert str(inspect.signature(t.DocStringUnrepresentableSignatureTest.with_default)) == '(self, /, x=1)'
print('ok')
