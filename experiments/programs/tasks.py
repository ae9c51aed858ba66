"""A scheduler of coroutines: frames that sleep, wake, are cancelled; prints the order of finally blocks and __del__ when they die."""

import sys
from collections import deque

# size: (tasks alive, turns each works, producers)
SIZES = {"S": (500, 6, 3), "M": (14_000, 34, 8), "L": (330_000, 2, 8)}


class Pause:
    """Awaiting it gives the loop a turn."""

    def __init__(self, turns):
        self.turns = turns

    def __await__(self):
        got = yield self.turns
        return got


class Cancelled(Exception):
    """Thrown into a task that is to stop."""


class Mailbox:
    """A bounded queue between tasks."""

    def __init__(self, limit):
        self.limit = limit
        self.items = deque()

    async def put(self, item):
        while len(self.items) >= self.limit:
            await Pause(1)
        self.items.append(item)

    async def get(self):
        while not self.items:
            await Pause(1)
        return self.items.popleft()


class Loop:
    """Round-robin by turns: tasks due at the same turn run in order of arrival."""

    def __init__(self):
        self.turn = 0
        self.due = {}
        self.results = 0
        self.steps = 0

    def add(self, task, after=0):
        self.due.setdefault(self.turn + after, deque()).append(task)

    def run(self, until=None):
        while self.due and (until is None or self.turn < until):
            ready = self.due.get(self.turn)
            while ready:
                task = ready.popleft()
                self.steps += 1
                try:
                    wanted = task.send(None if self.steps == 1 or task.cr_await is None else self.turn)
                except StopIteration as stop:
                    self.results = (self.results * 31 + (stop.value or 0)) & 0xFFFFFFFF
                else:
                    self.add(task, max(wanted, 0) or 1)
            self.due.pop(self.turn, None)
            self.turn += 1

    def cancel(self):
        """Throws into every task that waits; returns how many refused."""
        stubborn = 0
        for turn in sorted(self.due):
            for task in self.due.pop(turn):
                try:
                    task.throw(Cancelled())
                except (Cancelled, StopIteration):
                    continue
                stubborn += 1
                task.close()
        return stubborn


async def nested(depth, number):
    if depth == 0:
        return (await Pause(1 + number % 3)) or 0
    return 1 + await nested(depth - 1, number)


async def worker(number, turns):
    total = 0
    for turn in range(turns):
        total += await nested(turn % 4, number)
    return total + number


async def forever(number):
    count = 0
    try:
        while True:
            count += 1
            await Pause(number % 5 + 1)
    finally:
        Witness.closed += count


async def producer(box, amount, number):
    for item in range(amount):
        await box.put(item * number)
    await box.put(None)
    return amount


async def consumer(box, producers):
    total, left = 0, producers
    while left:
        item = await box.get()
        if item is None:
            left -= 1
        else:
            total += item
    return total


class Witness:
    """Prints when it dies."""

    closed = 0

    def __init__(self, name):
        self.name = name

    async def __aenter__(self):
        print("enter", self.name)
        await Pause(1)
        return self

    async def __aexit__(self, kind, error, trace):
        print("exit", self.name, kind.__name__ if kind else None)
        return False

    def __del__(self):
        print("del", self.name)


async def scene(name):
    first = Witness(name + ".local")
    async with Witness(name + ".context") as context:
        try:
            await Pause(3)
            print("went on", name, first.name, context.name)
        except Cancelled:
            print("cancelled", name)
            raise
        finally:
            print("finally", name)


def orders():
    """What is printed when a coroutine ends, is cancelled, closed, or dropped."""
    for ending in ("run", "throw", "close", "drop"):
        print("-", ending)
        task = scene(ending)
        task.send(None)
        task.send(None)
        try:
            if ending == "run":
                task.send(None)
            elif ending == "throw":
                task.throw(Cancelled())
            elif ending == "close":
                task.close()
        except (StopIteration, Cancelled) as error:
            print("raised", type(error).__name__)
        del task
        print("gone")


def main():
    size = sys.argv[1] if len(sys.argv) > 1 else "S"
    if size not in SIZES:
        raise SystemExit("usage: tasks.py S|M|L")
    orders()
    amount, turns, producers = SIZES[size]
    loop = Loop()
    for number in range(amount):
        loop.add(worker(number, turns), number % 11)
    for number in range(amount // 4):
        loop.add(forever(number), number % 7)
    box = Mailbox(16)
    loop.add(consumer(box, producers))
    for number in range(producers):
        loop.add(producer(box, turns * 20, number + 1), number)
    loop.run(until=turns * 30 + 60)
    print("steps", loop.steps, "waiting", sum(map(len, loop.due.values())))
    print("stubborn", loop.cancel(), "closed", Witness.closed)
    print("checksum", (loop.results * 31 + loop.steps + Witness.closed) & 0xFFFFFFFF)


if __name__ == "__main__":
    main()
