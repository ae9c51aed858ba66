"""Operators that nest to the right take the parser's stack, which has an end; those that nest to the left do not."""


def overflows(text, mode="exec"):
    try:
        compile(text, "<text>", mode)
    except MemoryError as e:
        assert str(e) == "Parser stack overflowed - Python source too complex to parse", e
    else:
        raise AssertionError((text[:20], len(text), mode))


for mode in ("exec", "eval", "single"):
    overflows("-" * 30_000 + "4", mode)
overflows("-" * 6000 + "4")
overflows("not " * 6000 + "4")
overflows("2" + "**2" * 3000)
overflows("lambda:" * 3000 + "4")
overflows("1 if 2 else " * 6000 + "3")
overflows("(" * 100 + "-" * 4500 + "1" + ")" * 100)
compile("-" * 5900 + "4", "<text>", "exec")
compile("x = [" + "-1, not 2, lambda: 3 ** 4,\n" * 3000 + "]\n", "<text>", "exec")
compile("x = 1" + " - 2" * 9000, "<text>", "exec")
print("ok")
