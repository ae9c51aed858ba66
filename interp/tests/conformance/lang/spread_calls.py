# Calls with spread tuples and dicts, in every mixture of parameters.
def f(a, b=2, *c, d=4, **e): return a, b, c, d, e
def g(): 
    yield f(*(1,), **{'b':3,'x':1})
    yield f(**{'a':1})
    yield f(*(1,2,3), **{'d':5})
for kw in [{'a':1},{'b':1,'a':2},{'z':1,'a':3},{}, {'a':1,'d':9,'e':3}, {str(i):i for i in range(30)}|{'a':1}]:
    for args in [(),(1,),(1,2),(1,2,3)]:
        try: print(f(*args, **kw))
        except TypeError as e: print(e)
print(list(g()))
def h(a,b): return a-b
try: h(**{'a':1})
except TypeError as e: print(e)
try: h(1,2,**{1:2})
except TypeError as e: print(e)
try: h(1,**{'a':2})
except TypeError as e: print(e)
try: h(1,**{'a':2}, **{'a':3})
except TypeError as e: print(e)
class D(dict):
    def keys(self): return ['b']
    def __getitem__(self, k): return 7
print(h(**{'a':5}, b=1), h(*[3], **dict(b=1)))
d={'a':1,'b':2}
def k(**kw): kw['c']=3; return kw
print(k(**d), d)
