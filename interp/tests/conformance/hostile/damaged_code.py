# needs: marshal, sys
# Marshalled code with changed bytes is refused, or runs without harm: it is verified when it is read. CPython trusts its input.
import marshal, sys

SOURCE = """
def outer(a, b=1, *c, **d):
    total = a
    def inner(x):
        nonlocal total
        total += x
        return total
    for k in c:
        try:
            inner(k)
            del k
        except (TypeError, ValueError) as e:
            d[str(e)] = e
        finally:
            total = total
    return inner, [u + v for u, v in zip(c, c) if u], {**d, 'n': f'{total!r:>4}'}
def gen(n):
    got = yield n
    yield from (got, n)
for _ in range(2):
    outer(1, 2, 3, 4, x=5)
    list(gen(3))
match (1, [2, 3]):
    case (int(one), [*rest]) if one: rest.append(one)
    case _: pass
"""

whole = marshal.dumps(compile(SOURCE, "<damaged>", "exec"))
exec(marshal.loads(whole), {"__name__": "whole"})
refused = 0
if sys.implementation.name == "instar":
    for at in range(0, len(whole), 3):
        for change in (1, 2, 0x80, 0xFF):
            data = bytearray(whole)
            data[at] ^= change
            try:
                marshal.loads(bytes(data))
            except (ValueError, EOFError, TypeError, MemoryError):
                refused += 1
    assert refused
print("ok")
