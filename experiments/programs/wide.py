"""Instances with few and with more than 30 attributes, attributes added after __init__, deleted, or made in another order."""

import sys

# size: (narrow objects, wide objects, rounds of changes)
SIZES = {"S": (2_000, 130, 2), "M": (36_000, 2_600, 110), "L": (450_000, 42_000, 1)}

WIDE = ["field%02d" % number for number in range(34)]


class Empty:
    """No attribute at all until somebody adds one."""


class One:
    def __init__(self, value):
        self.value = value


class Three:
    def __init__(self, number):
        self.number = number
        self.twice = number * 2
        self.name = "three"


class Late:
    """Gets most attributes after __init__, some of them only sometimes."""

    def __init__(self, number):
        self.number = number

    def complete(self):
        self.owner = None
        if self.number % 2:
            self.odd = True
        if self.number % 7 == 0:
            self.week = self.number // 7
        self.state = "complete"
        return self


class Swapped:
    """Assigns in one of two orders."""

    def __init__(self, number):
        if number & 1:
            self.a = number
            self.b = -number
        else:
            self.b = -number
            self.a = number
        self.c = number % 5


class Wide:
    """More than 30 attributes, assigned one by one."""

    def __init__(self, number):
        for place, name in enumerate(WIDE):
            setattr(self, name, number + place)

    def total(self):
        return sum([getattr(self, name) for name in WIDE])


class Settings:
    """Forty literal attributes in one __init__."""

    def __init__(self, base):
        self.a0 = self.a1 = self.a2 = self.a3 = self.a4 = base
        self.b0 = self.b1 = self.b2 = self.b3 = self.b4 = base + 1
        self.c0 = self.c1 = self.c2 = self.c3 = self.c4 = base + 2
        self.d0 = self.d1 = self.d2 = self.d3 = self.d4 = base + 3
        self.e0 = self.e1 = self.e2 = self.e3 = self.e4 = base + 4
        self.f0 = self.f1 = self.f2 = self.f3 = self.f4 = base + 5
        self.g0 = self.g1 = self.g2 = self.g3 = self.g4 = base + 6
        self.h0 = self.h1 = self.h2 = self.h3 = self.h4 = base + 7

    def shift(self):
        self.a0, self.h4 = self.h4 + self.c2, self.a0 + self.f1
        self.d3 += self.e2
        return self.a0 ^ self.d3 ^ self.h4


class Bag:
    """Attributes named by data, through __setattr__ and __getattr__."""

    def __init__(self, **values):
        self.__dict__.update(values)

    def __getattr__(self, name):
        if name.startswith("no_"):
            return 0
        raise AttributeError(name)


class Child(Three):
    """Inherits three attributes and adds two between calls."""

    def __init__(self, number):
        self.early = 1
        super().__init__(number)
        self.late = 2


def churn(things, turn):
    """Adds, changes and deletes attributes; returns a number that depends on all of it."""
    total = 0
    for place, thing in enumerate(things):
        thing.turn = turn + place
        if place % 3 == 0:
            thing.extra = place
        if place % 9 == 0:
            del thing.turn
        total += len(thing.__dict__) + getattr(thing, "turn", 1) + getattr(thing, "extra", 2)
        if place % 27 == turn % 27:
            thing.__dict__.pop("extra", None)
    return total & 0xFFFFFFFF


def show(thing):
    return "%s(%s)" % (type(thing).__name__, ", ".join("%s=%r" % pair for pair in vars(thing).items()))


def main():
    size = sys.argv[1] if len(sys.argv) > 1 else "S"
    if size not in SIZES:
        raise SystemExit("usage: wide.py S|M|L")
    narrow, wide, rounds = SIZES[size]
    makers = [lambda n: Empty(), One, Three, lambda n: Late(n).complete(), Swapped, Child, lambda n: Bag(x=n, y=n % 3)]
    things = [makers[number % len(makers)](number) for number in range(narrow)]
    wides = [Wide(number) if number % 2 else Settings(number) for number in range(wide)]
    check = 0
    for turn in range(rounds):
        check = (check * 31 + churn(things, turn)) & 0xFFFFFFFF
        for thing in wides:
            check = (check * 31 + (thing.total() if isinstance(thing, Wide) else thing.shift())) & 0xFFFFFFFF
        for thing in wides[turn % 5 :: 50]:
            thing.__dict__["patched%d" % (turn % 3)] = turn
    for thing in things[: len(makers) * 2]:
        print(show(thing))
    print(show(wides[0])[:150])
    print("attributes of a wide one", len(vars(wides[1])), "bag", things[6].no_such, hasattr(things[6], "such"))
    replaced = things[2]
    replaced.__dict__ = {"number": 1, "only": 2}
    print(show(replaced), replaced.only)
    check = (check * 31 + sum(len(vars(thing)) for thing in things + wides)) & 0xFFFFFFFF
    print("checksum", check)


if __name__ == "__main__":
    main()
