# needs: sys
# The limit of 4300 digits between str and int.
import sys

assert sys.get_int_max_str_digits() == 4300
big = 10**4300
assert len(str(10**4299)) == 4300
for action, text in (
    (lambda: str(big), "Exceeds the limit (4300 digits) for integer string conversion"),
    (lambda: repr(-big), "Exceeds the limit (4300 digits) for integer string conversion"),
    (lambda: f"{big}", "Exceeds the limit (4300 digits) for integer string conversion"),
    (lambda: "%d" % big, "Exceeds the limit (4300 digits) for integer string conversion"),
    (lambda: int("1" * 4301), "Exceeds the limit (4300 digits) for integer string conversion: value has 4301 digits"),
):
    try:
        action()
        assert False
    except ValueError as e:
        assert str(e).startswith(text), str(e)
assert int("1" * 4300) > 0 and int("0" * 0 + "9" * 4300) == big - 1
assert int("1_" * 4299 + "1") == int("1" * 4300)
assert len(hex(big)) > 3000 and int(hex(big), 16) == big and int("f" * 10_000, 16).bit_length() == 40_000
assert bin(big).count("1") == big.bit_count() and oct(big).startswith("0o")
try:
    int("1" * 5000, 7)
    assert False
except ValueError:
    pass
sys.set_int_max_str_digits(0)
assert len(str(big)) == 4301
sys.set_int_max_str_digits(640)
try:
    str(10**640)
    assert False
except ValueError:
    pass
try:
    sys.set_int_max_str_digits(100)
    assert False
except ValueError as e:
    assert "640" in str(e)
sys.set_int_max_str_digits(4300)
try:
    compile("x = " + "1" * 4301, "f", "exec")
    assert False
except SyntaxError as e:
    assert "Consider hexadecimal" in str(e)
print("ok")
