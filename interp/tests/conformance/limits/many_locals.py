# A function with 40,000 locals.
count = 40_000
lines = ["def f(a0):"]
lines += [" a%d = a%d + 1" % (i, i - 1) for i in range(1, count)]
lines += [" assert a100 == a0 + 100 and a300 == 300 + a0", " return a%d, a0" % (count - 1)]
names = {}
exec("\n".join(lines), names)
assert names["f"](5) == (count + 4, 5)
assert names["f"].__code__.co_nlocals == count
lines = ["def g():", " " + " = ".join("b%d" % i for i in range(2000)) + " = 7"]
lines += [" def inner(): return " + " + ".join("b%d" % i for i in range(2000)), " return inner()"]
exec("\n".join(lines), names)
assert names["g"]() == 14_000
parameters = ", ".join("p%d" % i for i in range(3000))
exec("def h(%s): return p0, p2999" % parameters, names)
assert names["h"](*range(3000)) == (0, 2999)
assert names["h"](**{"p%d" % i: -i for i in range(3000)}) == (0, -2999)
exec("r = h(%s)" % ", ".join("x%d" % i for i in range(3000)), names | {"x%d" % i: i for i in range(3000)})
print("ok")
