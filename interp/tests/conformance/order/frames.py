# When and in which order locals, arguments, cells and temporaries of frames die.
class N:
    """Prints its name when it dies."""

    def __init__(self, name, *held):
        self.name = name
        self.held = held

    def __del__(self):
        print("del", self.name)


def locals_():
    a = N("local a")
    b = N("local b")
    c = N("local c")
    print("leaving")


locals_()
print("left")


def arguments(x, y, *rest, k):
    z = N("inside")
    print("called")


arguments(N("x"), N("y"), N("rest 0"), N("rest 1"), k=N("k"))
print("after arguments")


def temporaries():
    N("statement")
    print("next statement")
    [N("in list 0"), N("in list 1")]
    print(N("attribute").name)
    N("left") is N("right")
    print("end of temporaries")


temporaries()


def rebound():
    v = N("one")
    v = N("two")
    print("rebound")
    del v
    print("deleted")


rebound()


def cells():
    c = N("cell")

    def inner():
        return c

    n = N("plain beside a cell")
    return inner


f = cells()
print("closure alive")
f = None


def loop():
    for i in (N("loop 0"), N("loop 1"), N("loop 2")):
        print("body", i.name)
    print("after loop")


loop()


def comprehension():
    [x.name for x in [N("c0"), N("c1")]]
    print("after comprehension")


comprehension()


def returned():
    kept = N("returned")
    other = N("not returned")
    return kept


r = returned()
print("got", r.name)
del r


def default(value=N("default")):
    pass


default = None
print("function gone")


def swap():
    a, b = N("s1"), N("s2")
    a, b = b, a
    print("swapped")
    a = None
    print("b last")


swap()
print("end")
