# Generators that are closed, or die, where nothing handles it.
import sys
class D:
    def __init__(self, n): self.n=n
    def __del__(self): print('del', self.n)
def g(a, b):
    c = D('c')
    yield 1
    d = D('d')
    yield 2
    try: yield 3
    finally: print('finally')
for steps in range(4):
    x = g(D('a'), D('b'))
    for _ in range(steps): next(x)
    x.close()
    print('closed', steps, x.gi_frame, x.gi_running)
    try: next(x)
    except StopIteration: print('stop')
    x = g(D('a'), D('b'))
    for _ in range(steps): next(x)
    fr = x.gi_frame
    del x
    print('dead', steps, sorted(fr.f_locals))
    del fr
def outer():
    try: yield from g(D('x'), D('y'))
    finally: print('outer')
for steps in range(4):
    x = outer()
    for _ in range(steps): next(x)
    x.close()
    print('closed outer')
async def co():
    try: await aw()
    finally: print('co done')
import types
@types.coroutine
def aw(): yield 5
c = co(); c.send(None); c.close()
def w():
    with open('/dev/null') as f:
        yield f
x = w(); f = next(x); del x; print(f.closed)
def h():
    try: yield 1
    except GeneratorExit: print('exit seen')
    yield 2
x = h(); next(x); next(x); x.close(); print('ok')
x = h(); next(x)
try: x.close()
except RuntimeError as e: print(e)
