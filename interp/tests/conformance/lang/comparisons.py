# Comparison operators and chains: evaluated once, stopped early, identity, membership.
log = []


def n(value):
    log.append(value)
    return value


assert 1 < 2 < 3 <= 3 != 4 == 4 >= 1 > 0
assert not 1 < 3 < 2
assert (n(1) < n(2) < n(3)) and log == [1, 2, 3]
log.clear()
assert not (n(5) < n(2) < n(3)) and log == [5, 2]
log.clear()
assert (n(1) < n(9) > n(3) in [n(3)]) and log == [1, 9, 3, 3]
assert 1 is not None and None is None and not (1 is None)
assert 2 in (1, 2) and 3 not in {1, 2} and "b" in "abc" and "k" in {"k": 1}
assert not 1 == 1.5 and 1 == 1.0 == True and 0 == False
assert (1, 2) < (1, 3) < (2,) and [1] < [1, 0] and "a" < "b" and "Z" < "a"
x = 5
assert 1 < x < 10 and not (1 < x > 10)


class Answer:
    """Returns something that is not a bool."""

    def __init__(self, value):
        self.value = value

    def __lt__(self, other):
        return self.value

    def __eq__(self, other):
        return self.value


assert (Answer("yes") < 1) == "yes"
assert (Answer([]) < Answer(1) < 3) == []
assert (Answer("a") < Answer("b") < 3) == "b"
assert (Answer("") == 1) == ""


class Truth:
    def __init__(self, value):
        self.value = value
        self.asked = 0

    def __bool__(self):
        self.asked += 1
        return self.value


t = Truth(False)
result = Answer(t) < 2 < 1
assert result is t and t.asked == 1

for left, right in ((1, "a"), ([], ()), (None, 1), ({}, {}), (1j, 2j), (object(), object())):
    try:
        left < right
    except TypeError as e:
        assert "'<' not supported between instances of" in str(e)
    else:
        assert False
assert not 1 == "a" and 1 != "a" and [] != ()
nan = float("nan")
assert nan != nan and not nan == nan and not nan < 1 and nan in [nan] and [nan] == [nan]
a = [1]
a.append(a)
assert a == a
assert (1 < 2) is True and (1 < 2 > 3) is False
assert (not not 5) is True
print("ok")
