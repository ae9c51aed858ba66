"""Module code that awaits: run by eval, exec-like namespaces and as a function; module code called as a function."""
import ast
import types

FLAG = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


@types.coroutine
def pause(v):
    return (yield v)


def drive(coro):
    seen = []
    try:
        while True:
            seen.append(coro.send(None if not seen else len(seen)))
    except StopIteration as e:
        return seen, e.value


# names that it binds reach its globals, before and after it was suspended
code = compile("a = 1; b = await pause(10); c = a + b; del a\nfor i in range(2): await pause(i)", "?", "exec", FLAG)
for run in (lambda g: eval(code, g), lambda g: types.FunctionType(code, g)()):
    g = {"pause": pause}
    assert drive(run(g)) == ([10, 0, 1], None)
    assert g["b"] == 1 and g["c"] == 2 and g["i"] == 1 and "a" not in g, g

# locals that are no globals
g, space = {"pause": pause}, {}
drive(eval(code, g, space))
assert "b" not in g and space["c"] == 2

# a mapping of its own
class Space(dict):
    def __missing__(self, key):
        if key == "given":
            return "from missing"
        raise KeyError(key)

    def __setitem__(self, key, value):
        super().__setitem__(key, ("set", value))


space = Space()
drive(eval(compile("x = await pause(1); y = given", "?", "exec", FLAG), {"pause": pause}, space))
assert space == {"x": ("set", 1), "y": ("set", "from missing")}, space

# the loop's ops: repeated runs of one name
code = compile("n = 0\nwhile n < 5000:\n  n += 1\n  if n % 1000 == 0: await pause(n)", "?", "exec", FLAG)
g = {"pause": pause}
assert drive(eval(code, g))[0] == [1000, 2000, 3000, 4000, 5000] and g["n"] == 5000

# statements that need the namespace
g = {"pause": pause}
drive(eval(compile("await pause(1)\nfrom math import *\nimport os.path as p\nclass A:\n  v = pi\nx: int = 3\nhere = locals() is globals()", "?", "exec", FLAG), g))
assert round(g["A"].v, 2) == 3.14 and g["p"].__name__ == "posixpath" and g["x"] == 3 and g["here"]

# the frame tells the same
g = {"pause": pause}
coro = eval(compile("z = 5; await pause(1)", "?", "exec", FLAG), g)
coro.send(None)
assert coro.cr_frame.f_locals is g and coro.cr_frame.f_globals is g
coro.close()
del coro

# errors about names
for source, message in (("await pause(1)\nmissing", "name 'missing' is not defined"), ("await pause(1)\ndel missing", "name 'missing' is not defined")):
    try:
        drive(eval(compile(source, "?", "exec", FLAG), {"pause": pause}))
    except NameError as e:
        assert str(e) == message
    else:
        raise AssertionError(source)

# async comprehensions and eval mode
async def arange(n):
    for i in range(n):
        yield i

assert drive(eval(compile("[x async for x in arange(3)]", "?", "eval", FLAG), {"arange": arange})) == ([], [0, 1, 2])
assert not compile("1", "?", "eval", FLAG).co_flags & 0x80

# an assertion that is left out is looked at all the same
for source in ("assert await x", "assert [x async for x in y]", "assert 1, await x"):
    for optimize in (0, 1):
        try:
            compile(source, "?", "exec", optimize=optimize)
        except SyntaxError:
            pass
        else:
            raise AssertionError(source)
        assert compile(source, "?", "exec", FLAG, optimize=optimize).co_flags & 0x80

# module code called as a function: its namespace is its globals
code = compile("total = 0\nfor k in range(4): total += k\nclass B: pass\ndel k", "?", "exec")
for _ in range(3):
    g = {}
    assert types.FunctionType(code, g)() is None
    assert g["total"] == 6 and g["B"].__name__ == "B" and "k" not in g
    class Holder:
        run = types.FunctionType(compile("seen = 1", "?", "exec"), g)
    try:
        Holder().run()
    except TypeError:
        pass
    else:
        raise AssertionError
print("ok")
