# needs: atexit, sys
# What runs when the program has ended: exit functions, last first; then finalizers of what modules hold, while printing works.
import atexit
import sys


class Noisy:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name, sys is not None)


# The cycle is dropped when all exit functions have run, so that no earlier collection finds it.
atexit.register(globals().pop, "cycle")
atexit.register(print, "registered first")
atexit.register(print, "registered last")
held = Noisy("module global")
cycle = Noisy("cycle")
cycle.me = cycle


def pending():
    try:
        yield 1
    finally:
        print("generator closed")


suspended = pending()
next(suspended)
print("end of the program")
