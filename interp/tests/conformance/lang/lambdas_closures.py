# lambda, closures, nonlocal, cells: shared, rebound, empty, late binding, deep nesting.
add = lambda a, b=2, *c, d, **e: (a, b, c, d, e)
assert add(1, d=3) == (1, 2, (), 3, {})
assert (lambda: (yield))().__class__.__name__ == "generator"
assert (lambda *, k: k)(k=1) == 1 and (lambda x, /: x)(5) == 5


def counter():
    total = 0

    def up(by=1):
        nonlocal total
        total += by
        return total

    def down():
        nonlocal total
        total -= 1
        return total

    return up, down


up, down = counter()
other, _ = counter()
assert up() == 1 and up(5) == 6 and down() == 5 and other() == 1
assert up.__closure__[0].cell_contents == 5 and up.__closure__[0] is down.__closure__[0]
assert up.__code__.co_freevars == ("total",)

late = [lambda: i for i in range(3)]
assert [f() for f in late] == [2, 2, 2]
early = [lambda i=i: i for i in range(3)]
assert [f() for f in early] == [0, 1, 2]


def deep():
    x = 1

    def a():
        def b():
            def c():
                nonlocal x
                x += 1
                return x

            return c

        return b

    return a()()(), x


assert deep() == (2, 2)


def unbound():
    def read():
        return value

    try:
        read()
    except NameError as e:
        assert "free variable 'value'" in str(e)
    value = 1
    assert read() == 1
    del value
    try:
        read()
        assert False
    except NameError:
        pass


unbound()


def parameter(x):
    def get():
        return x

    x += 1
    return get


assert parameter(1)() == 2


def recursive():
    def fact(n):
        return 1 if n < 2 else n * fact(n - 1)

    return fact


assert recursive()(10) == 3628800


def args(*args, **kw):
    return lambda: (args, kw)


assert args(1, a=2)() == ((1,), {"a": 2})
x = "global"


def shadow():
    x = "local"

    class C:
        y = x

        def method(self):
            return x

    return C.y, C().method()


assert shadow() == ("local", "local")
f = lambda n: n and f(n - 1) + 1
assert f(50) == 50
print("ok")
