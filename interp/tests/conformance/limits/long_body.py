# A loop body of 30,000 statements, long jumps, many constants and names.
lines = ["def f(n):", " total = 0", " for i in range(n):", "  if i == 2: continue"]
lines += ["  total += %d" % k for k in range(30_000)]
lines += ["  if i == 4: break", " else:", "  return 'else', total", " return 'break', total"]
names = {}
exec("\n".join(lines), names)
once = sum(range(30_000))
assert names["f"](2) == ("else", 2 * once) and names["f"](10) == ("break", 4 * once)
lines = ["def g(x):", " try:", "  while True:"]
lines += ["   x += 1"] * 30_000
lines += ["   if x > 100_000: raise ValueError(x)", " except ValueError as e:", "  return e.args[0]"]
exec("\n".join(lines), names)
assert names["g"](0) == 120_000
lines = ["def h(x):"] + [" if x == %d: return 'n%d'" % (k, k) for k in range(20_000)]
exec("\n".join(lines), names)
assert names["h"](19_999) == "n19999" and names["h"](-1) is None
exec("\n".join("v%d = %d" % (k, k * 1000) for k in range(20_000)), names)
assert names["v19999"] == 19_999_000
exec("def s():\n" + "\n".join(" a = 'text %d'" % k for k in range(20_000)) + "\n return a", names)
assert names["s"]() == "text 19999"
try:
    exec("\n" * 50_000 + "1 / 0")
except ZeroDivisionError as e:
    tb = e.__traceback__
    while tb.tb_next:
        tb = tb.tb_next
    assert tb.tb_lineno == 50_001
source = "x = 0\n" + "".join("if x == %d:\n x += 1\nelif x > 10**9:\n x = 0\n" % k for k in range(5_000))
exec(source, names)
assert names["x"] == 5_000
print("ok")
