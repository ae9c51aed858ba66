# Displays of 70,000 items that are not constants.
n = 70_000
x = 1
value = eval("[" + ", ".join("x" for _ in range(n)) + "]")
assert len(value) == n and set(value) == {1}
value = eval("(" + ", ".join("x + %d" % i for i in range(n)) + ")")
assert len(value) == n and value[0] == 1 and value[-1] == n
value = eval("{" + ", ".join("%d: x" % i for i in range(n)) + "}")
assert len(value) == n and value[n - 1] == 1
value = eval("{" + ", ".join("x * %d" % i for i in range(n)) + "}")
assert value == set(range(n))
value = eval("[" + ", ".join(str(i) for i in range(n)) + "]")
assert value == list(range(n))
y = "ab"
value = eval("f'" + "{y}-" * 5_000 + "'")
assert value == "ab-" * 5_000


def f(*a):
    return len(a)


assert eval("f(" + ", ".join("x" for _ in range(5_000)) + ")") == 5_000


def in_function():
    names = {}
    exec("def g(x):\n return [" + ", ".join("x" for _ in range(n)) + "]", names)
    return names["g"](7)


assert sum(in_function()) == 7 * n
print("ok")
