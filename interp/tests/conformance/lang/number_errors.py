# Messages and columns of malformed numbers; a deep tree with an error behind it is reported, not dropped by recursion.
def error(text):
    try:
        compile(text, "<t>", "exec")
    except SyntaxError as e:
        return e.msg, e.lineno, e.offset


for text, message, offset in [
    ("0777", "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers", 1),
    ("1_", "invalid decimal literal", 2),
    ("1__0", "invalid decimal literal", 2),
    ("0x", "invalid hexadecimal literal", 2),
    ("1e", "invalid decimal literal", 1),
    ("1abc", "invalid decimal literal", 1),
    ("1.a", "invalid decimal literal", 2),
    ("0b12", "invalid digit '2' in binary literal", 4),
    ("0o8", "invalid digit '8' in octal literal", 3),
]:
    assert error(text) == (message, 1, offset), (text, error(text))
try:
    compile("-" * 100_000 + "1 1", "<t>", "eval")
    assert False
except (SyntaxError, MemoryError, RecursionError):
    pass


class NoClose:
    def __iter__(self):
        return self

    def __next__(self):
        return 1


def delegate():
    yield from NoClose()


g = delegate()
assert next(g) == 1 and g.close() is None
print("ok")
