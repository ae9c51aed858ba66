"""Fields of struct sequences: members that cannot be set; the dict of hidden ones."""
import inspect
import sys
import time

t = time.gmtime(0)
for name in ("tm_year", "tm_zone"):
    assert inspect.ismemberdescriptor(getattr(time.struct_time, name))
    try:
        setattr(t, name, 1)
    except AttributeError as e:
        assert str(e) == "readonly attribute", e
    else:
        raise AssertionError
for arguments in (("123456789", None), ("123456789", 1)):
    try:
        time.struct_time(*arguments)
    except TypeError as e:
        assert str(e) == "time.struct_time() takes a dict as second arg, if any"
    else:
        raise AssertionError
assert time.struct_time(range(9), {"tm_zone": "here"}).tm_zone == "here" and time.struct_time(range(9)).tm_zone is None
# Those of modules of the library are changed as classes are, those of sys are not.
moment = time.gmtime(0)
time.struct_time.extra = moment
assert moment.extra is moment
shown = repr(moment)
time.struct_time.__repr__ = lambda self: "changed"
assert repr(moment) == "changed"
del time.struct_time.__repr__, time.struct_time.extra
assert repr(moment).startswith("(") or repr(moment) == shown

for record in sys.flags, sys.version_info, sys.float_info, sys.int_info, sys.hash_info, sys.thread_info, sys.get_asyncgen_hooks():
    kind = type(record)
    try:
        kind.extra = 1
    except TypeError as e:
        assert str(e) == f"cannot set 'extra' attribute of immutable type '{kind.__module__}.{kind.__name__}'".replace("builtins.", ""), e
    else:
        raise AssertionError(kind)
    try:
        made = kind(range(kind.n_fields))
    except TypeError as e:
        assert record in (sys.flags, sys.version_info) and str(e) == f"cannot create 'sys.{kind.__name__}' instances", e
    else:
        assert made[1] == 1
print("ok")
