# The profiler: what it counts, whose calls they are, timers that fail.
import _lsprof, sys
def raises(t, m, f, *a, **k):
    try: f(*a, **k)
    except t as e: assert m in str(e), e
    else: raise AssertionError(m)
def by_name(p): return {getattr(e.code, "co_name", e.code): e for e in p.getstats()}

# Calls, recursion, calls of native code; a timer that counts makes the times exact.
ticks = 0
def timer():
    global ticks
    ticks += 1
    return ticks
p = _lsprof.Profiler(timer, 0.5)
def fact(n): return 1 if n < 2 else n * fact(n - 1)
def work():
    [].append(1)
    len("x")
    return fact(3)
p.enable()
assert sys.monitoring.get_tool(sys.monitoring.PROFILER_ID) == "cProfile"
work()
p.disable()
assert sys.monitoring.get_tool(sys.monitoring.PROFILER_ID) is None
s = by_name(p)
assert (s["fact"].callcount, s["fact"].reccallcount) == (3, 2) and s["fact"].code is fact.__code__

print([ (k, v.callcount, v.reccallcount, v.totaltime, v.inlinetime, [(getattr(c.code,'co_name',c.code), c.callcount, c.reccallcount, c.totaltime, c.inlinetime) for c in v.calls or ()]) for k,v in sorted(s.items())])
p.clear()
assert p.getstats() == []

# What native functions are called.
p = _lsprof.Profiler()
import math
p.enable()
dict.fromkeys("a"); str.upper("x"); "".join(["a"]); math.sqrt(2); sorted([2, 1], key=lambda x: -x)
p.disable()
print(sorted(by_name(p)))
p = _lsprof.Profiler()
p.enable(builtins=False)
len("")
def g():
    yield 1
    yield 2
list(g())
p.disable()
print(sorted((k, v.callcount) for k, v in by_name(p).items()))
p = _lsprof.Profiler()
p.enable(subcalls=False)
work()
p.disable()
assert by_name(p)["work"].calls is None
p.enable()
raises(ValueError, "tool 2 is already in use", p.enable)
p.disable(); p.disable()
raises(TypeError, "Profiler() takes at most 4 arguments (5 given)", _lsprof.Profiler, 1, 2, 3, 4, 5)
raises(TypeError, "must be real number, not str", _lsprof.Profiler, None, "a")
raises(TypeError, "_pystart_callback expected 2 arguments, got 0", p._pystart_callback)
raises(TypeError, "enable() takes at most 2 arguments (3 given)", p.enable, 1, 2, 3)

# A timer that fails or interferes is reported, not raised.
seen = []
hook, sys.unraisablehook = sys.unraisablehook, lambda u: seen.append((type(u.exc_value).__name__, u.err_msg.split(" <")[0]))
def bad():
    for f in (q.disable, q.clear):
        try: f()
        except RuntimeError as e: errors.append(str(e))
    return "x"
errors = []
q = _lsprof.Profiler(bad)
q.enable(); (lambda: 1)(); q.disable()
sys.unraisablehook = hook
print(sorted(set(seen)), sorted(set(errors)))
class P(_lsprof.Profiler):
    def __enter__(self): self.enable(); return self
    def __exit__(self, *a): self.disable()
with P() as p: fact(2)
assert by_name(p)["fact"].callcount == 2
e = p.getstats()[0]
assert type(e).__name__ == "profiler_entry" and e.n_fields == 6 and e[1] == e.callcount
import cProfile, pstats, io
pr = cProfile.Profile()
pr.runcall(work)
out = io.StringIO()
pstats.Stats(pr, stream=out).sort_stats("name").print_stats()
assert "{built-in method builtins.len}" in out.getvalue() and "(work)" in out.getvalue()
print("ok")
