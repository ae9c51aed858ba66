# del of every target; global declarations; NameError and UnboundLocalError texts.
x = 1
del x
try:
    x
    assert False
except NameError as e:
    assert str(e) == "name 'x' is not defined" and e.name == "x"


class Box:
    pass


b = Box()
b.a = b.c = 1
data = [0, 1, 2, 3, 4]
d = {"k": 1, "l": 2}
p = q = r = 1
del b.a, data[0], data[1:3], d["k"]
assert not hasattr(b, "a") and data == [1, 4] and d == {"l": 2}
del (p, [q, r])
assert "p" not in globals() and "r" not in globals()
for bad, kind in (("del b.zz", AttributeError), ("del data[9]", IndexError), ("del d['k']", KeyError), ("del nope", NameError)):
    try:
        exec(bad)
        assert False
    except kind:
        pass


def local():
    y = 1
    del y
    try:
        return y
    except UnboundLocalError as e:
        return str(e)


assert local() == "cannot access local variable 'y' where it is not associated with a value"


def later():
    try:
        z
    except UnboundLocalError as e:
        text = str(e)
    z = 1
    return text


assert "local variable 'z'" in later()


def set_global():
    global g, h
    g = 1

    def inner():
        global g
        g += 1

    inner()
    h = g
    del h


set_global()
assert g == 2 and "h" not in globals()
len = "shadow"
assert len == "shadow"
del len
assert len([1]) == 1


def loop_var():
    for i in range(3):
        pass
    for j in ():
        pass
    try:
        j
    except UnboundLocalError:
        return i


assert loop_var() == 2


def delete_cell():
    c = 1

    def get():
        return c

    del c
    try:
        get()
    except NameError:
        return True


assert delete_cell()
for bad in ("del 1", "del f()", "del a + b", "del (a, 1)", "def f():\n x = 1\n global x", "nonlocal x", "def f(x):\n global x"):
    try:
        compile(bad, "t", "exec")
        assert False, bad
    except SyntaxError:
        pass


def builtin_del():
    try:
        del not_there
    except NameError as e:
        return type(e).__name__


assert builtin_del() == "UnboundLocalError"
print("ok")
