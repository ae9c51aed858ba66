# The shared reference and the shared proxy come first; what a weak reference shows of its target.
import re
import weakref


class C:
    pass


class Ref(weakref.ref):
    pass


o = C()
r1, r2, r3 = Ref(o), weakref.ref(o, id), Ref(o)
p1 = weakref.proxy(o)
r = weakref.ref(o)
p2 = weakref.proxy(o, id)
found = weakref.getweakrefs(o)
assert found[0] is r and found[1] is p1 and len(found) == 6
assert [any(f is x for x in (r1, r2, r3, p2)) for f in found[2:]] == [True] * 4
assert weakref.ref(o) is r and weakref.proxy(o) is p1


class Asked:
    def __getattr__(self, name):
        raise AssertionError(name)


class Named:
    __name__ = "x"


class Odd:
    __name__ = 3


def f():
    pass


def plain(o):
    return re.sub("0x[0-9a-f]+", "*", repr(o))


assert plain(weakref.ref(Asked())) == "<weakref at *; dead>"
asked, named, odd = Asked(), Named(), Odd()
assert plain(weakref.ref(asked)) == "<weakref at *; to 'Asked' at *>"
assert plain(weakref.ref(named)) == "<weakref at *; to 'Named' at * (x)>"
assert plain(weakref.ref(odd)) == "<weakref at *; to 'Odd' at *>"
assert plain(weakref.ref(f)) == "<weakref at *; to 'function' at * (f)>"
pattern = re.compile("a")
assert plain(weakref.ref(pattern)) == "<weakref at *; to 're.Pattern' at *>"
assert plain(weakref.proxy(pattern)) == "<weakproxy at *; to 're.Pattern' at *>"
assert plain(weakref.ref(C)) == "<weakref at *; to 'type' at * (C)>"
print("ok")
