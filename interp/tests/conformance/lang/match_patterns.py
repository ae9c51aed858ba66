# match: every kind of pattern.
class Point:
    __match_args__ = ("x", "y")

    def __init__(self, x, y):
        self.x, self.y = x, y


class Colour:
    RED = 1


def kind(value):
    match value:
        case None:
            return "none"
        case True | False:
            return "bool"
        case 0:
            return "zero"
        case -1 | 1.5 | -2 + 3j:
            return "number literal"
        case "a" "b" | b"x":
            return "text literal"
        case int(n) if n > 100:
            return ("big", n)
        case Colour.RED:
            return "red"
        case str() as text:
            return ("str", text)
        case float(f):
            return ("float", f)
        case []:
            return "empty"
        case [x]:
            return ("one", x)
        case [1, *rest]:
            return ("starts with 1", rest)
        case (first, *_, last) if first == last:
            return ("same ends", first)
        case [[a, b], [c, d]]:
            return (a, b, c, d)
        case [*_, "end"]:
            return "ends"
        case {"type": "point", "x": x, "y": y, **rest}:
            return ("mapping", x, y, rest)
        case {"k": {"deep": [_, second]}}:
            return ("deep", second)
        case {}:
            return "other mapping"
        case Point(0, 0):
            return "origin"
        case Point(x=0, y=y):
            return ("on y", y)
        case Point(x, y) if x == y:
            return ("diagonal", x)
        case Point(x=Point(x=inner)):
            return ("nested", inner)
        case Point() as p:
            return ("point", p.x, p.y)
        case [Point(x, _), *_] | (_, Point(x, _)):
            return ("holds", x)
        case _:
            return "other"


for value, expected in [
    (None, "none"), (True, "bool"), (0, "zero"), (0.0, "zero"), (-1, "number literal"), (1.5, "number literal"),
    (-2 + 3j, "number literal"), ("ab", "text literal"), (b"x", "text literal"), (101, ("big", 101)), (1, "bool"),
    ("s", ("str", "s")), (2.5, ("float", 2.5)), ([], "empty"), ((), "empty"), ([7], ("one", 7)),
    ([1, 2, 3], ("starts with 1", [2, 3])), ((5, 6, 5), ("same ends", 5)), ([[2, 3], (4, 5)], (2, 3, 4, 5)),
    ([2, 3, "end"], "ends"), ({"type": "point", "x": 1, "y": 2, "z": 3}, ("mapping", 1, 2, {"z": 3})),
    ({"k": {"deep": [1, 2]}}, ("deep", 2)), ({"q": 1}, "other mapping"), (Point(0, 0), "origin"),
    (Point(0, 5), ("on y", 5)), (Point(4, 4), ("diagonal", 4)), (Point(1, 2), ("point", 1, 2)),
    (Point(Point(8, 1), 2), ("nested", 8)), ([Point(3, 1), 1], ("holds", 3)), ((2, Point(9, 1)), ("holds", 9)),
    (7, "other"), ({1, 2}, "other"), (range(1), ("one", 0)), (b"other", "other"), (iter([]), "other"),
]:
    got = kind(value)
    if value is True or value == 1:
        assert got == "bool" or value == 1, (value, got)
    assert got == expected or value == 1 and got == "red", (value, got, expected)
assert kind(1) == "red" and kind(2) == "other"


class Sub(dict):
    def __missing__(self, key):
        return "made up"


assert kind(Sub()) == "other mapping"
match Sub(a=1):
    case {"b": b}:
        assert False
    case {"a": a, **rest}:
        assert a == 1 and rest == {} and type(rest) is dict
match (1, 2):
    case (int() as a, (2 | 3) as b):
        assert (a, b) == (1, 2)
match "x":
    case "y":
        assert False
try:
    match Point(1, 2):
        case Point(1, 2, 3):
            pass
    assert False
except TypeError as e:
    assert str(e) == "Point() accepts 2 positional sub-patterns (3 given)"
try:
    match Point(1, 2):
        case Point(1, x=2):
            pass
    assert False
except TypeError as e:
    assert str(e) == "Point() got multiple sub-patterns for attribute 'x'"
match 1, 2, 3:
    case a, *b:
        assert a == 1 and b == [2, 3]
match = case = _ = type = 5
assert match + case + _ + type == 20
print("ok")
