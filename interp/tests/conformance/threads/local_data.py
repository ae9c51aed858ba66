# needs: contextvars, gc, sys, threading, weakref
# threading.local: attributes of a thread, freed with it; context variables and hooks of a thread.
import contextvars
import gc
import sys
import threading
import weakref


class Named(threading.local):
    count = 0
    made = []

    def __init__(self, start=0):
        self.start = start
        Named.made.append(threading.get_ident())


data = Named(start=5)
data.x = 1
seen = []


class Thing:
    pass


def work():
    seen.append(data.start)
    seen.append(hasattr(data, "x"))
    data.x = 2
    data.thing = Thing()
    refs.append(weakref.ref(data.thing))
    seen.append(sorted(data.__dict__))
    var.set("inner")
    seen.append(sys.get_asyncgen_hooks().firstiter)


refs = []
var = contextvars.ContextVar("var", default="default")
var.set("outer")
sys.set_asyncgen_hooks(firstiter=print)
t = threading.Thread(target=work)
t.start()
t.join()
assert seen == [5, False, ["start", "thing", "x"], None], seen
assert data.x == 1 and var.get() == "outer" and sys.get_asyncgen_hooks().firstiter is print
sys.set_asyncgen_hooks(None, None)
assert len(Named.made) == 2
gc.collect()
assert refs[0]() is None, "what a thread's data held is gone with the thread"

# Cycles through it are found.
plain = threading.local()
plain.me = plain
w = weakref.ref(plain)
del plain
gc.collect()
assert w() is None
try:
    threading.local(1)
except TypeError as e:
    assert str(e) == "Initialization arguments are not supported", e
try:
    data.__dict__ = {}
except AttributeError as e:
    assert "read-only" in str(e), e
del data.x
assert not hasattr(data, "x")
print("ok")
