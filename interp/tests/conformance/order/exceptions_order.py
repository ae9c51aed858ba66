# When frames kept by a traceback let go of their locals.
class N:
    """Prints its name when it dies."""

    def __init__(self, name, *held):
        self.name = name
        self.held = held

    def __del__(self):
        print("del", self.name)


def fail(name):
    held = N(name)
    raise ValueError(name)


try:
    fail("one")
except ValueError as e:
    print("caught", e)
print("after one")
try:
    fail("two")
except ValueError as e:
    kept = e
print("kept")
kept = None
print("after two")


def outer():
    mine = N("outer local")
    fail("inner local")


try:
    outer()
except ValueError:
    print("in handler")
print("after handler")


def swallowed():
    try:
        fail("three")
    except ValueError:
        pass
    print("still in the function")


swallowed()
try:
    try:
        fail("context")
    except ValueError:
        raise KeyError("new")
except KeyError as e:
    print("context is", type(e.__context__).__name__)
print("after context")


def with_finally():
    a = N("in finally")
    try:
        return "value"
    finally:
        print("finally")


print(with_finally())


def argument(x):
    raise TypeError


try:
    argument(N("argument"))
except TypeError:
    print("argument handler")
print("end")
