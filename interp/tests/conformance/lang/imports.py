# needs: sys, os.path, math
# Forms of import; names bound; modules found once; errors.
import math
import math as m
import os.path
import os.path as p
from math import floor, ceil as up
from math import (
    sqrt,
    pi as PI,
)
import sys

assert math is m and os.path is p and floor(1.5) == 1 and up(1.5) == 2 and sqrt(4) == 2 and PI == math.pi
assert sys.modules["math"] is math and math.__name__ == "math" and sys.modules["os"] is os


def inside():
    import math
    from sys import modules as mods

    return math, mods


assert inside() == (math, sys.modules)
try:
    import no_such_module_here
    assert False
except ModuleNotFoundError as e:
    assert str(e) == "No module named 'no_such_module_here'" and e.name == "no_such_module_here"
try:
    import no_such_package.inner
    assert False
except ImportError as e:
    assert str(e) == "No module named 'no_such_package'"
try:
    from math import not_there
    assert False
except ImportError as e:
    assert str(e).startswith("cannot import name 'not_there' from 'math'")
try:
    import math.inner
    assert False
except ModuleNotFoundError as e:
    assert str(e) == "No module named 'math.inner'; 'math' is not a package"
names = {}
exec("from math import *", names)
assert names["sin"] is math.sin and "__name__" not in names
made = type(sys)("made", "doc")
made.value = 7
sys.modules["made"] = made
import made as again
from made import value

assert again is made and value == 7 and made.__doc__ == "doc" and repr(made) == "<module 'made'>"
made.__getattr__ = lambda name: "dynamic " + name
from made import anything

assert anything == "dynamic anything" and made.other == "dynamic other"
made.__all__ = ["value"]
names = {}
exec("from made import *", names)
assert "value" in names and "anything" not in names
assert __import__("math") is math and __import__("os.path") is os and __import__("os.path", fromlist=["x"]) is os.path
try:
    exec("from . import x", {"__name__": "__main__", "__package__": None})
    assert False
except ImportError as e:
    assert "attempted relative import with no known parent package" in str(e)
sys.modules["blocked"] = None
try:
    import blocked
    assert False
except ModuleNotFoundError as e:
    assert "import of blocked halted" in str(e)
for bad in ("def f():\n from math import *", "import a.b as c.d", "from . import", "from __future__ import nothing"):
    try:
        compile(bad, "t", "exec")
        assert False
    except SyntaxError:
        pass
assert __name__ == "__main__"
print("ok")
