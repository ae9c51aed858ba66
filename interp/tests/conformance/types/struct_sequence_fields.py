"""Fields of struct sequences: members that cannot be set; the dict of hidden ones."""
import inspect
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
print("ok")
