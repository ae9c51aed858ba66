# needs: string.templatelib
# t-strings (PEP 750): Template and Interpolation objects.
from string.templatelib import Interpolation, Template, convert

x, name = 42, "n"
t = t"a{x}b{name!r:>{x}}c"
assert type(t) is Template
assert t.strings == ("a", "b", "c") and t.values == (42, "n")
first, second = t.interpolations
assert (first.value, first.expression, first.conversion, first.format_spec) == (42, "x", None, "")
assert (second.value, second.expression, second.conversion, second.format_spec) == ("n", "name", "r", ">42")
assert [type(part).__name__ for part in t] == ["str", "Interpolation", "str", "Interpolation", "str"]
assert t"".strings == ("",) and t"".interpolations == () and list(t"") == []
assert t"{x}".strings == ("", "") and t"{x}{x}".strings == ("", "", "")
assert t"{x=}".strings == ("x=", "") and t"{x=}".interpolations[0].conversion == "r"
assert t"{x + 1}".interpolations[0].expression == "x + 1"
assert (t"a{x}" + t"b{x}").strings == ("a", "b", "")
assert t"a" t"b{x}".strings if False else (t"a" t"b{x}").strings == ("ab", "")
assert Template("a", Interpolation(1, "one"), "b", "c").strings == ("a", "bc")
i = Interpolation(1, "e", "s", "spec")
assert (i.value, i.expression, i.conversion, i.format_spec) == (1, "e", "s", "spec")
assert repr(i) == "Interpolation(1, 'e', 's', 'spec')"
match i:
    case Interpolation(value, expression, conversion, spec):
        assert (value, expression, conversion, spec) == (1, "e", "s", "spec")


def render(template):
    out = []
    for part in template:
        if isinstance(part, str):
            out.append(part.upper())
        else:
            out.append(format(convert(part.value, part.conversion), part.format_spec))
    return "".join(out)


assert render(t"value {x:05} and {name!r}") == "VALUE 00042 AND 'n'"
assert rt"\n{x}".strings == ("\\n", "")
inner = t"{t"{x}"}"
assert type(inner.values[0]) is Template
try:
    t"a" + "b"
    assert False
except TypeError:
    pass
assert t"{{{x}}}".strings == ("{", "}")
log = []


def note(v):
    log.append(v)
    return v


t"{note(1)}{note(2):{note(3)}}"
assert log == [1, 2, 3]
print("ok")
