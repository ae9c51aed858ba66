# An iterable that is spread over arguments dies before the call, and what that lets run runs before it, too.
def numbers():
    try:
        yield 1
        yield 2
        yield 3
    finally:
        print("closed")


def show(*args, **keywords):
    print("called", args, keywords)


print(*zip(range(2), numbers()))
show(*zip(range(2), numbers()))
show(*zip(range(2), numbers()), **{"a": 1})
show(0, *zip(range(1), numbers()))
list(map(show, *[zip(range(1), numbers())]))
try:
    show(*5)
except TypeError as e:
    print(e)


class Dies:
    def __iter__(self):
        return iter((1, 2))

    def __del__(self):
        print("gone")


show(*Dies())
print(*Dies())


class Other(tuple):
    def __iter__(self):
        return iter("ab")


show(*Other((1, 2)))
print(*Other((1, 2)))
