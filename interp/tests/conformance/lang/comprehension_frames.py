# Variables of an inlined comprehension in a module or class body are seen by `locals()` and `f_locals` while it runs.
import sys

items = [1, 2]
y = 0
assert [locals()["x"] for x in items] == items
assert [vars()["x"] for x in items] == items
assert [("x" in dir()) for x in items] == [True, True]
assert [eval("x") for x in items] == items
[exec("y = x") for x in items]
assert y == 0
assert [sys._getframe().f_locals["x"] for x in items] == items
proxy = [sys._getframe().f_locals for x in items][0]
assert "x" not in proxy
assert sys._getframe().f_locals is globals()


class Body:
    found = [sorted(locals()) for z in (1,)]
    after = "found" in locals() and "z" not in locals()


assert Body.found == [["z"]] and Body.after
print("ok")
