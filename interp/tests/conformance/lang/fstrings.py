# f-strings: conversions, specs, nesting, debug =, quotes inside, evaluation order.
x, name, pi = 42, "wörld", 3.14159
assert f"{x}" == "42" and f"a{x}b{x}c" == "a42b42c" and f"" == "" and f"{{}}{{{x}}}" == "{}{42}"
assert f"{name!r} {name!s} {name!a}" == "'wörld' wörld 'w\\xf6rld'"
assert f"{x:5d}|{x:<5}|{x:^5}|{x:>5}|{x:05}|{x:+}|{x:#x}|{x:b}" == "   42|42   | 42  |   42|00042|+42|0x2a|101010"
assert f"{pi:.2f} {pi:8.3f} {pi:e}" == "3.14    3.142 3.141590e+00"
width, precision = 10, 4
assert f"{pi:{width}.{precision}}|" == "     3.142|"
assert f"{pi:{'>'}{width}}" == "   3.14159"
assert f"{x=}" == "x=42" and f"{x = }" == "x = 42" and f"{name=!s}" == "name=wörld" and f"{pi=:.1f}" == "pi=3.1"
assert f"{x+1=}" == "x+1=43" and f"{name=}" == "name='wörld'" and f"{ x = !s:>5}" == " x =    42"
assert f"{'nested ' + f'{x + 1}'}" == "nested 43"
assert f"{"same quotes"}" == "same quotes" and f"{f"{f"{1 + 1}"}"}" == "2"
assert f"{'a' if x else 'b'}" == "a" and f"{(lambda v: v * 2)(x)}" == "84" and f"{[i for i in range(3)]}" == "[0, 1, 2]"
assert f"{ {'k': 1}['k'] }" == "1" and f"{x!r:>4}" == "  42"
assert f"{x
}" == "42"
assert f"""{
    x  # a comment
    + 1
} end""" == "43 end"
assert rf"\n{x}" == "\\n42" and f"\n{'\n'}" == "\n\n" and fr"{x}\d" == "42\\d"
assert "a" f"{x}" 'b' f'{x}' == "a42b42"
assert f"{(y := 5)} {y}" == "5 5" and f"{x:=10}" == "        42" and f"{x!=1}" == "True"
assert f"{1,}" == "(1,)" and f"{*[1, 2],}" == "(1, 2)"
assert f"\N{BULLET}{x}" == "\u202242"
log = []


class Spec:
    def __format__(self, spec):
        log.append(spec)
        return "<" + spec + ">"

    def __repr__(self):
        return "repr"


s = Spec()
assert f"{s}{s:abc}{s!r:>6}{s:{x}%{name}}" == "<><abc>  repr<42%wörld>" and log == ["", "abc", "42%wörld"]
assert f"{s:{chr(123)}}" == "<{>"
assert f"{s:\x41}" == "<A>"


class Bad:
    def __format__(self, spec):
        return 5


try:
    f"{Bad()}"
    assert False
except TypeError as e:
    assert str(e) == "__format__ must return a str, not int"
for bad in ("f'{}'", "f'{x!z}'", "f'{x'", "f'}'", "f'{x!}'", "f'{a b}'", "f'{lambda x: 1}'"):
    try:
        compile(bad, "f", "eval")
        assert False, bad
    except SyntaxError:
        pass
assert f"{3.0:,.2f} {1234567:,} {1234567:_} {0.25:%}" == "3.00 1,234,567 1_234_567 25.000000%"


def f(v):
    return f"{v:{v}}"


assert f(5) == "    5"
assert f"{'#'}" == "#" and f'{x:{"{"}>5}' == "{{{42"
print("ok")
