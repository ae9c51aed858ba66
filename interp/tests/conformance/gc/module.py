# needs: gc, os, weakref
# The gc module: counts, statistics, generations, freezing, debugging, callbacks. Holds with automatic collection, without, and
# with one at every safe point.
import gc
import os
import weakref


class Node:
    pass


def ring(n=1):
    for _ in range(n):
        a = Node()
        a.me = a


def raises(kind, message, f, *args):
    try:
        f(*args)
    except kind as e:
        assert str(e) == message, str(e)
    else:
        assert False, message


# On and off.
gc.disable()
assert gc.isenabled() is False
gc.enable()
assert gc.isenabled() is True
gc.disable()

# Thresholds.
raises(TypeError, "gc.set_threshold requires 1 to 3 arguments", gc.set_threshold)
raises(TypeError, "gc.set_threshold requires 1 to 3 arguments", gc.set_threshold, 1, 2, 3, 4)
raises(TypeError, "'str' object cannot be interpreted as an integer", gc.set_threshold, "a")
raises(OverflowError, "signed integer is greater than maximum", gc.set_threshold, 2**40)
raises(OverflowError, "signed integer is less than minimum", gc.set_threshold, -(2**40))
before = gc.get_threshold()
assert before == (2000, 10, 10)
assert gc.set_threshold(7, 8, 9) is None and gc.get_threshold() == (7, 8, 9)
gc.set_threshold(5)
assert gc.get_threshold() == (5, 8, 9)
gc.set_threshold(0, 3)
assert gc.get_threshold() == (0, 3, 9)
gc.set_threshold(*before)

# What a collection finds; bad generations.
gc.collect()
ring(10)
assert gc.collect() >= 10
assert gc.collect() == 0 and gc.collect(0) == 0 and gc.collect(generation=1) == 0
raises(ValueError, "invalid generation", gc.collect, 3)
raises(ValueError, "invalid generation", gc.collect, -1)
raises(TypeError, "'str' object cannot be interpreted as an integer", gc.collect, "x")

# Nothing automatic while it is off.
w = Node()
w.me = w
r = weakref.ref(w)
del w
for i in range(5000):
    keep = [i]
assert r() is not None
assert gc.collect() >= 1 and r() is None

# Counts: objects made since the last collection of the youngest, collections of the younger since the older.
gc.collect()
a = gc.get_count()
assert type(a) is tuple and len(a) == 3 and a[1:] == (0, 0)
many = [[] for _ in range(1000)]
assert gc.get_count()[0] >= 1000
gc.collect(0)
gc.collect(0)
assert gc.get_count()[0] < 1000 and gc.get_count()[1:] == (2, 0)
gc.collect(1)
assert gc.get_count()[1:] == (0, 1)
gc.collect(2)
assert gc.get_count()[1:] == (0, 0)
many = None
assert gc.get_count()[0] >= 0

# Statistics: a dict a generation.
s = gc.get_stats()
assert [list(d) for d in s] == [["collections", "collected", "uncollectable"]] * 3
gc.collect()
ring(3)
gc.collect(0)
t = gc.get_stats()
assert t[0]["collections"] == s[0]["collections"] + 1 and t[2]["collections"] == s[2]["collections"] + 1
assert t[1] == s[1] and t[0]["collected"] >= s[0]["collected"] + 3 and t[0]["uncollectable"] == 0

# Generations grow older by one with each collection they survive.
gc.collect()
n = Node()
n.list = [n]
def generation(o):
    return [g for g in range(3) if any(x is o for x in gc.get_objects(g))]
assert generation(n) == [0] and generation(n.list) == [0]
gc.collect(0)
assert generation(n) == [1] and generation(n.list) == [1]
gc.collect(0)
assert generation(n) == [1]
gc.collect(1)
assert generation(n) == [2]
gc.collect(2)
assert generation(n) == [2]
assert any(x is n for x in gc.get_objects()) and any(x is n for x in gc.get_objects(None)) and any(x is n for x in gc.get_objects(-1))
raises(ValueError, "generation parameter must be less than the number of available generations (3)", gc.get_objects, 3)
raises(ValueError, "generation parameter cannot be negative", gc.get_objects, -2)
raises(TypeError, "argument should be integer or None, not 'str'", gc.get_objects, "a")
# An old object that dies alone needs no collection; a young ring that an old object holds does not die.
r = weakref.ref(n)
n.ring = Node()
n.ring.back = n.ring
q = weakref.ref(n.ring)
gc.collect(0)
assert q() is not None
n.list = None
n = None
assert r() is None and q() is not None
gc.collect(0)
assert q() is not None
gc.collect(1)
assert q() is None

# Freezing: out of all generations, so also out of what a collection finds.
ring()
assert gc.freeze() is None and gc.get_freeze_count() > 100 and gc.get_count()[1:] == (0, 0)
frozen = gc.get_freeze_count()
assert gc.collect() == 0
new = [[]]
assert gc.get_freeze_count() <= frozen
assert gc.unfreeze() is None and gc.get_freeze_count() == 0
assert gc.collect() >= 1

# Who refers to what.
one, two = [], ("two",)
box = [one, two]
d = {"k": one}
assert any(x is box for x in gc.get_referrers(one)) and any(x is d for x in gc.get_referrers(one))
assert not any(x is d for x in gc.get_referrers(two)) and any(x is box for x in gc.get_referrers(two, "zz"))
assert gc.get_referrers() == [] and gc.get_referents() == []
assert sorted(map(id, gc.get_referents(box))) == sorted([id(one), id(two)])
assert any(x is one for x in gc.get_referents(d)) and gc.get_referents(5, "a", b"b") == []
n = Node()
assert Node in gc.get_referents(n)

# What is tracked.
assert not any(map(gc.is_tracked, [1, "a", b"b", 1.5, None, True, 2**100]))
assert gc.is_tracked([]) and gc.is_tracked(n) and gc.is_tracked(Node) and gc.is_tracked({"a": []}) and gc.is_tracked(set())

# Finalized once.
log = []
class Final:
    def __del__(self):
        log.append("del")
        kept.append(self)
kept = []
f = Final()
assert gc.is_finalized(f) is False and gc.is_finalized(3) is False and gc.is_finalized([]) is False
f.me = f
del f
gc.collect()
assert log == ["del"] and gc.is_finalized(kept[0]) is True
f = kept.pop()
f = None
gc.collect()
assert log == ["del"] and kept == []

# Callbacks see explicit and automatic collections.
events = []
def callback(phase, info):
    events.append((phase, info["generation"], info["collected"], info["uncollectable"]))
    assert sorted(info) == ["collected", "generation", "uncollectable"]
gc.collect()
gc.callbacks.append(callback)
gc.collect()
gc.collect(1)
gc.collect(0)
assert [e[:2] for e in events] == [("start", 2), ("stop", 2), ("start", 1), ("stop", 1), ("start", 0), ("stop", 0)], events
del events[:]
class Plain:
    __slots__ = ("me",)
p = Plain()
p.me = p
del p
gc.collect()
assert events == [("start", 2, 0, 0), ("stop", 2, 1, 0)], events
del events[:]
gc.set_threshold(10)
gc.enable()
def churn():
    held = []
    for i in range(1000):
        held.append([i])
churn()
gc.disable()
gc.set_threshold(2000)
assert len(events) % 2 == 0 and [e[0] for e in events] == ["start", "stop"] * (len(events) // 2)
assert len(events) >= 4 or os.environ.get("INSTAR_GC") == "never"
def nested(phase, info):
    if phase == "start":
        assert gc.collect() == 0
gc.callbacks.append(nested)
del events[:]
gc.collect()
assert len(events) == 2
del gc.callbacks[:]
gc.collect()
assert len(events) == 2

# Kept garbage.
assert gc.get_debug() == 0 and (gc.DEBUG_STATS, gc.DEBUG_COLLECTABLE, gc.DEBUG_UNCOLLECTABLE, gc.DEBUG_SAVEALL, gc.DEBUG_LEAK) == (1, 2, 4, 32, 38)
raises(TypeError, "'str' object cannot be interpreted as an integer", gc.set_debug, "a")
gc.collect()
assert gc.garbage == []
gc.set_debug(gc.DEBUG_SAVEALL)
assert gc.get_debug() == 32
p = Plain()
p.me = [p, "kept"]
del p
assert gc.collect() == 2
gc.set_debug(0)
assert len(gc.garbage) == 2
(p,) = [o for o in gc.garbage if type(o) is Plain]
assert p.me[0] is p and p.me[1] == "kept"
del gc.garbage[:]
del p
assert gc.collect() == 2 and gc.garbage == []
print("ok")
