# except*: splitting of groups, naked exceptions, re-raise, nesting, what may not be caught.
def leaves(e):
    if isinstance(e, BaseExceptionGroup):
        return [leaves(x) for x in e.exceptions]
    return type(e).__name__


def run(error):
    out = []
    try:
        try:
            raise error
        except* ValueError as g:
            out.append(("value", leaves(g)))
        except* (TypeError, KeyError) as g:
            out.append(("type", leaves(g)))
        else:
            out.append("else")
        finally:
            out.append("finally")
    except BaseException as rest:
        out.append(("rest", leaves(rest)))
    return out


assert run(ValueError()) == [("value", ["ValueError"]), "finally"]
assert run(ExceptionGroup("g", [ValueError(), TypeError(), OSError()])) == [
    ("value", ["ValueError"]),
    ("type", ["TypeError"]),
    "finally",
    ("rest", ["OSError"]),
]
nested = ExceptionGroup("g", [ExceptionGroup("h", [ValueError(), KeyError()]), ValueError()])
assert run(nested) == [("value", [["ValueError"], "ValueError"]), ("type", [["KeyError"]]), "finally"]
assert run(OSError()) == ["finally", ("rest", "OSError")]

out = []
try:
    pass
except* ValueError:
    out.append("no")
else:
    out.append("else")
finally:
    out.append("finally")
assert out == ["else", "finally"]

try:
    try:
        raise ExceptionGroup("g", [ValueError(1), TypeError(2)])
    except* ValueError:
        raise KeyError("new")
except ExceptionGroup as e:
    assert leaves(e) == ["KeyError", ["TypeError"]], leaves(e)
    assert isinstance(e.exceptions[0].__context__, ExceptionGroup)

try:
    try:
        raise ExceptionGroup("g", [ValueError(1), TypeError(2)])
    except* ValueError:
        raise
except ExceptionGroup as e:
    assert leaves(e) == ["ValueError", "TypeError"] and e.message == "g"

try:
    try:
        raise ValueError
    except* ExceptionGroup:
        pass
except TypeError as e:
    assert str(e) == "catching ExceptionGroup with except* is not allowed. Use except instead."

group = ExceptionGroup("m", [ValueError(1), ExceptionGroup("n", [TypeError(2), ValueError(3)])])
match, rest = group.split(ValueError)
assert leaves(match) == ["ValueError", ["ValueError"]] and leaves(rest) == [["TypeError"]]
assert leaves(group.subgroup(lambda e: e.args == (2,))) == [["TypeError"]] and group.subgroup(OSError) is None
assert str(group) == "m (2 sub-exceptions)" and group.message == "m" and len(group.exceptions) == 2
assert repr(ExceptionGroup("a", [KeyError("k")])) == "ExceptionGroup('a', [KeyError('k')])"
for bad in (lambda: ExceptionGroup("m", []), lambda: ExceptionGroup("m", 5), lambda: ExceptionGroup("m", [5])):
    try:
        bad()
        assert False
    except (TypeError, ValueError):
        pass
assert type(BaseExceptionGroup("m", [ValueError()])) is ExceptionGroup
assert type(BaseExceptionGroup("m", [KeyboardInterrupt()])) is BaseExceptionGroup


class Mine(ExceptionGroup):
    def derive(self, excs):
        return Mine(self.message + "'", excs)


a, b = Mine("x", [ValueError(), TypeError()]).split(ValueError)
assert type(a) is Mine and a.message == "x'" and leaves(b) == ["TypeError"]


def loop():
    done = []
    for i in range(3):
        try:
            raise ExceptionGroup("g", [ValueError(i)])
        except* ValueError as g:
            done.append(g.exceptions[0].args[0])
    return done


assert loop() == [0, 1, 2]
print("ok")
