# An operand on the left keeps its value when the right side rebinds the variable.
def f(x):
    return x + (x := 5)


assert f(1) == 6 and f(10) == 15
x = 1
assert x + (x := 5) == 6 and x == 5


def g(x, y):
    return x - (x := y) - x, x * (y := 3) + y, [x, (x := 0), x], (x, (x := 1) + x, x)


assert g(7, 2) == (3, 9, [2, 0, 0], (0, 2, 1))


def h(x):
    def inner():
        nonlocal x
        x = "changed"
        return "!"

    return x + inner(), x


assert h("kept") == ("kept!", "changed")


def call(x):
    def k(*a):
        return a

    return k(x, (x := x + 1), x), {x: (x := 0)}, x < (x := 1) < (x := 2)


assert call(1) == ((1, 2, 2), {2: 0}, True)


def sub(l):
    return l[0] + (l := [10, 20])[1] + l[0]


assert sub([1]) == 31


def aug(x):
    x += (x := 10)
    return x


assert aug(1) == 11


def attr(o):
    return (o, (o := None))[0], o


assert attr(5) == (5, None)


def loop(n):
    total = 0
    while n > 0:
        total += n * (n := n - 1)
    return total


assert loop(4) == 20
print("ok")
