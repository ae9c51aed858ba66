# complex: construction, text, arithmetic, comparison, formatting.
z = 3 + 4j
assert z.real == 3.0
assert z.imag == 4.0
assert abs(z) == 5.0
assert z.conjugate() == 3 - 4j
assert -z == -3 - 4j
assert +z == z
assert complex() == 0
assert complex(1, 2) == 1 + 2j
assert complex("1+2j") == 1 + 2j
assert complex(" -j ") == -1j
assert complex("(1e3-2.5j)") == 1000 - 2.5j
assert complex("5") == 5
assert complex(real=1, imag=2) == 1 + 2j
for bad in ("", "1+", "1 + 2j", "j1", "1+2k", "(1"):
    try:
        complex(bad)
        assert False, bad
    except ValueError as e:
        assert str(e) == "complex() arg is a malformed string"
for value, text in ((1j, "1j"), (1 + 2j, "(1+2j)"), (-1j, "(-0-1j)"), (complex(0, -1), "-1j"), (complex(-0.0, 1), "(-0+1j)"), (1.5 - 2.5j, "(1.5-2.5j)"), (complex("inf"), "(inf+0j)"), (complex(1, float("nan")), "(1+nanj)"), (0j, "0j"), (1e20j, "1e+20j")):
    assert repr(value) == str(value) == text, (text, repr(value))
assert (1 + 2j) + (3 - 1j) == 4 + 1j
assert (1 + 2j) - 1 == 2j
assert (1 + 2j) * (3 - 1j) == 5 + 5j
assert abs((5 + 5j) / (3 - 1j) - (1 + 2j)) < 1e-12
assert 1 / 1j == -1j
assert 2 * 1j == 2j
assert (1 + 1j) ** 2 == 2j
assert (1 + 1j) ** -1 == 0.5 - 0.5j
assert 0j**0 == 1
assert (2 + 0j) ** 3 == 8
assert abs((-1) ** 0.5 - 1j) < 1e-15
for action, kind in ((lambda: 1j / 0, ZeroDivisionError), (lambda: 0j**-1, ZeroDivisionError), (lambda: 1j // 1, TypeError), (lambda: 1j % 1, TypeError), (lambda: 1j < 2j, TypeError), (lambda: int(1j), TypeError), (lambda: float(1j), TypeError), (lambda: round(1j), TypeError), (lambda: divmod(1j, 1), TypeError), (lambda: complex("1", 2), TypeError), (lambda: complex([]), TypeError)):
    try:
        action()
        assert False
    except kind:
        pass
assert 1 + 0j == 1 == 1.0
assert 1j != 1
assert hash(1 + 0j) == hash(1)
assert hash(1j) == hash(complex(0, 1))
assert bool(0j) is False
assert bool(1e-300j)
assert f"{1 + 2j}" == "(1+2j)"
assert f"{1.5 + 2.25j:.1f}" == "1.5+2.2j"
assert f"{1 + 2j:>10}" == "    (1+2j)"
assert f"{1 + 2j:e}" == "1.000000e+00+2.000000e+00j"


class C:
    def __complex__(self):
        return 1 + 1j


assert complex(C()) == 1 + 1j
assert complex(2.5) == 2.5
assert complex(True) == 1
assert (3j).imag == 3.0
assert sum([1j, 2]) == 2 + 1j
assert complex.from_number(3) == 3 + 0j
assert isinstance(1j, complex)
assert not isinstance(1, complex)
assert (1 + 2j).__getnewargs__() == (1.0, 2.0)
print("ok")
