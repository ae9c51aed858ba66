# How deep blocks may nest: a limit of CPython's compiler that programs can see.
def depth(make, most=40):
    for n in range(1, most):
        try:
            compile(make(n), "f", "exec")
        except SyntaxError as e:
            return n, e.msg
    return None


def nest(head, n, inside="pass", at=0):
    lines = [" " * (at + i) + head for i in range(n)]
    return "\n".join(lines) + "\n" + " " * (at + n) + inside


print("while", depth(lambda n: nest("while x:", n)))
print("for", depth(lambda n: nest("for a in x:", n)))
print("if", depth(lambda n: nest("if x:", n)))
print("with", depth(lambda n: nest("with x:", n)), depth(lambda n: "with " + ", ".join(["x"] * n) + ": pass"))
print("function", depth(lambda n: "def f():\n" + nest("while x:", n, at=1)))
print("generator", depth(lambda n: "def f():\n" + nest("while x:", n, "yield", at=1)))
print("coroutine", depth(lambda n: "async def f():\n" + nest("async for a in x:", n, at=1)))
print("class", depth(lambda n: "while x:\n class C:\n" + nest("while x:", n, at=2)))
print("list", depth(lambda n: "x = " + "[" * n + "i for i in r" + "] for i in r" * (n - 1) + "]"))
print("try finally", depth(lambda n: "\n".join(" " * i + "try:" for i in range(n)) + "\n" + " " * n + "pass\n"
      + "\n".join(" " * i + "finally: pass" for i in reversed(range(n)))))
print("try except", depth(lambda n: "\n".join(" " * i + "try:" for i in range(n)) + "\n" + " " * n + "pass\n"
      + "\n".join(" " * i + "except E: pass" for i in reversed(range(n)))))
print("handler", depth(lambda n: "\n".join(" " * i + f"try: pass\n{' ' * i}except E:" for i in range(n)) + "\n" + " " * n + "pass"))
print("named handler", depth(lambda n: "\n".join(" " * i + f"try: pass\n{' ' * i}except E as e:" for i in range(n)) + "\n" + " " * n + "pass"))
print("group handler", depth(lambda n: "\n".join(" " * i + f"try: pass\n{' ' * i}except* E:" for i in range(n)) + "\n" + " " * n + "pass"))
print("last", depth(lambda n: "\n".join(" " * i + f"try: pass\n{' ' * i}finally:" for i in range(n)) + "\n" + " " * n + "pass"))
print("orelse", depth(lambda n: "\n".join(" " * i + f"while x: pass\n{' ' * i}else:" for i in range(n)) + "\n" + " " * n + "pass"))
print("match", depth(lambda n: "\n".join(" " * 2 * i + "match x:\n" + " " * (2 * i + 1) + "case 1:" for i in range(n)) + "\n" + " " * 2 * n + "pass"))
