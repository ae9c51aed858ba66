# Native classes on top of list and dict: what they keep beside the payload of their base, and how their functions bind.
import copy, pickle

import xxsubtype as x


def raises(f, *args):
    try:
        f(*args)
    except Exception as e:
        return f"{type(e).__name__}: {e}"
    raise AssertionError(f)


items = x.spamlist([1, 2])
assert items == [1, 2] and repr(items) == "[1, 2]" and type(items) is x.spamlist and x.spamlist.__base__ is list
assert items.state == items.getstate() == 0 and items.setstate(5) is None and items.state == 5
assert raises(setattr, items, "state", 3) == "AttributeError: attribute 'state' of 'xxsubtype.spamlist' objects is not writable"
assert raises(setattr, items, "other", 3) == "AttributeError: 'xxsubtype.spamlist' object has no attribute 'other' and no __dict__ for setting new attributes"
assert raises(items.setstate) == "TypeError: setstate() takes exactly 1 argument (0 given)"
assert raises(items.getstate, 1) == "TypeError: getstate() takes exactly 0 arguments (1 given)"
assert raises(items.setstate, "x") == "TypeError: 'str' object cannot be interpreted as an integer"
assert raises(items.setstate, 2**40) == "OverflowError: signed integer is greater than maximum"
assert raises(setattr, x.spamlist, "other", 3) == "TypeError: cannot set 'other' attribute of immutable type 'xxsubtype.spamlist'"
items.__init__([7])
assert items == [7] and items.state == 0
assert copy.copy(items) == [7] and pickle.loads(pickle.dumps(items)) == [7]

table = x.spamdict({1: 2}, a=3)
assert table == {1: 2, "a": 3} and table.state == 0
table.setstate(-1)
assert table.state == -1 and raises(setattr, table, "state", 3) == "AttributeError: readonly attribute"


class Sub(x.spamlist):
    pass


assert x.spamlist.classmeth(1, a=2) == (x.spamlist, (1,), {"a": 2}) and Sub().classmeth() == (Sub, (), None)
assert x.spamlist.staticmeth(1, b=3) == (None, (1,), {"b": 3}) and items.staticmeth() == (None, (), None)
method = x.spamlist.__dict__["classmeth"]
assert method(Sub, 1) == (Sub, (1,), None) and method.__get__(None, Sub)() == (Sub, (), None)
assert raises(method) == "TypeError: descriptor 'classmeth' of 'xxsubtype.spamlist' object needs an argument"
assert raises(method, items) == "TypeError: descriptor 'classmeth' for type 'xxsubtype.spamlist' needs a type, not a 'xxsubtype.spamlist' as arg 2"
assert raises(method, list) == "TypeError: descriptor 'classmeth' requires a subtype of 'xxsubtype.spamlist' but received 'list'"
sub = Sub([1])
sub.more, sub[0] = 4, 9
sub.setstate(42)
assert (sub.more, sub.state, sub) == (4, 42, [9])

assert x.bench(items, "state", 3) >= 0
assert raises(x.bench, items) == "TypeError: function takes at least 2 arguments (1 given)"
assert raises(x.bench, items, 1) == "TypeError: argument 2 must be str, not int"
print("ok")
