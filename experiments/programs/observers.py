"""Weak references: a signal hub, weak caches and registries; prints the order in which callbacks run when things die."""

import gc
import sys
import weakref

# size: (objects in the registry, rounds of births and deaths)
SIZES = {"S": (1_100, 2), "M": (8_000, 90), "L": (360_000, 1)}


class Signal:
    """Calls bound methods of objects that it does not keep alive."""

    def __init__(self):
        self.receivers = {}
        self.next = 0

    def connect(self, receiver):
        ticket = self.next
        self.next += 1

        def gone(ref, hub=weakref.ref(self), ticket=ticket):
            signal = hub()
            if signal is not None:
                del signal.receivers[ticket]

        self.receivers[ticket] = weakref.WeakMethod(receiver, gone)

    def send(self, value):
        total = 0
        for ref in list(self.receivers.values()):
            method = ref()
            if method is not None:
                total += method(value)
        return total


class Part:
    """An observer; knows its factory weakly."""

    def __init__(self, number, factory):
        self.number = number
        self.factory = weakref.ref(factory)
        self.seen = 0

    def notice(self, value):
        self.seen += value
        return self.number & 7


class Factory:
    """Gives every number the same part as long as somebody holds it."""

    def __init__(self):
        self.parts = weakref.WeakValueDictionary()
        self.made = 0

    def get(self, number):
        part = self.parts.get(number)
        if part is None:
            self.made += 1
            part = self.parts[number] = Part(number, self)
        return part


class Speaker:
    """Prints when it dies."""

    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name)


def say(text):
    return lambda ref: print(text, "dead" if ref() is None else "alive")


def orders():
    """The golden order of callbacks, finalizers and __del__."""
    a, b = Speaker("a"), Speaker("b")
    refs = [weakref.ref(a, say("first on a")), weakref.ref(a, say("second on a")), weakref.ref(b, say("on b"))]
    print("shared without callback", weakref.ref(a) is weakref.ref(a), weakref.getweakrefcount(a))
    group = [a, b]
    del a, b
    group.clear()
    print("refs", [ref() for ref in refs])
    c = Speaker("c")
    ref = weakref.ref(c, say("never called"))
    del ref
    table = weakref.WeakKeyDictionary({c: "value of c"})
    proxy = weakref.proxy(c, lambda dying: print("proxy of c"))
    print(proxy.name, len(table), c in table)
    del c
    print(len(table))
    try:
        proxy.name
    except ReferenceError as error:
        print("ReferenceError:", error)
    d, e = Speaker("d"), Speaker("e")
    d.other, e.other = e, d
    outside = weakref.ref(d, say("outside on d"))
    e.inside = weakref.ref(d, say("inside on d"))
    weakref.finalize(e, print, "finalize e").atexit = False
    del d, e
    gc.collect()
    print("outside", outside())
    f = Speaker("f")
    outer = weakref.ref(f, lambda ref: print("one", inner() is None))
    inner = weakref.ref(f, lambda ref: print("two", outer() is None))
    del f


def main():
    size = sys.argv[1] if len(sys.argv) > 1 else "S"
    if size not in SIZES:
        raise SystemExit("usage: observers.py S|M|L")
    orders()
    amount, rounds = SIZES[size]
    factory, signal = Factory(), Signal()
    held = [factory.get(number) for number in range(amount)]
    for part in held[::3]:
        signal.connect(part.notice)
    del part
    check = signal.send(1)
    print("receivers", len(signal.receivers), "answer", check)
    for turn in range(rounds):
        state = turn + 1
        for place in range(0, amount, 2):
            state = (state * 69069 + 1) & 0xFFFFFFFF
            held[place] = factory.get((state >> 8) % (amount * 2))
            if place % 8 == 0:
                signal.connect(held[place].notice)
        answer = signal.send(turn)
        alive = len(factory.parts)
        check = (check * 31 + answer * 7 + alive) & 0xFFFFFFFF
        print("round", turn, "alive", alive, "receivers", len(signal.receivers))
    assert alive == len(set(map(id, held)))
    watcher = weakref.ref(factory)
    check = (check * 31 + factory.made + sum(part.seen for part in held)) & 0xFFFFFFFF
    del factory
    gc.collect()
    print("factory gone", watcher() is None, held[0].factory() is None)
    held.clear()
    print("receivers", len(signal.receivers))
    print("checksum", check)


if __name__ == "__main__":
    main()
