"""`warnings.warn` of native code: frames, filters, registries, actions, what shows a warning."""
import io
import sys
import traceback
import warnings

assert warnings.warn.__class__ is len.__class__ and warnings.warn_explicit.__class__ is len.__class__

# an error has no frames of the library
with warnings.catch_warnings():
    warnings.simplefilter("error")
    try:
        warnings.warn("text")
    except UserWarning as e:
        assert len(traceback.extract_tb(e.__traceback__)) == 1 and e.args == ("text",)
    else:
        raise AssertionError
assert [f[3] for f in warnings.filters if f[2] is DeprecationWarning and f[0] == "default"] in ([], ["__main__"])


def seen(action, calls, **more):
    registry = {}
    with warnings.catch_warnings(record=True) as log:
        warnings.resetwarnings()
        warnings.simplefilter(action)
        for text, line in calls:
            warnings.warn_explicit(text, UserWarning, "file.py", line, registry=registry, **more)
    return [(str(w.message), w.lineno) for w in log]


calls = [("a", 1), ("a", 1), ("a", 2), ("b", 1)]
assert seen("default", calls) == [("a", 1), ("a", 2), ("b", 1)]
assert seen("always", calls) == calls and seen("all", calls) == calls
assert seen("once", calls) == [("a", 1), ("b", 1)]
assert seen("module", calls) == [("a", 1), ("b", 1)]
assert seen("ignore", calls) == []

# filters: text, category, module, line; who matches may be anything
with warnings.catch_warnings(record=True) as log:
    warnings.resetwarnings()
    warnings.filterwarnings("ignore", "skip.*")
    warnings.filterwarnings("ignore", category=ResourceWarning)
    warnings.filterwarnings("ignore", module="quiet", lineno=7)
    warnings.warn("skipped")
    warnings.warn("resource", ResourceWarning)
    warnings.warn_explicit("shown", UserWarning, "f", 7, module="loud")
    warnings.warn_explicit("shown", UserWarning, "f", 8, module="quiet")
    warnings.warn_explicit("hidden", UserWarning, "f", 7, module="quiet")
    warnings.warn(RuntimeWarning("own category"), UserWarning)
assert [(str(w.message), w.category.__name__, w.lineno) for w in log[:2]] == [("shown", "UserWarning", 7), ("shown", "UserWarning", 8)]
assert log[2].category is RuntimeWarning and len(log) == 3


def refused(kind, text, f, *a, **k):
    try:
        f(*a, **k)
    except kind as e:
        assert text in str(e), str(e)
    else:
        raise AssertionError(text)


refused(TypeError, "'registry' must be a dict or None", warnings.warn_explicit, "a", UserWarning, "f", 1, registry=1)
refused(TypeError, "module_globals must be a dict, not 'int'", warnings.warn_explicit, "a", UserWarning, "f", 1, module_globals=1)
refused(TypeError, "category must be a Warning subclass, not", warnings.warn, "a", int)
old = warnings.filters[:]
for filters, kind, text in (
    ([("default", None, Warning)], ValueError, "warnings.filters item 0 isn't a 5-tuple"),
    ([(1, None, Warning, None, 0)], TypeError, "action must be a string, not 'int'"),
    ([("zork", None, Warning, None, 0)], RuntimeError, "Unrecognized action ('zork') in warnings.filters:\n ('zork', None, <class 'Warning'>, None, 0)"),
):
    warnings.filters[:] = filters
    refused(kind, text, warnings.warn, "text")
warnings.filters[:] = old
warnings._filters_mutated()

# the main module has a loader, which does not know it by that name
with warnings.catch_warnings(record=True) as log:
    warnings.simplefilter("always")
    warnings.warn_explicit("main", UserWarning, "file", 1, module_globals=globals())
assert [str(w.message) for w in log] == ["main"]

# what is printed, and by whom
real, sys.stderr = sys.stderr, io.StringIO()
with warnings.catch_warnings():
    warnings.simplefilter("always")
    warnings.warn_explicit("printed", UserWarning, "nofile", 3)
    text = sys.stderr.getvalue()
    hooked = []
    warnings.showwarning = lambda message, category, filename, lineno, file=None, line=None: hooked.append((str(message), lineno))
    warnings.warn_explicit("hooked", UserWarning, "nofile", 4, source=[1])
assert hooked == [("hooked", 4)]
sys.stderr = real
assert text == "nofile:3: UserWarning: printed\n", text

# a file that nobody closed is named by its uppermost stream
import gc
import os
with warnings.catch_warnings(record=True) as log:
    warnings.simplefilter("always")
    open(os.devnull)
    gc.collect()
    open(os.devnull, "rb", buffering=0)
    gc.collect()
assert str(log[0].message).startswith("unclosed file <_io.TextIOWrapper name="), log[0].message
assert str(log[1].message).startswith("unclosed file <_io.FileIO name="), log[1].message
assert len(log) == 2 and log[0].category is ResourceWarning
print("ok")
