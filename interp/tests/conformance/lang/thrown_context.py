# What becomes the context of an exception thrown into a generator: what the generator handles, not what its resumer does.
def ctx(x):
    out=[]
    while x: out.append(repr(x)); x=x.__context__
    return out
def plain():
    try: yield
    except BaseException as x: print('caught', ctx(x)); raise
def handling(h):
    try: raise h
    except BaseException:
        try: yield
        except BaseException as x: print('caught', ctx(x)); raise
async def acoro(h):
    try: raise h
    except BaseException: await A()
class A:
    def __await__(s): yield
def outer(g): yield from g
def go(make, thrown, handled, start=True):
    g=make()
    if start: next(g) if hasattr(g,'__next__') else g.send(None)
    try:
        if handled:
            try: raise handled
            except BaseException: g.throw(thrown)
        else: g.throw(thrown)
    except BaseException as x: print('out', ctx(x))
for mk in (lambda: plain(), lambda: handling(KeyError('h')), lambda: outer(plain()), lambda: outer(handling(KeyError('h'))), lambda: acoro(KeyError('h'))):
    for start in (True,False):
        for handled in (None, ValueError('caller')):
            go(mk, Exception('t'), handled, start)
            t=Exception('t'); t.__context__=TypeError('own')
            go(mk, t, handled, start)
# finished
g=plain()
try: list(g)
except Exception: pass
go(lambda: g, Exception('t'), ValueError('c'), False)
