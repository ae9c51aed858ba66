# A precision near the largest C int is refused before anything is computed with it.
for spec in ("%.2147483647f", "%.2147482624e"):
    for make in (lambda: spec % 1e300, lambda: spec.encode() % 1.0, lambda: format(1.5, spec[1:]), lambda: format(1j, spec[1:])):
        try:
            make()
            raise AssertionError(spec)
        except ValueError as e:
            assert str(e) == "precision too big"
print("ok")
