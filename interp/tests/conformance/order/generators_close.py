# Generators that die while suspended are closed first; their locals die afterwards.
class N:
    """Prints its name when it dies."""

    def __init__(self, name, *held):
        self.name = name
        self.held = held

    def __del__(self):
        print("del", self.name)


def gen(name):
    held = N(name + " local")
    try:
        yield 1
        yield 2
    finally:
        print("finally", name)


g = gen("g")
next(g)
print("drop")
g = None
print("dropped")
g = gen("never started")
g = None
print("not started: no finally")
g = gen("exhausted")
list(g)
print("exhausted")
g = None
for v in gen("loop"):
    break
print("after break")


def outer():
    try:
        yield from gen("delegated")
    finally:
        print("outer finally")


g = outer()
next(g)
g = None


def raises():
    try:
        yield
    except GeneratorExit:
        print("exit seen")
        raise


g = raises()
next(g)
del g
g = gen("closed")
next(g)
g.close()
print("closed")
g = (x for x in [N("expr 0"), N("expr 1")])
next(g)
print("expression")
g = None


def arg(x):
    yield x


g = arg(N("argument of an unstarted one"))
g = None
print("end")
